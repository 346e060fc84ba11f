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
use crate::model::plan::{Clause, Plan};
use crate::text::normalize::is_han;
use crate::text::sentences::sentences;
use crate::text::span::Span;
use crate::text::terms::{Term, terms};

/// Longer sentences are looked at in pieces.
const MAX_PIECE_CHARACTERS: usize = 600;

/// The words of a plan, ready to be found in texts.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    words: HashMap<String, Vec<usize>>,
    phrases: Vec<(Vec<(usize, String)>, usize)>,
    idf: Vec<f32>,
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
        }
        let heaviest = idf.iter().copied().fold(1.0, f32::max);
        for clause in &plan.required {
            matcher.add(clause, matcher.idf.len());
            matcher.idf.push(heaviest);
        }
        matcher
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

    fn weight(&self, groups: &BTreeSet<usize>) -> f32 {
        groups.iter().filter_map(|&group| self.idf.get(group)).sum()
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
}

/// An article in sentences, with the matches of one query.
pub struct Excerpts<'a> {
    matcher: &'a Matcher,
    body: String,
    sentences: Vec<Sentence>,
}

impl<'a> Excerpts<'a> {
    /// Finds the query's words in every sentence of `article`.
    #[must_use]
    pub fn of(article: &Article, matcher: &'a Matcher) -> Self {
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
                    matches: inside,
                });
            }
        }
        Self { matcher, body, sentences: all }
    }

    /// Up to `limit` passages, best first: verbatim slices of the body on sentence borders, disjoint, each with a match.
    ///
    /// A sentence longer than the budget is cut around its matches.
    #[must_use]
    pub fn passages(&self, limit: usize, weights: &PassageWeights) -> Vec<Passage> {
        let mut taken: Vec<Span> = Vec::new();
        let mut shown = BTreeSet::new();
        let mut passages = Vec::new();
        while passages.len() < limit {
            let free = self.sentences.iter().enumerate();
            let free = free.filter(|(_, sentence)| !taken.iter().any(|span| span.overlaps(sentence.span)));
            let scored = free.map(|(index, sentence)| (index, self.score(sentence, &shown, weights)));
            let Some((best, _)) = scored.filter(|(_, score)| *score > 0.0).max_by(first_of_best) else { break };
            let span = self.filled(best, &taken, weights);
            taken.push(span);
            let inside = self.sentences.iter().filter(|sentence| span.overlaps(sentence.span));
            shown.extend(inside.flat_map(|sentence| sentence.groups.iter().copied()));
            passages.extend(self.sentences.get(best).map(|sentence| self.passage(span, sentence.section)));
        }
        passages
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
        let candidates =
            self.sentences.iter().filter(|sentence| !sentence.is_heading && sentence.length <= answer.characters);
        let scored = candidates.map(|sentence| {
            let text = sentence.span.of(&self.body);
            let mut score = self.score(sentence, &BTreeSet::new(), passage);
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

    fn score(&self, sentence: &Sentence, shown: &BTreeSet<usize>, weights: &PassageWeights) -> f32 {
        let new: BTreeSet<usize> = sentence.groups.difference(shown).copied().collect();
        let old: BTreeSet<usize> = sentence.groups.intersection(shown).copied().collect();
        let weight = self.matcher.weight(&new) + weights.already_shown * self.matcher.weight(&old);
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

    /// The window of a long sentence that holds most matches, on word borders where the script has them.
    fn cut(&self, sentence: &Sentence, characters: usize) -> Span {
        let text = sentence.span.of(&self.body);
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at + sentence.span.start).collect();
        let position = |byte: usize| borders.partition_point(|&border| border < byte);
        let reach = |from: usize| borders.get(from + characters).copied().unwrap_or(sentence.span.end);
        let held = |from: usize| {
            let window = Span::new(borders.get(from).copied().unwrap_or(sentence.span.start), reach(from));
            let groups = sentence.matches.iter().filter(|one| window.contains(one.span)).map(|one| one.group);
            self.matcher.weight(&groups.collect())
        };
        let starts = sentence.matches.iter().map(|one| position(one.span.start).saturating_sub(characters / 8));
        let best = starts.map(|from| (from, held(from))).max_by(first_of_best).map_or(0, |(from, _)| from);
        let start = borders.get(best).copied().unwrap_or(sentence.span.start);
        let end = reach(best);
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
        for one in matches.filter(|one| span.contains(one.span)) {
            match hits.last_mut() {
                Some(last) if last.overlaps(one.span) => last.end = last.end.max(one.span.end),
                _ => hits.push(one.span),
            }
        }
        let hits = hits.into_iter().map(|hit| Span::new(hit.start - span.start, hit.end - span.start).in_chars(&text));
        Passage { section, start, end, hits: hits.collect(), text }
    }
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
