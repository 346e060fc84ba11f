//! Pages like a page: the words that tell it from the others are the query.

use std::collections::BTreeMap;
use std::time::Instant;

use super::answer::{Detail, Found, Nearness, SearchError, Searcher};
use super::order::Sequence;
use super::parse::Parsed;
use super::plan::plan;
use super::ranking::{Script, Wanted};
use super::understand::Understanding;
use crate::model::answer::{Answer, Hit, Row};
use crate::model::document::{Document, DocumentId};
use crate::model::plan::{Clause, Group, Weighted, idf};
use crate::model::query::Query;
use crate::text::terms::terms;

/// Words of a page by which pages like it are looked for.
const MAX_WORDS: usize = 24;
/// Words that are looked up, the most frequent of the page first.
const MAX_LOOKED_UP: usize = 400;
/// One word in so many must be in a page for it to be alike at all; the order does the rest.
const NEEDED_SHARE: usize = 8;
/// A word of the title counts as often as this one of the body.
const TITLE_WEIGHT: usize = 3;

impl Searcher<'_> {
    /// The pages most like the page with this id, without it and its copies; filters, limits and grouping are those of
    /// `query`, whose words do not count. `None` where there is no such page.
    ///
    /// # Errors
    /// As [`Searcher::answer`].
    pub fn similar(&self, id: DocumentId, query: &Query, started: Instant) -> Result<Option<Answer>, SearchError> {
        let Some(document) = self.view.document(id)? else { return Ok(None) };
        let filters = self.filters(query, &Parsed::default())?;
        let mut plan = plan(&Parsed::default(), &Understanding::default(), filters, &self.weights.retrieval);
        Self::narrow(&mut plan, query);
        plan.groups = self.telling_words(&document)?;
        plan.minimum_groups = plan.groups.len().div_ceil(NEEDED_SHARE);
        let wanted = Wanted { script: Script::of(&document.article.title), ..Wanted::default() };
        let mut sequence = self.first_page(&mut plan, &wanted, query.grouping())?;
        let (from, to) = (query.skipped(), query.skipped() + query.hit_limit());
        let kinships = self.view.kinships();
        let article = |id: DocumentId| kinships.of(id).map_or(id.as_u64(), |kinship| kinship.head);
        let family = kinships.copies_of(DocumentId::from_u64(article(id))).len().max(1);
        // The page and its copies are among them, and one more tells whether more follow.
        self.look_further(&mut sequence, (&mut plan, &wanted), to + family + 1)?;
        let Sequence { mut retrieved, mut ranked, .. } = sequence;
        ranked.retain(|ranked| article(ranked.candidate.id) != article(id));
        // Those that are folded away count too.
        retrieved.total = retrieved.total.saturating_sub(family).max(ranked.len());
        let ranked = ranked.into_iter().take(to + 1).skip(from).collect();
        let (understanding, nearness) = (Understanding::default(), Nearness::Match);
        let (corrections, better, dropped, excluded) = (vec![], vec![], vec![], None);
        let found =
            Found { understanding, corrections, better, dropped, plan, wanted, retrieved, ranked, nearness, excluded };
        let mut answer = self.assembled(query, found, Detail::Plain, started)?;
        // Nothing was asked: what the words say to a question, and which of them a page lacks, means nothing here.
        for hit in &mut answer.hits {
            (hit.answer, hit.missing) = (None, vec![]);
        }
        (answer.verdicts, answer.words, answer.suggestions) = Default::default();
        (answer.disagreement, answer.help) = Default::default();
        Ok(Some(answer))
    }

    /// The pages with the text of this page for other clinics, by id. `None` where there is no such page.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of_same_template(
        &self,
        id: DocumentId,
        query: &Query,
        started: Instant,
    ) -> Result<Option<Answer>, SearchError> {
        if self.view.page(id)?.is_none() {
            return Ok(None);
        }
        let kinships = self.view.kinships();
        let template = kinships.of(id).map_or(0, |kinship| kinship.template);
        let mut ids = kinships.of_template(template);
        ids.retain(|other| *other != id);
        let mut hits = Vec::new();
        for (rank, id) in (1..).zip(&ids).skip(query.skipped()).take(query.hit_limit()) {
            let Some(document) = self.view.document(*id)? else { continue };
            let row = Row::of(&document).with_kinship(kinships.of(*id));
            let (answer, group, explain) = (None, None, None);
            let (passages, missing) = (vec![], vec![]);
            hits.push(Hit { rank, qid: None, score: 1.0, row, answer, passages, missing, group, explain });
        }
        Ok(Some(Answer {
            qid: query.id().map(str::to_owned),
            query: query.text().to_owned(),
            total: ids.len(),
            more: ids.len() > query.skipped() + query.hit_limit(),
            no_match: hits.is_empty(),
            pages: self.view.page_count(),
            took_ms: started.elapsed().as_secs_f64() * 1000.0,
            hits,
            ..Answer::default()
        }))
    }

    /// The words that tell the page from the others, the most telling first: those that it holds often and few pages hold.
    fn telling_words(&self, document: &Document) -> Result<Vec<Group>, SearchError> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for term in terms(&document.article.title) {
            *counts.entry(term.text).or_default() += TITLE_WEIGHT;
        }
        for term in document.article.parts.iter().flat_map(|part| terms(&part.text)) {
            *counts.entry(term.text).or_default() += 1;
        }
        counts.retain(|word, _| !self.knowledge.stop_words.is_stop_word(word));
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
        counts.truncate(MAX_LOOKED_UP);
        let pages = self.view.page_count();
        let mut words = Vec::new();
        for (word, count) in counts {
            let holding = self.view.pages_with(&Clause::Term(word.clone()))?;
            // A word of this page alone finds nothing.
            if holding > 1 {
                words.push(((count as f32).ln_1p() * idf(pages, holding), word));
            }
        }
        words.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        let group = |word: String| Group {
            clauses: vec![Weighted { clause: Clause::Term(word.clone()), weight: 1.0 }],
            typed: word,
        };
        Ok(words.into_iter().take(MAX_WORDS).map(|(_, word)| group(word)).collect())
    }
}
