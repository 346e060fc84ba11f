//! Splits a paragraph into sentences, English and Chinese.
//!
//! A sentence ends at 。！？； and at `.`, `!`, `?`, `…` followed by white space and something that can start a
//! sentence. Abbreviations, initials, decimals, list heads (`1.`, `1、`) and closing quotes do not end one.

use std::iter::Peekable;
use std::str::CharIndices;

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
    Sentences::of(text).collect()
}

/// The sentences of a text one after another, for those who may not need all.
pub struct Sentences<'a> {
    text: &'a str,
    characters: Peekable<CharIndices<'a>>,
    /// Where the next sentence starts.
    start: usize,
    /// Before this offset every mark that needs a look at what follows has been judged: it ends no sentence.
    judged_to: usize,
}

impl<'a> Sentences<'a> {
    /// Before the first sentence of `text`.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { text, characters: text.char_indices().peekable(), start: 0, judged_to: 0 }
    }

    /// Where the next sentence ends, its closing quotes included; at the end of the text none.
    fn next_end(&mut self) -> Option<usize> {
        while let Some((index, character)) = self.characters.next() {
            let mut end = index + character.len_utf8();
            if !self.ends_at(index, character) {
                continue;
            }
            while let Some(&(next_index, next)) = self.characters.peek() {
                if !is_terminal(next) && !is_closing(next) {
                    break;
                }
                end = next_index + next.len_utf8();
                self.characters.next();
            }
            return Some(end);
        }
        None
    }

    fn ends_at(&mut self, index: usize, character: char) -> bool {
        match mark_of(character) {
            Mark::None => false,
            Mark::Always => true,
            Mark::BySequel if index < self.judged_to => false,
            Mark::BySequel => {
                let run_end = end_of_run(self.text, index + character.len_utf8());
                let breaks = breaks_at(self.text, run_end);
                if !breaks {
                    self.judged_to = run_end;
                }
                breaks && !(character == '.' && is_abbreviation(self.text.get(self.start..index).unwrap_or_default()))
            }
        }
    }
}

impl Iterator for Sentences<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while self.start < self.text.len() {
            let end = self.next_end().unwrap_or(self.text.len());
            let sentence = trimmed(self.text, Span::new(self.start, end));
            self.start = end;
            if !sentence.is_empty() {
                return Some(sentence);
            }
        }
        None
    }
}

/// What a character says of the end of a sentence.
enum Mark {
    None,
    Always,
    /// An end if a new sentence can begin behind it.
    BySequel,
}

fn mark_of(character: char) -> Mark {
    match character {
        '。' | '！' | '？' | '；' | '\n' => Mark::Always,
        '.' | '!' | '?' | '…' => Mark::BySequel,
        _ => Mark::None,
    }
}

/// Where the run of closing quotes and marks that goes on at `from` ends: all marks of a run have one sequel.
fn end_of_run(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    text.len() - rest.trim_start_matches(|character| is_closing(character) || is_terminal(character)).len()
}

/// Whether the text behind a run of marks can begin a new sentence.
fn breaks_at(text: &str, run_end: usize) -> bool {
    let rest = text.get(run_end..).unwrap_or_default();
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
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_list_head = is_number && before.trim_start() == word;
    is_initial || is_list_head || ABBREVIATIONS.contains(&lower.as_str())
}

fn is_terminal(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '；')
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '\'' | '”' | '’' | ')' | '）' | '」' | '』' | '》' | ']')
}

/// The span without white space at its ends.
fn trimmed(text: &str, span: Span) -> Span {
    let slice = span.of(text);
    let start = span.start + (slice.len() - slice.trim_start().len());
    Span::new(start, start + slice.trim().len())
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

    #[test]
    fn long_runs_of_marks_are_judged_once() {
        const RUN: usize = 2_000_000;
        for mark in [".", "!", "…", ".)", "?\"", "!.'", " .", "Mr. ", "1. ", "。.", "\t"] {
            let text = format!("He waits{}a while. Then no more", mark.repeat(RUN / mark.len()));
            let found = sentences(&text);
            assert!(found.last().is_some_and(|last| last.of(&text).ends_with("Then no more")), "{mark}");
        }
        let (before, after) = ("A word", "goes on. Here not");
        for (run, count) in [("...", 2), ("!?!", 2), (".。.", 3), ("?!) ", 2)] {
            let text = format!("{before}{run}{after}");
            assert_eq!(sentences(&text).len(), count, "{text}");
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
