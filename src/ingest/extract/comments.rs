//! Readers' comments: a heading, then who and when, what, who and when, what.
//!
//! In: the open lines. Out: cuts of the sections whose form is plain. A heading alone is left to the tail's walk.

use super::disclaimer;
use super::line::Line;
use super::page::{Cut, Open};
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;

/// Longest line that says who comments and when.
const AUTHOR_UNITS: usize = 9;
/// Most lines of one comment.
const COMMENT_LINES: usize = 4;

/// Cuts the comment sections.
pub(super) fn find(open: &Open<'_, '_>) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut index = 0;
    while index < open.len() {
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
    is_short && (line.is(Role::CommentLine) || line.day().is_some())
}

fn ends_section(line: &Line<'_>) -> bool {
    let heads_a_list = !line.is_solid() && (line.is(Role::RelatedHeading) || is_heading(line));
    heads_a_list || disclaimer::is_heading(line) || disclaimer::is_notice(line)
}
