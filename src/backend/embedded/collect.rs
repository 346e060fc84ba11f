//! One pass over all matching pages: the best of them, how many, and how often each facet value occurs.

use std::cmp::{Ordering, Reverse};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError};

use crate::model::plan::{FacetField, Filter, MAX_FACET_VALUES};

/// Pages between two looks at the clock.
const PAGES_BETWEEN_LOOKS: usize = 256;

/// The collector.
pub(super) struct Survey {
    /// When to stop with what was seen so far; `None`: see everything.
    pub(super) deadline: Option<Instant>,
    /// How many of the best pages to keep.
    pub(super) window: usize,
    /// Facet values for which verdicts are counted; empty: for all pages.
    pub(super) focus: Vec<Filter>,
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

impl Collector for Survey {
    type Fruit = Findings;
    type Child = SegmentSurvey;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentSurvey> {
        let mut facets = Vec::new();
        for field in FacetField::ALL {
            if let Some(column) = reader.fast_fields().str(field.name())? {
                let pages = vec![0; column.num_terms()];
                facets.push(FacetTally { field, column, pages });
            }
        }
        let verdict = reader.fast_fields().str(FacetField::Verdict.name())?;
        let verdicts =
            verdict.map(|column| FacetTally { field: FacetField::Verdict, pages: vec![0; column.num_terms()], column });
        Ok(SegmentSurvey {
            segment,
            window: self.window,
            ids: reader.fast_fields().u64("id")?,
            facets,
            verdicts,
            focus: Focus::of(&self.focus, reader)?,
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
            merged.counts.insert(field, most_frequent(&tallies)?);
        }
        merged.verdicts = most_frequent(&verdicts)?;
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
        let alive = reader.alive_bitset();
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        let mut seen: usize = 0;
        while doc != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                survey.collect(doc, scorer.score());
            }
            seen += 1;
            let looks = seen.is_multiple_of(PAGES_BETWEEN_LOOKS);
            if looks && self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                survey.is_partial = true;
                break;
            }
            doc = scorer.advance();
        }
        Ok(survey.harvest())
    }
}

/// [`Survey`] over one segment.
pub(super) struct SegmentSurvey {
    segment: SegmentOrdinal,
    window: usize,
    ids: Column<u64>,
    facets: Vec<FacetTally>,
    verdicts: Option<FacetTally>,
    focus: Focus,
    best: BinaryHeap<Scored>,
    total: usize,
    is_partial: bool,
}

/// Pages for each value of one facet in one segment, by the value's ordinal.
struct FacetTally {
    field: FacetField,
    column: StrColumn,
    pages: Vec<usize>,
}

impl SegmentCollector for SegmentSurvey {
    type Fruit = SegmentFindings;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        self.facets.iter_mut().for_each(|facet| facet.count(doc));
        if let Some(verdicts) = self.verdicts.as_mut().filter(|_| self.focus.holds(doc)) {
            verdicts.count(doc);
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

    fn harvest(self) -> SegmentFindings {
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

impl FacetTally {
    fn count(&mut self, doc: DocId) {
        for ordinal in self.column.ords().values_for_doc(doc) {
            if let Some(pages) = usize::try_from(ordinal).ok().and_then(|at| self.pages.get_mut(at)) {
                *pages += 1;
            }
        }
    }

    /// The ordinals of the values that most pages have, at most `limit`, ascending; of equal ones the first by name.
    fn best_ordinals(&self, limit: usize) -> Vec<u64> {
        let mut best: BinaryHeap<(Reverse<usize>, u64)> = BinaryHeap::new();
        for (ordinal, &pages) in (0..).zip(&self.pages).filter(|&(_, &pages)| pages > 0) {
            best.push((Reverse(pages), ordinal));
            if best.len() > limit {
                best.pop();
            }
        }
        let mut ordinals: Vec<u64> = best.into_iter().map(|(_, ordinal)| ordinal).collect();
        ordinals.sort_unstable();
        ordinals
    }

    /// The ordinals of the values that so many pages have, ascending.
    fn frequent_ordinals(&self, least: usize) -> Vec<u64> {
        (0..).zip(&self.pages).filter(|&(_, &pages)| pages >= least).map(|(ordinal, _)| ordinal).collect()
    }

    /// The values of ascending ordinals, in one pass over the dictionary.
    fn values(&self, ordinals: &[u64]) -> tantivy::Result<Vec<String>> {
        let mut values = Vec::with_capacity(ordinals.len());
        let dictionary = self.column.dictionary();
        dictionary
            .sorted_ords_to_term_cb(ordinals, |value| values.push(String::from_utf8_lossy(value).into_owned()))?;
        Ok(values)
    }

    /// Pages that have `value`.
    fn pages_of(&self, value: &str) -> tantivy::Result<usize> {
        let ordinal = self.column.dictionary().term_ord(value).map_err(TantivyError::from)?;
        let pages = ordinal.and_then(|ordinal| self.pages.get(usize::try_from(ordinal).ok()?));
        Ok(pages.copied().unwrap_or(0))
    }
}

/// The [`MAX_FACET_VALUES`] most frequent values over all segments, and some more; names are read of these only.
///
/// A value of so many pages together has its share of them in at least one segment.
fn most_frequent(tallies: &[FacetTally]) -> tantivy::Result<BTreeMap<String, usize>> {
    let mut counts = BTreeMap::new();
    for tally in tallies {
        add_counts(&mut counts, tally.values(&tally.best_ordinals(MAX_FACET_VALUES))?, tallies)?;
    }
    let mut pages: Vec<usize> = counts.values().copied().collect();
    pages.sort_unstable_by_key(|&pages| Reverse(pages));
    if let (Some(&least), true) = (pages.get(MAX_FACET_VALUES - 1), tallies.len() > 1) {
        for tally in tallies {
            let frequent = tally.frequent_ordinals(least.div_ceil(tallies.len()).max(1));
            add_counts(&mut counts, tally.values(&frequent)?, tallies)?;
        }
    }
    Ok(counts)
}

fn add_counts(
    counts: &mut BTreeMap<String, usize>,
    values: Vec<String>,
    tallies: &[FacetTally],
) -> tantivy::Result<()> {
    for value in values {
        if let Entry::Vacant(unknown) = counts.entry(value) {
            let pages = tallies.iter().map(|tally| tally.pages_of(unknown.key())).sum::<tantivy::Result<usize>>()?;
            unknown.insert(pages);
        }
    }
    Ok(())
}
