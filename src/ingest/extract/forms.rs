//! Lines that are chrome by their own form: share buttons, page numbers, advertisements, tags, menus, footers.
//!
//! In: one line. Out: reason and rule, or nothing. Whether the line stands where it may be cut, the caller knows.

use super::bylines;
use super::line::Line;
use crate::knowledge::chrome::{Form, Match, Place, Role, units};
use crate::model::article::Reason;

/// Longest item of a menu, in words or Han characters.
const MENU_ITEM_UNITS: usize = 5;
/// Fewest items that make a line a menu.
const MENU_ITEMS: usize = 3;
/// Longest number that counts or ranks: longer ones are telephone numbers.
const MOST_LONE_DIGITS: usize = 5;
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
pub(super) fn at_edge(line: &Line<'_>) -> Option<(Reason, String)> {
    if !line.text().chars().any(char::is_alphanumeric) {
        return Some((Reason::Control, "no letters".to_owned()));
    }
    if is_number_alone(line.text()) {
        return Some((Reason::Control, "number alone".to_owned()));
    }
    if line.is_row() {
        return line.find(Role::Navigation).map(|found| (Reason::Navigation, found.rule.name.clone()));
    }
    if is_signed(line) {
        return Some((Reason::Footer, "copyright sign".to_owned()));
    }
    let roles: &[Role] = if line.is_prose { &PROSE_ROLES } else { &SHORT_ROLES };
    let speaks_plainly = |found: &&Match<'_>| !line.is_prose || is_plain_in_prose(line, found);
    let by_wording = roles.iter().find_map(|&role| line.find(role).filter(speaks_plainly));
    let by_wording = by_wording.map(|found| because_of(found));
    by_wording
        .or_else(|| bylines::rule_of(line).map(|rule| (Reason::Byline, rule)))
        .or_else(|| is_menu(line).then(|| (Reason::Navigation, "menu".to_owned())))
        .or_else(|| is_arrowed(line).then(|| (Reason::Advertisement, "arrows".to_owned())))
}

/// Whether wording says of a sentence what it says of a label: footers have numbers in them or say it twice, the next
/// article comes behind a colon.
fn is_plain_in_prose(line: &Line<'_>, found: &Match<'_>) -> bool {
    match found.rule.role {
        Role::Footer => found.count > 1 || line.text().contains(|c: char| c.is_ascii_digit()),
        Role::Neighbour => found.rule.form == Form::Lead,
        _ => true,
    }
}

/// Why a line between paragraphs is chrome: only where its form is unmistakable.
///
/// `repeats` counts how often the page says the same line.
pub(super) fn anywhere(line: &Line<'_>, repeats: impl Fn() -> usize) -> Option<(Reason, String)> {
    if !line.text().chars().any(char::is_alphanumeric) {
        return Some((Reason::Control, "no letters".to_owned()));
    }
    if line.is_solid() || line.is_numbered() {
        return None;
    }
    let certain = line.matches().iter().find(|found| found.rule.place == Place::Anywhere);
    if let Some(found) = certain {
        return Some(because_of(found));
    }
    if is_arrowed(line) {
        return Some((Reason::Advertisement, "arrows".to_owned()));
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

fn because_of(found: &Match<'_>) -> (Reason, String) {
    (found.rule.role.reason(), found.rule.name.clone())
}

/// `© 2024 Some Site`.
fn is_signed(line: &Line<'_>) -> bool {
    let text = line.text();
    let has_sign = text.contains(['©', 'Ⓒ']) || text.to_lowercase().contains("(c) ");
    has_sign && line.units <= 45 && text.chars().any(|character| character.is_ascii_digit())
}

/// `Home | News | Our diaries`: items parted by marks, all short, at least one of them known from menus.
fn is_menu(line: &Line<'_>) -> bool {
    let items: Vec<&str> = line.text().split(['|', '｜', '·', '•', '┊', '│']).map(str::trim).collect();
    let is_short =
        |item: &&str| (1..=MENU_ITEM_UNITS).contains(&units(item)) && !item.contains(|c: char| c.is_ascii_digit());
    let is_known = |item: &&str| {
        let roles = [Role::TrailRoot, Role::Navigation, Role::Control, Role::Footer];
        line.matches_of(item).iter().any(|found| roles.contains(&found.rule.role))
    };
    let is_list = !line.is_prose && items.len() >= MENU_ITEMS && items.iter().all(is_short);
    let known = items.iter().filter(|item| is_known(item)).count();
    is_list && known > 0 || !line.is_prose && items.len() >= MENU_ITEMS && 2 * known >= items.len()
}

/// `>>> Ask our doctor <<<`: arrows that call the reader away.
fn is_arrowed(line: &Line<'_>) -> bool {
    let text = line.text();
    let ends = [">>", "＞＞", "»»", "<<", "→→", "►►", "▶▶", "➤", "☞", "👉"];
    !line.is_solid()
        && line.units <= ADVERTISEMENT_UNITS
        && ends.iter().any(|end| text.starts_with(end) || text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::{Block, BlockKind};

    fn judge(text: &str) -> (Option<Reason>, Option<Reason>) {
        let rules = ChromeRules::builtin();
        let line = Line::new(Block::plain(BlockKind::Paragraph, text), &rules);
        (at_edge(&line).map(|(reason, _)| reason), anywhere(&line, || 1).map(|(reason, _)| reason))
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
            ("Page 2 of 3", everywhere(Reason::Pagination)),
            ("[Ad] Double eyelid from 980 yuan", everywhere(Reason::Advertisement)),
            ("* * *", everywhere(Reason::Control)),
            ("Share prices rise", (None, None)),
            ("How to book an appointment", (None, None)),
            ("Online consultation with a doctor: how it works", at_edges_only(Reason::Advertisement)),
            ("The page says that the price is 300 yuan for one tooth.", (None, None)),
            ("Advertisements of clinics", (None, None)),
        ] {
            assert_eq!(judge(text), expected, "{text}");
        }
    }
}
