//! All matching pages in another order than by score: by date, or by title.

use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::collect::{Scored, for_each_match};
use super::schema::{DATE, TITLE};
use crate::model::plan::Order;

/// Behind everything that has a date or a title.
const LAST: u64 = u64::MAX;
/// So many pages wait at least until those behind the window are forgotten.
const LEAST_ROOM: usize = 1_024;

/// Collects the first pages of an order.
pub(super) struct Sorted {
    /// When to stop with what was seen so far; `None`: see everything.
    pub(super) deadline: Option<Instant>,
    pub(super) order: Order,
    /// How many to keep.
    pub(super) window: usize,
}

/// The first pages, and whether time ran out before all were seen.
#[derive(Default)]
pub(super) struct First {
    pub(super) pages: Vec<Scored>,
    pub(super) is_partial: bool,
}

/// What comes first is smaller: a number, or a title where that is the order; then the id.
type Place = (u64, Option<String>, u64);

/// The first pages of a segment, and whether time ran out.
type FirstOfSegment = (Vec<(Place, Scored)>, bool);

impl Collector for Sorted {
    type Fruit = First;
    type Child = SegmentSorted;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentSorted> {
        let columns = reader.fast_fields();
        Ok(SegmentSorted {
            order: self.order,
            window: self.window,
            segment,
            ids: columns.u64("id")?,
            dates: columns.u64(DATE)?,
            titles: columns.str(TITLE)?,
            seen: Vec::new(),
            is_partial: false,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, segments: Vec<FirstOfSegment>) -> tantivy::Result<First> {
        let is_partial = segments.iter().any(|(_, is_partial)| *is_partial);
        let mut all: Vec<(Place, Scored)> = segments.into_iter().flat_map(|(pages, _)| pages).collect();
        all.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(First { pages: all.into_iter().take(self.window).map(|(_, scored)| scored).collect(), is_partial })
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<FirstOfSegment> {
        let mut sorted = self.for_segment(segment, reader)?;
        sorted.is_partial = !for_each_match((weight, reader), self.deadline, |doc, score| sorted.collect(doc, score))?;
        Ok(sorted.harvest())
    }
}

/// [`Sorted`] over one segment.
pub(super) struct SegmentSorted {
    order: Order,
    window: usize,
    segment: SegmentOrdinal,
    ids: Column<u64>,
    dates: Column<u64>,
    titles: Option<StrColumn>,
    /// Number that sorts within the segment, and the page.
    seen: Vec<(u64, Scored)>,
    is_partial: bool,
}

impl SegmentSorted {
    /// Forgets what is behind the window.
    fn keep_first(&mut self) {
        self.seen.sort_unstable_by_key(|(number, scored)| (*number, scored.id));
        self.seen.truncate(self.window);
    }

    fn number(&self, doc: DocId) -> u64 {
        let date = self.dates.first(doc).filter(|&date| date > 0);
        match self.order {
            Order::Newest => date.map_or(LAST, |date| LAST - 1 - date),
            Order::Oldest => date.unwrap_or(LAST),
            Order::Title => self.titles.as_ref().and_then(|titles| titles.ords().first(doc)).unwrap_or(LAST),
            Order::Relevance => 0,
        }
    }

    /// The title behind an ordinal; numbers of one segment mean nothing in another.
    fn place(&self, number: u64, id: u64) -> Place {
        let is_title = self.order == Order::Title && number != LAST;
        let titles = self.titles.as_ref().filter(|_| is_title);
        let mut title = String::new();
        // A title that cannot be read sorts first, and its page is still there.
        let read = titles.map(|titles| titles.ord_to_str(number, &mut title).is_ok());
        match read {
            Some(_) => (0, Some(title), id),
            None => (number, None, id),
        }
    }
}

impl SegmentCollector for SegmentSorted {
    type Fruit = FirstOfSegment;

    fn collect(&mut self, doc: DocId, score: Score) {
        let scored = Scored { score, id: self.ids.first(doc).unwrap_or(0), segment: self.segment, doc };
        self.seen.push((self.number(doc), scored));
        if self.seen.len() >= self.window.saturating_mul(2).max(LEAST_ROOM) {
            self.keep_first();
        }
    }

    fn harvest(mut self) -> FirstOfSegment {
        self.keep_first();
        let seen = std::mem::take(&mut self.seen);
        (seen.into_iter().map(|(number, scored)| (self.place(number, scored.id), scored)).collect(), self.is_partial)
    }
}
