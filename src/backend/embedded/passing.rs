//! A file of which nothing stays in memory once it was read: for runs, which read files from end to end to merge them.
//!
//! What was read through a memory map counts as held by the process for as long as the map is there, and maps of segments
//! are there for as long as these are open: at a million pages several gigabytes. Here short pieces are read by calls, the
//! shortest a window at a time, and long ones through a map of their own, which goes with them.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{Directory, FileHandle, MmapDirectory, OwnedBytes};

use super::called::CalledFile;

/// Bytes that are read at once where less is asked for: the next piece often follows.
const WINDOW_BYTES: usize = 16 << 10;
/// Fewest bytes that are read through a map. Of shorter pieces, readers that follow each other closely would keep one.
const LONG_BYTES: usize = 1 << 20;

/// Short pieces of a file after which it stays open, if there is a place: runs look up ten thousands of keys.
const FEW_PIECES: usize = if cfg!(test) { 4 } else { 64 };
/// Files that stay open at the same time in a process: some systems allow 256 of whatever kind.
const MOST_OPEN: usize = 24;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// One of the places of files that stay open; free again when dropped.
#[derive(Debug)]
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let more = |open: usize| (open < MOST_OPEN).then_some(open + 1);
        OPEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct PassingFile {
    path: PathBuf,
    name: PathBuf,
    /// Maps that go with their last reader.
    maps: MmapDirectory,
    /// Stays, for when the file loses its name.
    kept: Arc<dyn FileHandle>,
    /// For short pieces, once many were read.
    opened: OnceLock<(CalledFile, Place)>,
    /// Short pieces that were read so far.
    pieces: AtomicUsize,
    /// Where the last window begins, and its bytes.
    window: Mutex<(usize, OwnedBytes)>,
}

impl PassingFile {
    /// The file `name` in the folder `root`, which is that of `maps`; `kept` reads it, too.
    pub(super) fn new((root, name): (&Path, &Path), maps: &MmapDirectory, kept: Arc<dyn FileHandle>) -> Self {
        let window = Mutex::new((0, OwnedBytes::empty()));
        let (opened, pieces) = (OnceLock::new(), AtomicUsize::new(0));
        Self { path: root.join(name), name: name.to_owned(), maps: maps.clone(), kept, opened, pieces, window }
    }

    fn called(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if let Some((file, _)) = self.opened.get() {
            return file.read_bytes(range);
        }
        let file = CalledFile::open(&self.path)?;
        let is_busy = self.pieces.fetch_add(1, Ordering::Relaxed) >= FEW_PIECES;
        match is_busy.then(Place::take).flatten() {
            None => file.read_bytes(range),
            Some(place) => self.opened.get_or_init(|| (file, place)).0.read_bytes(range),
        }
    }

    fn window(&self) -> MutexGuard<'_, (usize, OwnedBytes)> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Through the map that stays: not where the file was cut off, which would end the process.
    fn kept(&self, range: Range<usize>, error: io::Error) -> io::Result<OwnedBytes> {
        if error.kind() == io::ErrorKind::UnexpectedEof { Err(error) } else { self.kept.read_bytes(range) }
    }

    fn mapped(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.maps.get_file_handle(&self.name).map_err(io::Error::other)?.read_bytes(range)
    }
}

impl HasLen for PassingFile {
    fn len(&self) -> usize {
        self.kept.len()
    }
}

impl FileHandle for PassingFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.len() > WINDOW_BYTES {
            let is_long = range.len() >= LONG_BYTES;
            let read = if is_long { self.mapped(range.clone()) } else { self.called(range.clone()) };
            return read.or_else(|error| self.kept(range, error));
        }
        let (start, bytes) = self.window().clone();
        if range.start >= start && range.end <= start + bytes.len() {
            return Ok(bytes.slice(range.start - start..range.end - start));
        }
        match self.called(range.start..self.len().min(range.start + WINDOW_BYTES)) {
            Ok(bytes) => {
                let piece = bytes.slice(0..range.len());
                *self.window() = (range.start, bytes);
                Ok(piece)
            }
            Err(error) => self.kept(range, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    proptest! {
        #[test]
        fn every_piece_is_that_of_the_file(
            length in prop_oneof![0..4 * WINDOW_BYTES, LONG_BYTES..2 * LONG_BYTES],
            pieces in prop::collection::vec(any::<(Index, Index, bool)>(), 1..20),
            gone in 0_usize..20,
        ) {
            let folder = tempfile::TempDir::new().unwrap();
            let content: Vec<u8> = (0_u8..251).cycle().take(length).collect();
            let name = Path::new("segment.idx");
            std::fs::write(folder.path().join(name), &content).unwrap();
            let open = || MmapDirectory::open(folder.path()).unwrap();
            let kept = open().get_file_handle(name).unwrap();
            let file = PassingFile::new((folder.path(), name), &open(), kept);
            prop_assert_eq!(file.len(), length);
            for (number, (start, size, is_short)) in pieces.into_iter().enumerate() {
                if number == gone {
                    std::fs::remove_file(folder.path().join(name)).unwrap();
                }
                let start = start.index(length + 1);
                let longest = if is_short { (length - start).min(100) } else { length - start };
                let range = start..start + size.index(longest + 1);
                let bytes = file.read_bytes(range.clone()).unwrap();
                prop_assert_eq!(bytes.as_slice(), &content[range]);
            }
        }
    }

    #[test]
    fn few_files_stay_open() {
        let folder = tempfile::TempDir::new().unwrap();
        let maps = MmapDirectory::open(folder.path()).unwrap();
        let content: Vec<u8> = (0_u8..251).cycle().take(9 * WINDOW_BYTES).collect();
        let files: Vec<PassingFile> = (0..3 * MOST_OPEN)
            .map(|number| {
                let name = PathBuf::from(format!("{number}.idx"));
                std::fs::write(folder.path().join(&name), &content).unwrap();
                PassingFile::new((folder.path(), &name), &maps, maps.get_file_handle(&name).unwrap())
            })
            .collect();
        for round in 0..9 {
            let place = (round * 5 % 9) * WINDOW_BYTES;
            for file in &files {
                assert_eq!(file.read_bytes(place..place + 9).unwrap().as_slice(), &content[place..place + 9]);
            }
        }
        let open = files.iter().filter(|file| file.opened.get().is_some()).count();
        // Others of this process may have the rest.
        assert!(open <= MOST_OPEN, "{open} are open");
    }
}
