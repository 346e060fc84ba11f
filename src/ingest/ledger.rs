//! What is known of the files that were indexed: a row each, by which the next run tells without reading a file whether
//! it has changed, and whose pages are gone.
//!
//! Rows stand in the journal of the index one after another; of several rows of a file the last one counts. A run appends
//! the rows that it changes, and writes all of them anew when most of the journal is superseded. So a run that changes
//! one page costs one row, and reading the ledger is reading a file and noting where its rows stand.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

use super::row::{Glance, Head, Notes, Row, State, dropped, texts};
use crate::backend::embedded::Journal;
use crate::model::document::DocumentId;
use crate::model::source::SourceKey;

/// Bytes of a row of a file with a name of usual length.
const TYPICAL_ROW_BYTES: usize = 100;
/// Superseded bytes that are worth no rewriting.
const SMALL_WASTE_BYTES: usize = 64 << 10;

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

    /// Whether the row of a file is another one than at the beginning.
    pub(super) fn has_changed(&self, key: SourceKey) -> bool {
        self.changed.contains_key(&key)
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

    /// Puts back what was known of a file at the beginning, to be looked at by the next run.
    pub(super) fn restore(&mut self, key: SourceKey) {
        self.changed.remove(&key);
        self.distrust(key);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::Stamp;

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
