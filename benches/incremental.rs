//! What a run costs when little has changed: `cargo bench --bench incremental`.
//!
//! Three figures, each against its floor or its limit, on pages made up for it:
//! * a run over 100,000 unchanged files, against nothing but looking at them, in turns;
//! * a run after which one changed page, or a thousand, of an index of 300,000 pages are found, and which share of it
//!   went into making the disk keep it;
//! * the most memory that a run holds which reads a million pages again.
//!
//! `cargo bench --bench incremental -- files`, `pages` or `memory` measures one of them; `ARTICLE_SEARCH_BENCH_SHARE=10`
//! takes a tenth of the pages.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark ends where it cannot go on, and prints")]

#[path = "memory.rs"]
mod memory;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use article_search::{Config, Engine, IngestReport};
use tempfile::TempDir;
use walkdir::WalkDir;

use self::memory::{peak, reset_peak};

/// Rounds of which the median counts.
const ROUNDS: usize = 9;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name || word == "incremental");
    if is_wanted("files") {
        unchanged_files(100_000 / share());
    }
    if is_wanted("pages") {
        changed_pages(300_000 / share());
    }
    if is_wanted("memory") {
        read_again(1_000_000 / share());
    }
}

/// One page in so many is measured.
fn share() -> usize {
    std::env::var("ARTICLE_SEARCH_BENCH_SHARE").ok().and_then(|share| share.parse().ok()).unwrap_or(1).max(1)
}

/// A word for a number: numbers would make some pages look like error pages.
fn word(number: usize) -> String {
    format!("w{number}x").bytes().map(|byte| char::from(if byte.is_ascii_digit() { byte + 49 } else { byte })).collect()
}

/// A page of some hundred bytes that no other page is like.
fn text(number: usize, version: usize) -> String {
    let (name, version, doctor) = (word(number), word(version), word(number % 1009));
    format!(
        "What does treatment {name} cost in version {version}\n\nTreatment {name} takes about {} minutes, and \
         whoever had it goes home on the same day, says doctor {doctor}.\n\nThe price of {name} is {} yuan, and there is \
         nothing to be paid beside it, now that version {version} is out.\n",
        10 + number % 80,
        1_000 + number * 31 % 9_000,
    )
}

/// Makes a file look as if it had been written long ago, and each time differently.
fn age(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds);
    File::options().append(true).open(path).expect("a file").set_modified(time).expect("a time");
}

fn run(engine: &Engine, path: &Path) -> (IngestReport, Duration) {
    let started = Instant::now();
    let report = engine.ingest(&[path.to_owned()], &mut |_| ()).expect("a run");
    (report, started.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Looks at every file below a folder, in order, as a run does, and does nothing with what it sees.
fn look(folder: &Path) -> (u64, Duration) {
    let started = Instant::now();
    let files = WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let sizes = files.filter_map(|entry| entry.path().symlink_metadata().ok()).map(|metadata| metadata.len());
    (sizes.sum(), started.elapsed())
}

fn unchanged_files(count: usize) {
    let folder = TempDir::new().expect("a folder");
    let corpus = folder.path().join("corpus");
    for number in 0..count {
        let site = corpus.join(format!("site{}", number / 1_000));
        fs::create_dir_all(&site).expect("a folder");
        let path = site.join(format!("page{number}.txt"));
        fs::write(&path, text(number, 0)).expect("written");
        age(&path, 0);
    }
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
    let (report, first) = run(&engine, &corpus);
    let (mut walks, mut runs) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        walks.push(look(&corpus).1);
        let (report, took) = run(&engine, &corpus);
        assert_eq!((report.files_read, report.unchanged), (0, count));
        runs.push(took);
    }
    let (walk, again) = (median(walks), median(runs));
    println!("{count} files, {} pages indexed in {first:.1?}", report.new);
    println!(
        "  looking at them {walk:.1?}, a run that finds them unchanged {again:.1?}: {:.2} times",
        again.div_duration_f64(walk)
    );
}

/// Feeds of a thousand pages, one for each site.
fn write_feeds(corpus: &Path, pages: usize) -> Vec<PathBuf> {
    fs::create_dir_all(corpus).expect("a folder");
    let feeds = (0..pages.div_ceil(1_000)).map(|site| {
        let mut rows = String::new();
        for number in (site * 1_000..pages).take(1_000) {
            let text = text(number, 0).replace('\n', "\\n");
            writeln!(rows, "{{\"url\":\"https://s{site}.example/{number}\",\"text\":\"{text}\"}}").expect("a string");
        }
        let path = corpus.join(format!("s{site}.jsonl"));
        fs::write(&path, rows).expect("written");
        age(&path, 0);
        path
    });
    feeds.collect()
}

fn changed_pages(count: usize) {
    let folder = TempDir::new().expect("a folder");
    let corpus = folder.path().join("feeds");
    write_feeds(&corpus, count);
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
    let (report, first) = run(&engine, &corpus);
    println!("{} pages indexed in {first:.1?}", report.new);
    let fsync = fsync_time(folder.path());
    for changed in [1, 1_000] {
        let path = folder.path().join(format!("changed{changed}"));
        let mut times = vec![];
        for version in 0..=ROUNDS {
            fs::create_dir_all(&path).expect("a folder");
            for number in 0..changed {
                let file = path.join(format!("{number}.html"));
                let url = format!("https://s{}.example/changed/{number}", number % 10);
                let body = text(number, version).replace("\n\n", "</p><p>");
                let html = format!("<link rel=canonical href={url}><h1>On {}</h1><p>{body}", word(number));
                fs::write(&file, html).expect("written");
                age(&file, version as u64);
            }
            let (report, took) = run(&engine, &path);
            // A page is left out whose words say that it is none.
            assert_eq!(report.indexed() + report.skipped.len(), changed, "{:?}", report.skipped);
            // The first one brings new pages, the others change them.
            times.extend((version > 0).then_some(took));
        }
        println!("  {changed} changed: found after {:.1?} (median of {ROUNDS})", median(times));
    }
    println!("  making a small file last on this disk takes {fsync:.2?}");
}

/// What it costs to write a small file and to have the disk keep it.
fn fsync_time(folder: &Path) -> Duration {
    let times = (0..2 * ROUNDS).map(|number| {
        let path = folder.join(format!("sync{number}"));
        fs::write(&path, b"some bytes").expect("written");
        let started = Instant::now();
        File::open(&path).expect("a file").sync_all().expect("synced");
        started.elapsed()
    });
    median(times.collect())
}

fn read_again(count: usize) {
    let folder = TempDir::new().expect("a folder");
    let corpus = folder.path().join("feeds");
    let feeds = write_feeds(&corpus, count);
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
    let (report, first) = run(&engine, &corpus);
    println!("{} pages indexed in {first:.1?}; most memory {}", report.new, peak());
    drop(engine);
    for feed in &feeds {
        age(feed, 1);
    }
    reset_peak();
    let engine = Engine::open(folder.path().join("index"), &Config::default()).expect("an index");
    let (report, took) = run(&engine, &corpus);
    assert_eq!((report.unchanged, report.files_read), (count, feeds.len()));
    println!("  read again and found unchanged in {took:.1?}; most memory {}", peak());
}
