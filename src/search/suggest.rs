//! What a reader may be typing: cities, clinics and titles that begin so, in both scripts, and Chinese names by their
//! pinyin or its initials.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::facet_label;
use crate::backend::embedded::{BackendError, IndexView};
use crate::knowledge::Knowledge;
use crate::model::plan::FacetField;
use crate::text::pinyin::{initials, initials_by, pinyin, squashed};

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

/// The names of one state of an index, ready to be completed.
///
/// So many bytes in memory as three times the names; a look takes less than a millisecond for 100,000 of them.
#[derive(Debug, Default)]
pub struct Names {
    all: Vec<Suggestion>,
    /// What names are found by, ascending, and their places in `all`.
    keys: Vec<(Box<str>, u32)>,
}

impl Names {
    /// The cities and clinics of `view`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(view: &IndexView<'_>, knowledge: &Knowledge) -> Result<Self, BackendError> {
        let mut names = Self::default();
        for (code, pages) in view.facet_values(FacetField::City)? {
            let Some(city) = knowledge.cities.get(&code) else { continue };
            let text = facet_label(FacetField::City, &code, knowledge);
            let own = [squashed(&text), squashed(&city.hanzi), initials_by(&city.hanzi, &squashed(&text))];
            names.add(Suggestion { text, kind: SuggestionKind::City, pages }, own.into_iter().collect());
        }
        let mut clinics: BTreeMap<String, usize> = BTreeMap::new();
        view.for_each_clinic_name(|_, name, pages| *clinics.entry(name.to_owned()).or_default() += pages)?;
        for (text, pages) in clinics {
            let keys = [Some(squashed(&text)), pinyin(&text), initials(&text)];
            names.add(Suggestion { text, kind: SuggestionKind::Clinic, pages }, keys.into_iter().flatten().collect());
        }
        names.keys.sort_unstable();
        Ok(names)
    }

    fn add(&mut self, suggestion: Suggestion, mut keys: Vec<String>) {
        let Ok(place) = u32::try_from(self.all.len()) else { return };
        keys.retain(|key| !key.is_empty());
        keys.sort_unstable();
        keys.dedup();
        self.keys.extend(keys.into_iter().map(|key| (key.into_boxed_str(), place)));
        self.all.push(suggestion);
    }

    /// Up to `limit` names that begin with `prefix`, those of most pages first.
    #[must_use]
    pub fn suggest(&self, prefix: &str, limit: usize) -> Vec<Suggestion> {
        let prefix = squashed(prefix);
        if prefix.is_empty() {
            return vec![];
        }
        let from = self.keys.partition_point(|(key, _)| **key < *prefix);
        let found = self.keys.get(from..).unwrap_or_default();
        let mut places: Vec<u32> =
            found.iter().take_while(|(key, _)| key.starts_with(prefix.as_str())).map(|(_, place)| *place).collect();
        places.sort_unstable();
        places.dedup();
        let name = |place: &u32| self.all.get(usize::try_from(*place).ok()?);
        let mut names: Vec<&Suggestion> = places.iter().filter_map(name).collect();
        let better = |left: &&Suggestion, right: &&Suggestion| {
            right.pages.cmp(&left.pages).then(left.kind.cmp(&right.kind)).then(left.text.cmp(&right.text))
        };
        if names.len() > limit && limit > 0 {
            names.select_nth_unstable_by(limit - 1, better);
            names.truncate(limit);
        }
        names.sort_unstable_by(better);
        names.truncate(limit);
        names.into_iter().cloned().collect()
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_beginnings() {
        let mut names = Names::default();
        for (text, kind, pages) in [
            ("Chongqing", SuggestionKind::City, 9),
            ("早美芳医疗美容诊所", SuggestionKind::Clinic, 3),
            ("Zaomeifang Medical Beauty Clinic", SuggestionKind::Clinic, 4),
            ("Zhiling Clinic", SuggestionKind::Clinic, 7),
        ] {
            let keys = [Some(squashed(text)), pinyin(text), initials(text)];
            names.add(Suggestion { text: text.to_owned(), kind, pages }, keys.into_iter().flatten().collect());
        }
        names.keys.sort_unstable();
        for (prefix, expected) in [
            ("Zao mei", vec!["Zaomeifang Medical Beauty Clinic", "早美芳医疗美容诊所"]),
            ("早", vec!["早美芳医疗美容诊所"]),
            ("zmf", vec!["早美芳医疗美容诊所"]),
            ("z", vec!["Zhiling Clinic", "Zaomeifang Medical Beauty Clinic", "早美芳医疗美容诊所"]),
            ("chong", vec!["Chongqing"]),
            ("x", vec![]),
            (" ", vec![]),
        ] {
            let found = names.suggest(prefix, 10);
            let found: Vec<&str> = found.iter().map(|suggestion| suggestion.text.as_str()).collect();
            assert_eq!(found, expected, "{prefix}");
        }
        assert_eq!(names.suggest("z", 1).first().map(|best| best.pages), Some(7), "the best of many");
        assert!(names.suggest("z", 0).is_empty());
    }
}
