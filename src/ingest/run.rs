//! One run over sources: reads, cleans and recognises in parallel, and puts what changed into a revision.
//!
//! Pages are handled in batches, in source order, so that a run is the same whatever the number of threads, and holds
//! only one batch in memory. At its end the sites that it changed are learnt from all their pages in the index, and the
//! pages that this concerns are cleaned again: sources are read once, and the outcome depends on the set of pages only.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::learning::{learn_from_index, learn_together, make_anew};
use super::source::Sources;
use super::templates::Templates;
use super::{PageError, fingerprint, read, rules_version, try_analysis};
use crate::backend::embedded::{BackendError, EmbeddedIndex, IndexView, Revision};
use crate::knowledge::Knowledge;
use crate::model::document::{Document, DocumentId, Fingerprint};
use crate::model::page::{Origin, Page};
use crate::model::report::{IngestReport, Progress, Skipped};
use crate::model::site::Site;

/// A batch ends at this many pages ...
const BATCH_PAGES: usize = 512;
/// ... or at this many bytes.
const BATCH_BYTES: usize = 32 << 20;

/// Pages that are learnt from together where there is no index ...
const WINDOW_PAGES: usize = 20_000;
/// ... as long as their text is not longer, in bytes.
const WINDOW_BYTES: usize = 128 << 20;

/// Reads every page of `sources` without an index, and calls `sink` with each document in source order.
///
/// The pages are held back until the last of them is read, or 20,000 pages or 128 MiB of text, so that what their
/// sites share can be learnt from all of them; then it goes on with the next, knowing what was learnt so far.
///
/// # Errors
/// The first error of `sink`; it ends the run.
pub fn documents<E: From<BackendError>>(
    sources: &Sources,
    knowledge: &Knowledge,
    sink: &mut dyn FnMut(Result<Document, Skipped>) -> Result<(), E>,
) -> Result<(), E> {
    sources.skipped.iter().try_for_each(|skipped| sink(Err(skipped.clone())))?;
    let mut window = Window::new(knowledge, None, Templates::default());
    batches(sources, &mut |batch, _| {
        let templates = &window.templates;
        let read: Vec<_> = batch.into_par_iter().map(|page| read_labelled(&page?, knowledge, templates)).collect();
        for document in read {
            window.push(document);
        }
        if window.is_full() { window.take()?.into_iter().try_for_each(&mut *sink) } else { Ok(()) }
    })?;
    window.take()?.into_iter().try_for_each(sink)
}

fn read_labelled(page: &Page, knowledge: &Knowledge, templates: &Templates) -> Result<Document, Skipped> {
    read(page, knowledge, templates).map_err(|error| skipped(page, &error))
}

/// Documents that wait until enough of their sites is known.
pub(super) struct Window<'a> {
    knowledge: &'a Knowledge,
    /// What is in the index already.
    view: Option<&'a IndexView<'a>>,
    /// What is known so far.
    pub(super) templates: Templates,
    documents: Vec<Result<Document, Skipped>>,
    bytes: usize,
}

impl<'a> Window<'a> {
    pub(super) fn new(knowledge: &'a Knowledge, view: Option<&'a IndexView<'a>>, templates: Templates) -> Self {
        Self { knowledge, view, templates, documents: Vec::new(), bytes: 0 }
    }

    pub(super) fn push(&mut self, document: Result<Document, Skipped>) {
        self.bytes += document.as_ref().map_or(0, |document| document.article.text_bytes());
        self.documents.push(document);
    }

    pub(super) fn is_full(&self) -> bool {
        self.documents.len() >= WINDOW_PAGES || self.bytes >= WINDOW_BYTES
    }

    /// The documents in the order in which they came, cleaned with what they and the index show together.
    pub(super) fn take(&mut self) -> Result<Vec<Result<Document, Skipped>>, BackendError> {
        let mut documents: Vec<&mut Document> =
            self.documents.iter_mut().filter_map(|document| document.as_mut().ok()).collect();
        learn_together(&mut documents, self.view, (self.knowledge, &mut self.templates))?;
        self.bytes = 0;
        Ok(std::mem::take(&mut self.documents))
    }
}

fn skipped(page: &Page, error: &PageError) -> Skipped {
    Skipped { label: page.origin.label(), reason: error.to_string() }
}

/// The report of a page of which cleaning leaves nothing.
pub(super) fn nothing_left(document: &Document) -> Skipped {
    let reason = "nothing left after stripping (see: search extract --removed)".to_owned();
    Skipped { label: document.origin.label(), reason }
}

/// Hands the pages of `sources` to `handle` in batches, with the number of files begun.
pub(super) fn batches<E>(
    sources: &Sources,
    handle: &mut dyn FnMut(Vec<Result<Page, Skipped>>, usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut batch = Batch::default();
    for (index, file) in sources.files.iter().enumerate() {
        let mut outcome = Ok(());
        file.for_each_page(&mut |page| {
            if outcome.is_ok() && batch.push(page) {
                outcome = handle(batch.take(), index + 1);
            }
        });
        outcome?;
    }
    handle(batch.take(), sources.files.len())
}

#[derive(Default)]
struct Batch {
    pages: Vec<Result<Page, Skipped>>,
    bytes: usize,
}

impl Batch {
    /// Adds a page; true when the batch is full.
    fn push(&mut self, page: Result<Page, Skipped>) -> bool {
        self.bytes += page.as_ref().map_or(0, |page| page.bytes.len());
        self.pages.push(page);
        self.pages.len() >= BATCH_PAGES || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Vec<Result<Page, Skipped>> {
        self.bytes = 0;
        std::mem::take(&mut self.pages)
    }
}

/// A run that writes: compares each page with what the index knows and puts what is new or changed.
pub struct Run<'a> {
    knowledge: &'a Knowledge,
    index: &'a EmbeddedIndex,
    revision: Revision,
    known: HashMap<DocumentId, Fingerprint>,
    templates: Templates,
    seen: HashMap<DocumentId, String>,
    put: HashSet<DocumentId>,
    touched: Touched,
    /// Whether the documents of the index were made by other rules or other knowledge.
    is_stale: bool,
    report: IngestReport,
}

/// Sites whose pages this run has changed.
enum Touched {
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

    fn insert(&mut self, site: Site) {
        if let Self::These(sites) = self {
            sites.insert(site);
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::These(sites) if sites.is_empty())
    }
}

/// What became of one page.
pub(super) enum Outcome {
    Unchanged(DocumentId, Origin),
    Read(Box<Document>),
    Skipped(Skipped),
}

impl<'a> Run<'a> {
    /// A run into `index`.
    ///
    /// # Errors
    /// [`BackendError::Busy`] while another run writes, or when the index cannot be read.
    pub fn open(knowledge: &'a Knowledge, index: &'a EmbeddedIndex) -> Result<Self, BackendError> {
        let revision = index.revise()?;
        index.reload()?;
        let (templates, is_unfinished) = known_templates(index)?;
        let known = index.view().fingerprints()?;
        let touched = if is_unfinished { Touched::All } else { Touched::These(BTreeSet::new()) };
        let is_stale = !known.is_empty() && index.rules()? != Some(rules_version(knowledge));
        let (seen, put, report) = (HashMap::new(), HashSet::new(), IngestReport::default());
        Ok(Self { knowledge, index, revision, known, templates, seen, put, touched, is_stale, report })
    }

    /// Takes all pages of `sources`, telling `progress` after each batch.
    ///
    /// # Errors
    /// When the index cannot be written; what was put is lost.
    pub fn take_sources(&mut self, sources: &Sources, progress: &mut dyn FnMut(Progress)) -> Result<(), BackendError> {
        self.report.ignored += sources.ignored;
        self.report.skipped.extend(sources.skipped.iter().cloned());
        batches(sources, &mut |batch, files| {
            self.take_batch(batch)?;
            let (pages, skipped) = (self.report.pages(), self.report.skipped.len());
            progress(Progress { pages, skipped, files, files_total: sources.files.len() });
            Ok(())
        })
    }

    /// Takes pages handed over in memory.
    ///
    /// # Errors
    /// As [`Run::take_sources`].
    pub fn take_pages(&mut self, pages: impl IntoIterator<Item = Page>) -> Result<(), BackendError> {
        let mut batch = Batch::default();
        for page in pages {
            if batch.push(Ok(page)) {
                self.take_batch(batch.take())?;
            }
        }
        self.take_batch(batch.take())
    }

    /// Learns what the sites of this run share, cleans again what that concerns, publishes, and returns the sum of the
    /// run.
    ///
    /// # Errors
    /// When the index cannot be written. Nothing of the run is visible then; or all of its pages are, cleaned with what
    /// was known before, and the next run learns from them.
    pub fn finish(self) -> Result<IngestReport, BackendError> {
        let Self { knowledge, index, mut revision, mut templates, put, mut touched, is_stale, mut report, .. } = self;
        if touched.is_empty() && !revision.is_first() && !is_stale {
            return Ok(report);
        }
        revision.checkpoint()?;
        index.reload()?;
        if is_stale {
            make_anew(&index.view(), &put, (knowledge, &templates), &mut |_, after| {
                report.made_anew += 1;
                touched.insert(after.site());
                if after.article.has_content() { revision.put(after) } else { revision.remove(after.id) }
            })?;
            revision.checkpoint()?;
            index.reload()?;
        }
        let is_touched = |site| touched.holds(site);
        learn_from_index(&index.view(), is_touched, (knowledge, &mut templates), &mut |before, after| {
            revision.put(after)?;
            report.cleaned_again += 1;
            if put.contains(&after.id) {
                report.tally_again(before, after);
            }
            Ok(())
        })?;
        revision.publish(&templates.to_bytes(), &rules_version(knowledge))?;
        Ok(report)
    }

    fn take_batch(&mut self, batch: Vec<Result<Page, Skipped>>) -> Result<(), BackendError> {
        let known = Known { knowledge: self.knowledge, templates: &self.templates, fingerprints: &self.known };
        let outcomes: Vec<Outcome> = batch.into_par_iter().map(|page| known.outcome(page)).collect();
        outcomes.into_iter().try_for_each(|outcome| self.take_outcome(outcome))
    }

    fn take_outcome(&mut self, outcome: Outcome) -> Result<(), BackendError> {
        match outcome {
            Outcome::Skipped(skipped) => self.report.skipped.push(skipped),
            Outcome::Unchanged(id, origin) => {
                if self.is_first_sight(id, &origin) {
                    self.report.unchanged += 1;
                }
            }
            Outcome::Read(document) => return self.take_document(&document),
        }
        Ok(())
    }

    fn take_document(&mut self, document: &Document) -> Result<(), BackendError> {
        let label = document.origin.label();
        let is_known = self.known.contains_key(&document.id);
        if !document.article.has_content() {
            self.report.skipped.push(nothing_left(document));
            if !is_known || self.seen.contains_key(&document.id) {
                return Ok(());
            }
            self.touched.insert(document.site());
            return self.revision.remove(document.id);
        }
        if !self.is_first_sight(document.id, &document.origin) {
            return Ok(());
        }
        if let Err(error) = self.revision.put(document) {
            let BackendError::Damaged { what, .. } = error else { return Err(error) };
            self.report.skipped.push(Skipped { label, reason: what });
            return Ok(());
        }
        self.touched.insert(document.site());
        self.put.insert(document.id);
        self.report.new += usize::from(!is_known);
        self.report.changed += usize::from(is_known);
        self.report.tally(document);
        Ok(())
    }

    /// Whether this run has not met a page with this id yet. The first one counts, so that running again over the same
    /// sources changes nothing; another one is counted as a repetition of an address, or, where two files share a name,
    /// reported.
    fn is_first_sight(&mut self, id: DocumentId, origin: &Origin) -> bool {
        let label = origin.label();
        let Some(other) = self.seen.get(&id) else {
            self.seen.insert(id, label);
            return true;
        };
        let has_address = id != DocumentId::of(&Origin { url: None, ..origin.clone() });
        if has_address {
            self.report.repeated += 1;
        } else {
            let reason = format!("has the same name within its folder as {other}; index both from a folder above");
            self.report.skipped.push(Skipped { label, reason });
        }
        false
    }
}

/// What the index holds and knows before a run.
pub(super) struct Known<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) templates: &'a Templates,
    pub(super) fingerprints: &'a HashMap<DocumentId, Fingerprint>,
}

impl Known<'_> {
    /// What becomes of a page.
    pub(super) fn outcome(&self, page: Result<Page, Skipped>) -> Outcome {
        let page = match page {
            Ok(page) => page,
            Err(skipped) => return Outcome::Skipped(skipped),
        };
        let id = DocumentId::of(&page.origin);
        let fingerprint = fingerprint(&page, self.knowledge);
        if self.fingerprints.get(&id) == Some(&fingerprint) {
            return Outcome::Unchanged(id, page.origin);
        }
        let document = read(&page, self.knowledge, self.templates);
        match document.and_then(|document| try_analysis(&document).map(|()| document)) {
            Ok(document) => Outcome::Read(Box::new(Document { fingerprint, ..document })),
            Err(error) => Outcome::Skipped(skipped(&page, &error)),
        }
    }
}

/// What earlier runs into `index` have learnt, and whether one of them was cut short.
pub(super) fn known_templates(index: &EmbeddedIndex) -> Result<(Templates, bool), BackendError> {
    let learnt = index.learnt()?;
    let templates = Templates::from_bytes(&learnt.content).map_err(|error| BackendError::Damaged {
        directory: index.directory().to_owned(),
        what: format!("what was learnt of the sites: {error}"),
    })?;
    Ok((templates, learnt.is_unfinished))
}
