//! What a search takes: its words, what narrows and orders them, and how the answer is printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::passage_length;
use crate::cli::print::template::Template;

/// Arguments of a search.
#[derive(Debug, Args)]
pub(in crate::cli) struct QueryArguments {
    /// What to look for, e.g. "Chongqing medical insurance"; `-` reads queries from standard input, one a line.
    #[arg(value_name = "WORDS")]
    pub(in crate::cli) words: Vec<String>,
    /// Only pages about this city, in any language or spelling; repeat for any of several.
    #[arg(short, long, value_name = "NAME")]
    pub(in crate::cli) city: Vec<String>,
    /// Only pages about clinics whose name holds these words; repeat for any of several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) clinic: Vec<String>,
    /// Only pages about this topic, by id or label (see: search facets topic); repeat for any of several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) topic: Vec<String>,
    /// Only pages in this language: en, zh, or another code; repeat for any of several.
    #[arg(long, value_name = "CODE")]
    pub(in crate::cli) lang: Vec<String>,
    /// How many hits to print, 1 to 1000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, value_parser = value_parser!(u16).range(1..=1000))]
    pub(in crate::cli) limit: u16,
    /// How many passages to show of each hit, 0 to 10.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(0..=10))]
    pub(in crate::cli) passages: u16,
    /// Longest passage, in characters, 40 to 2000; without it about three lines.
    #[arg(long, value_name = "N", value_parser = passage_length)]
    pub(in crate::cli) passage_chars: Option<usize>,
    /// The words as typed: no synonyms, no spelling help.
    #[arg(long)]
    pub(in crate::cli) exact: bool,
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
    /// Read queries from a file: one a line, or TSV whose header names `qid` and `query`.
    #[arg(long, value_name = "FILE", conflicts_with = "words")]
    pub(in crate::cli) queries: Option<PathBuf>,
    /// Show the parts of each score, and what the query was taken for.
    #[arg(long)]
    pub(in crate::cli) explain: bool,
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
    fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }

    /// Whether people read it as it comes, with notes beside.
    pub(in crate::cli) fn is_screen(self) -> bool {
        matches!(self, Self::Pretty | Self::Plain)
    }
}
