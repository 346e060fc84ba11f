//! One integration test binary: the real program and the real library over real files.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    reason = "a test fails where it cannot go on, and says what it skips"
)]

mod batch;
mod binary;
mod clinics;
mod corpus;
mod evaluation;
mod hostile;
mod incremental;
mod inputs;
mod layering;
mod learnt;
mod library;
mod ranking;
mod rules;
mod seeds;
mod sequences;
mod shapes;
mod told;
mod workbench;
