//! Why a page is, or is not, in an answer: every part of its score in numbers, and what keeps it out.

use super::answer::{Found, SearchError, Searcher};
use super::helped::words_of;
use super::parse::parse;
use super::ranking::Ranking;
use crate::model::answer::{Row, Why};
use crate::model::document::DocumentId;
use crate::model::plan::Plan;
use crate::model::query::{MAX_LIMIT, Query};

impl Searcher<'_> {
    /// Where the page with this id stands in the answer to `query`, and why; `None` where there is no such page.
    ///
    /// # Errors
    /// As [`Searcher::answer`].
    pub fn why(&self, query: &Query, id: DocumentId) -> Result<Option<Why>, SearchError> {
        let Found { plan, wanted, retrieved, ranked: order, .. } = self.found(query, 0..MAX_LIMIT)?;
        let mut asked = self.asked(query, &parse(query.text()))?;
        asked.plan.finding = plan.finding;
        let Some((candidate, _)) = self.view.candidate(&plan, id)? else { return Ok(None) };
        let document = self.view.document_of(&candidate)?;
        let obstacles = self.obstacles(&asked.plan, id)?;
        let ranking = Ranking::new(&retrieved, &plan, &wanted, &self.weights.ranking);
        let ranked = ranking.ranked(candidate);
        // A page that is shown only because none matches is in no place.
        let place = order.iter().position(|placed| placed.candidate.id == id);
        let missing = ranked.missing.iter().filter_map(|&index| plan.groups.get(index));
        Ok(Some(Why {
            query: query.text().to_owned(),
            row: Row::of(&document),
            rank: place.filter(|_| obstacles.is_empty()).map(|place| place + 1),
            pages: order.len(),
            score: ranked.score,
            explain: ranked.parts,
            missing: missing.map(|group| group.typed.clone()).collect(),
            obstacles,
        }))
    }

    /// What keeps a page from matching.
    fn obstacles(&self, plan: &Plan, id: DocumentId) -> Result<Vec<String>, SearchError> {
        let matches = |part: Plan| Ok::<_, SearchError>(self.view.candidate(&part, id)?.is_some_and(|(_, is)| is));
        let mut obstacles = Vec::new();
        for clause in &plan.excluded {
            if matches(Plan { required: vec![clause.clone()], ..Plan::default() })? {
                obstacles.push(format!("it holds “{}”, which is to be left out", words_of(clause)));
            }
        }
        for clause in &plan.required {
            if !matches(Plan { required: vec![clause.clone()], ..Plan::default() })? {
                obstacles.push(format!("it lacks the phrase “{}”", words_of(clause)));
            }
        }
        for filter in &plan.filters {
            if !matches(Plan { filters: vec![filter.clone()], ..Plan::default() })? {
                obstacles.push(format!("its {} is not {}", filter.field.name(), self.labels(filter)?));
            }
        }
        for filter in &plan.left_out {
            if matches(Plan { filters: vec![filter.clone()], ..Plan::default() })? {
                let (field, values) = (filter.field.name(), self.labels(filter)?);
                obstacles.push(format!("its {field} is {values}, which is to be left out"));
            }
        }
        if !plan.sites.is_empty() && !matches(Plan { sites: plan.sites.clone(), ..Plan::default() })? {
            obstacles.push("it is of another site".to_owned());
        }
        if !plan.period.is_all() && !matches(Plan { period: plan.period, ..Plan::default() })? {
            obstacles.push("it is of another time".to_owned());
        }
        let any = Plan { groups: plan.groups.clone(), optional: plan.optional.clone(), ..Plan::default() };
        if !any.groups.is_empty() && !matches(Plan { finding: plan.finding, minimum_groups: 1, ..any })? {
            obstacles.push("it holds no word of the query".to_owned());
        }
        Ok(obstacles)
    }
}
