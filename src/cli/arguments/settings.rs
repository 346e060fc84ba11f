//! What `search settings` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ReadingArguments;

/// Arguments of `settings`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SettingsArguments {
    #[command(subcommand)]
    pub(in crate::cli) action: Option<SettingsAction>,
    /// The list as one JSON object a file, and errors as JSON.
    #[arg(short = 'j', global = true)]
    pub(in crate::cli) json: bool,
}

/// What to do with what is saved with the index.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SettingsAction {
    /// Print a knowledge file as saved, else as built in; without a name, list the files
    Get {
        /// synonyms.toml, stopwords.toml, sites.toml, cities.csv, ...
        #[arg(value_name = "FILE")]
        file: Option<String>,
    },
    /// Check a knowledge file and save it with the index; an empty one takes the saved one away
    Set {
        /// The knowledge file that it is.
        #[arg(value_name = "FILE")]
        file: String,
        /// Where its text is; `-` is standard input.
        #[arg(value_name = "FROM")]
        from: PathBuf,
        /// Save nothing: say what it would do to the pages.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        trial: TrialArguments,
        /// Wait while a run writes to the index, instead of giving up.
        #[arg(long)]
        wait: bool,
    },
    /// Edit a knowledge file in VISUAL or EDITOR, check it, and save it
    Edit {
        /// The knowledge file.
        #[arg(value_name = "FILE")]
        file: String,
        /// Wait while a run writes to the index, instead of giving up.
        #[arg(long)]
        wait: bool,
    },
    /// Check what is saved, or a folder of knowledge files, and say what the folder would do to the pages and their order
    Check {
        /// A folder of knowledge files in the place of what is saved.
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
        #[command(flatten)]
        trial: TrialArguments,
    },
}

/// How the pages are read on which a change is tried, and judged queries by which it is measured.
#[derive(Debug, Args)]
pub(in crate::cli) struct TrialArguments {
    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
    /// Also say how the order of the pages would change: the figures of search eval before and after, over the corpus,
    /// and the queries whose pages move. The file is one of search eval --queries.
    #[arg(long, value_name = "FILE", requires = "qrels")]
    pub(in crate::cli) queries: Option<PathBuf>,
    /// Which pages are right, as search eval --qrels takes it.
    #[arg(long, value_name = "FILE", requires = "queries")]
    pub(in crate::cli) qrels: Option<PathBuf>,
}
