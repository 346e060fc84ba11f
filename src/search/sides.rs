//! Where pages answer a question in different ways: each way with its pages and the words of one of them.

use super::answer::{SearchError, Searcher};
use super::filters::any_of;
use super::ranking::{Ranked, Wanted, rank};
use crate::knowledge::topics::AnswerKind;
use crate::model::answer::{Hit, Quote, Side};
use crate::model::document::Document;
use crate::model::facets::Place;
use crate::model::plan::{Candidate, FacetField, Filter, Plan, Retrieved};

/// Pages of one verdict that are looked at for a sentence to quote, where no hit has that verdict.
const LOOKED_AT: usize = 5;

impl Searcher<'_> {
    /// The ways in which the pages of an answer answer its question, that of most pages first; none where they agree, or
    /// where the question asks for no yes or no.
    pub(super) fn sides(
        &self,
        (plan, wanted): (&Plan, &Wanted),
        retrieved: &Retrieved,
        shown: (&[Hit], &[Ranked]),
    ) -> Result<Vec<Side>, SearchError> {
        let mut counts: Vec<(&String, usize)> = retrieved
            .verdicts
            .iter()
            .filter(|(_, pages)| **pages > 0)
            .map(|(verdict, pages)| (verdict, *pages))
            .collect();
        if counts.len() < 2 || !self.asks_for_verdict(wanted) {
            return Ok(vec![]);
        }
        counts.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        let sides = counts.into_iter().map(|(verdict, pages)| {
            let quote = match self.quote_of_hits(verdict, plan, shown)? {
                None => self.quote_beyond(verdict, (plan, wanted), retrieved)?,
                quote => quote,
            };
            Ok(Side { verdict: verdict.clone(), pages, quote })
        });
        sides.collect()
    }

    fn asks_for_verdict(&self, wanted: &Wanted) -> bool {
        let mut topics = wanted.topics.iter().flatten().filter_map(|id| self.knowledge.topics.get(id));
        topics.any(|topic| topic.answer == AnswerKind::Verdict)
    }

    /// What the best hit with this verdict says, of those that the verdicts were counted of.
    fn quote_of_hits(
        &self,
        verdict: &str,
        plan: &Plan,
        (hits, ranked): (&[Hit], &[Ranked]),
    ) -> Result<Option<Quote>, SearchError> {
        for (hit, ranked) in hits.iter().zip(ranked) {
            if hit.row.verdict.as_deref() != Some(verdict) || !is_within(&ranked.candidate, &plan.focus) {
                continue;
            }
            let document = self.view.document_of(&ranked.candidate)?;
            if let Some(quote) = quote(&document, Some(hit.rank)) {
                return Ok(Some(quote));
            }
        }
        Ok(None)
    }

    /// What the best of the first pages with this verdict says: of those that were looked at, which are most often enough,
    /// else of all.
    fn quote_beyond(
        &self,
        verdict: &str,
        (plan, wanted): (&Plan, &Wanted),
        retrieved: &Retrieved,
    ) -> Result<Option<Quote>, SearchError> {
        let of_verdict = any_of(FacetField::Verdict, vec![verdict.to_owned()]);
        let filters: Vec<Filter> = plan.focus.iter().cloned().chain([of_verdict]).collect();
        let seen = retrieved.candidates.iter().filter(|page| is_within(page, &filters)).take(LOOKED_AT);
        let seen = Retrieved {
            candidates: seen.cloned().collect(),
            idf: retrieved.idf.clone(),
            group_pages: retrieved.group_pages.clone(),
            facet_pages: retrieved.facet_pages.clone(),
            pages: retrieved.pages,
            ..Retrieved::default()
        };
        if let Some(quote) = self.best_quote(&seen, (plan, wanted))? {
            return Ok(Some(quote));
        }
        let filters = plan.filters.iter().cloned().chain(filters).collect();
        let plan = Plan { filters, window: LOOKED_AT, ..plan.clone() };
        self.best_quote(&self.view.retrieve_pages(&plan, self.deadline)?, (&plan, wanted))
    }

    fn best_quote(&self, pages: &Retrieved, (plan, wanted): (&Plan, &Wanted)) -> Result<Option<Quote>, SearchError> {
        for ranked in rank(pages, plan, wanted, &self.weights.ranking) {
            let document = self.view.document_of(&ranked.candidate)?;
            if let Some(quote) = quote(&document, None) {
                return Ok(Some(quote));
            }
        }
        Ok(None)
    }
}

/// Whether a page has a value of each filter.
fn is_within(page: &Candidate, filters: &[Filter]) -> bool {
    let has = |filter: &Filter| {
        page.facets.iter().any(|(field, value)| *field == filter.field && filter.values.contains(value))
    };
    filters.iter().all(has)
}

/// The sentence on which the verdict of a page rests.
fn quote(document: &Document, rank: Option<usize>) -> Option<Quote> {
    let evidence = document.facets.verdict.as_ref().map(|facet| &facet.evidence)?;
    if !matches!(evidence.place, Place::Body | Place::Heading) {
        return None;
    }
    let article = &document.article;
    let body = article.body();
    let text = body.get(evidence.span.start..evidence.span.end).filter(|text| !text.is_empty())?;
    let places = article.part_spans().into_iter().zip(article.sections());
    let section = places.filter(|(part, _)| part.contains(evidence.span)).map(|(_, section)| section).next()?;
    let (start, end) = evidence.span.in_chars(&body);
    Some(Quote { id: document.id, rank, section, start, end, text: text.to_owned() })
}
