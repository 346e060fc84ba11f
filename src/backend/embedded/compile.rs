//! A [`Plan`] as a tantivy query. Built from terms by hand: the engine's own query parser turns Chinese into phrases,
//! drops repeated words and can overflow the stack.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;

use super::enough::Enough;
use super::schema::{Fields, UNDATED};
use super::ways::Ways;
use crate::model::period::{Day, Period, Undated};
use crate::model::plan::{Clause, Filter, Group, Plan, Weighted};
use crate::text::terms::{stem_term, written_word};

/// Share of the score of every way to say a word but the best one.
pub(super) const OTHER_WAYS: f32 = 0.1;

/// The query of `plan`; an empty plan matches nothing.
pub(super) fn query(plan: &Plan, fields: &Fields) -> Box<dyn Query> {
    if plan.is_empty() {
        return Box::new(EmptyQuery);
    }
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let (finding, optional) = plan.optional.split_at_checked(plan.finding).unwrap_or((&plan.optional, &[]));
    if !plan.groups.is_empty() {
        let groups = plan.groups.iter().map(|group| group_query(group, fields));
        let groups = groups.chain(finding.iter().map(|weighted| weighted_query(weighted, fields)));
        let groups: Vec<_> = groups.collect();
        let minimum = plan.minimum_groups.min(groups.len());
        let occur = if plan.minimum_groups == 0 { Occur::Should } else { Occur::Must };
        clauses.push((occur, enough(groups, minimum)));
    }
    clauses.extend(optional.iter().map(|weighted| (Occur::Should, weighted_query(weighted, fields))));
    clauses.extend(plan.required.iter().map(|clause| (Occur::Must, clause_query(clause, fields))));
    clauses.extend(plan.excluded.iter().map(|clause| (Occur::MustNot, excluded_query(clause, fields))));
    clauses.extend(plan.filters.iter().map(|filter| (Occur::Must, filter_query(filter, fields))));
    clauses.extend(plan.left_out.iter().map(|filter| (Occur::MustNot, filter_query(filter, fields))));
    let narrowings = [site_query(plan, fields), period_query(&plan.period, fields)];
    clauses.extend(narrowings.into_iter().flatten().map(|query| {
        let unscored: Box<dyn Query> = Box::new(ConstScoreQuery::new(query, 0.0));
        (Occur::Must, unscored)
    }));
    Box::new(BooleanQuery::new(clauses))
}

/// The pages that hold at least `minimum` of `groups`.
fn enough(groups: Vec<Box<dyn Query>>, minimum: usize) -> Box<dyn Query> {
    if 1 < minimum && minimum < groups.len() {
        return Box::new(Enough { groups, minimum });
    }
    let groups = groups.into_iter().map(|query| (Occur::Should, query)).collect();
    Box::new(BooleanQuery::with_minimum_required_clauses(groups, minimum))
}

/// The pages that have a value of a filter, whatever their score.
fn filter_query(filter: &Filter, fields: &Fields) -> Box<dyn Query> {
    let values = filter.values.iter().map(|value| {
        let term = Term::from_field_text(fields.facet(filter.field), value);
        (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>)
    });
    Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(values.collect())), 0.0))
}

fn site_query(plan: &Plan, fields: &Fields) -> Option<Box<dyn Query>> {
    let sites = plan.sites.iter().map(|site| {
        let term = Term::from_field_u64(fields.site, site.0);
        (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>)
    });
    let sites: Vec<_> = sites.collect();
    (!sites.is_empty()).then(|| Box::new(BooleanQuery::new(sites)) as Box<dyn Query>)
}

fn period_query(period: &Period, fields: &Fields) -> Option<Box<dyn Query>> {
    if period.is_all() {
        return None;
    }
    let term = |number: u64| Term::from_field_u64(fields.date, number);
    let range = |first: u64, last: u64| -> (Occur, Box<dyn Query>) {
        (Occur::Should, Box::new(RangeQuery::new(Bound::Included(term(first)), Bound::Included(term(last)))))
    };
    let first = period.since.map_or(UNDATED + 1, Day::as_number);
    let last = period.until.map_or(u64::MAX, Day::as_number);
    let undated = (period.undated == Undated::Kept).then(|| range(UNDATED, UNDATED));
    Some(Box::new(BooleanQuery::new(std::iter::once(range(first, last)).chain(undated).collect())))
}

/// Of the ways to say one thing the best counts, so that a word with many synonyms weighs no more than one with few;
/// being about a city or topic counts beside it.
fn group_query(group: &Group, fields: &Fields) -> Box<dyn Query> {
    let (facets, texts): (Vec<&Weighted>, Vec<&Weighted>) =
        group.clauses.iter().partition(|weighted| matches!(weighted.clause, Clause::Facet(..)));
    let (mut words, mut phrases) = (vec![], vec![]);
    for weighted in texts {
        match phrase_terms(weighted, fields).filter(|_| weighted.weight < 1.0) {
            Some(terms) => phrases.push((terms, weighted.weight)),
            None => words.push(weighted),
        }
    }
    let words: Box<dyn Query> = match words.as_slice() {
        [] => Box::new(EmptyQuery),
        [only] => weighted_query(only, fields),
        several => {
            let ways = several.iter().map(|weighted| weighted_query(weighted, fields));
            Box::new(DisjunctionMaxQuery::with_tie_breaker(ways.collect(), OTHER_WAYS))
        }
    };
    let text = if phrases.is_empty() { words } else { Box::new(Ways { words, phrases }) };
    if facets.is_empty() {
        return text;
    }
    let facets = facets.into_iter().map(|weighted| (Occur::Should, weighted_query(weighted, fields)));
    Box::new(BooleanQuery::new(std::iter::once((Occur::Should, text)).chain(facets).collect()))
}

/// The words of a phrase that stand in one field.
fn phrase_terms(weighted: &Weighted, fields: &Fields) -> Option<Vec<(usize, Term)>> {
    let Clause::Phrase(words) = &weighted.clause else { return None };
    let is_plain = words.len() > 1 && words.iter().all(|(_, word)| written_word(word).is_none());
    is_plain.then(|| words.iter().map(|(at, word)| (*at, fields.term(word))).collect())
}

/// Facets score their weight, whatever their frequency: being about a city is no matter of degree.
fn weighted_query(weighted: &Weighted, fields: &Fields) -> Box<dyn Query> {
    let query = clause_query(&weighted.clause, fields);
    match weighted.clause {
        Clause::Facet(..) => Box::new(ConstScoreQuery::new(query, weighted.weight)),
        _ => Box::new(BoostQuery::new(query, weighted.weight)),
    }
}

fn clause_query(clause: &Clause, fields: &Fields) -> Box<dyn Query> {
    match clause {
        Clause::Term(text) => Box::new(TermQuery::new(fields.term(text), IndexRecordOption::WithFreqs)),
        Clause::Phrase(words) => phrase_query(words, fields, engines_phrase),
        Clause::Facet(field, value) => {
            Box::new(TermQuery::new(Term::from_field_text(fields.facet(*field), value), IndexRecordOption::Basic))
        }
    }
}

/// What excludes pages. The engine asks what is excluded for pages that it is past already, which its own phrases take for a
/// fault of the program where such faults are looked for.
fn excluded_query(clause: &Clause, fields: &Fields) -> Box<dyn Query> {
    let own_phrase: Phrases = |terms| Box::new(Ways { words: Box::new(EmptyQuery), phrases: vec![(terms, 1.0)] });
    match clause {
        Clause::Phrase(words) => phrase_query(words, fields, own_phrase),
        other => clause_query(other, fields),
    }
}

/// Makes the query of a phrase of its terms and their places.
type Phrases = fn(Vec<(usize, Term)>) -> Box<dyn Query>;

fn engines_phrase(terms: Vec<(usize, Term)>) -> Box<dyn Query> {
    Box::new(PhraseQuery::new_with_offset(terms))
}

fn phrase_query(words: &[(usize, String)], fields: &Fields, made: Phrases) -> Box<dyn Query> {
    match words {
        [] => Box::new(EmptyQuery),
        [(_, only)] => clause_query(&Clause::Term(only.clone()), fields),
        several => {
            let is_written = |(_, word): &&(usize, String)| written_word(word).is_some();
            let written: Vec<_> = several.iter().filter(is_written).cloned().collect();
            if !written.is_empty() && written.len() < several.len() {
                return mixed_phrase_query(several, &written, (fields, made));
            }
            let terms = several.iter().map(|(at, word)| (*at, fields.term(word)));
            made(terms.collect())
        }
    }
}

/// A phrase with words as `written` and terms that have no other form, which stand in different fields: the phrase in any
/// form, in a page where the words as written stand so far from each other.
fn mixed_phrase_query(
    all: &[(usize, String)],
    written: &[(usize, String)],
    (fields, made): (&Fields, Phrases),
) -> Box<dyn Query> {
    let in_any_form: Vec<(usize, String)> = all.iter().map(|(at, word)| (*at, stem_term(word))).collect();
    let both = [phrase_query(&in_any_form, fields, made), phrase_query(written, fields, made)];
    Box::new(BooleanQuery::new(both.map(|query| (Occur::Must, query)).into()))
}
