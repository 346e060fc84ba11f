//! Readers' comments: a heading, then who and when, what, who and when, what.
//!
//! In: the open lines. Out: cuts of the sections whose form is plain. A heading alone is left to the tail's walk.

use super::disclaimer;
use super::line::Line;
use super::page::{Cut, Open};
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;
use crate::text::units::units;

/// Longest line that says who comments and when.
const AUTHOR_UNITS: usize = 9;
/// Most lines of one comment.
const COMMENT_LINES: usize = 4;

/// Words of an article above a discussion.
const LEAST_ARTICLE_UNITS: usize = 40;
/// Longest paragraph of a comment in a discussion at the end of a page.
const MOST_COMMENT_UNITS: usize = 60;
/// Longest name of one who comments, and shortest comment, in words or Han characters.
const NAME_UNITS: usize = 6;
const LEAST_SAID_UNITS: usize = 3;
/// Such a discussion is at most so much of the article above it, in percent.
const MOST_SHARE_BELOW: usize = 50;

/// Cuts the comment sections.
pub(super) fn find(open: &Open<'_, '_>) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut index = 0;
    let discussion = discussion_start(open).unwrap_or(open.len());
    cuts.extend(open.iter().enumerate().skip(discussion).map(|(number, line)| match line.at_edge() {
        _ if disclaimer::is_notice(line) => Cut::new(number, Reason::Disclaimer, "families of legal wording"),
        Some((reason, rule)) if is_of_the_foot(*reason) => Cut::new(number, *reason, rule.to_string()),
        _ => Cut::new(number, Reason::Comments, "below an invitation to comment"),
    }));
    while index < discussion {
        let length = section_length(open.get(index..).unwrap_or_default());
        let lines = index..index + length;
        cuts.extend(lines.map(|line| Cut::new(line, Reason::Comments, "comment section")));
        index += length.max(1);
    }
    cuts
}

/// Whether a line heads readers' comments.
pub(super) fn is_heading(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.is(Role::CommentsHeading)
}

/// Whether a name and a colon stand before a text: `Ann: thanks!`, `Mrs Lee writes: thanks!`.
pub(super) fn is_signed(line: &Line<'_>) -> bool {
    let colon = line.text().contains(':').then(|| line.text().split_once(": ")).flatten();
    let parted = colon.or_else(|| line.text().split_once('：'));
    let is_name =
        |name: &str| (1..=NAME_UNITS).contains(&units(name)) && !name.contains(['.', '。', '，', ',', '“', '"', '《']);
    !line.is_numbered()
        && !line.is_row()
        && parted.is_some_and(|(name, said)| is_name(name) && units(said) >= LEAST_SAID_UNITS)
}

/// Where readers are invited to comment, or the buttons of a comment stand in a row, and nothing that follows is long
/// enough for an article.
fn discussion_start(open: &Open<'_, '_>) -> Option<usize> {
    let units_of =
        |lines: &Open<'_, '_>| lines.iter().filter(|line| line.is_solid()).map(|line| line.units).sum::<usize>();
    let is_said = |line: &&Line<'_>| !line.is_row() && !line.is_numbered() && line.units <= MOST_COMMENT_UNITS;
    // Upwards: what is too long or too well ordered for a comment ends the search.
    let from = open.iter().rposition(|line| !is_said(line)).map_or(0, |last| last + 1);
    let start = (from..open.len()).find(|&index| {
        let is_button = |at: usize| open.get(at).is_some_and(|line| is_button(line));
        let says = |at: usize| {
            open.get(at).is_some_and(|line| {
                is_signed(line) || is_name(line) && open.get(at + 1).is_some_and(|said| is_comment(said))
            })
        };
        open.get(index).is_some_and(|line| !line.is_solid() && line.is(Role::CommentsInvite))
            || open.get(index).is_some_and(|line| is_heading(line) && (counts(line) || says(index + 1)))
            || is_button(index) && is_button(index + 1)
    })?;
    let (above, below) = open.split_at_checked(start)?;
    let above = units_of(above);
    (above >= LEAST_ARTICLE_UNITS && units_of(below) * 100 <= above * MOST_SHARE_BELOW).then_some(start)
}

/// What stands below the comments and is none.
fn is_of_the_foot(reason: Reason) -> bool {
    matches!(reason, Reason::Related | Reason::Tags | Reason::Navigation | Reason::Advertisement | Reason::Footer)
}

/// Whether a heading says how many comments there are.
fn counts(line: &Line<'_>) -> bool {
    line.text().bytes().any(|byte| byte.is_ascii_digit())
}

/// A short line without any mark of a list: the name of one who comments, and where from.
fn is_name(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.units <= AUTHOR_UNITS && !line.is(Role::RelatedHeading)
}

/// A text that is short enough for a comment.
fn is_comment(line: &Line<'_>) -> bool {
    line.units <= MOST_COMMENT_UNITS && line.text().ends_with(['.', '!', '?', '。', '！', '？', '~', '…'])
}

fn is_button(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.is(Role::CommentButton)
}

/// Lines of the section that begins here; 0 when none does.
fn section_length(open: &[&Line<'_>]) -> usize {
    let Some((heading, below)) = open.split_first() else { return 0 };
    if !is_heading(heading) || !below.first().is_some_and(|line| is_author(line)) {
        return 0;
    }
    let mut end = 0;
    while below.get(end).is_some_and(|line| is_author(line)) {
        let after = below.get(end + 1..).unwrap_or_default();
        let next_author = after.iter().take(COMMENT_LINES + 1).position(|line| is_author(line));
        let said = after.iter().take(next_author.unwrap_or(1)).take_while(|line| !ends_section(line)).count();
        end += 1 + said;
    }
    1 + end
}

/// `user_5782 2022-06-13`, `3 days ago`, `2楼`, `Reply`.
fn is_author(line: &Line<'_>) -> bool {
    let is_short = line.units <= AUTHOR_UNITS && !line.is_solid() && !line.is_numbered();
    is_short && (line.is(Role::CommentLine) || line.is(Role::CommentButton) || line.day().is_some())
}

fn ends_section(line: &Line<'_>) -> bool {
    let heads_a_list = !line.is_solid() && (line.is(Role::RelatedHeading) || is_heading(line));
    heads_a_list || disclaimer::is_heading(line) || disclaimer::is_notice(line)
}
