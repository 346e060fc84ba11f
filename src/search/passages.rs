//! What is shown of a page: the sentences that hold most of the query, and the one that answers it.
//!
//! Sentences are scored by the idf of the distinct query words they hold, long ones a little less; the best is filled up
//! with its neighbours until the budget is used. Spans come from the same analyzer as the index, so that highlights are
//! exact.

use std::collections::{BTreeSet, HashMap};

use super::weights::{AnswerWeights, PassageWeights};
use crate::knowledge::Knowledge;
use crate::model::answer::{AnswerSentence, Passage};
use crate::model::article::Article;
use crate::model::document::Document;
use crate::model::facets::Place;
use crate::model::plan::{Clause, FacetField, Plan};
use crate::text::normalize::is_han;
use crate::text::sentences::sentences;
use crate::text::span::Span;
use crate::text::terms::{Term, terms};

/// Longer sentences are looked at in pieces.
const MAX_PIECE_CHARACTERS: usize = 600;

/// Sentences about the topic asked for, in other words than the query's, that are tried for a passage in vain.
const MAX_WITHOUT_MATCH: usize = 8;

/// The words of a plan, ready to be found in texts.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    words: HashMap<String, Vec<usize>>,
    phrases: Vec<(Vec<(usize, String)>, usize)>,
    idf: Vec<f32>,
    /// Groups from here on are looked for, but not shown as matches.
    unshown_from: usize,
    /// Groups that name a city or a clinic.
    names: BTreeSet<usize>,
    /// For each topic that is asked for, the identifiers that will do.
    topics: Vec<Vec<String>>,
}

/// A query word in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Match {
    span: Span,
    group: usize,
}

impl Matcher {
    /// A matcher for the groups and required phrases of `plan`; `idf` is each group's weight.
    #[must_use]
    pub fn new(plan: &Plan, idf: &[f32]) -> Self {
        let mut matcher = Self { idf: idf.to_vec(), ..Self::default() };
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

    fn is_on_topic(&self, text: &str, knowledge: &Knowledge) -> bool {
        let wanted = |id: &String| self.topics.iter().any(|ids| ids.contains(id));
        !self.topics.is_empty() && knowledge.topics.mentions(text).iter().any(|mention| wanted(&mention.topic.id))
    }

    fn add(&mut self, clause: &Clause, group: usize) {
        match clause {
            Clause::Term(text) => self.words.entry(text.clone()).or_default().push(group),
            Clause::Phrase(words) => self.phrases.push((words.clone(), group)),
            Clause::Facet(..) => {}
        }
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        let all_terms = terms(text);
        let mut found = Vec::new();
        for term in &all_terms {
            let groups = self.words.get(&term.text).into_iter().flatten();
            found.extend(groups.map(|&group| Match { span: term.span, group }));
        }
        if !self.phrases.is_empty() {
            let mut places: HashMap<(usize, &str), Span> = HashMap::new();
            places.extend(all_terms.iter().map(|term| ((term.position, term.text.as_str()), term.span)));
            for (words, group) in &self.phrases {
                found.extend(
                    phrase_matches(&all_terms, &places, words).into_iter().map(|span| Match { span, group: *group }),
                );
            }
        }
        found.sort_by_key(|one| (one.span, one.group));
        found.dedup();
        found
    }
}

/// The spans of each word of each occurrence of a phrase.
fn phrase_matches(all: &[Term], places: &HashMap<(usize, &str), Span>, words: &[(usize, String)]) -> Vec<Span> {
    let Some((_, first)) = words.first() else { return vec![] };
    let mut spans = Vec::new();
    for start in all.iter().filter(|term| term.text == *first) {
        let whole: Option<Vec<Span>> =
            words.iter().map(|(at, word)| places.get(&(start.position + at, word.as_str())).copied()).collect();
        spans.extend(whole.into_iter().flatten());
    }
    spans
}

/// A sentence of an article.
#[derive(Debug, Clone)]
struct Sentence {
    /// Place in the body.
    span: Span,
    section: usize,
    is_heading: bool,
    /// In characters.
    length: usize,
    matches: Vec<Match>,
    groups: BTreeSet<usize>,
    is_on_topic: bool,
}

/// An article in sentences, with the matches of one query.
pub struct Excerpts<'a> {
    matcher: &'a Matcher,
    body: String,
    sentences: Vec<Sentence>,
    /// What each group weighs here: its idf, less the more sentences of this page hold it. The names that stand in every
    /// sentence of a page tell none of them apart.
    group_weights: Vec<f32>,
}

impl<'a> Excerpts<'a> {
    /// Finds the query's words in every sentence of `article`.
    #[must_use]
    pub fn of(article: &Article, matcher: &'a Matcher, knowledge: &Knowledge) -> Self {
        let body = article.body();
        let mut all = Vec::new();
        let parts = article.parts.iter().zip(article.part_spans()).zip(article.sections());
        for ((part, part_span), section) in parts {
            let found = matcher.matches(&part.text);
            let mut rest = found.as_slice();
            for span in sentences(&part.text).into_iter().flat_map(|span| pieces(&part.text, span)) {
                // Matches and sentences both ascend; a match across the border of two pieces belongs to none.
                let from = rest.partition_point(|one| one.span.start < span.start);
                let (_, ahead) = rest.split_at_checked(from).unwrap_or_default();
                let inside =
                    ahead.iter().take_while(|one| one.span.start < span.end).filter(|one| span.contains(one.span));
                let inside: Vec<Match> =
                    inside.map(|one| Match { span: one.span.shifted(part_span.start), group: one.group }).collect();
                rest = ahead;
                all.push(Sentence {
                    span: span.shifted(part_span.start),
                    section,
                    is_heading: part.is_heading(),
                    length: span.of(&part.text).chars().count(),
                    groups: inside.iter().map(|one| one.group).collect(),
                    is_on_topic: matcher.is_on_topic(span.of(&part.text), knowledge),
                    matches: inside,
                });
            }
        }
        let group_weights = group_weights(matcher, &all);
        Self { matcher, body, sentences: all, group_weights }
    }

    /// Up to `limit` passages, best first: verbatim slices of the body on sentence borders, disjoint, each with a match.
    ///
    /// A sentence longer than the budget is cut around its matches.
    #[must_use]
    pub fn passages(&self, limit: usize, weights: &PassageWeights) -> Vec<Passage> {
        let mut taken: Vec<Span> = Vec::new();
        let mut shown = BTreeSet::new();
        let mut passages = Vec::new();
        let mut without_match = BTreeSet::new();
        while passages.len() < limit && without_match.len() < MAX_WITHOUT_MATCH {
            let free = self.sentences.iter().enumerate();
            let free = free.filter(|(_, sentence)| !taken.iter().any(|span| span.overlaps(sentence.span)));
            let free = free.filter(|(index, _)| !without_match.contains(index));
            let scored = free.map(|(index, sentence)| (index, self.score(sentence, &shown, weights)));
            let Some((best, _)) = scored.filter(|(_, score)| *score > 0.0).max_by(first_of_best) else { break };
            let span = self.filled(best, &taken, weights);
            if !self.holds_match(span) {
                without_match.insert(best);
                continue;
            }
            taken.push(span);
            let inside = self.sentences.iter().filter(|sentence| span.overlaps(sentence.span));
            shown.extend(inside.flat_map(|sentence| sentence.groups.iter().copied()));
            passages.extend(self.sentences.get(best).map(|sentence| self.passage(span, sentence.section)));
        }
        passages
    }

    /// Whether a piece of the body holds a word of the query.
    fn holds_match(&self, span: Span) -> bool {
        let matches = self.sentences.iter().filter(|sentence| span.overlaps(sentence.span));
        let mut matches = matches.flat_map(|sentence| &sentence.matches);
        matches.any(|one| span.contains(one.span) && one.group < self.matcher.unshown_from)
    }

    /// The sentence that answers: holds the query's words, and rather concludes and judges than asks.
    #[must_use]
    pub fn answer(
        &self,
        document: &Document,
        knowledge: &Knowledge,
        weights: (&AnswerWeights, &PassageWeights),
    ) -> Option<AnswerSentence> {
        let (answer, passage) = weights;
        let verdict = document.facets.verdict.as_ref().map(|facet| &facet.evidence);
        let verdict = verdict.filter(|evidence| evidence.place == Place::Body).map(|evidence| evidence.span);
        // Every sentence of a page about one clinic is about that clinic, whether it says its name or not.
        let own_name = if document.facets.clinics.len() > 1 { 1.0 } else { answer.own_name };
        let candidates =
            self.sentences.iter().filter(|sentence| !sentence.is_heading && sentence.length <= answer.characters);
        let scored = candidates.map(|sentence| {
            let text = sentence.span.of(&self.body);
            let mut score = self.scaled(sentence, self.weight_beside(sentence, own_name), passage);
            for (holds, factor) in [
                (knowledge.verdicts.is_conclusion(text), answer.conclusion),
                (knowledge.verdicts.judge(text).is_some(), answer.judgement),
                (verdict.is_some_and(|span| span.overlaps(sentence.span)), answer.verdict),
                (knowledge.verdicts.is_question(text), answer.question),
            ] {
                score *= if holds { factor } else { 1.0 };
            }
            (sentence, score)
        });
        let (best, _) = scored.filter(|(_, score)| *score > 0.0).max_by(first_of_best)?;
        let Passage { section, start, end, text, hits } = self.passage(best.span, best.section);
        Some(AnswerSentence { section, start, end, text, hits })
    }

    fn weight(&self, groups: &BTreeSet<usize>) -> f32 {
        groups.iter().filter_map(|&group| self.group_weights.get(group)).sum()
    }

    fn heaviest(&self) -> f32 {
        self.matcher.idf.iter().copied().fold(0.0, f32::max)
    }

    fn score(&self, sentence: &Sentence, shown: &BTreeSet<usize>, weights: &PassageWeights) -> f32 {
        let new: BTreeSet<usize> = sentence.groups.difference(shown).copied().collect();
        let old: BTreeSet<usize> = sentence.groups.intersection(shown).copied().collect();
        self.scaled(sentence, self.weight(&new) + weights.already_shown * self.weight(&old), weights)
    }

    /// The weight of a sentence's words, those that name a city or a clinic at a share.
    fn weight_beside(&self, sentence: &Sentence, names: f32) -> f32 {
        let (proper, others): (BTreeSet<usize>, BTreeSet<usize>) =
            sentence.groups.iter().partition(|group| self.matcher.names.contains(group));
        names * self.weight(&proper) + self.weight(&others)
    }

    /// A sentence's score from the weight of its words, its topic, its length.
    fn scaled(&self, sentence: &Sentence, weight: f32, weights: &PassageWeights) -> f32 {
        let topic = if sentence.is_on_topic { weights.topic * self.heaviest() } else { 0.0 };
        let weight = weight + topic;
        let length = sentence.length as f32;
        let heading = if sentence.is_heading { weights.heading } else { 1.0 };
        weight * heading / (1.0 + weights.length_penalty * (1.0 + length / weights.free_sentence_length).ln())
    }

    /// The sentence at `index` with neighbours of its section, the better one first, as long as they fit.
    fn filled(&self, index: usize, taken: &[Span], weights: &PassageWeights) -> Span {
        let Some(core) = self.sentences.get(index) else { return Span::new(0, 0) };
        let mut span = core.span;
        if self.length(span) > weights.characters {
            return self.cut(core, weights.characters);
        }
        let (mut first, mut last) = (index, index);
        loop {
            let before = first.checked_sub(1).and_then(|at| Some((at, self.sentences.get(at)?)));
            let after = self.sentences.get(last + 1).map(|sentence| (last + 1, sentence));
            let fits = |candidate: &(usize, &Sentence)| {
                let joined = Span::new(span.start.min(candidate.1.span.start), span.end.max(candidate.1.span.end));
                candidate.1.section == core.section
                    && !candidate.1.is_heading
                    && self.length(joined) <= weights.characters
                    && !taken.iter().any(|other| other.overlaps(joined))
            };
            let worth = |candidate: &(usize, &Sentence)| self.score(candidate.1, &BTreeSet::new(), weights);
            let next = match (before.filter(&fits), after.filter(&fits)) {
                (Some(left), Some(right)) if worth(&left) > worth(&right) => left,
                (_, Some(right)) => right,
                (Some(left), None) => left,
                (None, None) => return span,
            };
            span = Span::new(span.start.min(next.1.span.start), span.end.max(next.1.span.end));
            (first, last) = (first.min(next.0), last.max(next.0));
        }
    }

    /// The window of a long sentence that holds most matches, those in its middle, on word borders where the script has
    /// them.
    fn cut(&self, sentence: &Sentence, characters: usize) -> Span {
        let text = sentence.span.of(&self.body);
        let mut borders: Vec<usize> = text.char_indices().map(|(at, _)| at + sentence.span.start).collect();
        borders.push(sentence.span.end);
        let place = |byte: usize| borders.partition_point(|&border| border < byte);
        let held = |from: usize| {
            let limit = borders.get(place(from) + characters).copied().unwrap_or(sentence.span.end);
            let inside = sentence.matches.iter().filter(|one| one.span.start >= from && one.span.end <= limit);
            let groups: BTreeSet<usize> = inside.clone().map(|one| one.group).collect();
            let end = inside.map(|one| one.span.end).max().unwrap_or(from);
            (Span::new(from, end), self.weight(&groups))
        };
        let windows = sentence.matches.iter().map(|one| held(one.span.start));
        let start = Span::new(sentence.span.start, sentence.span.start);
        let core = windows.max_by(first_of_best).map_or(start, |(core, _)| core);
        let (first, last) = (place(core.start), place(core.end));
        let slack = characters.saturating_sub(last - first);
        let latest = (borders.len() - 1).saturating_sub(characters);
        let from = first.saturating_sub(slack / 2).min(latest);
        let start = borders.get(from).copied().unwrap_or(sentence.span.start);
        let end = borders.get(from + characters).copied().unwrap_or(sentence.span.end);
        Span::new(self.word_border(start, sentence.span.start), self.word_border(end, start))
    }

    /// `at`, or the end of the white space before it, no further back than `limit` and not inside a Latin word.
    fn word_border(&self, at: usize, limit: usize) -> usize {
        let inside = self.body.get(at..).and_then(|rest| rest.chars().next());
        if inside.is_none_or(|character| is_han(character) || !character.is_alphanumeric()) {
            return at;
        }
        let before = self.body.get(limit..at).unwrap_or_default();
        let back =
            before.char_indices().rev().find(|(_, character)| !character.is_alphanumeric() || is_han(*character));
        back.map_or(at, |(index, character)| limit + index + character.len_utf8())
    }

    fn length(&self, span: Span) -> usize {
        span.of(&self.body).chars().count()
    }

    fn passage(&self, span: Span, section: usize) -> Passage {
        let text = span.of(&self.body).to_owned();
        let (start, end) = span.in_chars(&self.body);
        let mut hits: Vec<Span> = Vec::new();
        let matches = self.sentences.iter().flat_map(|sentence| &sentence.matches);
        let shown = |one: &&Match| span.contains(one.span) && one.group < self.matcher.unshown_from;
        for one in matches.filter(shown) {
            match hits.last_mut() {
                Some(last) if last.overlaps(one.span) => last.end = last.end.max(one.span.end),
                _ => hits.push(one.span),
            }
        }
        let hits = hits.into_iter().map(|hit| Span::new(hit.start - span.start, hit.end - span.start).in_chars(&text));
        Passage { section, start, end, hits: hits.collect(), text }
    }
}

/// The idf of each group, times `ln(1 + S / s) / ln(1 + S)` where it is in `s` of the page's `S` sentences.
fn group_weights(matcher: &Matcher, sentences: &[Sentence]) -> Vec<f32> {
    let all = sentences.iter().filter(|sentence| !sentence.is_heading).count().max(1) as f32;
    let weights = matcher.idf.iter().enumerate().map(|(group, idf)| {
        let holding = sentences.iter().filter(|sentence| !sentence.is_heading && sentence.groups.contains(&group));
        let holding = holding.count().max(1) as f32;
        idf * (1.0 + all / holding).ln() / (1.0 + all).ln()
    });
    weights.collect()
}

/// A sentence in pieces of bounded length, parted at white space or a comma where there is one: text without full stops
/// must not become one endless sentence.
fn pieces(text: &str, sentence: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = sentence.start;
    while let Some((limit, _)) = Span::new(start, sentence.end).of(text).char_indices().nth(MAX_PIECE_CHARACTERS) {
        let piece = Span::new(start, start + limit).of(text);
        let border = piece.char_indices().rev().find(|(_, character)| is_piece_border(*character));
        let length = border.map_or(limit, |(at, character)| at + character.len_utf8());
        pieces.push(Span::new(start, start + length));
        start += length;
    }
    if start < sentence.end {
        pieces.push(Span::new(start, sentence.end));
    }
    pieces
}

fn is_piece_border(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | '，' | '、' | ';' | '：' | ':')
}

/// Compares by score; of equal ones the earlier is the greater, so that `max_by` takes it.
fn first_of_best<T>(left: &(T, f32), right: &(T, f32)) -> std::cmp::Ordering {
    left.1.total_cmp(&right.1).then(std::cmp::Ordering::Greater)
}
