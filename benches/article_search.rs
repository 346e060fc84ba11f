//! Three questions, each on real sizes: how fast are pages read, indexed and searched?
//!
//! `cargo bench` runs them over the pages of `corpus/`. Where `ARTICLE_SEARCH_DATA` names a folder with evaluation data,
//! reading is measured on its web pages too, beside the parser alone, which is the floor; `cargo bench -- ratios` prints
//! what each stage costs against that floor, and nothing else. `cargo bench -- hostile` prints what pages cost that only
//! do harm: processor time, and the most memory that a process of its own held, where the system tells.

#![expect(clippy::expect_used, reason = "a benchmark ends where it cannot go on")]

#[path = "../tests/it/shapes.rs"]
mod shapes;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use article_search::ingest::decode::decode;
use article_search::ingest::extract::KnownSite;
use article_search::ingest::source::Sources;
use article_search::ingest::templates::Templates;
use article_search::ingest::{extract, formats, read, recognize};
use article_search::knowledge::Knowledge;
use article_search::knowledge::sites::SiteEntry;
use article_search::model::page::{Format, Origin, Page};
use article_search::model::query::Query;
use article_search::model::site::Site;
use article_search::{Config, Engine};
use cpu_time::ThreadTime;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use scraper::Html;
use tempfile::TempDir;

/// Web pages of the evaluation data that are measured: enough to be steady, few enough to be quick.
const WEB_PAGES: usize = 100;

/// Names the hostile page that a process of this program is to read.
const SHAPE_VARIABLE: &str = "ARTICLE_SEARCH_BENCH_SHAPE";

fn main() {
    if let Ok(number) = std::env::var(SHAPE_VARIABLE) {
        return print_cost_of_shape(number.parse().expect("a number"));
    }
    divan::main();
    let is_wanted = |name: &str| std::env::args().skip(1).all(|argument| argument.starts_with('-') || argument == name);
    if is_wanted("ratios") {
        print_ratios();
    }
    if is_wanted("hostile") {
        print_hostile();
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The pages of the shipped corpus that are text.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for file in Sources::at(&[corpus()]).expect("the corpus").files {
        file.for_each_page(&mut |page| {
            pages.extend(page.ok().filter(|page| formats::blocks(page, &SiteEntry::default()).is_ok()));
        });
    }
    pages
}

/// Real web pages, at most `limit`, where evaluation data is at hand.
fn web_pages(limit: usize) -> Vec<Page> {
    let Some(data) = std::env::var_os("ARTICLE_SEARCH_DATA").map(PathBuf::from) else { return vec![] };
    let sources = Sources::at(&[data.join("bench/extraction/wcxb_articles.jsonl.gz")]).expect("evaluation data");
    let mut pages = Vec::new();
    for file in sources.files {
        file.for_each_page(&mut |page| {
            if pages.len() < limit {
                pages.extend(page.ok());
            }
        });
    }
    pages
}

/// Pages of the corpus in `copies` variants, so that no two are the same page.
fn variants(copies: usize) -> Vec<Page> {
    let pages = pages();
    let vary = |copy: usize| {
        pages.iter().cloned().map(move |mut page| {
            write!(page.origin.relative, ".{copy}").expect("a string");
            page.origin.url = page.origin.url.map(|url| format!("{url}?copy={copy}"));
            page
        })
    };
    (0..copies).flat_map(vary).collect()
}

/// Decode, parse, clean and recognise the corpus, one thread.
#[divan::bench]
fn read_corpus(bencher: Bencher<'_, '_>) {
    let (pages, knowledge) = (pages(), Knowledge::builtin().expect("knowledge"));
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .bench(|| pages.iter().filter_map(|page| read(page, &knowledge, &Templates::default()).ok()).count());
}

/// The same on real web pages.
#[divan::bench(sample_count = 5)]
fn read_web_pages(bencher: Bencher<'_, '_>) {
    let (pages, knowledge) = (web_pages(WEB_PAGES), Knowledge::builtin().expect("knowledge"));
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .bench(|| pages.iter().filter_map(|page| read(page, &knowledge, &Templates::default()).ok()).count());
}

/// The floor of `read_web_pages`: the HTML parser alone.
#[divan::bench(sample_count = 5)]
fn parse_web_pages(bencher: Bencher<'_, '_>) {
    let pages: Vec<String> =
        web_pages(WEB_PAGES).into_iter().map(|page| String::from_utf8_lossy(&page.bytes).into_owned()).collect();
    let bytes: usize = pages.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .bench(|| pages.iter().map(|page| Html::parse_document(page).tree.nodes().count()).sum::<usize>());
}

/// Read the corpus in twenty variants and index it, to a searchable state, all threads.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn index_pages(bencher: Bencher<'_, '_>) {
    let pages = variants(20);
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .with_inputs(|| TempDir::new().expect("a folder"))
        .bench_values(|folder| {
            let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
            engine.ingest_pages(pages.clone()).expect("indexed");
            folder
        });
}

/// One question with answer, passages and facets over the corpus in twenty variants.
#[divan::bench(args = ["insurance", "Chongqing medical insurance beauty", "重庆 医保 美容", "\"medical insurance\" -surgery"])]
fn search(bencher: Bencher<'_, '_>, words: &str) {
    let folder = TempDir::new().expect("a folder");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
    engine.ingest_pages(variants(20)).expect("indexed");
    let query = Query::new(words);
    bencher.bench(|| engine.search(&query).expect("an answer").total);
}

/// Times each page is measured; the fastest counts.
const ROUNDS: usize = 3;

/// What one page costs, stage by stage.
#[derive(Clone, Copy)]
struct Costs {
    /// scraper's parser alone; zero for plain text.
    parse: Duration,
    blocks: Duration,
    article: Duration,
    facets: Duration,
    read: Duration,
}

impl Costs {
    fn of(page: &Page, knowledge: &Knowledge) -> Option<Self> {
        let text = decode(&page.bytes, page.charset.as_deref()).ok()?;
        let parse = match page.format {
            Format::Html => timed(|| Html::parse_document(&text).tree.nodes().count()).1,
            Format::Text => Duration::ZERO,
        };
        let templates = Templates::default();
        let (parsed, blocks) = timed(|| formats::blocks(page, &SiteEntry::default()).ok());
        let parsed = parsed?;
        let entry = SiteEntry::default();
        let site = KnownSite { entry: &entry, templates: templates.of(Site::of(&page.origin)) };
        let (cleaned, article) = timed(|| extract::article(parsed, &knowledge.chrome, site));
        let (_, facets) = timed(|| recognize::recognized(&cleaned.article, None, knowledge));
        let (_, read) = timed(|| read(page, knowledge, &templates).ok());
        Some(Self { parse, blocks, article, facets, read })
    }

    fn merged(self, other: Self, merge: fn(Duration, Duration) -> Duration) -> Self {
        Self {
            parse: merge(self.parse, other.parse),
            blocks: merge(self.blocks, other.blocks),
            article: merge(self.article, other.article),
            facets: merge(self.facets, other.facets),
            read: merge(self.read, other.read),
        }
    }
}

/// The result of `work` and the processor time of this thread that it took: other work on the machine does not count.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = ThreadTime::now();
    let result = divan::black_box(work());
    (result, started.elapsed())
}

/// The sum over `pages` of the fastest of all rounds; the stages of one page are measured one after another, so that a
/// noisy machine disturbs all of them alike.
fn costs(pages: &[Page], knowledge: &Knowledge) -> Option<Costs> {
    let fastest = pages.iter().filter_map(|page| {
        let rounds = (0..ROUNDS).filter_map(|_| Costs::of(page, knowledge));
        rounds.reduce(|left, right| left.merged(right, Duration::min))
    });
    fastest.reduce(|left, right| left.merged(right, |left, right| left + right))
}

/// Prints what the stages of reading cost: HTML against the parser alone, plain text in MB/s.
#[expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn print_ratios() {
    let knowledge = Knowledge::builtin().expect("knowledge");
    let web = web_pages(usize::MAX);
    if let Some(costs) = costs(&web, &knowledge) {
        println!("\nHTML, {} pages: the stages against scraper's parse alone", web.len());
        for (name, cost) in [
            ("parse", costs.parse),
            ("blocks", costs.blocks),
            ("clean", costs.article),
            ("recognise", costs.facets),
            ("read, all of it", costs.read),
        ] {
            let (ratio, share) = (cost.div_duration_f64(costs.parse), cost.div_duration_f64(costs.read));
            println!("{name:>16} {cost:>10.1?} {ratio:>6.3} x parse {:>6.1} % of read", 100.0 * share);
        }
    }
    let texts: Vec<Page> = pages().into_iter().chain(web.iter().filter_map(|page| as_text(page, &knowledge))).collect();
    let bytes: usize = texts.iter().map(|page| page.bytes.len()).sum();
    if let Some(costs) = costs(&texts, &knowledge) {
        println!("\nPlain text, {} pages, {bytes} bytes", texts.len());
        let clean = costs.blocks + costs.article;
        for (name, cost) in [("parse and clean", clean), ("recognise", costs.facets), ("read, all of it", costs.read)] {
            println!("{name:>16} {cost:>10.1?} {:>6.1} MB/s", bytes as f64 / 1e6 / cost.as_secs_f64());
        }
    }
    print_scaling(&web, &knowledge);
    let prepared = || {
        let knowledge = Knowledge::builtin().expect("knowledge");
        knowledge.prepare();
        knowledge
    };
    let loads = (0..20).map(|_| timed(Knowledge::builtin).1);
    let all = (0..20).map(|_| {
        let started = Instant::now();
        (prepared(), started.elapsed()).1
    });
    println!("\nLoading the knowledge {:.2?}", loads.min().unwrap_or_default());
    println!("All of it, as runs do, by the clock {:.2?}", all.min().unwrap_or_default());
}

/// Prints how much faster two threads are than one: the parser alone, and all of reading.
#[expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn print_scaling(web: &[Page], knowledge: &Knowledge) {
    let texts: Vec<String> = web.iter().map(|page| String::from_utf8_lossy(&page.bytes).into_owned()).collect();
    let parse = || texts.par_iter().map(|page| Html::parse_document(page).tree.nodes().count()).sum();
    let read = || web.par_iter().filter(|page| read(page, knowledge, &Templates::default()).is_ok()).count();
    let [mut parse_times, mut read_times] = [[Duration::MAX; 2]; 2];
    for _ in 0..ROUNDS {
        for (threads, (parse_time, read_time)) in (1..).zip(parse_times.iter_mut().zip(&mut read_times)) {
            *parse_time = clocked(threads, parse).min(*parse_time);
            *read_time = clocked(threads, read).min(*read_time);
        }
    }
    println!("\nTwo threads against one, by the clock");
    for (name, [one, two]) in [("parse", parse_times), ("read, all of it", read_times)] {
        println!("{name:>16} {one:>10.1?} {two:>10.1?} {:>6.3} times as fast", one.div_duration_f64(two));
    }
}

/// Time on the clock of `work` on so many threads.
fn clocked(threads: usize, work: impl Fn() -> usize + Send) -> Duration {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let started = Instant::now();
    divan::black_box(pool.install(work));
    started.elapsed()
}

/// Bytes of a hostile page: the most that is read.
const HOSTILE_BYTES: usize = 4 << 20;
/// What a hostile page may cost.
const MAX_MILLISECONDS: u64 = 400;
const MAX_MEBIBYTES: u64 = 320;

/// Prints what each hostile page costs, in a process of its own.
#[expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn print_hostile() {
    println!("\nHostile pages of {HOSTILE_BYTES} bytes: processor time and most memory");
    let program = std::env::current_exe().expect("this program");
    let (mut slowest, mut largest, mut beyond) = (0, 0, 0);
    for (number, shape) in shapes::shapes(1).enumerate() {
        let child = Command::new(&program).env(SHAPE_VARIABLE, number.to_string()).output().expect("a process");
        let said = String::from_utf8_lossy(&child.stdout);
        let mut numbers = said.split_whitespace().map_while(|word| word.parse::<u64>().ok());
        let (Some(milliseconds), Some(mebibytes)) = (numbers.next(), numbers.next()) else {
            println!("{:<40} ended badly: {}", shape.name, String::from_utf8_lossy(&child.stderr));
            beyond += 1;
            continue;
        };
        let is_beyond = milliseconds > MAX_MILLISECONDS || mebibytes > MAX_MEBIBYTES;
        (slowest, largest) = (milliseconds.max(slowest), mebibytes.max(largest));
        beyond += u32::from(is_beyond);
        println!("{:<40} {milliseconds:>5} ms {mebibytes:>5} MiB{}", shape.name, if is_beyond { "  !" } else { "" });
    }
    println!(
        "slowest {slowest} ms, largest {largest} MiB, {beyond} beyond {MAX_MILLISECONDS} ms and {MAX_MEBIBYTES} MiB"
    );
}

/// Reads one hostile page; prints milliseconds and mebibytes, zero where the system does not tell.
#[expect(clippy::print_stdout, reason = "the process that started this one reads it")]
fn print_cost_of_shape(number: usize) {
    let knowledge = Knowledge::builtin().expect("knowledge");
    let shape = shapes::shapes(HOSTILE_BYTES).nth(number).expect("a shape");
    let page = Page::new(Origin::at("hostile"), shape.format, shape.content);
    let (_, time) = timed(|| read(&page, &knowledge, &Templates::default()).is_ok());
    println!("{} {}", time.as_millis(), peak_mebibytes().unwrap_or(0));
}

/// The most memory that this process has held.
fn peak_mebibytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes / 1024)
}

/// The article of a web page as a page of plain text.
fn as_text(page: &Page, knowledge: &Knowledge) -> Option<Page> {
    let article = read(page, knowledge, &Templates::default()).ok()?.article;
    let text = format!("{}\n{}", article.title, article.body());
    Some(Page::new(Origin::at("article.txt"), Format::Text, text))
}
