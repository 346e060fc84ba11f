//! Everything that changes the folder of an index goes through here, call by call.
//!
//! So that it can be said what happens when a call fails, does half of its work, or is the last one before the power
//! goes: a test puts another [`Disk`] in the place of the [`RealDisk`]. The locks of the engine below are taken on files
//! that were made here; rows of reports that the command line keeps are nobody's state and are written without it.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// How a file is opened to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It must not be there.
    New,
    /// Empty, whether it is there or not.
    Anew,
    /// So many bytes of it stay, and what is written comes behind them.
    Behind(u64),
}

/// A disk that an index is written to.
pub trait Disk: Debug + Send + Sync {
    /// Opens a file to be written.
    ///
    /// # Errors
    /// As the disk says.
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>>;
    /// Makes a folder, and those above it.
    ///
    /// # Errors
    /// As the disk says.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name, in place of one that has it.
    ///
    /// # Errors
    /// As the disk says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    ///
    /// # Errors
    /// As the disk says.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder, which is empty.
    ///
    /// # Errors
    /// As the disk says.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes what was made, renamed and removed in a folder survive a power cut.
    ///
    /// # Errors
    /// As the disk says.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub trait DiskFile: Write + Send + Sync {
    /// Makes its content survive a power cut.
    ///
    /// # Errors
    /// As the disk says.
    fn sync(&self) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl DiskFile for File {
    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Disk for RealDisk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.write(true);
        let file = match opening {
            Opening::New => options.create_new(true).open(path)?,
            Opening::Anew => options.create(true).truncate(true).open(path)?,
            Opening::Behind(length) => {
                let mut file = options.create(true).truncate(false).open(path)?;
                file.set_len(length)?;
                file.seek(SeekFrom::Start(length))?;
                file
            }
        };
        Ok(Box::new(file))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// How the files of an index are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// Through memory maps: fastest; a file that somebody else truncates meanwhile ends the process.
    #[default]
    Mapped,
    /// By calls, which fail then.
    Called,
    /// As [`Reading::Mapped`], by a run, which reads much of them once: what was read does not stay in memory.
    Passing,
}

/// What of an index is checked when it is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Checks {
    /// That its files are all there and as long as they were written, and the content of `meta.json`.
    #[default]
    Lengths,
    /// Every byte.
    Everything,
}

/// How an index is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where it is written.
    pub disk: Arc<dyn Disk>,
    /// How it is read.
    pub reading: Reading,
    /// What is checked before.
    pub checks: Checks,
}

impl Default for Access {
    fn default() -> Self {
        Self { disk: Arc::new(RealDisk), reading: Reading::default(), checks: Checks::default() }
    }
}

impl Access {
    /// The same for a run.
    pub(super) fn of_run(&self) -> Self {
        let reading = if self.reading == Reading::Mapped { Reading::Passing } else { self.reading };
        Self { reading, ..self.clone() }
    }

    /// Writes a file whole under a temporary name in `folder`, makes it last, and gives it its name there.
    pub(super) fn replace(&self, folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
        let temporary = folder.join(format!(".tmp-{name}"));
        let mut file = self.disk.open(&temporary, Opening::Anew)?;
        file.write_all(content)?;
        file.sync()?;
        drop(file);
        self.disk.rename(&temporary, &folder.join(name))?;
        self.disk.sync_folder(folder)
    }
}
