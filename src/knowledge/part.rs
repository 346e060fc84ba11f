//! A part of the knowledge, read when it is first asked for.
//!
//! What is built in is right, as tests show, and waits until somebody needs it: a query needs no page furniture. What a
//! user's directory adds is read at once, so that a wrong line is reported before any work begins.

use std::ops::Deref;
use std::path::Path;
use std::sync::OnceLock;

use super::error::KnowledgeError;

/// How a part is read: the built-in files, and those of the directory.
type Read<T> = fn(Option<&Path>) -> Result<T, KnowledgeError>;

/// A part of the knowledge; it stands for its value.
#[derive(Debug)]
pub struct Part<T> {
    value: OnceLock<T>,
    read: Read<T>,
}

impl<T> Part<T> {
    /// The part that `read` makes of the files in `directory`, now; of the built-in files alone, later.
    pub(super) fn of(directory: Option<&Path>, read: Read<T>) -> Result<Self, KnowledgeError> {
        let value = match directory {
            Some(_) => OnceLock::from(read(directory)?),
            None => OnceLock::new(),
        };
        Ok(Self { value, read })
    }
}

impl<T> Part<T> {
    /// Reads it now, if nobody has yet.
    pub(super) fn prepare(&self) {
        let _: &T = self;
    }
}

impl<T> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| match (self.read)(None) {
            Ok(value) => value,
            Err(error) => unreachable!("a unit test reads all built-in files: {error}"),
        })
    }
}
