//! One query, from words to answer.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Instant;

use super::asked::Asked;
use super::context::widened;
use super::filters::FilterError;
use super::helped::held_words;
use super::matcher::Matcher;
use super::order::{FIRST_PAGE, Sequence};
use super::parse::{Parsed, parse};
use super::passages::Excerpts;
use super::ranking::{Ranked, Wanted, group_idf};
use super::spelling::Correction;
use super::understand::Understanding;
use super::weights::{PassageWeights, Weights};
use crate::backend::embedded::{BackendError, Families, IndexView};
use crate::knowledge::Knowledge;
use crate::model::answer::{Answer, CorrectedWord, FacetCount, Hit, HitGroup, Row, Understood, WordCount};
use crate::model::document::{Document, DocumentId};
use crate::model::likeness::Kinship;
use crate::model::page::Origin;
use crate::model::plan::{Candidate, FacetField, MAX_FACET_VALUES, Plan, Retrieved};
use crate::model::query::{Grouping, MAX_REACH, Matching, Query};
use crate::text::terms::terms;

/// Most addresses of one article that a hit lists.
const MAX_ADDRESSES: usize = 20;

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
    /// When to answer with what was found so far; `None`: when all is found.
    pub deadline: Option<Instant>,
}

/// A page of an answer, without what is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The page.
    pub id: DocumentId,
    /// Orders one answer only.
    pub score: f32,
    /// Where it came from.
    pub origin: Origin,
}

/// A query on its way to its answer.
pub(super) struct Found {
    pub(super) understanding: Understanding,
    pub(super) corrections: Vec<Correction>,
    /// Better known neighbours of words.
    pub(super) better: Vec<Correction>,
    pub(super) dropped: Vec<String>,
    pub(super) plan: Plan,
    pub(super) wanted: Wanted,
    pub(super) retrieved: Retrieved,
    /// The pages to show, one of each group, best first.
    pub(super) ranked: Vec<Ranked>,
    pub(super) nearness: Nearness,
    /// What finds nothing, where less is shown instead.
    pub(super) excluded: Option<(Plan, Retrieved)>,
}

impl Found {
    fn understood(&self, knowledge: &Knowledge) -> Understood {
        let mut understood = self.understanding.shown(knowledge);
        understood.ignored.extend(self.dropped.iter().cloned());
        let corrected = self
            .corrections
            .iter()
            .map(|correction| CorrectedWord { typed: correction.typed.clone(), used: correction.used.clone() });
        understood.corrected = corrected.collect();
        understood
    }
}

/// What the pages of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearness {
    /// Some of them hold enough of the query.
    Match,
    /// No page does; these hold some of it.
    Nearest,
}

impl Searcher<'_> {
    /// The answer to `query`. Time is the caller's: `started` is when the query arrived.
    ///
    /// # Errors
    /// [`SearchError`] when a filter names something unknown or the index cannot be read.
    pub fn answer(&self, query: &Query, detail: Detail, started: Instant) -> Result<Answer, SearchError> {
        // One more than is shown tells whether more follow.
        let found = self.found(query, query.skipped()..query.skipped() + query.hit_limit() + 1)?;
        self.assembled(query, found, detail, started)
    }

    /// An answer of what was found: a page of hits, and one more where more follow.
    pub(super) fn assembled(
        &self,
        query: &Query,
        mut found: Found,
        detail: Detail,
        started: Instant,
    ) -> Result<Answer, SearchError> {
        let more = found.ranked.len() > query.hit_limit() && query.skipped() + query.hit_limit() < MAX_REACH;
        found.ranked.truncate(query.hit_limit());
        let absent = self.absent(&found)?;
        let mut understood = Understood { mode: query.matched(), ..found.understood(self.knowledge) };
        understood.ignored.extend(Some(query.cut_off().trim().to_owned()).filter(|cut_off| !cut_off.is_empty()));
        understood.clinics = self.clinics().labels(found.understanding.clinics())?;
        let (plan, retrieved) =
            found.excluded.as_ref().map_or((&found.plan, &found.retrieved), |(plan, none)| (plan, none));
        let mut help = self.help(&found.understanding, &found.better, (plan, retrieved), query)?;
        let mut suggestions = suggestions(&found, query);
        if found.retrieved.total == 0 {
            let words = word_counts(&found.plan, &found.retrieved);
            help.closest = self.closest(query, (&suggestions, &words))?;
            suggestions = help.closest.iter().map(|near| near.query.clone()).collect();
        }
        let Found { plan, wanted, retrieved, ranked, nearness, .. } = found;
        let hits = self.hits(query, (&plan, &wanted), (&retrieved, ranked.clone()), detail)?;
        let disagreement = self.sides((&plan, &wanted), &retrieved, (&hits, &ranked))?;
        Ok(Answer {
            qid: query.id().map(str::to_owned),
            query: query.text().to_owned(),
            total: retrieved.total,
            more,
            no_match: hits.is_empty() || !absent.is_empty() || nearness == Nearness::Nearest,
            absent,
            understood,
            partial: retrieved.is_partial,
            facets: self.facet_counts(&retrieved)?,
            verdicts: retrieved.verdicts.clone(),
            disagreement,
            help,
            suggestions,
            words: word_counts(&plan, &retrieved),
            pages: retrieved.pages,
            took_ms: started.elapsed().as_secs_f64() * 1000.0,
            hits,
        })
    }

    /// The pages of the answer to `query` in their order, and nothing of what is shown of them.
    ///
    /// # Errors
    /// As [`Searcher::answer`].
    pub fn order(&self, query: &Query) -> Result<Vec<Placed>, SearchError> {
        let found = self.found(query, query.skipped()..query.skipped() + query.hit_limit())?;
        let placed = found.ranked.iter().map(|ranked| {
            let origin = self.view.origin_of(&ranked.candidate)?;
            Ok(Placed { id: ranked.candidate.id, score: ranked.score, origin })
        });
        placed.collect()
    }

    /// The pages in these `places` of the answer to `query`, counted from 0.
    pub(super) fn found(&self, query: &Query, places: Range<usize>) -> Result<Found, SearchError> {
        let parsed = parse(query.text());
        let found = self.found_as(query, &parsed, places.clone())?;
        let has_several_words = |phrase: &String| terms(phrase).len() > 1;
        if found.retrieved.total > 0 || !parsed.phrases.iter().any(has_several_words) {
            return Ok(found);
        }
        // No page holds the phrase: the nearest hold its words.
        let excluded = Some((found.plan, found.retrieved));
        let found = self.found_as(query, &parsed.with_phrases_as_words(), places)?;
        Ok(Found { nearness: Nearness::Nearest, excluded, ..found })
    }

    fn found_as(&self, query: &Query, parsed: &Parsed, places: Range<usize>) -> Result<Found, SearchError> {
        let Asked { understanding, corrections, better, mut plan, wanted, dropped } = self.asked(query, parsed)?;
        let mut sequence = self.first_page(&mut plan, &wanted, query.grouping())?;
        let mut nearness = Nearness::Match;
        let enough = query.hit_limit().max(FIRST_PAGE);
        while query.matched() == Matching::Most && sequence.ranked.len() < enough && relax(&mut plan) {
            nearness = if sequence.retrieved.total == 0 { Nearness::Nearest } else { nearness };
            sequence = self.first_page(&mut plan, &wanted, query.grouping())?;
        }
        self.look_further(&mut sequence, (&mut plan, &wanted), places.end)?;
        let Sequence { retrieved, ranked, .. } = sequence;
        let ranked = ranked.into_iter().take(places.end).skip(places.start).collect();
        let excluded = None;
        Ok(Found { understanding, corrections, better, dropped, plan, wanted, retrieved, ranked, nearness, excluded })
    }

    /// The hits with what is shown of them; other pages with the same text are counted under them.
    fn hits(
        &self,
        query: &Query,
        (plan, wanted): (&Plan, &Wanted),
        (retrieved, ranked): (&Retrieved, Vec<Ranked>),
        detail: Detail,
    ) -> Result<Vec<Hit>, SearchError> {
        let weights = &self.weights.passages;
        let mut matcher = Matcher::new(plan, &group_idf(retrieved)).with_topics(&wanted.topics).with_optional(
            plan,
            &retrieved.idf.optional,
            weights.han_character,
        );
        if wanted.number {
            matcher = matcher.with_numbers(self.knowledge.stop_words.number_words(), weights.number);
        }
        if wanted.definition {
            matcher = matcher.with_defining(self.knowledge.stop_words.defining_words(), weights.definition);
        }
        let kinships = self.view.kinships();
        let families = kinships.families(ranked.iter().map(|ranked| ranked.candidate.id));
        let mut hits: Vec<Hit> = Vec::new();
        for ranked in ranked {
            let document = self.view.document_of(&ranked.candidate)?;
            let mut hit = self.hit(query, (plan, &matcher), &ranked, &document);
            let kinship = kinships.of(hit.row.id);
            hit.rank = query.skipped() + hits.len() + 1;
            hit.group = Some(self.group(&ranked.candidate, (kinship.as_ref(), &families), (plan, query.grouping()))?);
            hit.row = hit.row.with_kinship(kinship);
            hit.explain = (detail == Detail::Explained).then_some(ranked.parts);
            hits.push(hit);
        }
        Ok(hits)
    }

    /// The pages that are folded under a hit: those of the group that was asked for, else the copies of its article, else
    /// the pages with the same text.
    fn group(
        &self,
        candidate: &Candidate,
        (kinship, families): (Option<&Kinship>, &Families),
        (plan, by): (&Plan, Grouping),
    ) -> Result<HitGroup, SearchError> {
        if let Some((kin, key)) = Self::kin_plan(plan, candidate, by) {
            let size = self.view.count(&kin)?.max(1);
            return Ok(HitGroup { by: by.name().to_owned(), key, size, addresses: vec![] });
        }
        if by == Grouping::None {
            let key = format!("{:016x}", candidate.text_key);
            return Ok(HitGroup { by: by.name().to_owned(), key, size: 1, addresses: vec![] });
        }
        let of_template = kinship.filter(|kinship| kinship.template != 0 && by == Grouping::Template);
        if let Some(kinship) = of_template {
            let (key, size) = (format!("{:016x}", kinship.template), families.template_size(kinship));
            return Ok(HitGroup { by: by.name().to_owned(), key, size, addresses: vec![] });
        }
        let copies = kinship.map(|kinship| families.copies(kinship)).unwrap_or_default();
        if copies.len() < 2 {
            let (by, key) = (Grouping::Article.name().to_owned(), format!("{:016x}", candidate.text_key));
            let size = self.view.pages_with_text(candidate.text_key)?.max(1);
            return Ok(HitGroup { by, key, size, addresses: vec![] });
        }
        let mut addresses = Vec::new();
        for copy in copies.iter().filter(|copy| **copy != candidate.id).take(MAX_ADDRESSES) {
            let Some(page) = self.view.page(*copy)? else { continue };
            let origin = self.view.origin_at(page)?;
            addresses.push(origin.url.clone().unwrap_or_else(|| origin.label()));
        }
        let key = copies.first().map(ToString::to_string).unwrap_or_default();
        Ok(HitGroup { by: Grouping::Article.name().to_owned(), key, size: copies.len(), addresses })
    }

    fn hit(&self, query: &Query, (plan, matcher): (&Plan, &Matcher), ranked: &Ranked, document: &Document) -> Hit {
        let excerpts = Excerpts::of(&document.article, matcher, self.knowledge);
        let missing = ranked.missing.iter().filter_map(|&index| plan.groups.get(index));
        let passages = excerpts.passages(query.passage_limit(), &self.passage_weights(query));
        Hit {
            rank: 0,
            qid: query.id().map(str::to_owned),
            score: ranked.score,
            row: Row::of(document),
            answer: excerpts.answer(document, self.knowledge, (&self.weights.answer, &self.weights.passages)),
            passages: widened(passages, &document.article.body(), query.context_sentences()),
            missing: missing.map(|group| group.typed.clone()).collect(),
            group: None,
            explain: None,
        }
    }

    fn passage_weights(&self, query: &Query) -> PassageWeights {
        let mut weights = self.weights.passages.clone();
        weights.characters = query.passage_length().unwrap_or(weights.characters);
        weights
    }

    fn facet_counts(&self, retrieved: &Retrieved) -> Result<BTreeMap<String, Vec<FacetCount>>, SearchError> {
        let named = retrieved.counts.iter().map(|(field, values)| {
            if *field == FacetField::Clinic {
                return Ok((field.name().to_owned(), self.clinics().counts(values, MAX_FACET_VALUES)?));
            }
            let mut values: Vec<(&String, usize)> = values.iter().map(|(value, pages)| (value, *pages)).collect();
            values.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
            values.truncate(MAX_FACET_VALUES);
            let counts = values.into_iter().map(|(value, pages)| {
                let label = facet_label(*field, value, self.knowledge);
                FacetCount { value: value.clone(), label, pages, aliases: vec![] }
            });
            Ok((field.name().to_owned(), counts.collect()))
        });
        named.collect()
    }
}

/// Lets a plan find more pages: too few hold two words of the query, so those with one come after them, or instead of
/// them; then those with a single character of a Chinese word. False when it finds all it can.
fn relax(plan: &mut Plan) -> bool {
    if plan.minimum_groups > 1 {
        plan.minimum_groups = 1;
        return true;
    }
    let has_more = plan.minimum_groups == 1 && plan.finding < plan.optional.len();
    plan.finding = plan.optional.len();
    has_more
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

/// What to try instead: the query with better known words; for an empty answer, the words that pages hold.
fn suggestions(found: &Found, query: &Query) -> Vec<String> {
    let mut words = found.understanding.words.clone();
    for better in found.better.iter().rev() {
        words.replace_range(better.span.start..better.span.end, &better.used);
    }
    let mut suggestions = if found.better.is_empty() { vec![] } else { vec![words] };
    if found.retrieved.total == 0 {
        suggestions.push(held_words(&word_counts(&found.plan, &found.retrieved)).join(" "));
    }
    suggestions.retain(|suggestion| !suggestion.is_empty() && suggestion != query.text());
    suggestions
}
