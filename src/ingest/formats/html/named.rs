//! Chrome by name: what tags, classes, ids, roles and labels say, weighed against the prose inside.
//!
//! A page builder may call every part of an article a widget or a card: a name under which much of the page's prose
//! stands, in one element or in many, is not believed on that page.

use std::ops::Range;

use crate::knowledge::markup::{Markup, Strength};
use crate::model::article::Reason;

use super::decision::{Decider, Decision};
use super::outline::{Container, Outline};
use super::sums::Sums;
use super::tag::Tag;

/// Shares of the page's prose, in percent, above which a name is not believed.
const MAX_SHARE_SURE: usize = 45;
const MAX_SHARE_MAYBE: usize = 8;
/// Readers may write far more than the author, and a site more about its cookies: as long as so much prose is left, in
/// bytes, names of these are believed.
const MIN_PROSE_LEFT: usize = 400;

/// A claim that a container is chrome.
#[derive(Debug, Clone, Copy)]
struct Claim {
    strength: Strength,
    decision: Decision,
    /// The name behind it; nothing for a tag.
    entry: Option<usize>,
}

/// Why each line is chrome, as far as names tell. The outermost named container decides.
pub(super) fn reasons(outline: &Outline) -> Vec<Option<Decision>> {
    let sums = Sums::new(&outline.pieces, |_| true);
    let page_prose = sums.all().prose;
    let prose_of_entry = prose_by_entry(outline, &sums);
    let mut reasons = vec![None; outline.pieces.len()];
    let mut next = 0;
    while let Some(container) = outline.containers.get(next) {
        next += 1;
        if container.is_dropped {
            mark(&mut reasons, &container.pieces, Decider::Site.on(Reason::Site));
            next = container.end;
            continue;
        }
        let Some(claim) = claim(container) else { continue };
        let shared = claim.entry.and_then(|entry| prose_of_entry.get(entry)).copied().unwrap_or(0);
        if is_believed(claim, sums.of(&container.pieces).prose, shared, page_prose) {
            mark(&mut reasons, &container.pieces, claim.decision);
            next = container.end;
        }
    }
    reasons
}

/// The prose inside the outermost elements of each name.
fn prose_by_entry(outline: &Outline, sums: &Sums) -> Vec<usize> {
    let mut prose = vec![0; Markup::built_in().entry_count()];
    let mut counted_to = vec![0; prose.len()];
    for (index, container) in outline.containers.iter().enumerate() {
        let Some(entry) = claim(container).and_then(|claim| claim.entry) else { continue };
        let (Some(sum), Some(end)) = (prose.get_mut(entry), counted_to.get_mut(entry)) else { continue };
        if index >= *end {
            *sum += sums.of(&container.pieces).prose;
            *end = container.end;
        }
    }
    prose
}

fn claim(container: &Container) -> Option<Claim> {
    if container.declares_body {
        return None;
    }
    let named = container.marks.chrome.filter(|mark| mark.reason != Reason::Caption);
    let by_name = named.map(|mark| Claim {
        strength: mark.strength,
        decision: Decider::Name(container.said_in, mark.entry).on(mark.reason),
        entry: Some(mark.entry),
    });
    let by_tag = by_tag(container.tag).map(|(strength, reason)| Claim {
        strength,
        decision: Decider::Tag(container.tag).on(reason),
        entry: None,
    });
    // The tag says that it is chrome, a name that is sure may say more: `<nav class=breadcrumb>`.
    let worded = by_name.filter(|named| named.strength == Strength::Sure).map(|named| named.decision);
    by_tag.map(|tag| Claim { decision: worded.unwrap_or(tag.decision), ..tag }).or(by_name)
}

fn by_tag(tag: Tag) -> Option<(Strength, Reason)> {
    Some(match tag {
        Tag::Navigation => (Strength::Sure, Reason::Navigation),
        Tag::Footer => (Strength::Sure, Reason::Footer),
        Tag::Aside => (Strength::Sure, Reason::Sidebar),
        Tag::Control | Tag::Dialog | Tag::Form => (Strength::Sure, Reason::Control),
        Tag::Header => (Strength::Maybe, Reason::Header),
        _ => return None,
    })
}

/// `prose` stands in the element, `shared` in all elements of that name.
fn is_believed(claim: Claim, prose: usize, shared: usize, page_prose: usize) -> bool {
    let prose = prose.max(shared);
    match (claim.strength, claim.decision.reason) {
        (Strength::Sure, Reason::Comments | Reason::Cookie) if prose + MIN_PROSE_LEFT <= page_prose => true,
        (Strength::Sure, _) => prose * 100 <= page_prose * MAX_SHARE_SURE,
        (Strength::Maybe, _) => prose * 100 <= page_prose * MAX_SHARE_MAYBE,
    }
}

fn mark(reasons: &mut [Option<Decision>], range: &Range<usize>, decision: Decision) {
    if let Some(inside) = reasons.get_mut(range.clone()) {
        inside.fill(Some(decision));
    }
}
