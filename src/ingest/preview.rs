//! What a run would do, without doing it.
//!
//! In: sources, and the index that they would go into, if there is one. Out: the report of the run, and what would be
//! cut from its pages, by site and rule. Nothing is written, and no lock is taken.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::run::{Known, Outcome, Window, batches, known_templates};
use super::source::Sources;
use super::templates::Templates;
use crate::backend::embedded::{BackendError, EmbeddedIndex, IndexView};
use crate::knowledge::Knowledge;
use crate::model::article::Reason;
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

/// Reads `sources` as a run into `index` would.
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
    let view = index.map(EmbeddedIndex::view);
    let fingerprints = view.as_ref().map_or_else(|| Ok(HashMap::new()), IndexView::fingerprints)?;
    let templates = index.map_or_else(|| Ok(Templates::default()), |index| Ok(known_templates(index)?.0))?;
    let mut window = Window::new(knowledge, view.as_ref(), templates);
    let mut preview = Preview::default();
    preview.report.ignored = sources.ignored;
    preview.report.skipped.extend(sources.skipped.iter().cloned());
    let mut pages = 0;
    batches(sources, &mut |batch, files| {
        pages += batch.len();
        let known = Known { knowledge, templates: &window.templates, fingerprints: &fingerprints };
        let outcomes: Vec<Outcome> = batch.into_par_iter().map(|page| known.outcome(page)).collect();
        for outcome in outcomes {
            match outcome {
                Outcome::Unchanged(..) => preview.report.unchanged += 1,
                Outcome::Read(document) => window.push(Ok(*document)),
                Outcome::Skipped(skipped) => window.push(Err(skipped)),
            }
        }
        if window.is_full() {
            window.take()?.into_iter().for_each(|document| preview.take(document, |id| fingerprints.contains_key(id)));
        }
        progress(Progress { pages, skipped: preview.report.skipped.len(), files, files_total: sources.files.len() });
        Ok::<(), BackendError>(())
    })?;
    window.take()?.into_iter().for_each(|document| preview.take(document, |id| fingerprints.contains_key(id)));
    Ok(preview)
}

impl Preview {
    fn take(&mut self, document: Result<Document, Skipped>, is_known: impl Fn(&DocumentId) -> bool) {
        let document = match document {
            Ok(document) => document,
            Err(skipped) => return self.report.skipped.push(skipped),
        };
        if !document.article.has_content() {
            return self.report.skipped.push(super::run::nothing_left(&document));
        }
        let is_known = is_known(&document.id);
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
