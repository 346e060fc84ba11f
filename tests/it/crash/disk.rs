//! A disk that fails: at a call, from a call on, or for good together with the process or the power.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use article_search::backend::embedded::{Disk, DiskFile, Opening, RealDisk};

use crate::workbench::walk;

pub(crate) const EIO: i32 = 5;
pub(crate) const ENOSPC: i32 = 28;

/// What goes wrong, and at which call that changes something, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Nothing,
    /// The process ends there; a write is half done.
    Kill(u64),
    /// The call fails.
    Once(u64, i32),
    /// It fails, and so do all later ones; those that give room back do not where room is what lacks.
    Lasting(u64, i32),
    /// A write takes half of what it is given, and says so.
    Short(u64),
    /// A write takes half of what it is given, and fails.
    Torn(u64, i32),
    /// The power goes: what was not synced is lost, or by the second number in part not.
    PowerCut(u64, u64),
}

/// See the module. The folder that it watches is the only one that it is used for.
pub(crate) struct FaultyDisk {
    fault: Fault,
    calls: AtomicU64,
    kept: Mutex<Kept>,
}

impl std::fmt::Debug for FaultyDisk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "FaultyDisk({:?})", self.fault)
    }
}

/// What a call is to do.
enum Turn {
    Go,
    Half,
    HalfThenFail(io::Error),
    HalfThenDie,
}

impl FaultyDisk {
    /// Over the index in `folder`, all of which is safe so far.
    pub(crate) fn new(folder: &Path, fault: Fault) -> Arc<Self> {
        let kept = if matches!(fault, Fault::PowerCut(..)) { Kept::of(folder) } else { Kept::default() };
        Arc::new(Self { fault, calls: AtomicU64::new(0), kept: Mutex::new(kept) })
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no call panics")
    }

    /// Counts a call; `needs_room` where it fails on a full disk.
    fn turn(&self, needs_room: bool) -> io::Result<Turn> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = |errno| needs_room || errno != ENOSPC;
        match self.fault {
            Fault::Kill(at) if call == at => Ok(Turn::HalfThenDie),
            Fault::Once(at, errno) if call == at && fails(errno) => Err(io::Error::from_raw_os_error(errno)),
            Fault::Lasting(at, errno) if call >= at && fails(errno) => Err(io::Error::from_raw_os_error(errno)),
            Fault::Short(at) if call == at => Ok(Turn::Half),
            Fault::Torn(at, errno) if call == at => Ok(Turn::HalfThenFail(io::Error::from_raw_os_error(errno))),
            // What comes after the cut never happens.
            Fault::PowerCut(at, _) if call >= at => Err(io::Error::other("the power is cut")),
            _ => Ok(Turn::Go),
        }
    }

    fn whole(&self, needs_room: bool) -> io::Result<()> {
        match self.turn(needs_room)? {
            Turn::HalfThenDie => std::process::abort(),
            _ => Ok(()),
        }
    }

    /// Writes what a power cut leaves of the folder into `target`.
    pub(crate) fn leave(&self, folder: &Path, target: &Path) {
        let Fault::PowerCut(_, seed) = self.fault else { panic!("there was no power cut") };
        self.kept().leave((folder, target), &mut Dice(seed));
    }
}

impl Disk for Shared {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        self.0.whole(true)?;
        let file = RealDisk.open(path, opening)?;
        let number = self.0.kept().open(path, opening);
        Ok(Box::new(FaultyFile { file, number, disk: Arc::clone(&self.0) }))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.0.whole(true)?;
        let with_parent = path.ancestors().take(2).map(Path::to_owned);
        self.0.kept().now_folders.extend(with_parent);
        RealDisk.make_folder(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.whole(false)?;
        self.0.kept().rename(from, to);
        RealDisk.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.0.whole(false)?;
        self.0.kept().now.remove(path);
        RealDisk.remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.0.whole(false)?;
        self.0.kept().now_folders.remove(path);
        RealDisk.remove_folder(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.0.whole(false)?;
        RealDisk.sync_folder(path)?;
        self.0.kept().sync_folder(path);
        Ok(())
    }
}

/// A disk that files can be opened of.
#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<FaultyDisk>);

struct FaultyFile {
    file: Box<dyn DiskFile>,
    number: usize,
    disk: Arc<FaultyDisk>,
}

impl FaultyFile {
    fn write_some(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write_all(buffer)?;
        self.disk.kept().files[self.number].now.extend_from_slice(buffer);
        Ok(buffer.len())
    }
}

impl Write for FaultyFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let half = &buffer[..buffer.len() / 2];
        match self.disk.turn(true)? {
            Turn::Go => self.write_some(buffer),
            // Nothing taken of something means that the disk is full.
            Turn::Half if half.is_empty() => self.write_some(buffer),
            Turn::Half => self.write_some(half),
            Turn::HalfThenFail(error) => self.write_some(half).and(Err(error)),
            Turn::HalfThenDie => {
                let _ = self.write_some(half);
                std::process::abort()
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for FaultyFile {
    fn sync(&self) -> io::Result<()> {
        self.disk.whole(false)?;
        self.file.sync()?;
        let mut kept = self.disk.kept();
        let file = &mut kept.files[self.number];
        file.safe = Some(file.now.clone());
        file.kept = file.now.len();
        Ok(())
    }
}

/// What a folder holds now, and what of it would be there after a power cut, if nothing were kept that need not be.
#[derive(Default)]
struct Kept {
    files: Vec<Content>,
    now: BTreeMap<PathBuf, usize>,
    safe: BTreeMap<PathBuf, usize>,
    now_folders: BTreeSet<PathBuf>,
    safe_folders: BTreeSet<PathBuf>,
}

#[derive(Default)]
struct Content {
    now: Vec<u8>,
    safe: Option<Vec<u8>>,
    /// So many bytes were synced and not cut off or written over since: they are not at stake any more.
    kept: usize,
}

impl Kept {
    fn of(folder: &Path) -> Self {
        let mut kept = Self::default();
        for path in if folder.exists() { walk(folder) } else { vec![] } {
            let now = fs::read(&path).expect("readable");
            kept.safe_folders.extend(path.parent().map(Path::to_owned));
            kept.safe.insert(path, kept.files.len());
            kept.files.push(Content { safe: Some(now.clone()), kept: now.len(), now });
        }
        kept.now.clone_from(&kept.safe);
        kept.now_folders.clone_from(&kept.safe_folders);
        kept
    }

    fn open(&mut self, path: &Path, opening: Opening) -> usize {
        let number = *self.now.entry(path.to_owned()).or_insert_with(|| {
            self.files.push(Content::default());
            self.files.len() - 1
        });
        let length = if let Opening::Behind(length) = opening { length } else { 0 };
        let (file, length) = (&mut self.files[number], usize::try_from(length).expect("small"));
        file.now.truncate(length);
        file.kept = file.kept.min(length);
        number
    }

    fn rename(&mut self, from: &Path, to: &Path) {
        if let Some(number) = self.now.remove(from) {
            self.now.insert(to.to_owned(), number);
        }
    }

    fn sync_folder(&mut self, folder: &Path) {
        let is_in = |path: &Path| path.parent() == Some(folder);
        self.safe.retain(|path, _| !is_in(path));
        self.safe.extend(self.now.iter().filter(|(path, _)| is_in(path)).map(|(path, number)| (path.clone(), *number)));
        self.safe_folders.retain(|path| !is_in(path));
        self.safe_folders.extend(self.now_folders.iter().filter(|path| is_in(path)).cloned());
    }

    fn leave(&self, (folder, target): (&Path, &Path), dice: &mut Dice) {
        let mut there: BTreeSet<&Path> = folder.parent().into_iter().collect();
        for path in self.now_folders.union(&self.safe_folders).filter(|path| path.starts_with(folder)) {
            let is_kept = self.safe_folders.contains(path) || dice.falls();
            there.extend(path.parent().filter(|parent| is_kept && there.contains(parent)).map(|_| path.as_path()));
        }
        let paths: BTreeSet<&PathBuf> = self.now.keys().chain(self.safe.keys()).collect();
        for path in paths {
            let (now, safe) = (self.now.get(path), self.safe.get(path));
            let entry = if now != safe && dice.falls() { now } else { safe };
            let is_there = path.parent().is_some_and(|folder| there.contains(folder));
            let Some(content) = entry.filter(|_| is_there).map(|number| &self.files[*number]) else { continue };
            let place = target.join(path.strip_prefix(folder).expect("below"));
            fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            fs::write(place, content.left(dice)).expect("written");
        }
    }
}

impl Content {
    fn left(&self, dice: &mut Dice) -> Vec<u8> {
        let safe = self.safe.clone().unwrap_or_default();
        if self.now == safe || !dice.falls() {
            return safe;
        }
        let kept = self.kept;
        match dice.roll() % 3 {
            0 => self.now.clone(),
            1 => self.now[..kept.max(self.now.len() / 2)].to_vec(),
            // Room was given to it, and nothing written there.
            _ => [&self.now[..kept], &vec![0; self.now.len() - kept]].concat(),
        }
    }
}

/// Numbers that look random and are the same each time; with 0 every decision is no.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn falls(&mut self) -> bool {
        self.0 != 0 && self.roll().is_multiple_of(2)
    }
}
