//! What ranking needs to know of a page that was found: how often and where it holds each clause, its length, its facets.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use tantivy::columnar::StrColumn;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED};

use super::collect::Scored;
use super::held::Values;
use super::schema::Fields;
use crate::model::document::DocumentId;
use crate::model::plan::{Candidate, Clause, FacetField, PerClause, Plan};
use crate::model::site::Site;

/// The candidates of scored pages, best first.
pub(super) fn describe(
    searcher: &Searcher,
    fields: &Fields,
    plan: &Plan,
    (best, held): (&[Scored], Option<&Values>),
) -> tantivy::Result<Vec<Candidate>> {
    let mut by_segment: BTreeMap<u32, Vec<Scored>> = BTreeMap::new();
    for scored in best {
        by_segment.entry(scored.segment).or_default().push(*scored);
    }
    let mean_length = mean_length(searcher, fields)?;
    let mut candidates = Vec::with_capacity(best.len());
    for (segment, mut pages) in by_segment {
        pages.sort_unstable_by_key(|scored| scored.doc);
        let mut segment = Segment::open(searcher.segment_reader(segment), fields, plan, (mean_length, held))?;
        for scored in pages {
            candidates.push((scored, segment.candidate(scored)?));
        }
    }
    candidates.sort_unstable_by_key(|&(scored, _)| scored);
    Ok(candidates.into_iter().map(|(_, candidate)| candidate).collect())
}

/// Terms of an average page.
fn mean_length(searcher: &Searcher, fields: &Fields) -> tantivy::Result<f32> {
    let (mut terms, mut pages) = (0_u64, 0_u64);
    for reader in searcher.segment_readers() {
        terms += reader.inverted_index(fields.text)?.total_num_tokens();
        pages += u64::from(reader.max_doc());
    }
    Ok((terms as f32 / pages.max(1) as f32).max(1.0))
}

/// One segment, opened for the clauses of a plan; pages are asked for in ascending order.
struct Segment<'a> {
    clauses: PerClause<Occurrences>,
    facets: Facets<'a>,
    text_keys: tantivy::columnar::Column<u64>,
    sites: tantivy::columnar::Column<u64>,
    lengths: tantivy::fieldnorm::FieldNormReader,
    mean_length: f32,
    plan: &'a Plan,
}

impl<'a> Segment<'a> {
    fn open(
        reader: &SegmentReader,
        fields: &Fields,
        plan: &'a Plan,
        (mean_length, held): (f32, Option<&'a Values>),
    ) -> tantivy::Result<Self> {
        Ok(Self {
            clauses: plan.per_clause(|clause| Occurrences::open(reader, fields, clause))?,
            facets: held
                .map_or_else(|| FacetColumns::open(reader, plan).map(Facets::Read), |held| Ok(Facets::Held(held)))?,
            text_keys: reader.fast_fields().u64("text_key")?,
            sites: reader.fast_fields().u64("site")?,
            lengths: reader.get_fieldnorms_reader(fields.text)?,
            mean_length,
            plan,
        })
    }

    fn candidate(&mut self, scored: Scored) -> tantivy::Result<Candidate> {
        let facets = match &mut self.facets {
            Facets::Read(columns) => columns.values_of(scored.doc)?,
            Facets::Held(held) => {
                let values = held.of_page(scored.segment, scored.doc);
                let values = values.filter(|(field, _)| self.plan.tells(*field));
                values.map(|(field, value)| (field, value.clone())).collect()
            }
        };
        let mut matches = Vec::with_capacity(self.plan.groups.len());
        let mut counts = PerClause::default();
        for clauses in &mut self.clauses.groups {
            let mut positions = Vec::new();
            let of_group: Vec<u32> =
                clauses.iter_mut().map(|clause| clause.at(scored.doc, &facets, &mut positions)).collect();
            positions.sort_unstable();
            matches.push(of_group.iter().any(|&count| count > 0).then_some(positions));
            counts.groups.push(of_group);
        }
        let mut elsewhere = Vec::new();
        let mut count = |clause: &mut Occurrences| clause.at(scored.doc, &facets, &mut elsewhere);
        counts.optional = self.clauses.optional.iter_mut().map(&mut count).collect();
        counts.required = self.clauses.required.iter_mut().map(&mut count).collect();
        Ok(Candidate {
            id: DocumentId::from_u64(scored.id),
            address: (scored.segment, scored.doc),
            text_key: self.text_keys.first(scored.doc).unwrap_or(0),
            site: Site(self.sites.first(scored.doc).unwrap_or(0)),
            score: scored.score,
            length: self.lengths.fieldnorm(scored.doc) as f32 / self.mean_length,
            matches,
            counts,
            facets,
        })
    }
}

/// A clause in one segment.
enum Occurrences {
    /// Each word at its distance from the first; one for a term. Empty where a word is in no page.
    Words(Vec<(u32, SegmentPostings)>),
    Facet(FacetField, String),
}

impl Occurrences {
    fn open(reader: &SegmentReader, fields: &Fields, clause: &Clause) -> tantivy::Result<Self> {
        let word = |text: &str| -> tantivy::Result<Option<SegmentPostings>> {
            let term = fields.term(text);
            let inverted = reader.inverted_index(term.field())?;
            Ok(inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?)
        };
        let postings: Vec<(u32, Option<SegmentPostings>)> = match clause {
            Clause::Term(text) => vec![(0, word(text)?)],
            Clause::Phrase(words) => {
                let words = words.iter().map(|(at, text)| Ok((u32::try_from(*at).unwrap_or(u32::MAX), word(text)?)));
                words.collect::<tantivy::Result<_>>()?
            }
            Clause::Facet(field, value) => return Ok(Self::Facet(*field, value.clone())),
        };
        let held: Option<Vec<_>> = postings.into_iter().map(|(at, postings)| Some((at, postings?))).collect();
        Ok(Self::Words(held.unwrap_or_default()))
    }

    /// How often a page holds the clause; adds where to `positions`.
    fn at(&mut self, doc: DocId, facets: &[(FacetField, String)], positions: &mut Vec<u32>) -> u32 {
        let words = match self {
            Self::Words(words) => words,
            Self::Facet(field, value) => {
                return u32::from(facets.iter().any(|(own, held)| own == field && held == value));
            }
        };
        let before = positions.len();
        let mut lists: Vec<(u32, Vec<u32>)> = Vec::with_capacity(words.len());
        for (at, postings) in words.iter_mut() {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() != doc || doc == TERMINATED {
                return 0;
            }
            let mut list = Vec::new();
            postings.positions(&mut list);
            lists.push((*at, list));
        }
        let Some(((_, first), others)) = lists.split_first() else { return 0 };
        let follow = |start: u32| others.iter().all(|(at, list)| list.binary_search(&(start + at)).is_ok());
        positions.extend(first.iter().copied().filter(|&start| follow(start)));
        u32::try_from(positions.len() - before).unwrap_or(u32::MAX)
    }
}

/// Where the facets of pages are found.
enum Facets<'a> {
    Read(FacetColumns),
    Held(&'a Values),
}

/// The facets of one segment that rank a page, and the values read so far: the same few come again and again.
struct FacetColumns {
    columns: Vec<(FacetField, StrColumn)>,
    known: HashMap<(FacetField, u64), String>,
}

impl FacetColumns {
    fn open(reader: &SegmentReader, plan: &Plan) -> tantivy::Result<Self> {
        let mut columns = Vec::new();
        for field in FacetField::ALL.into_iter().filter(|&field| plan.tells(field)) {
            columns.extend(reader.fast_fields().str(field.name())?.map(|column| (field, column)));
        }
        Ok(Self { columns, known: HashMap::new() })
    }

    fn values_of(&mut self, doc: DocId) -> tantivy::Result<Vec<(FacetField, String)>> {
        let mut values = Vec::new();
        for (field, column) in &self.columns {
            for ordinal in column.ords().values_for_doc(doc) {
                let value = match self.known.entry((*field, ordinal)) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(unknown) => {
                        let mut value = String::new();
                        column.ord_to_str(ordinal, &mut value)?;
                        unknown.insert(value)
                    }
                };
                values.push((*field, value.clone()));
            }
        }
        Ok(values)
    }
}
