//! Which segments become one: few of them make searches fast, and writing pages anew as seldom as can be makes runs fast.
//!
//! While a run puts pages, segments of like size are merged as the engine below does by itself. Once it publishes, the
//! smallest are merged until there are [`MAX_SEGMENTS`] at most. A segment that is not [`GROWTH`] times as large as what is merged
//! already goes along: so every page is written anew a few times as the index grows, not at every run.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::SegmentMeta;
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy};

/// Segments after a run, at most.
const MAX_SEGMENTS: usize = 4;
/// 10,000 runs of one page each write every page 25 times; with 2 it would be 41 times, with 1, 145.
const GROWTH: u64 = 3;
/// A segment with a larger share of deleted documents is merged: deleted ones still distort BM25 statistics.
const MAX_DELETED_SHARE: f32 = 0.3;

/// The policy of a revision.
#[derive(Debug, Clone)]
pub(super) struct FewSegments {
    as_they_come: LogMergePolicy,
    is_publishing: Arc<AtomicBool>,
}

impl FewSegments {
    /// As while pages are put; from when the flag is set, as at the end.
    pub(super) fn until(is_publishing: &Arc<AtomicBool>) -> Self {
        let mut as_they_come = LogMergePolicy::default();
        as_they_come.set_del_docs_ratio_before_merge(MAX_DELETED_SHARE);
        Self { as_they_come, is_publishing: Arc::clone(is_publishing) }
    }
}

impl MergePolicy for FewSegments {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let candidates = self.as_they_come.compute_merge_candidates(segments);
        if !candidates.is_empty() || !self.is_publishing.load(Ordering::SeqCst) {
            return candidates;
        }
        let mut by_size: Vec<&SegmentMeta> = segments.iter().collect();
        by_size.sort_by_key(|segment| (Reverse(segment.num_docs()), segment.id()));
        let sizes: Vec<u64> = by_size.iter().map(|segment| u64::from(segment.num_docs())).collect();
        let merged = by_size.into_iter().skip(first_merged(&sizes)).map(SegmentMeta::id).collect::<Vec<_>>();
        if merged.is_empty() { vec![] } else { vec![MergeCandidate(merged)] }
    }
}

/// From which on the segments of these sizes, the largest first, become one; behind the last, when none do.
fn first_merged(sizes: &[u64]) -> usize {
    if sizes.len() <= MAX_SEGMENTS {
        return sizes.len();
    }
    let mut first = MAX_SEGMENTS - 1;
    let mut pages: u64 = sizes.iter().skip(first).sum();
    while let Some(larger) = first.checked_sub(1).and_then(|at| sizes.get(at)).filter(|size| **size < GROWTH * pages) {
        pages += larger;
        first -= 1;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_become_one() {
        for (name, sizes, first) in [
            ("few", vec![9, 8, 7, 6], 4),
            ("none", vec![], 0),
            ("one more", vec![900, 500, 200, 3, 1], 3),
            ("the next is about as large", vec![900, 500, 7, 3, 1], 2),
            ("all are alike", vec![1, 1, 1, 1, 1], 0),
        ] {
            assert_eq!(first_merged(&sizes), first, "{name}");
        }
    }

    #[test]
    fn pages_are_written_anew_a_few_times_only() {
        let (mut sizes, mut written): (Vec<u64>, u64) = (vec![], 0);
        for _ in 0..10_000 {
            sizes.push(1);
            sizes.sort_by_key(|&size| Reverse(size));
            let merged: u64 = sizes.drain(first_merged(&sizes)..).sum();
            written += merged;
            sizes.extend((merged > 0).then_some(merged));
        }
        assert_eq!(sizes.iter().sum::<u64>(), 10_000);
        assert!(sizes.len() <= MAX_SEGMENTS && written < 30 * 10_000, "{written} pages written for 10000");
    }
}
