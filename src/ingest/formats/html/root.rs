//! The element that holds the article.
//!
//! First the page's own word (`main`, `article`, names of bodies, `itemprop`), each believed only when most of the prose is
//! inside; then downwards as long as one child holds nearly all of the prose.

use crate::knowledge::markup::Strength;

use super::outline::{Container, Outline};
use super::sums::Sums;
use super::tag::Tag;

/// A way in which pages name the element of the article, and the share of prose, in percent, that it must hold.
struct Claim {
    fits: fn(&Container) -> bool,
    min_share: usize,
}

/// From the outside inwards.
const CLAIMS: [Claim; 4] = [
    Claim { fits: |container| container.tag == Tag::Main, min_share: 50 },
    Claim { fits: |container| container.tag == Tag::Article, min_share: 50 },
    Claim { fits: |container| container.marks.content == Some(Strength::Sure), min_share: 60 },
    Claim { fits: |container| container.declares_body, min_share: 50 },
];
/// One child holds nearly all of the prose, in percent.
const MIN_SHARE_OF_CHILD: usize = 90;

/// The index of the container of the article, given the weight of what is not yet known to be chrome.
pub(super) fn choose(outline: &Outline, live: &Sums) -> usize {
    let mut root = 0;
    for claim in &CLAIMS {
        root = best_claim(outline, live, root, claim).unwrap_or(root);
    }
    while let Some(child) = dominant_child(outline, live, root, MIN_SHARE_OF_CHILD) {
        root = child;
    }
    root
}

fn best_claim(outline: &Outline, live: &Sums, root: usize, claim: &Claim) -> Option<usize> {
    let end = outline.containers.get(root)?.end;
    let prose = |index: usize| outline.containers.get(index).map_or(0, |container| live.of(&container.pieces).prose);
    let candidates = (root..end).filter(|&index| outline.containers.get(index).is_some_and(claim.fits));
    // Of equal ones the outermost.
    let best = candidates.rev().max_by_key(|&index| prose(index))?;
    (prose(best) > 0 && prose(best) * 100 >= prose(root) * claim.min_share).then_some(best)
}

/// The child of `parent` that holds at least `min_share` percent of its prose.
pub(super) fn dominant_child(outline: &Outline, live: &Sums, parent: usize, min_share: usize) -> Option<usize> {
    let whole = outline.containers.get(parent)?;
    let prose = live.of(&whole.pieces).prose;
    let mut next = parent + 1;
    while next < whole.end {
        let child = outline.containers.get(next)?;
        if prose > 0 && live.of(&child.pieces).prose * 100 >= prose * min_share {
            return Some(next);
        }
        next = child.end;
    }
    None
}
