//! The words of a query, ready to be found in the texts of pages.
//!
//! Spans come from the same analyzer as the index, so that highlights are exact.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::knowledge::Knowledge;
use crate::model::plan::{Clause, FacetField, Plan};
use crate::text::span::Span;
use crate::text::terms::{Forms, TermStream};

/// The words of a plan, ready to be found in texts.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    forms: Forms,
    words: FxHashMap<String, Vec<usize>>,
    phrases: Vec<(Vec<(usize, String)>, usize)>,
    /// Of all of them.
    phrase_words: FxHashSet<String>,
    pub(super) idf: Vec<f32>,
    /// Groups from here on are looked for, but not shown as matches.
    pub(super) unshown_from: usize,
    /// The group of the numbers that are no words of the query.
    numbers: Option<(usize, Arc<HashSet<String>>)>,
    /// The group of the words that define what stands before them.
    defining: Option<(usize, Arc<HashSet<String>>)>,
    /// Groups that name a city or a clinic.
    pub(super) names: BTreeSet<usize>,
    /// For each topic that is asked for, the identifiers that will do.
    topics: Vec<Vec<String>>,
}

/// A query word in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) span: Span,
    pub(super) group: usize,
}

impl Matcher {
    /// A matcher for the groups and required phrases of `plan`; `idf` is each group's weight.
    #[must_use]
    pub fn new(plan: &Plan, idf: &[f32]) -> Self {
        let mut matcher = Self { forms: plan.forms, idf: idf.to_vec(), ..Self::default() };
        for (index, group) in plan.groups.iter().enumerate() {
            group.clauses.iter().for_each(|weighted| matcher.add(&weighted.clause, index));
            let names = |clause: &Clause| matches!(clause, Clause::Facet(FacetField::City | FacetField::Clinic, _));
            matcher.names.extend(group.clauses.iter().any(|weighted| names(&weighted.clause)).then_some(index));
        }
        let heaviest = idf.iter().copied().fold(1.0, f32::max);
        for clause in &plan.required {
            matcher.add(clause, matcher.idf.len());
            matcher.idf.push(heaviest);
        }
        matcher.unshown_from = matcher.idf.len();
        matcher
    }

    /// Also counts sentences that are about one of these topics, in whatever words.
    #[must_use]
    pub fn with_topics(mut self, topics: &[Vec<String>]) -> Self {
        self.topics = topics.to_vec();
        self
    }

    /// Also counts the optional clauses of `plan`, such as single Chinese characters, at `share` of their `idf`.
    #[must_use]
    pub fn with_optional(mut self, plan: &Plan, idf: &[f32], share: f32) -> Self {
        for (weighted, idf) in plan.optional.iter().zip(idf) {
            self.add(&weighted.clause, self.idf.len());
            self.idf.push(share * idf);
        }
        self
    }

    /// Also counts numbers, in digits or as one of `words`, at `share` of the heaviest word's weight.
    #[must_use]
    pub fn with_numbers(mut self, words: Arc<HashSet<String>>, share: f32) -> Self {
        self.numbers = Some((self.idf.len(), words));
        let heaviest = self.idf.iter().copied().fold(0.0, f32::max);
        self.idf.push(share * heaviest);
        self
    }

    /// Also counts those of `words` that stand behind a word of the query, as in "ptosis is", at `share` of the heaviest
    /// word's weight.
    #[must_use]
    pub fn with_defining(mut self, words: Arc<HashSet<String>>, share: f32) -> Self {
        self.defining = Some((self.idf.len(), words));
        let heaviest = self.idf.iter().copied().fold(0.0, f32::max);
        self.idf.push(share * heaviest);
        self
    }

    pub(super) fn is_on_topic(&self, text: &str, knowledge: &Knowledge) -> bool {
        let wanted = |id: &String| self.topics.iter().any(|ids| ids.contains(id));
        !self.topics.is_empty() && knowledge.topics.mentions(text).iter().any(|mention| wanted(&mention.topic.id))
    }

    fn add(&mut self, clause: &Clause, group: usize) {
        match clause {
            Clause::Term(text) => self.words.entry(text.clone()).or_default().push(group),
            Clause::Phrase(words) => {
                self.phrase_words.extend(words.iter().map(|(_, word)| word.clone()));
                self.phrases.push((words.clone(), group));
            }
            Clause::Facet(..) => {}
        }
    }

    pub(super) fn matches(&self, text: &str) -> Vec<Match> {
        let mut found = Vec::new();
        // Terms of the phrases, by where they stand.
        let mut places: FxHashMap<(usize, &str), Span> = FxHashMap::default();
        let mut defining = Vec::new();
        let mut stream = TermStream::by(text, self.forms);
        while stream.advance() {
            if let Some(groups) = self.words.get(stream.text()) {
                found.extend(groups.iter().map(|&group| Match { span: stream.span(), group }));
            } else if let Some((group, words)) = &self.numbers {
                let is_number = stream.text().starts_with(|first: char| first.is_ascii_digit());
                let is_number = is_number || words.contains(stream.text());
                found.extend(is_number.then(|| Match { span: stream.span(), group: *group }));
            }
            if self.defining.as_ref().is_some_and(|(_, words)| words.contains(stream.text())) {
                defining.push(stream.span());
            }
            if let Some(word) = self.phrase_words.get(stream.text()) {
                places.insert((stream.position(), word.as_str()), stream.span());
            }
        }
        if !places.is_empty() {
            for (words, group) in &self.phrases {
                let spans = phrase_matches(&places, words).into_iter();
                found.extend(spans.map(|span| Match { span, group: *group }));
            }
        }
        if let Some((group, _)) = self.defining {
            let ends: HashSet<usize> =
                found.iter().filter(|one| one.group < self.unshown_from).map(|one| one.span.end).collect();
            let defining = defining.into_iter().filter(|span| ends.contains(&end_before(text, span.start)));
            found.extend(defining.map(|span| Match { span, group }));
        }
        found.sort_by_key(|one| (one.span, one.group));
        found.dedup();
        found
    }
}

/// Where the word before `at` ends, brackets between them aside.
fn end_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let opening = before.strip_suffix([')', '）']).and_then(|inside| inside.rfind(['(', '（']));
    opening.and_then(|opening| before.get(..opening)).map_or(before, str::trim_end).len()
}

/// The spans of each word of each occurrence of a phrase.
fn phrase_matches(places: &FxHashMap<(usize, &str), Span>, words: &[(usize, String)]) -> Vec<Span> {
    let Some((_, first)) = words.first() else { return vec![] };
    let mut spans = Vec::new();
    for (start, _) in places.keys().filter(|(_, word)| word == first) {
        let whole: Option<Vec<Span>> =
            words.iter().map(|(at, word)| places.get(&(start + at, word.as_str())).copied()).collect();
        spans.extend(whole.into_iter().flatten());
    }
    spans
}
