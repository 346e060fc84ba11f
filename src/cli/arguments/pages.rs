//! What the commands take that print pages of the index.

use clap::{Args, ValueEnum};

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// Only the pages that this query finds, best first, with rank, score and passages; in the query language, city:Dalian
    /// alone will do. Copies of an article fold under one, as in a search; at most 20,000.
    #[arg(long, value_name = "WORDS")]
    pub(in crate::cli) query: Option<String>,
    /// How to print.
    #[arg(short, long, value_name = "FMT", default_value = "ndjson")]
    pub(in crate::cli) output: ExportFormat,
    /// JSON rows, as without -o; errors are JSON, too.
    #[arg(short = 'j', overrides_with = "output")]
    pub(in crate::cli) json: bool,
    /// Also print what was stripped, and why.
    #[arg(long)]
    pub(in crate::cli) removed: bool,
}

impl ExportArguments {
    /// How to print; of `-o` and `-j` the last one counts.
    pub(in crate::cli) fn format(&self) -> ExportFormat {
        if self.json { ExportFormat::Ndjson } else { self.output }
    }
}

/// Arguments of `show`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(in crate::cli) struct ShowArguments {
    /// The page: its id or the beginning of it, its address, its path (`PATH#RECORD` within a feed), or its key; with `#2`
    /// behind it, section 2.
    #[arg(value_name = "PAGE", value_parser = super::named)]
    pub(in crate::cli) page: String,
    /// Show what was stripped, and why, instead of the article.
    #[arg(long)]
    pub(in crate::cli) removed: bool,
    /// Show all text of the page, a line a block: the article, and what was stripped from it at its place. It comes from
    /// the index, so markup and invisible characters are gone; the source file is not read.
    #[arg(long, conflicts_with_all = ["removed", "json"])]
    pub(in crate::cli) raw: bool,
    /// Print the article, or the section of it, as an HTML page that stands alone: without scripts and pictures, every
    /// text escaped.
    #[arg(long, conflicts_with_all = ["removed", "raw", "json"])]
    pub(in crate::cli) html: bool,
    /// Print the page as one JSON row; with --removed, what was stripped is in it.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// How to print pages with all their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// One JSON object a page.
    Ndjson,
    /// A table with a header, one row a page; text that a spreadsheet would compute is quoted by `'`.
    Csv,
    /// Markdown: one article after the other.
    #[value(alias = "markdown")]
    Md,
    /// A Parquet file: the keys of rows as columns, lists and objects nested.
    #[cfg(feature = "parquet")]
    Parquet,
}
