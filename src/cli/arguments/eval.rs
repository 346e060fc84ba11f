//! What `search eval` takes.

use std::path::PathBuf;

use article_search::eval::measures::Floor;
use clap::Args;

use super::passage_length;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub(in crate::cli) struct EvalArguments {
    /// A collection: a folder with corpus.jsonl, queries.tsv, qrels.trec and perhaps answers.jsonl. It is indexed into a
    /// temporary place. Without one, the queries go to the current index.
    #[arg(value_name = "DIR", required_unless_present = "queries", conflicts_with_all = ["queries", "qrels"])]
    pub(in crate::cli) collection: Option<PathBuf>,
    /// Queries: `qid<TAB>text` a line, or TSV whose header names `qid`, `query` and perhaps `kind`.
    #[arg(long, value_name = "FILE", requires = "qrels")]
    pub(in crate::cli) queries: Option<PathBuf>,
    /// Which pages are right: `qid<TAB>page<TAB>grade` a line, 0 for a wrong one; a page by its key, address, path or
    /// id. TREC's four columns are taken too.
    #[arg(long, value_name = "FILE", requires = "queries")]
    pub(in crate::cli) qrels: Option<PathBuf>,
    /// Texts that answer: one {"qid": ..., "answers": [...]} a line. Measures whether the first hit's first passage holds one.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// Write what was found as a TREC run: a page by its key, else its address, else its path.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) run: Option<PathBuf>,
    /// Write the first passage of each first hit: {"qid", "id", "passage"} a line.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) passages: Option<PathBuf>,
    /// Longest passage, in characters, 40 to 2000.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = passage_length)]
    pub(in crate::cli) passage_chars: usize,
    /// Compare with a TREC run of the same queries, by paired bootstrap.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Exit with 1 when a measure is below a value, e.g. ndcg@10=0.8 (or r@100, mrr@10, ans@1); repeatable.
    #[arg(long, value_name = "MEASURE=VALUE")]
    pub(in crate::cli) min: Vec<Floor>,
    /// Rank with other weights: a changed copy of src/search/ranking.toml.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) weights: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}
