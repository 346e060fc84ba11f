//! What the commands take that print pages of the index.

use clap::Args;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// Also print what was stripped, and why.
    #[arg(long)]
    pub(in crate::cli) removed: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(in crate::cli) struct ShowArguments {
    /// The page's id or the beginning of it, as hits show it; `ID#2` shows section 2.
    #[arg(value_name = "ID")]
    pub(in crate::cli) id: String,
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
