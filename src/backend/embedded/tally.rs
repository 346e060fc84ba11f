//! How many pages have each value of a facet, over all segments.
//!
//! A segment counts its values by their ordinals, which mean something else in every segment. They are put together by keys,
//! hashes of the values, and names are read of the values that are asked for only. The keys of a segment are kept once
//! they were wanted: it never changes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::columnar::{RowId, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader};

use crate::model::plan::{FacetField, MAX_FACET_VALUES};

/// All keys of a segment are read when so many times fewer are wanted of them, or more.
const SPARSE: usize = 16;

/// So many values are all named: several of them may be one clinic, which is counted as one.
pub(super) const FEW_VALUES: usize = 512;

/// Pages for each value of one facet in one segment, by the value's ordinal.
pub(super) struct FacetTally {
    pub(super) field: FacetField,
    segment: SegmentId,
    column: StrColumn,
    pages: Vec<u32>,
    // Room that is used again: pages that have a value, the rows of their values, and these.
    having: Vec<DocId>,
    rows: Vec<RowId>,
    read: Vec<u64>,
}

/// A value in one segment.
#[derive(Debug, Clone, Copy)]
struct Counted {
    ordinal: u64,
    key: u64,
    pages: u32,
}

/// The keys of the values of segments, by ordinal, as far as they were wanted.
#[derive(Default)]
pub(super) struct FacetKeys(Mutex<KeysByPlace>);

type KeysByPlace = HashMap<(SegmentId, FacetField), Arc<[u64]>>;

impl FacetTally {
    /// Nothing counted yet; `None` where no page of the segment has a value.
    pub(super) fn of(field: FacetField, reader: &SegmentReader) -> tantivy::Result<Option<Self>> {
        let column = reader.fast_fields().str(field.name())?;
        let segment = reader.segment_id();
        Ok(column.map(|column| {
            let pages = vec![0; column.num_terms()];
            Self { field, segment, column, pages, having: vec![], rows: vec![], read: vec![] }
        }))
    }

    /// Counts the values of pages, which ascend.
    pub(super) fn count(&mut self, pages: &[DocId]) {
        let ordinals = self.column.ords();
        self.having.clear();
        self.rows.clear();
        ordinals.index.docids_to_rowids(pages, &mut self.having, &mut self.rows);
        self.read.clear();
        self.read.resize(self.rows.len(), 0);
        ordinals.values.get_vals(&self.rows, &mut self.read);
        for &ordinal in &self.read {
            if let Some(pages) = usize::try_from(ordinal).ok().and_then(|at| self.pages.get_mut(at)) {
                *pages += 1;
            }
        }
    }

    fn seen(&self) -> impl Iterator<Item = (u64, u32)> {
        (0..).zip(self.pages.iter().copied()).filter(|&(_, pages)| pages > 0)
    }

    /// The values that were seen, in order.
    fn counted(&self, keys: &FacetKeys) -> tantivy::Result<Vec<Counted>> {
        let seen = self.seen().count();
        if seen * SPARSE < self.pages.len() {
            let ordinals: Vec<u64> = self.seen().map(|(ordinal, _)| ordinal).collect();
            let read = self.keys_of(&ordinals)?.into_iter().zip(self.seen());
            return Ok(read.map(|(key, (ordinal, pages))| Counted { ordinal, key, pages }).collect());
        }
        let keys = keys.of(self)?;
        let seen = keys.iter().zip(0..).zip(&self.pages).filter(|&(_, &pages)| pages > 0);
        Ok(seen.map(|((&key, ordinal), &pages)| Counted { ordinal, key, pages }).collect())
    }

    /// The keys of ascending ordinals, in one pass over the dictionary.
    fn keys_of(&self, ordinals: &[u64]) -> tantivy::Result<Vec<u64>> {
        let mut keys = Vec::with_capacity(ordinals.len());
        self.column.dictionary().sorted_ords_to_term_cb(ordinals, |value| keys.push(key_of(value)))?;
        Ok(keys)
    }

    /// The values of ascending ordinals, likewise.
    fn values(&self, ordinals: &[u64]) -> tantivy::Result<Vec<String>> {
        values_of(&self.column, ordinals)
    }
}

impl FacetKeys {
    fn of(&self, tally: &FacetTally) -> tantivy::Result<Arc<[u64]>> {
        let place = (tally.segment, tally.field);
        if let Some(keys) = self.held().get(&place) {
            return Ok(Arc::clone(keys));
        }
        let all: Vec<u64> = (0..tally.pages.len() as u64).collect();
        let keys: Arc<[u64]> = tally.keys_of(&all)?.into();
        self.held().insert(place, Arc::clone(&keys));
        Ok(keys)
    }

    /// Forgets the segments that are not among these.
    pub(super) fn retain(&self, segments: &[SegmentReader]) {
        self.held().retain(|(segment, _), _| segments.iter().any(|reader| reader.segment_id() == *segment));
    }

    fn held(&self) -> MutexGuard<'_, KeysByPlace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The values of a column, by ordinal.
pub(super) fn all_values(column: &StrColumn) -> tantivy::Result<Vec<String>> {
    let ordinals: Vec<u64> = (0..column.num_terms() as u64).collect();
    values_of(column, &ordinals)
}

/// The values of ascending ordinals, in one pass over the dictionary.
fn values_of(column: &StrColumn, ordinals: &[u64]) -> tantivy::Result<Vec<String>> {
    let mut values = Vec::with_capacity(ordinals.len());
    let dictionary = column.dictionary();
    dictionary.sorted_ords_to_term_cb(ordinals, |value| values.push(String::from_utf8_lossy(value).into_owned()))?;
    Ok(values)
}

fn key_of(value: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(value);
    hasher.finish()
}

/// All values over all segments where there are few; else the [`MAX_FACET_VALUES`] most frequent, of equal ones the first by
/// name. Which they are does not depend on what segment a page is in.
pub(super) fn most_frequent(tallies: &[FacetTally], keys: &FacetKeys) -> tantivy::Result<BTreeMap<String, usize>> {
    let counted: Vec<Vec<Counted>> = match tallies {
        [only] => vec![only.seen().map(|(ordinal, pages)| Counted { ordinal, key: ordinal, pages }).collect()],
        several => several.iter().map(|tally| tally.counted(keys)).collect::<tantivy::Result<_>>()?,
    };
    let mut pages: FxHashMap<u64, usize> = FxHashMap::default();
    for value in counted.iter().flatten() {
        *pages.entry(value.key).or_default() += usize::try_from(value.pages).unwrap_or(usize::MAX);
    }
    let are_few = pages.len() <= FEW_VALUES;
    let least = if are_few { 0 } else { least_of_best(pages.values().copied().collect()) };
    let mut named = BTreeMap::new();
    let mut taken: FxHashSet<u64> = FxHashSet::default();
    for (tally, counted) in tallies.iter().zip(&counted) {
        // Of equally frequent ones the first of every segment: the first of all are among them.
        let mut ties = 0;
        let chosen: Vec<&Counted> = counted
            .iter()
            .filter(|value| {
                let pages = pages.get(&value.key).copied().unwrap_or(0);
                ties += usize::from(pages == least);
                pages > least || (pages == least && ties <= MAX_FACET_VALUES)
            })
            .filter(|value| taken.insert(value.key))
            .collect();
        let ordinals: Vec<u64> = chosen.iter().map(|value| value.ordinal).collect();
        let count = |value: &&Counted| pages.get(&value.key).copied().unwrap_or(0);
        named.extend(tally.values(&ordinals)?.into_iter().zip(chosen.iter().map(count)));
    }
    if !are_few {
        let mut all: Vec<(String, usize)> = named.into_iter().collect();
        all.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        all.truncate(MAX_FACET_VALUES);
        return Ok(all.into_iter().collect());
    }
    Ok(named)
}

/// How many pages the last of the most frequent values has.
fn least_of_best(mut pages: Vec<usize>) -> usize {
    let (_, least, _) = pages.select_nth_unstable_by_key(MAX_FACET_VALUES - 1, |&pages| Reverse(pages));
    *least
}
