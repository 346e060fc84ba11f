//! Brings an index up to date with a folder of pages, as a nightly job does: `cargo run --example nightly -- corpus index`.
//!
//! It reads what changed, drops what is gone, tells how far it has come, and after ten minutes leaves the rest to the next
//! night: what was read until then is kept. Searches of other processes go on, and see the new pages at the end.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks to its reader")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use article_search::{Cancel, Config, Engine, Error, IngestReport, RunOptions};

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(pages), Some(index)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: nightly PAGES INDEX");
        return ExitCode::from(2);
    };
    match update(PathBuf::from(pages), &PathBuf::from(index)) {
        Ok(report) => {
            println!("{} new, {} changed, {} dropped", report.new, report.changed, report.dropped);
            for skipped in &report.skipped {
                println!("skipped {}: {}", skipped.label, skipped.reason);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn update(pages: PathBuf, index: &PathBuf) -> Result<IngestReport, Error> {
    let config = Config::default();
    let is_first = std::fs::read_dir(index).map_or(true, |mut entries| entries.next().is_none());
    let engine = if is_first { Engine::create(index, &config)? } else { Engine::open(index, &config)? };
    let (cancel, started) = (Cancel::default(), Instant::now());
    let options = RunOptions::default().pruning().waiting().until(&cancel);
    let mut told = 0;
    engine.ingest_with(&[pages], &options, &mut |progress| {
        if progress.pages >= told + 10_000 {
            told = progress.pages;
            println!("{} pages, {} of {} files", progress.pages, progress.files, progress.files_total);
        }
        if started.elapsed() > PATIENCE {
            cancel.cancel();
        }
    })
}
