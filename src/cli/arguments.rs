//! What the command line takes: parsed and checked, nothing else. The help texts are the manual.

mod browse;
mod query;
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use article_search::eval::measures::Floor;
use article_search::ingest::formats::rows::FieldMap;
use article_search::ingest::kind::InputFormat;
use article_search::model::query::PASSAGE_LENGTHS;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(super) use self::browse::{CompletionsArguments, ManArguments, SimilarArguments, SuggestArguments};
pub(super) use self::query::{GroupBy, OutputFormat, QueryArguments};
pub(super) use self::settings::{SettingsAction, SettingsArguments};

/// Search scraped articles.
#[derive(Debug, Parser)]
#[command(
    name = "search",
    version,
    disable_help_subcommand = true,
    override_usage = "search [FLAGS] WORDS...\n       search COMMAND [FLAGS] [ARGS]"
)]
#[command(after_help = "A first word that is exactly a command is one; `search -- WORDS` always searches.\n\
    Query language: medical insurance · \"a phrase\" · -without · city:Chongqing clinic:\"Xin Mei\" topic:price\n\
    More: search help query, search help output. An empty environment variable counts as unset.\n\
    Exit codes: 0 found or done, 1 nothing found, 2 wrong usage, 3 no usable index, 4 inputs skipped (--strict),\n\
    5 index busy, 6 failed, 130 interrupted.")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) common: CommonArguments,
    #[command(subcommand)]
    pub(super) command: Option<CommandLine>,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct CommonArguments {
    /// The index to use, instead of the nearest `index/` here or above.
    #[arg(short, long, global = true, env = "SEARCH_INDEX", value_name = "DIR")]
    pub(super) index: Option<PathBuf>,
    /// Knowledge files (cities, topics, ...) that add to and override the built-in ones.
    #[arg(long, global = true, env = "SEARCH_KNOWLEDGE", value_name = "DIR")]
    pub(super) knowledge: Option<PathBuf>,
    /// Say less: no progress, no summary.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Check every byte of the index before anything of it is read.
    #[arg(long, global = true)]
    pub(super) verify: bool,
    /// Read the index by calls, not memory maps: slower; a file that somebody cuts off meanwhile is only an error then.
    #[arg(long, global = true)]
    pub(super) no_mmap: bool,
    /// Say more on standard error: which index, which settings, how the words were taken; twice for all of it.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    /// When to use colour; `auto` is on a terminal, and heeds `NO_COLOR`, `CLICOLOR_FORCE`, `FORCE_COLOR`, `TERM=dumb`.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: When,
    /// When to make titles links; `auto` is on a terminal known to show them, and heeds `FORCE_HYPERLINK`.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) hyperlinks: When,
    /// Never show text that is longer than the screen in a pager.
    #[arg(long, global = true)]
    pub(super) no_pager: bool,
    /// No progress on standard error.
    #[arg(long, global = true)]
    pub(super) no_progress: bool,
    /// Accepted, and without effect: nothing here ever calls out.
    #[arg(long, global = true)]
    pub(super) offline: bool,
}

/// When to do what only a terminal understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// Where it is known to be understood.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum CommandLine {
    /// Search; the command that needs not be named
    Q(QueryArguments),
    /// Read pages, clean them and build or update the index
    Index(IndexArguments),
    /// Index again whenever files change, until Ctrl-C
    Watch(WatchArguments),
    /// Forget pages or a whole site for good: no later run brings them back
    Remove(RemoveArguments),
    /// Read and clean pages without an index; prints one JSON row a page
    Extract(ExtractArguments),
    /// Print every page of the index, one JSON row a page
    Export(ExportArguments),
    /// Show one cleaned article
    Show(ShowArguments),
    /// List the values of a facet and their counts
    Facets(FacetsArguments),
    /// Find pages like a page, or those with its text for other clinics
    Similar(SimilarArguments),
    /// Say how a beginning may go on: cities, clinics, titles
    Suggest(SuggestArguments),
    /// Say what is in the index
    Stats(StatsArguments),
    /// Say whether anything is wrong with the index; --fix puts right what can be
    Doctor(DoctorArguments),
    /// Say why a page is, or is not, in an answer: every part of its score
    Why(WhyArguments),
    /// Measure the order of the pages on judged queries
    Eval(EvalArguments),
    /// Show, check, save and edit the knowledge that is saved with the index
    Settings(SettingsArguments),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArguments),
    /// Print the manual page, or write one for each command
    Man(ManArguments),
    /// Help: the first screen, or that of a command, of the query language (query) or of what is printed (output)
    Help(HelpArguments),
}

/// Arguments of `index`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct IndexArguments {
    /// Files and folders to read: .txt .html .jsonl .json .csv .warc, each also .gz or .zst, or in a .tar; `-` is standard
    /// input. Links inside folders are not followed.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Write nothing: say what the run would do.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// With --dry-run: show for each site and rule what would be cut, how many lines, and the longest of them.
    #[arg(long, requires = "dry_run")]
    pub(super) removed: bool,
    /// Drop pages whose file below PATHS is gone, or which their feed has no more.
    #[arg(long)]
    pub(super) prune: bool,
    /// Build the index anew from PATHS alone, beside the old one, which answers until the new one is finished.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) full: bool,
    /// Wait while another run writes to the index, instead of giving up.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) wait: bool,
    /// Exit with 4 when an input was skipped.
    #[arg(long)]
    pub(super) strict: bool,
    /// Write what the run did to FILE: a JSON row for each skipped input, and one of the sum (search help output).
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub(super) struct WatchArguments {
    /// Files and folders to watch.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Drop pages whose file below PATHS is gone, or which their feed has no more.
    #[arg(long)]
    pub(super) prune: bool,
    /// How long files must have stayed as they are before they are read: 500ms, 2s, 1m.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    pub(super) debounce: Duration,
    /// End once nothing has changed for that long.
    #[arg(long)]
    pub(super) once_idle: bool,
}

/// How inputs are read that do not say so themselves.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Read named files and standard input as text, html, jsonl, json, csv, warc or tar, and in folders what has no known
    /// ending; compression is seen by itself.
    #[arg(long, value_name = "FORMAT", value_parser = input_format)]
    pub(super) format: Option<InputFormat>,
    /// Which names the rows of feeds have for url, title, text, html, id, date and captured, where they cannot be guessed:
    /// url=link,text=body or text=data.body.
    #[arg(long, value_name = "FIELD=NAME,...")]
    pub(super) map: Option<FieldMap>,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct RemoveArguments {
    /// Pages by id, address, path or key, or all pages of a site: site:HOST.
    #[arg(value_name = "NAME", required_unless_present = "list")]
    pub(super) names: Vec<String>,
    /// Do not ask.
    #[arg(short, long)]
    pub(super) yes: bool,
    /// List what was removed, and do nothing else.
    #[arg(long, conflicts_with_all = ["names", "undo"])]
    pub(super) list: bool,
    /// Take removals back, named as --list names them; the next `search index` reads the pages again.
    #[arg(long)]
    pub(super) undo: bool,
    /// Wait while another run writes to the index, instead of giving up.
    #[arg(long)]
    pub(super) wait: bool,
}

/// Arguments of `extract`.
#[derive(Debug, Args)]
pub(super) struct ExtractArguments {
    /// Files and folders to read, as `search index` does; `-` is standard input.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Also print what was stripped, and why.
    #[arg(long)]
    pub(super) removed: bool,
    /// Exit with 4 when an input was skipped.
    #[arg(long)]
    pub(super) strict: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// Also print what was stripped, and why.
    #[arg(long)]
    pub(super) removed: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The page's id or the beginning of it, as hits show it; `ID#2` shows section 2.
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Show what was stripped, and why, instead of the article.
    #[arg(long)]
    pub(super) removed: bool,
    /// Print the page as one JSON row.
    #[arg(short = 'j')]
    pub(super) json: bool,
}

/// Arguments of `facets`.
#[derive(Debug, Args)]
pub(super) struct FacetsArguments {
    /// city, clinic, topic, lang or verdict; all of them when left out.
    #[arg(value_name = "FIELD")]
    pub(super) field: Option<String>,
    /// Only values with this text in their name, in either script or pinyin.
    #[arg(long, value_name = "TEXT")]
    pub(super) find: Option<String>,
    /// Only pages that answer this query; at most 20 values a facet.
    #[arg(long, value_name = "QUERY")]
    pub(super) of: Option<String>,
    /// Print one JSON object a value.
    #[arg(short = 'j')]
    pub(super) json: bool,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub(super) struct WhyArguments {
    /// The page: its id or the beginning of it, its address, its path (`PATH#RECORD` within a feed), or its key.
    #[arg(value_name = "PAGE")]
    pub(super) page: String,
    /// The query.
    #[arg(value_name = "WORDS", required = true)]
    pub(super) words: Vec<String>,
    /// Print one JSON object.
    #[arg(short = 'j')]
    pub(super) json: bool,
}

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    /// A collection: a folder with corpus.jsonl, queries.tsv, qrels.trec and perhaps answers.jsonl. It is indexed into a
    /// temporary place. Without one, the queries go to the current index.
    #[arg(value_name = "DIR", required_unless_present = "queries", conflicts_with_all = ["queries", "qrels"])]
    pub(super) collection: Option<PathBuf>,
    /// Queries: `qid<TAB>text` a line, or TSV whose header names `qid`, `query` and perhaps `kind`.
    #[arg(long, value_name = "FILE", requires = "qrels")]
    pub(super) queries: Option<PathBuf>,
    /// Which pages are right: `qid<TAB>page<TAB>grade` a line, 0 for a wrong one; a page by its key, address, path or
    /// id. TREC's four columns are taken too.
    #[arg(long, value_name = "FILE", requires = "queries")]
    pub(super) qrels: Option<PathBuf>,
    /// Texts that answer: one {"qid": ..., "answers": [...]} a line. Measures whether the first hit's first passage holds one.
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<PathBuf>,
    /// Write what was found as a TREC run: a page by its key, else its address, else its path.
    #[arg(long, value_name = "FILE")]
    pub(super) run: Option<PathBuf>,
    /// Write the first passage of each first hit: {"qid", "id", "passage"} a line.
    #[arg(long, value_name = "FILE")]
    pub(super) passages: Option<PathBuf>,
    /// Longest passage, in characters, 40 to 2000.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = passage_length)]
    pub(super) passage_chars: usize,
    /// Compare with a TREC run of the same queries, by paired bootstrap.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Exit with 1 when a measure is below a value, e.g. ndcg@10=0.8 (or r@100, mrr@10, ans@1); repeatable.
    #[arg(long, value_name = "MEASURE=VALUE")]
    pub(super) min: Vec<Floor>,
    /// Rank with other weights: a changed copy of src/search/ranking.toml.
    #[arg(long, value_name = "FILE")]
    pub(super) weights: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(short = 'j')]
    pub(super) json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => Some(1),
        "s" | "" => Some(1000),
        "m" => Some(60_000),
        _ => None,
    };
    let milliseconds = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    milliseconds.map(Duration::from_millis).ok_or_else(|| "write 500ms, 2s or 1m".to_owned())
}

pub(super) fn passage_length(text: &str) -> Result<usize, String> {
    let length = text.parse().ok().filter(|length| PASSAGE_LENGTHS.contains(length));
    length.ok_or_else(|| format!("write {} to {}", PASSAGE_LENGTHS.start(), PASSAGE_LENGTHS.end()))
}

fn input_format(text: &str) -> Result<InputFormat, String> {
    let format = InputFormat::NAMED.into_iter().find(|(name, _)| *name == text);
    let known = || InputFormat::NAMED.map(|(name, _)| name).join(", ");
    format.map(|(_, format)| format).ok_or_else(|| format!("there are {}", known()))
}

/// Arguments of `help`.
#[derive(Debug, Args)]
pub(super) struct HelpArguments {
    /// A command, `query`, `output` or `config`.
    #[arg(value_name = "TOPIC")]
    pub(super) topic: Option<String>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Remove what was left over, and write anew or forget what can be found out again.
    #[arg(long)]
    pub(super) fix: bool,
    /// Print one JSON object a finding, and one of the sum.
    #[arg(short = 'j')]
    pub(super) json: bool,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub(super) struct StatsArguments {
    /// Print one JSON object.
    #[arg(short = 'j')]
    pub(super) json: bool,
}
