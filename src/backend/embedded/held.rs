//! The facet values of all pages, in memory: once a process has counted so many pages that to read their values again and
//! again costs more.
//!
//! A process that answers one question reads the values of the pages that match, from the columns of each segment. One that
//! goes on answering holds them as numbers that mean the same in all segments: then counting a page is a look at a few
//! neighbouring numbers, and nothing has to be put together from segments. Some thirty bytes a page, and the names.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Searcher, SegmentOrdinal, SegmentReader};

use super::tally::{FEW_VALUES, all_values};
use crate::model::plan::{FacetField, MAX_FACET_VALUES};

/// Values are held when so many times more pages were counted than there are: reading them all costs about that.
const OFTEN: usize = 4;
/// Pages whose values are read together.
const PAGES_AT_ONCE: usize = 128;

/// What is held of one state of the index.
#[derive(Default)]
pub(super) struct HeldFacets(Mutex<OfState>);

#[derive(Default)]
struct OfState {
    /// Which state.
    generation: u64,
    /// Pages of which values were counted.
    counted: usize,
    values: Option<Arc<Values>>,
    /// How many pages have any value of a facet.
    having: HashMap<FacetField, usize>,
}

/// The facet values of all pages, by numbers.
#[derive(Default)]
pub(super) struct Values {
    /// The numbers of the values of each facet.
    fields: BTreeMap<FacetField, Range<usize>>,
    /// By number; of each facet in order.
    names: Vec<String>,
    segments: Vec<PageValues>,
}

/// The numbers of the values of the pages of a segment.
#[derive(Default)]
struct PageValues {
    /// Where the numbers of each page begin, and behind the last page where they end.
    starts: Vec<u32>,
    numbers: Vec<u32>,
    /// The values of all of its pages, and how many have each; nothing where pages were removed from it.
    totals: Option<Vec<(u32, u32)>>,
}

impl HeldFacets {
    /// The values of all pages of a state, if they are held; says so when they are to be from now on.
    pub(super) fn values(&self, searcher: &Searcher) -> tantivy::Result<Option<Arc<Values>>> {
        let pages = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
        {
            let mut state = self.of(searcher);
            if state.values.is_some() || state.counted < pages.saturating_mul(OFTEN) {
                return Ok(state.values.clone());
            }
            // Whoever asks meanwhile goes on without.
            state.counted = 0;
        }
        let values = Arc::new(Values::read(searcher)?);
        self.of(searcher).values = Some(Arc::clone(&values));
        Ok(Some(values))
    }

    /// Notes that the values of so many pages were counted.
    pub(super) fn note(&self, searcher: &Searcher, pages: usize) {
        let mut state = self.of(searcher);
        state.counted = state.counted.saturating_add(pages);
    }

    /// How many pages of a state have any value of a facet, by `count` where it is not known.
    pub(super) fn having(
        &self,
        searcher: &Searcher,
        field: FacetField,
        count: impl FnOnce() -> tantivy::Result<usize>,
    ) -> tantivy::Result<usize> {
        if let Some(&pages) = self.of(searcher).having.get(&field) {
            return Ok(pages);
        }
        let pages = count()?;
        self.of(searcher).having.insert(field, pages);
        Ok(pages)
    }

    fn of(&self, searcher: &Searcher) -> MutexGuard<'_, OfState> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = searcher.generation().generation_id();
        if state.generation != generation {
            *state = OfState { generation, ..OfState::default() };
        }
        state
    }
}

/// How many pages have each of the values that are held.
pub(super) struct Counts {
    values: Arc<Values>,
    pages: Mutex<Vec<u32>>,
}

/// The same, while the pages of a segment are counted.
pub(super) struct OfSegment {
    values: Arc<Values>,
    segment: SegmentOrdinal,
    pages: Vec<u32>,
    /// Pages to be counted, ascending.
    found: Vec<DocId>,
}

impl Counts {
    /// Nothing counted yet.
    pub(super) fn new(values: Arc<Values>) -> Self {
        Self { values, pages: Mutex::default() }
    }

    /// To count on in a segment; what was counted before goes with it where no other segment has it.
    pub(super) fn of_segment(&self, segment: SegmentOrdinal) -> OfSegment {
        let mut pages = std::mem::take(&mut *self.pages());
        pages.resize(self.values.names.len(), 0);
        OfSegment { values: Arc::clone(&self.values), segment, pages, found: vec![] }
    }

    /// Adds what was counted in a segment.
    pub(super) fn add(&self, mut of_segment: OfSegment) {
        of_segment.count();
        let mut pages = self.pages();
        if pages.is_empty() {
            *pages = of_segment.pages;
        } else {
            pages.iter_mut().zip(of_segment.pages).for_each(|(sum, pages)| *sum += pages);
        }
    }

    /// For each facet the values that are named: see [`Values::most_frequent`].
    pub(super) fn most_frequent(&self) -> BTreeMap<FacetField, BTreeMap<String, usize>> {
        self.values.most_frequent(&self.pages())
    }

    fn pages(&self) -> MutexGuard<'_, Vec<u32>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OfSegment {
    /// Takes note of pages of the segment, which ascend.
    pub(super) fn find(&mut self, pages: &[DocId]) {
        self.found.extend_from_slice(pages);
    }

    /// Counts the values of the pages that were found. Of most pages of the segment it counts those of the others: a query
    /// with a frequent word finds nearly all.
    fn count(&mut self) {
        let Self { values, segment, pages, found } = self;
        let Some(values) = values.segments.get(*segment as usize) else { return };
        let are_most = found.len() * 2 > values.starts.len();
        let Some(totals) = values.totals.as_ref().filter(|_| are_most) else {
            for &page in &*found {
                values.change(page, pages, |count| count + 1);
            }
            return;
        };
        for &(number, total) in totals {
            if let Some(count) = pages.get_mut(number as usize) {
                *count += total;
            }
        }
        let mut next = 0;
        for page in found.iter().copied().chain([values.end()]) {
            (next..page).for_each(|other| values.change(other, pages, |count| count.saturating_sub(1)));
            next = page + 1;
        }
    }
}

impl Values {
    /// The values of a page, of each facet in the order in which the page has them.
    pub(super) fn of_page(&self, segment: SegmentOrdinal, page: DocId) -> impl Iterator<Item = (FacetField, &String)> {
        let numbers = self.segments.get(segment as usize).map(|values| values.of_page(page)).unwrap_or_default();
        numbers.iter().filter_map(|&number| {
            let number = number as usize;
            let (field, _) = self.fields.iter().find(|(_, numbers)| numbers.contains(&number))?;
            Some((*field, self.names.get(number)?))
        })
    }

    /// Of counts the values of each facet that are named: all where there are few, else the [`MAX_FACET_VALUES`] most frequent,
    /// of equal ones the first by name.
    fn most_frequent(&self, counts: &[u32]) -> BTreeMap<FacetField, BTreeMap<String, usize>> {
        let named = self.fields.iter().map(|(&field, numbers)| {
            let counts = numbers.clone().zip(counts.get(numbers.clone()).unwrap_or_default().iter());
            let seen = counts.filter(|&(_, &pages)| pages > 0);
            let mut seen: Vec<(Reverse<u32>, usize)> = seen.map(|(number, &pages)| (Reverse(pages), number)).collect();
            if seen.len() > FEW_VALUES {
                seen.select_nth_unstable(MAX_FACET_VALUES);
                seen.truncate(MAX_FACET_VALUES);
            }
            let named = seen.into_iter().filter_map(|(Reverse(pages), number)| {
                Some((self.names.get(number)?.clone(), usize::try_from(pages).unwrap_or(usize::MAX)))
            });
            (field, named.collect())
        });
        named.collect()
    }

    fn read(searcher: &Searcher) -> tantivy::Result<Self> {
        let mut values = Self::default();
        let readers = searcher.segment_readers();
        let mut pages: Vec<Vec<(DocId, u32)>> = readers.iter().map(|_| vec![]).collect();
        for field in FacetField::ALL {
            let columns = readers.iter().map(|reader| reader.fast_fields().str(field.name()));
            let columns = columns.collect::<tantivy::Result<Vec<Option<StrColumn>>>>()?;
            if columns.iter().all(Option::is_none) {
                continue;
            }
            let read = columns.iter().map(|column| column.as_ref().map_or_else(|| Ok(vec![]), all_values));
            let read = read.collect::<tantivy::Result<Vec<Vec<String>>>>()?;
            let names: BTreeSet<&String> = read.iter().flatten().collect();
            let first = values.names.len();
            let numbers: HashMap<&String, u32> = names.iter().copied().zip(number(first)..).collect();
            for (((column, reader), read), pages) in columns.iter().zip(readers).zip(&read).zip(&mut pages) {
                let numbers: Vec<u32> = read.iter().filter_map(|name| numbers.get(name).copied()).collect();
                if let Some(column) = column {
                    add_values(column, reader.max_doc(), &numbers, pages);
                }
            }
            values.names.extend(names.into_iter().cloned());
            values.fields.insert(field, first..values.names.len());
        }
        let pages = pages.iter().zip(readers);
        values.segments = pages.map(|(pages, reader)| PageValues::of(pages, reader)).collect();
        Ok(values)
    }
}

/// Adds the pages and numbers of a column, the values of which have `numbers` by ordinal.
fn add_values(column: &StrColumn, max_doc: DocId, numbers: &[u32], pages: &mut Vec<(DocId, u32)>) {
    let ordinals = column.ords();
    let all: Vec<DocId> = (0..max_doc).collect();
    let (mut having, mut rows, mut read) = (vec![], vec![], vec![]);
    for docs in all.chunks(PAGES_AT_ONCE) {
        having.clear();
        rows.clear();
        ordinals.index.docids_to_rowids(docs, &mut having, &mut rows);
        read.clear();
        read.resize(rows.len(), 0);
        ordinals.values.get_vals(&rows, &mut read);
        let number = |ordinal: u64| numbers.get(usize::try_from(ordinal).ok()?).copied();
        pages.extend(having.iter().zip(&read).filter_map(|(&doc, &ordinal)| Some((doc, number(ordinal)?))));
    }
}

impl PageValues {
    /// Of the pages of a segment and their numbers; those of one page stay in order.
    fn of(pages: &[(DocId, u32)], reader: &SegmentReader) -> Self {
        let max_doc = reader.max_doc();
        let mut starts = vec![0_u32; max_doc as usize + 1];
        for (doc, _) in pages {
            if let Some(start) = starts.get_mut(*doc as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut numbers = vec![0; pages.len()];
        for &(doc, number) in pages {
            let Some(at) = next.get_mut(doc as usize) else { continue };
            if let Some(place) = numbers.get_mut(*at as usize) {
                *place = number;
            }
            *at += 1;
        }
        let totals = (!reader.has_deletes()).then(|| {
            let mut totals: FxHashMap<u32, u32> = FxHashMap::default();
            for &number in &numbers {
                *totals.entry(number).or_default() += 1;
            }
            totals.into_iter().collect()
        });
        Self { starts, numbers, totals }
    }

    /// Changes the counts of the values of a page.
    fn change(&self, page: DocId, counts: &mut [u32], change: impl Fn(u32) -> u32) {
        for &number in self.of_page(page) {
            if let Some(count) = counts.get_mut(number as usize) {
                *count = change(*count);
            }
        }
    }

    /// The number of pages, removed ones too.
    fn end(&self) -> DocId {
        number(self.starts.len().saturating_sub(1))
    }

    fn of_page(&self, page: DocId) -> &[u32] {
        let at = page as usize;
        match self.starts.get(at..at + 2) {
            Some(&[start, end]) => self.numbers.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::schema::{FAST, STRING, Schema};
    use tantivy::{Index, IndexWriter, TantivyDocument, Term};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn held_values_are_those_of_the_pages(
            pages in prop::collection::vec(prop::collection::vec(0..6_u8, 0..4), 1..40),
            removed in prop::option::of(0..40_usize),
            found in prop::collection::vec(any::<bool>(), 40),
        ) {
            let mut schema = Schema::builder();
            let name = schema.add_text_field("name", STRING);
            let fields = [FacetField::City, FacetField::Topic];
            let facets = fields.map(|field| (field, schema.add_text_field(field.name(), STRING | FAST)));
            let index = Index::create_in_ram(schema.build());
            let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, 20_000_000).unwrap();
            for (number, values) in pages.iter().enumerate() {
                let mut document = TantivyDocument::new();
                document.add_text(name, number.to_string());
                for (value, (_, field)) in values.iter().zip(facets.iter().cycle()) {
                    document.add_text(*field, format!("v{value}"));
                }
                writer.add_document(document).unwrap();
                // In two segments.
                if number == pages.len() / 2 {
                    writer.commit().unwrap();
                }
            }
            writer.commit().unwrap();
            if let Some(removed) = removed {
                writer.delete_term(Term::from_field_text(name, &removed.to_string()));
                writer.commit().unwrap();
            }
            let searcher = index.reader().unwrap().searcher();
            let values = Arc::new(Values::read(&searcher).unwrap());
            let counts = Counts::new(Arc::clone(&values));
            let mut expected: BTreeMap<FacetField, BTreeMap<String, usize>> = BTreeMap::new();
            for (ordinal, reader) in (0..).zip(searcher.segment_readers()) {
                let mut of_segment = counts.of_segment(ordinal);
                for page in reader.doc_ids_alive().filter(|page| found[*page as usize]) {
                    of_segment.find(&[page]);
                    for (field, column) in fields.iter().filter_map(|&field| {
                        Some((field, reader.fast_fields().str(field.name()).unwrap()?))
                    }) {
                        let named: Vec<String> = column.ords().values_for_doc(page).map(|at| {
                            let mut value = String::new();
                            column.ord_to_str(at, &mut value).unwrap();
                            value
                        }).collect();
                        let held = values.of_page(ordinal, page).filter(|(of, _)| *of == field);
                        prop_assert_eq!(held.map(|(_, value)| value.clone()).collect::<Vec<_>>(), named.clone());
                        for value in named {
                            *expected.entry(field).or_default().entry(value).or_default() += 1;
                        }
                    }
                }
                counts.add(of_segment);
            }
            let mut counted = counts.most_frequent();
            counted.retain(|_, values| !values.is_empty());
            prop_assert_eq!(counted, expected);
        }
    }
}
