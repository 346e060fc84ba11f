//! Plain text, as copied from a site in a browser → blocks.
//!
//! In: decoded text. Out: one block for each non-empty line, its kind told by its shape: numbering, bullets, tabs,
//! length, the end of a sentence, the neighbours. Lines that were broken at a fixed width are joined again. Nothing is
//! judged to be chrome here.

use super::{MAX_BLOCKS, Parsed};
use crate::model::block::{Block, BlockKind};
use crate::text::normalize::{is_han, one_line};
use crate::text::safe::cleaned;

/// Longest heading, in columns (a Han character takes two).
const MAX_HEADING_COLUMNS: usize = 110;
/// Longest heading without numbering.
const MAX_PLAIN_HEADING_COLUMNS: usize = 72;
/// Narrowest and widest line that a mail or text program would have broken.
const WRAP_COLUMNS: std::ops::RangeInclusive<usize> = 60..=100;
/// How much shorter than the widest a broken line can be: one long word.
const WRAP_SLACK_COLUMNS: usize = 16;

/// The page in blocks. A text without letters or digits gives none of its own making: every non-empty line is a block,
/// up to [`MAX_BLOCKS`].
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let clean = cleaned(text);
    let lines: Vec<&str> = clean.lines().collect();
    let mut texts: Vec<Source> = Vec::new();
    for group in lines.split(|line| line.trim().is_empty()).filter(|group| !group.is_empty()) {
        if is_wrapped(group) {
            texts.push(Source { text: rejoined(group), kind: Some(BlockKind::Paragraph) });
        } else {
            texts.extend(group.iter().take(MAX_BLOCKS).map(|line| Source::of(line)));
        }
        if texts.len() >= MAX_BLOCKS {
            break;
        }
    }
    let degraded = texts.len() >= MAX_BLOCKS;
    texts.truncate(MAX_BLOCKS);
    let shapes: Vec<Shape> = texts.iter().map(Shape::of).collect();
    let blocks = texts.into_iter().enumerate().map(|(index, source)| {
        let kind = kind_at(&shapes, index);
        let text = if kind == BlockKind::ListItem { without_bullet(&source.text).to_owned() } else { source.text };
        Block::plain(kind, text)
    });
    Parsed { blocks: blocks.collect(), degraded, ..Parsed::default() }
}

/// One line of the source, or several that belong together.
struct Source {
    text: String,
    kind: Option<BlockKind>,
}

impl Source {
    fn of(line: &str) -> Self {
        let line = line.trim();
        if !line.contains('\t') {
            return Self { text: one_line(line), kind: None };
        }
        let cells: Vec<String> = line.split('\t').map(one_line).filter(|cell| !cell.is_empty()).collect();
        Self { text: cells.join(" | "), kind: Some(BlockKind::TableRow) }
    }
}

/// The kinds of paragraphs among their neighbours: many pages mark headings by nothing but bold type or a number.
///
/// Kinds other than [`BlockKind::Paragraph`] stay as they are.
#[must_use]
pub fn kinds_by_shape(blocks: &[(BlockKind, &str)]) -> Vec<BlockKind> {
    let shape = |(kind, text): &(BlockKind, &str)| match kind {
        BlockKind::Paragraph => Shape::of_text(text),
        marked => Shape::Known(*marked),
    };
    let shapes: Vec<Shape> = blocks.iter().map(shape).collect();
    (0..shapes.len()).map(|index| kind_at(&shapes, index)).collect()
}

/// What a line looks like on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Cells, or joined lines: certain already.
    Known(BlockKind),
    /// Begins with a bullet.
    Bullet,
    /// Begins with a number or a mark of a section, and is short.
    Numbered,
    /// Short, without the end of a sentence.
    Short,
    /// Anything else.
    Prose,
}

impl Shape {
    fn of(source: &Source) -> Self {
        source.kind.map_or_else(|| Self::of_text(&source.text), Self::Known)
    }

    fn of_text(text: &str) -> Self {
        if without_bullet(text) != text {
            return Self::Bullet;
        }
        let columns = columns_to(text, MAX_HEADING_COLUMNS);
        if columns > MAX_HEADING_COLUMNS || ends_sentence(text) {
            return Self::Prose;
        }
        match numbering(text) {
            Some(length) if length < text.len() => Self::Numbered,
            _ if columns <= MAX_PLAIN_HEADING_COLUMNS => Self::Short,
            _ => Self::Prose,
        }
    }
}

/// The kind of a line among its neighbours: a heading stands above prose, an item beside other items.
fn kind_at(shapes: &[Shape], index: usize) -> BlockKind {
    let at = |index: usize| shapes.get(index).copied();
    let next = at(index + 1);
    let previous = index.checked_sub(1).and_then(at);
    match at(index) {
        Some(Shape::Known(kind)) => kind,
        Some(Shape::Bullet) => BlockKind::ListItem,
        Some(Shape::Numbered) if next == Some(Shape::Numbered) || previous == Some(Shape::Numbered) => {
            if matches!(next, Some(Shape::Prose | Shape::Known(_) | Shape::Bullet)) {
                BlockKind::Heading(2)
            } else {
                BlockKind::ListItem
            }
        }
        Some(Shape::Numbered) => BlockKind::Heading(2),
        Some(Shape::Short) if is_above_content(next) => BlockKind::Heading(2),
        _ => BlockKind::Paragraph,
    }
}

fn is_above_content(next: Option<Shape>) -> bool {
    matches!(next, Some(Shape::Prose | Shape::Bullet | Shape::Numbered | Shape::Known(_)))
}

/// Bytes of the numbering in front of a heading or an item: `1、`, `1.`, `(1)`, `一、`, `（一）`, `Q1:`, `Part 1 |`,
/// `◆`; `None` when there is none.
#[must_use]
pub fn numbering(text: &str) -> Option<usize> {
    let mut rest = text.trim_start();
    if !may_be_numbered(rest) {
        return None;
    }
    if let Some(after) = rest.strip_prefix(['◆', '◇', '★', '☆', '■', '□', '§']) {
        return Some(text.len() - after.len());
    }
    for word in ["part", "step", "chapter", "section", "question", "q"] {
        let head = rest.get(..word.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(word) {
            let after = rest.get(word.len()..).unwrap_or_default().trim_start();
            if after.starts_with(|c: char| c.is_ascii_digit()) {
                rest = after;
                break;
            }
        }
    }
    let rest = rest.trim_start_matches(['(', '（', '第', '[']);
    let is_digit = |c: char| c.is_ascii_digit() || is_han_numeral(c);
    let number_length = rest.chars().take(MAX_NUMBER_CHARACTERS + 1).take_while(|&c| is_digit(c)).count();
    if !(1..=MAX_NUMBER_CHARACTERS).contains(&number_length) {
        return None;
    }
    let after = rest.trim_start_matches(is_digit);
    let mark = after.trim_start().chars().next()?;
    let after_mark = after.trim_start().get(mark.len_utf8()..).unwrap_or_default();
    let is_decimal = matches!(mark, '.' | ':') && after_mark.starts_with(|c: char| c.is_ascii_digit());
    let is_mark = matches!(mark, '.' | '．' | '、' | ')' | '）' | ':' | '：' | '|' | ']' | '章' | '节' | '步');
    (is_mark && !is_decimal).then(|| text.len() - after_mark.len())
}

/// Longest number of a section.
const MAX_NUMBER_CHARACTERS: usize = 3;

/// Whether a text can begin with a numbering, by its first character.
fn may_be_numbered(text: &str) -> bool {
    match text.chars().next() {
        // Part, step, section, chapter, question.
        Some(letter @ ('a'..='z' | 'A'..='Z')) => matches!(letter.to_ascii_lowercase(), 'p' | 's' | 'c' | 'q'),
        Some(han @ '\u{4E00}'..='\u{9FFF}') => han == '第' || is_han_numeral(han),
        first => first.is_some(),
    }
}

/// The text without the numbering in front of it.
#[must_use]
pub fn without_numbering(text: &str) -> &str {
    numbering(text).and_then(|length| text.get(length..)).unwrap_or(text).trim_start()
}

fn is_han_numeral(character: char) -> bool {
    matches!(character, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

fn without_bullet(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(['•', '·', '●', '○', '▪', '‣', '-', '*', '–', '—']) else {
        return text;
    };
    let marked = rest.starts_with(' ') || text.starts_with(['•', '·', '●', '○', '▪', '‣']);
    if marked && rest.chars().any(char::is_alphanumeric) { rest.trim_start() } else { text }
}

/// Whether the line ends as a sentence does; a question may be a title and does not count.
fn ends_sentence(text: &str) -> bool {
    let core = text.trim_end_matches(['"', '\'', '”', '’', ')', '）', '」', '』']);
    core.ends_with(['.', '。', '；', ';', '，', ',', '：', ':'])
}

/// Width on a screen: Han characters take two columns. Of a text wider than `most` some width above it.
fn columns_to(text: &str, most: usize) -> usize {
    let mut columns = 0;
    for character in text.chars() {
        columns += if is_han(character) || character as u32 > 0xFF00 { 2 } else { 1 };
        if columns > most {
            break;
        }
    }
    columns
}

/// Whether the lines of a group were one paragraph that a program broke at a fixed width.
///
/// All but the last are about equally wide, and most lines go on in the middle of a sentence: with a small letter in
/// Latin script, without any mark at the end in Chinese.
fn is_wrapped(group: &[&str]) -> bool {
    let Some((_, all_but_last)) = group.split_last() else { return false };
    if !are_evenly_wide(all_but_last) || group.iter().any(|line| line.contains('\t')) {
        return false;
    }
    let ends = group.last().is_some_and(|line| ends_sentence(line.trim()));
    if !ends {
        return false;
    }
    let joints = group.iter().zip(group.iter().skip(1));
    let goes_on = joints.filter(|(line, next)| runs_on(line.trim(), next.trim())).count();
    2 * goes_on > all_but_last.len() && group.iter().skip(1).all(|line| numbering(line.trim()).is_none())
}

/// Whether there are lines, and all of them about as wide as the widest, which a program would have broken.
fn are_evenly_wide(lines: &[&str]) -> bool {
    let (mut narrowest, mut widest) = (usize::MAX, 0);
    for line in lines {
        let columns = columns_to(line.trim(), *WRAP_COLUMNS.end());
        (narrowest, widest) = (narrowest.min(columns), widest.max(columns));
        if widest > *WRAP_COLUMNS.end() || widest - narrowest > WRAP_SLACK_COLUMNS {
            return false;
        }
    }
    WRAP_COLUMNS.contains(&widest)
}

fn runs_on(line: &str, next: &str) -> bool {
    let (Some(last), Some(first)) = (line.chars().next_back(), next.chars().next()) else { return false };
    if is_han(last) && is_han(first) {
        return true;
    }
    !ends_sentence(line) && first.is_lowercase() || last == ',' && first.is_alphanumeric()
}

fn rejoined(group: &[&str]) -> String {
    let mut out = String::new();
    for line in group.iter().map(|line| one_line(line)) {
        let parts_words = !(out.ends_with(is_han_or_mark) && line.starts_with(is_han_or_mark));
        if !out.is_empty() && parts_words {
            out.push(' ');
        }
        out.push_str(&line);
    }
    out
}

fn is_han_or_mark(character: char) -> bool {
    is_han(character) || matches!(character, '\u{3001}'..='\u{303F}' | '\u{FF00}'..='\u{FFEF}' | '“' | '”')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(BlockKind, String)> {
        parse(text).blocks.into_iter().map(|block| (block.kind, block.text)).collect()
    }

    #[test]
    fn shapes_of_headings() {
        for heading in [
            "1、 Scope of reimbursement",
            "1. Policy",
            "（一）报销范围",
            "一、报销范围",
            "(1) Relationship",
            "Q1: Is it covered?",
            "Part 1 | The price",
            "◆ 收费标准",
            "Summary",
            "写在最后",
        ] {
            let page = format!("A first paragraph that says a thing.\n{heading}\nA second paragraph that ends.");
            assert_eq!(kinds(&page)[1], (BlockKind::Heading(2), heading.to_owned()), "{heading}");
        }
    }

    #[test]
    fn what_is_no_heading() {
        let prose = "This line is a sentence.";
        for (name, line, kind) in [
            ("sentence", "Short but ends.", BlockKind::Paragraph),
            ("decimal", "3.5 yuan for one.", BlockKind::Paragraph),
            ("item", "• one thing", BlockKind::ListItem),
            ("cells", "City\tPrice", BlockKind::TableRow),
        ] {
            assert_eq!(kinds(&format!("{prose}\n{line}\n{prose}"))[1].0, kind, "{name}");
        }
        assert_eq!(kinds("City\t Price \t\n")[0].1, "City | Price");
        let list = kinds("1. Home\n  2. News\n  3. An article\n\nAn article");
        assert!(list[..2].iter().all(|(kind, _)| *kind == BlockKind::ListItem));
    }

    #[test]
    fn hard_wrapped_lines_are_joined() {
        let wrapped = "The cost of the operation depends on the material, on the doctor and on\nthe difficulty of the case, which is why the hospital asks every patient to\ncome for a talk.";
        assert_eq!(kinds(wrapped).len(), 1);
        let titles = "Can Dalian Chengyun Hospital be reimbursed by medical insurance or not\nHow much is orthodontics in Beijing Zhenshang Dental Clinic this year now\nIs Nanjing Kairong Medical Beauty Hospital formal and reliable for all";
        assert_eq!(kinds(titles).len(), 3, "titles of equal width are not one paragraph");
        let chinese = "重庆的医保目录由省级统一制定目录内的修复重建项目可以按比例报销美容项目不在\n目录之内因此需要自费患者应当提前准备病历和发票以及诊断证明等材料并向医院\n医保办咨询。";
        assert_eq!(kinds(chinese).len(), 1);
        assert!(!kinds(chinese)[0].1.contains(' '));
    }

    proptest! {
        #[test]
        fn every_letter_stays(text in "[a-zA-Z0-9 .,:。重庆医保\n\t•一、]{0,200}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let joined: String = parse(&text).blocks.iter().map(|block| block.text.as_str()).collect();
            prop_assert_eq!(letters(&joined), letters(&text));
            for block in parse(&text).blocks {
                prop_assert!(!block.text.is_empty() && !block.text.contains('\n'));
                prop_assert_eq!(&one_line(&block.text), &block.text);
            }
        }
    }
}
