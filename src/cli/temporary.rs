//! Folders for what is not kept.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;

use super::failure::{Exit, Failure};

/// A folder that goes away with its value.
pub(super) struct TemporaryFolder {
    /// Where it is.
    pub(super) path: PathBuf,
    is_kept: Cell<bool>,
}

impl TemporaryFolder {
    /// Names that are tried before giving up.
    const TRIES: u32 = 100;

    /// Makes one, new and empty; `what` it is for is part of its name.
    pub(super) fn new(what: &str) -> Result<Self, Failure> {
        let place = std::env::temp_dir();
        for attempt in 0..Self::TRIES {
            let path = place.join(format!("search-{what}-{}-{attempt}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, is_kept: Cell::new(false) }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Failure::new(Exit::Failed, "io", format!("{}: {error}", path.display())));
                }
            }
        }
        Err(Failure::new(Exit::Failed, "io", format!("{}: no free name for a folder", place.display())))
    }

    /// Leaves it where it is: somebody was told of it.
    pub(super) fn keep(&self) {
        self.is_kept.set(true);
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if self.is_kept.get() {
            return;
        }
        // What is left there is the system's to clear away.
        let _ = fs::remove_dir_all(&self.path);
    }
}
