//! Folds a text with highlights to a width. Chinese characters are two columns wide and break anywhere.

use article_search::text::safe::shown;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{faint, matched};

/// The lines of `text`, at most `width` columns each (`None`: one line), with the characters in `hits` emphasised.
///
/// `hits` are ascending, disjoint ranges of characters.
pub(in crate::cli) fn folded(text: &str, hits: &[(usize, usize)], width: Option<usize>) -> Vec<String> {
    let characters: Vec<(char, bool)> = text
        .chars()
        .enumerate()
        .map(|(index, character)| (character, hits.iter().any(|&(start, end)| (start..end).contains(&index))))
        .collect();
    let lines = match width {
        Some(width) => split(&characters, width.max(10)),
        None => vec![characters.as_slice()],
    };
    lines.into_iter().map(emphasised).collect()
}

/// `text` with `facts` behind it in one line of at most `width` columns (`None`: any), or else below it.
pub(in crate::cli) fn with_facts(text: &str, facts: &str, width: Option<usize>) -> Vec<String> {
    let is_one_line = width.is_none_or(|width| text.width() + 2 + facts.width() <= width);
    if is_one_line {
        let facts = if facts.is_empty() { String::new() } else { format!("  {}", faint(facts)) };
        return vec![format!("{}{facts}", shown(text))];
    }
    let below = folded(facts, &[], width).into_iter().map(|line| faint(&line));
    folded(text, &[], width).into_iter().chain(below).filter(|line| !line.is_empty()).collect()
}

/// Marks that close a sentence or a bracket: no line begins with one.
const CLOSING: &str = "，。、；：？！）》」』】〉〕”’…";

/// Lines that break at spaces and beside wide characters.
fn split(characters: &[(char, bool)], width: usize) -> Vec<&[(char, bool)]> {
    let mut lines = Vec::new();
    let (mut start, mut columns, mut last_break) = (0, 0, None);
    let mut index = 0;
    while let Some(&(character, _)) = characters.get(index) {
        let wide = character.width().unwrap_or(0);
        let is_space = character.is_whitespace();
        if wide == 2 && index > start && !CLOSING.contains(character) {
            last_break = Some(index);
        }
        if columns + wide > width && !is_space {
            let end = last_break.filter(|&at| at > start).unwrap_or(index);
            lines.push(characters.get(start..end).unwrap_or_default());
            start = end;
            index = end;
            (columns, last_break) = (0, None);
            continue;
        }
        columns += wide;
        index += 1;
        if is_space {
            last_break = Some(index);
        }
    }
    lines.push(characters.get(start..).unwrap_or_default());
    lines
}

fn emphasised(line: &[(char, bool)]) -> String {
    let mut out = String::new();
    for run in line.chunk_by(|left, right| left.1 == right.1) {
        let text: String = run.iter().map(|(character, _)| *character).collect();
        match run.first() {
            Some((_, true)) => out.push_str(&matched(&text)),
            _ => out.push_str(&shown(&text)),
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        for (name, text, width, expected) in [
            ("fits", "a b c", Some(10), vec!["a b c"]),
            ("breaks at a space", "aaaa bbbb cccc", Some(10), vec!["aaaa bbbb", "cccc"]),
            ("a long word is cut", "abcdefghijklmno", Some(10), vec!["abcdefghij", "klmno"]),
            ("han", "重庆医保可以报销", Some(10), vec!["重庆医保可", "以报销"]),
            ("no line begins with a mark", "重庆医保可，以报", Some(10), vec!["重庆医保", "可，以报"]),
            ("not folded", "aaaa bbbb cccc", None, vec!["aaaa bbbb cccc"]),
            ("controls are shown", "a\u{1b}b", None, vec!["a␛b"]),
        ] {
            assert_eq!(folded(text, &[], width), expected, "{name}");
        }
        let plain = |lines: Vec<String>| {
            lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(plain(with_facts("重庆", "500000", Some(12))), ["重庆  500000"]);
        assert_eq!(plain(with_facts("重庆", "500000", Some(11))), ["重庆", "500000"]);
        assert_eq!(plain(with_facts("a label", "", Some(10))), ["a label"]);
        let lines = folded("one two", &[(4, 7)], None);
        assert!(lines[0].starts_with("one \u{1b}[") && lines[0].contains("two"), "{lines:?}");
    }
}
