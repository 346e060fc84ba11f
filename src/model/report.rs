//! What a run over pages did: counts, and every input that was skipped, by name and with the reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::clinic::ClinicKey;
use super::document::Document;

/// An input that gave no page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// `path`, or `path#record` within a feed.
    pub label: String,
    /// What was wrong.
    pub reason: String,
}

/// The sum of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IngestReport {
    /// Pages that the index did not have.
    pub new: usize,
    /// Pages whose content, or the rules they are read by, changed.
    pub changed: usize,
    /// Pages, old ones too, that were cleaned again because of what the pages of their site were found to share.
    pub cleaned_again: usize,
    /// Old pages that came out differently by new rules or new knowledge, from what is stored of them.
    pub made_anew: usize,
    /// Pages left alone.
    pub unchanged: usize,
    /// Pages whose address an earlier page of the run has; the first one counts.
    pub repeated: usize,
    /// Pages of the index that the sources of the run do not hold any more, and that were kept.
    pub gone: usize,
    /// The same, dropped.
    pub dropped: usize,
    /// Pages that were left out, or taken out, because they are taken down.
    pub taken_down: usize,
    /// Files that were opened; the others look as they did when they were read.
    pub files_read: usize,
    /// Files that were not read, or not to their end, because the run was cancelled; the next one reads them.
    pub unread: usize,
    /// Files of no known format, left alone.
    pub ignored: usize,
    /// Inputs that gave no page.
    pub skipped: Vec<Skipped>,
    /// Pages from which something was stripped, by reason.
    pub stripped: BTreeMap<String, usize>,
    /// Different cities, by code, of new and changed pages.
    pub cities: BTreeSet<String>,
    /// Different clinics, by their keys, of new and changed pages.
    pub clinics: BTreeSet<String>,
    /// Different topics of new and changed pages.
    pub topics: BTreeSet<String>,
    /// New and changed pages by language.
    pub languages: BTreeMap<String, usize>,
    /// New and changed pages in which no city was found.
    pub without_city: usize,
    /// Time of the run in seconds.
    pub took_seconds: f64,
}

impl IngestReport {
    /// New and changed pages.
    #[must_use]
    pub fn indexed(&self) -> usize {
        self.new + self.changed
    }

    /// Whether the run was cancelled before it had read everything.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.unread > 0
    }

    /// All pages that were seen whole.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.indexed() + self.unchanged
    }

    /// Counts what cleaning and recognition found in a new or changed page.
    pub fn tally(&mut self, document: &Document) {
        for reason in document.article.reasons() {
            *self.stripped.entry(reason.name().to_owned()).or_default() += 1;
        }
        let facets = &document.facets;
        self.cities.extend(facets.cities.iter().map(|city| city.adcode.clone()));
        self.clinics.extend(facets.clinics.iter().map(|clinic| ClinicKey::of(clinic).to_string()));
        self.topics.extend(facets.topics.iter().map(|topic| topic.id.clone()));
        *self.languages.entry(facets.language.clone().unwrap_or_else(|| "unknown".to_owned())).or_default() += 1;
        self.without_city += usize::from(facets.cities.is_empty());
    }

    /// Counts what was stripped when a page of this run was cleaned again.
    pub fn tally_again(&mut self, before: &Document, after: &Document) {
        for reason in before.article.reasons() {
            if let Some(pages) = self.stripped.get_mut(reason.name()) {
                *pages = pages.saturating_sub(1);
            }
        }
        for reason in after.article.reasons() {
            *self.stripped.entry(reason.name().to_owned()).or_default() += 1;
        }
        self.stripped.retain(|_, pages| *pages > 0);
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages read so far.
    pub pages: usize,
    /// Inputs skipped so far.
    pub skipped: usize,
    /// Files begun so far.
    pub files: usize,
    /// Files in all.
    pub files_total: usize,
}
