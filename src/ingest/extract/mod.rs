//! Cleaning: blocks → `Article`.
