//! A file that is read by calls and not through a memory map: what somebody else cuts off it is an error then, where a
//! map ends the process.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

/// See the module.
#[derive(Debug)]
pub(super) struct CalledFile {
    path: PathBuf,
    file: File,
    length: usize,
    /// Whose turn it is to seek and read, where both are no single call.
    #[cfg(not(unix))]
    turn: std::sync::Mutex<()>,
}

impl CalledFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length =
            usize::try_from(file.metadata()?.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            #[cfg(not(unix))]
            turn: std::sync::Mutex::default(),
        })
    }

    #[cfg(unix)]
    fn read_at(&self, bytes: &mut [u8], start: u64) -> io::Result<()> {
        use std::os::unix::fs::FileExt;
        self.file.read_exact_at(bytes, start)
    }

    #[cfg(not(unix))]
    fn read_at(&self, bytes: &mut [u8], start: u64) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        // Each reading seeks first: whatever happened to the one before.
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (&self.file).seek(SeekFrom::Start(start)).and_then(|_| (&self.file).read_exact(bytes))
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
        let read = self.read_at(&mut bytes, range.start as u64);
        read.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display())))?;
        Ok(OwnedBytes::new(bytes))
    }
}
