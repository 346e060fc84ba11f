//! What the sources of a run do not hold any more: another source may hold it too, else it is dropped or noted as gone.

use std::collections::{BTreeMap, HashSet};

use super::offers::Offers;
use super::run::Run;
use super::visit::{State, Visit};
use crate::backend::embedded::{BackendError, Finder, StoredPage};
use crate::model::document::DocumentId;
use crate::model::source::SourceKey;

/// What becomes of pages that the sources of a run do not hold any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Gone {
    /// They stay.
    #[default]
    Keep,
    /// They are dropped.
    Drop,
}

/// Pages of the index whose files are gone or were read again: those among them that the run does not come to hold are
/// held by none of the files.
#[derive(Default)]
pub(super) struct Unheld {
    pages: BTreeMap<DocumentId, StoredPage>,
    /// Those that were handed to other sources already.
    handed: HashSet<DocumentId>,
}

impl Unheld {
    /// Adds the pages that the index has of some files, but for those that are held.
    pub(super) fn pages_of(
        &mut self,
        sources: impl Iterator<Item = SourceKey>,
        (finder, offers): (&Finder<'_>, &Offers),
    ) -> Result<(), BackendError> {
        for source in sources {
            let pages = finder.pages_of(source)?.into_iter().filter(|stored| !offers.holds(stored.page.id));
            self.pages.extend(pages.map(|stored| (stored.page.id, stored)));
        }
        Ok(())
    }

    /// Single pages.
    pub(super) fn of(ids: HashSet<DocumentId>, finder: &mut Finder<'_>) -> Result<Self, BackendError> {
        let mut unheld = Self::default();
        for id in ids {
            unheld.pages.extend(finder.find(id)?.map(|stored| (id, stored)));
        }
        Ok(unheld)
    }
}

impl Run<'_> {
    /// Finds who else offers the pages that their files do not hold any more, or not as before: those of them that the run meets are to be
    /// read now, those that it does not meet by the next run that does. False when there is nothing to be read.
    pub(super) fn hand_over(&mut self, visit: &mut Visit<'_>, unheld: &mut Unheld) -> bool {
        let Unheld { pages, handed } = unheld;
        let moved = std::mem::take(&mut self.offers.moved);
        let unheld = pages.keys().copied().filter(|id| !self.offers.holds(*id));
        let left: Vec<DocumentId> = unheld.chain(moved).filter(|id| handed.insert(*id)).collect();
        if left.is_empty() {
            return false;
        }
        let losers = self.ledger.losers();
        let mut is_more = false;
        for key in left.iter().filter_map(|id| losers.get(id)).flatten() {
            match visit.state(*key) {
                // What it offers was, or will be, compared with all others of this run.
                Some(State::Waiting | State::Read) => {}
                Some(State::Unchanged) => is_more |= visit.read_too(*key),
                _ => self.ledger.distrust(*key),
            }
        }
        is_more
    }

    /// Ends a run that was cancelled: another source that is unread may hold what the ones that were read do not hold any
    /// more, so nothing is dropped or noted as gone. The next run reads the files again for which that is open.
    pub(super) fn break_off(&mut self, unheld: &Unheld) {
        let losers = self.ledger.losers();
        let open = unheld.pages.values().filter(|stored| !self.offers.holds(stored.page.id));
        let open = open.filter_map(|stored| stored.provenance.source);
        let moved = self.offers.moved.iter().filter_map(|id| losers.get(id)).flatten().copied();
        let doubtful: Vec<SourceKey> = open.chain(moved).collect();
        for key in doubtful {
            self.ledger.distrust(key);
        }
    }

    /// Drops or notes the pages that no source of the run holds.
    pub(super) fn settle(&mut self, visit: &Visit<'_>, unheld: &Unheld, gone: Gone) -> Result<(), BackendError> {
        for stored in unheld.pages.values() {
            if self.offers.holds(stored.page.id) {
                continue;
            }
            let source = stored.provenance.source;
            if gone == Gone::Drop || self.offers.emptied.contains(&stored.page.id) {
                self.drop_page(stored)?;
            } else {
                self.report.gone += 1;
                let is_read = source.and_then(|source| visit.state(source)) == Some(State::Read);
                if let Some(row) = source.filter(|_| is_read).and_then(|source| self.ledger.row_mut(source)) {
                    row.notes.gone.push(stored.page.id);
                }
            }
        }
        for key in &visit.gone {
            let has_pages =
                || self.finder.pages_of(*key).map(|pages| pages.iter().any(|it| !self.offers.holds(it.page.id)));
            if gone == Gone::Drop || !has_pages()? {
                self.ledger.forget(*key);
            }
        }
        self.settle_unread(visit, gone)
    }

    /// The same for the pages that earlier runs have noted as gone from files that this one did not read.
    fn settle_unread(&mut self, visit: &Visit<'_>, gone: Gone) -> Result<(), BackendError> {
        for file in visit.files.iter().filter(|file| file.state == State::Unchanged) {
            let has_notes = file.glance(&self.ledger).is_some_and(|glance| glance.has_notes);
            let Some(row) = has_notes.then(|| self.ledger.row(file.key)).flatten() else { continue };
            if gone == Gone::Keep || row.notes.gone.is_empty() {
                self.report.gone += row.notes.gone.len();
                continue;
            }
            for id in row.notes.gone {
                let stored = self.finder.find(id)?.filter(|stored| stored.provenance.source == Some(file.key));
                if let Some(stored) = stored.filter(|_| !self.offers.holds(id)) {
                    self.drop_page(&stored)?;
                }
            }
            if let Some(row) = self.ledger.row_mut(file.key) {
                row.notes.gone.clear();
            }
        }
        Ok(())
    }

    fn drop_page(&mut self, stored: &StoredPage) -> Result<(), BackendError> {
        self.touched.insert(stored.page.site);
        self.report.dropped += 1;
        self.revision.remove(stored.page.id)
    }

    /// Counts the pages of the run, and those of the files that were not read, and reports what was skipped in any.
    pub(super) fn recount(&mut self, visit: &Visit<'_>) {
        let [new, changed, unchanged] = self.offers.counts();
        self.report.new = new;
        self.report.changed = changed;
        self.report.unchanged = unchanged;
        for file in visit.files.iter().filter(|file| file.state != State::Waiting) {
            let Some(glance) = file.glance(&self.ledger) else { continue };
            if file.state != State::Read {
                self.report.unchanged += usize::try_from(glance.pages).unwrap_or(usize::MAX);
            }
            if !glance.has_notes || file.state == State::Closed {
                continue;
            }
            let Some(row) = self.ledger.row(file.key) else { continue };
            self.report.add_notes(&file.file.label(), row.notes);
        }
    }
}
