//! What a search takes: its words, what narrows and orders them, and how the answer is printed.

use std::path::PathBuf;
use std::time::Duration;

use article_search::model::period::Day;
use article_search::model::plan::Order;
use clap::{Args, ValueEnum, value_parser};

use super::{duration, passage_length};
use crate::cli::print::template::Template;

/// Arguments of a search.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(in crate::cli) struct QueryArguments {
    /// What to look for, e.g. "Chongqing medical insurance"; `-` reads queries from standard input, one a line.
    #[arg(value_name = "WORDS")]
    pub(in crate::cli) words: Vec<String>,
    /// Only pages about this city, in any language or spelling; repeat for any of several.
    #[arg(short, long, value_name = "NAME", value_parser = named)]
    pub(in crate::cli) city: Vec<String>,
    /// Only pages about the clinic called so, or else clinics whose name holds these words; repeat for any of several.
    #[arg(long, value_name = "NAME", value_parser = named)]
    pub(in crate::cli) clinic: Vec<String>,
    /// Only pages about this topic, by id or label (see: search facets topic); repeat for any of several.
    #[arg(long, value_name = "NAME", value_parser = named)]
    pub(in crate::cli) topic: Vec<String>,
    /// Only pages in this language: en, zh, or another code; repeat for any of several.
    #[arg(long, value_name = "CODE", value_parser = named)]
    pub(in crate::cli) lang: Vec<String>,
    /// Only pages of this site, by its host; repeat for any of several.
    #[arg(long, value_name = "HOST", value_parser = named)]
    pub(in crate::cli) site: Vec<String>,
    /// Only pages published then or later: 2024, 2024-03, 2024-03-05, or 30d ago (also w, m, y); those without a date too.
    #[arg(long, value_name = "DATE", value_parser = Moment::parse)]
    pub(in crate::cli) since: Option<Moment>,
    /// Only pages published then or earlier; those without a date too.
    #[arg(long, value_name = "DATE", value_parser = Moment::parse)]
    pub(in crate::cli) until: Option<Moment>,
    /// Only pages whose date is known.
    #[arg(long)]
    pub(in crate::cli) dated: bool,
    /// What comes first: the best page, the oldest (date), the newest (-date), or the first title.
    #[arg(long, value_name = "ORDER", default_value = "relevance", allow_hyphen_values = true)]
    pub(in crate::cli) sort: SortOrder,
    /// Which pages fold under one hit.
    #[arg(long, value_name = "BY", default_value = "article")]
    pub(in crate::cli) group: GroupBy,
    /// A page needs to hold only one of the words; without this or --all two of them, where some page does.
    #[arg(long, conflicts_with = "all")]
    pub(in crate::cli) any: bool,
    /// A page must hold every word, or another way to say it.
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// The page of the answer, of as many hits as -n says.
    #[arg(short = 'p', long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..=20_000))]
    pub(in crate::cli) page: u32,
    /// How many hits to print, 1 to 1000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, allow_negative_numbers = true, value_parser = value_parser!(u16).range(1..=1000))]
    pub(in crate::cli) limit: u16,
    /// How many passages to show of each hit, 0 to 10.
    #[arg(long, value_name = "N", default_value_t = 2, allow_negative_numbers = true, value_parser = value_parser!(u16).range(0..=10))]
    pub(in crate::cli) passages: u16,
    /// Longest passage, in characters, 40 to 2000; without it about three lines.
    #[arg(long, value_name = "N", value_parser = passage_length)]
    pub(in crate::cli) passage_chars: Option<usize>,
    /// How many sentences of the paragraph to show on either side of a passage, 0 to 10.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = value_parser!(u16).range(0..=10))]
    pub(in crate::cli) context: u16,
    /// The words as written: no other forms of them (`reimburse` is not `reimbursed`), no other ways to say them, no
    /// spelling help; phrases and exclusions likewise. Case, width, accents and traditional characters do not matter.
    #[arg(long)]
    pub(in crate::cli) exact: bool,
    /// Look for pages no longer than this, e.g. 300ms, and answer with those found so far.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    pub(in crate::cli) deadline: Duration,
    /// Leave out pages with this word or phrase; repeatable.
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) not: Vec<String>,
    /// How to print; of `-o` and `-j` the last one counts.
    #[arg(short, long, value_name = "FMT", default_value = "pretty", env = "SEARCH_OUTPUT")]
    pub(in crate::cli) output: OutputFormat,
    /// One JSON object a hit, one a line: the same as `-o ndjson`.
    #[arg(short = 'j', overrides_with = "output")]
    pub(in crate::cli) ndjson: bool,
    /// Print each hit like this, e.g. '{title}\t{url}\t{passage}'; search help output lists the names.
    #[arg(long, value_name = "STR", conflicts_with = "ndjson")]
    pub(in crate::cli) template: Option<Template>,
    /// Read queries from a file, or from standard input (`-`): one a line, or TSV whose header names `qid` and `query`.
    #[arg(long, value_name = "FILE", conflicts_with = "words")]
    pub(in crate::cli) queries: Option<PathBuf>,
    /// Show the parts of each score, and what the query was taken for.
    #[arg(long)]
    pub(in crate::cli) explain: bool,
    /// What a lone `-` among the words is; clap does not tell what stood behind `--`.
    #[arg(skip)]
    pub(in crate::cli) dash: Dash,
}

/// What a lone `-` is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::cli) enum Dash {
    /// Where queries are read from.
    #[default]
    StandardInput,
    /// A word as any other.
    Word,
}

impl QueryArguments {
    /// How to print: the flags first, then the environment.
    pub(in crate::cli) fn format(&self) -> OutputFormat {
        if self.ndjson { OutputFormat::Ndjson } else { self.output }
    }

    /// Whether JSON is printed, so that errors are too.
    pub(in crate::cli) fn wants_json(&self) -> bool {
        self.template.is_none() && self.format().is_json()
    }
}

/// A name that names something.
pub(in crate::cli) fn named(text: &str) -> Result<String, String> {
    let is_named = text.chars().any(char::is_alphanumeric);
    if is_named { Ok(text.to_owned()) } else { Err("it names nothing".to_owned()) }
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SortOrder {
    /// The best page.
    Relevance,
    /// The oldest page; those without a date last.
    Date,
    /// The newest page; those without a date last.
    #[value(name = "-date")]
    Newest,
    /// The first title.
    Title,
}

impl SortOrder {
    /// The same, as a query takes it.
    pub(in crate::cli) fn order(self) -> Order {
        match self {
            Self::Relevance => Order::Relevance,
            Self::Date => Order::Oldest,
            Self::Newest => Order::Newest,
            Self::Title => Order::Title,
        }
    }
}

/// Which pages fold under one hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GroupBy {
    /// The same article at other addresses.
    Article,
    /// None: every page is a hit.
    None,
    /// Pages about the same clinics.
    Clinic,
    /// Pages about the same cities.
    City,
    /// Pages of one site.
    Site,
    /// The same text for other clinics.
    Template,
}

/// A day, or so many days before today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Moment {
    /// The first and the last day of a year or a month, or one day.
    Named(Day, Day),
    /// Days before today.
    DaysAgo(u32),
}

impl Moment {
    fn parse(text: &str) -> Result<Self, String> {
        let ago = [('d', 1), ('w', 7), ('m', 30), ('y', 365)].into_iter().find_map(|(unit, days)| {
            let number = text.strip_suffix(unit)?.parse::<u32>().ok()?;
            Some(number.saturating_mul(days))
        });
        if let Some(days) = ago {
            return Ok(Self::DaysAgo(days));
        }
        let named = Day::first_of(text).and_then(|first| Ok(Self::Named(first, Day::last_of(text)?)));
        named.map_err(|error| format!("{error}, or 30d"))
    }

    /// The first day of it; `today` counts from 1970.
    pub(in crate::cli) fn first_day(&self, today: i64) -> Day {
        match self {
            Self::Named(first, _) => *first,
            // Longer ago than pages can be is as long ago as they can be.
            Self::DaysAgo(days) => Day::after_1970(today - i64::from(*days)).unwrap_or(Day::FIRST),
        }
    }

    /// The last day of it; `today` counts from 1970.
    pub(in crate::cli) fn last_day(&self, today: i64) -> Day {
        match self {
            Self::Named(_, last) => *last,
            Self::DaysAgo(_) => self.first_day(today),
        }
    }
}

/// How to print an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputFormat {
    /// For reading: colours, links and folding on a terminal.
    Pretty,
    /// The same text without any of them.
    Plain,
    /// One JSON object a query.
    Json,
    /// One JSON object a hit.
    Ndjson,
    /// A table with commas, one row a hit; text that a spreadsheet would compute is quoted by `'`.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Markdown: titles as links, passages as quotations.
    Md,
    /// Addresses, one a line.
    Urls,
    /// Source files, one a line, each once.
    Paths,
}

impl OutputFormat {
    /// Whether it is JSON, so that errors are too.
    pub(in crate::cli) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }

    /// Whether people read it as it comes, with notes beside.
    pub(in crate::cli) fn is_screen(self) -> bool {
        matches!(self, Self::Pretty | Self::Plain)
    }
}
