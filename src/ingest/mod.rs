//! From a source to documents: source → `Page` → `Block`s → `Article` → `Document`.

pub mod extract;
pub mod formats;
pub mod recognize;
