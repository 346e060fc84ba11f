//! What a query names and no page is about: cities, clinics, and words that look like the name of one.

use super::answer::{Found, SearchError, Searcher, facet_label};
use super::plan::phrase_clause;
use super::slips::syllables;
use super::spelling::Doubt;
use super::understand::{Sense, Understanding};
use crate::model::plan::{Clause, FacetField, Plan, Retrieved};
use crate::text::span::Span;
use crate::text::terms::{Forms, terms};

/// A word of so many syllables is a Chinese name wherever it stands.
const SURE_SYLLABLES: usize = 3;

impl Searcher<'_> {
    /// The cities and clinics of the query that no page of the index is about.
    pub(super) fn absent(&self, found: &Found) -> Result<Vec<String>, SearchError> {
        let Found { understanding, corrections, plan, retrieved, .. } = found;
        let doubtful = corrections.iter().filter(|correction| correction.doubt == Doubt::MayBeName);
        let mut absent: Vec<String> = doubtful.map(|correction| correction.typed.clone()).collect();
        absent.extend(self.absent_cities(understanding)?);
        for brand in &understanding.brands {
            if self.is_absent_brand(brand.of(&understanding.words), (plan, retrieved))? {
                absent.push(brand.of(&understanding.words).to_owned());
            }
        }
        absent.extend(self.possible_names(understanding)?);
        Ok(absent)
    }

    /// The cities of a query, where no page is about any of them.
    fn absent_cities(&self, understanding: &Understanding) -> Result<Vec<String>, SearchError> {
        let mut absent = Vec::new();
        for meaning in &understanding.meanings {
            let Sense::City(readings) = &meaning.sense else { continue };
            let facets = readings.iter().map(|code| Clause::Facet(FacetField::City, code.clone()));
            let pages = facets.map(|clause| self.view.pages_with(&clause)).collect::<Result<Vec<_>, _>>()?;
            // A page that only mentions the name may be what was meant: a district, a hospital called so.
            let is_mentioned = self.holds_words(meaning.span.of(&understanding.words))?;
            if is_mentioned || pages.iter().any(|&pages| pages > 0) {
                return Ok(vec![]);
            }
            absent.extend(readings.first().map(|code| facet_label(FacetField::City, code, self.knowledge)));
        }
        Ok(absent)
    }

    /// Whether no page holds any word of a brand; of one whose words all mean something else, whether none holds them all.
    fn is_absent_brand(&self, brand: &str, (plan, retrieved): (&Plan, &Retrieved)) -> Result<bool, SearchError> {
        let words = plan.groups.iter().zip(&retrieved.group_pages);
        let mut of_brand = words.filter(|(group, _)| brand.contains(&group.typed)).peekable();
        if of_brand.peek().is_some() {
            return Ok(of_brand.all(|(_, &pages)| pages == 0));
        }
        Ok(!self.holds_words(brand)?)
    }

    /// Words in no page that may be the name of a clinic: spelt as Chinese names are and right beside a city, or long enough
    /// to be no word of another language beside a city or topic anywhere.
    fn possible_names(&self, understanding: &Understanding) -> Result<Vec<String>, SearchError> {
        let words = &understanding.words;
        let mut names: Vec<String> = Vec::new();
        if understanding.places_and_topics().is_empty() {
            return Ok(names);
        }
        let is_meant = |span: Span| {
            let mut meant =
                understanding.meanings.iter().map(|meaning| meaning.span).chain(understanding.brands.clone());
            meant.any(|other| other.overlaps(span))
        };
        let is_between = |from: usize, to: usize| from <= to && Span::new(from, to).of(words).trim().is_empty();
        let is_beside_city = |span: Span| {
            let cities = understanding.meanings.iter().filter(|meaning| matches!(meaning.sense, Sense::City(_)));
            let mut cities = cities.map(|meaning| meaning.span);
            cities.any(|city| is_between(city.end, span.start) || is_between(span.end, city.start))
        };
        for term in terms(words).into_iter().filter(|term| !is_meant(term.span)) {
            let typed = term.span.of(words);
            // "Take" and "like" are two syllables too.
            let least = if is_beside_city(term.span) { 2 } else { SURE_SYLLABLES };
            let is_name = syllables(&typed.to_ascii_lowercase()).is_some_and(|syllables| syllables >= least);
            if is_name
                && !self.knowledge.stop_words.is_stop_word(&term.text)
                && self.view.pages_with(&Clause::Term(term.text))? == 0
            {
                names.push(typed.to_owned());
            }
        }
        Ok(names)
    }

    /// Whether each word of a name, or pair of its characters, is in some page.
    fn holds_words(&self, name: &str) -> Result<bool, SearchError> {
        let words = match phrase_clause(name, Forms::Stems) {
            Some(Clause::Phrase(words)) => words.into_iter().map(|(_, word)| Clause::Term(word)).collect(),
            Some(only) => vec![only],
            None => vec![],
        };
        for word in &words {
            if self.view.pages_with(word)? == 0 {
                return Ok(false);
            }
        }
        Ok(!words.is_empty())
    }
}
