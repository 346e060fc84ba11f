//! One run over sources: reads, cleans and recognises in parallel, and puts what changed into a revision.
//!
//! Pages are handled in batches, in source order, so that a run is the same whatever the number of threads, and holds
//! only one batch in memory.

use std::collections::HashMap;

use rayon::prelude::*;

use super::source::Sources;
use super::{PageError, fingerprint, read};
use crate::backend::embedded::{BackendError, Revision};
use crate::knowledge::Knowledge;
use crate::model::document::{Document, DocumentId, Fingerprint};
use crate::model::page::{Origin, Page};
use crate::model::report::{IngestReport, Progress, Skipped};

/// A batch ends at this many pages ...
const BATCH_PAGES: usize = 512;
/// ... or at this many bytes.
const BATCH_BYTES: usize = 32 << 20;

/// Reads every page of `sources` without an index, and calls `sink` with each document in source order.
///
/// # Errors
/// The first error of `sink`; it ends the run.
pub fn documents<E>(
    sources: &Sources,
    knowledge: &Knowledge,
    sink: &mut dyn FnMut(Result<Document, Skipped>) -> Result<(), E>,
) -> Result<(), E> {
    sources.skipped.iter().try_for_each(|skipped| sink(Err(skipped.clone())))?;
    batches(sources, &mut |batch, _| {
        let read: Vec<_> = batch.into_par_iter().map(|page| read_labelled(&page?, knowledge)).collect();
        read.into_iter().try_for_each(&mut *sink)
    })
}

fn read_labelled(page: &Page, knowledge: &Knowledge) -> Result<Document, Skipped> {
    read(page, knowledge).map_err(|error| skipped(page, &error))
}

fn skipped(page: &Page, error: &PageError) -> Skipped {
    Skipped { label: page.origin.label(), reason: error.to_string() }
}

/// Hands the pages of `sources` to `handle` in batches, with the number of files begun.
fn batches<E>(
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
    revision: Revision,
    known: HashMap<DocumentId, Fingerprint>,
    seen: HashMap<DocumentId, String>,
    report: IngestReport,
    has_changes: bool,
}

/// What became of one page.
enum Outcome {
    Unchanged(DocumentId, Origin),
    Read(Box<Document>),
    Skipped(Skipped),
}

impl<'a> Run<'a> {
    /// A run into `revision`; `known` is what the index holds.
    #[must_use]
    pub fn new(knowledge: &'a Knowledge, revision: Revision, known: HashMap<DocumentId, Fingerprint>) -> Self {
        Self { knowledge, revision, known, seen: HashMap::new(), report: IngestReport::default(), has_changes: false }
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

    /// Publishes what was put and returns the sum of the run.
    ///
    /// # Errors
    /// When the index cannot be written; nothing of the run is visible then.
    pub fn finish(self) -> Result<IngestReport, BackendError> {
        if self.has_changes || self.revision.is_first() {
            self.revision.publish()?;
        }
        Ok(self.report)
    }

    fn take_batch(&mut self, batch: Vec<Result<Page, Skipped>>) -> Result<(), BackendError> {
        let (knowledge, known) = (self.knowledge, &self.known);
        let outcomes: Vec<Outcome> = batch.into_par_iter().map(|page| outcome(page, knowledge, known)).collect();
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
            let reason = "nothing left after stripping (see: search extract --removed)".to_owned();
            self.report.skipped.push(Skipped { label, reason });
            if !is_known || self.seen.contains_key(&document.id) {
                return Ok(());
            }
            self.has_changes = true;
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
        self.has_changes = true;
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

fn outcome(page: Result<Page, Skipped>, knowledge: &Knowledge, known: &HashMap<DocumentId, Fingerprint>) -> Outcome {
    let page = match page {
        Ok(page) => page,
        Err(skipped) => return Outcome::Skipped(skipped),
    };
    let id = DocumentId::of(&page.origin);
    if known.get(&id) == Some(&fingerprint(&page, knowledge)) {
        return Outcome::Unchanged(id, page.origin);
    }
    match read(&page, knowledge) {
        Ok(document) => Outcome::Read(Box::new(document)),
        Err(error) => Outcome::Skipped(skipped(&page, &error)),
    }
}
