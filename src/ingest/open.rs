//! Opening files of any provenance: regular files only, without ever waiting for one, and telling whether a file changed
//! while it was read.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Whether a link may stand for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// It was named by the caller.
    Followed,
    /// It was found in a folder: it could lead anywhere.
    Refused,
}

/// A file that is being read, and what it was when that began.
pub(super) struct Opened {
    pub(super) file: File,
    before: State,
}

/// What a file was at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

impl Opened {
    /// Opens a regular file. A pipe or a device that took its place meanwhile is refused, not waited for.
    pub(super) fn at(path: &Path, links: Links) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true);
        refuse_waiting(&mut options, links);
        let file = options.open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(Self { file, before: State::of(&metadata) })
    }

    /// Bytes of the file when it was opened.
    pub(super) fn length(&self) -> u64 {
        self.before.length
    }

    /// Whether the file has another length or time of change than when it was opened.
    pub(super) fn has_changed(&self) -> bool {
        self.file.metadata().map_or(true, |metadata| State::of(&metadata) != self.before)
    }
}

#[cfg(unix)]
fn refuse_waiting(options: &mut OpenOptions, links: Links) {
    use std::os::unix::fs::OpenOptionsExt;
    let no_links = if links == Links::Refused { libc::O_NOFOLLOW } else { 0 };
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | no_links);
}

#[cfg(not(unix))]
fn refuse_waiting(_options: &mut OpenOptions, _links: Links) {}

/// The name of a file as text. Bytes that are no UTF-8 are written as `\xFF`, so that two such names stay two.
pub(super) fn name_of(path: &Path) -> String {
    #[cfg(unix)]
    {
        use std::fmt::Write;
        use std::os::unix::ffi::OsStrExt;
        let mut name = String::new();
        for chunk in path.as_os_str().as_bytes().utf8_chunks() {
            name.push_str(chunk.valid());
            for byte in chunk.invalid() {
                let _ = write!(name, "\\x{byte:02X}");
            }
        }
        name
    }
    #[cfg(not(unix))]
    path.to_string_lossy().into_owned()
}
