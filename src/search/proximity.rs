//! How near to each other the words of a query stand in a page, from their positions.

use super::ranking::is_han_text;
use super::weights::RankingWeights;
use crate::model::plan::Group;

/// Saturation of the number of close pairs: BM25's usual 1.2.
const PAIR_SATURATION: f32 = 1.2;

/// Rewards words that stand together in the query and in the page. Chinese pairs overlap anyway, so they earn nothing.
///
/// `matches` are the ascending positions of each group, none where the page lacks it.
pub(super) fn proximity(
    matches: &[Option<Vec<u32>>],
    (groups, idf): (&[Group], &[f32]),
    weights: &RankingWeights,
) -> f32 {
    let mut sum = 0.0;
    let neighbours = groups.windows(2).zip(matches.windows(2)).zip(idf.windows(2));
    for ((groups, matches), idf) in neighbours {
        let ([left, right], [Some(first), Some(second)], [idf_left, idf_right]) = (groups, matches, idf) else {
            continue;
        };
        if is_han_text(&left.typed) && is_han_text(&right.typed) {
            continue;
        }
        let (ordered, any) = close_pairs(first, second, weights.proximity_window);
        let saturated = |count: f32| count * (PAIR_SATURATION + 1.0) / (count + PAIR_SATURATION);
        let together = weights.proximity_ordered * saturated(ordered) + weights.proximity_unordered * saturated(any);
        sum += idf_left.min(*idf_right) * together;
    }
    sum
}

/// How many of `first` have one of `second` within `window` after them, and on either side.
fn close_pairs(first: &[u32], second: &[u32], window: u32) -> (f32, f32) {
    let (mut ordered, mut any) = (0.0, 0.0);
    for &position in first {
        let from = second.partition_point(|&other| other.saturating_add(window) < position);
        let near = second
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|&&other| other <= position.saturating_add(window));
        let mut is_near = false;
        let mut is_after = false;
        for &other in near {
            is_near |= other != position;
            is_after |= other > position;
        }
        ordered += f32::from(u8::from(is_after));
        any += f32::from(u8::from(is_near));
    }
    (ordered, any)
}

/// The largest share of the query's idf, of which there is `all`, that stands within `window` neighbouring words of the page,
/// from 0 to 1; 0 for fewer than two words. Groups without idf do not count. Of Chinese a word is a character, and two
/// groups may be pairs of one word.
///
/// A page whose one paragraph holds the whole query rather answers it than one that has its words here and there.
pub(super) fn density(matches: &[Option<Vec<u32>>], idf: &[f32], all: f32, window: u32) -> f32 {
    // One word is always near itself.
    if idf.iter().filter(|&&idf| idf > 0.0).count() < 2 {
        return 0.0;
    }
    let of_groups = matches.iter().zip(idf).enumerate();
    let mut places: Vec<(u32, usize, f32)> = of_groups
        .filter(|(_, (_, idf))| **idf > 0.0)
        .flat_map(|(group, (found, &idf))| found.iter().flatten().map(move |&position| (position, group, idf)))
        .collect();
    places.sort_unstable_by_key(|&(position, group, _)| (position, group));
    let mut inside = vec![0_u32; matches.len()];
    let (mut first, mut held, mut most) = (0, 0.0, 0.0_f32);
    for &(position, group, idf) in &places {
        let is_left = |(start, ..): &&(u32, usize, f32)| position.abs_diff(*start) >= window.max(1);
        while let Some(&(_, leaving, lost)) = places.get(first).filter(is_left) {
            first += 1;
            if let Some(count) = inside.get_mut(leaving) {
                *count -= 1;
                held -= if *count == 0 { lost } else { 0.0 };
            }
        }
        if let Some(count) = inside.get_mut(group) {
            held += if *count == 0 { idf } else { 0.0 };
            *count += 1;
        }
        most = most.max(held);
    }
    (most / all).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_densest_place() {
        let at = |positions: &[u32]| Some(positions.to_vec());
        for (name, matches, idf, expected) in [
            ("names do not count, but are of the query", vec![at(&[5]), at(&[5]), at(&[6])], vec![3.0, 0.0, 1.0], 0.8),
            ("all in one place", vec![at(&[5]), at(&[9])], vec![1.0, 3.0], 1.0),
            ("at its ends", vec![at(&[0]), at(&[14])], vec![1.0, 3.0], 1.0),
            ("too far apart: the heavier", vec![at(&[0]), at(&[15])], vec![1.0, 3.0], 0.75),
            ("the page lacks one", vec![at(&[0]), None], vec![1.0, 3.0], 0.25),
            ("often the same", vec![at(&[0, 1, 2, 3]), at(&[90])], vec![2.0, 2.0], 0.5),
            ("later in the page", vec![at(&[0, 70]), at(&[30, 71])], vec![2.0, 2.0], 1.0),
            ("one word", vec![at(&[5])], vec![3.0], 0.0),
            ("one that counts", vec![at(&[5]), at(&[6])], vec![3.0, 0.0], 0.0),
            ("none", vec![], vec![], 0.0),
        ] {
            // The group without idf weighs one elsewhere.
            let all = idf.iter().map(|&idf| if idf > 0.0 { idf } else { 1.0 }).sum();
            assert!((density(&matches, &idf, all, 15) - expected).abs() < 1e-6, "{name}");
        }
    }

    proptest! {
        #[test]
        fn as_by_trying_every_place(
            positions in prop::collection::vec(prop::collection::btree_set(0_u32..60, 0..6), 2..5),
            window in 1_u32..20,
        ) {
            let idf: Vec<f32> = (1_u8..).take(positions.len()).map(f32::from).collect();
            let matches: Vec<Option<Vec<u32>>> = positions
                .iter()
                .map(|at: &BTreeSet<u32>| (!at.is_empty()).then(|| at.iter().copied().collect()))
                .collect();
            let held = |from: u32| -> f32 {
                let is_inside = |at: &&BTreeSet<u32>| at.range(from..from + window).next().is_some();
                positions.iter().zip(&idf).filter(|(at, _)| is_inside(at)).map(|(_, idf)| idf).sum()
            };
            let all = idf.iter().sum();
            let expected = (0..60).map(held).fold(0.0, f32::max) / all;
            prop_assert!((density(&matches, &idf, all, window) - expected).abs() < 1e-5);
            for place in [0, u32::MAX] {
                prop_assert!((0.0..=1.0).contains(&density(&matches, &idf, all, place)));
            }
        }
    }
}
