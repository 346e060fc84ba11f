//! Legal notices: disclaimers, copyright statements, reminders of the site.
//!
//! In: lines. Out: how many of them from a given one on are a notice. Evidence is counted by families of wording (no
//! responsibility, copyright, infringement, contact, deletion, ...), outside of quotation marks: an article *about*
//! disclaimers quotes them.

use super::line::Line;
use super::page::Open;
use crate::knowledge::chrome::{Form, Match, Role};

/// Families of legal wording that make a paragraph a notice whoever speaks.
const FAMILIES: usize = 3;
/// Families that suffice when the site speaks of itself, or a word like `Statement:` leads.
const FAMILIES_WITH_VOICE: usize = 2;
/// Longest paragraph of a notice.
const PARAGRAPH_UNITS: usize = 260;
/// Lines that a notice under a heading can have.
const NOTICE_LINES: usize = 8;

/// How many lines from `start` on are a legal notice; 0 when none is.
pub(super) fn length_at(open: &Open<'_, '_>, start: usize) -> usize {
    let rest = open.get(start..).unwrap_or_default();
    let Some((first, below)) = rest.split_first() else { return 0 };
    if is_notice(first) {
        return 1;
    }
    let Some(next) = below.first().filter(|next| !speaks_of(next, first)) else { return 0 };
    let under_heading = is_heading(first) && families(next) > 0;
    let under_reminder = is_reminder(first) && (is_notice(next) || is_of_the_site(next));
    let under_loose_heading = is_loose_heading(first) && is_notice(next);
    if !under_heading && !under_reminder && !under_loose_heading {
        return 0;
    }
    // A paragraph with a label of its own is judged on its own.
    let is_labelled = |line: &Line<'_>| line.matches().iter().any(|found| found.rule.form == Form::Lead);
    let belongs = |line: &Line<'_>| is_notice(line) || families(line) > 0 && !is_labelled(line) && !is_heading(line);
    let goes_on = |line: &&&Line<'_>| line.units <= PARAGRAPH_UNITS && belongs(line);
    1 + below.iter().take(NOTICE_LINES).take_while(goes_on).count()
}

/// Whether a line is the heading of a notice, by its exact wording.
pub(super) fn is_heading(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.is(Role::LegalHeading)
}

fn is_reminder(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.is(Role::LegalReminder)
}

fn is_loose_heading(line: &Line<'_>) -> bool {
    !line.is_solid() && !line.is_numbered() && line.is(Role::LegalHeadingLoose)
}

/// Whether a line is a notice on its own evidence.
pub(super) fn is_notice(line: &Line<'_>) -> bool {
    if line.units > PARAGRAPH_UNITS || line.is_row() || line.is_numbered() {
        return false;
    }
    let matches = line.spoken();
    let families = families(line);
    let has_voice = matches.iter().any(|found| matches!(found.rule.role, Role::LegalVoice | Role::SiteVoice));
    families >= FAMILIES || families >= FAMILIES_WITH_VOICE && has_voice
}

/// Whether a paragraph behind the article's end is a notice: one family of wording will do there.
pub(super) fn is_notice_behind_the_end(line: &Line<'_>) -> bool {
    let matches = line.spoken();
    let has_voice = matches.iter().any(|found| matches!(found.rule.role, Role::LegalVoice | Role::SiteVoice));
    !line.is_row() && line.units <= PARAGRAPH_UNITS && has_voice && count_families(matches) > 0
}

/// Whether some legal wording comes from the site itself.
fn is_of_the_site(line: &Line<'_>) -> bool {
    let matches = line.spoken();
    count_families(matches) > 0 && matches.iter().any(|found| found.rule.role == Role::SiteVoice)
}

/// Whether a paragraph explains its heading: "The disclaimer says ...".
fn speaks_of(line: &Line<'_>, heading: &Line<'_>) -> bool {
    let heading = heading.key();
    !heading.is_empty() && line.key().contains(heading) && !line.key().starts_with(heading)
}

/// Whether a line says that users upload the articles.
pub(super) fn tells_of_uploads(line: &Line<'_>) -> bool {
    line.spoken().iter().any(|found| found.rule.role == Role::UserSubmitted)
}

/// How many families of legal wording a line shows.
pub(super) fn families(line: &Line<'_>) -> usize {
    count_families(line.spoken()) + usize::from(has_mail_address(line.text()))
}

/// Whether a line tells where to write: articles seldom do, notices often.
fn has_mail_address(text: &str) -> bool {
    let around = |at: usize| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + 1..).and_then(|tail| tail.chars().next());
        [before, after].into_iter().all(|character| character.is_some_and(|c| c.is_ascii_alphanumeric()))
    };
    text.match_indices('@').any(|(at, _)| around(at))
}

fn count_families(matches: &[Match<'_>]) -> usize {
    matches.iter().filter(|found| matches!(found.rule.role, Role::Legal | Role::UserSubmitted)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::{Block, BlockKind};

    #[test]
    fn notices() {
        let rules = ChromeRules::builtin();
        let upload = "Stories here are contributed by readers; we bear no responsibility for them.";
        for (name, lines, expected) in [
            ("known heading", vec!["Disclaimer", upload], 2),
            ("no heading", vec![upload], 1),
            ("unknown heading", vec!["Our rules", upload], 0),
            ("weak text under a heading", vec!["Disclaimer", "Pictures are illustrative."], 2),
            (
                "reminder of the site",
                vec!["Friendly tips", "Results vary from person to person. This page is no advice."],
                2,
            ),
            (
                "reminder of the article",
                vec!["Friendly tips", "Results vary from person to person. Choose carefully."],
                0,
            ),
            ("take-down", vec!["Is this a violation of your rights? Write to us and the text will be removed."], 1),
            ("Chinese", vec!["本文由网友上传，版权归作者所有，如有侵权请联系我们删除。"], 1),
            ("content", vec!["Tips", "Wash the wound with clean water twice a day."], 0),
            ("price", vec!["以上价格仅供参考，以医院实际收费为准。"], 0),
            ("explained", vec!["Disclaimer", "A disclaimer means that the site assumes no responsibility."], 0),
            (
                "quoted",
                vec!["\"Copyright belongs to the author, contact us to delete\" is what sites say to readers."],
                0,
            ),
        ] {
            let lines: Vec<Line<'_>> =
                lines.iter().map(|text| Line::new(Block::plain(BlockKind::Paragraph, *text), &rules)).collect();
            let open: Vec<&Line<'_>> = lines.iter().collect();
            assert_eq!(length_at(&open, 0), expected, "{name}");
        }
    }
}
