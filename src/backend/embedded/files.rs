//! The files of an index, as the engine below asks for them: read through memory maps, and made to last together.
//!
//! Left alone, the engine waits for the disk at every file that it writes, and once more for its list of files: some
//! twenty times for one page. Here files are remembered as they are finished, and all of them are made to last at once
//! before `meta.json`, which publishes them, takes the place of the one before. The list of files is completed from the
//! folder when it is read: after a power cut it may be of any age.
//!
//! Files can be read by whoever the user's mask lets read them, and reading needs no right to write.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, Lock, META_LOCK, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

/// The engine's list of the files that it may remove.
const LIST: &str = ".managed.json";
/// How temporary files are called; the next run removes what a crash leaves of them.
const TEMPORARY: &str = ".tmp";
/// So many files may wait to be made to last: each is held open.
const MAX_WAITING: usize = 64;

/// The folder of an index.
#[derive(Debug, Clone)]
pub(super) struct Files {
    root: PathBuf,
    mapped: MmapDirectory,
    /// Files that are finished, and may still be in memory only.
    waiting: Arc<Mutex<Vec<File>>>,
    temporary: Arc<AtomicU64>,
}

impl Files {
    /// The files in `folder`, which must be there.
    pub(super) fn open(folder: &Path) -> tantivy::Result<Self> {
        let mapped = MmapDirectory::open(folder)?;
        let (waiting, temporary) = (Arc::default(), Arc::default());
        Ok(Self { root: folder.to_owned(), mapped, waiting, temporary })
    }

    /// Makes `last` and all files that wait for it last.
    fn sync(&self, last: &File) -> io::Result<()> {
        let waiting = std::mem::take(&mut *locked(&self.waiting));
        std::thread::scope(|scope| {
            // The disk takes many at once in little more than the time of one.
            let syncs: Vec<_> = waiting.iter().map(|file| scope.spawn(|| file.sync_data())).collect();
            let synced = last.sync_data();
            let others = syncs.into_iter().map(|sync| sync.join().unwrap_or_else(|_| Err(ErrorKind::Other.into())));
            others.fold(synced, Result::and)
        })
    }

    /// The list of files, with those of segments that it lacks.
    fn completed(&self, list: &[u8]) -> io::Result<Vec<u8>> {
        let mut names: BTreeSet<String> = serde_json::from_slice(list).unwrap_or_default();
        for entry in std::fs::read_dir(&self.root)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_of_segment(&name) || name == "meta.json" {
                names.insert(name);
            }
        }
        Ok(serde_json::to_vec(&names)?)
    }
}

fn locked(waiting: &Mutex<Vec<File>>) -> MutexGuard<'_, Vec<File>> {
    // A list of files is whole at any time.
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a file is named after a segment: 32 hex digits and an ending.
fn is_of_segment(name: &str) -> bool {
    let (segment, ending) = name.split_once('.').unwrap_or((name, ""));
    segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit()) && !ending.is_empty()
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.mapped.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.mapped.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = OpenOptions::new().write(true).create_new(true).open(self.root.join(path));
        let file = file.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => OpenWriteError::wrap_io_error(error, path.to_owned()),
        })?;
        let writing: Box<dyn TerminatingWrite + Send + Sync> =
            Box::new(Writing { file, waiting: Arc::clone(&self.waiting) });
        Ok(BufWriter::new(writing))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let content = self.mapped.atomic_read(path)?;
        if path != Path::new(LIST) {
            return Ok(content);
        }
        self.completed(&content).map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let number = self.temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(data)?;
            if path != Path::new(LIST) {
                self.sync(&file)?;
            }
            std::fs::rename(&temporary, self.root.join(path))
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.mapped.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.mapped.acquire_lock(lock) {
            // Who may not write here reads without the lock: no file that is being read goes away, and where one is gone
            // before it is opened, there is a newer `meta.json`.
            Err(LockError::IoError(error))
                if lock.filepath == META_LOCK.filepath
                    && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) =>
            {
                Ok(DirectoryLock::from(Box::new(Unlocked)))
            }
            taken => taken,
        }
    }

    fn watch(&self, watch_callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.mapped.watch(watch_callback)
    }
}

/// Stands for a lock that cannot be taken.
struct Unlocked;

impl Drop for Unlocked {
    fn drop(&mut self) {}
}

/// A file that is being written.
struct Writing {
    file: File,
    waiting: Arc<Mutex<Vec<File>>>,
}

impl Write for Writing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let mut waiting = locked(&self.waiting);
        if waiting.len() >= MAX_WAITING {
            drop(waiting);
            return self.file.sync_data();
        }
        waiting.push(self.file.try_clone()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_segments() {
        for (name, expected) in [
            ("0123456789abcdef0123456789abcdef.idx", true),
            ("0123456789abcdef0123456789abcdef.42.del", true),
            ("0123456789abcdef0123456789abcdef", false),
            ("meta.json", false),
            ("learnt-0123456789abcdef", false),
        ] {
            assert_eq!(is_of_segment(name), expected, "{name}");
        }
    }

    #[test]
    fn what_waits_is_made_to_last_before_it_is_published() {
        let folder = tempfile::TempDir::new().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let segment = Path::new("0123456789abcdef0123456789abcdef.idx");
        let mut writing = files.open_write(segment).unwrap();
        writing.write_all(b"postings").unwrap();
        tantivy::directory::TerminatingWrite::terminate(writing).unwrap();
        assert_eq!(locked(&files.waiting).len(), 1);
        assert!(matches!(files.open_write(segment), Err(OpenWriteError::FileAlreadyExists(_))));
        files.atomic_write(Path::new(LIST), b"not a list").unwrap();
        assert_eq!(locked(&files.waiting).len(), 1, "the list publishes nothing");
        files.atomic_write(Path::new("meta.json"), b"{}").unwrap();
        assert_eq!(locked(&files.waiting).len(), 0);
        let list = files.atomic_read(Path::new(LIST)).unwrap();
        let names: Vec<String> = serde_json::from_slice(&list).unwrap();
        assert_eq!(names, [segment.to_str().unwrap(), "meta.json"], "a lost list is made of what is there");
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(TEMPORARY)));
    }
}
