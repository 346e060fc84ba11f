//! Lines that are chrome by their own form: share buttons, page numbers, advertisements, tags, menus, footers.
//!
//! In: one line. Out: reason and rule, or nothing. Whether the line stands where it may be cut, the caller knows.

use std::borrow::Cow;

use super::bylines;
use super::line::Line;
use crate::knowledge::chrome::{Form, Match, Place, Role};
use crate::model::article::Reason;
use crate::text::normalize::is_han;
use crate::text::units::units;

/// Longest item of a menu, in words or Han characters.
const MENU_ITEM_UNITS: usize = 5;
/// Fewest items that make a line a menu.
const MENU_ITEMS: usize = 3;
/// A longer line is no menu whatever it says, in bytes.
const MENU_BYTES: usize = 4096;
/// Longest number that counts or ranks: longer ones are telephone numbers.
const MOST_LONE_DIGITS: usize = 5;
/// Longest row of buttons.
const ROW_UNITS: usize = 24;
/// Longest advertisement of one line.
const ADVERTISEMENT_UNITS: usize = 30;

/// Roles that hold for a line which is no prose, likeliest reading first.
const SHORT_ROLES: [Role; 11] = [
    Role::Pagination,
    Role::Share,
    Role::Neighbour,
    Role::Tags,
    Role::Cookie,
    Role::Footer,
    Role::Control,
    Role::Navigation,
    Role::Advertisement,
    Role::Caption,
    Role::TrailRoot,
];
/// Roles that hold for prose as well.
const PROSE_ROLES: [Role; 3] = [Role::Cookie, Role::Footer, Role::Neighbour];

/// Why a line at the head or the tail of a page is chrome.
///
/// Rules ask [`Line::at_edge`], which remembers the answer.
pub(super) fn at_edge<'r>(line: &Line<'r>) -> Option<(Reason, Cow<'r, str>)> {
    if !line.text().chars().any(char::is_alphanumeric) {
        return Some((Reason::Control, "no letters".into()));
    }
    if is_number_alone(line.text()) {
        return Some((Reason::Control, "number alone".into()));
    }
    if line.is_row_of_buttons() {
        return Some((Reason::Control, "row of buttons".into()));
    }
    if line.is_row() {
        return line.find(Role::Navigation).map(|found| (Reason::Navigation, found.rule.name.as_str().into()));
    }
    if is_signed(line) {
        return Some((Reason::Footer, "copyright sign".into()));
    }
    let roles: &[Role] = if line.is_prose { &PROSE_ROLES } else { &SHORT_ROLES };
    let speaks_plainly = |found: &&Match<'_>| !line.is_prose || is_plain_in_prose(line, found);
    let by_wording = || roles.iter().find_map(|&role| line.find(role).filter(speaks_plainly)).map(because_of);
    // Most lines match no rule at all.
    let by_wording = if line.matches().is_empty() { None } else { by_wording() };
    by_wording
        .or_else(|| bylines::rule_of(line).map(|rule| (Reason::Byline, rule)))
        .or_else(|| is_menu(line).then(|| (Reason::Navigation, "menu".into())))
        .or_else(|| is_arrowed(line).then(|| (Reason::Advertisement, "arrows".into())))
}

/// `推荐 西安 视频 直播`: Chinese needs no spaces, so that words parted by them are items.
fn is_spaced_menu(line: &Line<'_>) -> bool {
    let is_item = |item: &str| (1..=MENU_ITEM_UNITS).contains(&units(item)) && item.chars().all(is_han);
    let items: Vec<&str> = line.text().split_whitespace().collect();
    let roles = [Role::TrailRoot, Role::Navigation, Role::Control];
    let is_known = |item: &&&str| line.matches_of(item).iter().any(|found| roles.contains(&found.rule.role));
    items.len() > MENU_ITEMS && items.iter().all(|item| is_item(item)) && items.iter().filter(is_known).count() > 1
}

/// Whether wording says of a sentence what it says of a label: footers have numbers in them or say it twice, the next
/// article comes behind a colon.
fn is_plain_in_prose(line: &Line<'_>, found: &Match<'_>) -> bool {
    match found.rule.role {
        Role::Footer => found.count > 1 || line.text().contains(|c: char| c.is_ascii_digit()),
        Role::Neighbour => found.rule.form == Form::Lead || found.count > 1,
        // An article that quotes a notice is none.
        Role::Cookie => line.spoken().iter().any(|spoken| spoken.rule.role == Role::Cookie),
        _ => true,
    }
}

/// Why a line between paragraphs is chrome: only where its form is unmistakable.
///
/// `repeats` counts how often the page says the same line.
pub(super) fn anywhere<'r>(line: &Line<'r>, repeats: impl Fn() -> usize) -> Option<(Reason, Cow<'r, str>)> {
    if !line.text().chars().any(char::is_alphanumeric) {
        return Some((Reason::Control, "no letters".into()));
    }
    if line.is_row_of_buttons() {
        return Some((Reason::Control, "row of buttons".into()));
    }
    if line.is_solid() || line.is_numbered() {
        return None;
    }
    let certain = line.matches().iter().find(|found| found.rule.place == Place::Anywhere);
    if let Some(found) = certain.filter(|found| found.rule.role != Role::Advertisement || !is_described(line.text())) {
        return Some(because_of(found));
    }
    if is_arrowed(line) && !is_marked_heading(line) {
        return Some((Reason::Advertisement, "arrows".into()));
    }
    let offer = line.find(Role::Advertisement)?;
    let is_loud = line.text().contains(['!', '！', '【', '→', '☎', '👉', '🔥']) || repeats() > 1;
    is_loud.then(|| because_of(offer))
}

/// `99`, `10:44`, `(12)`: counts of buttons and ranks of lists.
fn is_number_alone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_mark = |character: char| matches!(character, '(' | ')' | '（' | '）' | '[' | ']' | ':' | '+' | ' ');
    digits > 0 && digits <= MOST_LONE_DIGITS && text.chars().all(|c| c.is_ascii_digit() || is_mark(c))
}

fn because_of<'r>(found: &Match<'r>) -> (Reason, Cow<'r, str>) {
    (found.rule.role.reason(), found.rule.name.as_str().into())
}

/// `© 2024 Some Site`.
fn is_signed(line: &Line<'_>) -> bool {
    let text = line.text();
    let has_sign = || !text.is_ascii() && text.contains(['©', 'Ⓒ']) || text.contains("(c) ") || text.contains("(C) ");
    line.units <= 45 && text.bytes().any(|byte| byte.is_ascii_digit()) && has_sign()
}

/// `Home | News | Our diaries`: items parted by marks, all short, at least one of them known from menus.
fn is_menu(line: &Line<'_>) -> bool {
    if line.is_prose || line.text().len() > MENU_BYTES {
        return false;
    }
    let items: Vec<&str> = line.text().split(['|', '｜', '·', '•', '┊', '│']).map(str::trim).collect();
    if items.len() < MENU_ITEMS {
        return is_spaced_menu(line);
    }
    let is_short =
        |item: &&str| (1..=MENU_ITEM_UNITS).contains(&units(item)) && !item.contains(|c: char| c.is_ascii_digit());
    let is_known = |item: &&str| {
        let roles = [Role::TrailRoot, Role::Navigation, Role::Control, Role::Footer];
        line.matches_of(item).iter().any(|found| roles.contains(&found.rule.role))
    };
    let known = items.iter().filter(|item| is_known(item)).count();
    known > 0 && items.iter().all(is_short) || 2 * known >= items.len()
}

/// `Ask online | Free quote | Book now`: buttons side by side, which text files show as a table of one row.
///
/// Rules ask [`Line::is_row_of_buttons`], which remembers the answer.
pub(super) fn is_row_of_buttons(line: &Line<'_>) -> bool {
    if line.units > ROW_UNITS || !line.text().contains('|') {
        return false;
    }
    let is_button = |cell: &str| {
        let roles = [Role::Control, Role::Advertisement];
        line.matches_of(cell).iter().any(|found| found.rule.form == Form::Whole && roles.contains(&found.rule.role))
    };
    line.text().split('|').all(|cell| is_button(cell.trim()))
}

/// `>>> Ask our doctor <<<`: arrows that call the reader away.
fn is_arrowed(line: &Line<'_>) -> bool {
    let text = line.text();
    let ends = [">>", "＞＞", "»»", "<<", "→→", "►►", "▶▶", "➤", "☞", "👉"];
    !line.is_solid()
        && line.units <= ADVERTISEMENT_UNITS
        && ends.iter().any(|end| text.starts_with(end) || text.ends_with(end))
}

/// `>> The price`: plain text without a better mark for headings takes arrows, in front only. What calls the reader ends
/// in one too, is loud, or says so.
fn is_marked_heading(line: &Line<'_>) -> bool {
    let text = line.text();
    let heading = text.trim_start_matches(['>', '＞', '»', '→', '►', '▶']);
    heading.len() < text.len()
        && heading.starts_with([' ', '\u{3000}'])
        && !heading.contains(['<', '>', '＞', '»', '→', '!', '！', '☎'])
        && !line.is(Role::Advertisement)
        && !line.is(Role::Neighbour)
        && !line.is(Role::Control)
}

/// `Click here to book, is what the button says`: the line tells of a call instead of calling.
fn is_described(text: &str) -> bool {
    let marks = [
        "，是",
        "，就是",
        "，指的是",
        "，意思是",
        "这几个字",
        "这句话",
        "，说的是",
        ", is what",
        ", is the",
        ", says the",
        ", reads the",
        " is what the button",
        " says the button",
    ];
    marks.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::{Block, BlockKind};

    fn judge(text: &str) -> (Option<Reason>, Option<Reason>) {
        let rules = ChromeRules::builtin();
        let line = Line::new(Block::plain(BlockKind::Paragraph, text), &rules);
        (line.at_edge().map(|(reason, _)| *reason), anywhere(&line, || 1).map(|(reason, _)| reason))
    }

    #[test]
    fn forms_and_their_counterparts() {
        let at_edges_only = |reason| (Some(reason), None);
        let everywhere = |reason| (Some(reason), Some(reason));
        for (text, expected) in [
            ("Home | Clinics | Doctors | Our diary page", at_edges_only(Reason::Navigation)),
            ("Ningbo | teeth | cheap", (None, None)),
            ("© 2024 Some Site", at_edges_only(Reason::Footer)),
            ("上一篇：大连医保政策", at_edges_only(Reason::Related)),
            ("Tags: insurance Dalian", at_edges_only(Reason::Tags)),
            ("分享到：微信 微博", at_edges_only(Reason::Share)),
            ("推荐 西安 视频 直播", at_edges_only(Reason::Navigation)),
            ("种植牙 矫正 拔牙 补牙", (None, None)),
            ("Page 2 of 3", everywhere(Reason::Pagination)),
            ("[Ad] Double eyelid from 980 yuan", everywhere(Reason::Advertisement)),
            ("* * *", everywhere(Reason::Control)),
            ("Share prices rise", (None, None)),
            ("How to book an appointment", (None, None)),
            ("Online consultation with a doctor: how it works", at_edges_only(Reason::Advertisement)),
            ("The page says that the price is 300 yuan for one tooth.", (None, None)),
            ("Advertisements of clinics", (None, None)),
            (">> Ask our doctor <<", everywhere(Reason::Advertisement)),
            (">> Come and see us!", everywhere(Reason::Advertisement)),
            (">> Travelling from another town", at_edges_only(Reason::Advertisement)),
            ("点击这里预约，是医院网站上按钮的字，点开是日历", at_edges_only(Reason::Advertisement)),
            ("点击这里预约，享受专家一对一", everywhere(Reason::Advertisement)),
            ("\"We use cookies to improve your visit.\" Everyone has clicked it away.", (None, None)),
            ("“我们使用cookie改善体验，请同意隐私政策”，这句话人人都点过。", (None, None)),
        ] {
            assert_eq!(judge(text), expected, "{text}");
        }
    }
}
