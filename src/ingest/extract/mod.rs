//! Cleaning: the blocks of a page → its [`Article`]. The same rules for plain text and for HTML.
//!
//! The order, each step a pure function that marks lines:
//! 1. what an entry of `sites.toml` drops; what it keeps, no step removes;
//! 2. what the markup calls chrome ([`Zone::Chrome`]); its breadcrumb is a witness of the title;
//! 3. [`breadcrumbs`] and [`title`]: the two confirm each other; what stands above them is the site's ([`head`]);
//! 4. [`captions`] of pictures, and the title said again; [`contents`]; [`comments`];
//! 5. [`tail`] upwards to the last prose, [`head`] downwards to the first;
//! 6. lines between paragraphs whose [`forms`] are unmistakable;
//! 7. steps 4 to 6 again until nothing changes, so that a cleaned article stays as it is when cleaned again;
//! 8. [`valve`]: a page of which too little is left is kept whole and flagged;
//! 9. what the site is known to share ([`SiteTemplates`]) at the edges of what the rules left; then the rules once more.
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

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

pub use dates::published;

use crate::ingest::formats::Parsed;
use crate::ingest::formats::text::kinds_by_shape;
use crate::ingest::templates::SiteTemplates;
use crate::knowledge::chrome::ChromeRules;
use crate::knowledge::sites::{SiteEntry, Wish};
use crate::model::article::{Article, Flag, Part, Reason};
use crate::model::block::{Block, BlockKind, Zone};
use crate::model::layout::{Layout, Place};
use crate::model::site::{EdgeLine, Edges, hash};
use breadcrumbs::Trail;
use line::Line;
use page::{Cut, Open, Page};
use title::Title;
use valve::Rest;

/// Rounds after which cleaning stops even if it still finds something.
const MOST_ROUNDS: usize = 8;
/// Longest line without markup, in words or Han characters, that may be the heading of what follows.
const MOST_HEADING_UNITS: usize = 4;
/// Shortest line that may be the title of another article.
const LEAST_TITLE_UNITS: usize = 5;

/// A cleaned page, and what the pages of its site are compared by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// The article.
    pub article: Article,
    /// The edges of the article as the rules alone leave it.
    pub edges: Edges,
}

/// What is known of the site of a page.
#[derive(Debug, Clone, Copy)]
pub struct KnownSite<'k> {
    /// Beforehand.
    pub entry: &'k SiteEntry,
    /// From its pages.
    pub templates: &'k SiteTemplates,
}

/// The article of a page, cleaned by the rules and by what is known of its site.
///
/// `parts` are empty when the page holds no article: a menu, an error page, nothing at all.
#[must_use]
pub fn article(parsed: Parsed, rules: &ChromeRules, site: KnownSite<'_>) -> Extracted {
    let degraded = parsed.degraded.then_some(Flag::Degraded);
    if parsed.is_article {
        return Extracted { article: as_it_is(parsed, degraded), edges: Edges::default() };
    }
    let claimed = parsed.titles;
    let is_titled_row = parsed.is_titled_row;
    let mut page = Page::new(parsed.blocks.into_iter().map(|block| Line::new(block, rules)).collect());
    obey(&mut page, site.entry);
    let (title, trail) = clean(&mut page, &claimed);
    let mut flags: BTreeSet<Flag> = degraded.into_iter().collect();
    let mut edges = Edges::default();
    match valve::judge(&page) {
        Rest::Article => edges = cut_shared(&mut page, site.templates, &title),
        Rest::Nothing if is_titled_row && page.cut().next().is_none() => {}
        Rest::Nothing => drop_all(&mut page),
        Rest::TooLittle => {
            page.restore(|line, reason| may_come_back(line, reason));
            flags.insert(Flag::Uncertain);
        }
    }
    let has_uploads = page.cut().any(|(line, reason)| {
        matches!(reason, Reason::Disclaimer | Reason::Template | Reason::Site) && disclaimer::tells_of_uploads(line)
    });
    flags.extend(has_uploads.then_some(Flag::UserSubmitted));
    let layout = page.layout();
    let (open, removed) = page.into_parts();
    let shapes: Vec<_> = open.iter().map(|line| (line.block.kind, line.text())).collect();
    let kinds = kinds_by_shape(&shapes);
    let parts = open.into_iter().zip(kinds).map(|(line, kind)| Part { kind, text: line.block.text }).collect();
    let article = Article { title: title.text, parts, removed, breadcrumb: trail.items, flags, layout };
    Extracted { article, edges }
}

/// An article that was cleaned before, under the title that it came with; nothing is cut from it, and no site is learnt
/// from it.
fn as_it_is(parsed: Parsed, degraded: Option<Flag>) -> Article {
    let mut layout = Layout::default();
    for block in &parsed.blocks {
        layout.push(block, Place::Part);
    }
    let shapes: Vec<_> = parsed.blocks.iter().map(|block| (block.kind, block.text.as_str())).collect();
    let kinds = kinds_by_shape(&shapes);
    let parts = parsed.blocks.into_iter().zip(kinds).map(|(block, kind)| Part { kind, text: block.text }).collect();
    let title = parsed.titles.into_iter().next().unwrap_or_default();
    Article { title, parts, flags: degraded.into_iter().collect(), layout, ..Article::default() }
}

/// Cuts what the entry of the site drops, and holds on to what it keeps.
fn obey(page: &mut Page<'_>, entry: &SiteEntry) {
    if !entry.has_lines() {
        return;
    }
    let wishes: Vec<Wish<'_>> = page.lines().iter().map(|line| entry.wish(line.key())).collect();
    let drops = wishes.iter().enumerate().filter_map(|(number, wish)| match wish {
        Wish::Drop(phrase) => Some((number, format!("sites.toml: {phrase}"))),
        Wish::Keep | Wish::None => None,
    });
    let cuts = drops.map(|(number, rule)| {
        // The day of publication is read from bylines, whoever finds them.
        let is_byline = page.lines().get(number).is_some_and(|line| bylines::rule_of(line).is_some());
        Cut::new(number, if is_byline { Reason::Byline } else { Reason::Site }, rule)
    });
    let cuts = cuts.collect();
    page.apply(cuts);
    page.hold(|number| wishes.get(number) == Some(&Wish::Keep));
}

/// Cuts whatever is left of a page without an article.
fn drop_all(page: &mut Page<'_>) {
    let all = (0..page.open().len()).map(|line| Cut::new(line, Reason::OutsideArticle, "no article on this page"));
    let all = all.collect();
    page.apply(all);
}

/// Cuts what the site shares, then lets the rules look again at what that laid bare, and again. A page of which too
/// little would be left stays as the rules left it.
fn cut_shared(page: &mut Page<'_>, site: &SiteTemplates, title: &Title) -> Edges {
    let (edges, cuts) = shared_cuts(page, site, title);
    if cuts.is_empty() {
        return edges;
    }
    let by_rules = page.clone_cuts();
    let mut cuts = cuts;
    for _ in 0..MOST_ROUNDS {
        page.apply(cuts);
        settle(page, title);
        (_, cuts) = shared_cuts(page, site, title);
        if cuts.is_empty() {
            break;
        }
    }
    match valve::judge(page) {
        Rest::Article => {}
        Rest::Nothing => drop_all(page),
        Rest::TooLittle => page.put_back(by_rules),
    }
    edges
}

/// The edges of what is open, and the cuts of what the site shares there.
fn shared_cuts(page: &Page<'_>, site: &SiteTemplates, title: &Title) -> (Edges, Vec<Cut>) {
    let open = page.open();
    let count = open.len();
    let edges = Edges::of(count, |at| open.get(at).map(|line| edge_line(line, title)));
    let cuts = site.lines_of(&edges).into_iter().map(|line| {
        let number = edges.line_at(line.number, count);
        // The day of publication is read from bylines, whoever finds them.
        let is_byline = open.get(number).is_some_and(|line| bylines::rule_of(line).is_some());
        Cut::new(number, if is_byline { Reason::Byline } else { Reason::Template }, line.rule)
    });
    let cuts = cuts.collect();
    (edges, cuts)
}

/// A line as the pages of a site are compared by it; the page's own title is like no other line.
fn edge_line(line: &Line<'_>, title: &Title) -> EdgeLine {
    // Half of a sentence is the article's, however many pages say it: links in it broke the line.
    let continues = line.text().starts_with([',', '，', '、', ';', '；', '。']);
    let is_own = line.key() == title.key || continues;
    let has_number = line.text().bytes().any(|byte| byte.is_ascii_digit());
    let is_listed = line.is_numbered() && !is_ranked(line.key());
    // In plain text whatever stands alone has the shape of a heading.
    let is_marked_heading = matches!(line.block.kind, BlockKind::Heading(_)) && line.block.zone != Zone::Unmarked;
    EdgeLine {
        key: if is_own { 0 } else { hash(&without_numbers(line.key())) },
        characters: u16::try_from(line.text().chars().count()).unwrap_or(u16::MAX),
        is_solid: line.is_solid() || continues,
        is_heading: matches!(line.block.kind, BlockKind::Heading(_)) || line.units <= MOST_HEADING_UNITS,
        is_passable: !line.is_solid() && !continues && !is_listed && (has_number || line.units >= LEAST_TITLE_UNITS),
        is_label: !line.is_solid() && !continues && !line.is_numbered() && !is_marked_heading,
        is_marked: has_number || line.text().contains(is_mark),
        is_signed: comments::is_signed(line),
    }
}

/// Marks that stand in calls, buttons and counts, and not in the headings of an article.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '，' | '>'
            | '<'
            | '→'
            | '←'
            | '!'
            | '！'
            | '['
            | '【'
            | '|'
            | '｜'
            | '¥'
            | '￥'
            | '@'
            | '✓'
            | '★'
            | '…'
            | ','
    )
}

/// `No.1 Some Clinic`, `TOP1 Some title`: the lines of rankings, which articles number otherwise.
fn is_ranked(key: &str) -> bool {
    key.strip_prefix("no").or_else(|| key.strip_prefix("top")).is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(|first: char| first.is_ascii_digit())
    })
}

/// Numbers become one zero: page counts, dates and readers differ from page to page.
fn without_numbers(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for character in key.chars() {
        if !character.is_numeric() {
            out.push(character);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

/// Everything but what is certain, whatever the share of it.
fn may_come_back(line: &Line<'_>, reason: Reason) -> bool {
    let is_certain =
        matches!(reason, Reason::Hidden | Reason::TitleRepeat | Reason::Cookie | Reason::Breadcrumb | Reason::Site);
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
    settle(page, &title);
    (title, trail)
}

/// Applies the rules until they find nothing more.
fn settle(page: &mut Page<'_>, title: &Title) {
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
            let cuts = step(&open, title);
            if !cuts.is_empty() {
                applied += page.apply(cuts);
                open = page.open();
            }
        }
        if applied == 0 {
            break;
        }
    }
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
            None => Cut::new(index, reason, markup_rule(&line.block)),
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

/// What of the markup decided, e.g. `markup:nav`, `markup:class=related`.
fn markup_rule(block: &Block) -> Cow<'static, str> {
    block.decided_by.as_ref().map_or(Cow::Borrowed("markup"), |decider| format!("markup:{decider}").into())
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
