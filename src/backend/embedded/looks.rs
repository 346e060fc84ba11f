//! How the files look by which a new state of an index is known without opening it, by this process or another.

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use super::EmbeddedIndex;
use super::marker;
use crate::model::source::Stamp;

/// The file that a commit writes last.
const COMMIT_FILE: &str = "meta.json";
/// How often a state is read that changes meanwhile, and how long to wait before.
const ATTEMPTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(2);

/// How the files look that say what is current; none, where a file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looks {
    marker: Option<Stamp>,
    commit: Option<Stamp>,
}

impl Looks {
    /// Of the generation in the folder `data` of the index in `directory`.
    pub(super) fn of(directory: &Path, data: &Path) -> Self {
        let stamp = |path: &Path| path.metadata().ok().map(|metadata| Stamp::of(&metadata));
        Self { marker: stamp(&directory.join(marker::FILE_NAME)), commit: stamp(&data.join(COMMIT_FILE)) }
    }
}

/// Reads one state of a generation whole: without a lock, a writer may collect files of it while they are opened, and the
/// engine takes some of them for empty when they are gone. A commit comes before that, so the looks tell.
pub(super) fn whole<T, E>(looks: impl Fn() -> Looks, read: impl Fn() -> Result<T, E>) -> (Looks, Result<T, E>) {
    for _ in 1..ATTEMPTS {
        let before = looks();
        let outcome = read();
        if before == looks() {
            return (before, outcome);
        }
        thread::sleep(PAUSE);
    }
    (looks(), read())
}

impl EmbeddedIndex {
    /// When the state that was opened was written; none, where the disk does not tell.
    #[must_use]
    pub fn written_at(&self) -> Option<SystemTime> {
        let nanoseconds = u64::try_from(self.seen().commit?.modified).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds))
    }

    /// Whether something was published since it was opened or reloaded, by any process. It costs a look at two files.
    ///
    /// A state that its writer still learns from does not count: it is only seen by who opens the index meanwhile.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let (before, now) = (self.seen(), self.looks());
        if before == now {
            return false;
        }
        // Another generation takes the place of this one when it is finished.
        if before.marker != now.marker {
            return true;
        }
        // What cannot be read now is asked for again at the next look.
        let is_learning = self.payload().is_ok_and(|payload| payload.is_learning);
        if is_learning {
            self.note(now);
        }
        !is_learning
    }
}
