//! Where to go from an answer that holds little or nothing: better known words, the parts of the query that exclude all
//! pages, and other cities.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::answer::{SearchError, Searcher, facet_label};
use super::parse::{Parsed, parse};
use super::spelling::Correction;
use super::understand::{Sense, Understanding};
use crate::model::answer::{CityRow, CorrectedWord, EmptyCity, FacetCount, Help, Nearby, Obstacle, WordCount};
use crate::model::period::Period;
use crate::model::plan::{Clause, FacetField, Filter, Plan, Retrieved};
use crate::model::query::Query;
use crate::text::normalize::is_han;
use crate::text::terms::written_word;

/// Words of a query of which each two are tried.
const MAX_PAIRED: usize = 6;
/// Phrases, exclusions and filters that are taken out to see whether pages match then, of each the first: each costs a search.
const MAX_TAKEN_OUT: usize = 8;
/// Most cities, or queries, that are named in the place of one.
const MAX_INSTEAD: usize = 4;
/// Letters of a city's code that tell its province.
const PROVINCE_DIGITS: usize = 2;

impl Searcher<'_> {
    /// What helps with a query: `better` are better known words; the rest is for an answer without hits.
    pub(super) fn help(
        &self,
        understanding: &Understanding,
        better: &[Correction],
        (plan, retrieved): (&Plan, &Retrieved),
        query: &Query,
    ) -> Result<Help, SearchError> {
        let did_you_mean =
            better.iter().map(|word| CorrectedWord { typed: word.typed.clone(), used: word.used.clone() }).collect();
        let obstacles = if retrieved.total == 0 { self.obstacles_of(plan, &parse(query.text()))? } else { vec![] };
        let empty_cities = self.empty_cities(understanding, plan)?;
        Ok(Help { did_you_mean, obstacles, closest: vec![], empty_cities })
    }

    /// What finds pages in the place of a query that finds none: `suggestions`, else two of its `words`, those of most
    /// pages first. Without any, the suggestions and that they find nothing.
    pub(super) fn closest(
        &self,
        query: &Query,
        (suggestions, words): (&[String], &[WordCount]),
    ) -> Result<Vec<Nearby>, SearchError> {
        let parsed = parse(query.text());
        let near = |words: String| {
            let near = parsed.with_words(&words);
            let plan = self.asked(query, &near)?.plan;
            let pages = self.view.retrieve_pages(&Plan { window: 1, ..plan }, self.deadline)?.total;
            Ok(Nearby { query: near.written(), pages })
        };
        let closest: Vec<_> = suggestions.iter().cloned().map(near).collect::<Result<_, SearchError>>()?;
        if closest.iter().any(|near| near.pages > 0) {
            return Ok(closest);
        }
        let mut held = held_words(words);
        // What many filters mean is looked up for each pair.
        held.truncate(if parsed.filters.len() > MAX_TAKEN_OUT { 0 } else { MAX_PAIRED });
        let second = |at: usize| held.get(at + 1..).unwrap_or_default().iter();
        let pairs =
            held.iter().enumerate().flat_map(|(at, first)| second(at).map(move |other| format!("{first} {other}")));
        let mut pairs: Vec<_> = pairs.map(near).collect::<Result<_, SearchError>>()?;
        pairs.retain(|near| near.pages > 0);
        pairs.sort_by_key(|near| Reverse(near.pages));
        pairs.truncate(MAX_INSTEAD);
        Ok(if pairs.is_empty() { closest } else { pairs })
    }

    /// The filters, phrases and exclusions without which pages would match, each alone; of many the first are tried.
    fn obstacles_of(&self, plan: &Plan, typed: &Parsed) -> Result<Vec<Obstacle>, SearchError> {
        // Where a phrase has no words, there are fewer clauses, and which is which is not known.
        let phrase = |at: usize, clause: &Clause| {
            let typed = typed.phrases.get(at).filter(|_| typed.phrases.len() == plan.required.len());
            typed.cloned().unwrap_or_else(|| words_of(clause))
        };
        let mut parts: Vec<(String, Plan)> = Vec::new();
        for at in 0..plan.filters.len().min(MAX_TAKEN_OUT) {
            let part = plan.filters.get(at).map(|filter| self.written(filter)).transpose()?;
            parts.push((part.unwrap_or_default(), Plan { filters: without(&plan.filters, at), ..plan.clone() }));
        }
        for (at, filter) in plan.left_out.iter().enumerate().take(MAX_TAKEN_OUT) {
            let less = Plan { left_out: without(&plan.left_out, at), ..plan.clone() };
            parts.push((format!("-{}", self.written(filter)?), less));
        }
        for (at, clause) in plan.required.iter().enumerate().take(MAX_TAKEN_OUT) {
            let less = Plan { required: without(&plan.required, at), ..plan.clone() };
            parts.push((format!("\"{}\"", phrase(at, clause)), less));
        }
        for (at, clause) in plan.excluded.iter().enumerate().take(MAX_TAKEN_OUT) {
            let less = Plan { excluded: without(&plan.excluded, at), ..plan.clone() };
            parts.push((format!("-\"{}\"", words_of(clause)), less));
        }
        if plan.period != Period::default() {
            parts.push(("--since, --until".to_owned(), Plan { period: Period::default(), ..plan.clone() }));
        }
        if !plan.sites.is_empty() {
            parts.push(("--site".to_owned(), Plan { sites: vec![], ..plan.clone() }));
        }
        let mut obstacles = Vec::new();
        for (part, less) in parts {
            let pages = self.view.retrieve_pages(&Plan { window: 1, ..less }, self.deadline)?.total;
            obstacles.extend((pages > 0).then_some(Obstacle { part, pages }));
        }
        Ok(obstacles)
    }

    /// A filter in the query language, by its first value; one that nothing goes by as it was typed.
    fn written(&self, filter: &Filter) -> Result<String, SearchError> {
        let label = match (filter.field, filter.values.first()) {
            (FacetField::Clinic, Some(_)) => {
                self.clinics().labels(std::iter::once(filter.values.as_slice()))?.into_iter().next()
            }
            (field, Some(value)) => Some(facet_label(field, value, self.knowledge)),
            (_, None) => None,
        };
        Ok(format!("{}:{}", filter.field.name(), label.unwrap_or_else(|| filter.typed.clone())))
    }

    /// The values of a filter as people read them: `Lhasa or Dalian`.
    pub(super) fn labels(&self, filter: &Filter) -> Result<String, SearchError> {
        if filter.field == FacetField::Clinic {
            let written = self.written(filter)?;
            return Ok(written.split_once(':').map(|(_, label)| label.to_owned()).unwrap_or_default());
        }
        let labels = filter.values.iter().map(|value| facet_label(filter.field, value, self.knowledge));
        Ok(labels.collect::<Vec<_>>().join(" or "))
    }

    /// The cities of a query and its filters that no page is about, with others to go to.
    fn empty_cities(&self, understanding: &Understanding, plan: &Plan) -> Result<Vec<EmptyCity>, SearchError> {
        let named = understanding.meanings.iter().filter_map(|meaning| match &meaning.sense {
            Sense::City(codes) => Some(codes),
            _ => None,
        });
        let filtered = plan.filters.iter().filter(|filter| filter.field == FacetField::City);
        let asked: BTreeSet<&Vec<String>> = named.chain(filtered.map(|filter| &filter.values)).collect();
        let mut empty = Vec::new();
        for codes in asked {
            let pages = codes.iter().map(|code| self.view.pages_with(&Clause::Facet(FacetField::City, code.clone())));
            let has_pages = pages.collect::<Result<Vec<_>, _>>()?.iter().any(|&pages| pages > 0);
            let city = codes.first().and_then(|code| self.knowledge.cities.get(code)).filter(|_| !has_pages);
            let Some(city) = city else { continue };
            let (name, hanzi, adcode) = (city.name.clone(), city.hanzi.clone(), city.adcode.clone());
            let instead = self.cities_near(&adcode)?;
            empty.push(EmptyCity { city: CityRow { name, hanzi, adcode }, instead });
        }
        Ok(empty)
    }

    /// Cities that pages are about: those of the same province first, of most pages first.
    fn cities_near(&self, adcode: &str) -> Result<Vec<FacetCount>, SearchError> {
        let is_near = |code: &str| code.get(..PROVINCE_DIGITS) == adcode.get(..PROVINCE_DIGITS);
        let mut cities: Vec<(String, usize)> = self.view.facet_values(FacetField::City)?.into_iter().collect();
        cities.sort_by(|left, right| {
            let near = is_near(&right.0).cmp(&is_near(&left.0));
            near.then(right.1.cmp(&left.1)).then(left.0.cmp(&right.0))
        });
        let cities = cities.into_iter().take(MAX_INSTEAD).map(|(value, pages)| {
            let label = facet_label(FacetField::City, &value, self.knowledge);
            FacetCount { value, label, pages, aliases: vec![] }
        });
        Ok(cities.collect())
    }
}

/// The words that pages hold, as they were typed: pairs of Chinese characters that overlap are one word.
pub(super) fn held_words(words: &[WordCount]) -> Vec<String> {
    let mut held: Vec<String> = Vec::new();
    for word in words.iter().filter(|word| word.pages > 0).map(|word| word.word.as_str()) {
        let first = word.chars().next().filter(|&first| is_han(first));
        match held.last_mut() {
            Some(last) if first.is_some() && last.chars().next_back() == first => {
                last.extend(word.chars().skip(1));
            }
            _ => held.push(word.to_owned()),
        }
    }
    held
}

fn without<T: Clone>(all: &[T], at: usize) -> Vec<T> {
    all.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, one)| one.clone()).collect()
}

/// The words of a clause, as pages are searched for them.
pub(super) fn words_of(clause: &Clause) -> String {
    let shown = |term: &str| written_word(term).unwrap_or(term).to_owned();
    match clause {
        Clause::Term(text) => shown(text),
        Clause::Phrase(words) => words.iter().map(|(_, word)| shown(word)).collect::<Vec<_>>().join(" "),
        Clause::Facet(field, value) => format!("{}:{value}", field.name()),
    }
}
