//! What the commands take that find without a question, and those for packagers.

use std::path::PathBuf;

use clap::{Args, value_parser};
use clap_complete::Shell;

use super::OutputFormat;

/// Arguments of `similar`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SimilarArguments {
    /// The page: its id or the beginning of it, its address, its path (`PATH#RECORD` within a feed), or its key.
    #[arg(value_name = "PAGE", value_parser = super::named)]
    pub(in crate::cli) page_name: String,
    /// Instead list the pages with the same text for other clinics.
    #[arg(long)]
    pub(in crate::cli) template: bool,
    /// How many hits to print, 1 to 1000.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, allow_negative_numbers = true, value_parser = value_parser!(u16).range(1..=1000))]
    pub(in crate::cli) limit: u16,
    /// The page of the answer, of as many hits as -n says.
    #[arg(short = 'p', long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = value_parser!(u32).range(1..=20_000))]
    pub(in crate::cli) page: u32,
    /// How to print; of `-o` and `-j` the last one counts.
    #[arg(short, long, value_name = "FMT", default_value = "pretty", env = "SEARCH_OUTPUT")]
    pub(in crate::cli) output: OutputFormat,
    /// One JSON object a hit, one a line: the same as `-o ndjson`.
    #[arg(short = 'j', overrides_with = "output")]
    pub(in crate::cli) ndjson: bool,
}

impl SimilarArguments {
    /// How to print: the flags first, then the environment.
    pub(in crate::cli) fn format(&self) -> OutputFormat {
        if self.ndjson { OutputFormat::Ndjson } else { self.output }
    }
}

/// Arguments of `suggest`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SuggestArguments {
    /// The beginning of a city, a clinic or a title, in either script; Chinese names also by pinyin or its initials: wsl.
    #[arg(value_name = "PREFIX", required = true)]
    pub(in crate::cli) prefix: Vec<String>,
    /// How many suggestions, 1 to 100.
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10, allow_negative_numbers = true, value_parser = value_parser!(u16).range(1..=100))]
    pub(in crate::cli) limit: u16,
    /// Print one JSON object a suggestion.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(in crate::cli) shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// Write search.1 and a page for each command into this folder, instead of search.1 to standard output.
    #[arg(value_name = "DIR")]
    pub(in crate::cli) directory: Option<PathBuf>,
}
