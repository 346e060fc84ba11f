//! The safety valve: what happens when next to nothing would be left of a page.
//!
//! In: the page after all cuts. Out: whether it holds an article, holds none, or was cut too deeply. A page of menus,
//! an error page and an empty page hold none; a page whose running text is mostly gone was cut too deeply.

use super::disclaimer;
use super::line::Line;
use super::page::{Open, Page};
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;
use crate::model::block::BlockKind;

/// Running text of a page, in words or Han characters, below which nothing can be said about shares.
const JUDGED_UNITS: usize = 40;
/// Smallest share of a page's running text that cleaning may leave.
const LEAST_SHARE: f64 = 0.25;
/// Longest page that a "not found" speaks for.
const NOT_FOUND_UNITS: usize = 60;
/// One odd character in so many makes a page garbage.
const GARBAGE_PARTS: usize = 20;
/// Least text of an article without any prose: a price list, a table.
const LIST_UNITS: usize = 20;

/// What is left of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// An article.
    Article,
    /// Nothing that a reader came for.
    Nothing,
    /// Less than a page with so much text must have.
    TooLittle,
}

/// Judges what is left.
pub(super) fn judge(page: &Page<'_>) -> Rest {
    if is_garbage(page) {
        return Rest::Nothing;
    }
    let open = page.open();
    let kept: usize = prose_units(open.iter().copied());
    let lost: usize =
        page.cut().filter(|(line, reason)| is_suspicious(line, *reason)).map(|(line, _)| line.units).sum();
    if kept + lost >= JUDGED_UNITS && (kept as f64) < LEAST_SHARE * (kept + lost) as f64 {
        return Rest::TooLittle;
    }
    if says_not_found(page) || kept == 0 && !is_list(&open) { Rest::Nothing } else { Rest::Article }
}

/// Whether the bytes were no text: characters that nobody writes are more than a few.
fn is_garbage(page: &Page<'_>) -> bool {
    let texts = || page.lines().iter().map(Line::text);
    let odd_in = |text: &str| text.chars().filter(|&character| is_odd(character)).count();
    let odd: usize = texts().filter(|text| !text.is_ascii()).map(odd_in).sum();
    odd > 0 && odd > texts().map(|text| text.chars().count()).sum::<usize>() / GARBAGE_PARTS
}

fn is_odd(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Whether text was cut that might have been the article: prose that is no notice and that the markup did not hide.
fn is_suspicious(line: &Line<'_>, reason: Reason) -> bool {
    let is_certain = matches!(
        reason,
        Reason::Hidden
            | Reason::Cookie
            | Reason::TitleRepeat
            | Reason::Comments
            | Reason::Footer
            | Reason::Site
            | Reason::Template
    );
    line.is_prose && !is_certain && !disclaimer::is_notice(line) && disclaimer::families(line) == 0
}

fn prose_units<'p, 'r: 'p>(lines: impl Iterator<Item = &'p Line<'r>>) -> usize {
    lines.filter(|line| line.is_solid()).map(|line| line.units).sum()
}

fn says_not_found(page: &Page<'_>) -> bool {
    let all: usize = page.lines().iter().map(|line| line.units).sum();
    let kept: usize = page.open().iter().map(|line| line.units).sum();
    let is_title = |line: &Line<'_>, reason| reason == Reason::TitleRepeat || line.block.kind == BlockKind::Heading(1);
    let headed = || page.cut().any(|(line, reason)| is_title(line, reason) && line.is(Role::NotFound));
    all <= NOT_FOUND_UNITS && page.lines().iter().any(|line| line.is(Role::NotFound))
        || kept <= NOT_FOUND_UNITS && headed()
}

/// Whether lines without prose are an article all the same: enough of them, more than labels, and not the titles of
/// other pages.
fn is_list(open: &Open<'_, '_>) -> bool {
    let units: usize = open.iter().map(|line| line.units).sum();
    let questions = open.iter().filter(|line| line.text().ends_with(['?', '？'])).count();
    open.len() > 1 && units >= LIST_UNITS && units >= 3 * open.len() && 2 * questions < open.len()
}
