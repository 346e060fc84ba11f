//! Chrome inside the element of the article: lists of links, lines around the text, headings of what was taken out.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::article::Reason;
use crate::model::block::BlockKind;

use super::decision::{Decider, Decision};
use super::outline::{Container, Outline};
use super::root::dominant_child;
use super::sums::{Sums, Weight};
use super::tag::Tag;

/// Fewest lines between paragraphs that are the list of the heading above.
const LEAST_LIST_LINES: usize = 2;
/// An element with this share of the prose, in percent, has a tail behind it rather than a second half.
const MIN_SHARE_BEFORE_TAIL: usize = 80;
/// A tail holds at most this share of the text of the article, in percent.
const MAX_SHARE_OF_TAIL: usize = 15;
/// Lists of links with at most this share of the prose before or behind them, in percent, stand at the article's edge.
const MAX_SHARE_AT_EDGE: usize = 5;
/// Lines of a list of links are titles; in bytes, on average.
const MAX_LINK_LINE_BYTES: usize = 80;
/// So many lines, of so many bytes together, are not said twice in their order ...
const MIN_REPEATED_LINES: usize = 3;
const MIN_REPEATED_BYTES: usize = 150;
/// ... unless they are little of a long article, in percent: there the author may come back to them.
const MIN_SHARE_REPEATED: usize = 5;

/// Takes chrome out of the lines of `article`; `reasons` holds what is known of all lines of the page.
pub(super) fn prune(outline: &Outline, article: &Range<usize>, root: usize, reasons: &mut [Option<Decision>]) {
    take_repeats(outline, article, reasons);
    take_tail(outline, root, reasons);
    take_link_lists(outline, root, reasons);
    take_link_lines(outline, article, reasons);
    take_empty_headings(outline, article, reasons);
}

/// Pages hold the same text several times, for screens of several sizes: the same lines in the same order, or one line
/// twice in a row. A line that merely occurs again ("Price", a house sentence) is what the author said again.
fn take_repeats(outline: &Outline, article: &Range<usize>, reasons: &mut [Option<Decision>]) {
    let mut first_ordinals: HashMap<&str, usize> = HashMap::new();
    let mut run = Run::default();
    let mut last = "";
    let mut ordinal = 0;
    let live: Vec<usize> = article.clone().filter(|&index| reasons.get(index).is_some_and(Option::is_none)).collect();
    let bytes: usize = live.iter().filter_map(|&index| outline.pieces.get(index)).map(|piece| piece.text.len()).sum();
    let enough = MIN_REPEATED_BYTES.max(bytes * MIN_SHARE_REPEATED / 100);
    for index in live {
        let Some(piece) = outline.pieces.get(index) else { continue };
        let first = *first_ordinals.entry(&piece.text).or_insert(ordinal);
        let is_known = first < ordinal;
        let goes_on = is_known && run.last_first.is_some_and(|last_first| first == last_first + 1);
        if !goes_on {
            run.take(enough, reasons);
        }
        if is_known && piece.text == last {
            mark(reasons, &(index..index + 1), Decider::Copy.on(Reason::Repeat));
        } else if is_known {
            run.add(index, first, piece.text.len());
        }
        last = &piece.text;
        ordinal += 1;
    }
    run.take(enough, reasons);
}

/// Lines that repeat earlier lines in their order.
#[derive(Debug, Default)]
struct Run {
    lines: Vec<usize>,
    bytes: usize,
    /// Where the line that the last one repeats stood.
    last_first: Option<usize>,
}

impl Run {
    fn add(&mut self, line: usize, first: usize, bytes: usize) {
        self.lines.push(line);
        self.bytes += bytes;
        self.last_first = Some(first);
    }

    /// Ends the run; one of at least `enough` bytes goes.
    fn take(&mut self, enough: usize, reasons: &mut [Option<Decision>]) {
        let run = std::mem::take(self);
        if run.lines.len() >= MIN_REPEATED_LINES && run.bytes >= enough {
            for line in run.lines {
                mark(reasons, &(line..line + 1), Decider::Copy.on(Reason::Repeat));
            }
        }
    }
}

/// What follows the element with most of the text, when it is little: author boxes, appeals, lists of other articles.
fn take_tail(outline: &Outline, root: usize, reasons: &mut [Option<Decision>]) {
    let live = Sums::new(&outline.pieces, |index| reasons.get(index).is_some_and(Option::is_none));
    let Some(whole) = outline.containers.get(root) else { return };
    let article = live.of(&whole.pieces).own_bytes();
    let mut parent = root;
    while let Some(child) = dominant_child(outline, &live, parent, MIN_SHARE_BEFORE_TAIL) {
        let (Some(outer), Some(inner)) = (outline.containers.get(parent), outline.containers.get(child)) else {
            return;
        };
        let tail = inner.pieces.end..outer.pieces.end;
        if live.of(&tail).own_bytes() * 100 <= article * MAX_SHARE_OF_TAIL {
            mark(reasons, &tail, Decider::Tail.on(Reason::OutsideArticle));
        }
        parent = child;
    }
}

/// Lists of links before and after the prose; between paragraphs they belong to what is said.
fn take_link_lists(outline: &Outline, root: usize, reasons: &mut [Option<Decision>]) {
    let live = Sums::new(&outline.pieces, |index| reasons.get(index).is_some_and(Option::is_none));
    let Some(whole) = outline.containers.get(root) else { return };
    let edge = live.of(&whole.pieces).prose * MAX_SHARE_AT_EDGE / 100;
    let mut next = root + 1;
    while let Some(container) = outline.containers.get(next).filter(|_| next < whole.end) {
        next += 1;
        let before = live.of(&(whole.pieces.start..container.pieces.start)).prose;
        let after = live.of(&(container.pieces.end..whole.pieces.end)).prose;
        if before.min(after) <= edge && is_link_list(container, live.of(&container.pieces)) {
            mark(reasons, &container.pieces, Decider::Links.on(Reason::Related));
            next = container.end;
        }
    }
}

fn is_link_list(container: &Container, inside: Weight) -> bool {
    if matches!(container.tag, Tag::Heading(_) | Tag::Item | Tag::Paragraph) {
        return false;
    }
    let is_list =
        inside.link_share() > 0.5 && inside.mean_line() < MAX_LINK_LINE_BYTES && inside.prose * 3 < inside.bytes;
    is_list || inside.link_share() > 0.75
}

/// A short paragraph that is one link leads away from the article.
fn take_link_lines(outline: &Outline, article: &Range<usize>, reasons: &mut [Option<Decision>]) {
    for index in article.clone() {
        let (Some(piece), Some(reason)) = (outline.pieces.get(index), reasons.get_mut(index)) else { continue };
        let is_line = piece.kind == BlockKind::Paragraph && piece.text.len() < 100 && piece.link_share() > 0.9;
        if is_line {
            *reason = reason.or(Some(Decider::Links.on(Reason::Related)));
        }
    }
}

/// A heading stands for what follows it: when that went, or when nothing follows, it goes too. Above further text only a
/// list of several lines without a heading of its own takes the heading with it: a box may part a heading from its text.
fn take_empty_headings(outline: &Outline, article: &Range<usize>, reasons: &mut [Option<Decision>]) {
    let mut following = Some(Reason::OutsideArticle);
    let mut is_behind_text = true;
    let mut gone_lines = 0;
    for (piece, reason) in outline.pieces.iter().zip(reasons).take(article.end).skip(article.start).rev() {
        if reason.is_none() && piece.is_heading() {
            let goes = following.filter(|_| piece.kind != BlockKind::Heading(1));
            *reason = goes.map(|reason| Decider::Heading.on(reason));
        } else {
            gone_lines = if reason.is_some() { gone_lines + 1 } else { 0 };
            let is_bare = gone_lines >= LEAST_LIST_LINES && !piece.is_heading();
            let goes = |reason| is_whole_section(reason) && (is_behind_text || is_bare && is_list(reason));
            following = reason.map(|decision| decision.reason).filter(|&reason| goes(reason));
            is_behind_text &= reason.is_some();
        }
    }
}

/// Whether chrome of this kind has its heading with it between paragraphs too: what else stands there, advertisements
/// and bylines, may part a heading from its text.
fn is_list(reason: Reason) -> bool {
    matches!(reason, Reason::Related | Reason::Comments | Reason::Disclaimer | Reason::Share)
}

/// Whether chrome of this kind has headings of its own; other chrome stands between a heading and its text.
fn is_whole_section(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::OutsideArticle
            | Reason::Control
            | Reason::Repeat
            | Reason::Contents
            | Reason::Caption
            | Reason::Sidebar
            | Reason::Header
    )
}

/// Decides on the lines of `range` that are still open.
fn mark(reasons: &mut [Option<Decision>], range: &Range<usize>, decision: Decision) {
    for known in reasons.get_mut(range.clone()).into_iter().flatten() {
        *known = known.or(Some(decision));
    }
}

#[cfg(test)]
mod tests {
    use crate::ingest::formats;
    use crate::knowledge::sites::SiteEntry;
    use crate::model::article::Reason;
    use crate::model::block::Zone;
    use crate::model::page::{Format, Origin, Page};

    const SECTION: [&str; 3] = [
        "The clinic asks for a referral before the first visit, and keeps it on file.",
        "A second opinion costs nothing when the first doctor works in the same house.",
        "Receipts are printed on the spot; ask for one even if you pay in cash.",
    ];

    fn repeats(lines: impl IntoIterator<Item = String>) -> usize {
        let lines: Vec<String> = lines.into_iter().collect();
        let html = format!("<article><p>{}</article>", lines.join("<p>"));
        let page = Page::new(Origin::at("a.html"), Format::Html, html);
        let blocks = formats::blocks(&page, &SiteEntry::default()).unwrap().blocks;
        blocks.iter().filter(|block| block.zone == Zone::Chrome(Reason::Repeat)).count()
    }

    #[test]
    fn a_second_copy_goes_and_what_an_author_says_again_stays() {
        let own =
            |count: usize| (0..count).map(|at| format!("Step {at} of the guide tells what to bring on day {at}."));
        let section = || SECTION.map(str::to_owned);
        assert_eq!(repeats(section().into_iter().chain(own(4)).chain(section())), 3, "copy");
        assert_eq!(repeats(section().into_iter().chain(own(400)).chain(section())), 0, "little of a long article");
        assert_eq!(repeats(own(4).chain(SECTION[..2].iter().map(|line| (*line).to_owned())).chain(own(1))), 0, "once");
    }
}
