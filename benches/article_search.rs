//! Three questions, each on real sizes: how fast are pages read, indexed and searched?
//!
//! `cargo bench` runs them over the pages of `corpus/`. Where `ARTICLE_SEARCH_DATA` names a folder with evaluation data,
//! reading is measured on its web pages too, beside the parser alone, which is the floor.

#![expect(clippy::expect_used, reason = "a benchmark ends where it cannot go on")]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use article_search::ingest::source::Sources;
use article_search::ingest::{formats, read};
use article_search::knowledge::Knowledge;
use article_search::model::page::Page;
use article_search::model::query::Query;
use article_search::{Config, Engine};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use scraper::Html;
use tempfile::TempDir;

/// Web pages of the evaluation data that are measured: enough to be steady, few enough to be quick.
const WEB_PAGES: usize = 100;

fn main() {
    divan::main();
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The pages of the shipped corpus that are text.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for file in Sources::at(&[corpus()]).expect("the corpus").files {
        file.for_each_page(&mut |page| pages.extend(page.ok().filter(|page| formats::blocks(page).is_ok())));
    }
    pages
}

/// Real web pages, where evaluation data is at hand.
fn web_pages() -> Vec<Page> {
    let Some(data) = std::env::var_os("ARTICLE_SEARCH_DATA").map(PathBuf::from) else { return vec![] };
    let sources = Sources::at(&[data.join("bench/extraction/wcxb_articles.jsonl.gz")]).expect("evaluation data");
    let mut pages = Vec::new();
    for file in sources.files {
        file.for_each_page(&mut |page| {
            if pages.len() < WEB_PAGES {
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
        .bench(|| pages.iter().filter_map(|page| read(page, &knowledge).ok()).count());
}

/// The same on real web pages.
#[divan::bench(sample_count = 5)]
fn read_web_pages(bencher: Bencher<'_, '_>) {
    let (pages, knowledge) = (web_pages(), Knowledge::builtin().expect("knowledge"));
    let bytes: usize = pages.iter().map(|page| page.bytes.len()).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(pages.len()))
        .bench(|| pages.iter().filter_map(|page| read(page, &knowledge).ok()).count());
}

/// The floor of `read_web_pages`: the HTML parser alone.
#[divan::bench(sample_count = 5)]
fn parse_web_pages(bencher: Bencher<'_, '_>) {
    let pages: Vec<String> =
        web_pages().into_iter().map(|page| String::from_utf8_lossy(&page.bytes).into_owned()).collect();
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
