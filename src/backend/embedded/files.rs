//! The files of an index, as the engine below asks for them: read through memory maps or by calls, and made to last
//! together.
//!
//! Left alone, the engine waits for the disk at every file that it writes, and once more for its list of files: some
//! twenty times for one page. Here files are remembered as they are finished, and all of them are made to last at once
//! before `meta.json`, which publishes them, takes the place of the one before. The list of files is completed from the
//! folder when it is read: after a power cut it may be of any age.
//!
//! `meta.json` names its files with their lengths and checksums ([`super::manifest`]): new ones are read back before they
//! are published. When publishing fails, it is not tried again: the engine may think of as published what is not.
//!
//! Files can be read by whoever the user's mask lets read them, and reading needs no right to write.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, INDEX_WRITER_LOCK, Lock, META_LOCK, MmapDirectory,
    TerminatingWrite, WatchCallback, WatchHandle, WritePtr,
};

use super::called::CalledFile;
use super::disk::{Access, Checks, DiskFile, Opening, Reading};
use super::manifest::{Manifest, Sum};
use super::marker;
use super::passing::PassingFile;
use super::payload::Payload;

/// The engine's list of the files that it may remove.
pub(super) const LIST: &str = ".managed.json";
/// What the engine publishes with.
pub(super) const COMMIT: &str = "meta.json";
/// How temporary files are called; the next run removes what a crash leaves of them.
const TEMPORARY: &str = ".tmp";
/// Numbers them, in the whole process: what an earlier writer still does in the background has names of its own.
static TEMPORARY_FILES: AtomicU64 = AtomicU64::new(0);
/// So many files may wait to be made to last: each is held open.
const MAX_WAITING: usize = 64;

/// The folder of an index.
#[derive(Debug, Clone)]
pub(super) struct Files {
    root: PathBuf,
    mapped: MmapDirectory,
    /// Another one: its maps go with who reads them.
    passing: MmapDirectory,
    access: Access,
    state: Arc<State>,
}

/// What the files of one opening have in common.
#[derive(Default)]
struct State {
    /// Files that are finished, and may still be in memory only.
    waiting: Mutex<Vec<Box<dyn DiskFile>>>,
    sums: Mutex<Sums>,
    /// Whether nothing is published any more; held while something is.
    is_closed: Mutex<bool>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("State").finish_non_exhaustive()
    }
}

/// What is known of the files of segments.
#[derive(Default)]
struct Sums {
    known: BTreeMap<String, Sum>,
    /// Those whose bytes were read and found right, or were published before this opening.
    checked: BTreeSet<String>,
}

impl Files {
    /// The files in `folder`, which must be there.
    pub(super) fn open(folder: &Path, access: &Access) -> tantivy::Result<Self> {
        let (mapped, passing) = (MmapDirectory::open(folder)?, MmapDirectory::open(folder)?);
        Ok(Self { root: folder.to_owned(), mapped, passing, access: access.clone(), state: Arc::default() })
    }

    /// Publishes nothing from now on, and writes no new file.
    pub(super) fn close(&self) {
        *locked(&self.state.is_closed) = true;
    }

    /// Checks the files of what was published last, as far as the access asks for it; says which is wrong, and how.
    pub(super) fn check(&self) -> Result<(), String> {
        let sealed = match std::fs::read(self.root.join(COMMIT)) {
            Ok(sealed) => sealed,
            Err(error) => return Err(format!("{COMMIT}: {error}")),
        };
        let (_, manifest) = Manifest::unseal(&sealed).map_err(|error| error.to_string())?;
        for (name, sum) in &manifest.files {
            let path = self.root.join(name);
            let is_known = || locked(&self.state.sums).checked.contains(name);
            let wrong = match self.access.checks {
                Checks::Everything if !is_known() => sum.wrong_content(&path),
                _ => sum.wrong_length(&path),
            };
            wrong.map_or(Ok(()), |what| Err(format!("{name}: {what}")))?;
            if self.access.checks == Checks::Everything {
                locked(&self.state.sums).checked.insert(name.clone());
            }
        }
        Ok(())
    }

    /// Removes the files of segments that what was published last is not made of: what a crash left, and what the engine
    /// took for alive when it collected last. The caller holds the lock of writers, and has no writer.
    pub(super) fn collect(&self) -> tantivy::Result<()> {
        // Who opens the files that a commit names does it under this lock.
        let _lock = self.acquire_lock(&META_LOCK).map_err(|error| tantivy::TantivyError::LockFailure(error, None))?;
        let sealed = std::fs::read(self.root.join(COMMIT))?;
        let (_, manifest) = Manifest::unseal(&sealed)?;
        for entry in std::fs::read_dir(&self.root)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_of_segment(&name) && !manifest.files.contains_key(&name) {
                // It costs space, no more; the next run tries again.
                let _ = self.delete(Path::new(&name));
            }
        }
        Ok(())
    }

    /// Makes `last` and all files that wait for it last.
    fn sync(&self, last: &dyn DiskFile) -> io::Result<()> {
        let waiting = std::mem::take(&mut *locked(&self.state.waiting));
        std::thread::scope(|scope| {
            // The disk takes many at once in little more than the time of one.
            let syncs: Vec<_> = waiting.iter().map(|file| scope.spawn(|| file.sync())).collect();
            let synced = last.sync();
            let others = syncs.into_iter().map(|sync| sync.join().unwrap_or_else(|_| Err(ErrorKind::Other.into())));
            others.fold(synced, Result::and)
        })
    }

    /// The list of files, with those of segments that it lacks.
    fn completed(&self, list: &[u8]) -> io::Result<Vec<u8>> {
        let mut names: BTreeSet<String> = serde_json::from_slice(list).unwrap_or_default();
        for entry in std::fs::read_dir(&self.root)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if is_of_segment(&name) || name == COMMIT {
                names.insert(name);
            }
        }
        Ok(serde_json::to_vec(&names)?)
    }

    /// What the engine wrote into `meta.json`; its files are known from then on.
    fn unsealed(&self, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let (meta, manifest) = Manifest::unseal(sealed)?;
        let mut sums = locked(&self.state.sums);
        if self.access.checks == Checks::Lengths {
            sums.checked.extend(manifest.files.keys().cloned());
        }
        sums.known.extend(manifest.files);
        Ok(meta)
    }

    /// What is written into `meta.json`: the files that it publishes are read back before, where they are new.
    fn sealed(&self, meta: &[u8]) -> io::Result<Vec<u8>> {
        let manifest = Manifest::of(meta, &locked(&self.state.sums).known)?;
        for (name, sum) in &manifest.files {
            if locked(&self.state.sums).checked.contains(name) {
                continue;
            }
            if let Some(what) = sum.wrong_content(&self.root.join(name)) {
                return Err(io::Error::new(ErrorKind::InvalidData, format!("{name}, just written: {what}")));
            }
            locked(&self.state.sums).checked.insert(name.clone());
        }
        manifest.seal(meta)
    }

    fn replace(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let is_commit = path == Path::new(COMMIT);
        let number = TEMPORARY_FILES.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let disk = &self.access.disk;
        let write = || {
            let mut file = disk.open(&temporary, Opening::Anew)?;
            if is_commit {
                file.write_all(&self.sealed(data)?)?;
                self.sync(file.as_ref())?;
            } else {
                file.write_all(data)?;
            }
            drop(file);
            disk.rename(&temporary, &self.root.join(path))?;
            // What the commit before was made of is removed only when this one is safe.
            if is_commit { disk.sync_folder(&self.root) } else { Ok(()) }
        };
        let written = write();
        if written.is_err() {
            let _ = disk.remove_file(&temporary);
        }
        written
    }

    /// Makes the file of a lock, which the engine would make by itself. Where that is not allowed, it may be there.
    fn make_lock_file(&self, lock: &Lock) {
        let path = self.root.join(&lock.filepath);
        if !path.exists() {
            let _ = self.access.disk.open(&path, Opening::Behind(0));
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A list of files is whole at any time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a file is one of those that a run writes before it gives them their names.
pub(super) fn is_temporary(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = name.strip_prefix(TEMPORARY) else { return false };
    match rest.strip_prefix('-') {
        Some(file) => file == COMMIT || file == marker::FILE_NAME || Payload::default().is_unnamed(file),
        None => rest.split_once('-').is_some_and(|(process, number)| is_number(process) && is_number(number)),
    }
}

/// Whether a file is named after a segment: 32 hex digits and an ending.
pub(super) fn is_of_segment(name: &str) -> bool {
    let (segment, ending) = name.split_once('.').unwrap_or((name, ""));
    segment.len() == 32 && segment.bytes().all(|byte| byte.is_ascii_hexdigit()) && !ending.is_empty()
}

fn closed() -> io::Error {
    io::Error::other("writing has failed before, or was given up")
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        match self.access.reading {
            Reading::Mapped => self.mapped.get_file_handle(path),
            Reading::Passing => {
                let kept = self.mapped.get_file_handle(path)?;
                Ok(Arc::new(PassingFile::new((&self.root, path), &self.passing, kept)))
            }
            Reading::Called => match CalledFile::open(&self.root.join(path)) {
                Ok(file) => Ok(Arc::new(file)),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    Err(OpenReadError::FileDoesNotExist(path.to_owned()))
                }
                Err(error) => Err(OpenReadError::wrap_io_error(error, path.to_owned())),
            },
        }
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        locked(&self.state.sums).known.remove(path.to_string_lossy().as_ref());
        self.access.disk.remove_file(&self.root.join(path)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => DeleteError::FileDoesNotExist(path.to_owned()),
            _ => DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_owned() },
        })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.mapped.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let wrap = |error| OpenWriteError::wrap_io_error(error, path.to_owned());
        if *locked(&self.state.is_closed) {
            return Err(wrap(closed()));
        }
        let file = self.access.disk.open(&self.root.join(path), Opening::New).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => OpenWriteError::FileAlreadyExists(path.to_owned()),
            _ => wrap(error),
        })?;
        let name = path.to_string_lossy().into_owned();
        let (file, crc) = (Some(file), crc32fast::Hasher::new());
        Ok(BufWriter::new(Box::new(Writing { file, name, bytes: 0, crc, state: Arc::clone(&self.state) })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let wrap = |error| OpenReadError::wrap_io_error(error, path.to_owned());
        match self.mapped.atomic_read(path) {
            Ok(content) if path == Path::new(COMMIT) => self.unsealed(&content).map_err(wrap),
            Ok(content) if path == Path::new(LIST) => self.completed(&content).map_err(wrap),
            Err(OpenReadError::FileDoesNotExist(_)) if path == Path::new(LIST) => self.completed(b"").map_err(wrap),
            read => read,
        }
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut is_closed = locked(&self.state.is_closed);
        if *is_closed {
            return Err(closed());
        }
        let written = self.replace(path, data);
        *is_closed = written.is_err() && path == Path::new(COMMIT);
        written
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.access.disk.sync_folder(&self.root)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.make_lock_file(lock);
        // Who writes has the lock of the whole index: what is left of a writer before ends by itself.
        let is_blocking = lock.is_blocking || lock.filepath == INDEX_WRITER_LOCK.filepath;
        let lock = Lock { filepath: lock.filepath.clone(), is_blocking };
        match self.mapped.acquire_lock(&lock) {
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
    /// `None` once it is finished.
    file: Option<Box<dyn DiskFile>>,
    name: String,
    bytes: u64,
    crc: crc32fast::Hasher,
    state: Arc<State>,
}

impl Write for Writing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.as_mut().ok_or_else(closed)?.write(buffer)?;
        self.bytes += written as u64;
        self.crc.update(buffer.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        let file = self.file.take().ok_or_else(closed)?;
        let mut waiting = locked(&self.state.waiting);
        if waiting.len() >= MAX_WAITING {
            drop(waiting);
            file.sync()?;
        } else {
            waiting.push(file);
        }
        let sum = Sum { bytes: self.bytes, crc: self.crc.clone().finalize() };
        locked(&self.state.sums).known.insert(self.name.clone(), sum);
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

    const META: &[u8] = b"{\"segments\":[{\"segment_id\":\"01234567-89abcdef0123456789abcdef\",\"deletes\":null}]}\n";

    fn with_segment(folder: &Path) -> (Files, &'static Path) {
        let files = Files::open(folder, &Access::default()).unwrap();
        let segment = Path::new("0123456789abcdef0123456789abcdef.idx");
        let mut writing = files.open_write(segment).unwrap();
        writing.write_all(b"postings").unwrap();
        tantivy::directory::TerminatingWrite::terminate(writing).unwrap();
        (files, segment)
    }

    #[test]
    fn what_waits_is_made_to_last_before_it_is_published() {
        let folder = tempfile::TempDir::new().unwrap();
        let (files, segment) = with_segment(folder.path());
        let waiting = || locked(&files.state.waiting).len();
        assert_eq!(waiting(), 1);
        assert!(matches!(files.open_write(segment), Err(OpenWriteError::FileAlreadyExists(_))));
        files.atomic_write(Path::new(LIST), b"not a list").unwrap();
        assert_eq!(waiting(), 1, "the list publishes nothing");
        files.atomic_write(Path::new(COMMIT), META).unwrap();
        assert_eq!(waiting(), 0);
        assert_eq!(files.atomic_read(Path::new(COMMIT)).unwrap(), META);
        let list = files.atomic_read(Path::new(LIST)).unwrap();
        let names: Vec<String> = serde_json::from_slice(&list).unwrap();
        assert_eq!(names, [segment.to_str().unwrap(), "meta.json"], "a lost list is made of what is there");
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(TEMPORARY)));
        files.check().unwrap();
        std::fs::write(folder.path().join(segment), b"posting5").unwrap();
        files.check().unwrap();
        let access = Access { checks: Checks::Everything, ..Access::default() };
        let wrong = Files::open(folder.path(), &access).unwrap().check().unwrap_err();
        assert!(wrong.starts_with("0123456789abcdef0123456789abcdef.idx: its checksum"), "{wrong}");
        std::fs::write(folder.path().join(segment), b"posting").unwrap();
        assert!(files.check().unwrap_err().contains("it has 7 bytes and not 8"));
    }

    #[test]
    fn what_is_not_as_it_was_written_is_not_published_and_nothing_after_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let (files, segment) = with_segment(folder.path());
        std::fs::write(folder.path().join(segment), b"posting5").unwrap();
        let refused = files.atomic_write(Path::new(COMMIT), META).unwrap_err();
        assert!(refused.to_string().contains("just written: its checksum is wrong"), "{refused}");
        std::fs::write(folder.path().join(segment), b"postings").unwrap();
        assert!(files.atomic_write(Path::new(COMMIT), META).is_err());
        assert!(!folder.path().join(COMMIT).exists());
    }
}
