//! What the commands take that read pages, or forget them.

use std::path::PathBuf;
use std::time::Duration;

use article_search::ingest::formats::rows::FieldMap;
use article_search::ingest::kind::InputFormat;
use article_search::model::site::SiteName;
use clap::{Args, value_parser};

use super::duration;

/// Arguments of `index`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(in crate::cli) struct IndexArguments {
    /// Files and folders to read: .txt .html .jsonl .json .csv .warc, each also .gz or .zst, or in a .tar, .zip
    /// or .wacz; `-` is standard input. Links inside folders are not followed.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
    /// Write nothing: say what the run would do.
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// With --dry-run: show for each site and rule what would be cut, how many lines, and the longest of them.
    #[arg(long, requires = "dry_run", conflicts_with = "json")]
    pub(in crate::cli) removed: bool,
    /// Drop pages whose file below PATHS is gone, or which their feed has no more.
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// Build the index anew from PATHS alone, beside the old one, which answers until the new one is finished.
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) full: bool,
    /// Wait while another run writes to the index, instead of giving up.
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) wait: bool,
    /// Exit with 4 when an input was skipped.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Write what the run did to FILE: a JSON row for each skipped input, and one of the sum (search help output).
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,
    /// Print the rows of --report; errors are JSON, too.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub(in crate::cli) struct WatchArguments {
    /// Files and folders to watch.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
    /// Drop pages whose file below PATHS is gone, or which their feed has no more.
    #[arg(long)]
    pub(in crate::cli) prune: bool,
    /// How long files must have stayed as they are before they are read: 500ms, 2s, 1m.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    pub(in crate::cli) debounce: Duration,
    /// End once nothing has changed for that long.
    #[arg(long)]
    pub(in crate::cli) once_idle: bool,
    /// Print the rows of a report for each run; errors are JSON, too.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// How inputs are read: what they do not say themselves, and by how many threads.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReadingArguments {
    /// Read named files and standard input as text, html, jsonl, json, csv, warc, tar, zip or wacz, and in folders what
    /// has no known ending; compression is seen by itself.
    #[arg(long, value_name = "FORMAT", value_parser = input_format)]
    pub(in crate::cli) format: Option<InputFormat>,
    /// Which names the rows of feeds have for url, title, text, html, id, date and captured, where they cannot be guessed:
    /// url=link,text=body or text=data.body.
    #[arg(long, value_name = "FIELD=NAME,...")]
    pub(in crate::cli) map: Option<FieldMap>,
    /// Take pages without an address for pages of this site, by its host, and not of their feed or folder: the rules of
    /// sites.toml for it are theirs, what its pages share is learnt from them too, and a search finds them by --site. Give it
    /// whenever these files are read; files that were read without it are read again.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) site: Option<SiteName>,
    /// Threads that clean pages and recognise what they are about, 1 to 256; without it, one a processor. The index writes
    /// with threads of its own.
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=256))]
    pub(in crate::cli) jobs: Option<u16>,
}

impl ReadingArguments {
    /// Whether nothing is asked for.
    pub(in crate::cli) fn is_usual(&self) -> bool {
        let Self { format, map, site, jobs } = self;
        format.is_none() && map.is_none() && site.is_none() && jobs.is_none()
    }
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(in crate::cli) struct RemoveArguments {
    /// Pages by id, address, path or key, or all pages of a site: site:HOST.
    #[arg(value_name = "NAME", required_unless_present = "list", value_parser = removable)]
    pub(in crate::cli) names: Vec<String>,
    /// Do not ask.
    #[arg(short, long)]
    pub(in crate::cli) yes: bool,
    /// List what was removed, and do nothing else.
    #[arg(long, conflicts_with_all = ["names", "undo"])]
    pub(in crate::cli) list: bool,
    /// Take removals back, named as --list names them; the next `search index` reads the pages again.
    #[arg(long)]
    pub(in crate::cli) undo: bool,
    /// Wait while another run writes to the index, instead of giving up.
    #[arg(long)]
    pub(in crate::cli) wait: bool,
    /// Print one JSON object a removal with --list, else one of what was done; errors are JSON, too.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// Arguments of `extract`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExtractArguments {
    /// Files and folders to read, as `search index` does; `-` is standard input.
    #[arg(value_name = "PATHS", default_value = "corpus", env = "SEARCH_CORPUS")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
    /// Also print what was stripped, and why.
    #[arg(long)]
    pub(in crate::cli) removed: bool,
    /// Exit with 4 when an input was skipped.
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Errors as JSON; pages are JSON rows anyway.
    #[arg(short = 'j')]
    pub(in crate::cli) json: bool,
}

/// What may be removed: a page or a site with a name.
fn removable(text: &str) -> Result<String, String> {
    super::named(text.strip_prefix("site:").unwrap_or(text))?;
    Ok(text.to_owned())
}

fn input_format(text: &str) -> Result<InputFormat, String> {
    let format = InputFormat::NAMED.into_iter().find(|(name, _)| *name == text);
    let known = || InputFormat::NAMED.map(|(name, _)| name).join(", ");
    format.map(|(_, format)| format).ok_or_else(|| format!("there are {}", known()))
}
