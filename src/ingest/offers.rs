//! Which page is kept of several with one id: of one address that feeds repeat, of files with one name in two folders.
//!
//! Every page that a source holds is an offer. The best one counts: the one that was captured last, where sources say so,
//! then a page handed over in memory, then the file whose path comes first, then the record that comes first. This depends on what the sources hold and not on which of them
//! was read first, so the sources whose offer was not taken are noted: when the better offer goes, they are read again.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::run::Run;
use super::visit::{State, Visit};
use crate::backend::embedded::{BackendError, StoredPage};
use crate::model::capture::CaptureTime;
use crate::model::document::{Document, DocumentId};
use crate::model::page::Origin;
use crate::model::report::Skipped;
use crate::model::source::{Provenance, SourceKey};

/// The offers of a run.
#[derive(Default)]
pub(super) struct Offers {
    /// The best so far.
    held: HashMap<DocumentId, Held>,
    /// Pages of the index of which nothing is left in their own source.
    pub(super) emptied: HashSet<DocumentId>,
    /// Pages that their source offers otherwise than before: perhaps captured earlier than those of others.
    pub(super) moved: HashSet<DocumentId>,
    /// Pages of the index of which nothing is left by new rules, with their files.
    pub(super) dropped: HashMap<DocumentId, Option<SourceKey>>,
    /// Pages that were looked at.
    pub(super) taken: usize,
}

/// An offer that was taken. A run holds one for every page, so it is kept small.
struct Held {
    place: Place,
    /// One more than the record in its file; 0, where it is none.
    record: u64,
    captured: u64,
    change: Change,
}

/// Where a page is from.
enum Place {
    File(SourceKey),
    /// From memory; how the page is called.
    Memory(Box<str>),
}

impl Held {
    fn source(&self) -> Option<SourceKey> {
        match self.place {
            Place::File(source) => Some(source),
            Place::Memory(_) => None,
        }
    }

    fn record(&self) -> Option<u64> {
        self.record.checked_sub(1)
    }
}

/// What taking an offer did to the index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Changed,
    None,
}

/// A page that a source holds.
pub(super) struct Offer {
    pub(super) source: Option<SourceKey>,
    pub(super) origin: Origin,
    pub(super) content: Content,
}

/// The content of a page.
pub(super) enum Content {
    /// The same as in the index.
    Stored(StoredPage),
    /// Read from the source; and what the index has under its id.
    Read(Box<Document>, Option<StoredPage>),
}

/// What an offer must beat.
struct Rival {
    contender: Contender,
    /// Whether it is of this run.
    is_of_run: bool,
}

/// An offer that may not be the best.
struct Contender {
    source: Option<SourceKey>,
    record: Option<u64>,
    /// [`CaptureTime::as_number`]; 0, where it is not known.
    captured: u64,
    label: String,
    /// Pages of its file that are counted for it.
    counted: u32,
}

impl Offer {
    fn stored(&self) -> Option<StoredPage> {
        match &self.content {
            Content::Stored(stored) => Some(*stored),
            Content::Read(_, stored) => *stored,
        }
    }

    fn id(&self) -> DocumentId {
        match &self.content {
            Content::Stored(stored) => stored.page.id,
            Content::Read(document, _) => document.id,
        }
    }

    /// Whether the index has the page from the same source, but from another place there or of another time.
    fn has_moved(&self) -> bool {
        let provenance = match &self.content {
            Content::Stored(_) => Provenance::new(self.source, &self.origin),
            Content::Read(document, _) => document.provenance,
        };
        let before = self.stored().map(|stored| stored.provenance);
        before.is_some_and(|before| before.source == self.source && before.place != provenance.place)
    }

    /// Whether the page is named by an address, and not by its place.
    fn has_address(&self) -> bool {
        self.id() != DocumentId::of(&Origin { url: None, ..self.origin.clone() })
    }
}

fn captured(origin: &Origin) -> u64 {
    origin.captured.as_ref().map_or(0, CaptureTime::as_number)
}

impl Offers {
    /// Whether the run holds a page with this id.
    pub(super) fn holds(&self, id: DocumentId) -> bool {
        self.held.contains_key(&id)
    }

    /// Whether the run has put the page.
    pub(super) fn has_put(&self, id: DocumentId) -> bool {
        self.held.get(&id).is_some_and(|held| held.change != Change::None)
    }

    /// New, changed and unchanged pages.
    pub(super) fn counts(&self) -> [usize; 3] {
        let count = |change| self.held.values().filter(|held| held.change == change).count();
        [Change::New, Change::Changed, Change::None].map(count)
    }
}

impl Run<'_> {
    /// Takes an offer when it is the best for its id.
    pub(super) fn take_offer(&mut self, offer: Offer, visit: &Visit<'_>) -> Result<(), BackendError> {
        let id = offer.id();
        if offer.has_moved() {
            self.offers.moved.insert(id);
        }
        let rival = self.rival(&offer, visit)?;
        if let Some(rival) = &rival {
            let (source, label) = (offer.source, offer.origin.label());
            let (record, captured) = (offer.origin.record, captured(&offer.origin));
            let own = Contender { source, record, captured, label, counted: 0 };
            if self.compare(&own, &rival.contender) != Ordering::Less {
                self.note_loss(&own, &offer, (rival.contender.source, &rival.contender.label));
                return Ok(());
            }
            self.note_loss(&rival.contender, &offer, (source, &own.label));
        }
        let held = rival.as_ref().is_some_and(|rival| rival.is_of_run);
        // What a file does not hold any more is no page of its once another one has it.
        if let Some(other) =
            offer.stored().and_then(|stored| stored.provenance.source).filter(|it| Some(*it) != offer.source)
            && self.ledger.row(other).is_some_and(|row| row.notes.gone.contains(&id))
            && let Some(row) = self.ledger.row_mut(other)
        {
            row.notes.gone.retain(|gone| *gone != id);
        }
        let (source, captured) = (offer.source, captured(&offer.origin));
        let record = offer.origin.record.map_or(0, |record| record.saturating_add(1));
        let place = source.map_or_else(|| Place::Memory(offer.origin.label().into_boxed_str()), Place::File);
        let Some(change) = self.put(offer, held)? else { return Ok(()) };
        if let Some(row) = source.and_then(|source| self.ledger.row_mut(source)) {
            row.pages += 1;
        }
        self.offers.held.insert(id, Held { place, record, captured, change });
        Ok(())
    }

    /// Puts what is offered, unless the index has it; none, when it cannot be stored.
    fn put(&mut self, offer: Offer, is_replacing: bool) -> Result<Option<Change>, BackendError> {
        let stored = offer.stored();
        let before = offer.origin.label();
        let (document, change) = match offer.content {
            Content::Stored(stored) => {
                let provenance = Provenance::new(offer.source, &offer.origin);
                if stored.provenance == provenance && !is_replacing {
                    return Ok(Some(Change::None));
                }
                let document = self.document(&stored)?;
                let url = offer.origin.url.clone().or(document.origin.url);
                let origin = Origin { url, ..offer.origin };
                (Document { origin, provenance, ..document }, Change::None)
            }
            Content::Read(document, stored) => {
                let change = if stored.is_some() { Change::Changed } else { Change::New };
                (*document, change)
            }
        };
        if let Err(error) = self.revision.put(&document) {
            let BackendError::Damaged { what, .. } = error else { return Err(error) };
            self.report.skipped.push(Skipped { label: before, reason: what });
            return Ok(None);
        }
        self.touched.insert(document.site());
        if let Some(stored) = stored {
            self.touched.insert(stored.page.site);
        }
        if change != Change::None {
            self.report.tally(&document);
        }
        Ok(Some(change))
    }

    /// The best offer so far, of this run or of a file that need not be read.
    fn rival(&mut self, offer: &Offer, visit: &Visit<'_>) -> Result<Option<Rival>, BackendError> {
        if let Some(held) = self.offers.held.get(&offer.id()) {
            let (source, record, captured) = (held.source(), held.record(), held.captured);
            let label = match &held.place {
                Place::Memory(label) => label.to_string(),
                Place::File(source) => {
                    let path = visit.label(*source);
                    path.map(|path| Origin { record, ..Origin::at(path) }.label()).unwrap_or_default()
                }
            };
            let contender = Contender { source, record, captured, label, counted: 1 };
            return Ok(Some(Rival { contender, is_of_run: true }));
        }
        let Some(stored) = offer.stored().filter(|stored| stored.provenance.source != offer.source) else {
            return Ok(None);
        };
        if let Some(source) = stored.provenance.source
            && !self.stands(source, offer.id(), visit)
        {
            return Ok(None);
        }
        let origin = self.finder.origin(&stored)?;
        let (source, label) = (stored.provenance.source, origin.label());
        let (record, captured) = (origin.record, captured(&origin));
        let contender = Contender { source, record, captured, label, counted: 1 };
        Ok(Some(Rival { contender, is_of_run: false }))
    }

    /// Whether a file still offers a page of the index that is of it, as far as is known without reading it.
    fn stands(&mut self, source: SourceKey, id: DocumentId, visit: &Visit<'_>) -> bool {
        let is_met = match visit.state(source) {
            Some(State::Waiting | State::Read) => return false,
            Some(State::Unchanged | State::Closed) => true,
            None if visit.gone.contains(&source) => return false,
            None => false,
        };
        let Some(row) = self.ledger.row(source).filter(|row| !row.notes.gone.contains(&id)) else { return false };
        if !is_met && !self.ledger.has_file(&row.root, &row.relative) {
            self.ledger.distrust(source);
            return false;
        }
        true
    }

    /// Which of two offers is better; the better one is less.
    fn compare(&self, left: &Contender, right: &Contender) -> Ordering {
        let place = |source: SourceKey| self.ledger.row(source).map(|row| (row.root, row.relative));
        let by_capture = right.captured.cmp(&left.captured);
        let by_record = left.record.cmp(&right.record);
        if left.source == right.source {
            return by_capture.then(by_record);
        }
        by_capture.then_with(|| left.source.map(place).cmp(&right.source.map(place))).then(by_record)
    }

    /// Notes that the page of a source was not taken, or is taken no more.
    fn note_loss(&mut self, loser: &Contender, offer: &Offer, (winner, label): (Option<SourceKey>, &str)) {
        let reason = format!("has the same name within its folder as {label}; index both from a folder above");
        let is_repetition = offer.has_address();
        let Some(row) = loser.source.and_then(|source| self.ledger.row_mut(source)) else {
            if is_repetition {
                self.report.repeated += 1;
            } else {
                self.report.skipped.push(Skipped { label: loser.label.clone(), reason });
            }
            return;
        };
        row.pages = row.pages.saturating_sub(loser.counted);
        if loser.source != winner && !row.notes.lost.contains(&offer.id()) {
            row.notes.lost.push(offer.id());
        }
        if is_repetition {
            row.notes.repeated += 1;
        } else {
            let place = loser.record.map(|record| format!("#{record}")).unwrap_or_default();
            row.notes.skipped.push((place, reason));
        }
    }

    /// Notes what was skipped of a file; of a page of none it is reported at once.
    pub(super) fn note_skipped(&mut self, source: Option<SourceKey>, skip: Skipped, visit: &Visit<'_>) {
        let file = source.and_then(|source| visit.label(source));
        let place = file.and_then(|file| skip.label.strip_prefix(file.as_str()).map(str::to_owned));
        match (place, source.and_then(|source| self.ledger.row_mut(source))) {
            (Some(place), Some(row)) => row.notes.skipped.push((place, skip.reason)),
            _ => self.report.skipped.push(skip),
        }
    }

    /// Notes that a page of a file was taken down.
    pub(super) fn note_taken_down(&mut self, source: Option<SourceKey>) {
        match source.and_then(|source| self.ledger.row_mut(source)) {
            Some(row) => row.notes.taken_down += 1,
            None => self.report.taken_down += 1,
        }
    }
}
