//! Whether a group still holds together when pairs in it were broken, and what of it does not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::groups::Link;
use super::pairs::{Pairs, Part};
use crate::backend::embedded::BackendError;

/// Steps up that are tried to find out whether a group still holds together.
const FEW_STEPS: usize = 1_024;
/// Steps of these that all cores share.
const STEPS_AT_ONCE: usize = 64;
/// Pages that are looked at before a part of a group is not small.
const FEW_LOOKS: usize = if cfg!(test) { 2_000 } else { 2_000_000 };

/// Which numbers are connected.
#[derive(Default)]
pub(super) struct Connected(FxHashMap<u64, u64>);

impl Connected {
    /// The least number that is connected with this one.
    pub(super) fn root(&mut self, mut id: u64) -> u64 {
        while let Some(&parent) = self.0.get(&id) {
            if let Some(&above) = self.0.get(&parent) {
                self.0.insert(id, above);
            }
            id = parent;
        }
        id
    }

    pub(super) fn join(&mut self, left: u64, right: u64) {
        let (left, right) = (self.root(left), self.root(right));
        if left != right {
            self.0.insert(left.max(right), left.min(right));
        }
    }
}

/// What of a group is not connected with the rest of it any more, when broken pairs had those `ends` in it; nothing, when
/// more than one part is too large to tell.
pub(super) fn parted_off(
    ends: &[u64],
    certain: &mut Connected,
    after: &Pairs<'_>,
) -> Result<Option<Vec<Part>>, BackendError> {
    join_above(ends, certain, after)?;
    let mut apart: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for end in ends {
        apart.entry(certain.root(*end)).or_default().push(*end);
    }
    // The part with most of the ends is mostly the one that is large.
    let mut apart: Vec<Vec<u64>> = apart.into_values().collect();
    apart.sort_by_key(Vec::len);
    let mut firsts = apart.iter().rev().filter_map(|ends| ends.first()).copied();
    let Some(main) = firsts.next() else { return Ok(Some(vec![])) };
    let (mut parts, mut large): (Vec<Part>, Option<u64>) = (vec![], None);
    for end in firsts.rev() {
        let is_in = |part: &Part| part.members.contains(&end);
        if parts.iter().any(is_in) || certain.root(end) == certain.root(main) {
            continue;
        }
        let part = after.connected(&BTreeSet::from([end]), &mut |links, looks| {
            for link in links {
                certain.join(link.0, link.1);
            }
            looks > FEW_LOOKS || certain.root(end) == certain.root(main)
        })?;
        match part {
            Some(part) => parts.push(part),
            None if certain.root(end) == certain.root(main) => (),
            None if large.is_none_or(|other| certain.root(other) == certain.root(end)) => large = Some(end),
            None => return Ok(None),
        }
    }
    if large.is_some_and(|large| certain.root(large) != certain.root(main)) {
        let part = after.connected(&BTreeSet::from([main]), &mut |_, looks| looks > FEW_LOOKS)?;
        return Ok(part.map(|part| parts.into_iter().chain([part]).collect()));
    }
    Ok(Some(parts))
}

/// Adds pairs to what is `certain`, a few steps up from `ends`, until those are connected.
fn join_above(ends: &[u64], certain: &mut Connected, after: &Pairs<'_>) -> Result<(), BackendError> {
    let apart: BTreeSet<u64> = ends.iter().map(|end| certain.root(*end)).collect();
    let mut queue: VecDeque<u64> = apart.iter().copied().collect();
    let (mut seen, mut is_one) = (apart.clone(), apart.len() < 2);
    let mut steps = FEW_STEPS;
    while !is_one && steps > 0 && !queue.is_empty() {
        let round: Vec<u64> = queue.drain(..queue.len().min(steps).min(STEPS_AT_ONCE)).collect();
        steps -= round.len();
        let found: Result<Vec<Vec<Link>>, BackendError> =
            round.par_iter().map(|id| after.page(*id)?.map_or(Ok(vec![]), |page| after.some_of(&page))).collect();
        for (left, right, _) in found?.into_iter().flatten() {
            certain.join(left, right);
            queue.extend([left, right].into_iter().filter(|id| seen.insert(*id)));
        }
        let first = ends.first().map(|end| certain.root(*end));
        is_one = apart.iter().all(|end| Some(certain.root(*end)) == first);
    }
    Ok(())
}
