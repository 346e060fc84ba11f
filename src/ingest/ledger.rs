//! What is known of the files that were indexed: a row each, by which the next run tells without reading a file whether
//! it has changed, and whose pages are gone.
//!
//! Rows stand in the journal of the index one after another; of several rows of a file the last one counts. A run appends
//! the rows that it changes, and writes all of them anew when most of the journal is superseded. So a run that changes
//! one page costs one row, and reading the ledger is reading a file and noting where its rows stand.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::backend::embedded::Journal;
use crate::model::document::DocumentId;
use crate::model::report::{IngestReport, Skipped};
use crate::model::source::{SourceKey, Stamp};

/// Superseded bytes that are worth no rewriting.
const SMALL_WASTE_BYTES: usize = 64 << 10;

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The folder that was indexed, seen from the index.
    pub(super) root: String,
    /// The file's path within.
    pub(super) relative: String,
    /// How it looked when it was read; none, when its content must be looked at whatever it looks like.
    pub(super) stamp: Option<Stamp>,
    /// The version of what it was read by.
    pub(super) reading: u64,
    /// Pages of the index that are of this file.
    pub(super) pages: u32,
    /// What else was found.
    pub(super) notes: Notes,
}

/// What was found in a file beside its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Notes {
    /// Pages that it holds, but of which the index has the one of another file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lost: Vec<DocumentId>,
    /// Pages of the index that are of this file, but which it does not hold any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<DocumentId>,
    /// What was skipped: what follows the file's name, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) skipped: Vec<(String, String)>,
    /// Pages whose address another page has.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) repeated: usize,
    /// Pages that were taken down.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) taken_down: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl IngestReport {
    /// Adds what was found in the file called `label` beside its pages.
    pub(super) fn add_notes(&mut self, label: &str, notes: Notes) {
        self.repeated += notes.repeated;
        self.taken_down += notes.taken_down;
        let skipped = notes.skipped.into_iter();
        self.skipped.extend(skipped.map(|(place, reason)| Skipped { label: format!("{label}{place}"), reason }));
    }
}

/// The rows of all files.
pub(super) struct Ledger {
    journal: Journal,
    /// Where the row of a file stands that counts.
    rows: HashMap<SourceKey, usize>,
    /// Bytes of the rows that count.
    live: usize,
    /// Rows that differ from what the journal says; none, where there is none any more.
    changed: BTreeMap<SourceKey, Option<Row>>,
    /// The folder of the index: roots are told from there, so that index and pages can be moved or copied together.
    home: PathBuf,
}

/// What a glance at a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) stamp: Option<Stamp>,
    pub(super) reading: u64,
    pub(super) pages: u32,
    pub(super) has_notes: bool,
}

impl Ledger {
    /// The ledger in `journal`, of the index in the folder `home`.
    pub(super) fn new(journal: Journal, home: &Path) -> Self {
        let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
        let rows = HashMap::with_capacity(journal.content().len() / TYPICAL_ROW_BYTES);
        let mut ledger = Self { journal, rows, live: 0, changed: BTreeMap::new(), home };
        let mut at = 0;
        while let Some(head) = Head::at(ledger.journal.content(), at) {
            let before = match head.state {
                State::Dropped => ledger.rows.remove(&head.key),
                _ => ledger.rows.insert(head.key, at),
            };
            let superseded = before.and_then(|at| Head::at(ledger.journal.content(), at));
            ledger.live += if head.state == State::Dropped { 0 } else { head.length };
            ledger.live -= superseded.map_or(0, |head| head.length);
            at += head.length;
        }
        ledger
    }

    /// How a root is told: its path as seen from the index.
    pub(super) fn root_name(&self, root: &Path) -> String {
        let common = root.components().zip(self.home.components()).take_while(|(left, right)| left == right).count();
        if common == 0 {
            return root.to_string_lossy().replace('\\', "/");
        }
        let up = self.home.components().skip(common).map(|_| Component::ParentDir);
        let path: PathBuf = up.chain(root.components().skip(common)).collect();
        path.to_string_lossy().replace('\\', "/")
    }

    /// The folder that a root names.
    pub(super) fn folder(&self, root: &str) -> PathBuf {
        let mut folder = self.home.clone();
        for component in Path::new(root).components() {
            match component {
                Component::ParentDir => drop(folder.pop()),
                other => folder.push(other),
            }
        }
        folder
    }

    /// How many files are known, as long as nothing was changed.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the file of a row is there.
    pub(super) fn has_file(&self, root: &str, relative: &str) -> bool {
        self.folder(root).join(relative).is_file()
    }

    /// What a glance at the row of a file tells.
    pub(super) fn glance(&self, key: SourceKey) -> Option<Glance> {
        match self.changed.get(&key) {
            Some(row) => row.as_ref().map(Row::glance),
            None => Head::at(self.journal.content(), *self.rows.get(&key)?).map(|head| head.glance()),
        }
    }

    /// The row of a file.
    pub(super) fn row(&self, key: SourceKey) -> Option<Row> {
        match self.changed.get(&key) {
            Some(row) => row.clone(),
            None => Row::at(self.journal.content(), *self.rows.get(&key)?),
        }
    }

    /// The row of a file, to be changed.
    pub(super) fn row_mut(&mut self, key: SourceKey) -> Option<&mut Row> {
        if !self.changed.contains_key(&key) {
            let row = self.row(key)?;
            self.changed.insert(key, Some(row));
        }
        self.changed.get_mut(&key)?.as_mut()
    }

    /// Puts a row in the place of what is known of the file.
    pub(super) fn set(&mut self, key: SourceKey, row: Row) {
        self.changed.insert(key, Some(row));
    }

    /// Forgets a file.
    pub(super) fn forget(&mut self, key: SourceKey) {
        self.changed.insert(key, None);
    }

    /// Has the content of a file looked at by the next run, whatever the file looks like.
    pub(super) fn distrust(&mut self, key: SourceKey) {
        let is_trusted = self.glance(key).is_some_and(|glance| glance.stamp.is_some());
        if let Some(row) = is_trusted.then(|| self.row_mut(key)).flatten() {
            row.stamp = None;
        }
    }

    /// The files whose notes fulfil a condition.
    pub(super) fn noted(&self, condition: impl Fn(&Notes) -> bool) -> Vec<SourceKey> {
        let content = self.journal.content();
        let known = self.rows.iter().filter(|(key, at)| {
            let has_notes = Head::at(content, **at).is_some_and(|head| head.has_notes);
            has_notes
                && !self.changed.contains_key(key)
                && Row::at(content, **at).is_some_and(|row| condition(&row.notes))
        });
        let changed = self.changed.iter().filter(|(_, row)| row.as_ref().is_some_and(|row| condition(&row.notes)));
        sorted(known.map(|(key, _)| *key).chain(changed.map(|(key, _)| *key)))
    }

    /// The files whose name, root and path within it fulfil a condition.
    pub(super) fn placed(&self, mut condition: impl FnMut(SourceKey, &str, &str) -> bool) -> Vec<SourceKey> {
        let content = self.journal.content();
        let mut keys = Vec::new();
        for (key, at) in self.rows.iter().filter(|(key, _)| !self.changed.contains_key(key)) {
            let is_it = texts(content, *at).is_some_and(|(root, relative, _)| condition(*key, root, relative));
            keys.extend(is_it.then_some(*key));
        }
        for (key, row) in self.changed.iter().filter_map(|(key, row)| Some((*key, row.as_ref()?))) {
            keys.extend(condition(key, &row.root, &row.relative).then_some(key));
        }
        sorted(keys.into_iter())
    }

    /// The files that hold pages of which the index has the one of another file, by page.
    pub(super) fn losers(&self) -> HashMap<DocumentId, Vec<SourceKey>> {
        let mut losers: HashMap<DocumentId, Vec<SourceKey>> = HashMap::new();
        for key in self.noted(|notes| !notes.lost.is_empty()) {
            for id in self.row(key).map(|row| row.notes.lost).unwrap_or_default() {
                losers.entry(id).or_default().push(key);
            }
        }
        losers
    }

    /// The journal, with the rows that were changed at its end; or all rows anew, when most of it is superseded.
    pub(super) fn into_journal(mut self) -> Journal {
        let mut live = self.live;
        for (key, row) in std::mem::take(&mut self.changed) {
            let at = self.rows.get(&key).copied();
            let before = at.and_then(|at| Row::at(self.journal.content(), at));
            if before == row {
                continue;
            }
            live -= at.and_then(|at| Head::at(self.journal.content(), at)).map_or(0, |head| head.length);
            let bytes = row.as_ref().map_or_else(|| dropped(key), |row| row.bytes(key));
            if row.is_some() {
                live += bytes.len();
                self.rows.insert(key, self.journal.content().len());
            } else {
                self.rows.remove(&key);
            }
            self.journal.append(&bytes);
        }
        if self.journal.content().len() - live > live + SMALL_WASTE_BYTES {
            let content = self.journal.content();
            let rows = sorted(self.rows.keys().copied()).into_iter().filter_map(|key| {
                let at = *self.rows.get(&key)?;
                content.get(at..at + Head::at(content, at)?.length)
            });
            let rows = rows.flatten().copied().collect();
            self.journal.rewrite(rows);
        }
        self.journal
    }
}

fn sorted(keys: impl Iterator<Item = SourceKey>) -> Vec<SourceKey> {
    let mut keys: Vec<SourceKey> = keys.collect();
    keys.sort_unstable();
    keys
}

/// Bytes of a row of a file with a name of usual length.
const TYPICAL_ROW_BYTES: usize = 100;

/// Whether a row counts, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The file is forgotten.
    Dropped,
    /// The content must be looked at.
    Distrusted,
    /// The stamp tells.
    Trusted,
}

/// The beginning of a row as it is written: its length in bytes, the file, what is behind it, and the stamp.
struct Head {
    length: usize,
    key: SourceKey,
    state: State,
    has_notes: bool,
    stamp: Stamp,
    reading: u64,
    pages: u32,
}

impl Head {
    const BYTES: usize = 4 + 8 + 1 + 4 * 8 + 8 + 4;

    fn at(content: &[u8], at: usize) -> Option<Self> {
        let mut bytes = content.get(at..)?;
        let length = number(&mut bytes)?;
        let key = SourceKey(u64::from_le_bytes(taken(&mut bytes)?));
        let [flags] = taken(&mut bytes)?;
        let state = match flags & 3 {
            0 => State::Dropped,
            1 => State::Distrusted,
            _ => State::Trusted,
        };
        let stamp = Stamp {
            size: u64::from_le_bytes(taken(&mut bytes)?),
            modified: i64::from_le_bytes(taken(&mut bytes)?),
            changed: i64::from_le_bytes(taken(&mut bytes)?),
            inode: u64::from_le_bytes(taken(&mut bytes)?),
        };
        let reading = u64::from_le_bytes(taken(&mut bytes)?);
        let pages = u32::from_le_bytes(taken(&mut bytes)?);
        Some(Self { length: length.max(Self::BYTES), key, state, has_notes: flags & 4 != 0, stamp, reading, pages })
    }

    fn glance(&self) -> Glance {
        let stamp = (self.state == State::Trusted).then_some(self.stamp);
        Glance { stamp, reading: self.reading, pages: self.pages, has_notes: self.has_notes }
    }

    fn bytes(&self) -> Vec<u8> {
        let state = match self.state {
            State::Dropped => 0,
            State::Distrusted => 1,
            State::Trusted => 2,
        };
        let Stamp { size, modified, changed, inode } = self.stamp;
        let mut bytes = length_bytes(self.length).to_vec();
        bytes.extend(self.key.0.to_le_bytes());
        bytes.push(state | u8::from(self.has_notes) << 2);
        for field in [size.to_le_bytes(), modified.to_le_bytes(), changed.to_le_bytes(), inode.to_le_bytes()] {
            bytes.extend(field);
        }
        bytes.extend(self.reading.to_le_bytes());
        bytes.extend(self.pages.to_le_bytes());
        bytes
    }
}

impl Row {
    fn glance(&self) -> Glance {
        let has_notes = self.notes != Notes::default();
        Glance { stamp: self.stamp, reading: self.reading, pages: self.pages, has_notes }
    }

    fn at(content: &[u8], at: usize) -> Option<Self> {
        let head = Head::at(content, at)?.glance();
        let (root, relative, notes) = texts(content, at)?;
        let notes = if notes.is_empty() { Notes::default() } else { serde_json::from_slice(notes).ok()? };
        let Glance { stamp, reading, pages, .. } = head;
        Some(Self { root: root.to_owned(), relative: relative.to_owned(), stamp, reading, pages, notes })
    }

    fn bytes(&self, key: SourceKey) -> Vec<u8> {
        let Glance { stamp, reading, pages, has_notes } = self.glance();
        // Plain data has a JSON form, always.
        let notes = if has_notes { serde_json::to_vec(&self.notes).unwrap_or_default() } else { vec![] };
        let state = if stamp.is_some() { State::Trusted } else { State::Distrusted };
        let length = Head::BYTES + 8 + self.root.len() + self.relative.len() + notes.len();
        let stamp = stamp.unwrap_or_default();
        let mut bytes = Head { length, key, state, has_notes, stamp, reading, pages }.bytes();
        for text in [&self.root, &self.relative] {
            bytes.extend(length_bytes(text.len()));
            bytes.extend(text.as_bytes());
        }
        bytes.extend(notes);
        bytes
    }
}

/// The row by which a file is forgotten.
fn dropped(key: SourceKey) -> Vec<u8> {
    let (state, stamp) = (State::Dropped, Stamp::default());
    Head { length: Head::BYTES, key, state, has_notes: false, stamp, reading: 0, pages: 0 }.bytes()
}

/// Root, path within it, and notes of a row.
fn texts(content: &[u8], at: usize) -> Option<(&str, &str, &[u8])> {
    let length = Head::at(content, at)?.length;
    let mut bytes = content.get(at + Head::BYTES..at + length)?;
    let mut text = || {
        let length = number(&mut bytes)?;
        let (text, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        std::str::from_utf8(text).ok()
    };
    let (root, relative) = (text()?, text()?);
    Some((root, relative, bytes))
}

fn taken<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    taken(bytes).and_then(|number| usize::try_from(u32::from_le_bytes(number)).ok())
}

fn length_bytes(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(relative: &str, pages: u32) -> Row {
        let stamp = Some(Stamp { size: 1, modified: -2, changed: 3, inode: 4 });
        Row { root: "../corpus".to_owned(), relative: relative.to_owned(), stamp, reading: 5, pages, ..Row::default() }
    }

    fn key(relative: &str) -> SourceKey {
        SourceKey::of("../corpus", relative)
    }

    fn ledger(journal: Journal) -> Ledger {
        Ledger::new(journal, Path::new("/nowhere/index"))
    }

    #[test]
    fn the_last_row_of_a_file_counts() {
        let notes = Notes { lost: vec![DocumentId::from_u64(7)], repeated: 1, ..Notes::default() };
        let mut first = ledger(Journal::default());
        first.set(key("a"), row("a", 1));
        first.set(key("重庆"), Row { notes: notes.clone(), stamp: None, ..row("重庆", 2) });
        first.set(key("c"), row("c", 3));
        let mut second = ledger(first.into_journal());
        assert_eq!(second.row(key("重庆")), Some(Row { notes, stamp: None, ..row("重庆", 2) }));
        assert_eq!(second.losers(), HashMap::from([(DocumentId::from_u64(7), vec![key("重庆")])]));
        second.forget(key("a"));
        second.row_mut(key("c")).unwrap().pages = 4;
        let before = second.journal.content().len();
        let mut third = ledger(second.into_journal());
        assert!(third.journal.content().len() > before, "appended");
        assert_eq!((third.row(key("a")), third.glance(key("c")).unwrap().pages), (None, 4));
        assert_eq!(third.placed(|_, root, relative| root == "../corpus" && relative == "c"), [key("c")]);
        third.set(key("c"), row("c", 4));
        let length = third.journal.content().len();
        assert_eq!(third.into_journal().content().len(), length, "nothing is appended that is known");
    }

    #[test]
    fn what_is_superseded_is_cleared_away() {
        let mut journal = Journal::default();
        for pages in 0..2_000 {
            let mut ledger = ledger(journal);
            ledger.set(key("a"), row("a", pages));
            journal = ledger.into_journal();
        }
        assert!(journal.content().len() < SMALL_WASTE_BYTES + 1_000, "{}", journal.content().len());
        assert_eq!(ledger(journal).row(key("a")), Some(row("a", 1_999)));
    }

    #[test]
    fn a_root_is_told_from_the_index() {
        let ledger = ledger(Journal::default());
        for (root, expected) in [
            ("/nowhere/corpus", "../corpus"),
            ("/nowhere", ".."),
            ("/nowhere/index/a", "a"),
            ("/else/b", "../../else/b"),
        ] {
            assert_eq!(ledger.root_name(Path::new(root)), expected);
        }
    }
}
