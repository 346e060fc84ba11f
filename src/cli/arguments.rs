//! What the command line takes: parsed and checked, nothing else. The help texts are the manual.

mod browse;
mod eval;
mod pages;
mod query;
mod runs;
mod settings;

use std::path::PathBuf;
use std::time::Duration;

use article_search::model::query::PASSAGE_LENGTHS;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(super) use self::browse::{CompletionsArguments, ManArguments, SimilarArguments, SuggestArguments};
pub(super) use self::eval::EvalArguments;
pub(super) use self::pages::{ExportArguments, ExportFormat, ShowArguments};
use self::query::named;
pub(super) use self::query::{Dash, GroupBy, OutputFormat, QueryArguments};
pub(super) use self::runs::{ExtractArguments, IndexArguments, ReadingArguments, RemoveArguments, WatchArguments};
pub(super) use self::settings::{SettingsAction, SettingsArguments, TrialArguments};

/// Search scraped articles.
#[derive(Debug, Parser)]
#[command(
    name = "search",
    version,
    disable_help_subcommand = true,
    override_usage = "search [FLAGS] WORDS...\n       search COMMAND [FLAGS] [ARGS]"
)]
#[command(after_help = "A first word that is exactly a command is one; `search -- WORDS` always searches.\n\
    Query language: medical insurance · \"a phrase\" · -without · city:Chongqing clinic:\"Yunheli Dental\" topic:price\n\
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
    /// Say more on standard error: which index, which settings, how the words were taken; twice: versions, variables,
    /// sizes and times, too. `SEARCH_LOG=info` and `SEARCH_LOG=debug` do the same.
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
    /// Print every page of the index, or the hits of a query: JSON rows, CSV or Markdown
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

/// Arguments of `facets`.
#[derive(Debug, Args)]
pub(super) struct FacetsArguments {
    /// city, clinic, topic, lang or verdict; all of them when left out.
    #[arg(value_name = "FIELD")]
    pub(super) field: Option<String>,
    /// Only values with this text in their name, in either script or pinyin.
    #[arg(long, value_name = "TEXT")]
    pub(super) find: Option<String>,
    /// Instead list the pages that have no value of the facet: their ids, places and titles.
    #[arg(long, requires = "field", conflicts_with_all = ["find", "of"])]
    pub(super) none: bool,
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
    #[arg(value_name = "PAGE", value_parser = named)]
    pub(super) page: String,
    /// The query.
    #[arg(value_name = "WORDS", required = true)]
    pub(super) words: Vec<String>,
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

/// Arguments of `help`.
#[derive(Debug, Args)]
pub(super) struct HelpArguments {
    /// A command (`settings set`: one of its own commands), `query`, `output` or `config`.
    #[arg(value_name = "TOPIC")]
    pub(super) topic: Vec<String>,
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
