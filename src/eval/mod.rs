//! How good answers are: judged queries and the pages that were found for them in, figures out.
//!
//! * [`collection`] reads queries, judgements and answers, [`run`] a ranking in the format of TREC,
//! * [`measures`] gives the figures of one query and their means, [`compare`] says whether two runs differ.
//!
//! Nothing here searches: who asks the queries hands over the names of the pages, best first.

pub mod collection;
pub mod compare;
pub mod measures;
pub mod run;

use std::path::PathBuf;

/// An evaluation that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// A file is missing or may not be read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is not what the file's format wants.
    #[error("{}:{line}: {what}", file.display())]
    Malformed {
        /// Which file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// No query has a page that is right for it.
    #[error("no query of {} has a relevant page in the judgements", queries.display())]
    NothingJudged {
        /// The file of the queries.
        queries: PathBuf,
    },
}

/// The text of a file, without a byte order mark.
fn read(file: &std::path::Path) -> Result<String, EvaluationError> {
    let text = std::fs::read_to_string(file)
        .map_err(|source| EvaluationError::Unreadable { file: file.to_owned(), source })?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// The cells of a line: parted by tabs where it has any, else by white space.
fn cells(line: &str) -> Vec<&str> {
    if line.contains('\t') { line.split('\t').map(str::trim).collect() } else { line.split_whitespace().collect() }
}
