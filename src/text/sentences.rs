//! Splits a paragraph into sentences, English and Chinese.
//!
//! A sentence ends at 。！？； and at `.`, `!`, `?`, `…` followed by white space and something that can start a
//! sentence. Abbreviations, initials, decimals, list heads (`1.`, `1、`) and closing quotes do not end one.

use super::span::Span;

/// Words before a full stop that do not end a sentence, folded to lower case.
const ABBREVIATIONS: [&str; 24] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "etc", "e.g", "i.e", "fig", "approx", "inc", "ltd", "co", "jr",
    "sr", "dept", "rev", "vol", "al", "ca", "tel",
];

/// The sentences of `text` in order; together they hold every character that is not white space.
///
/// Spans are trimmed of white space at both ends and never empty.
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        if !ends_sentence(text, start, index, character) {
            continue;
        }
        let mut end = index + character.len_utf8();
        while let Some(&(next_index, next)) = characters.peek() {
            if !is_terminal(next) && !is_closing(next) {
                break;
            }
            end = next_index + next.len_utf8();
            characters.next();
        }
        push_trimmed(&mut out, text, Span::new(start, end));
        start = end;
    }
    push_trimmed(&mut out, text, Span::new(start, text.len()));
    out
}

fn ends_sentence(text: &str, start: usize, index: usize, character: char) -> bool {
    match character {
        '。' | '！' | '？' | '；' | '\n' => true,
        '!' | '?' | '…' => breaks_after(text, index + character.len_utf8()),
        '.' => breaks_after(text, index + 1) && !is_abbreviation(text.get(start..index).unwrap_or_default()),
        _ => false,
    }
}

/// Whether the text after a full stop can begin a new sentence.
fn breaks_after(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let rest = rest.trim_start_matches(|character| is_closing(character) || is_terminal(character));
    let Some(first) = rest.chars().next() else { return true };
    if !first.is_whitespace() {
        // Chinese text may follow without a space; a digit or a Latin letter is a decimal, a domain or a version.
        return super::normalize::is_han(first);
    }
    rest.trim_start().chars().next().is_none_or(|next| !next.is_lowercase())
}

/// Whether `before`, the sentence so far, ends in a word that takes a full stop of its own.
fn is_abbreviation(before: &str) -> bool {
    let word =
        before.rsplit(|character: char| character.is_whitespace() || character == '(').next().unwrap_or_default();
    let lower = word.to_lowercase();
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let is_list_head = before.trim_start() == word && !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    is_initial || is_list_head || ABBREVIATIONS.contains(&lower.as_str())
}

fn is_terminal(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '；')
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '\'' | '”' | '’' | ')' | '）' | '」' | '』' | '》' | ']')
}

fn push_trimmed(out: &mut Vec<Span>, text: &str, span: Span) {
    let slice = span.of(text);
    let start = span.start + (slice.len() - slice.trim_start().len());
    let trimmed = Span::new(start, start + slice.trim().len());
    if !trimmed.is_empty() {
        out.push(trimmed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splitting() {
        for (name, text, expected) in [
            ("two", "It is. It was.", vec!["It is.", "It was."]),
            ("abbreviation", "Dr. Li said so. Yes.", vec!["Dr. Li said so.", "Yes."]),
            ("initial", "J. Wang came. He left.", vec!["J. Wang came.", "He left."]),
            ("decimal and domain", "It costs 3.5 on a.example now. Ok", vec!["It costs 3.5 on a.example now.", "Ok"]),
            ("list head", "1. Policy of the city. More", vec!["1. Policy of the city.", "More"]),
            ("chinese", "可以报销。不过！要看情况", vec!["可以报销。", "不过！", "要看情况"]),
            ("quote", "He said \"no.\" Then left.", vec!["He said \"no.\"", "Then left."]),
            ("lower case goes on", "approx. three. and more", vec!["approx. three. and more"]),
            ("nothing", "  ", vec![]),
        ] {
            let found: Vec<_> = sentences(text).into_iter().map(|span| span.of(text)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_character_is_lost(text in "[a-zA-Z0-9 .!?\"'。！？；重庆\n]{0,80}") {
            let joined: String = sentences(&text).iter().map(|span| span.of(&text)).collect();
            let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(strip(&joined), strip(&text));
        }
    }
}
