//! The day of publication, from what the markup claims, a byline, a dateline at the head of the article, or the address.
//!
//! In: dates as text, the article, the URL. Out: `YYYY-MM-DD`. Prose is never asked: an article tells of many days, and
//! none of them need be its own. A date that can be read in two ways (`03/04/2024`) is no date.

use crate::model::article::{Article, Reason};
use crate::text::normalize::{folded, is_han};

/// The first and last year that a web page can carry.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;
/// Words before a date that is not the day of publication.
const LATER_WORDS: [&str; 6] = ["update", "modif", "revis", "reviewed", "更新", "修改"];

/// What a date behind it is the day of publication of, or at least of the last change: Latin words as they begin a
/// segment of the line, Chinese ones anywhere in it.
const LABELS: [&str; 19] = [
    "date", "dated", "publi", "post", "updat", "edit", "writ", "noted", "filed", "review", "modif", "revis", "releas",
    "issued", "upload", "added", "checked", "created", "posted",
];
const HAN_LABELS: [&str; 14] =
    ["时间", "日期", "发布", "发表", "更新", "编辑于", "刊登", "刊发", "撰文", "发稿", "修改", "上传", "录入", "见报"];
/// How many words of a segment may stand before its label: "Article last updated".
const WORDS_BEFORE_LABEL: usize = 2;
/// Only so many parts at the head of an article can be its dateline.
const HEAD_PARTS: usize = 5;
/// A dateline has at most so many characters; one that opens with a bare date, fewer.
const MAX_DATELINE_CHARACTERS: usize = 120;
const MAX_BARE_DATELINE_CHARACTERS: usize = 48;
/// "Noted down by A. Author, 3 May 2023. Filed under B": within so many words "by", and behind the date so many.
const WORDS_TO_BY: usize = 4;
const WORDS_BEHIND_BYLINE: usize = 6;

/// The day on which the page was published, `YYYY-MM-DD`.
///
/// `claimed` come first, in order of trust; then the removed bylines in page order, where a date of publication
/// precedes one of an update; then a dateline that stayed at the head of the article; then the path of `url`.
#[must_use]
pub fn published(claimed: &[String], article: &Article, url: Option<&str>) -> Option<String> {
    let removed = &article.removed;
    let bylines = || removed.iter().filter(|removed| removed.reason == Reason::Byline).map(|removed| &removed.text);
    let of_claims = claimed.iter().find_map(|text| find(text).or_else(|| find_compact(text)).map(|found| found.day));
    let of_bylines = || {
        bylines().find_map(|text| first_published(text)).or_else(|| bylines().find_map(|text| Some(find(text)?.day)))
    };
    let day = of_claims.or_else(of_bylines).or_else(|| of_head(article)).or_else(|| url.and_then(of_url))?;
    Some(format!("{:04}-{:02}-{:02}", day.year, day.month, day.of_month))
}

/// A calendar day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    year: u32,
    month: u32,
    of_month: u32,
}

impl Day {
    fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (YEARS.contains(&year) && (1..=last).contains(&day)).then_some(Self { year, month, of_month: day })
    }
}

/// A day in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FoundDay {
    /// The day.
    pub(super) day: Day,
    /// Whether nothing but punctuation stands before it.
    pub(super) at_start: bool,
}

/// The first day that a text names with year, month and day.
pub(super) fn find(text: &str) -> Option<FoundDay> {
    if !may_name_year(text) {
        return None;
    }
    let text = folded(text);
    let tokens = tokens(&text);
    let (at, day) = days(&tokens).next()?;
    let at_start = tokens.iter().take(at).all(|token| matches!(token, Token::Mark(_)));
    Some(FoundDay { day, at_start })
}

/// Whether four digits may stand side by side when the text is folded, as in every day.
fn may_name_year(text: &str) -> bool {
    let mut digits = 0;
    text.chars().any(|character| {
        digits = if character.is_ascii_digit() { digits + 1 } else { 0 };
        // Of these no folding makes a digit, or nothing; of others it may.
        let is_plain = matches!(character, '\0'..='\x7F' | '\u{4E00}'..='\u{9FFF}' | '\u{3001}'..='\u{3011}'
            | '\u{2010}'..='\u{201F}' | '\u{C0}'..='\u{24F}' | '，' | '：' | '（' | '）' | '！' | '？' | '；');
        digits == 4 || !is_plain
    })
}

/// The first day of a line that no word of updating precedes.
fn first_published(text: &str) -> Option<Day> {
    let text = folded(text);
    let tokens = tokens(&text);
    let mut from = 0;
    for (at, day) in days(&tokens) {
        let before: String = tokens.get(from..at).unwrap_or_default().iter().map(Token::letters).collect();
        if !LATER_WORDS.iter().any(|word| before.contains(word)) {
            return Some(day);
        }
        from = at;
    }
    None
}

/// The day of the first dateline among the title and the parts before the first heading.
fn of_head(article: &Article) -> Option<Day> {
    let head = article.parts.iter().take(HEAD_PARTS).take_while(|part| !part.is_heading());
    std::iter::once(&article.title).chain(head.map(|part| &part.text)).find_map(|text| of_dateline(text))
}

/// The day of a short line that says nothing but when, by whom and where the page was published.
fn of_dateline(text: &str) -> Option<Day> {
    let characters = text.chars().count();
    if characters > MAX_DATELINE_CHARACTERS || !may_name_year(text) || text.contains('。') {
        return None;
    }
    let text = folded(text);
    let tokens = tokens(&text);
    let (at, day) = days(&tokens).next()?;
    let (before, behind) = (tokens.get(..at)?, tokens.get(at..)?);
    let opens = before.iter().all(|token| matches!(token, Token::Mark(_)));
    let is_bare = opens && characters <= MAX_BARE_DATELINE_CHARACTERS && !text.contains(['，', ',']);
    (is_bare || is_labelled(before) || is_byline(before, behind)).then_some(day)
}

/// Whether the segment of a line that ends here names what day follows.
fn is_labelled(before: &[Token<'_>]) -> bool {
    let is_mark = |token: &&Token<'_>| matches!(token, Token::Mark(_));
    let marks = before.iter().rev().take_while(is_mark).count();
    let rest = before.get(..before.len() - marks).unwrap_or_default();
    let parts = |token: &Token<'_>| matches!(token, Token::Mark(mark) if !matches!(mark, ':' | '：' | '.' | '-'));
    let from = rest.iter().rposition(parts).map_or(0, |mark| mark + 1);
    let segment = rest.get(from..).unwrap_or_default();
    let written: String = segment.iter().map(Token::letters).collect();
    let is_label =
        |token: &Token<'_>| matches!(token, Token::Word(word) if LABELS.iter().any(|label| word.starts_with(label)));
    segment.iter().take(WORDS_BEFORE_LABEL + 1).any(is_label) || HAN_LABELS.iter().any(|label| written.contains(label))
}

fn is_byline(before: &[Token<'_>], behind: &[Token<'_>]) -> bool {
    let is_word = |token: &&Token<'_>| matches!(token, Token::Word(_));
    before.iter().take(WORDS_TO_BY).any(|token| *token == Token::Word("by"))
        // The month is one of the words.
        && behind.iter().filter(is_word).count() <= WORDS_BEHIND_BYLINE + 1
}

fn of_url(url: &str) -> Option<Day> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/')?.1;
    let path = path.split(['?', '#']).next()?;
    find(path).or_else(|| find_compact(path)).map(|found| found.day)
}

/// A day written as eight digits, as addresses and some markup do.
fn find_compact(text: &str) -> Option<FoundDay> {
    let mut runs = text.split(|character: char| !character.is_ascii_digit()).filter(|run| run.len() == 8);
    let day = runs.find_map(|run| {
        let part = |range: std::ops::Range<usize>| run.get(range)?.parse().ok();
        Day::new(part(0..4)?, part(4..6)?, part(6..8)?)
    })?;
    Some(FoundDay { day, at_start: false })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Number { value: u32, digits: usize },
    Word(&'a str),
    Mark(char),
}

impl Token<'_> {
    fn letters(&self) -> String {
        match self {
            Self::Word(word) => (*word).to_owned(),
            _ => String::new(),
        }
    }
}

/// Numbers, words (a Han character is a word) and marks of a folded text, without spaces.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let belongs = |character: char| {
            if first.is_ascii_digit() {
                character.is_ascii_digit()
            } else {
                character.is_alphabetic() && !is_han(character)
            }
        };
        let is_single = is_han(first) || !first.is_alphanumeric();
        let length = if is_single { first.len_utf8() } else { rest.find(|c| !belongs(c)).unwrap_or(rest.len()) };
        let (token, after) = rest.split_at_checked(length.max(first.len_utf8())).unwrap_or((rest, ""));
        rest = after;
        if first.is_ascii_digit() {
            out.push(Token::Number { value: token.parse().unwrap_or(u32::MAX), digits: token.len() });
        } else if first.is_alphanumeric() {
            out.push(Token::Word(token));
        } else if !first.is_whitespace() {
            out.push(Token::Mark(first));
        }
    }
    out
}

/// All days with the number of their first token.
fn days<'a>(tokens: &'a [Token<'a>]) -> impl Iterator<Item = (usize, Day)> + 'a {
    (0..tokens.len()).filter_map(|at| {
        let rest = tokens.get(at..)?;
        let day =
            year_first(rest).or_else(|| day_first(rest)).or_else(|| month_first(rest)).or_else(|| year_last(rest));
        day.map(|day| (at, day))
    })
}

/// `2024-03-01`, `2024/3/1`, `2024.03.01`, `2024年3月1日`.
fn year_first(tokens: &[Token<'_>]) -> Option<Day> {
    let [Token::Number { value: year, digits: 4 }, first, month, second, day, ..] = tokens else { return None };
    let (Some(month), Some(day)) = (short_number(month), short_number(day)) else { return None };
    let parted = match (first, second) {
        (Token::Mark(left), Token::Mark(right)) => left == right && matches!(left, '-' | '/' | '.'),
        (Token::Word("年"), Token::Word("月")) => true,
        _ => false,
    };
    if parted { Day::new(*year, month, day) } else { None }
}

/// `1 March 2024`, `1st of March, 2024`, `01-Mar-2024`.
fn day_first(tokens: &[Token<'_>]) -> Option<Day> {
    let day = short_number(tokens.first()?)?;
    let mut rest = tokens.iter().skip(1).filter(|token| !is_filler(token));
    let month = month_of(rest.next()?)?;
    Day::new(year(rest.next()?)?, month, day)
}

/// `March 1, 2024`, `Mar. 1st 2024`.
fn month_first(tokens: &[Token<'_>]) -> Option<Day> {
    let month = month_of(tokens.first()?)?;
    let mut rest = tokens.iter().skip(1).filter(|token| !is_filler(token));
    let day = short_number(rest.next()?)?;
    Day::new(year(rest.next()?)?, month, day)
}

/// `15/03/2024`, `03/15/2024`: only where one of the two cannot be a month, or both are the same. Between full stops the
/// day always stands first (`03.04.2024`).
fn year_last(tokens: &[Token<'_>]) -> Option<Day> {
    let [left, Token::Mark(first), right, Token::Mark(second), last, ..] = tokens else { return None };
    let (left, right, year) = (short_number(left)?, short_number(right)?, year(last)?);
    if first != second || !matches!(first, '-' | '/' | '.') {
        return None;
    }
    match (left > 12, right > 12) {
        (false, false) if *first == '.' => Day::new(year, right, left),
        (true, false) => Day::new(year, right, left),
        (false, true) => Day::new(year, left, right),
        (false, false) if left == right => Day::new(year, left, right),
        _ => None,
    }
}

fn short_number(token: &Token<'_>) -> Option<u32> {
    match token {
        Token::Number { value, digits: 1 | 2 } => Some(*value),
        _ => None,
    }
}

fn year(token: &Token<'_>) -> Option<u32> {
    match token {
        Token::Number { value, digits: 4 } => Some(*value),
        _ => None,
    }
}

fn is_filler(token: &Token<'_>) -> bool {
    matches!(token, Token::Word("st" | "nd" | "rd" | "th" | "of") | Token::Mark('.' | ',' | '-' | '/'))
}

fn month_of(token: &Token<'_>) -> Option<u32> {
    let Token::Word(word) = token else { return None };
    let names = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is_it = |name: &&str| name == word || name.get(..3) == Some(*word) || *word == "sept" && *name == "september";
    let number = names.iter().position(is_it)?;
    u32::try_from(number + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::{Part, Removed};
    use crate::model::block::BlockKind;

    fn byline(text: &str) -> Removed {
        Removed { reason: Reason::Byline, rule: String::new(), text: text.to_owned() }
    }

    fn without(removed: Removed) -> Article {
        Article { removed: vec![removed], ..Article::default() }
    }

    fn beginning_with(line: &str) -> Article {
        let parts = ["A first paragraph.", line].map(|text| Part { kind: BlockKind::Paragraph, text: text.to_owned() });
        Article { parts: parts.to_vec(), ..Article::default() }
    }

    #[test]
    fn datelines_at_the_head() {
        for (line, expected) in [
            ("Posted on 3 May 2023", Some("2023-05-03")),
            ("Last updated: May 3rd, 2023 | 5 min read", Some("2023-05-03")),
            ("Written by Ann Lee, 03 May 2023. Filed under Health.", Some("2023-05-03")),
            ("Told by Ann Lee · brushed up on May 3, 2023 · 4 minutes", Some("2023-05-03")),
            ("发布时间：2023-05-03 来源：本站 浏览：120", Some("2023-05-03")),
            ("机构 | 宣传科 | 成文日期 | 2023-05-03", Some("2023-05-03")),
            ("2023年5月3日 第12期 今日8版", Some("2023-05-03")),
            ("编辑于 2023/5/3 10:12", Some("2023-05-03")),
            ("The price list that was updated on 3 May 2023 is out of date.", None),
            ("Founded by Dr Lee on 3 May 2003, the hospital has since grown to four floors and nine rooms.", None),
            ("2023年5月3日，记者来到该院。", None),
            ("Ann · 2023-05-03", None),
        ] {
            assert_eq!(published(&[], &beginning_with(line), None).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn forms_of_a_day() {
        for (text, expected) in [
            ("2024-03-01", Some("2024-03-01")),
            ("2024-03-01T10:22:05+08:00", Some("2024-03-01")),
            ("2024年3月1日 10:00", Some("2024-03-01")),
            ("２０２４年０３月０１日", Some("2024-03-01")),
            ("2024 年 3 月 1 日", Some("2024-03-01")),
            ("March 1, 2024", Some("2024-03-01")),
            ("Mar. 1st 2024", Some("2024-03-01")),
            ("Fri, 01 Mar 2024 10:00:00 GMT", Some("2024-03-01")),
            ("1st of March, 2024", Some("2024-03-01")),
            ("01-Mar-2024", Some("2024-03-01")),
            ("2024/03/01 04:48", Some("2024-03-01")),
            ("2024.03.01", Some("2024-03-01")),
            ("20240301", Some("2024-03-01")),
            ("25/12/2023", Some("2023-12-25")),
            ("12/25/2023", Some("2023-12-25")),
            ("03/04/2024", None),
            ("03.04.2024", Some("2024-04-03")),
            ("13.10.2023 3367 people have seen it", Some("2023-10-13")),
            ("2024-02-30", None),
            ("2024", None),
            ("March 2024", None),
            ("1.2.3.4", None),
            ("400-000-0000", None),
        ] {
            assert_eq!(published(&[text.to_owned()], &Article::default(), None).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn sources_in_order_of_trust() {
        let updated = without(byline("Updated: 2024-05-01 Published: 2024-03-01"));
        let nothing = Article::default();
        let url = Some("https://a.example/2020/01/02/x.html");
        assert_eq!(published(&[], &updated, url).as_deref(), Some("2024-03-01"));
        assert_eq!(published(&["2023-01-01".to_owned()], &updated, url).as_deref(), Some("2023-01-01"));
        assert_eq!(published(&[], &without(byline("更新时间：2020/04/27 04:48")), None).as_deref(), Some("2020-04-27"));
        assert_eq!(published(&[], &nothing, url).as_deref(), Some("2020-01-02"));
        assert_eq!(
            published(&[], &nothing, Some("https://a.example/news/t20210315_77.html")).as_deref(),
            Some("2021-03-15")
        );
        assert_eq!(published(&[], &nothing, Some("https://20210315.example/x")), None, "a host is no path");
        let comment = Removed { reason: Reason::Comments, ..byline("user 2021-01-01") };
        assert_eq!(published(&[], &without(comment), None), None, "comments have days of their own");
    }
}
