//! One query, from words to answer.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use super::clinics::Clinics;
use super::filters::{FilterError, any_of, city_codes, topic_ids};
use super::parse::{Parsed, parse};
use super::passages::{Excerpts, Matcher};
use super::plan::plan;
use super::ranking::{Ranked, Wanted, Weights, group_idf, rank};
use super::understand::{Sense, Understanding};
use crate::backend::embedded::{BackendError, IndexView};
use crate::knowledge::Knowledge;
use crate::model::answer::{Answer, FacetCount, Hit, HitGroup, Row, WordCount};
use crate::model::clinic::ClinicKey;
use crate::model::document::Document;
use crate::model::plan::{Clause, FacetField, Filter, Plan, Retrieved};
use crate::model::query::Query;
use crate::text::terms::terms;

/// Most values of one facet in an answer.
const MAX_FACET_VALUES: usize = 20;

/// Most candidates looked at when the best pages all have the same text.
const MAX_WINDOW: usize = 20_000;
/// How much further to look then.
const WINDOW_GROWTH: usize = 10;

/// A search that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A filter names something unknown.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The index could not be read.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// Whether hits carry the parts of their score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Scores only.
    Plain,
    /// Scores and their parts.
    Explained,
}

/// What a search needs beside its query: one state of the index, the knowledge, the weights.
pub struct Searcher<'a> {
    /// The pages.
    pub view: IndexView<'a>,
    /// Cities, topics, synonyms, stop words.
    pub knowledge: &'a Knowledge,
    /// What counts how much.
    pub weights: &'a Weights,
}

impl Searcher<'_> {
    /// The answer to `query`. Time is the caller's: `started` is when the query arrived.
    ///
    /// # Errors
    /// [`SearchError`] when a filter names something unknown or the index cannot be read.
    pub fn answer(&self, query: &Query, detail: Detail, started: Instant) -> Result<Answer, SearchError> {
        let parsed = parse(query.text());
        let clinics = Clinics { view: &self.view, knowledge: self.knowledge };
        let understanding = self.understand(&parsed.words, &clinics)?;
        let filters = self.filters(query, &parsed)?;
        let mut plan = plan(&parsed, &understanding, filters, &self.weights.retrieval);
        let wanted = Wanted {
            cities: understanding.cities().flatten().cloned().collect(),
            clinics: understanding.clinics().flatten().cloned().collect(),
            topics: understanding.topics().map(<[String]>::to_vec).collect(),
        };
        if !wanted.cities.is_empty() {
            plan.focus = vec![any_of(FacetField::City, wanted.cities.clone())];
        }
        plan.window = plan.window.max(query.hit_limit());
        let (retrieved, folded) = self.distinct(&mut plan, &wanted, query.hit_limit())?;
        let absent = self.absent(&understanding, &plan, &retrieved)?;
        let hits = self.hits(query, &plan, (&retrieved, folded), detail)?;
        let mut shown = understanding.shown(self.knowledge);
        shown.clinics = clinics.labels(understanding.clinics())?;
        Ok(Answer {
            qid: query.id().map(str::to_owned),
            query: query.text().to_owned(),
            total: retrieved.total,
            no_match: hits.is_empty() || !absent.is_empty(),
            absent,
            understood: shown,
            facets: self.facet_counts(&retrieved, &clinics)?,
            verdicts: retrieved.verdicts.clone(),
            suggestions: suggestions(&plan, &retrieved, query),
            words: word_counts(&plan, &retrieved),
            pages: retrieved.pages,
            took_ms: started.elapsed().as_secs_f64() * 1000.0,
            hits,
        })
    }

    fn understand(&self, words: &str, clinics: &Clinics<'_>) -> Result<Understanding, SearchError> {
        let mut understanding = Understanding::of(words, self.knowledge);
        let cities: Vec<String> = understanding.cities().flatten().cloned().collect();
        let named = clinics.named_in(words, &understanding.places_and_topics(), &cities)?;
        let values = |keys: Vec<ClinicKey>| keys.iter().map(ToString::to_string).collect();
        understanding.add_clinics(named.into_iter().map(|named| (named.span, values(named.keys))));
        Ok(understanding)
    }

    /// Retrieves and ranks until there are `wanted` pages with different texts, and returns the best page of each text.
    fn distinct(
        &self,
        plan: &mut Plan,
        asked: &Wanted,
        wanted: usize,
    ) -> Result<(Retrieved, Vec<Ranked>), SearchError> {
        loop {
            let retrieved = self.view.retrieve(plan)?;
            let mut ranked = rank(&retrieved, plan, asked, &self.weights.ranking);
            let mut seen = HashSet::new();
            ranked.retain(|ranked| seen.insert(ranked.candidate.text_key));
            ranked.truncate(wanted);
            let is_all = plan.window >= retrieved.total || plan.window >= MAX_WINDOW;
            if ranked.len() == wanted || is_all {
                return Ok((retrieved, ranked));
            }
            plan.window = (plan.window * WINDOW_GROWTH).min(MAX_WINDOW);
        }
    }

    /// The cities and clinics of the query that no page of the index is about.
    fn absent(
        &self,
        understanding: &Understanding,
        plan: &Plan,
        retrieved: &Retrieved,
    ) -> Result<Vec<String>, SearchError> {
        let mut absent = Vec::new();
        let mut has_city = false;
        for meaning in &understanding.meanings {
            let Sense::City(readings) = &meaning.sense else { continue };
            let facets = readings.iter().map(|code| Clause::Facet(FacetField::City, code.clone()));
            // A page that only mentions the name may be what was meant: a district, a hospital called so.
            let words = terms(meaning.span.of(&understanding.words)).into_iter().map(|term| Clause::Term(term.text));
            let pages =
                facets.chain(words).map(|clause| self.view.pages_with(&clause)).collect::<Result<Vec<_>, _>>()?;
            if pages.iter().all(|&pages| pages == 0) {
                absent.extend(readings.first().map(|code| facet_label(FacetField::City, code, self.knowledge)));
            } else {
                has_city = true;
            }
        }
        if has_city {
            absent.clear();
        }
        for brand in &understanding.brands {
            let words = plan.groups.iter().zip(&retrieved.group_pages);
            let mut of_brand =
                words.filter(|(group, _)| brand.of(&understanding.words).contains(&group.typed)).peekable();
            if of_brand.peek().is_some() && of_brand.all(|(_, &pages)| pages == 0) {
                absent.push(brand.of(&understanding.words).to_owned());
            }
        }
        Ok(absent)
    }

    fn filters(&self, query: &Query, parsed: &Parsed) -> Result<Vec<Filter>, SearchError> {
        let typed = |field: FacetField| {
            let values = parsed.filters.iter().filter(move |(typed, _)| *typed == field);
            values.map(|(_, value)| value.as_str())
        };
        let mut filters = Vec::new();
        let cities = query.cities().iter().map(String::as_str).chain(typed(FacetField::City));
        let cities: Vec<Vec<String>> = cities.map(|name| city_codes(name, self.knowledge)).collect::<Result<_, _>>()?;
        if !cities.is_empty() {
            filters.push(any_of(FacetField::City, cities.concat()));
        }
        let topics = query.topics().iter().map(String::as_str).chain(typed(FacetField::Topic));
        let topics: Vec<Vec<String>> = topics.map(|name| topic_ids(name, self.knowledge)).collect::<Result<_, _>>()?;
        if !topics.is_empty() {
            filters.push(any_of(FacetField::Topic, topics.concat()));
        }
        let clinics: Vec<&str> = query.clinics().iter().map(String::as_str).chain(typed(FacetField::Clinic)).collect();
        if !clinics.is_empty() {
            let known = Clinics { view: &self.view, knowledge: self.knowledge };
            let called = clinics.iter().map(|name| known.called_in_filter(name)).collect::<Result<Vec<_>, _>>()?;
            filters.push(any_of(FacetField::Clinic, called.concat().iter().map(ToString::to_string).collect()));
        }
        for field in [FacetField::Lang, FacetField::Verdict] {
            let values: Vec<String> = typed(field).map(str::to_lowercase).collect();
            if !values.is_empty() {
                filters.push(any_of(field, values));
            }
        }
        Ok(filters)
    }

    /// The hits with what is shown of them; other pages with the same text are counted under them.
    fn hits(
        &self,
        query: &Query,
        plan: &Plan,
        (retrieved, ranked): (&Retrieved, Vec<Ranked>),
        detail: Detail,
    ) -> Result<Vec<Hit>, SearchError> {
        let matcher = Matcher::new(plan, &group_idf(retrieved));
        let mut hits: Vec<Hit> = Vec::new();
        for ranked in ranked {
            let document = self.view.document_of(&ranked.candidate)?;
            let mut hit = self.hit(query, (plan, &matcher), &ranked, &document);
            let text_key = ranked.candidate.text_key;
            let size = self.view.pages_with_text(text_key)?.max(1);
            hit.rank = hits.len() + 1;
            hit.group = Some(HitGroup { by: "text".to_owned(), key: format!("{text_key:016x}"), size });
            hit.explain = (detail == Detail::Explained).then_some(ranked.parts);
            hits.push(hit);
        }
        Ok(hits)
    }

    fn hit(&self, query: &Query, (plan, matcher): (&Plan, &Matcher), ranked: &Ranked, document: &Document) -> Hit {
        let excerpts = Excerpts::of(&document.article, matcher);
        let missing = ranked.missing.iter().filter_map(|&index| plan.groups.get(index));
        Hit {
            rank: 0,
            qid: query.id().map(str::to_owned),
            score: ranked.score,
            row: Row::of(document),
            answer: excerpts.answer(document, self.knowledge, (&self.weights.answer, &self.weights.passages)),
            passages: excerpts.passages(query.passage_limit(), &self.weights.passages),
            missing: missing.map(|group| group.typed.clone()).collect(),
            group: None,
            explain: None,
        }
    }

    fn facet_counts(
        &self,
        retrieved: &Retrieved,
        clinics: &Clinics<'_>,
    ) -> Result<BTreeMap<String, Vec<FacetCount>>, SearchError> {
        let named = retrieved.counts.iter().map(|(field, values)| {
            if *field == FacetField::Clinic {
                let keys = values.iter().filter_map(|(value, pages)| Some((ClinicKey::parse(value)?, *pages)));
                return Ok((field.name().to_owned(), clinics.counts(&keys.collect(), MAX_FACET_VALUES)?));
            }
            let mut counts: Vec<FacetCount> = values
                .iter()
                .map(|(value, pages)| FacetCount {
                    value: value.clone(),
                    label: facet_label(*field, value, self.knowledge),
                    pages: *pages,
                    aliases: vec![],
                })
                .collect();
            counts.sort_by(|left, right| right.pages.cmp(&left.pages).then(left.value.cmp(&right.value)));
            counts.truncate(MAX_FACET_VALUES);
            Ok((field.name().to_owned(), counts))
        });
        named.collect()
    }
}

/// What people read for a facet value: the name of a city or topic, else the value itself.
#[must_use]
pub fn facet_label(field: FacetField, value: &str, knowledge: &Knowledge) -> String {
    let label = match field {
        FacetField::City => knowledge.cities.get(value).map(|city| city.name.clone()),
        FacetField::Topic => knowledge.topics.get(value).map(|topic| topic.label.clone()),
        _ => None,
    };
    label.unwrap_or_else(|| value.to_owned())
}

fn word_counts(plan: &Plan, retrieved: &Retrieved) -> Vec<WordCount> {
    let counts = plan.groups.iter().zip(&retrieved.group_pages);
    counts.map(|(group, &pages)| WordCount { word: group.typed.clone(), pages }).collect()
}

/// For an empty answer: the words that some page holds, as a query.
fn suggestions(plan: &Plan, retrieved: &Retrieved, query: &Query) -> Vec<String> {
    if retrieved.total > 0 {
        return vec![];
    }
    let counts = word_counts(plan, retrieved);
    let held: Vec<&str> = counts.iter().filter(|count| count.pages > 0).map(|count| count.word.as_str()).collect();
    let suggestion = held.join(" ");
    if suggestion.is_empty() || suggestion == query.text() { vec![] } else { vec![suggestion] }
}
