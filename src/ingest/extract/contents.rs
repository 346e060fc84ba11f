//! The article's own table of contents: lines that all come again as headings further down.
//!
//! In: the open lines. Out: cuts of the list and of its heading. A list whose items do not come again is content.

use std::collections::{HashMap, HashSet};

use super::line::Line;
use super::page::{Cut, Open};
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;

/// A table of contents starts among so many lines from the top.
const HEAD_LINES: usize = 60;
/// Longest line that announces a list.
const ANNOUNCEMENT_UNITS: usize = 8;
/// Share of the text of an item that is a link, where it is nothing else.
const LINK_SHARE: f32 = 0.8;
/// Fewest items of a table of contents without a heading.
const BARE_ITEMS: usize = 3;

/// Cuts the table of contents.
pub(super) fn find(open: &Open<'_, '_>) -> Vec<Cut> {
    let keys: Vec<&str> = open.iter().map(|line| if line.is_solid() { "" } else { line.bare_key() }).collect();
    if !may_hold_list(open, &keys) {
        return Vec::new();
    }
    let mut last_seen = HashMap::new();
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| !key.is_empty()) {
        last_seen.insert(*key, index);
    }
    let returns = Returns { keys: &keys, last_seen: &last_seen };
    let mut lists = (0..open.len().min(HEAD_LINES)).filter_map(|start| {
        let is_headed = open.get(start).is_some_and(|line| !line.is_solid() && line.is(Role::Contents));
        let end = if is_headed { returns.end_below_heading(start + 1) } else { returns.end_of_bare(start) };
        let end = if is_headed { end.or_else(|| end_of_links(open, start + 1)) } else { end };
        let is_announced = !is_headed && start > 0 && open.get(start - 1).is_some_and(|line| announces(line));
        end.map(|end| start - usize::from(is_announced)..end)
    });
    let first = lists.next().unwrap_or_default();
    first.map(|line| Cut::new(line, Reason::Contents, "items come again as headings")).collect()
}

/// Whether a heading of a table of contents stands in the head of the page, or a line of the head comes again.
fn may_hold_list(open: &Open<'_, '_>, keys: &[&str]) -> bool {
    let mut head = HashSet::new();
    // One bit for each sum of length and first byte: says of most lines that they are none of the head's.
    let mut sums = [false; 256];
    let sum = |key: &str| (key.len() + usize::from(key.bytes().next().unwrap_or(0))) % 256;
    for (index, key) in keys.iter().copied().enumerate().filter(|(_, key)| !key.is_empty()) {
        if index >= HEAD_LINES {
            if sums.get(sum(key)) == Some(&true) && head.contains(key) {
                return true;
            }
            continue;
        }
        if !head.insert(key) || open.get(index).is_some_and(|line| line.is(Role::Contents)) {
            return true;
        }
        if let Some(known) = sums.get_mut(sum(key)) {
            *known = true;
        }
    }
    false
}

/// End of a list of links below a heading of contents: they lead into the page, wherever their words come again.
fn end_of_links(open: &Open<'_, '_>, start: usize) -> Option<usize> {
    let is_link = |line: &&&Line<'_>| !line.is_solid() && line.block.link_share >= LINK_SHARE;
    let length = open.get(start..)?.iter().take_while(is_link).count();
    (length > 1).then_some(start + length)
}

/// Whether a short line above a list says that a list follows: `In this guide:`.
fn announces(line: &Line<'_>) -> bool {
    !line.is_prose && line.units <= ANNOUNCEMENT_UNITS && line.text().ends_with([':', '：'])
}

/// Which lines come again further down.
struct Returns<'a> {
    keys: &'a [&'a str],
    last_seen: &'a HashMap<&'a str, usize>,
}

impl Returns<'_> {
    /// Where the line comes again for the last time.
    fn of(&self, index: usize) -> Option<usize> {
        let last = self.last_seen.get(self.keys.get(index)?).copied()?;
        (last > index).then_some(last)
    }

    /// End of a list under its heading: the lines up to the first prose, if at least half of them come again.
    fn end_below_heading(&self, start: usize) -> Option<usize> {
        let rest = self.keys.get(start..)?;
        let mut length = rest.iter().take_while(|key| !key.is_empty()).count();
        // The first heading of the article can follow the list at once.
        let is_first_heading = |length: usize| length > 1 && rest.get(length - 1) == rest.first();
        length -= usize::from(is_first_heading(length));
        let again = (start..start + length).filter(|&index| self.of(index).is_some()).count();
        (length > 1 && 2 * again >= length).then_some(start + length)
    }

    /// End of a list without a heading: lines that all come again below it, in the same order, with text between.
    fn end_of_bare(&self, start: usize) -> Option<usize> {
        let mut again: Vec<usize> = Vec::new();
        while let Some(last) =
            self.of(start + again.len()).filter(|last| again.last().is_none_or(|before| last > before))
        {
            again.push(last);
        }
        let end = start + again.len();
        let below = again.iter().all(|&last| last >= end);
        let parted = again.windows(2).any(|pair| matches!(pair, [left, right] if right - left > 1));
        (again.len() >= BARE_ITEMS && below && parted).then_some(end)
    }
}
