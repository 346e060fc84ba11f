//! A file that is read by calls and not through a memory map: what somebody else cuts off it is an error then, where a
//! map ends the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// See the module.
#[derive(Debug)]
pub(super) struct CalledFile {
    path: PathBuf,
    file: Mutex<File>,
    length: usize,
}

impl CalledFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length =
            usize::try_from(file.metadata()?.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), length })
    }
}

impl HasLen for CalledFile {
    fn len(&self) -> usize {
        self.length
    }
}

impl FileHandle for CalledFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let mut bytes = vec![0; range.len()];
        // Each reading seeks first: whatever happened to the one before.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file.seek(SeekFrom::Start(range.start as u64)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))?;
        Ok(OwnedBytes::new(bytes))
    }
}
