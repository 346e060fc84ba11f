//! Reading without an index: the pages wait until enough of their sites is known, then they come out clean.

use rayon::prelude::*;

use super::batches::batches;
use super::learning::learn_together;
use super::source::Sources;
use super::templates::Templates;
use super::{PageError, read};
use crate::backend::embedded::{BackendError, IndexView};
use crate::knowledge::Knowledge;
use crate::model::cancel::Cancel;
use crate::model::document::Document;
use crate::model::page::Page;
use crate::model::report::Skipped;

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
    knowledge.prepare();
    let mut window = Window::new(knowledge, None, Templates::default());
    batches(sources.files.iter(), &Cancel::default(), &mut |batch, _| {
        let templates = &window.templates;
        let read: Vec<_> = batch.into_par_iter().map(|(_, page)| read_labelled(&page?, knowledge, templates)).collect();
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

pub(super) fn skipped(page: &Page, error: &PageError) -> Skipped {
    Skipped { label: page.origin.label(), reason: error.to_string() }
}

/// The report of a page of which cleaning leaves nothing.
pub(super) fn nothing_left(document: &Document) -> Skipped {
    let reason = "nothing left after stripping (see: search extract --removed)".to_owned();
    Skipped { label: document.origin.label(), reason }
}
