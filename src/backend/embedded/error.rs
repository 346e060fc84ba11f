//! What can go wrong with the embedded index, by what the caller can do about it.

use std::io;
use std::path::PathBuf;

/// An index that could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// There is no index of ours: build one.
    #[error("no index in {directory}")]
    Missing {
        /// The folder that was looked at.
        directory: PathBuf,
    },
    /// The folder holds something else: name another one.
    #[error("{directory} holds other files and no index")]
    Foreign {
        /// The folder.
        directory: PathBuf,
    },
    /// Another version wrote the index: rebuild it.
    #[error("{directory} was written in index format {found}; this program reads format {expected}")]
    OtherFormat {
        /// The folder.
        directory: PathBuf,
        /// Format of the index.
        found: u32,
        /// Format of this program.
        expected: u32,
    },
    /// Another process writes to it: wait.
    #[error("another process{} is writing to {directory}", holder.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Busy {
        /// The folder.
        directory: PathBuf,
        /// Its process number, where it could be read.
        holder: Option<u32>,
    },
    /// A file of the index could not be read or written, e.g. a full disk.
    #[error("cannot access {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The engine below refused; what was not published is lost and must be put again.
    #[error("the index in {directory} failed")]
    Engine {
        /// The folder.
        directory: PathBuf,
        /// The cause.
        #[source]
        source: tantivy::TantivyError,
    },
    /// A stored document or the index's own note cannot be understood: rebuild.
    #[error("{directory} is damaged: {what}")]
    Damaged {
        /// The folder.
        directory: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The revision failed before; it must be dropped and begun again.
    #[error("this revision failed before and cannot go on")]
    Failed,
}
