//! Finds the phrases of many rules in one line, in one pass.
//!
//! In: phrases with a number each, then the comparison key of a line. Out: which phrase stands where, on word
//! borders. Knows nothing of rules; `chrome` decides what a find means.
//!
//! A phrase can only start where a word or a Chinese character does. There its first word, or its first two Chinese
//! characters, are looked up in a table; there is no automaton to build.

use crate::text::ascii::split_word;
use crate::text::normalize::{comparison_key, is_han};
use crate::text::span::Span;

/// Phrases ready to be found. A phrase that ends in `*` matches any ending of its last word.
#[derive(Debug, Clone)]
pub struct Phrases {
    /// Ordered by the slots of their heads.
    all: Vec<Phrase>,
    /// For each slot the first of its phrases, and at the end the number of all.
    slots: Vec<usize>,
    /// One bit for the hash of each head: says of most words in one look that no phrase starts with them.
    sieve: Vec<u64>,
    /// For each byte whether a phrase of one word and any ending starts with it.
    starts_stem: [bool; 256],
}

#[derive(Debug, Clone)]
struct Phrase {
    head: Head,
    /// The first bytes of the key as a number, and which bits of it the key has: most lines are told apart by them.
    start: u128,
    mask: u128,
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

/// The first bytes of a text as a number, the first highest; what is missing is zero.
fn first_sixteen(text: &str) -> u128 {
    if let Some(&sixteen) = text.as_bytes().first_chunk::<16>() {
        return u128::from_be_bytes(sixteen);
    }
    let mut sixteen = [0; 16];
    for (to, from) in sixteen.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u128::from_be_bytes(sixteen)
}

/// Slots of the table: about one for each of some thousands of phrases.
const SLOTS: usize = 8192;
/// Size of the sieve in words of 64 bits: 16 KiB, which stays in the fastest cache.
const SIEVE_WORDS: usize = 2048;

impl Head {
    fn of_phrase(key: &str, any_ending: bool) -> Self {
        let word = first_word(key);
        match (any_ending && word == key.len(), key.len()) {
            (true, 1) => Self::stem_of_one(key),
            (true, _) => Self::stem_of_two(key),
            (false, _) => Self::first_bytes(key, word),
        }
    }

    /// Up to eight bytes; the highest is never zero.
    fn first_bytes(text: &str, length: usize) -> Self {
        let length = length.min(8);
        if let Some(&eight) = text.as_bytes().first_chunk::<8>() {
            let mask = if length == 0 { 0 } else { u64::MAX << (64 - 8 * length) };
            return Self(u64::from_be_bytes(eight) & mask);
        }
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

    fn hash(self) -> usize {
        usize::try_from(self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).unwrap_or(0)
    }

    fn slot(self) -> usize {
        self.hash() % SLOTS
    }

    /// Word and bit in the sieve.
    fn place(self) -> (usize, u64) {
        let place = self.hash() % (SIEVE_WORDS * 64);
        (place / 64, 1 << (place % 64))
    }
}

/// Length of the letters, or the digits, or the one or two Chinese characters at the start of a key.
fn first_word(key: &str) -> usize {
    let letters = letters_of_ascii(key);
    if letters > 0 && key.as_bytes().get(letters).is_none_or(u8::is_ascii) {
        return letters;
    }
    let (class, mut length) = first_class(key);
    let most = if class == Class::Han { 1 } else { usize::MAX };
    for _ in 0..most {
        match key.get(length..).filter(|rest| !rest.is_empty()).map(first_class) {
            Some((next, bytes)) if next == class => length += bytes,
            _ => break,
        }
    }
    length
}

/// How many letters from a to z `key` begins with; none where digits follow or precede them in one word.
fn letters_of_ascii(key: &str) -> usize {
    let (word, _) = split_word(key);
    if word.bytes().all(|byte| byte.is_ascii_alphabetic()) { word.len() } else { 0 }
}

/// The class of the first character, and its length in bytes; of nothing a gap.
fn first_class(key: &str) -> (Class, usize) {
    match key.as_bytes().first() {
        None => (Class::Gap, 0),
        Some(b' ') => (Class::Gap, 1),
        Some(b'0'..=b'9') => (Class::Digit, 1),
        Some(0..0x80) => (Class::Letter, 1),
        Some(_) => key.chars().next().map_or((Class::Gap, 0), |first| (Class::of(first), first.len_utf8())),
    }
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
                let head = Head::of_phrase(&key, any_ending);
                let mask = u128::MAX
                    .checked_shr(8 * u32::try_from(key.len()).unwrap_or(u32::MAX))
                    .map_or(u128::MAX, |rest| !rest);
                prepared.push(Phrase { head, start: first_sixteen(&key), mask, key, owner, any_ending });
            }
        }
        prepared.sort_by_key(|phrase| phrase.head.slot());
        let mut slots = Vec::with_capacity(SLOTS + 1);
        for (number, phrase) in prepared.iter().enumerate() {
            slots.resize(slots.len().max(phrase.head.slot() + 1), number);
        }
        slots.resize(SLOTS + 1, prepared.len());
        let mut sieve = vec![0; SIEVE_WORDS];
        let mut starts_stem = [false; 256];
        for phrase in &prepared {
            let (word, bit) = phrase.head.place();
            if let Some(word) = sieve.get_mut(word) {
                *word |= bit;
            }
            let is_stem = phrase.any_ending && first_word(&phrase.key) == phrase.key.len();
            let first = phrase.key.bytes().next().filter(|_| is_stem);
            if let Some(starts) = first.and_then(|byte| starts_stem.get_mut(usize::from(byte))) {
                *starts = true;
            }
        }
        Self { slots, all: prepared, sieve, starts_stem }
    }

    /// All phrases in `key`, the comparison key of a line, overlapping ones too, ordered by owner and place.
    #[must_use]
    pub fn find(&self, key: &str) -> Vec<Find> {
        let mut finds = Vec::new();
        let mut at = 0;
        while let Some(rest) = key.get(at..).filter(|rest| !rest.is_empty()) {
            at += match first_class(rest) {
                (Class::Gap, length) => length,
                (Class::Han, length) => {
                    self.find_at(key, at, (first_word(rest), length), &mut finds);
                    length
                }
                (Class::Digit | Class::Letter, _) => {
                    let word = first_word(rest);
                    self.find_at(key, at, (word, word), &mut finds);
                    word
                }
            };
        }
        if finds.len() > 1 {
            finds.sort_by_key(|find| (find.owner, find.span));
        }
        finds
    }

    /// Adds the phrases that start at `at`, where the first word, or two Chinese characters, and the first word, or one
    /// Chinese character, are of these lengths.
    fn find_at(&self, key: &str, at: usize, (word, first): (usize, usize), finds: &mut Vec<Find>) {
        let rest = key.get(at..).unwrap_or_default();
        self.find_with(Head::first_bytes(rest, word), key, at, finds);
        if first < word {
            self.find_with(Head::first_bytes(rest, first), key, at, finds);
        }
        let byte = rest.bytes().next().unwrap_or(0);
        if self.starts_stem.get(usize::from(byte)) == Some(&true) {
            self.find_with(Head::stem_of_one(rest), key, at, finds);
            self.find_with(Head::stem_of_two(rest), key, at, finds);
        }
    }

    fn find_with(&self, head: Head, key: &str, at: usize, finds: &mut Vec<Find>) {
        let (word, bit) = head.place();
        if self.sieve.get(word).is_none_or(|word| word & bit == 0) {
            return;
        }
        let rest = key.get(at..).unwrap_or_default();
        let start = first_sixteen(rest);
        for phrase in self.with_head(head).filter(|phrase| start & phrase.mask == phrase.start) {
            let span = Span::new(at, at + phrase.key.len());
            if rest.starts_with(&phrase.key) && (phrase.any_ending || is_border(key, span.end)) {
                finds.push(Find { owner: phrase.owner, span });
            }
        }
    }

    fn with_head(&self, head: Head) -> impl Iterator<Item = &Phrase> {
        let slot = head.slot();
        let range = match self.slots.get(slot..slot + 2) {
            Some(&[first, end]) => first..end,
            _ => 0..0,
        };
        self.all.get(range).unwrap_or_default().iter().filter(move |phrase| phrase.head == head)
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
