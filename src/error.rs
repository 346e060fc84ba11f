//! One error for callers of the library, by what they can do about it.

use crate::backend::embedded::BackendError;
use crate::ingest::source::NoSuchPath;
use crate::knowledge::error::KnowledgeError;
use crate::model::document::DocumentId;
use crate::search::answer::SearchError;
use crate::search::filters::FilterError;

/// What an [`crate::Engine`] could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The index is missing, busy, of another format, damaged, or its disk refuses.
    #[error(transparent)]
    Index(#[from] BackendError),
    /// A knowledge file has a wrong line; the error names it.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    /// A path to be read does not exist.
    #[error(transparent)]
    NoSuchPath(#[from] NoSuchPath),
    /// A filter names a city or topic that nobody knows.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// No page goes by this name.
    #[error("no page goes by `{0}`: it is the beginning of no id, and no address, path or key")]
    NoSuchPage(String),
    /// Several pages go by this name: the beginning of their ids, or the feed that they are of.
    #[error("several pages go by `{name}`")]
    AmbiguousPage {
        /// As given.
        name: String,
        /// Some of them.
        ids: Vec<DocumentId>,
    },
    /// The ranking weights are invalid.
    #[error("the ranking weights are invalid")]
    Weights(#[from] toml::de::Error),
    /// The index that was to be built anew is as it was: the caller cancelled that.
    #[error("cancelled: the index is as it was")]
    Cancelled,
    /// The caller's own sink refused a row; it ends the export.
    #[error("the rows could not be handed on")]
    Sink(#[from] std::io::Error),
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Filter(error) => Self::Filter(error),
            SearchError::Backend(error) => Self::Index(error),
        }
    }
}
