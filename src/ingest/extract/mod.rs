//! Cleaning: the blocks of a page → its [`Article`]. The same rules for plain text and for HTML.
//!
//! The order, each step a pure function that marks lines:
//! 1. what the markup calls chrome ([`Zone::Chrome`]); its breadcrumb is a witness of the title;
//! 2. [`breadcrumbs`] and [`title`]: the two confirm each other; what stands above them is the site's ([`head`]);
//! 3. [`captions`] of pictures, and the title said again; [`contents`]; [`comments`];
//! 4. [`tail`] upwards to the last prose, [`head`] downwards to the first;
//! 5. lines between paragraphs whose [`forms`] are unmistakable;
//! 6. steps 3 to 5 again until nothing changes, so that a cleaned article stays as it is when cleaned again;
//! 7. [`valve`]: a page of which too little is left is kept whole and flagged.
//!
//! Wording is data ([`ChromeRules`]), shape and place are code. Every block ends in the article's parts or in
//! `removed` with its reason, the line of the title too.

mod breadcrumbs;
mod bylines;
mod captions;
mod comments;
mod contents;
pub(super) mod dates;
mod disclaimer;
mod forms;
mod head;
mod line;
mod page;
mod tail;
mod title;
mod valve;

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

pub use dates::published;

use crate::ingest::formats::Parsed;
use crate::ingest::formats::text::kinds_by_shape;
use crate::knowledge::chrome::ChromeRules;
use crate::model::article::{Article, Flag, Part, Reason};
use crate::model::block::Zone;
use breadcrumbs::Trail;
use line::Line;
use page::{Cut, Open, Page};
use title::Title;
use valve::Rest;

/// Rounds after which cleaning stops even if it still finds something.
const MOST_ROUNDS: usize = 8;

/// The article of a page.
///
/// `parts` are empty when the page holds no article: a menu, an error page, nothing at all.
#[must_use]
pub fn article(parsed: Parsed, rules: &ChromeRules) -> Article {
    let degraded = parsed.degraded.then_some(Flag::Degraded);
    let claimed = parsed.titles;
    let is_titled_row = parsed.is_titled_row;
    let mut page = Page::new(parsed.blocks.into_iter().map(|block| Line::new(block, rules)).collect());
    let (title, trail) = clean(&mut page, &claimed);
    let mut flags: BTreeSet<Flag> = degraded.into_iter().collect();
    match valve::judge(&page) {
        Rest::Article => {}
        Rest::Nothing if is_titled_row && page.cut().next().is_none() => {}
        Rest::Nothing => {
            let all =
                (0..page.open().len()).map(|line| Cut::new(line, Reason::OutsideArticle, "no article on this page"));
            page.apply(all.collect());
        }
        Rest::TooLittle => {
            page.restore(|line, reason| may_come_back(line, reason));
            flags.insert(Flag::Uncertain);
        }
    }
    let has_uploads =
        page.cut().any(|(line, reason)| reason == Reason::Disclaimer && disclaimer::tells_of_uploads(line));
    flags.extend(has_uploads.then_some(Flag::UserSubmitted));
    let (open, removed) = page.into_parts();
    let shapes: Vec<_> = open.iter().map(|line| (line.block.kind, line.text())).collect();
    let kinds = kinds_by_shape(&shapes);
    let parts = open.into_iter().zip(kinds).map(|(line, kind)| Part { kind, text: line.block.text }).collect();
    Article { title: title.text, parts, removed, breadcrumb: trail.items, flags }
}

/// Everything but what is certain, whatever the share of it.
fn may_come_back(line: &Line<'_>, reason: Reason) -> bool {
    let is_certain = matches!(reason, Reason::Hidden | Reason::TitleRepeat | Reason::Cookie | Reason::Breadcrumb);
    let is_marked = matches!(line.block.zone, Zone::Chrome(_));
    !is_certain && (!is_marked || line.is_prose)
}

fn clean(page: &mut Page<'_>, claimed: &[String]) -> (Title, Trail) {
    let marked_trail = cut_marked_chrome(page, claimed);
    let open = page.open();
    let trail = marked_trail.or_else(|| breadcrumbs::find(&open, claimed));
    let title = title::choose(&open, page.lines(), trail.as_ref(), claimed);
    let mut cuts = head::above_title(&open, &title, trail.as_ref());
    let trail = trail.unwrap_or_default();
    cuts.extend(trail.lines.clone().map(|line| Cut::new(line, Reason::Breadcrumb, "path to the page")));
    page.apply(cuts);
    for _ in 0..MOST_ROUNDS {
        let steps: [fn(&Open<'_, '_>, &Title) -> Vec<Cut>; 8] = [
            |open, _| captions::of_pictures(open),
            captions::title_repeats,
            breadcrumbs::repeats,
            |open, _| contents::find(open),
            |open, _| comments::find(open),
            tail::find,
            |open, _| head::below_title(open),
            |open, _| between_paragraphs(open),
        ];
        let mut applied = 0;
        let mut open = page.open();
        for step in steps {
            let cuts = step(&open, &title);
            if !cuts.is_empty() {
                applied += page.apply(cuts);
                open = page.open();
            }
        }
        if applied == 0 {
            break;
        }
    }
    (title, trail)
}

/// Cuts what the markup calls chrome; its breadcrumb, if any, is returned.
fn cut_marked_chrome(page: &mut Page<'_>, claimed: &[String]) -> Option<Trail> {
    let open = page.open();
    let zoned = open.iter().enumerate().filter_map(|(index, line)| match line.block.zone {
        Zone::Chrome(reason) => Some((index, *line, reason)),
        Zone::Unmarked | Zone::Article => None,
    });
    let last_of_article = open.iter().rposition(|line| line.block.zone == Zone::Article);
    let mut cuts = Vec::new();
    let mut trail_lines = Vec::new();
    for (index, line, reason) in zoned {
        let is_below = last_of_article.is_some_and(|last| index > last);
        // Below the article a day belongs to a comment or to another article.
        let named = named_by_wording(line, reason).filter(|(named, _)| !(is_below && *named == Reason::Byline));
        cuts.push(match named {
            Some((reason, rule)) => Cut::new(index, reason, rule),
            None => Cut::new(index, reason, "markup"),
        });
        if reason == Reason::Breadcrumb {
            trail_lines.push(line);
        }
    }
    let titles: Vec<&str> = claimed.iter().map(String::as_str).collect();
    let trail = breadcrumbs::of_marked(&trail_lines, &titles);
    page.apply(cuts);
    trail
}

/// Where the markup says no more than "not the article", the line's wording may say what it is: a byline has a date in
/// it, a notice tells who wrote the page.
fn named_by_wording(line: &Line<'_>, reason: Reason) -> Option<(Reason, String)> {
    if !matches!(reason, Reason::OutsideArticle | Reason::Header | Reason::Footer | Reason::Sidebar) {
        return None;
    }
    if let Some(rule) = bylines::rule_of(line) {
        return Some((Reason::Byline, rule.into_owned()));
    }
    if disclaimer::is_notice(line) || disclaimer::is_heading(line) {
        return Some((Reason::Disclaimer, "families of legal wording".to_owned()));
    }
    let is_vague = reason == Reason::OutsideArticle;
    let (reason, rule) = line.at_edge().filter(|_| is_vague)?;
    Some((*reason, rule.to_string()))
}

/// Cuts lines that are chrome wherever they stand.
fn between_paragraphs(open: &Open<'_, '_>) -> Vec<Cut> {
    let short = || open.iter().enumerate().filter(|(_, line)| !line.is_solid());
    let counts: OnceCell<HashMap<&str, usize>> = OnceCell::new();
    let count = || {
        let mut counts = HashMap::new();
        short().for_each(|(_, line)| *counts.entry(line.key()).or_default() += 1);
        counts
    };
    let cuts = short().filter_map(|(index, line)| {
        let repeats = || counts.get_or_init(count).get(line.key()).copied().unwrap_or(0);
        forms::anywhere(line, repeats).map(|(reason, rule)| Cut::new(index, reason, rule.into_owned()))
    });
    cuts.collect()
}

#[cfg(test)]
mod tests;
