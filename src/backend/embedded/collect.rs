//! One pass over all matching pages: the best of them, how many, and how often each facet value occurs.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError};

use super::held::{Counts, OfSegment};
use super::tally::{FacetKeys, FacetTally, most_frequent};
use crate::model::plan::{FacetField, Filter};

/// Pages between two looks at the clock.
const PAGES_BETWEEN_LOOKS: usize = 256;
/// Pages whose facets are counted together.
const PAGES_AT_ONCE: usize = 128;

/// The collector.
pub(super) struct Survey<'a> {
    /// When to stop with what was seen so far; `None`: see everything.
    pub(super) deadline: Option<Instant>,
    /// How many of the best pages to keep.
    pub(super) window: usize,
    /// Facet values for which verdicts are counted; empty: for all pages.
    pub(super) focus: Vec<Filter>,
    /// What the values of facets are called alike by in all segments.
    pub(super) keys: &'a FacetKeys,
    /// How facet values are counted.
    pub(super) counting: Counting,
}

/// How facet values are counted.
pub(super) enum Counting {
    /// Not at all.
    Nothing,
    /// As the columns of each segment have them.
    Read,
    /// As they are held of all pages.
    Held(Counts),
}

impl Counting {
    fn held(&self) -> Option<&Counts> {
        if let Self::Held(counts) = self { Some(counts) } else { None }
    }
}

/// What [`Survey`] saw.
#[derive(Default)]
pub(super) struct Findings {
    /// Best first, ties by id.
    pub(super) best: Vec<Scored>,
    /// Pages that match.
    pub(super) total: usize,
    /// Pages for each of the most frequent values of each facet.
    pub(super) counts: BTreeMap<FacetField, BTreeMap<String, usize>>,
    /// Pages of the focus for each verdict.
    pub(super) verdicts: BTreeMap<String, usize>,
    /// Whether time ran out before all pages were seen.
    pub(super) is_partial: bool,
}

/// What was seen of one segment.
pub(super) struct SegmentFindings {
    best: Vec<Scored>,
    total: usize,
    facets: Vec<FacetTally>,
    verdicts: Option<FacetTally>,
    is_partial: bool,
}

/// A page and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub(super) score: Score,
    pub(super) id: u64,
    pub(super) segment: SegmentOrdinal,
    pub(super) doc: DocId,
}

impl Eq for Scored {}

impl Ord for Scored {
    /// The better page is the smaller one, so that a max-heap holds the worst on top and sorting puts the best first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Collector for Survey<'_> {
    type Fruit = Findings;
    type Child = SegmentSurvey;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentSurvey> {
        let mut facets = Vec::new();
        for field in FacetField::ALL.into_iter().filter(|_| matches!(self.counting, Counting::Read)) {
            facets.extend(FacetTally::of(field, reader)?);
        }
        Ok(SegmentSurvey {
            segment,
            window: self.window,
            ids: reader.fast_fields().u64("id")?,
            facets,
            held: self.counting.held().map(|counts| counts.of_segment(segment)),
            verdicts: if self.focus.is_empty() { None } else { FacetTally::of(FacetField::Verdict, reader)? },
            focus: Focus::of(&self.focus, reader)?,
            uncounted: Vec::with_capacity(PAGES_AT_ONCE),
            best: BinaryHeap::new(),
            total: 0,
            is_partial: false,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<SegmentFindings>) -> tantivy::Result<Findings> {
        let mut merged = Findings::default();
        let mut tallies: BTreeMap<FacetField, Vec<FacetTally>> = BTreeMap::new();
        let mut verdicts = Vec::new();
        for segment in segments {
            merged.total += segment.total;
            merged.best.extend(segment.best);
            merged.is_partial |= segment.is_partial;
            verdicts.extend(segment.verdicts);
            for tally in segment.facets {
                tallies.entry(tally.field).or_default().push(tally);
            }
        }
        for (field, tallies) in tallies {
            merged.counts.insert(field, most_frequent(&tallies, self.keys)?);
        }
        if let Some(counts) = self.counting.held() {
            merged.counts = counts.most_frequent();
        }
        merged.verdicts = if self.focus.is_empty() {
            merged.counts.get(&FacetField::Verdict).cloned().unwrap_or_default()
        } else {
            most_frequent(&verdicts, self.keys)?
        };
        merged.best.sort_unstable();
        merged.best.truncate(self.window);
        Ok(merged)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentFindings> {
        let mut survey = self.for_segment(segment, reader)?;
        survey.is_partial = !for_each_match((weight, reader), self.deadline, |doc, score| survey.collect(doc, score))?;
        survey.count_facets();
        let (counts, of_segment) = (self.counting.held(), survey.held.take());
        counts.zip(of_segment).into_iter().for_each(|(counts, of_segment)| counts.add(of_segment));
        Ok(survey.harvest())
    }
}

/// Visits the pages of a segment that match and are there; says whether all were visited before the `deadline`.
pub(super) fn for_each_match(
    (weight, reader): (&dyn Weight, &SegmentReader),
    deadline: Option<Instant>,
    mut visit: impl FnMut(DocId, Score),
) -> tantivy::Result<bool> {
    let alive = reader.alive_bitset();
    let mut scorer = weight.scorer(reader, 1.0)?;
    let mut doc = scorer.doc();
    let mut seen: usize = 0;
    while doc != TERMINATED {
        if alive.is_none_or(|alive| alive.is_alive(doc)) {
            visit(doc, scorer.score());
        }
        seen += 1;
        let looks = seen.is_multiple_of(PAGES_BETWEEN_LOOKS);
        if looks && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Ok(false);
        }
        doc = scorer.advance();
    }
    Ok(true)
}

/// [`Survey`] over one segment.
pub(super) struct SegmentSurvey {
    segment: SegmentOrdinal,
    window: usize,
    ids: Column<u64>,
    facets: Vec<FacetTally>,
    held: Option<OfSegment>,
    verdicts: Option<FacetTally>,
    focus: Focus,
    /// Pages whose facets are still to be counted: many at once cost less.
    uncounted: Vec<DocId>,
    best: BinaryHeap<Scored>,
    total: usize,
    is_partial: bool,
}

impl SegmentSurvey {
    fn count_facets(&mut self) {
        self.facets.iter_mut().for_each(|facet| facet.count(&self.uncounted));
        self.held.iter_mut().for_each(|held| held.find(&self.uncounted));
        if let Some(verdicts) = self.verdicts.as_mut() {
            self.uncounted.retain(|&doc| self.focus.holds(doc));
            verdicts.count(&self.uncounted);
        }
        self.uncounted.clear();
    }
}

impl SegmentCollector for SegmentSurvey {
    type Fruit = SegmentFindings;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        self.uncounted.push(doc);
        if self.uncounted.len() >= PAGES_AT_ONCE {
            self.count_facets();
        }
        let is_full = self.best.len() >= self.window;
        if is_full && self.best.peek().is_some_and(|worst| score < worst.score) {
            return;
        }
        self.best.push(Scored { score, id: self.ids.first(doc).unwrap_or(0), segment: self.segment, doc });
        if is_full {
            self.best.pop();
        }
    }

    fn harvest(mut self) -> SegmentFindings {
        self.count_facets();
        let Self { best, total, facets, verdicts, is_partial, .. } = self;
        SegmentFindings { best: best.into_vec(), total, facets, verdicts, is_partial }
    }
}

/// The pages of one segment that have a value of each filter.
struct Focus {
    /// Columns and the ordinals that are accepted, ascending.
    accepted: Vec<(StrColumn, Vec<u64>)>,
    /// Whether a filter's field is missing here, so that no page can have its value.
    is_impossible: bool,
}

impl Focus {
    fn of(filters: &[Filter], reader: &SegmentReader) -> tantivy::Result<Self> {
        let mut focus = Self { accepted: Vec::new(), is_impossible: false };
        for filter in filters {
            let Some(column) = reader.fast_fields().str(filter.field.name())? else {
                focus.is_impossible = true;
                continue;
            };
            let mut ordinals = Vec::new();
            for value in &filter.values {
                ordinals.extend(column.dictionary().term_ord(value.as_bytes()).map_err(TantivyError::from)?);
            }
            ordinals.sort_unstable();
            focus.accepted.push((column, ordinals));
        }
        Ok(focus)
    }

    fn holds(&self, doc: DocId) -> bool {
        let has = |(column, ordinals): &(StrColumn, Vec<u64>)| {
            column.ords().values_for_doc(doc).any(|ordinal| ordinals.binary_search(&ordinal).is_ok())
        };
        !self.is_impossible && self.accepted.iter().all(has)
    }
}
