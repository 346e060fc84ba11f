//! What is opened of an index and of its segments, and stays open.

use std::sync::OnceLock;

use tantivy::{Index, IndexReader, ReloadPolicy, SegmentOrdinal, SegmentReader, TantivyError};

use super::clinics::LookedUp;
use super::disk::Reading;
use super::held::HeldFacets;
use super::tally::FacetKeys;

/// So many blocks of each segment are kept at least where maps do not keep them: runs read from dozens of segments, each
/// thread in a block of its own.
const BLOCKS_KEPT: usize = 4;

/// A reader of `index`, which sees what was published when it is told to.
pub(super) fn reader(index: &Index, reading: Reading) -> tantivy::Result<IndexReader> {
    let mut builder = index.reader_builder().reload_policy(ReloadPolicy::Manual);
    if reading != Reading::Mapped {
        builder = builder.doc_store_cache_num_blocks(BLOCKS_KEPT.max(2 * rayon::current_num_threads()));
    }
    builder.try_into()
}

/// What questions have read of an index, for those that follow.
#[derive(Default)]
pub(super) struct Remembered {
    pub(super) facet_keys: FacetKeys,
    pub(super) held_facets: HeldFacets,
    pub(super) looked_up: LookedUp,
}

/// What is opened of each segment when it is first asked for, as long as a state of the index is held: opening a column
/// may read it whole.
pub(super) struct OfSegments<T>(Vec<OnceLock<T>>);

impl<T> OfSegments<T> {
    /// Nothing yet, of so many segments.
    pub(super) fn new(segments: usize) -> Self {
        Self((0..segments).map(|_| OnceLock::new()).collect())
    }

    /// What `open` opens of a segment.
    pub(super) fn get(
        &self,
        (segment, reader): (SegmentOrdinal, &SegmentReader),
        open: impl Fn(&SegmentReader) -> tantivy::Result<T>,
    ) -> tantivy::Result<&T> {
        let missing = || TantivyError::InvalidArgument(format!("there is no segment {segment}"));
        let place = self.0.get(segment as usize).ok_or_else(missing)?;
        if let Some(opened) = place.get() {
            return Ok(opened);
        }
        let opened = open(reader)?;
        Ok(place.get_or_init(|| opened))
    }
}
