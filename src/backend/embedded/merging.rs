//! Which segments become one: few of them make searches fast, and writing pages anew as seldom as can be makes runs fast.
//!
//! While a run puts pages, segments of like size are merged where they are many. Once it publishes, the smallest are merged
//! until there are [`MAX_SEGMENTS`] at most. A segment that is not [`GROWTH`] times as large as what is merged already goes
//! along: so every page is written anew a few times as the index grows, not at every run. Many pages become two segments,
//! which are merged at the same time; very many, one after the other, since a merge holds some bytes of each page and term.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::SegmentMeta;
use tantivy::index::SegmentId;
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy};

/// Segments after a run, at most.
const MAX_SEGMENTS: usize = 4;
/// 10,000 runs of one page each write every page 25 times; with 2 it would be 41 times, with 1, 145.
const GROWTH: u64 = 3;
/// So many segments of like size become one while pages are put: they cost memory maps and not much else until the end,
/// and to merge them writes every page anew once more.
const MANY: usize = 32;
/// So many segments, of so many pages, are merged by two threads: what a long run leaves behind.
const SEGMENTS_OF_TWO: usize = 2 * MAX_SEGMENTS;
const PAGES_OF_TWO: u64 = 50_000;
/// More pages than these are not merged by two threads at the same time.
const PAGES_AT_ONCE: u64 = 400_000;
/// A segment with a larger share of deleted documents is merged: deleted ones still distort BM25 statistics.
const MAX_DELETED_SHARE: f32 = 0.3;

/// The policy of a revision.
#[derive(Debug, Clone)]
pub(super) struct FewSegments {
    as_they_come: LogMergePolicy,
    is_publishing: Arc<AtomicBool>,
    /// What is merged once another merge has ended.
    next: Arc<Mutex<Vec<SegmentId>>>,
}

impl FewSegments {
    /// As while pages are put; from when the flag is set, as at the end.
    pub(super) fn until(is_publishing: &Arc<AtomicBool>) -> Self {
        let mut as_they_come = LogMergePolicy::default();
        as_they_come.set_min_num_segments(MANY);
        as_they_come.set_del_docs_ratio_before_merge(MAX_DELETED_SHARE);
        Self { as_they_come, is_publishing: Arc::clone(is_publishing), next: Arc::default() }
    }

    /// What was put off, when all of it is there still.
    fn take_next(&self, segments: &[SegmentMeta]) -> Option<MergeCandidate> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = |id: &SegmentId| segments.iter().any(|segment| segment.id() == *id);
        (!next.is_empty() && next.iter().all(is_there)).then(|| MergeCandidate(std::mem::take(&mut next)))
    }
}

impl MergePolicy for FewSegments {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let candidates = self.as_they_come.compute_merge_candidates(segments);
        if !candidates.is_empty() || !self.is_publishing.load(Ordering::SeqCst) {
            return candidates;
        }
        if let Some(next) = self.take_next(segments) {
            return vec![next];
        }
        let mut by_size: Vec<&SegmentMeta> = segments.iter().collect();
        by_size.sort_by_key(|segment| (Reverse(segment.num_docs()), segment.id()));
        let sizes: Vec<u64> = by_size.iter().map(|segment| u64::from(segment.num_docs())).collect();
        let first = first_merged(&sizes);
        let ids: Vec<_> = by_size.into_iter().skip(first).map(SegmentMeta::id).collect();
        let parts = parts(sizes.get(first..).unwrap_or_default(), MAX_SEGMENTS - first.min(MAX_SEGMENTS));
        let part = |part: Vec<usize>| part.iter().filter_map(|at| ids.get(*at).copied()).collect();
        let mut parts: Vec<Vec<SegmentId>> = parts.into_iter().map(part).collect();
        if sizes.iter().skip(first).sum::<u64>() > PAGES_AT_ONCE && parts.len() > 1 {
            *self.next.lock().unwrap_or_else(PoisonError::into_inner) = parts.pop().unwrap_or_default();
        }
        parts.into_iter().map(MergeCandidate).collect()
    }
}

/// Which of the segments of these sizes, the largest first, become one, and which another one, where there is room for two
/// and it is worth it; none, when there are none.
fn parts(sizes: &[u64], room: usize) -> Vec<Vec<usize>> {
    let pages: u64 = sizes.iter().sum();
    if room < 2 || sizes.len() < SEGMENTS_OF_TWO || pages < PAGES_OF_TWO {
        return if sizes.is_empty() { vec![] } else { vec![(0..sizes.len()).collect()] };
    }
    let mut parts = [(0, vec![]), (0, vec![])];
    for (number, size) in sizes.iter().enumerate() {
        parts.sort_unstable();
        if let Some((pages, part)) = parts.first_mut() {
            *pages += size;
            part.push(number);
        }
    }
    parts.into_iter().map(|(_, part)| part).filter(|part| part.len() > 1).collect()
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
    fn many_pages_become_two_segments_of_like_size() {
        for (name, sizes, room, expected) in [
            ("none", vec![], 4, vec![]),
            ("few pages", vec![9, 8, 7, 6, 5], 4, vec![vec![0, 1, 2, 3, 4]]),
            ("no room", vec![90_000; 8], 1, vec![(0..8).collect()]),
            ("few segments", vec![90_000; 5], 4, vec![(0..5).collect()]),
            ("alike", [[90_000, 80_000, 70_000, 60_000]; 2].concat(), 4, vec![vec![0, 3, 4, 7], vec![1, 2, 5, 6]]),
            ("one is large", vec![90_000, 7, 6, 5, 4, 3, 2, 1], 2, vec![(1..8).collect()]),
        ] {
            let mut parts = parts(&sizes, room);
            parts.sort();
            assert_eq!(parts, expected, "{name}");
        }
    }

    #[test]
    fn pages_are_written_anew_a_few_times_only() {
        for (runs, segments, pages, most) in [(10_000, 1, 1, 30), (10_000, 1, 20_000, 30), (100, 10, 20_000, 10)] {
            let (mut sizes, mut written): (Vec<u64>, u64) = (vec![], 0);
            for _ in 0..runs {
                sizes.extend(vec![pages; segments]);
                sizes.sort_by_key(|&size| Reverse(size));
                let first = first_merged(&sizes);
                let old = sizes.split_off(first);
                let parts = parts(&old, MAX_SEGMENTS - first.min(MAX_SEGMENTS));
                let merged: Vec<u64> = parts.iter().map(|part| part.iter().map(|at| old[*at]).sum()).collect();
                written += merged.iter().sum::<u64>();
                let alone = (0..old.len()).filter(|at| parts.iter().all(|part| !part.contains(at))).map(|at| old[at]);
                sizes.extend(merged.into_iter().chain(alone));
            }
            let all = runs * segments as u64 * pages;
            assert_eq!(sizes.iter().sum::<u64>(), all);
            assert!(sizes.len() <= MAX_SEGMENTS, "{sizes:?}");
            assert!(written < most * all, "{written} pages written for {all}");
        }
    }
}
