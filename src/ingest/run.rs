//! One run over sources: reads what changed, cleans and recognises in parallel, and puts it into a revision.
//!
//! The ledger tells which files need not be read ([`super::ledger`], [`super::visit`]); of several pages with one id the
//! best is kept ([`super::offers`]); what the sources hold no more is noted or dropped ([`super::settle`]). At its end the
//! sites that the run changed are learnt from all their pages in the index, and the pages that this concerns are cleaned
//! again. The outcome depends on what the sources hold and not on the runs that led there.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::batches::{Batch, Numbered, batches};
use super::learning::{known_templates, learn_from_index, make_anew};
use super::ledger::Ledger;
use super::offers::{Content, Offer, Offers};
use super::outcome::Outcome;
use super::settle::{Gone, Unheld};
use super::source::Sources;
use super::takedowns::{Takedowns, known_takedowns};
use super::templates::Templates;
use super::visit::Visit;
use super::window::nothing_left;
use super::{clean_again, duplicates, reading_version, rules_version};
use crate::backend::embedded::{BackendError, EmbeddedIndex, Finder, Published, Revision, StoredPage, WriterLock};
use crate::knowledge::Knowledge;
use crate::model::cancel::Cancel;
use crate::model::document::{Document, DocumentId};
use crate::model::page::Page;
use crate::model::report::{IngestReport, Progress};
use crate::model::site::Site;
use crate::model::source::SourceKey;

/// A run that writes: compares each page with what the index knows and puts what is new or changed.
pub struct Run<'a> {
    pub(super) knowledge: &'a Knowledge,
    index: &'a EmbeddedIndex,
    /// Ends the reading early.
    cancel: Cancel,
    pub(super) revision: Revision,
    /// The index as it was before the run.
    pub(super) finder: Finder<'a>,
    pub(super) templates: Templates,
    pub(super) ledger: Ledger,
    pub(super) takedowns: Takedowns,
    pub(super) offers: Offers,
    pub(super) touched: Touched,
    /// Whether the documents of the index were made by other rules or other knowledge.
    pub(super) rules: Rules,
    pub(super) report: IngestReport,
}

/// Whether the documents of the index were made by the rules and the knowledge of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    Same,
    Changed,
}

/// Sites whose pages this run has changed.
pub(super) enum Touched {
    /// All: an earlier run was cut short.
    All,
    These(BTreeSet<Site>),
}

impl Touched {
    fn holds(&self, site: Site) -> bool {
        match self {
            Self::All => true,
            Self::These(sites) => sites.contains(&site),
        }
    }

    pub(super) fn insert(&mut self, site: Site) {
        if let Self::These(sites) = self {
            sites.insert(site);
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::These(sites) if sites.is_empty())
    }
}

impl<'a> Run<'a> {
    /// A run into `index`, with the lock of its folder. Where rules or knowledge have changed, its pages are made anew first.
    ///
    /// # Errors
    /// When the index cannot be read or written.
    pub fn open(knowledge: &'a Knowledge, index: &'a EmbeddedIndex, lock: WriterLock) -> Result<Self, BackendError> {
        knowledge.prepare();
        let revision = index.revise(lock)?;
        index.reload()?;
        let (templates, is_unfinished) = known_templates(index)?;
        let finder = Finder::new(index.view());
        let mut ledger = Ledger::new(index.journal()?, index.directory());
        if is_unfinished {
            // The pages of a run that was cut short are there, what it knew of their files is not.
            ledger.placed(|_, _, _| true).into_iter().for_each(|key| ledger.distrust(key));
        }
        let touched = if is_unfinished { Touched::All } else { Touched::These(BTreeSet::new()) };
        let is_stale = !revision.is_first() && index.rules()? != Some(rules_version(knowledge));
        let rules = if is_stale { Rules::Changed } else { Rules::Same };
        let takedowns = known_takedowns(index)?;
        let (offers, report, cancel) = (Offers::default(), IngestReport::default(), Cancel::default());
        let mut run = Self {
            knowledge,
            index,
            cancel,
            revision,
            finder,
            templates,
            ledger,
            takedowns,
            offers,
            touched,
            rules,
            report,
        };
        if is_stale {
            run.make_anew()?;
        }
        Ok(run)
    }

    /// Cleans and recognises anew what is stored. A page of which nothing is left goes, and the files of which something
    /// was left out before are read again: by these rules it may be a page.
    fn make_anew(&mut self) -> Result<(), BackendError> {
        let Self { knowledge, finder, templates, touched, revision, report, offers, .. } = self;
        make_anew(finder.view(), (knowledge, templates), &mut |_, after| {
            report.made_anew += 1;
            touched.insert(after.site());
            if after.article.has_content() {
                return revision.put(after);
            }
            offers.dropped.insert(after.id, after.provenance.source);
            revision.remove(after.id)
        })?;
        let emptied = self.offers.dropped.values().flatten().copied();
        let left_out = self.ledger.noted(|notes| !notes.skipped.is_empty() || !notes.lost.is_empty());
        emptied.chain(left_out).for_each(|key| self.ledger.distrust(key));
        Ok(())
    }

    /// Stops reading when `cancel` says so. What was read until then is kept; nothing is dropped.
    #[must_use]
    pub fn until(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// Takes all pages of `sources`, telling `progress` after each batch. Pages of files below its folders that are not
    /// there any more are dropped or kept, as `gone` says.
    ///
    /// # Errors
    /// When the index cannot be written; what was put is lost.
    pub fn take_sources(
        &mut self,
        sources: &Sources,
        gone: Gone,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), BackendError> {
        self.report.ignored += sources.ignored;
        self.report.skipped.extend(sources.skipped.iter().cloned());
        let (handed, cancel) = (sources.files.iter().filter(|file| file.is_standard_input()), self.cancel.clone());
        let mut unread = handed.clone().count();
        self.take_handed(|take| {
            unread -= batches(handed, &cancel, &mut |batch, _| take(batch))?;
            Ok(())
        })?;
        self.report.unread += unread;
        let reading = reading_version(self.knowledge);
        let mut visit = Visit::new(sources, &self.ledger, reading, &mut |skip| self.report.skipped.push(skip));
        let mut unheld = Unheld::default();
        unheld.pages_of(visit.gone.iter().copied(), (&self.finder, &self.offers))?;
        loop {
            self.read_files(&mut visit, progress)?;
            unheld.pages_of(visit.just_read(), (&self.finder, &self.offers))?;
            if self.report.is_interrupted() {
                self.break_off(&unheld);
                break;
            }
            if !self.hand_over(&mut visit, &mut unheld) {
                break;
            }
        }
        if !self.report.is_interrupted() {
            self.settle(&visit, &unheld, gone)?;
        }
        self.recount(&visit);
        Ok(())
    }

    /// Reads the files that wait for it.
    fn read_files(&mut self, visit: &mut Visit<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(), BackendError> {
        let reading = reading_version(self.knowledge);
        let mut queue = Vec::new();
        for (number, closed) in visit.begin() {
            let Some(file) = visit.files.get(number) else { continue };
            if let Some(closed) = closed {
                self.ledger.distrust(file.key);
                self.report.skipped.push(closed);
            } else {
                self.ledger.set(file.key, visit.row(file, reading));
                queue.push(number);
            }
        }
        let (met, cancel) = (&*visit, self.cancel.clone());
        let unread = met.files.len() - queue.len();
        let files = queue.iter().filter_map(|number| met.files.get(*number)).map(|visited| visited.file);
        let whole = batches(files, &cancel, &mut |batch, begun| {
            let key = |number: &usize| met.files.get(*queue.get(*number)?).map(|file| file.key);
            self.take_batch(batch, &|number| key(&number), met)?;
            let (pages, skipped) = (self.offers.taken, self.report.skipped.len());
            progress(Progress { pages, skipped, files: unread + begun, files_total: met.files.len() });
            Ok(())
        })?;
        self.report.files_read += whole;
        self.report.unread += queue.len() - whole;
        let mut unread = queue.get(whole..).unwrap_or_default().iter().filter_map(|number| visit.leave(*number));
        // The first of them may have been read in part: what it gave is noted, but not trusted.
        unread.next().into_iter().for_each(|key| self.ledger.distrust(key));
        unread.for_each(|key| self.ledger.restore(key));
        Ok(())
    }

    /// Takes pages handed over in memory: each stands in the place of what was handed over under its id before, and
    /// before the pages of files, unless one of these was captured later.
    ///
    /// # Errors
    /// As [`Run::take_sources`].
    pub fn take_pages(&mut self, pages: impl IntoIterator<Item = Page>) -> Result<(), BackendError> {
        let mut batch = Batch::default();
        self.take_handed(|take| {
            for page in pages {
                if batch.push((0, Ok(page))) {
                    take(batch.take())?;
                }
            }
            take(batch.take())
        })
    }

    /// Takes batches of pages that are of no file.
    fn take_handed(
        &mut self,
        hand: impl FnOnce(&mut dyn FnMut(Vec<Numbered>) -> Result<(), BackendError>) -> Result<(), BackendError>,
    ) -> Result<(), BackendError> {
        let mut visit = Visit::default();
        hand(&mut |batch| self.take_batch(batch, &|_| None, &visit))?;
        let mut unheld = Unheld::of(self.offers.emptied.clone(), &mut self.finder)?;
        self.hand_over(&mut visit, &mut unheld);
        self.settle(&visit, &unheld, Gone::Keep)?;
        self.recount(&visit);
        Ok(())
    }

    /// Learns what the sites of this run share, cleans again what that concerns, publishes, and returns the sum of the
    /// run.
    ///
    /// # Errors
    /// When the index cannot be written. Nothing of the run is visible then; or all of its pages are, cleaned with what
    /// was known before, and the next run learns from them.
    pub fn finish(self) -> Result<IngestReport, BackendError> {
        if self.report.is_interrupted() && self.report.pages() == 0 && self.revision.is_first() {
            return Ok(self.report);
        }
        let Self { knowledge, index, mut revision, mut templates, ledger, takedowns, touched, finder, .. } = self;
        let (offers, mut report, rules) = (self.offers, self.report, self.rules);
        let (mut journal, takedowns) = (ledger.into_journal(), takedowns.to_bytes());
        let known = index.kinships()?;
        let mut kin = None;
        if !touched.is_empty() || revision.is_first() || rules == Rules::Changed {
            revision.checkpoint(&mut journal, &takedowns, &templates.to_bytes())?;
            index.reload()?;
            let view = index.view();
            let pages = match &touched {
                Touched::All => view.pages_of_sites(|_| true)?,
                Touched::These(sites) => view.pages_of_these(sites)?,
            };
            let left: BTreeSet<Site> = pages.iter().map(|page| page.site).collect();
            templates.retain(|site| left.contains(&site) || !touched.holds(site));
            learn_from_index((&view, &pages), (knowledge, &mut templates), &mut |before, after| {
                revision.put(after)?;
                report.cleaned_again += 1;
                if offers.has_put(after.id) {
                    report.tally_again(before, after);
                }
                Ok(())
            })?;
            if report.cleaned_again > 0 {
                revision.checkpoint(&mut journal, &takedowns, &templates.to_bytes())?;
                index.reload()?;
            }
            drop(offers);
            // What other rules have decided of pages that are alike does not hold any more.
            let is_all = matches!(touched, Touched::All) || rules == Rules::Changed;
            let changed = (!is_all).then(|| revision.changed());
            let known = (known.rows(), index.leaders()?);
            kin = Some(duplicates::update::anew((finder.view(), &index.view()), changed, known)?);
        } else if journal.is_saved() && rules == Rules::Same && takedowns == index.takedowns()? {
            return Ok(report);
        }
        let (learnt, rules) = (templates.to_bytes(), rules_version(knowledge));
        revision.publish(Published {
            learnt: &learnt,
            rules: &rules,
            journal: &mut journal,
            takedowns: &takedowns,
            kin: kin.as_ref(),
        })?;
        Ok(report)
    }

    fn take_batch(
        &mut self,
        batch: Vec<Numbered>,
        source: &dyn Fn(usize) -> Option<SourceKey>,
        visit: &Visit<'_>,
    ) -> Result<(), BackendError> {
        let mut found = Vec::with_capacity(batch.len());
        for (number, page) in batch {
            let id = page.as_ref().ok().map(|page| DocumentId::of(&page.origin));
            let stored = id.map(|id| self.finder.find(id)).transpose()?.flatten();
            let stored = stored.filter(|stored| !self.offers.dropped.contains_key(&stored.page.id));
            found.push((source(number), page, stored));
        }
        let (knowledge, templates, takedowns) = (self.knowledge, &self.templates, &self.takedowns);
        let outcomes: Vec<(Option<SourceKey>, Outcome)> = found
            .into_par_iter()
            .map(|(source, page, stored)| {
                (source, Outcome::of(page, (source, stored), (knowledge, templates, takedowns)))
            })
            .collect();
        outcomes.into_iter().try_for_each(|(source, outcome)| self.take_outcome(source, outcome, visit))
    }

    fn take_outcome(
        &mut self,
        source: Option<SourceKey>,
        outcome: Outcome,
        visit: &Visit<'_>,
    ) -> Result<(), BackendError> {
        self.offers.taken += 1;
        let offer = match outcome {
            Outcome::Skipped(skip) => {
                self.note_skipped(source, skip, visit);
                return Ok(());
            }
            Outcome::TakenDown => {
                self.note_taken_down(source);
                return Ok(());
            }
            Outcome::Known(origin, stored) => Offer { source, origin: *origin, content: Content::Stored(stored) },
            Outcome::Read(document, stored) if document.article.has_content() => {
                let origin = document.origin.clone();
                Offer { source, origin, content: Content::Read(document, stored) }
            }
            Outcome::Read(document, stored) => {
                if stored.is_some_and(|stored| stored.provenance.source == source) {
                    self.offers.emptied.insert(document.id);
                }
                self.note_skipped(source, nothing_left(&document), visit);
                return Ok(());
            }
        };
        self.take_offer(offer, visit)
    }

    /// The document of a page, as this run would make it of what is stored.
    pub(super) fn document(&self, stored: &StoredPage) -> Result<Document, BackendError> {
        let document = self.finder.document(stored)?;
        match self.rules {
            Rules::Same => Ok(document),
            Rules::Changed => Ok(clean_again(&document, self.knowledge, &self.templates).unwrap_or(document)),
        }
    }
}
