//! What heaps of different sizes cost: `cargo bench --bench scale`.
//!
//! Makes 10,000, 100,000 and 1,000,000 pages of some two kilobytes with a large vocabulary, and prints for each how long
//! indexing takes, the most memory that it holds, what the index takes on disk, and how long queries take. The largest takes
//! a quarter of an hour; `cargo bench --bench scale -- 100000` measures one size.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark ends where it cannot go on, and prints")]

#[path = "memory.rs"]
mod memory;
#[path = "peers/text.rs"]
mod text;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use article_search::model::query::Matching;
use article_search::{Config, Engine, Query};
use tempfile::TempDir;

use self::memory::{peak, reset_peak};
use self::text::{Kind, Numbers, made, query};

/// Sizes that are measured when nothing else is asked for.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Queries of one size, of 1 to 6 words.
const QUERIES: usize = 300;

fn main() {
    let asked: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("| pages | text | indexed in | most memory | index | segments | query, median | query, 99th |");
    println!("|---|---|---|---|---|---|---|---|");
    for size in if asked.is_empty() { SIZES.to_vec() } else { asked } {
        measure(size);
    }
}

fn measure(pages: u64) {
    let folder = TempDir::new().expect("a folder");
    let feed = folder.path().join("feed.jsonl");
    let bytes = write_feed(&feed, pages);
    reset_peak();
    let started = Instant::now();
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
    engine.ingest(&[feed], &mut |_| ()).expect("a run");
    let (took, memory) = (started.elapsed(), peak());
    let figures = engine.stats().expect("figures").index;
    let mut times: Vec<Duration> = queries(pages)
        .iter()
        .map(|query| {
            let started = Instant::now();
            engine.search(query).expect("an answer");
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    println!(
        "| {pages} | {} MB | {:.0} s | {memory} | {} MB | {} | {:.1?} | {:.1?} |",
        bytes / 1_000_000,
        took.as_secs_f64(),
        figures.bytes / 1_000_000,
        figures.segments,
        at(50),
        at(99)
    );
}

/// The pages as a feed; the bytes of their text.
fn write_feed(path: &Path, pages: u64) -> usize {
    let mut feed = BufWriter::new(File::create(path).expect("a file"));
    let mut bytes = 0;
    for row in (0..pages).map(made) {
        bytes += row.title.len() + row.text.len();
        writeln!(feed, "{}", serde_json::to_string(&row).expect("a row")).expect("written");
    }
    feed.flush().expect("written");
    bytes
}

/// Words, and phrases, that stand in some page.
fn queries(pages: u64) -> Vec<Query> {
    let mut numbers = Numbers::from(7);
    let mut queries = Vec::new();
    while queries.len() < QUERIES {
        let row = made(numbers.below(pages));
        queries.extend(query(&row.text, &mut numbers).map(|(kind, words)| match kind {
            Kind::Any => Query::new(words).matching(Matching::Any),
            Kind::All => Query::new(words).matching(Matching::All),
            Kind::Phrase => Query::new(format!("\"{words}\"")),
        }));
    }
    queries
}
