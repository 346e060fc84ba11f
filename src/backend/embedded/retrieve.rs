//! Retrieval: the candidates of a plan, and what ranking needs to know of each.

use std::collections::BTreeMap;

use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

use super::collect::{Scored, Survey};
use super::schema::Fields;
use super::{BackendError, IndexView, compile};
use crate::model::document::DocumentId;
use crate::model::plan::{Candidate, Clause, FacetField, Group, Plan, Retrieved};

impl IndexView<'_> {
    /// The best `plan.window` pages for `plan`, the number of pages that match, and the facet values among them.
    ///
    /// Deterministic for one published state: ties are broken by id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn retrieve(&self, plan: &Plan) -> Result<Retrieved, BackendError> {
        self.try_retrieve(plan).map_err(|source| self.index.engine_error(source))
    }

    /// How many pages have the same title and body as the page with this key.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_with_text(&self, text_key: u64) -> Result<usize, BackendError> {
        let term = Term::from_field_u64(self.index.fields.text_key, text_key);
        live_pages(&self.searcher, &term).map_err(|source| self.index.engine_error(source))
    }

    /// How many pages hold a term or a facet value; 0 for a phrase.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_with(&self, clause: &Clause) -> Result<usize, BackendError> {
        clause_pages(&self.searcher, &self.index.fields, clause).map_err(|source| self.index.engine_error(source))
    }

    fn try_retrieve(&self, plan: &Plan) -> tantivy::Result<Retrieved> {
        let (searcher, fields) = (&self.searcher, &self.index.fields);
        let query = compile::query(plan, fields);
        let findings = searcher.search(&*query, &Survey { window: plan.window.max(1), focus: plan.focus.clone() })?;
        let mut candidates = describe(searcher, fields, plan, &findings.best)?;
        candidates.truncate(plan.window);
        let counts = findings.counts.into_iter().map(|(field, values)| (field, values.into_iter().collect()));
        let group_pages = plan.groups.iter().map(|group| group_pages(searcher, fields, group));
        Ok(Retrieved {
            candidates,
            total: findings.total,
            verdicts: findings.verdicts,
            counts: counts.collect(),
            group_pages: group_pages.collect::<tantivy::Result<_>>()?,
            pages: usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX),
        })
    }
}

/// Pages that hold the most frequent clause of a group: a lower bound of those that satisfy it.
fn group_pages(searcher: &Searcher, fields: &Fields, group: &Group) -> tantivy::Result<usize> {
    let pages = group.clauses.iter().map(|weighted| clause_pages(searcher, fields, &weighted.clause));
    Ok(pages.collect::<tantivy::Result<Vec<_>>>()?.into_iter().max().unwrap_or(0))
}

fn clause_pages(searcher: &Searcher, fields: &Fields, clause: &Clause) -> tantivy::Result<usize> {
    let term = match clause {
        Clause::Term(text) => Term::from_field_text(fields.text, text),
        Clause::Facet(field, value) => Term::from_field_text(fields.facet(*field), value),
        Clause::Phrase(_) => return Ok(0),
    };
    live_pages(searcher, &term)
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

/// Adds to each scored page its facet values and the positions at which it holds the plan's groups.
fn describe(searcher: &Searcher, fields: &Fields, plan: &Plan, best: &[Scored]) -> tantivy::Result<Vec<Candidate>> {
    let mut by_segment: BTreeMap<u32, Vec<Scored>> = BTreeMap::new();
    for scored in best {
        by_segment.entry(scored.segment).or_default().push(*scored);
    }
    let mut candidates = Vec::with_capacity(best.len());
    for (segment, mut pages) in by_segment {
        pages.sort_unstable_by_key(|scored| scored.doc);
        let reader = searcher.segment_reader(segment);
        let mut described: Vec<(Scored, Candidate)> = Vec::with_capacity(pages.len());
        for scored in pages {
            described.push((scored, bare_candidate(reader, scored, plan.groups.len())?));
        }
        for (index, group) in plan.groups.iter().enumerate() {
            match_group(reader, fields, group, |visit| {
                for (scored, candidate) in &mut described {
                    let found = visit(scored.doc, &candidate.facets);
                    if let Some(matches) = candidate.matches.get_mut(index) {
                        *matches = found;
                    }
                }
            })?;
        }
        candidates.extend(described);
    }
    candidates.sort_unstable_by_key(|&(scored, _)| scored);
    Ok(candidates.into_iter().map(|(_, candidate)| candidate).collect())
}

fn bare_candidate(reader: &SegmentReader, scored: Scored, groups: usize) -> tantivy::Result<Candidate> {
    let mut facets = Vec::new();
    for field in FacetField::ALL {
        let Some(column) = reader.fast_fields().str(field.name())? else { continue };
        for ordinal in column.ords().values_for_doc(scored.doc) {
            let mut value = String::new();
            if column.ord_to_str(ordinal, &mut value)? {
                facets.push((field, value));
            }
        }
    }
    Ok(Candidate {
        id: DocumentId::from_u64(scored.id),
        address: (scored.segment, scored.doc),
        text_key: reader.fast_fields().u64("text_key")?.first(scored.doc).unwrap_or(0),
        score: scored.score,
        matches: vec![None; groups],
        facets,
    })
}

type Visit<'a> = dyn FnMut(u32, &[(FacetField, String)]) -> Option<Vec<u32>> + 'a;

/// Hands `visit_all` a function that tells, for pages in ascending order, where they hold `group`.
fn match_group(
    reader: &SegmentReader,
    fields: &Fields,
    group: &Group,
    visit_all: impl FnOnce(&mut Visit<'_>),
) -> tantivy::Result<()> {
    let inverted = reader.inverted_index(fields.text)?;
    let mut postings = Vec::new();
    for text in group.clauses.iter().flat_map(|weighted| text_terms(&weighted.clause)) {
        let term = Term::from_field_text(fields.text, text);
        postings.extend(inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?);
    }
    let facets: Vec<(FacetField, &str)> = group
        .clauses
        .iter()
        .filter_map(|weighted| match &weighted.clause {
            Clause::Facet(field, value) => Some((*field, value.as_str())),
            _ => None,
        })
        .collect();
    let mut buffer = Vec::new();
    visit_all(&mut |doc, page_facets| {
        let mut positions: Vec<u32> = Vec::new();
        for list in &mut postings {
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() == doc && doc != TERMINATED {
                list.positions(&mut buffer);
                positions.append(&mut buffer);
            }
        }
        positions.sort_unstable();
        let has_facet = page_facets.iter().any(|(field, value)| facets.contains(&(*field, value.as_str())));
        (has_facet || !positions.is_empty()).then_some(positions)
    });
    Ok(())
}

/// The terms whose positions stand for a clause: all of a term or phrase, none of a facet.
fn text_terms(clause: &Clause) -> Vec<&str> {
    match clause {
        Clause::Term(text) => vec![text],
        Clause::Phrase(words) => words.first().map(|(_, word)| word.as_str()).into_iter().collect(),
        Clause::Facet(..) => vec![],
    }
}
