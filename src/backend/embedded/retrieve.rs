//! Retrieval: the candidates of a plan, and what ranking needs to know of each.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use tantivy::collector::Count;
use tantivy::columnar::{ColumnIndex, StrColumn};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

use super::collect::{Counting, Scored, Survey};
use super::describe::describe;
use super::held::{Counts, HeldFacets};
use super::schema::Fields;
use super::sorted::Sorted;
use super::{BackendError, IndexView, compile};
use crate::model::document::DocumentId;
use crate::model::plan::{Candidate, Clause, FacetField, Group, Order, Plan, Retrieved, idf};

/// Whether the facet values of the pages that match are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facets {
    Counted,
    Left,
}

impl IndexView<'_> {
    /// The best `plan.window` pages for `plan`, the number of pages that match, and the facet values among them.
    ///
    /// Deterministic for one published state: ties are broken by id. At the `deadline` it ends with what was seen so far,
    /// and says so.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn retrieve(&self, plan: &Plan, deadline: Option<Instant>) -> Result<Retrieved, BackendError> {
        self.try_retrieve(plan, deadline, Facets::Counted).map_err(|source| self.index.engine_error(source))
    }

    /// [`IndexView::retrieve`] for those who want the pages and how many match, and not what these are about.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn retrieve_pages(&self, plan: &Plan, deadline: Option<Instant>) -> Result<Retrieved, BackendError> {
        let plan = Plan { focus: vec![], ..plan.clone() };
        self.try_retrieve(&plan, deadline, Facets::Left).map_err(|source| self.index.engine_error(source))
    }

    /// The page with this id as a candidate for `plan`, whether it matches or not; `None` where there is no such page.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn candidate(&self, plan: &Plan, id: DocumentId) -> Result<Option<(Candidate, bool)>, BackendError> {
        let Some(address) = self.address_of(id)? else { return Ok(None) };
        let found = || -> tantivy::Result<Option<(Candidate, bool)>> {
            let query = compile::query(plan, &self.index.fields);
            let weight = query.weight(tantivy::query::EnableScoring::enabled_from_searcher(&self.searcher))?;
            let mut pages = weight.scorer(self.searcher.segment_reader(address.segment_ord), 1.0)?;
            if pages.doc() < address.doc_id {
                pages.seek(address.doc_id);
            }
            let is_match = pages.doc() == address.doc_id && pages.doc() != TERMINATED;
            let score = if is_match { pages.score() } else { 0.0 };
            let scored = Scored { score, id: id.as_u64(), segment: address.segment_ord, doc: address.doc_id };
            let only = describe(&self.searcher, &self.index.fields, plan, (&[scored], None))?;
            Ok(only.into_iter().next().map(|candidate| (candidate, is_match)))
        };
        found().map_err(|source| self.index.engine_error(source))
    }

    fn address_of(&self, id: DocumentId) -> Result<Option<DocAddress>, BackendError> {
        let mut place = None;
        self.for_each_page(|number, _, address| {
            if number == id.as_u64() {
                place = Some(address);
            }
        })?;
        Ok(place)
    }

    /// How many pages have the same title and body as the page with this key.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_with_text(&self, text_key: u64) -> Result<usize, BackendError> {
        let term = Term::from_field_u64(self.index.fields.text_key, text_key);
        live_pages(&self.searcher, &term).map_err(|source| self.index.engine_error(source))
    }

    /// How many pages match `plan`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn count(&self, plan: &Plan) -> Result<usize, BackendError> {
        let query = compile::query(plan, &self.index.fields);
        self.searcher.search(&*query, &Count).map_err(|source| self.index.engine_error(source))
    }

    /// How many pages hold a term or a facet value; 0 for a phrase.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_with(&self, clause: &Clause) -> Result<usize, BackendError> {
        clause_pages(&self.searcher, &self.index.fields, clause).map_err(|source| self.index.engine_error(source))
    }

    /// How many pages a plan's clauses match; no candidates.
    fn statistics(&self, plan: &Plan) -> tantivy::Result<Retrieved> {
        let (searcher, fields) = (&self.searcher, &self.index.fields);
        let pages = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
        let group_pages = plan.groups.iter().map(|group| group_pages(searcher, fields, group));
        let idf = |clause: &Clause| clause_idf(searcher, fields, clause, pages);
        Ok(Retrieved {
            group_pages: group_pages.collect::<tantivy::Result<_>>()?,
            idf: plan.per_clause(idf)?,
            facet_pages: facet_pages(searcher, plan, &self.index.remembered.held_facets)?,
            pages,
            ..Retrieved::default()
        })
    }

    fn try_retrieve(&self, plan: &Plan, deadline: Option<Instant>, facets: Facets) -> tantivy::Result<Retrieved> {
        let (searcher, fields) = (&self.searcher, &self.index.fields);
        let query = compile::query(plan, fields);
        let is_sorted = plan.order != Order::Relevance;
        let window = if is_sorted { 1 } else { plan.window.max(1) };
        let held_facets = &self.index.remembered.held_facets;
        let values = held_facets.values(searcher)?;
        let counting = match (facets, values.clone()) {
            (Facets::Left, _) => Counting::Nothing,
            (Facets::Counted, None) => Counting::Read,
            (Facets::Counted, Some(values)) => Counting::Held(Counts::new(values)),
        };
        let (focus, keys) = (plan.focus.clone(), &self.index.remembered.facet_keys);
        let mut findings = searcher.search(&*query, &Survey { deadline, window, focus, keys, counting })?;
        if facets == Facets::Counted {
            held_facets.note(searcher, findings.total);
        }
        if is_sorted {
            let sorted = Sorted { deadline, order: plan.order, window: plan.window.max(1) };
            let first = searcher.search(&*query, &sorted)?;
            (findings.best, findings.is_partial) = (first.pages, findings.is_partial || first.is_partial);
        }
        let mut candidates = describe(searcher, fields, plan, (&findings.best, values.as_deref()))?;
        if is_sorted {
            let places: HashMap<u64, usize> = findings.best.iter().map(|scored| scored.id).zip(0..).collect();
            candidates.sort_by_key(|candidate| places.get(&candidate.id.as_u64()).copied());
        }
        candidates.truncate(plan.window);
        let counts = findings.counts.into_iter().map(|(field, values)| (field, values.into_iter().collect()));
        Ok(Retrieved {
            candidates,
            total: findings.total,
            verdicts: findings.verdicts,
            counts: counts.collect(),
            is_partial: findings.is_partial,
            ..self.statistics(plan)?
        })
    }
}

/// Inverse document frequency as BM25 defines it, `ln(1 + (N - n + 0.5) / (n + 0.5))`; of a phrase that of its words
/// together, of a facet none.
fn clause_idf(searcher: &Searcher, fields: &Fields, clause: &Clause, pages: usize) -> tantivy::Result<f32> {
    let of_word = |word: &str| {
        let holding = live_pages(searcher, &fields.term(word))?;
        Ok(idf(pages, holding))
    };
    match clause {
        Clause::Term(word) => of_word(word),
        Clause::Phrase(words) => words.iter().map(|(_, word)| of_word(word)).sum(),
        Clause::Facet(..) => Ok(0.0),
    }
}

/// Pages that hold the most frequent clause of a group: a lower bound of those that satisfy it.
fn group_pages(searcher: &Searcher, fields: &Fields, group: &Group) -> tantivy::Result<usize> {
    let pages = group.clauses.iter().map(|weighted| clause_pages(searcher, fields, &weighted.clause));
    Ok(pages.collect::<tantivy::Result<Vec<_>>>()?.into_iter().max().unwrap_or(0))
}

fn clause_pages(searcher: &Searcher, fields: &Fields, clause: &Clause) -> tantivy::Result<usize> {
    let term = match clause {
        Clause::Term(text) => fields.term(text),
        Clause::Facet(field, value) => Term::from_field_text(fields.facet(*field), value),
        Clause::Phrase(_) => return Ok(0),
    };
    live_pages(searcher, &term)
}

/// How many pages have any value, of each facet that the plan wants.
fn facet_pages(searcher: &Searcher, plan: &Plan, held: &HeldFacets) -> tantivy::Result<BTreeMap<FacetField, usize>> {
    let mut all = BTreeMap::new();
    for &field in &plan.wanted {
        let count = || {
            let of_segments = searcher.segment_readers().iter().map(|reader| {
                let column = reader.fast_fields().str(field.name())?;
                Ok(column.map_or(0, |column| having_value(&column, reader)))
            });
            of_segments.sum()
        };
        all.insert(field, held.having(searcher, field, count)?);
    }
    Ok(all)
}

/// Pages of a segment that have a value in `column`.
fn having_value(column: &StrColumn, reader: &SegmentReader) -> usize {
    let is_alive = |doc: &DocId| reader.alive_bitset().is_none_or(|alive| alive.is_alive(*doc));
    match &column.ords().index {
        ColumnIndex::Empty { .. } => 0,
        ColumnIndex::Full => usize::try_from(reader.num_docs()).unwrap_or(usize::MAX),
        ColumnIndex::Optional(pages) if reader.alive_bitset().is_none() => {
            usize::try_from(pages.num_non_nulls()).unwrap_or(usize::MAX)
        }
        ColumnIndex::Optional(pages) => pages.iter_non_null_docs().filter(is_alive).count(),
        ColumnIndex::Multivalued(pages) => pages.iter_non_null_docs().filter(is_alive).count(),
    }
}

/// The pages that hold `term`; removed ones, which stay in their segment until it is merged, do not count.
fn live_pages(searcher: &Searcher, term: &Term) -> tantivy::Result<usize> {
    let mut pages = 0;
    for reader in searcher.segment_readers() {
        let inverted = reader.inverted_index(term.field())?;
        pages += match (inverted.get_term_info(term)?, reader.alive_bitset()) {
            (None, _) => 0,
            (Some(info), None) => info.doc_freq,
            (Some(info), Some(alive)) => {
                let postings = inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                postings.doc_freq_given_deletes(alive)
            }
        };
    }
    Ok(usize::try_from(pages).unwrap_or(usize::MAX))
}
