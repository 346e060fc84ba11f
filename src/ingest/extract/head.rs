//! The head of a page: what stands before the title, and between the title and the first paragraph.
//!
//! In: the open lines, the title, the breadcrumb. Out: cuts. Before a title everything that is no prose is the site's;
//! behind it only what is chrome by form. The walk stops at the first paragraph.

use super::breadcrumbs::{PROSE_ABOVE, Trail};
use super::disclaimer::length_at;
use super::line::Line;
use super::page::{Cut, Open};
use super::title::Title;
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;

/// Lines that the head of a page can have.
const HEAD_LINES: usize = 80;

/// Longest line, and longest run of such lines, that goes because chrome stands above and below it: names, places, tags.
const MOST_ENCLOSED_UNITS: usize = 4;
const MOST_ENCLOSED_LINES: usize = 4;
/// Fewest lines of a head that is so much chrome.
const LEAST_CHROME_LINES: usize = 3;

/// Cuts what stands above the title and the breadcrumb.
pub(super) fn above_title(open: &Open<'_, '_>, title: &Title, trail: Option<&Trail>) -> Vec<Cut> {
    let trail_start = trail.map_or(0, |trail| trail.lines.start);
    let end = title.line.unwrap_or(0).max(trail_start);
    let above = open.get(..end).unwrap_or_default();
    let prose_above_trail = open.iter().take(trail_start).filter(|line| line.is_solid()).count();
    let mut cuts = Vec::new();
    let mut notice_end = 0;
    for (index, line) in above.iter().enumerate() {
        let notice = length_at(open, index);
        notice_end = notice_end.max(index + notice);
        let is_title = Some(index) == title.line || line.key() == title.key;
        let in_trail = trail.is_some_and(|trail| trail.lines.contains(&index));
        if is_title || in_trail {
            continue;
        }
        if index < notice_end {
            cuts.push(Cut::new(index, Reason::Disclaimer, "notice above the title"));
        } else if let Some((reason, rule)) = line.at_edge() {
            cuts.push(Cut::new(index, *reason, rule.to_string()));
        } else if !line.is_solid() {
            cuts.push(Cut::new(index, Reason::Navigation, "above the title"));
        } else if index < trail_start && prose_above_trail <= PROSE_ABOVE {
            cuts.push(Cut::new(index, Reason::Header, "above the breadcrumb"));
        } else {
            break;
        }
    }
    cuts
}

/// Cuts chrome between the title and the first paragraph.
pub(super) fn below_title(open: &Open<'_, '_>) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut index = 0;
    while let Some(line) = open.get(index).filter(|_| index < HEAD_LINES) {
        let notice = length_at(open, index);
        if notice > 0 {
            cuts.extend(
                (index..index + notice).map(|line| Cut::new(line, Reason::Disclaimer, "notice before the text")),
            );
        } else if let Some((reason, rule)) = line.at_edge().filter(|_| !line.is_numbered()) {
            cuts.push(Cut::new(index, *reason, rule.to_string()));
        } else if line.is_solid() {
            break;
        } else if line.is(Role::TrailEnd) && open.get(index + 1).is_some_and(|next| next.is_solid()) {
            cuts.push(Cut::new(index, Reason::Breadcrumb, "word for the article"));
        }
        index += notice.max(1);
    }
    if cuts.len() >= LEAST_CHROME_LINES {
        cuts.extend(enclosed(open, &cuts));
    }
    cuts
}

/// Cuts of short lines between lines of chrome.
fn enclosed(open: &Open<'_, '_>, cuts: &[Cut]) -> Vec<Cut> {
    let pairs = cuts.iter().zip(cuts.iter().skip(1));
    let runs =
        pairs.filter(|(above, below)| (2..=MOST_ENCLOSED_LINES + 1).contains(&(below.line.saturating_sub(above.line))));
    let is_label = |line: &&Line<'_>| !line.is_numbered() && !line.is_solid() && line.units <= MOST_ENCLOSED_UNITS;
    let runs = runs
        .filter(|(above, below)| open.get(above.line + 1..below.line).is_some_and(|lines| lines.iter().all(is_label)));
    let lines = runs.flat_map(|(above, below)| (above.line + 1..below.line).map(|line| (line, above.reason)));
    lines.map(|(line, reason)| Cut::new(line, reason, "between lines of chrome")).collect()
}
