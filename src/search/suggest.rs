//! What a reader may be typing: cities, clinics and titles that begin so, in both scripts, and Chinese names by their
//! pinyin or its initials.

use serde::Serialize;

use super::answer::Searcher;
use crate::backend::embedded::{BackendError, TypedName};
use crate::model::plan::FacetField;
use crate::text::pinyin::squashed;

/// What a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SuggestionKind {
    /// A city that pages are about.
    City,
    /// A clinic that pages are about.
    Clinic,
    /// The title of a page.
    Title,
}

/// How what was typed may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// A name or a title, whole.
    pub text: String,
    /// What it is.
    pub kind: SuggestionKind,
    /// Pages about it; 1 for a title.
    pub pages: usize,
}

impl Searcher<'_> {
    /// Up to `limit` names and titles that begin with `prefix`: cities and clinics, those of most pages first, then titles.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, BackendError> {
        let key = squashed(prefix);
        // Of marks alone everything begins so.
        if key.is_empty() {
            return Ok(vec![]);
        }
        let named = self.view.names_from(&key, limit)?.into_iter().map(|TypedName { name, of, pages }| {
            let kind = if of == FacetField::City { SuggestionKind::City } else { SuggestionKind::Clinic };
            Suggestion { text: name, kind, pages }
        });
        let mut suggestions: Vec<Suggestion> = named.collect();
        let missing = limit - suggestions.len();
        if missing > 0 {
            let titles = self.view.titles_from(prefix, missing)?.into_iter();
            suggestions.extend(titles.map(|text| Suggestion { text, kind: SuggestionKind::Title, pages: 1 }));
        }
        Ok(suggestions)
    }
}
