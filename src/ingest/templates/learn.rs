//! Learning: the edges of a site's pages → the lines that they share.

use std::collections::{BTreeMap, BTreeSet};

use super::edge::{Reached, Zone, walk};
use super::{LEAST_PAGES, MOST_PAGES, Shared, SiteTemplates, inside};
use crate::model::site::Edges;

/// From this many pages on a smaller share is enough: rotating boxes stand on some pages only.
const LARGE_SITE_PAGES: usize = 50;
/// Least pages, and share of them, that have a line of a small site in common.
const LEAST_SHARED_SMALL: usize = 3;
const SHARE_SMALL: f64 = 0.3;
/// The same for a large site.
const LEAST_SHARED_LARGE: usize = 15;
const SHARE_LARGE: f64 = 0.05;
/// Share of its pages on which a line is connected to the same edge.
const CONNECTED_SHARE: f64 = 0.7;
/// Share of its pages from which on a line between two texts belongs there.
const BETWEEN_TEXT_SHARE: f64 = 0.34;
/// Share of their paragraphs that two pages have in common when one is a copy of the other.
const COPY_SHARE: f64 = 0.7;

/// What the pages of a site share, of the first [`MOST_PAGES`] of them.
///
/// The order of `pages` counts only for a site of more, and for which of several copies is the one that counts.
#[must_use]
pub fn learn<'a>(pages: impl IntoIterator<Item = &'a Edges>) -> SiteTemplates {
    let pages = without_copies(pages);
    if pages.len() < LEAST_PAGES {
        return SiteTemplates::default();
    }
    let mut candidates = frequent(&pages);
    without_headings_of_text(&pages, &mut candidates);
    loop {
        let connected = connected(&pages, &candidates);
        let before = candidates.len();
        candidates.retain(|key, shared| {
            let (head, tail) = connected.get(key).copied().unwrap_or_default();
            let zone = if head > tail { Zone::Head } else { Zone::Tail };
            *shared = Shared { zone, ..*shared };
            f64::from(head.max(tail)) >= CONNECTED_SHARE * f64::from(shared.pages)
        });
        // A line that is not shared may have parted others from the edge.
        if candidates.len() == before {
            break;
        }
    }
    let inside = inside::labels(&pages).into_iter().map(|(key, pages)| (key, Shared { pages, zone: Zone::Inside }));
    candidates.extend(inside);
    SiteTemplates { pages: count(pages.len()), lines: candidates }
}

/// Drops lines that often have an article's own text right above and right below: headings, and what a site puts in
/// between paragraphs.
fn without_headings_of_text(pages: &[&Edges], candidates: &mut BTreeMap<u64, Shared>) {
    let mut between: BTreeMap<u64, u32> = BTreeMap::new();
    for edges in pages {
        let mut keys = BTreeSet::new();
        let mut run: Vec<u64> = Vec::new();
        let mut is_below_text = false;
        for line in edges.lines() {
            if candidates.contains_key(&line.key) {
                run.push(line.key);
                continue;
            }
            let is_between = is_below_text && line.is_solid;
            keys.extend(run.drain(..).filter(|_| is_between));
            is_below_text = line.is_solid;
        }
        for key in keys {
            *between.entry(key).or_default() += 1;
        }
    }
    candidates.retain(|key, shared| {
        let between = between.get(key).copied().unwrap_or(0);
        f64::from(between) < BETWEEN_TEXT_SHARE * f64::from(shared.pages)
    });
}

/// Pages that count: of copies only the first.
fn without_copies<'a>(pages: impl IntoIterator<Item = &'a Edges>) -> Vec<&'a Edges> {
    let mut counted: Vec<(&Edges, Vec<u64>)> = Vec::new();
    for edges in pages {
        let mut paragraphs: Vec<u64> = edges.lines().iter().filter(|line| line.is_solid).map(|line| line.key).collect();
        paragraphs.sort_unstable();
        paragraphs.dedup();
        if !paragraphs.is_empty() && !counted.iter().any(|(_, others)| is_copy(&paragraphs, others)) {
            counted.push((edges, paragraphs));
        }
        if counted.len() >= MOST_PAGES {
            break;
        }
    }
    counted.into_iter().map(|(edges, _)| edges).collect()
}

/// Whether two sorted sets have so much in common that one page is a copy of the other.
fn is_copy(left: &[u64], right: &[u64]) -> bool {
    let (small, large) = if left.len() < right.len() { (left, right) } else { (right, left) };
    // common / (left + right - common) >= share, solved for common.
    let least = COPY_SHARE / (1.0 + COPY_SHARE) * (small.len() + large.len()) as f64;
    let mut rest = large.iter().peekable();
    let mut missing = 0;
    for key in small {
        while rest.next_if(|other| *other < key).is_some() {}
        missing += usize::from(rest.next_if(|other| *other == key).is_none());
        if ((small.len() - missing) as f64) < least {
            return false;
        }
    }
    (small.len() as f64) >= least
}

/// Lines that enough pages have, wherever they stand.
fn frequent(pages: &[&Edges]) -> BTreeMap<u64, Shared> {
    let mut shared: BTreeMap<u64, Shared> = BTreeMap::new();
    for edges in pages {
        let keys: BTreeSet<u64> = edges.lines().iter().map(|line| line.key).filter(|key| *key != 0).collect();
        for key in keys {
            shared.entry(key).or_insert(Shared { pages: 0, zone: Zone::Tail }).pages += 1;
        }
    }
    let least = least_shared(pages.len());
    shared.retain(|_, shared| shared.pages as usize >= least);
    shared
}

/// Pages that must have a line, of `pages`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a small count")]
fn least_shared(pages: usize) -> usize {
    let (least, share) =
        if pages < LARGE_SITE_PAGES { (LEAST_SHARED_SMALL, SHARE_SMALL) } else { (LEAST_SHARED_LARGE, SHARE_LARGE) };
    least.max((share * pages as f64).ceil() as usize)
}

/// On how many pages each line is connected to the top and to the bottom, were the candidates what the site shares.
fn connected(pages: &[&Edges], candidates: &BTreeMap<u64, Shared>) -> BTreeMap<u64, (u32, u32)> {
    let mut connected: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
    for edges in pages {
        let reached = walk(edges.lines(), |line, _| candidates.contains_key(&line.key));
        let shared: BTreeSet<(u64, Zone)> = reached
            .into_iter()
            .filter_map(|reached| match reached {
                Reached::Shared(number, zone) => Some((edges.lines().get(number)?.key, zone)),
                Reached::Between(_) => None,
            })
            .collect();
        for (key, zone) in shared {
            let (head, tail) = connected.entry(key).or_default();
            match zone {
                Zone::Head => *head += 1,
                Zone::Tail | Zone::Inside => *tail += 1,
            }
        }
    }
    connected
}

fn count(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}
