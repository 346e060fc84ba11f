//! The files that pages are of: how one is named, and by what a change of it is seen without reading it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::page::Origin;
use super::site::hash;

/// The coarsest clock of a file system: two changes within so long may leave one time.
const CLOCK_GRANULARITY: Duration = Duration::from_secs(2);

/// Names a file: a hash of the folder or file that was indexed, and of the file's path within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceKey(pub u64);

impl SourceKey {
    /// The name of the file `relative` below `root`.
    #[must_use]
    pub fn of(root: &str, relative: &str) -> Self {
        Self(hash(&[root, "\0", relative].concat()))
    }
}

/// The file that a page is of, and its place there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The file; none, of a page handed over in memory.
    pub source: Option<SourceKey>,
    /// Hash of all that is known of where the page came from, but for how the user spelled the path.
    pub place: u64,
}

impl Provenance {
    /// Of the page that came from `origin`, before anything is known of its content.
    #[must_use]
    pub fn new(source: Option<SourceKey>, origin: &Origin) -> Self {
        let told = Origin { path: String::new(), ..origin.clone() };
        // Plain data has a JSON form, always.
        let told = serde_json::to_string(&told).unwrap_or_default();
        Self { source, place: hash(&told) }
    }
}

/// By what a change of a file is seen without reading it.
///
/// The device is left out: its number may change whenever the file system is mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When the content was changed last, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of the file was changed last; 0 where the system does not tell.
    pub changed: i64,
    /// The file's number; 0 where the system has none.
    pub inode: u64,
}

impl Stamp {
    /// Of a file that could not be looked at: it may change at any time.
    pub const UNKNOWN: Self = Self { size: 0, modified: i64::MAX, changed: 0, inode: 0 };

    /// The stamp of a file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let (changed, inode) = status(metadata);
        Self { size: metadata.len(), modified: metadata.modified().map_or(0, nanoseconds), changed, inode }
    }

    /// Whether the file, looked at at `time`, could change right after without another stamp: it was changed so shortly
    /// before that the clock may not have moved on.
    #[must_use]
    pub fn is_racy(&self, time: SystemTime) -> bool {
        self.modified >= nanoseconds(time.checked_sub(CLOCK_GRANULARITY).unwrap_or(SystemTime::UNIX_EPOCH))
    }
}

#[cfg(unix)]
fn status(metadata: &Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime().wrapping_mul(1_000_000_000).wrapping_add(metadata.ctime_nsec()), metadata.ino())
}

#[cfg(not(unix))]
fn status(_: &Metadata) -> (i64, u64) {
    (0, 0)
}

fn nanoseconds(time: SystemTime) -> i64 {
    let clamp = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => clamp(after),
        Err(before) => -clamp(before.duration()),
    }
}
