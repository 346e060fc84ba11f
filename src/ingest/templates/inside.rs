//! Labels between paragraphs: tool rows, calls and hotlines that a site puts into its articles.
//!
//! In: the edges of a site's pages that differ. Out: the keys of lines that go wherever they stand. Articles share lines
//! of their own: "Summary", "Costs". A heading stands between two texts; what a site puts in stands anywhere, between
//! a heading and its text as well, or says with digits and marks what no heading says.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::site::{EdgeLine, Edges};

/// Fewest pages that tell, and share of them that have the label.
const LEAST_PAGES: usize = 4;
const SHARE: f64 = 0.6;
/// Share of the pages on which another line stands above the label.
const SHARE_OF_OTHERS: f64 = 0.6;
/// Pages on which the label stands where no heading can.
const LEAST_MISPLACED: usize = 2;
/// Least length in characters of a label that gives itself away by its marks.
const LEAST_CHARACTERS: u16 = 8;
/// Labels between the texts of the pages of a site, in percent, that can be what it shares: of articles made from one
/// mould the headings are shared as well.
const MOST_SHARED_PERCENT: usize = 66;

/// What is known of a label.
#[derive(Debug, Default)]
struct Label {
    pages: BTreeSet<usize>,
    above: BTreeSet<u64>,
    misplaced: BTreeSet<usize>,
    is_marked: bool,
    is_short: bool,
}

/// The labels that go wherever they stand.
pub(super) fn labels(pages: &[&Edges]) -> BTreeMap<u64, u32> {
    if pages.len() < LEAST_PAGES {
        return BTreeMap::new();
    }
    let frequent = frequent(pages);
    let mut labels: BTreeMap<u64, Label> = BTreeMap::new();
    let (mut all, mut shared) = (0, 0);
    for (page, edges) in pages.iter().enumerate() {
        let inside = between_texts(edges.lines());
        all += inside.iter().filter(|line| !line.is_solid).count();
        shared += inside.iter().filter(|line| frequent.contains(&line.key)).count();
        let own: Vec<&EdgeLine> = inside.iter().filter(|line| !frequent.contains(&line.key)).collect();
        let mut below = 0;
        for line in inside {
            if !frequent.contains(&line.key) {
                below += 1;
                continue;
            }
            let around = Around::of(&own, below);
            let label = labels.entry(line.key).or_default();
            label.pages.insert(page);
            label.above.extend(around.above.map(|above| above.key));
            if around.is_no_place_for_a_heading() {
                label.misplaced.insert(page);
            }
            label.is_marked |= line.is_marked;
            label.is_short |= line.characters < LEAST_CHARACTERS;
        }
    }
    if shared * 100 > all * MOST_SHARED_PERCENT {
        return BTreeMap::new();
    }
    let going = labels.into_iter().filter(|(_, label)| label.goes());
    going.map(|(key, label)| (key, u32::try_from(label.pages.len()).unwrap_or(u32::MAX))).collect()
}

impl Label {
    fn goes(&self) -> bool {
        let differs = self.above.len() as f64 >= SHARE_OF_OTHERS * self.pages.len() as f64;
        let gives_itself_away = self.is_marked && !self.is_short;
        differs && (gives_itself_away || self.misplaced.len() >= LEAST_MISPLACED)
    }
}

/// The lines of an article's own around a label.
struct Around<'e> {
    above: Option<&'e EdgeLine>,
    second_above: Option<&'e EdgeLine>,
    below: Option<&'e EdgeLine>,
    second_below: Option<&'e EdgeLine>,
}

impl<'e> Around<'e> {
    /// `below` is the number of the first own line below the label.
    fn of(own: &[&'e EdgeLine], below: usize) -> Self {
        let above = |by: usize| below.checked_sub(by).and_then(|at| own.get(at)).copied();
        Self {
            above: above(1),
            second_above: above(2),
            below: own.get(below).copied(),
            second_below: own.get(below + 1).copied(),
        }
    }

    /// Between a heading and its text, or between a text and the next heading.
    fn is_no_place_for_a_heading(&self) -> bool {
        let is_text = |line: Option<&EdgeLine>| line.is_some_and(|line| line.is_solid);
        let is_heading = |line: Option<&EdgeLine>| line.is_some_and(|line| !line.is_solid);
        is_text(self.second_above) && is_heading(self.above) && is_text(self.below)
            || is_text(self.above) && is_heading(self.below) && is_text(self.second_below)
    }
}

/// Labels that enough pages have, at whatever place.
fn frequent(pages: &[&Edges]) -> BTreeSet<u64> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for edges in pages {
        let keys: BTreeSet<u64> =
            edges.lines().iter().filter(|line| line.is_label && line.key != 0).map(|line| line.key).collect();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    let least = LEAST_PAGES as f64;
    let least = least.max(SHARE * pages.len() as f64);
    counts.into_iter().filter(|(_, count)| *count as f64 >= least).map(|(key, _)| key).collect()
}

/// The lines from the first text of a page to its last.
fn between_texts(lines: &[EdgeLine]) -> &[EdgeLine] {
    let first = lines.iter().position(|line| line.is_solid);
    let last = lines.iter().rposition(|line| line.is_solid);
    first.zip(last).and_then(|(first, last)| lines.get(first..=last)).unwrap_or_default()
}
