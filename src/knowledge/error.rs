//! What can be wrong with a knowledge file. Every variant names the file, and the line where there is one.

use std::io;
use std::path::PathBuf;

/// A knowledge file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// The file, or the directory, cannot be read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line does not have the format that the head of the built-in file describes.
    #[error("{}:{line}: {problem}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A key stands twice in one file.
    #[error("{}:{line}: `{key}` is listed twice", file.display())]
    Duplicate {
        /// The file.
        file: PathBuf,
        /// Line of the second entry, from 1.
        line: usize,
        /// The key.
        key: String,
    },
    /// An entry names something that no file holds.
    #[error("{}:{line}: no {what} `{name}` is known", file.display())]
    Unknown {
        /// The file.
        file: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is missing, e.g. `province`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A rule of page furniture is wrong.
    #[error(transparent)]
    Chrome(#[from] super::chrome::ChromeError),
}
