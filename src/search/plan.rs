//! A query as a retrieval: every word becomes a group of clauses, any of which satisfies it.

use super::parse::Parsed;
use super::understand::{Sense, Understanding};
use super::weights::RetrievalWeights;
use crate::model::plan::{Clause, FacetField, Filter, Group, Plan, Weighted};
use crate::text::normalize::is_han;
use crate::text::span::Span;
use crate::text::terms::{Forms, Term, terms_by};

/// Most optional clauses of one plan.
const MAX_OPTIONAL: usize = 128;

/// The plan of a query: `parsed` by the query language, its words in `understanding`, its facet `filters` resolved.
#[must_use]
pub fn plan(parsed: &Parsed, understanding: &Understanding, filters: Vec<Filter>, weights: &RetrievalWeights) -> Plan {
    let mut plan = Plan { filters, forms: understanding.forms, window: weights.window, ..Plan::default() };
    add_words(&mut plan, understanding, weights);
    plan.required = parsed.phrases.iter().filter_map(|phrase| phrase_clause(phrase, plan.forms)).collect();
    plan.excluded = parsed.excluded.iter().filter_map(|phrase| phrase_clause(phrase, plan.forms)).collect();
    plan.minimum_groups = minimum_groups(plan.groups.len());
    plan
}

/// How many of `groups` words a page must have to be a candidate: both of two, two of more. Of a long question a good
/// page often holds few words; ranking sees to it that they are the rare ones.
fn minimum_groups(groups: usize) -> usize {
    groups.min(2)
}

/// A phrase as one clause; `None` when it holds no word.
///
/// All of its words count: what differs at its end is another phrase. A Chinese character pair covers both its characters,
/// so that the phrase has few and rare terms.
#[must_use]
pub fn phrase_clause(text: &str, forms: Forms) -> Option<Clause> {
    let all = terms_by(text, forms);
    let first = all.first()?.position;
    let mut covered_to = 0;
    let mut words: Vec<(usize, String)> = Vec::new();
    for (index, term) in all.iter().enumerate() {
        let has_pair = all.get(index + 1).is_some_and(|next| next.position == term.position);
        let is_covered = term.span.end <= covered_to;
        if has_pair || is_covered {
            continue;
        }
        covered_to = term.span.end;
        words.push((term.position - first, term.text.clone()));
    }
    match words.as_slice() {
        [(_, only)] => Some(Clause::Term(only.clone())),
        _ => Some(Clause::Phrase(words)),
    }
}

fn add_words(plan: &mut Plan, understanding: &Understanding, weights: &RetrievalWeights) {
    let all = terms_by(&understanding.words, understanding.forms);
    let mut chosen: Vec<&Term> = all.iter().filter(|term| carries_weight(term, &all, understanding)).collect();
    if chosen.is_empty() {
        chosen = all.iter().filter(|term| is_whole_word(term, &all)).collect();
    }
    for term in &chosen {
        add_group(plan, understanding, term, &chosen, weights);
    }
    let doubtful = all.iter().filter(|term| may_be_word(term, &all, understanding));
    for term in doubtful.take(MAX_OPTIONAL) {
        plan.optional.push(Weighted { clause: Clause::Term(term.text.clone()), weight: 1.0 });
    }
    plan.finding = plan.optional.len();
    // Characters that meet across the border of two recognised words stand so in a page that has both side by side.
    let across = all.iter().filter(|term| is_whole_word(term, &all) && straddles(term, understanding));
    for term in across.filter(|term| !touches_noise(term, understanding)) {
        plan.optional.push(Weighted { clause: Clause::Term(term.text.clone()), weight: 1.0 });
    }
    let singles = all.iter().filter(|term| is_han_text(&term.text) && !is_whole_word(term, &all));
    for term in singles.filter(|term| !is_noise(term, understanding)) {
        plan.optional.push(Weighted { clause: Clause::Term(term.text.clone()), weight: weights.han_character });
    }
    plan.optional.truncate(MAX_OPTIONAL);
}

fn add_group(
    plan: &mut Plan,
    understanding: &Understanding,
    term: &Term,
    chosen: &[&Term],
    weights: &RetrievalWeights,
) {
    let own = Clause::Term(term.text.clone());
    let is_same = |group: &&mut Group| group.clauses.first().is_some_and(|first| first.clause == own);
    if let Some(group) = plan.groups.iter_mut().find(is_same) {
        group.clauses.iter_mut().take(1).for_each(|first| first.weight += 1.0);
        return;
    }
    let mut clauses = vec![Weighted { clause: own, weight: 1.0 }];
    // Whoever wants the word as written wants no page that only means it.
    let ways = understanding.meanings.iter().filter(|_| understanding.forms == Forms::Stems);
    for meaning in ways.filter(|meaning| meaning.span.contains(term.span)) {
        // Several words that carry one meaning share its weight.
        let words = chosen.iter().filter(|other| meaning.span.contains(other.span)).count().max(1);
        let share = 1.0 / words as f32;
        for (clause, weight) in sense_clauses(&meaning.sense, weights) {
            if clauses.iter().all(|present| present.clause != clause) {
                clauses.push(Weighted { clause, weight: weight * share });
            }
        }
    }
    plan.groups.push(Group { typed: term.span.of(&understanding.words).to_owned(), clauses });
}

fn sense_clauses(sense: &Sense, weights: &RetrievalWeights) -> Vec<(Clause, f32)> {
    match sense {
        Sense::City(readings) => {
            readings.iter().map(|adcode| (Clause::Facet(FacetField::City, adcode.clone()), weights.city)).collect()
        }
        Sense::Clinic(values) => {
            values.iter().map(|value| (Clause::Facet(FacetField::Clinic, value.clone()), weights.clinic)).collect()
        }
        Sense::Home(codes) => {
            codes.iter().map(|adcode| (Clause::Facet(FacetField::City, adcode.clone()), weights.home)).collect()
        }
        Sense::Topic(ids) => {
            ids.iter().map(|id| (Clause::Facet(FacetField::Topic, id.clone()), weights.topic)).collect()
        }
        Sense::Synonyms(texts) => {
            texts.iter().filter_map(|text| Some((phrase_clause(text, Forms::Stems)?, weights.synonym))).collect()
        }
    }
}

/// Whether a term is a word of its own: a Latin word, a pair of characters, or a character that stands alone.
fn is_whole_word(term: &Term, all: &[Term]) -> bool {
    let in_pair = |other: &Term| other.span != term.span && other.span.contains(term.span);
    !all.iter().any(in_pair)
}

fn carries_weight(term: &Term, all: &[Term], understanding: &Understanding) -> bool {
    is_whole_word(term, all) && !is_noise(term, understanding) && !straddles(term, understanding)
}

fn is_noise(term: &Term, understanding: &Understanding) -> bool {
    // A topic that is asked for by question words alone ("how much", 怎么办) orders the pages, but its words need not be
    // in them.
    let names = |sense: &Sense| !matches!(sense, Sense::Topic(_));
    let mut meanings = understanding.meanings.iter();
    let is_meant = meanings.any(|meaning| names(&meaning.sense) && meaning.span.contains(term.span));
    !is_meant && touches_noise(term, understanding)
}

fn touches_noise(term: &Term, understanding: &Understanding) -> bool {
    understanding.noise.iter().any(|noise| noise.overlaps(term.span))
}

/// Whether a character pair that is no word of the query for sure may be one: it has a character that stands between
/// words as often as in them, as in 太浩湖, and none of a longer phrase that only asks.
fn may_be_word(term: &Term, all: &[Term], understanding: &Understanding) -> bool {
    let is_certain = carries_weight(term, all, understanding);
    let touching = understanding.noise.iter().filter(|noise| noise.overlaps(term.span));
    let is_doubtful = touching.clone().count() == 1 && touching.clone().all(|noise| term.span.len() > noise.len());
    let is_apart = !straddles(term, understanding);
    is_han_text(&term.text) && is_whole_word(term, all) && !is_certain && is_doubtful && is_apart
}

/// Whether a character pair joins the end of one recognised word with the start of the next: no word of the language.
fn straddles(term: &Term, understanding: &Understanding) -> bool {
    // A word of one character stands inside of others too, in names above all: it parts nothing.
    let is_word = |span: &Span| span.of(&understanding.words).chars().count() > 1;
    let spans: Vec<Span> = understanding.meanings.iter().map(|meaning| meaning.span).filter(is_word).collect();
    let is_inside = spans.iter().any(|span| span.contains(term.span));
    is_han_text(&term.text) && !is_inside && spans.iter().any(|span| span.overlaps(term.span))
}

fn is_han_text(text: &str) -> bool {
    text.chars().all(is_han)
}
