//! The tail of a page: related articles, notices, comments, footers, walked from the end upwards.
//!
//! In: the open lines. Out: cuts. A line is cut when its own form says so, or when a marker above it explains it: the
//! titles under "Related articles" say nothing themselves. Lines wait unexplained until a marker is met; the walk
//! stops at the first prose that no notice explains, and what still waits then is content.

use std::borrow::Cow;
use std::collections::HashSet;

use super::comments;
use super::disclaimer::{self, length_at};
use super::line::Line;
use super::page::{Cut, Open};
use super::title::Title;
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;

/// How far above a paragraph the heading of its notice or box can stand.
const BOX_LINES: usize = 4;
/// How far above a notice the end of the article can be.
const LINES_TO_END: usize = 40;
/// Longest paragraph of an author or newsletter box.
const BOX_UNITS: usize = 120;
/// Fewest words or Han characters of an average related title, under a heading that is worded loosely.
const LOOSE_ITEM_UNITS: usize = 5;
/// So many of the lines below a loosely worded heading, the nearest, say whether they are titles.
const LOOSE_ITEMS: usize = 100;
/// Fewest lines, and share of the title's words in them, of a list of titles without a heading that we know.
const TITLE_LIKE_LINES: usize = 3;
const TITLE_LIKE_SHARE: f64 = 0.34;

/// Why a line of the tail goes.
struct Verdict {
    reason: Reason,
    rule: Cow<'static, str>,
    explains_below: Below,
}

/// What a line says of the unexplained lines under it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// They are its list.
    Items(Reason),
    /// Nothing.
    Nothing,
}

/// Cuts the tail.
pub(super) fn find(open: &Open<'_, '_>, title: &Title) -> Vec<Cut> {
    let Some(first_solid) = open.iter().position(|line| line.is_solid()) else { return Vec::new() };
    let mut cuts: Vec<Cut> = Vec::new();
    let mut waiting: Vec<usize> = Vec::new();
    let mut index = open.len();
    while index > 0 {
        index -= 1;
        let Some(line) = open.get(index) else { break };
        let Some(verdict) = judge(open, index, (&waiting, first_solid)) else {
            if line.is_solid() && !is_teaser(line) {
                break;
            }
            waiting.push(index);
            continue;
        };
        match verdict.explains_below {
            Below::Items(reason) if index > first_solid => {
                cuts.extend(waiting.drain(..).map(|line| Cut::new(line, reason, format!("below: {}", verdict.rule))));
            }
            _ if !waiting.is_empty() => {
                waiting.push(index);
                continue;
            }
            _ => {}
        }
        cuts.push(Cut::new(index, verdict.reason, verdict.rule));
    }
    if let Some(list) = title_like_list(open, &waiting, title) {
        cuts.extend(list);
    }
    cuts.sort_by_key(|cut| cut.line);
    cuts
}

/// Why the line at `index` goes, given the lines that wait below it and where the page's first text stands.
fn judge(open: &Open<'_, '_>, index: usize, (waiting, first_solid): (&[usize], usize)) -> Option<Verdict> {
    let line = open.get(index)?;
    if comments::is_heading(line) {
        return Some(marker(line, Role::CommentsHeading, Reason::Comments));
    }
    if let Some(verdict) = related_heading(open, line, waiting) {
        return Some(verdict);
    }
    if length_at(open, index) > 0 {
        let rule = line.find(Role::LegalHeading).map_or("families of legal wording", |_| "heading of a legal notice");
        return Some(Verdict {
            reason: Reason::Disclaimer,
            rule: rule.into(),
            explains_below: Below::Items(Reason::Related),
        });
    }
    if line.is_prose && disclaimer::is_notice_behind_the_end(line) && is_behind_an_end(open, index, first_solid) {
        let rule = "legal wording behind the end of the article";
        return Some(Verdict { reason: Reason::Disclaimer, rule: rule.into(), explains_below: Below::Nothing });
    }
    if disclaimer::is_heading(line) && waiting.is_empty() {
        let is_last = index + 1 >= open.len();
        return is_last.then(|| marker(line, Role::LegalHeading, Reason::Disclaimer));
    }
    if let Some(verdict) = boxed(open, index, first_solid) {
        return Some(verdict);
    }
    let (reason, rule) = line.at_edge().filter(|_| !line.is_numbered())?.clone();
    let is_end = matches!(reason, Reason::Related | Reason::Tags | Reason::Share | Reason::Footer | Reason::Pagination)
        || reason == Reason::Byline && line.text().contains([')', '）']);
    let explains_below = if is_end { Below::Items(Reason::Related) } else { Below::Nothing };
    Some(Verdict { reason, rule: rule.into_owned().into(), explains_below })
}

/// Whether a line that ends an article stands above, with no text of an article in between.
fn is_behind_an_end(open: &Open<'_, '_>, index: usize, first_solid: usize) -> bool {
    let ends = [
        Role::RelatedHeading,
        Role::RelatedHeadingLoose,
        Role::Neighbour,
        Role::Tags,
        Role::CommentsHeading,
        Role::Share,
        Role::BoxHeading,
    ];
    let above = open.iter().enumerate().take(index).rev().take(LINES_TO_END);
    let mut between = above.take_while(|(_, line)| !line.is_solid() || disclaimer::is_notice_behind_the_end(line));
    let is_end = |line: &Line<'_>| !line.is_solid() && !line.is_numbered() && ends.iter().any(|&role| line.is(role));
    let end = between.find(|(_, line)| is_end(line)).map(|(end, _)| end);
    end.is_some_and(|end| first_solid < end)
}

fn marker(line: &Line<'_>, role: Role, below: Reason) -> Verdict {
    let name = line.find(role).map_or_else(String::new, |found| found.rule.name.clone());
    Verdict { reason: role.reason(), rule: name.into(), explains_below: Below::Items(below) }
}

/// The heading of a list of other articles. By its exact wording alone; by looser wording above what looks like titles.
fn related_heading(open: &Open<'_, '_>, line: &Line<'_>, waiting: &[usize]) -> Option<Verdict> {
    if line.is_solid() || line.is_numbered() {
        return None;
    }
    if line.is(Role::RelatedHeading) {
        return Some(marker(line, Role::RelatedHeading, Reason::Related));
    }
    if !line.is(Role::RelatedHeadingLoose) {
        return None;
    }
    let nearest = waiting.iter().rev().take(LOOSE_ITEMS);
    let items: Vec<usize> = nearest.filter_map(|&item| open.get(item)).map(|item| item.units).collect();
    let looks_like_titles = !items.is_empty() && items.iter().sum::<usize>() >= LOOSE_ITEM_UNITS * items.len();
    looks_like_titles.then(|| marker(line, Role::RelatedHeadingLoose, Reason::Related))
}

/// A paragraph under the heading of a notice or box that stands a few lines above, or that heading itself.
fn boxed(open: &Open<'_, '_>, index: usize, first_solid: usize) -> Option<Verdict> {
    let line = open.get(index)?;
    if !line.is_solid() {
        let is_box = line.is(Role::BoxHeading) && !line.is_numbered();
        return is_box.then(|| marker(line, Role::BoxHeading, Reason::Byline));
    }
    if line.is_row() || line.units > BOX_UNITS {
        return None;
    }
    let above = (index.saturating_sub(BOX_LINES)..index).rev();
    for heading in above {
        let Some(candidate) = open.get(heading) else { continue };
        if candidate.is_solid() {
            continue;
        }
        let reason = if first_solid >= heading {
            return None;
        } else if candidate.is(Role::BoxHeading) && !candidate.is_numbered() {
            Reason::Byline
        } else if length_at(open, heading) > 1 {
            Reason::Disclaimer
        } else {
            return None;
        };
        return Some(Verdict { reason, rule: "under the heading of a notice".into(), explains_below: Below::Nothing });
    }
    None
}

/// A related article's first words, cut off.
fn is_teaser(line: &Line<'_>) -> bool {
    !line.is_row() && line.text().trim_end_matches([']', '】', ')']).ends_with(['…']) || line.text().ends_with("...")
}

/// A list at the very end of lines that resemble the page's title, under a short heading that no rule knows.
fn title_like_list(open: &Open<'_, '_>, waiting: &[usize], title: &Title) -> Option<Vec<Cut>> {
    let (heading, items) = waiting.split_last()?;
    let heading_line = open.get(*heading)?;
    let lines: Vec<&Line<'_>> = items.iter().filter_map(|&item| open.get(item)).copied().collect();
    let words: HashSet<&str> = title.key.split(' ').collect();
    let alike = lines.iter().filter(|line| likeness(line.key(), &words, &title.key) >= TITLE_LIKE_SHARE).count();
    let plain = lines.iter().all(|line| !line.is_numbered() && !line.is_row() && line.units >= LOOSE_ITEM_UNITS);
    let is_list = lines.len() >= TITLE_LIKE_LINES && plain && 2 * alike >= lines.len();
    let is_headed = heading_line.units <= LOOSE_ITEM_UNITS + 3 && !heading_line.is_numbered();
    if !is_list || !is_headed {
        return None;
    }
    Some(waiting.iter().map(|&line| Cut::new(line, Reason::Related, "list of lines like the title")).collect())
}

/// Share of the title's words, or of its pairs of Han characters, that a line has too.
fn likeness(key: &str, words: &HashSet<&str>, title: &str) -> f64 {
    let pairs = |text: &str| -> HashSet<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    if words.len() >= 4 {
        let shared = key.split(' ').collect::<HashSet<_>>().intersection(words).count();
        return shared as f64 / words.len() as f64;
    }
    let of_title = pairs(title);
    let shared = pairs(key).intersection(&of_title).count();
    shared as f64 / of_title.len().max(1) as f64
}
