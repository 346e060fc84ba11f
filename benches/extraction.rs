//! How well is the article cut out of real web pages? `ARTICLE_SEARCH_DATA=DIR cargo bench --bench extraction`
//!
//! Reads `DIR/bench/extraction/*.jsonl[.gz]`, rows with `html` and the `gold` text of the article, and prints for each
//! file the precision, recall and F1 of 4-word shingles, the measure of the public article-extraction benchmark
//! (scrapinghub/article-extraction-benchmark): words as written, every page weighs the same, F1 of the two means. The ±
//! is the standard deviation over 500 bootstrap samples; a smaller difference means nothing.

#![expect(clippy::expect_used, reason = "a benchmark ends where it cannot go on")]
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use article_search::ingest::read;
use article_search::ingest::templates::Templates;
use article_search::knowledge::Knowledge;
use article_search::model::page::{Format, Origin, Page};
use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use serde::Deserialize;

const SHINGLE_WORDS: usize = 4;
const SAMPLES: usize = 500;

#[derive(Deserialize)]
struct Row {
    id: String,
    html: String,
    gold: String,
}

/// Precision and recall of one page; `None` where there is nothing to be precise about, or to be found.
type Score = (Option<f64>, Option<f64>);

fn main() {
    let Some(data) = std::env::var_os("ARTICLE_SEARCH_DATA").map(PathBuf::from) else {
        println!("skipped: ARTICLE_SEARCH_DATA names no folder with evaluation data");
        return;
    };
    let knowledge = Knowledge::builtin().expect("knowledge");
    let mut files: Vec<PathBuf> = fs::read_dir(data.join("bench/extraction"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().contains(".jsonl"))
        .collect();
    files.sort();
    for file in files {
        let rows = rows(&file);
        let scores: Vec<Score> = rows.par_iter().map(|row| score(&row.gold, &extracted(row, &knowledge))).collect();
        let (f1, precision, recall) = total(&scores.iter().collect::<Vec<_>>());
        let deviation = deviation(&scores);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!(
            "{name}: pages {}  F1 {f1:.4} ± {deviation:.4}  precision {precision:.4}  recall {recall:.4}",
            rows.len()
        );
    }
}

fn rows(file: &Path) -> Vec<Row> {
    let raw = File::open(file).expect("readable");
    let is_packed = file.extension().is_some_and(|ending| ending == "gz");
    let reader: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let lines = BufReader::new(reader).lines();
    lines.map(|line| serde_json::from_str(&line.expect("a line")).expect("a row")).collect()
}

fn extracted(row: &Row, knowledge: &Knowledge) -> String {
    let page = Page::new(Origin::at(row.id.as_str()), Format::Html, row.html.clone());
    read(&page, knowledge, &Templates::default()).map_or_else(|_| String::new(), |document| document.article.body())
}

fn score(gold: &str, found: &str) -> Score {
    let (gold, found) = (shingles(gold), shingles(found));
    let count = |shingles: &HashMap<Vec<&str>, usize>| shingles.values().sum::<usize>();
    let (in_gold, in_found) = (count(&gold), count(&found));
    let common: usize = gold.iter().map(|(shingle, times)| *times.min(found.get(shingle).unwrap_or(&0))).sum();
    let share = |all: usize, other: usize| match (all, other) {
        (0, 0) => Some(1.0),
        (0, _) => None,
        _ => Some(common as f64 / all as f64),
    };
    (share(in_found, in_gold), share(in_gold, in_found))
}

fn shingles(text: &str) -> HashMap<Vec<&str>, usize> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let mut shingles = HashMap::new();
    let whole = (!words.is_empty() && words.len() < SHINGLE_WORDS).then_some(words.as_slice());
    for shingle in words.windows(SHINGLE_WORDS).chain(whole) {
        *shingles.entry(shingle.to_vec()).or_default() += 1;
    }
    shingles
}

fn total(scores: &[&Score]) -> (f64, f64, f64) {
    let mean =
        |values: Vec<f64>| if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 };
    let precision = mean(scores.iter().filter_map(|score| score.0).collect());
    let recall = mean(scores.iter().filter_map(|score| score.1).collect());
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    (f1, precision, recall)
}

/// The standard deviation of F1 over samples of the pages, drawn with replacement by a fixed sequence.
fn deviation(scores: &[Score]) -> f64 {
    // Knuth's linear congruential generator (MMIX); its upper bits choose.
    let mut state: u64 = 7;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % scores.len().max(1)
    };
    let sample = |_| {
        let sample: Vec<&Score> = (0..scores.len()).filter_map(|_| scores.get(next())).collect();
        total(&sample).0
    };
    let figures: Vec<f64> = (0..SAMPLES).map(sample).collect();
    let mean = figures.iter().sum::<f64>() / SAMPLES as f64;
    let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
    (squares / (SAMPLES - 1) as f64).sqrt()
}
