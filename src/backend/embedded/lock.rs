//! One writer at a time: a lock on the folder of the index, whatever generation is written.
//!
//! The lock is the file system's and goes with its process; its file stays where it is and means nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tantivy::Directory;
use tantivy::directory::error::LockError;
use tantivy::directory::{DirectoryLock, Lock, MmapDirectory};

use super::disk::{Access, Opening};
use super::error::BackendError;

const LOCK_FILE: &str = ".writer.lock";
const HOLDER_FILE: &str = ".writer-pid";
/// How often a lock is tried for that another one has, and how long it waits in between.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// What to do while another writer has the index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patience {
    /// Give up at once.
    #[default]
    Refuse,
    /// Wait until it ends.
    Wait,
}

/// The right to write to an index, until it is dropped.
pub struct WriterLock {
    directory: PathBuf,
    access: Access,
    _lock: DirectoryLock,
}

impl WriterLock {
    /// Takes the lock of the index in `directory`, which is made if it is not there.
    ///
    /// # Errors
    /// [`BackendError::Busy`] while another writer has it, unless it is waited for; [`BackendError::Io`].
    pub fn take(directory: &Path, patience: Patience) -> Result<Self, BackendError> {
        Self::take_with(directory, patience, &Access::default())
    }

    /// [`WriterLock::take`] of an index that is reached by `access`.
    ///
    /// # Errors
    /// As [`WriterLock::take`].
    pub fn take_with(directory: &Path, patience: Patience, access: &Access) -> Result<Self, BackendError> {
        let io_error = |source| BackendError::Io { path: directory.to_owned(), source };
        if !directory.is_dir() {
            access.disk.make_folder(directory).map_err(io_error)?;
        }
        let file = directory.join(LOCK_FILE);
        if !file.exists() {
            access.disk.open(&file, Opening::Behind(0)).map_err(io_error)?;
        }
        let opened = MmapDirectory::open(directory);
        let opened =
            opened.map_err(|source| BackendError::Engine { directory: directory.to_owned(), source: source.into() })?;
        let wanted = Lock { filepath: PathBuf::from(LOCK_FILE), is_blocking: patience == Patience::Wait };
        let lock = acquired(&opened, &wanted).map_err(|error| match error {
            LockError::LockBusy => {
                let note = directory.join(HOLDER_FILE);
                let holder = fs::read_to_string(&note).ok().and_then(|text| text.trim().parse().ok());
                let since = fs::metadata(&note).and_then(|found| found.modified()).ok();
                BackendError::Busy { directory: directory.to_owned(), holder, since }
            }
            LockError::IoError(source) => io_error(std::io::Error::new(source.kind(), source.to_string())),
        })?;
        // Only a courtesy to whoever finds the index busy.
        let note = access.disk.open(&directory.join(HOLDER_FILE), Opening::Anew);
        let _ = note.and_then(|mut note| note.write_all(std::process::id().to_string().as_bytes()));
        Ok(Self { directory: directory.to_owned(), access: access.clone(), _lock: lock })
    }

    /// The folder of the index.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// How the index is reached.
    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    /// Whether a file of this name in the folder of an index is one of ours.
    pub(super) fn names(file: &str) -> bool {
        matches!(file, LOCK_FILE | HOLDER_FILE)
    }
}

/// Takes a lock, if need be after a moment: a process that this one is just starting holds it, too, until it has begun.
fn acquired(folder: &MmapDirectory, wanted: &Lock) -> Result<DirectoryLock, LockError> {
    for _ in 1..ATTEMPTS {
        match folder.acquire_lock(wanted) {
            Err(LockError::LockBusy) => thread::sleep(PAUSE),
            taken => return taken,
        }
    }
    folder.acquire_lock(wanted)
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // While the lock is still ours: the next holder writes its own note.
        let _ = self.access.disk.remove_file(&self.directory.join(HOLDER_FILE));
    }
}
