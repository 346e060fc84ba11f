//! One integration test binary: the real program and the real library over real files.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::string_slice,
    reason = "a test fails where it cannot go on, and says what it skips"
)]

mod answers;
mod asking;
mod batch;
mod binary;
mod browse;
mod clinics;
mod corpus;
mod crash;
mod damage;
mod evaluation;
mod exact;
mod export;
mod formats;
mod hostile;
mod incremental;
mod inputs;
mod layering;
mod learnt;
mod library;
mod named;
mod narrowing;
mod poison;
mod ranking;
mod readers;
mod rules;
mod screens;
mod seeds;
mod sequences;
mod settings;
mod shapes;
mod show;
mod sites;
mod told;
mod usage;
mod workbench;
