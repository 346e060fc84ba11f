//! Finds the phrases of many rules in one line, in one pass.
//!
//! In: phrases with a number each, then the comparison key of a line. Out: which phrase stands where, on word
//! borders. Knows nothing of rules; `chrome` decides what a find means.
//!
//! A phrase can only start where a word or a Chinese character does. There its first word, or its first two Chinese
//! characters, are looked up in a table; there is no automaton to build.

use crate::text::normalize::{comparison_key, is_han};
use crate::text::span::Span;

/// Phrases ready to be found. A phrase that ends in `*` matches any ending of its last word.
#[derive(Debug, Clone)]
pub struct Phrases {
    /// Ordered by the slots of their heads.
    phrases: Vec<Phrase>,
    /// For each slot the first of its phrases, and at the end the number of all.
    slots: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Phrase {
    head: Head,
    key: String,
    owner: usize,
    any_ending: bool,
}

/// A phrase in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// The number that the phrase was given.
    pub owner: usize,
    /// Bytes of the line's comparison key.
    pub span: Span,
}

/// By what a phrase is looked up: its first bytes as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head(u64);

/// Slots of the table: several for each of some thousands of phrases.
const SLOTS: usize = 8192;

impl Head {
    fn of_phrase(key: &str, any_ending: bool) -> Self {
        let word = first_word(key);
        match (any_ending && word == key.len(), key.len()) {
            (true, 1) => Self::stem_of_one(key),
            (true, _) => Self::stem_of_two(key),
            (false, _) => Self::first_bytes(key, word),
        }
    }

    /// The heads that phrases found at the start of `rest` can have.
    fn at(rest: &str) -> [Self; 4] {
        let word = first_word(rest);
        let character = rest.chars().next().map_or(0, char::len_utf8);
        let first = if character > 1 { character } else { word };
        [
            Self::first_bytes(rest, word),
            Self::first_bytes(rest, first),
            Self::stem_of_one(rest),
            Self::stem_of_two(rest),
        ]
    }

    /// Up to eight bytes; the highest is never zero.
    fn first_bytes(text: &str, length: usize) -> Self {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(text.bytes().take(length)) {
            *to = from;
        }
        Self(u64::from_be_bytes(bytes))
    }

    fn stem_of_one(text: &str) -> Self {
        Self(Self::first_bytes(text, 1).0 >> 56)
    }

    fn stem_of_two(text: &str) -> Self {
        Self(Self::first_bytes(text, 2).0 >> 48)
    }

    fn slot(self) -> usize {
        let hash = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
        usize::try_from(hash).unwrap_or(0) % SLOTS
    }
}

/// Length of the letters, or the digits, or the one or two Chinese characters at the start of a key.
fn first_word(key: &str) -> usize {
    let mut characters = key.char_indices();
    let Some(class) = characters.next().map(|(_, first)| Class::of(first)) else { return 0 };
    let most = if class == Class::Han { 1 } else { usize::MAX };
    let more = characters.take_while(|&(_, character)| Class::of(character) == class).take(most);
    let last = more.last().map_or(0, |(at, _)| at);
    last + key.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

impl Phrases {
    /// Prepares phrases, each with the number of its owner.
    #[must_use]
    pub fn new<'a>(phrases: impl IntoIterator<Item = (usize, &'a str)>) -> Self {
        let mut prepared = Vec::new();
        for (owner, phrase) in phrases {
            let key = comparison_key(phrase);
            let any_ending = phrase.ends_with('*');
            if !key.is_empty() {
                prepared.push(Phrase { head: Head::of_phrase(&key, any_ending), key, owner, any_ending });
            }
        }
        prepared.sort_by_key(|phrase| phrase.head.slot());
        let first_of = |slot: usize| prepared.partition_point(|phrase| phrase.head.slot() < slot);
        Self { slots: (0..=SLOTS).map(first_of).collect(), phrases: prepared }
    }

    /// All phrases in `key`, the comparison key of a line, overlapping ones too, ordered by owner and place.
    #[must_use]
    pub fn find(&self, key: &str) -> Vec<Find> {
        let mut finds = Vec::new();
        let mut before = Class::Gap;
        for (at, character) in key.char_indices() {
            let class = Class::of(character);
            if class.starts_after(before) {
                self.find_at(key, at, &mut finds);
            }
            before = class;
        }
        finds.sort_by_key(|find| (find.owner, find.span));
        finds
    }

    fn find_at(&self, key: &str, at: usize, finds: &mut Vec<Find>) {
        let rest = key.get(at..).unwrap_or_default();
        let mut previous = None;
        for head in Head::at(rest) {
            if previous.replace(head) == Some(head) {
                continue;
            }
            for phrase in self.with_head(head) {
                let span = Span::new(at, at + phrase.key.len());
                if rest.starts_with(&phrase.key) && (phrase.any_ending || is_border(key, span.end)) {
                    finds.push(Find { owner: phrase.owner, span });
                }
            }
        }
    }

    fn with_head(&self, head: Head) -> impl Iterator<Item = &Phrase> {
        let slot = head.slot();
        let range = match self.slots.get(slot..slot + 2) {
            Some(&[first, end]) => first..end,
            _ => 0..0,
        };
        self.phrases.get(range).unwrap_or_default().iter().filter(move |phrase| phrase.head == head)
    }
}

/// What a character of a comparison key is for the borders of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Han,
    Digit,
    Letter,
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            ' ' => Self::Gap,
            '0'..='9' => Self::Digit,
            _ if !character.is_ascii() && is_han(character) => Self::Han,
            _ => Self::Letter,
        }
    }

    fn starts_after(self, before: Self) -> bool {
        self == Self::Han || self != Self::Gap && self != before
    }
}

/// Whether a word may end at `at`: not between two letters or digits of one Latin word.
fn is_border(key: &str, at: usize) -> bool {
    let (before, after) = key.split_at_checked(at).unwrap_or((key, ""));
    match (before.chars().next_back().map(Class::of), after.chars().next().map(Class::of)) {
        (Some(left), Some(right)) => left != right || right == Class::Han,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_words() {
        let phrases = Phrases::new([(0, "share"), (1, "infring*"), (2, "上一篇"), (3, "All Rights")]);
        for (name, line, owners) in [
            ("word", "please share this", vec![0]),
            ("not inside a word", "shareholders", vec![]),
            ("any ending", "an infringement", vec![1]),
            ("Chinese needs no border", "请看上一篇文章", vec![2]),
            ("folded", "ALL-RIGHTS reserved", vec![3]),
            ("next to a digit", "share2", vec![0]),
            ("behind a digit", "12share", vec![0]),
            ("behind a Chinese character", "请share上一篇", vec![0, 2]),
        ] {
            let found: Vec<_> = phrases.find(&comparison_key(line)).iter().map(|find| find.owner).collect();
            assert_eq!(found, owners, "{name}");
        }
    }
}
