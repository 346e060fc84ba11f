//! What is shown of a page: the sentences that hold most of the query, and the one that answers it.
//!
//! Sentences are scored by the idf of the distinct query words they hold, long ones a little less; the best is filled up
//! with its neighbours until the budget is used, the last of them in part.

mod answering;

use std::collections::BTreeSet;

use unicode_normalization::char::is_combining_mark;

use super::matcher::{Match, Matcher};
use super::pieces::pieces;
use super::weights::PassageWeights;
use crate::knowledge::Knowledge;
use crate::model::answer::Passage;
use crate::model::article::Article;
use crate::text::sentences::sentences;
use crate::text::span::Span;
use crate::text::terms::is_word_character;

/// Less of a sentence than this, in characters, is not worth showing.
const LEAST_PART_CHARACTERS: usize = 10;

/// A window this near to an end of its sentence goes on to it.
const NEAR_END_CHARACTERS: usize = 25;

/// Sentences about the topic asked for, in other words than the query's, that are tried for a passage in vain.
const MAX_WITHOUT_MATCH: usize = 8;

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

    /// Up to `limit` passages, best first: verbatim slices of the body, disjoint, each with a match.
    ///
    /// They are whole sentences; what is left of the budget shows the better neighbour in part, up to a word's border. A
    /// sentence longer than the budget is cut around its matches.
    #[must_use]
    pub fn passages(&self, limit: usize, weights: &PassageWeights) -> Vec<Passage> {
        let mut taken: Vec<Span> = Vec::new();
        let mut shown = BTreeSet::new();
        let mut sections = Vec::new();
        let mut without_match = BTreeSet::new();
        while taken.len() < limit && without_match.len() < MAX_WITHOUT_MATCH {
            let Some((best, span)) = self.best((&taken, &without_match), &shown, weights) else { break };
            if !self.holds_match(span) {
                without_match.insert(best);
                continue;
            }
            taken.push(span);
            shown.extend(self.groups_in(span));
            sections.extend(self.sentences.get(best).map(|sentence| sentence.section));
        }
        // Parts of sentences come last: one that is worth a passage of its own is shown whole.
        for at in 0..taken.len() {
            let Some((span, &section)) = taken.get(at).copied().zip(sections.get(at)) else { break };
            let stretched = self.stretched(span, section, &taken, weights);
            taken.iter_mut().skip(at).take(1).for_each(|span| *span = stretched);
        }
        taken.into_iter().zip(sections).map(|(span, section)| self.passage(span, section)).collect()
    }

    /// Of the sentences that score about as well as the best, the one whose passage holds most of the query; and the
    /// passage.
    fn best(
        &self,
        (taken, left_out): (&[Span], &BTreeSet<usize>),
        shown: &BTreeSet<usize>,
        weights: &PassageWeights,
    ) -> Option<(usize, Span)> {
        let free = self.sentences.iter().enumerate();
        let free = free.filter(|(_, sentence)| !taken.iter().any(|span| span.overlaps(sentence.span)));
        let free = free.filter(|(index, _)| !left_out.contains(index));
        let scored: Vec<(usize, f32)> =
            free.map(|(index, sentence)| (index, self.score(sentence, shown, weights))).collect();
        let least = weights.near_best * scored.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        let near = scored.into_iter().filter(|(_, score)| *score > 0.0 && *score >= least);
        let passages = near.map(|(index, score)| {
            let span = self.filled(index, taken, weights);
            let new: BTreeSet<usize> = self.groups_in(span).filter(|group| !shown.contains(group)).collect();
            ((index, span), score + self.weight(&new))
        });
        passages.max_by(first_of_best).map(|(best, _)| best)
    }

    /// The groups of the sentences that a piece of the body touches.
    fn groups_in(&self, span: Span) -> impl Iterator<Item = usize> {
        let first = self.sentences.partition_point(|sentence| sentence.span.end <= span.start);
        let inside = self.sentences.iter().skip(first).take_while(move |sentence| sentence.span.start < span.end);
        inside.flat_map(|sentence| sentence.groups.iter().copied())
    }

    /// Whether a piece of the body holds a word of the query.
    fn holds_match(&self, span: Span) -> bool {
        let matches = self.sentences.iter().filter(|sentence| span.overlaps(sentence.span));
        let mut matches = matches.flat_map(|sentence| &sentence.matches);
        matches.any(|one| span.contains(one.span) && one.group < self.matcher.unshown_from)
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

    /// `span` with a part of the better neighbour of its section, as much as fits and no other passage shows.
    fn stretched(&self, span: Span, section: usize, taken: &[Span], weights: &PassageWeights) -> Span {
        let rest = weights.characters.saturating_sub(self.length(span));
        let fits = |sentence: &&Sentence| {
            let is_free = !taken.iter().any(|other| other.overlaps(sentence.span));
            rest >= LEAST_PART_CHARACTERS && sentence.section == section && !sentence.is_heading && is_free
        };
        let next = self.sentences.partition_point(|sentence| sentence.span.start < span.end);
        let first = self.sentences.partition_point(|sentence| sentence.span.end <= span.start);
        let before = first.checked_sub(1).and_then(|at| self.sentences.get(at)).filter(fits);
        let after = self.sentences.get(next).filter(fits);
        let worth = |sentence: &Sentence| self.score(sentence, &BTreeSet::new(), weights);
        let (joined, part) = match (before, after) {
            (Some(left), right) if right.is_none_or(|right| worth(left) > worth(right)) => {
                let text = self.body.get(left.span.start..span.start).unwrap_or_default();
                let start = text.char_indices().rev().nth(rest - 1).map_or(0, |(at, _)| at) + left.span.start;
                let start = self.word_start(start, left.span.end);
                (Span::new(start, span.end), Span::new(start, left.span.end))
            }
            (_, Some(right)) => {
                let text = self.body.get(span.end..right.span.end).unwrap_or_default();
                let end = text.char_indices().nth(rest).map_or(text.len(), |(at, _)| at) + span.end;
                let shown = self.body.get(span.start..self.word_border(end, span.end)).unwrap_or_default();
                let end = span.start + shown.trim_end().len();
                (Span::new(span.start, end), Span::new(right.span.start.min(end), end))
            }
            _ => return span,
        };
        if self.length(part) < LEAST_PART_CHARACTERS { span } else { joined }
    }

    /// `at`, or where the next word begins, no further on than `limit`: not inside a Latin word.
    fn word_start(&self, at: usize, limit: usize) -> usize {
        // A number goes on behind its comma.
        let is_part = |character: char| {
            !character.is_whitespace() && character.is_ascii()
                || is_word_character(character)
                || is_combining_mark(character)
        };
        let before = self.body.get(..at).and_then(|text| text.chars().next_back());
        let ahead = self.body.get(at..limit).unwrap_or_default();
        let cut = if before.is_some_and(is_part) { ahead.trim_start_matches(is_part) } else { ahead };
        // A mark belongs to the letter before it.
        limit - cut.trim_start_matches(is_combining_mark).trim_start().len()
    }

    /// The window of a long sentence that holds most matches, those in its middle or an end of the sentence at its own, on
    /// word borders where the script has them.
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
        let from = match first.saturating_sub(slack / 2).min(latest) {
            near if near <= NEAR_END_CHARACTERS && last <= characters => 0,
            near if near + NEAR_END_CHARACTERS >= latest && latest <= first => latest,
            from => from,
        };
        let start = borders.get(from).copied().unwrap_or(sentence.span.start);
        // A whole word more at the start, where the matches still fit behind it and no end of a sentence is lost.
        let earlier = self.word_border(start, sentence.span.start);
        let start = match from {
            0 => start,
            _ if from < latest && last <= place(earlier) + characters => earlier,
            _ => self.word_start(start, core.start.max(start)),
        };
        let end = borders.get(place(start) + characters).copied().unwrap_or(sentence.span.end);
        Span::new(start, self.word_border(end, start))
    }

    /// `at`, or the end of the white space before it, no further back than `limit` and not inside a Latin word.
    fn word_border(&self, at: usize, limit: usize) -> usize {
        let at = self.before_marks(at, limit);
        let inside = self.body.get(at..).and_then(|rest| rest.chars().next());
        if !inside.is_some_and(is_word_character) {
            return at;
        }
        let before = self.body.get(limit..at).unwrap_or_default();
        let is_border =
            |character: char| character.is_whitespace() || character.is_alphanumeric() && !is_word_character(character);
        let back = before.char_indices().rev().find(|(_, character)| is_border(*character));
        back.map_or(at, |(index, character)| limit + index + character.len_utf8())
    }

    /// `at`, or the start of the letter whose marks follow there.
    fn before_marks(&self, mut at: usize, limit: usize) -> usize {
        let next = |at: usize| self.body.get(at..).and_then(|rest| rest.chars().next());
        for character in self.body.get(limit..at).unwrap_or_default().chars().rev() {
            if !next(at).is_some_and(is_combining_mark) {
                break;
            }
            at -= character.len_utf8();
        }
        at
    }

    /// A span without the white space at its ends.
    fn trimmed(&self, span: Span) -> Span {
        let text = span.of(&self.body);
        let start = span.end - text.trim_start().len();
        Span::new(start, start.max(span.start + text.trim_end().len()))
    }

    fn length(&self, span: Span) -> usize {
        span.of(&self.body).chars().count()
    }

    fn passage(&self, span: Span, section: usize) -> Passage {
        let span = self.trimmed(span);
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
        let splits = |at: usize| {
            let mut sentences = self.sentences.iter();
            sentences.any(|sentence| sentence.span.start < at && at < sentence.span.end)
        };
        let (begins_inside, ends_inside) = (splits(span.start), splits(span.end));
        Passage { section, start, end, hits: hits.collect(), text, begins_inside, ends_inside }
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

/// Compares by score; of equal ones the earlier is the greater, so that `max_by` takes it.
fn first_of_best<T>(left: &(T, f32), right: &(T, f32)) -> std::cmp::Ordering {
    left.1.total_cmp(&right.1).then(std::cmp::Ordering::Greater)
}
