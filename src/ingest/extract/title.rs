//! The title of the article, without the site's name.
//!
//! In: the open lines, the breadcrumb, the titles that the markup claims. Out: the title, and the line that says it.
//! A title is best witnessed twice: a claim and a heading, a breadcrumb and a line, a line that the page repeats.

use std::collections::HashSet;

use super::breadcrumbs::Trail;
use super::disclaimer::length_at;
use super::line::Line;
use super::page::Open;
use crate::knowledge::chrome::Role;
use crate::model::block::BlockKind;
use crate::text::normalize::{comparison_key, is_han};
use crate::text::units::units;

/// A title stands among so many lines from the top.
const HEAD_LINES: usize = 40;
/// Marks between a title and the name of the site.
const SUFFIX_MARKS: [char; 9] = ['-', '–', '—', '_', '|', '｜', '·', '»', '<'];
/// Fewest words or Han characters of what looks like a title.
const USUAL_UNITS: usize = 5;
/// The same where a character is a word.
const USUAL_HAN: usize = 8;
/// Score of a line that is certainly the title.
const CERTAIN_SCORE: usize = 10;
/// Shortest Latin word that says something.
const LATIN_WORD: usize = 4;
/// Paragraphs that a title is compared with.
const LEAD_PARAGRAPHS: usize = 3;
/// Longest name of a site, in words or Han characters.
const MOST_NAME_UNITS: usize = 6;
/// Shortest title behind a label.
const LEAST_LABELLED_UNITS: usize = 3;
/// Longest line that can be a title.
const MOST_UNITS: usize = 60;
/// The same in bytes; of a longer claim the beginning is the title.
const MAX_BYTES: usize = 512;
/// Most marks of a claimed title behind which the name of the site is looked for, the last ones.
const MAX_SUFFIXES: usize = 16;

/// The title and where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Title {
    /// The text; empty when there is none.
    pub(super) text: String,
    /// Its key.
    pub(super) key: String,
    /// The first open line that says it and is no breadcrumb.
    pub(super) line: Option<usize>,
}

/// Chooses the title of a page.
///
/// `all` are the lines of the page, those that are cut included: one of them may be the site's name alone.
pub(super) fn choose(open: &Open<'_, '_>, all: &[Line<'_>], trail: Option<&Trail>, claimed: &[String]) -> Title {
    let in_trail = |index: usize| trail.is_some_and(|trail| trail.lines.contains(&index));
    let head: Vec<(usize, &Line<'_>)> =
        open.iter().copied().enumerate().filter(|(index, _)| !in_trail(*index)).take(HEAD_LINES).collect();
    let text = claimed_and_said(&head, claimed)
        .or_else(|| trail.and_then(|trail| of_trail(&head, trail)))
        .or_else(|| sole_top_heading(open))
        .or_else(|| claimed.first().map(|title| without_known_suffix(title, claimed, (trail, all))))
        .or_else(|| likeliest(open, &head, trail))
        .unwrap_or_default();
    let said = head.iter().find(|(_, line)| line.text() == text).map(|(_, line)| without_label(line));
    let text = said.map_or_else(|| text.clone(), str::to_owned);
    let key = comparison_key(&text);
    let says =
        |line: &Line<'_>| line.key() == key || line.key().ends_with(&key) && comparison_key(without_label(line)) == key;
    let line = head.iter().find(|(_, line)| !key.is_empty() && says(line)).map(|(index, _)| *index);
    if text.len() <= MAX_BYTES {
        return Title { text, key, line };
    }
    // Its line says more than the title then, and stays in the article.
    let text = beginning(&text).to_owned();
    Title { key: comparison_key(&text), text, line }
}

/// So much of a text as a title may have, whole words where there are any.
fn beginning(text: &str) -> &str {
    let end = (0..=MAX_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let head = text.get(..end).unwrap_or_default();
    match head.rfind(' ') {
        Some(at) if at > MAX_BYTES / 2 => head.get(..at).unwrap_or(head),
        _ => head,
    }
}

/// Whether a line is too long for a title.
fn is_too_long(line: &Line<'_>) -> bool {
    line.units > MOST_UNITS || line.text().len() > MAX_BYTES
}

/// The line without a word like `Question:` in front and a button like `[copy link]` behind, where enough of it is left.
fn without_label<'l>(line: &'l Line<'_>) -> &'l str {
    let text = without_button(line);
    if !line.is(Role::TitleLabel) {
        return text;
    }
    let rest = match text.find([':', '：', '】', ']']) {
        Some(at) => text.get(at..).unwrap_or_default().trim_start_matches([':', '：', '】', ']', ' ', '\u{3000}']),
        None => text,
    };
    if units(rest) >= LEAST_LABELLED_UNITS { rest } else { text }
}

/// The line without a button in brackets at its end.
fn without_button<'l>(line: &'l Line<'_>) -> &'l str {
    let text = line.text();
    let Some(open) = text.strip_suffix([']', '】']).and_then(|inner| inner.rfind(['[', '【'])) else { return text };
    let (rest, button) = text.split_at(open);
    let is_button = line.matches_of(button).iter().any(|found| found.rule.role == Role::Control);
    if is_button && units(rest) >= LEAST_LABELLED_UNITS { rest.trim_end() } else { text }
}

/// A claimed title that a line says too, with or without the site's name behind it.
fn claimed_and_said(head: &[(usize, &Line<'_>)], claimed: &[String]) -> Option<String> {
    claimed.iter().find_map(|title| {
        let prefixes = prefixes(title);
        let said = |prefix: &&str| {
            let key = comparison_key(prefix);
            head.iter().any(|(_, line)| !key.is_empty() && line.key() == key && units(&key) >= 2)
        };
        prefixes.iter().find(|prefix| said(prefix)).map(|prefix| (*prefix).to_owned())
    })
}

/// The title with ever fewer parts behind a mark, longest first: `A - B - Site`, `A - B`, `A`.
fn prefixes(title: &str) -> Vec<&str> {
    let title = title.trim();
    let mut out = vec![title];
    let marks = title.char_indices().filter(|(_, character)| SUFFIX_MARKS.contains(character)).collect::<Vec<_>>();
    out.extend(
        marks
            .iter()
            .rev()
            .take(MAX_SUFFIXES)
            .filter_map(|(at, _)| title.get(..*at))
            .map(str::trim)
            .filter(|part| !part.is_empty()),
    );
    out
}

/// The last item of the breadcrumb, in the words of the line that says it in full.
fn of_trail(head: &[(usize, &Line<'_>)], trail: &Trail) -> Option<String> {
    let title = trail.title.as_ref()?;
    let cut = title.trim_end_matches(['.', '…']);
    let key = comparison_key(cut);
    let exact = head.iter().find(|(_, line)| line.key() == key);
    let begun = || head.iter().find(|(_, line)| cut.len() < title.len() && line.key().starts_with(&key));
    Some(exact.or_else(begun).map_or(title.as_str(), |(_, line)| line.text()).to_owned())
}

/// The one heading of the first level, where the markup has just one.
fn sole_top_heading(open: &Open<'_, '_>) -> Option<String> {
    let mut headings = open.iter().filter(|line| line.block.kind == BlockKind::Heading(1));
    let first = headings.next()?;
    let is_sole = headings.all(|other| other.key() == first.key());
    (is_sole && !is_too_long(first)).then(|| first.text().to_owned())
}

/// A claim without the site's name, where the breadcrumb or a line of the page is that name, or another claim is the
/// bare title.
fn without_known_suffix(title: &str, claimed: &[String], (trail, all): (Option<&Trail>, &[Line<'_>])) -> String {
    let names = trail.iter().flat_map(|trail| &trail.items).map(|item| comparison_key(item));
    let names = names.chain(all.iter().filter(|line| line.units <= MOST_NAME_UNITS).map(|line| line.key().to_owned()));
    let known: HashSet<String> = names.filter(|name| !name.is_empty()).collect();
    let shortened = prefixes(title).into_iter().skip(1).find(|prefix| {
        let suffix = comparison_key(title.get(prefix.len()..).unwrap_or_default());
        let key = comparison_key(prefix);
        known.contains(&suffix) || claimed.iter().any(|other| comparison_key(other) == key)
    });
    shortened.unwrap_or(title.trim()).to_owned()
}

/// The line in front of the first prose that looks most like a title: long enough, repeated, above a byline.
fn likeliest(open: &Open<'_, '_>, head: &[(usize, &Line<'_>)], trail: Option<&Trail>) -> Option<String> {
    let after_trail =
        trail.filter(|trail| trail.leads_to_article && trail.title.is_none()).map(|trail| trail.lines.end);
    let lead = lead_words(open);
    let mut best: Option<(usize, &str)> = None;
    let mut skip_until = 0;
    let below_trail = head.iter().enumerate().filter(|(_, (index, _))| after_trail.is_none_or(|end| *index >= end));
    for (position, (index, line)) in below_trail {
        let notice = length_at(open, *index);
        skip_until = skip_until.max(index + notice);
        let is_chrome = *index < skip_until || line.at_edge().is_some() || heads_chrome(line);
        if is_chrome {
            continue;
        }
        if line.is_solid() || is_too_long(line) || line.is_numbered() && best.is_some() {
            break;
        }
        let score =
            score(open, head.get(position..).unwrap_or_default(), &lead) + usize::from(after_trail == Some(*index));
        let is_certain = best.is_some_and(|(best_score, _)| best_score >= CERTAIN_SCORE);
        if !is_certain && best.is_none_or(|(best_score, _)| score > best_score) {
            best = Some((score, line.text()));
        }
    }
    best.map(|(_, text)| text.to_owned())
}

/// How much the first of some lines of a head looks like the title.
///
/// The first line that is long enough and shares its words with the lead is as good as certain: a site's name does not,
/// and a subtitle comes second.
fn score(open: &Open<'_, '_>, head: &[(usize, &Line<'_>)], lead: &HashSet<&str>) -> usize {
    let Some(((_, line), below)) = head.split_first() else { return 0 };
    let is_long = line.units >= if line.text().is_ascii() { USUAL_UNITS } else { USUAL_HAN };
    let is_short_and_repeated = !is_long && open.iter().filter(|other| other.key() == line.key()).nth(1).is_some();
    let above_byline = below.iter().take(3).any(|(_, next)| super::bylines::rule_of(next).is_some());
    let own = words_of(line.key());
    let shares_words = 3 * own.intersection(lead).count() >= own.len().max(1);
    let is_plain = !line.text().contains(['|', '｜']);
    CERTAIN_SCORE * usize::from(is_long && shares_words && is_plain)
        + 2 * usize::from(is_long)
        + usize::from(is_short_and_repeated)
        + usize::from(shares_words)
        + usize::from(above_byline)
        + usize::from(line.block.kind == BlockKind::Heading(1))
        + usize::from(is_plain)
}

/// Longer words and pairs of Han characters in the first paragraphs.
fn lead_words<'p>(open: &Open<'p, '_>) -> HashSet<&'p str> {
    open.iter().filter(|line| line.is_prose).take(LEAD_PARAGRAPHS).flat_map(|line| words_of(line.key())).collect()
}

fn words_of(key: &str) -> HashSet<&str> {
    let latin = key.split(|c: char| c == ' ' || is_han(c)).filter(|word| word.len() >= LATIN_WORD);
    let pairs =
        key.char_indices().zip(key.chars().skip(1)).filter(|((_, left), right)| is_han(*left) && is_han(*right));
    let pairs = pairs.filter_map(|((at, left), right)| key.get(at..at + left.len_utf8() + right.len_utf8()));
    latin.chain(pairs).collect()
}

/// Whether a line heads something that is no article: related ones, comments, a notice.
fn heads_chrome(line: &Line<'_>) -> bool {
    let roles = [Role::RelatedHeading, Role::CommentsHeading, Role::LegalHeading, Role::Contents, Role::BoxHeading];
    line.units < USUAL_UNITS && roles.iter().any(|&role| line.is(role))
}

#[cfg(test)]
mod tests {
    use super::super::breadcrumbs;
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::Block;

    #[test]
    fn titles() {
        let rules = ChromeRules::builtin();
        for (name, lines, claimed, expected) in [
            (
                "site's name",
                vec!["Is it covered?", "Prose that goes on."],
                vec!["Is it covered? - News - Site"],
                "Is it covered?",
            ),
            (
                "mark in the title",
                vec!["CT - what is it?", "Prose that goes on."],
                vec!["CT - what is it? | Site"],
                "CT - what is it?",
            ),
            ("no witness", vec!["Prose that goes on."], vec!["Is it covered? - Part two"], "Is it covered? - Part two"),
            (
                "two claims",
                vec!["Prose that goes on."],
                vec!["Is it covered? - Site", "Is it covered?"],
                "Is it covered?",
            ),
            ("breadcrumb's end", vec!["Home > Is it covered?", "Prose that goes on."], vec![], "Is it covered?"),
            (
                "cut breadcrumb",
                vec!["Home > Is it cove...", "Is it covered?", "Prose that goes on."],
                vec![],
                "Is it covered?",
            ),
            ("label", vec!["Question: do braces hurt?", "Prose that goes on."], vec![], "do braces hurt?"),
            ("first line", vec!["Costs of braces", "Prose that goes on."], vec![], "Costs of braces"),
            (
                "menu before",
                vec!["Home", "Our doctors", "What braces cost in Dalian", "2024-03-01", "Prose that goes on."],
                vec![],
                "What braces cost in Dalian",
            ),
            ("repeated", vec!["Big board", "Braces", "Prose that goes on.", "Braces"], vec![], "Braces"),
            ("none", vec!["Prose that goes on.", "A heading"], vec![], ""),
        ] {
            let lines: Vec<Line<'_>> =
                lines.iter().map(|text| Line::new(Block::plain(BlockKind::Paragraph, *text), &rules)).collect();
            let open: Vec<&Line<'_>> = lines.iter().collect();
            let claimed: Vec<String> = claimed.into_iter().map(str::to_owned).collect();
            let trail = breadcrumbs::find(&open, &claimed);
            assert_eq!(choose(&open, &lines, trail.as_ref(), &claimed).text, expected, "{name}");
        }
    }

    #[test]
    fn labels_and_buttons_of_a_board_are_no_part_of_the_title() {
        let rules = ChromeRules::builtin();
        for (text, expected) in [
            ("【精华】 种牙能报销吗 [复制链接]", "种牙能报销吗"),
            ("种牙能报销吗 [浙江]", "种牙能报销吗 [浙江]"),
            ("[Sticky] What braces cost [copy link]", "What braces cost"),
        ] {
            let line = Line::new(Block::plain(BlockKind::Paragraph, text), &rules);
            assert_eq!(without_label(&line), expected, "{text}");
        }
    }
}
