//! The breadcrumb: the path from the site's home to the page, in one line or as a numbered or plain run of lines.
//!
//! In: the open lines and the titles that the markup claims. Out: which lines are the breadcrumb and what it says. A
//! breadcrumb must be confirmed: by its last item, which is the page's title elsewhere too, by the word for home, or
//! by words like "You are here". Body headings are numbered as well, and articles write `a > b`.

use std::ops::Range;

use super::disclaimer;
use super::line::Line;
use super::page::{Cut, Open};
use super::title::Title;
use crate::ingest::formats::text::without_numbering;
use crate::knowledge::chrome::Role;
use crate::model::article::Reason;
use crate::text::normalize::comparison_key;
use crate::text::units::units;

/// A breadcrumb stands among so many lines from the top.
const HEAD_LINES: usize = 30;
/// Paragraphs of the site itself that can stand above a breadcrumb: reminders, consent.
pub(super) const PROSE_ABOVE: usize = 2;
/// Longest run of lines that is one breadcrumb.
const RUN_LINES: usize = 6;
/// Longest line that is a breadcrumb.
const LINE_UNITS: usize = 100;
/// A longer line is none whatever it says, in bytes.
const LINE_BYTES: usize = 4096;
/// A last item longer than this is the article's title, not a section.
const SECTION_UNITS: usize = 4;
/// The same in Han characters.
const SECTION_HAN: usize = 7;
/// Longest site or section name, in words or Han characters.
const ITEM_UNITS: usize = 10;
/// Fewest items of a path that nothing but arrows confirms.
const LEAST_ARROWED_ITEMS: usize = 3;
/// Marks between the items, in the order in which they are tried.
const SEPARATORS: [&[char]; 4] =
    [&['>', '›', '»', '→', '＞', '⟩', '▸', '❯'], &['/', '／'], &['|', '｜', '\\', '·', '∙'], &['-', '–', '—', '_']];

/// A breadcrumb that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trail {
    /// Its lines.
    pub(super) lines: Range<usize>,
    /// Site and section, outermost first, without the words for home and without the title.
    pub(super) items: Vec<String>,
    /// The title as its last item says it.
    pub(super) title: Option<String>,
    /// Whether it must end in the page's title: `Home > News > Article`.
    pub(super) leads_to_article: bool,
}

/// The breadcrumb at the head of a page, if there is one.
pub(super) fn find(open: &Open<'_, '_>, claimed: &[String]) -> Option<Trail> {
    let mut prose_above = 0;
    for index in 0..open.len().min(HEAD_LINES) {
        let run = of_run(open, index, claimed);
        let trail =
            run.or_else(|| of_line(open, index, claimed).filter(|trail| prose_above == 0 || trail.title.is_some()));
        if trail.is_some() {
            return trail;
        }
        let line = open.get(index)?;
        prose_above += usize::from(line.is_solid() && line.at_edge().is_none() && !disclaimer::is_notice(line));
        if prose_above > PROSE_ABOVE {
            return None;
        }
    }
    None
}

/// Cuts what leads to the title once more: breadcrumbs stand above and below the article.
pub(super) fn repeats(open: &Open<'_, '_>, title: &Title) -> Vec<Cut> {
    let ends_in_title = |line: &Line<'_>| {
        let is_longer = line.units <= LINE_UNITS && line.key().len() > title.key.len();
        is_longer
            && line.key().ends_with(&title.key)
            && items_of(line.text()).is_some_and(|items| {
                (1..items.len())
                    .any(|from| comparison_key(&items.get(from..).unwrap_or_default().join(" ")) == title.key)
            })
    };
    let is_witness = units(&title.key) >= 3;
    let lines = open.iter().enumerate().filter(|(_, line)| is_witness && ends_in_title(line));
    lines.map(|(line, _)| Cut::new(line, Reason::Breadcrumb, "path to the page once more")).collect()
}

/// The breadcrumb that the markup marked as such; nothing has to confirm it.
pub(super) fn of_marked(lines: &[&Line<'_>], titles: &[&str]) -> Option<Trail> {
    let text = lines.iter().map(|line| line.text()).collect::<Vec<_>>();
    let pieces = match text.as_slice() {
        [] => return None,
        [single] => items_of(single).unwrap_or_else(|| vec![(*single).to_owned()]),
        several => several.iter().map(|item| trimmed(item).to_owned()).collect(),
    };
    let is_title = |item: &str| titles.iter().any(|title| TitleWitness::new(item).is_in(&comparison_key(title)));
    let mut trail = Trail { items: pieces, ..Trail::default() };
    if let Some(last) = trail.items.last().filter(|last| units(last) > ITEM_UNITS || is_title(last)) {
        trail.title = Some(last.clone());
        trail.items.pop();
    }
    trail
        .items
        .retain(|item| !item.is_empty() && !is_of(lines, item, Role::TrailRoot) && !is_of(lines, item, Role::TrailEnd));
    Some(trail)
}

/// Lines 1, 2, 3 ..., or lines from `Home` on, of which the last is the title that another line repeats.
fn of_run(open: &Open<'_, '_>, start: usize, claimed: &[String]) -> Option<Trail> {
    let run = open.get(start..)?;
    let numbered =
        run.iter().enumerate().take(RUN_LINES).take_while(|(index, line)| number_of(line) == Some(index + 1)).count();
    let is_rooted = run.first().is_some_and(|line| line.is(Role::TrailRoot));
    let longest = if is_rooted { run.len().min(RUN_LINES) } else { numbered };
    (2..=longest).rev().find_map(|length| {
        let (items, rest) = run.split_at_checked(length)?;
        let (last, sections) = items.split_last()?;
        let key = last.bare_key();
        // A heading of the body that comes again with its number is no title.
        let number = number_of(last);
        let is_other = |line: &Line<'_>| number.is_none() || number_of(line) != number;
        let is_title = |line: &Line<'_>| (line.key() == key || line.bare_key() == key) && is_other(line);
        let repeated = rest.iter().take(HEAD_LINES).any(|line| is_title(line));
        let confirmed = repeated || claimed.iter().any(|title| comparison_key(title).starts_with(key));
        let short = sections.iter().all(|line| !line.is_solid() && line.units <= ITEM_UNITS);
        let plausible = confirmed && short && last.units >= 3 && (is_rooted || numbered >= length);
        plausible.then(|| Trail {
            lines: start..start + length,
            items: kept(sections.iter().map(|line| trimmed(line.text()).to_owned()).collect(), open),
            title: Some(trimmed(last.text()).to_owned()),
            leads_to_article: true,
        })
    })
}

/// `Home > News > Title`, or `You are here: ...`, or whatever ends in the title of the page.
fn of_line(open: &Open<'_, '_>, index: usize, claimed: &[String]) -> Option<Trail> {
    let line = open.get(index).filter(|line| line.units <= LINE_UNITS)?;
    let lead = line.find(Role::TrailLead);
    let text = if lead.is_some() { without_lead(line.text()) } else { line.text() };
    let items = items_of(text)?;
    let (first, last) = (items.first()?, items.last()?);
    let titled_from = title_from(open, index, &items, claimed);
    let is_rooted = is_of(open, first, Role::TrailRoot);
    let ends_in_article = is_of(open, last, Role::TrailEnd) && text.contains(['>', '›', '»', '＞']);
    let is_arrowed = || leads_on(open, index, text, &items);
    let is_said = is_rooted || lead.is_some() || ends_in_article;
    let is_framed = is_said || is_arrowed();
    if titled_from.is_none() && (!is_framed || ends_like_prose(last)) {
        return None;
    }
    // A menu has the same form, but marks that a path does not use, and no title at its end.
    let may_be_menu = text.contains(['|', '｜', '·']) || line.is_row();
    let sections = items.get(..titled_from.unwrap_or(items.len() - 1))?;
    if titled_from.is_none() && may_be_menu || sections.iter().any(|item| units(item) > ITEM_UNITS) {
        return None;
    }
    let ends_in_article = ends_in_article || is_of(open, last, Role::TrailEnd);
    let section_units = if last.is_ascii() { SECTION_UNITS } else { SECTION_HAN };
    let looks_like_title = units(last) > section_units || last.ends_with(['?', '？']);
    let title = match titled_from {
        Some(from) => title_in(text, from).or_else(|| Some(last.clone())),
        None if is_said && looks_like_title && !ends_in_article => Some(last.clone()),
        None => None,
    };
    let section_as_last = (title.is_none() && !ends_in_article).then(|| last.clone());
    let items = kept(sections.iter().cloned().chain(section_as_last).collect(), open);
    Some(Trail { lines: index..index + 1, items, title, leads_to_article: true })
}

/// Whether arrows part three short names or more, above all text: a path without a word for home.
fn leads_on(open: &Open<'_, '_>, index: usize, text: &str, items: &[String]) -> bool {
    let arrows = text.chars().filter(|character| matches!(character, '>' | '›' | '»' | '→' | '＞')).count();
    let is_named = |item: &String| units(item) <= ITEM_UNITS && !item.contains(|c: char| c.is_ascii_digit());
    let is_above_text = !open.iter().take(index + 1).any(|line| line.is_solid());
    arrows + 1 >= items.len() && items.len() >= LEAST_ARROWED_ITEMS && is_above_text && items.iter().all(is_named)
}

/// The item from which on a breadcrumb says a title that is claimed, or that another line says.
fn title_from(open: &Open<'_, '_>, index: usize, items: &[String], claimed: &[String]) -> Option<usize> {
    let claimed: Vec<String> = claimed.iter().map(|title| comparison_key(title)).collect();
    let others = || open.iter().take(HEAD_LINES).enumerate().filter(|(other, _)| *other != index);
    (1..items.len()).find(|&from| {
        let end = items.get(from..).unwrap_or_default().join(" ");
        let witness = TitleWitness::new(&end);
        others().any(|(_, line)| witness.is_in(line.key())) || claimed.iter().any(|title| witness.is_in(title))
    })
}

/// The items of a line parted by one kind of mark; `None` when there are fewer than two.
fn items_of(text: &str) -> Option<Vec<String>> {
    Some(parted(text)?.into_iter().map(str::to_owned).collect())
}

/// The items between marks of the first kind that parts a line into two to eight.
fn parted(text: &str) -> Option<Vec<&str>> {
    if text.len() > LINE_BYTES {
        return None;
    }
    let mut occurs = [false; SEPARATORS.len()];
    for mark in text.chars().filter(|character| !character.is_ascii_alphanumeric() && *character != ' ') {
        for (occurs, marks) in occurs.iter_mut().zip(SEPARATORS) {
            *occurs |= marks.contains(&mark);
        }
    }
    let kinds = SEPARATORS.iter().zip(occurs).enumerate().filter(|(_, (_, occurs))| *occurs);
    let mut parted = kinds.map(|(kind, (marks, _))| split_items(text, marks, kind));
    parted.find(|items| (2..=8).contains(&items.len()))
}

/// Items between marks; ambiguous marks (`/`, `-`) count only with spaces around them, or between Han characters.
fn split_items<'a>(text: &'a str, marks: &[char], kind: usize) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices().filter(|(_, character)| marks.contains(character)) {
        let before = text.get(start..at).unwrap_or_default();
        // The shaft of an arrow: `->`, `=>`.
        let before = if kind == 0 { before.trim_end_matches(['-', '=']) } else { before };
        let after = text.get(at + mark.len_utf8()..).unwrap_or_default();
        let spaced = before.ends_with(' ') || after.starts_with(' ');
        let between_han = !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric());
        if kind == 0 || spaced || kind == 1 && between_han {
            out.push(before);
            start = at + mark.len_utf8();
        }
    }
    out.push(text.get(start..).unwrap_or_default());
    out.into_iter().map(trimmed).filter(|item| item.chars().any(char::is_alphanumeric)).collect()
}

/// The text from item `from` on, as it stands in the line.
fn title_in(text: &str, from: usize) -> Option<String> {
    let item = *parted(text)?.get(from)?;
    let start = item.as_ptr() as usize - text.as_ptr() as usize;
    Some(text.get(start..)?.trim().to_owned())
}

fn without_lead(text: &str) -> &str {
    match text.find([':', '：']) {
        Some(at) if units(text.get(..at).unwrap_or_default()) <= 8 => {
            text.get(at..).unwrap_or_default().trim_start_matches([':', '：', ' '])
        }
        _ => text,
    }
}

/// What the end of a breadcrumb says of the title: all of it, or its beginning before an ellipsis.
struct TitleWitness {
    key: String,
    is_cut: bool,
    /// A key of a word or two proves nothing.
    is_long_enough: bool,
}

impl TitleWitness {
    fn new(item: &str) -> Self {
        let whole = item.trim_end_matches(['.', '…']);
        let key = comparison_key(whole);
        Self { is_long_enough: units(&key) >= 3, key, is_cut: whole.len() < item.len() }
    }

    /// Whether `title`, a key of some words, is the title that was meant.
    fn is_in(&self, title: &str) -> bool {
        self.is_long_enough && (self.key == title || self.is_cut && title.starts_with(&self.key))
    }
}

fn ends_like_prose(item: &str) -> bool {
    item.ends_with(['。', '.', '，', ',']) || units(item) > 45
}

/// The items without words for home and for the article, and without a lead before the first.
fn kept(items: Vec<String>, open: &Open<'_, '_>) -> Vec<String> {
    let unled = items.into_iter().enumerate().map(|(index, item)| match item.split_once([':', '：']) {
        Some((_, name)) if index == 0 && !name.trim().is_empty() => name.trim().to_owned(),
        _ => item,
    });
    unled.filter(|item| !is_of(open, item, Role::TrailRoot) && !is_of(open, item, Role::TrailEnd)).collect()
}

fn is_of(lines: &[&Line<'_>], item: &str, role: Role) -> bool {
    lines.first().is_some_and(|line| line.matches_of(item).iter().any(|found| found.rule.role == role))
}

fn trimmed(item: &str) -> &str {
    without_numbering(item)
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '›' | '»' | '/' | '|' | '：' | ':' | '→'))
}

/// The number in front of a line: `2. News` → 2.
fn number_of(line: &Line<'_>) -> Option<usize> {
    let digits = line.text().find(|c: char| !c.is_ascii_digit()).and_then(|end| line.text().get(..end))?;
    if line.is_numbered() { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::{Block, BlockKind};

    fn trail(lines: &[&str]) -> Option<(Range<usize>, Vec<String>, Option<String>)> {
        let rules = ChromeRules::builtin();
        let lines: Vec<Line<'_>> =
            lines.iter().map(|text| Line::new(Block::plain(BlockKind::Paragraph, *text), &rules)).collect();
        let open: Vec<&Line<'_>> = lines.iter().collect();
        find(&open, &[]).map(|trail| (trail.lines, trail.items, trail.title))
    }

    #[test]
    fn breadcrumbs() {
        let title = "Is insurance accepted?";
        for (name, lines, expected) in [
            (
                "numbered",
                vec!["1. Site", "2. News", "3. Is insurance accepted?", title],
                (0..3, vec!["Site", "News"], Some(title)),
            ),
            ("marks", vec!["Home > News > Is insurance accepted?", title], (0..1, vec!["News"], Some(title))),
            (
                "after the title",
                vec![title, "Site / News / Is insurance accepted?"],
                (1..2, vec!["Site", "News"], Some(title)),
            ),
            ("ends in section", vec!["You are here: Site » News", title], (0..1, vec!["Site", "News"], None)),
            ("stands for the article", vec!["首页 > 资讯 > 正文", "医保能报销吗？"], (0..1, vec!["资讯"], None)),
            (
                "no spaces",
                vec!["当前位置：首页/资讯/医保能报销吗？", "医保能报销吗？"],
                (0..1, vec!["资讯"], Some("医保能报销吗？")),
            ),
            (
                "cut off",
                vec!["Site > Is insurance acc...", "Is insurance accepted at the clinic?"],
                (0..1, vec!["Site"], Some("Is insurance acc...")),
            ),
            ("arrows", vec!["Site -> Prices -> Laser", title], (0..1, vec!["Site", "Prices", "Laser"], None)),
            ("lines", vec!["Home", "News", title, title], (0..3, vec!["News"], Some(title))),
        ] {
            let (range, items, title) = trail(&lines).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((range, items.iter().map(String::as_str).collect(), title.as_deref()), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_breadcrumb() {
        for (name, lines) in [
            ("a list", vec!["1. Bring the card", "2. Bring the invoice", "3. Ask for the form"]),
            ("prose", vec!["The first line says something. It goes on.", "Home > News > Text"]),
            (
                "headings that come again",
                vec!["1. The price", "2. The exceptions", "2. The exceptions", "2. The exceptions"],
            ),
            ("menu", vec!["Home | News | Doctors", "A title of the page"]),
            ("either or", vec!["Laser and/or surgery / which one", "A title of the page"]),
        ] {
            assert_eq!(trail(&lines), None, "{name}");
        }
    }
}
