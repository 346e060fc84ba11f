//! What a run would do, without doing it.
//!
//! In: sources, and the index that they would go into, if there is one. Out: the report of the run, and what would be
//! cut from its pages, by site and rule. Nothing is written, and no lock is taken.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::batches::batches;
use super::learning::known_templates;
use super::ledger::Ledger;
use super::outcome::Outcome;
use super::reading_version;
use super::source::Sources;
use super::takedowns::{Takedowns, known_takedowns};
use super::templates::Templates;
use super::visit::{State, Visit, Visited};
use super::window::{Window, nothing_left};
use crate::backend::embedded::{BackendError, EmbeddedIndex, Finder, Journal, StoredPage};
use crate::knowledge::Knowledge;
use crate::model::article::Reason;
use crate::model::cancel::Cancel;
use crate::model::document::{Document, DocumentId};
use crate::model::report::{IngestReport, Progress, Skipped};
use crate::model::site::site_name;

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// Its report.
    pub report: IngestReport,
    /// What it would cut, by site.
    pub removed: BTreeMap<String, BTreeMap<(Reason, String), Removal>>,
}

/// What a rule would cut from the pages of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Lines.
    pub lines: usize,
    /// The longest of them.
    pub example: String,
}

/// Reads those of `sources` that a run into `index` would read, and as it would.
///
/// What is learnt is learnt from the pages of the index and those of the sources, of these 20,000 at a time.
///
/// # Errors
/// When the index cannot be read.
pub fn preview(
    sources: &Sources,
    knowledge: &Knowledge,
    index: Option<&EmbeddedIndex>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Preview, BackendError> {
    let mut before = Before::of(index)?;
    let view = index.map(EmbeddedIndex::view);
    let mut window = Window::new(knowledge, view.as_ref(), before.templates.clone());
    let mut preview = Preview::default();
    preview.report.ignored = sources.ignored;
    preview.report.skipped.extend(sources.skipped.iter().cloned());
    let reading = reading_version(knowledge);
    let visit = Visit::new(sources, &before.ledger, reading, &mut |skip| preview.report.skipped.push(skip));
    preview.count_unread(&visit, &before)?;
    let waiting: Vec<&Visited<'_>> = visit.files.iter().filter(|file| file.state == State::Waiting).collect();
    let unread = visit.files.len() - waiting.len();
    preview.report.files_read = waiting.len();
    let mut pages = 0;
    let handed = sources.files.iter().filter(|file| file.is_standard_input());
    let files = waiting.iter().map(|visited| visited.file).chain(handed);
    batches(files, &Cancel::default(), &mut |batch, begun| {
        pages += batch.len();
        let found = batch.into_iter().map(|(number, page)| {
            let stored = page.as_ref().map_or(Ok(None), |page| before.find(DocumentId::of(&page.origin)))?;
            Ok((waiting.get(number).map(|visited| visited.key), page, stored))
        });
        let found: Vec<_> = found.collect::<Result<_, BackendError>>()?;
        let settings = (knowledge, &window.templates, &before.takedowns);
        let outcomes = found.into_par_iter().map(|(key, page, stored)| Outcome::of(page, (key, stored), settings));
        for outcome in outcomes.collect::<Vec<_>>() {
            match outcome {
                Outcome::Known(..) => preview.report.unchanged += 1,
                Outcome::TakenDown => preview.report.taken_down += 1,
                Outcome::Read(document, _) => window.push(Ok(*document)),
                Outcome::Skipped(skipped) => window.push(Err(skipped)),
            }
        }
        if window.is_full() {
            preview.take(window.take()?, &mut before)?;
        }
        let (skipped, files) = (preview.report.skipped.len(), unread + begun);
        progress(Progress { pages, skipped, files, files_total: visit.files.len() });
        Ok::<(), BackendError>(())
    })?;
    preview.take(window.take()?, &mut before)?;
    Ok(preview)
}

/// What there is before the run.
struct Before<'a> {
    finder: Option<Finder<'a>>,
    templates: Templates,
    ledger: Ledger,
    takedowns: Takedowns,
}

impl<'a> Before<'a> {
    fn of(index: Option<&'a EmbeddedIndex>) -> Result<Self, BackendError> {
        let Some(index) = index else {
            let ledger = Ledger::new(Journal::default(), Path::new("."));
            return Ok(Self { finder: None, templates: Templates::default(), ledger, takedowns: Takedowns::default() });
        };
        Ok(Self {
            finder: Some(Finder::new(index.view())),
            templates: known_templates(index)?.0,
            ledger: Ledger::new(index.journal()?, index.directory()),
            takedowns: known_takedowns(index)?,
        })
    }

    fn find(&mut self, id: DocumentId) -> Result<Option<StoredPage>, BackendError> {
        self.finder.as_mut().map_or(Ok(None), |finder| finder.find(id))
    }
}

impl Preview {
    /// Counts the pages of files that the run would not read, and those that are gone.
    fn count_unread(&mut self, visit: &Visit<'_>, before: &Before<'_>) -> Result<(), BackendError> {
        for file in visit.files.iter().filter(|file| file.state == State::Unchanged) {
            let Some(glance) = file.glance(&before.ledger) else { continue };
            self.report.unchanged += usize::try_from(glance.pages).unwrap_or(usize::MAX);
            let row = glance.has_notes.then(|| before.ledger.row(file.key)).flatten();
            if let Some(row) = row {
                self.report.gone += row.notes.gone.len();
                self.report.add_notes(&file.file.label(), row.notes);
            }
        }
        if let Some(finder) = &before.finder {
            for key in &visit.gone {
                self.report.gone += finder.pages_of(*key)?.len();
            }
        }
        Ok(())
    }

    fn take(&mut self, documents: Vec<Result<Document, Skipped>>, before: &mut Before<'_>) -> Result<(), BackendError> {
        for document in documents {
            match document {
                Ok(document) if document.article.has_content() => {
                    let is_known = before.find(document.id)?.is_some();
                    self.take_document(document, is_known);
                }
                Ok(document) => self.report.skipped.push(nothing_left(&document)),
                Err(skipped) => self.report.skipped.push(skipped),
            }
        }
        Ok(())
    }

    fn take_document(&mut self, document: Document, is_known: bool) {
        self.report.new += usize::from(!is_known);
        self.report.changed += usize::from(is_known);
        self.report.tally(&document);
        let of_site = self.removed.entry(site_name(&document.origin)).or_default();
        for removed in document.article.removed {
            let removal = of_site.entry((removed.reason, removed.rule)).or_default();
            removal.lines += 1;
            if removed.text.len() > removal.example.len() {
                removal.example = removed.text;
            }
        }
    }
}
