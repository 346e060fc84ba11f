//! This engine beside others on the same text: `cargo bench --bench peers`.
//!
//! Rounds of each take turns in one run, and ratios are printed, since times alone say more about the machine:
//! * `index`: pages a second from JSONL to a searchable commit, against tantivy alone with its English stemmer on the cleaned
//!   text. Ours reads the pages as they were scraped, cleans them, recognises what they are about, and finds copies too;
//! * `search`: a thousand queries of 1 to 6 words (one of them, all of them, phrases), warm. Ours gives the whole answer:
//!   100 candidates ranked again, ten hits with an answer and two passages each, counts of all facets. tantivy gives its ten
//!   best, their number, and a fragment of each from its `SnippetGenerator`. `SQLite` FTS5 runs beside;
//! * `process`: a process that opens the index, answers one query and ends.
//!
//! `ARTICLE_SEARCH_PAGES=FILE` names a feed to take pages from; without it the bench makes 100,000 pages with a large
//! vocabulary. `ARTICLE_SEARCH_BENCH_SHARE=10` takes a tenth of them. `cargo bench --bench peers -- index` measures one part.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark ends where it cannot go on, and prints")]

mod alone;
mod sqlite;
mod text;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use article_search::model::query::Matching;
use article_search::{Config, Engine, Query};
use tempfile::TempDir;

use self::alone::Alone;
use self::sqlite::Sqlite;
use self::text::{Kind, Numbers, Row, made, query};

/// Pages of the text that is made here.
const MADE_PAGES: usize = 100_000;
/// Rounds of indexing, and of all queries.
const ROUNDS: usize = 3;
const QUERIES: usize = 1_000;
/// Queries of which a process each is made.
const PROCESSES: usize = 40;
/// Names the index that a process of this program is to search, and the query.
const CHILD: &str = "ARTICLE_SEARCH_BENCH_ALONE";

fn main() {
    if let Ok(child) = std::env::var(CHILD) {
        let (folder, words) = child.split_once('\n').expect("a folder and words");
        println!("{}", Alone::open(Path::new(folder)).search(&(Kind::Any, words.to_owned()), true));
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let bench = Bench::new();
    bench.index(if is_wanted("index") { ROUNDS } else { 1 });
    let queries = bench.queries();
    if is_wanted("search") {
        bench.search(&queries);
    }
    if is_wanted("process") {
        bench.processes(&queries);
    }
}

/// Who answers a query, and how.
type Contestant<'a> = (&'static str, &'a dyn Fn(&(Kind, String)) -> usize);

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: TempDir::new().expect("a folder") };
        let share: usize =
            std::env::var("ARTICLE_SEARCH_BENCH_SHARE").map_or(1, |share| share.parse().expect("a number"));
        let mut feed = BufWriter::new(File::create(bench.at("feed.jsonl")).expect("a file"));
        if let Some(pages) = std::env::var_os("ARTICLE_SEARCH_PAGES").map(PathBuf::from) {
            let count = BufReader::new(File::open(&pages).expect("a feed")).lines().count();
            for line in BufReader::new(File::open(&pages).expect("a feed")).lines().take(count / share) {
                writeln!(feed, "{}", line.expect("a line")).expect("written");
            }
        } else {
            for number in 0..MADE_PAGES / share {
                let row = serde_json::to_string(&made(number as u64)).expect("a row");
                writeln!(feed, "{row}").expect("written");
            }
        }
        feed.flush().expect("written");
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Our index of the feed, and how long that took.
    fn ours(&self) -> (Engine, usize, Duration) {
        let _ = fs::remove_dir_all(self.at("ours"));
        let started = Instant::now();
        let engine = Engine::create(self.at("ours"), &Config::default()).expect("an index");
        let report = engine.ingest(&[self.at("feed.jsonl")], &mut |_| ()).expect("a run");
        (engine, report.indexed(), started.elapsed())
    }

    /// The cleaned text, which the others are given; its bytes.
    fn write_rows(&self, engine: &Engine) -> usize {
        let mut rows = BufWriter::new(File::create(self.at("rows.jsonl")).expect("a file"));
        let mut bytes = 0;
        let written = engine.for_each_document(|document| {
            let title = document.article.title.clone();
            let text: Vec<&str> = document.article.parts.iter().map(|part| part.text.as_str()).collect();
            let row = Row { url: document.origin.url.clone().unwrap_or_default(), title, text: text.join("\n") };
            bytes += row.title.len() + row.text.len();
            writeln!(rows, "{}", serde_json::to_string(&row).expect("a row")).expect("written");
            Ok(())
        });
        written.expect("documents");
        rows.flush().expect("written");
        bytes
    }

    fn index(&self, rounds: usize) {
        let (mut ours, mut alone) = (vec![], vec![]);
        for round in 0..rounds {
            let (engine, pages, took) = self.ours();
            ours.push(took);
            if round == 0 {
                let bytes = self.write_rows(&engine);
                let size = size_of(&self.at("ours"));
                println!(
                    "{pages} pages, {} MB cleaned; our index {:.2} times that",
                    bytes / 1_000_000,
                    size as f64 / bytes as f64
                );
            }
            drop(engine);
            let _ = fs::remove_dir_all(self.at("alone"));
            let started = Instant::now();
            let index = Alone::index(&self.at("rows.jsonl"), &self.at("alone"), true);
            alone.push(started.elapsed());
            if round + 1 == rounds {
                let (ours, alone) = (median(ours.clone()), median(alone.clone()));
                let rate = |took: Duration| pages as f64 / took.as_secs_f64();
                println!(
                    "indexing: ours {:.0} pages/s, tantivy alone {:.0} pages/s ({} segments): {:.2} times as fast",
                    rate(ours),
                    rate(alone),
                    index.segments(),
                    rate(ours) / rate(alone)
                );
            }
        }
    }

    fn queries(&self) -> Vec<(Kind, String)> {
        let rows = BufReader::new(File::open(self.at("rows.jsonl")).expect("rows"));
        let rows: Vec<String> = rows.lines().map(|line| line.expect("a line")).collect();
        let mut numbers = Numbers::from(7);
        let mut queries = Vec::new();
        while queries.len() < QUERIES {
            let chosen = numbers.below(rows.len() as u64);
            let line = rows.get(usize::try_from(chosen).unwrap_or(0)).expect("a row");
            let row: Row = serde_json::from_str(line).expect("a row");
            queries.extend(query(&row.text, &mut numbers));
        }
        queries
    }

    fn search(&self, queries: &[(Kind, String)]) {
        let engine = Engine::open(self.at("ours"), &Config::default()).expect("an index");
        let stemmed = Alone::open(&self.at("alone"));
        let plain = Alone::index(&self.at("rows.jsonl"), &self.at("plain"), false);
        let sqlite = Sqlite::index(&self.at("rows.jsonl"), &self.at("pages.sqlite"));
        let contestants: [Contestant<'_>; 7] = [
            ("ours: the whole answer", &|query| engine.search(&asked(query)).expect("an answer").hits.len()),
            ("ours without passages", &|query| engine.search(&asked(query).passages(0)).expect("an answer").hits.len()),
            ("tantivy stemmed: ten, count, fragments", &|query| stemmed.search(query, true)),
            ("tantivy stemmed: ten, count", &|query| stemmed.search(query, false)),
            ("tantivy plain: ten, count, fragments", &|query| plain.search(query, true)),
            ("tantivy plain: ten, count", &|query| plain.search(query, false)),
            ("SQLite FTS5: ten, fragments", &|query| sqlite.search(query)),
        ];
        let times = measured(&contestants, queries);
        for kind in [None, Some(Kind::Any), Some(Kind::All), Some(Kind::Phrase)] {
            println!("{}", kind.map_or_else(|| "all queries".to_owned(), |kind| format!("{kind:?}")));
            for ((name, _), times) in contestants.iter().zip(&times) {
                let chosen = queries.iter().zip(times).filter(|((of, _), _)| kind.is_none_or(|kind| kind == *of));
                println!("  {name:40} {}", Spread::of(chosen.map(|(_, took)| *took).collect()));
            }
        }
    }

    fn processes(&self, queries: &[(Kind, String)]) {
        let (mut ours, mut alone) = (vec![], vec![]);
        for (_, words) in queries.iter().filter(|(kind, _)| *kind == Kind::Any).take(PROCESSES) {
            let mut search = Command::new(env!("CARGO_BIN_EXE_search"));
            search.arg("--index").arg(self.at("ours")).args(["--any", "q", "--", words]);
            ours.push(time_of(&mut search));
            let folder = self.at("alone");
            let child = format!("{}\n{words}", folder.display());
            let mut bare = Command::new(std::env::current_exe().expect("this program"));
            alone.push(time_of(bare.env(CHILD, child)));
        }
        let (ours, alone) = (Spread::of(ours), Spread::of(alone));
        println!("one process a query\n  search {ours}\n  tantivy alone {alone}\n  {:.2} times", ours.ratio(&alone));
    }
}

/// The best time of each contestant for each query, over rounds in which they take turns.
fn measured(contestants: &[Contestant<'_>], queries: &[(Kind, String)]) -> Vec<Vec<Duration>> {
    let mut times = vec![vec![Duration::MAX; queries.len()]; contestants.len()];
    for _ in 0..ROUNDS {
        for (number, query) in queries.iter().enumerate() {
            for ((_, search), times) in contestants.iter().zip(&mut times) {
                let started = Instant::now();
                black_box(search(query));
                let took = started.elapsed();
                times.iter_mut().skip(number).take(1).for_each(|best| *best = took.min(*best));
            }
        }
    }
    times
}

fn asked((kind, words): &(Kind, String)) -> Query {
    match kind {
        Kind::Any => Query::new(words).matching(Matching::Any),
        Kind::All => Query::new(words).matching(Matching::All),
        Kind::Phrase => Query::new(format!("\"{words}\"")),
    }
}

fn time_of(command: &mut Command) -> Duration {
    let started = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a process");
    assert!(status.code().is_some_and(|code| code <= 1), "{status}");
    started.elapsed()
}

/// Mean, median and 99th percentile of times.
struct Spread {
    mean: Duration,
    median: Duration,
    slow: Duration,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let count = times.len().max(1);
        let at = |index: usize| times.get(index.min(count - 1)).copied().unwrap_or_default();
        let mean = times.iter().sum::<Duration>().div_f64(count as f64);
        Self { mean, median: at(count / 2), slow: at(count * 99 / 100) }
    }

    fn ratio(&self, other: &Self) -> f64 {
        self.median.div_duration_f64(other.median)
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { mean, median, slow } = self;
        write!(out, "mean {mean:>9.1?}  median {median:>9.1?}  99th {slow:>9.1?}")
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Bytes of the files below a folder.
fn size_of(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file).map(|file| file.len()).sum()
}
