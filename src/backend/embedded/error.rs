//! What can go wrong with the embedded index, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tantivy::TantivyError;
use tantivy::directory::error::OpenReadError;

/// An index that could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    #[error(
        "{directory} was written by search {written_by} (format {found}); this is {} (format {expected})",
        env!("CARGO_PKG_VERSION")
    )]
    OtherFormat {
        /// The folder.
        directory: PathBuf,
        /// Version of the program that wrote it.
        written_by: String,
        /// Format of the index.
        found: u32,
        /// Format of this program.
        expected: u32,
        /// Pages in it, where its files tell.
        pages: Option<u64>,
    },
    /// Another process writes to it: wait.
    #[error("another process{} is writing to {directory}", who(*holder, *since))]
    Busy {
        /// The folder.
        directory: PathBuf,
        /// Its process number, where it could be read.
        holder: Option<u32>,
        /// When it has begun, where that is known.
        since: Option<SystemTime>,
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

impl BackendError {
    /// Whether what is stored is at fault, and not its disk or who reads it: another reader would fail as well.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } => true,
            Self::Io { source, .. } => is_unreadable(source),
            Self::Engine { source, .. } => match source {
                TantivyError::IoError(error) => is_unreadable(error),
                TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => is_unreadable(io_error),
                TantivyError::OpenReadError(_)
                | TantivyError::DataCorruption(_)
                | TantivyError::SchemaError(_)
                | TantivyError::IncompatibleIndex(_) => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// The folder of the index, where the error names it.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Missing { directory }
            | Self::Foreign { directory }
            | Self::OtherFormat { directory, .. }
            | Self::Busy { directory, .. }
            | Self::Engine { directory, .. }
            | Self::Damaged { directory, .. } => Some(directory),
            Self::Io { .. } | Self::Failed => None,
        }
    }
}

/// ` (pid 4121, for 3 min)`: what is known of a writer.
fn who(holder: Option<u32>, since: Option<SystemTime>) -> String {
    let seconds = since.and_then(|since| since.elapsed().ok()).map(|time| time.as_secs());
    let time = seconds
        .map(|seconds| if seconds < 120 { format!("for {seconds} s") } else { format!("for {} min", seconds / 60) });
    let known: Vec<String> = holder.map(|pid| format!("pid {pid}")).into_iter().chain(time).collect();
    if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
}

/// What an error of the engine says, without the values of a program that its own message shows.
pub(super) fn told(error: &TantivyError) -> String {
    match error {
        TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(file)) => format!("{} is missing", file.display()),
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, filepath }) => {
            format!("{}: {io_error}", filepath.display())
        }
        TantivyError::IoError(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Whether bytes came, and were wrong.
fn is_unreadable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other)
}
