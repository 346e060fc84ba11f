//! One pass over all matching pages: the best of them, how many, and how often each facet value occurs.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use crate::model::plan::{FacetField, Filter};

/// The collector.
pub(super) struct Survey {
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
    /// Pages for each value of each facet.
    pub(super) counts: BTreeMap<FacetField, BTreeMap<String, usize>>,
    /// Pages of the focus for each verdict.
    pub(super) verdicts: BTreeMap<String, usize>,
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
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Findings>>) -> tantivy::Result<Findings> {
        let mut merged = Findings::default();
        for fruit in fruits {
            let fruit = fruit?;
            merged.total += fruit.total;
            merged.best.extend(fruit.best);
            for (verdict, pages) in fruit.verdicts {
                *merged.verdicts.entry(verdict).or_default() += pages;
            }
            for (field, values) in fruit.counts {
                let tally = merged.counts.entry(field).or_default();
                for (value, pages) in values {
                    *tally.entry(value).or_default() += pages;
                }
            }
        }
        merged.best.sort_unstable();
        merged.best.truncate(self.window);
        Ok(merged)
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
}

/// Pages for each value of one facet in one segment, by the value's ordinal.
struct FacetTally {
    field: FacetField,
    column: StrColumn,
    pages: Vec<usize>,
}

impl SegmentCollector for SegmentSurvey {
    type Fruit = tantivy::Result<Findings>;

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

    fn harvest(self) -> Self::Fruit {
        let mut counts = BTreeMap::new();
        for facet in self.facets {
            counts.insert(facet.field, facet.named()?);
        }
        let verdicts = self.verdicts.map(|verdicts| verdicts.named()).transpose()?.unwrap_or_default();
        Ok(Findings { best: self.best.into_vec(), total: self.total, counts, verdicts })
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

    /// The counts by value instead of ordinal.
    fn named(&self) -> tantivy::Result<BTreeMap<String, usize>> {
        let mut named = BTreeMap::new();
        for (ordinal, &pages) in self.pages.iter().enumerate().filter(|&(_, &pages)| pages > 0) {
            let mut value = String::new();
            let found = self.column.ord_to_str(ordinal as u64, &mut value).map_err(TantivyError::from)?;
            if found {
                named.insert(value, pages);
            }
        }
        Ok(named)
    }
}
