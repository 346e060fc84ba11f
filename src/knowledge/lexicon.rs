//! Finds thousands of phrases in one pass over a text.
//!
//! In goes a text and a set of phrases; out come the places where a phrase stands as whole words, leftmost first,
//! the longest where several start, never overlapping. Texts and phrases are compared in folded form ([`Folded`]).
//! Latin phrases match whole words only; Chinese phrases match anywhere. A phrase is looked up by its first word, or
//! its first two characters: there is no automaton to build, which at thousands of names would take longer than most
//! searches, and at every word of a text a sieve of a few KiB mostly says no.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::folded::Folded;
use crate::text::ascii::word_length;
use crate::text::span::Span;

/// A place where a phrase can start, and the characters it starts with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    start: usize,
    key: Key,
}

/// The first bytes of a word, or the first two characters of another script, packed into a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key(u64);

impl Key {
    /// The key of the word or characters at the start of `bytes`, and the length of what it stands for.
    fn at(bytes: &[u8]) -> (Self, usize) {
        let length = match bytes.first() {
            Some(first) if first.is_ascii_alphanumeric() => word_length(bytes),
            first => character_length(first.copied().unwrap_or(0)),
        };
        let second = bytes.get(length).filter(|_| length > 1 && !is_word_byte(bytes.first())).copied().unwrap_or(0);
        let packed = if second >= 0x80 { length + character_length(second) } else { length };
        (Self::of_first(packed, bytes), length)
    }

    fn packed(bytes: &[u8]) -> Self {
        Self(bytes.iter().take(8).fold(0, |key, &byte| (key << 8) | u64::from(byte)))
    }

    /// The key of the first `length` bytes, at least one.
    fn of_first(length: usize, bytes: &[u8]) -> Self {
        match bytes.first_chunk::<8>() {
            Some(&eight) => Self(u64::from_be_bytes(eight) >> (64 - 8 * length.clamp(1, 8))),
            None => Self::packed(bytes.get(..length).unwrap_or(bytes)),
        }
    }

    /// The key of the first of two characters.
    fn of_first_character(bytes: &[u8]) -> Self {
        Self::of_first(character_length(bytes.first().copied().unwrap_or(0)), bytes)
    }

    /// Place in a sieve, and a table's hash.
    fn hash(self) -> u64 {
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

fn is_word_byte(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_alphanumeric)
}

/// Length of the UTF-8 character that starts with this byte.
fn character_length(first: u8) -> usize {
    match first {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    }
}

/// Where phrases can start: at every word, and at every character of scripts without spaces.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let bytes = text.as_bytes();
    let mut next = 0;
    std::iter::from_fn(move || {
        let start = next;
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (key, length) = Key::at(rest);
        next += length;
        Some(Token { start, key })
    })
}

/// Says of most places of a text in one look that no phrase of some lexicons starts there.
#[derive(Debug, Clone)]
pub struct Sieve {
    /// One bit for the hash of each key with which a phrase starts.
    bits: Vec<u64>,
}

impl Sieve {
    fn new() -> Self {
        Self { bits: vec![0; SIEVE_WORDS] }
    }

    /// The places of `text` where a phrase may start.
    pub(super) fn tokens(&self, text: &str) -> Vec<Token> {
        let first_of = |token: &Token| text.as_bytes().get(token.start..).unwrap_or_default();
        let is_held = |token: &Token| {
            let rest = first_of(token);
            self.holds(token.key) || !is_word_byte(rest.first()) && self.holds(Key::of_first_character(rest))
        };
        tokens(text).filter(is_held).collect()
    }

    /// The sieve that holds back where a phrase of any of `lexicons` may start.
    pub(super) fn of(lexicons: &[&Lexicon]) -> Self {
        let mut sieve = Self::new();
        for lexicon in lexicons {
            for (word, more) in sieve.bits.iter_mut().zip(&lexicon.sieve.bits) {
                *word |= more;
            }
        }
        sieve
    }

    fn add(&mut self, key: Key) {
        let (word, bit) = Self::place(key);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    fn holds(&self, key: Key) -> bool {
        let (word, bit) = Self::place(key);
        self.bits.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Word and bit of a key.
    fn place(key: Key) -> (usize, u64) {
        let hash = key.hash() >> 40;
        let place = usize::try_from(hash).unwrap_or(0) % (SIEVE_WORDS * 64);
        (place / 64, 1 << (place % 64))
    }
}

/// Hashes keys, which are well mixed by one multiplication.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, &byte| Key(hash ^ u64::from(byte)).hash());
    }

    fn write_u64(&mut self, key: u64) {
        let hash = Key(key).hash();
        self.0 = hash ^ (hash >> 32);
    }
}

/// Whether a phrase may also be found with an English plural ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endings {
    /// Only as it is written.
    Exact,
    /// Also with `s` or `es` behind it.
    Plural,
}

/// A set of phrases to look for.
#[derive(Debug)]
pub struct Lexicon {
    phrases: Vec<String>,
    endings: Endings,
    /// By the key of their start: the phrases, longest first.
    starts: HashMap<Key, Vec<Candidate>, BuildHasherDefault<KeyHasher>>,
    sieve: Sieve,
}

/// A phrase that starts with some key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    phrase: usize,
    /// The bytes that follow the first eight, as a number, and which bits of it the phrase has: most candidates are
    /// refused by one comparison.
    next: u64,
    mask: u64,
}

impl Candidate {
    fn new(phrase: usize, text: &str) -> Self {
        let next = next_bytes(text.as_bytes());
        let length = text.len().saturating_sub(8).min(8);
        let mask = if length == 0 { 0 } else { u64::MAX << (64 - 8 * length) };
        Self { phrase, next: next & mask, mask }
    }
}

/// Bytes 8 to 16 as a number, the first highest; what is missing is zero.
fn next_bytes(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    for (to, from) in eight.iter_mut().zip(bytes.iter().skip(8)) {
        *to = *from;
    }
    u64::from_be_bytes(eight)
}

/// Size of a sieve in words of 64 bits: 16 KiB, which stays in the fastest cache.
const SIEVE_WORDS: usize = 2048;

/// Where a phrase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the folded text.
    pub folded: Span,
    /// Bytes of the source text.
    pub span: Span,
    /// Index of the phrase.
    pub phrase: usize,
}

impl Lexicon {
    /// A lexicon of `phrases`, which must be folded ([`super::folded::folded_phrase`]); a match gives the index.
    #[must_use]
    pub fn new(phrases: Vec<String>, endings: Endings) -> Self {
        let mut lexicon = Self { phrases: Vec::new(), endings, starts: HashMap::default(), sieve: Sieve::new() };
        for (index, phrase) in phrases.iter().enumerate() {
            let (key, length) = Key::at(phrase.as_bytes());
            let candidate = Candidate::new(index, phrase);
            lexicon.add(key, candidate);
            if endings == Endings::Plural && length == phrase.len() && length < 8 {
                lexicon.add(Key::packed(format!("{phrase}s").as_bytes()), candidate);
                lexicon.add(Key::packed(format!("{phrase}es").as_bytes()), candidate);
            }
        }
        for candidates in lexicon.starts.values_mut() {
            let length = |candidate: &Candidate| phrases.get(candidate.phrase).map_or(0, String::len);
            candidates.sort_by_key(|candidate| std::cmp::Reverse(length(candidate)));
            candidates.dedup();
        }
        lexicon.phrases = phrases;
        lexicon
    }

    fn add(&mut self, key: Key, candidate: Candidate) {
        self.starts.entry(key).or_default().push(candidate);
        self.sieve.add(key);
    }

    /// All places of all phrases in `text`: ascending, disjoint, the longest of those that start together.
    #[must_use]
    pub fn find(&self, text: &Folded<'_>) -> Vec<Found> {
        match text.sifted() {
            Some(tokens) => self.find_at(text, tokens.iter().copied()),
            None => self.find_at(text, tokens(text.text())),
        }
    }

    fn find_at(&self, text: &Folded<'_>, tokens: impl Iterator<Item = Token>) -> Vec<Found> {
        let mut out: Vec<Found> = Vec::new();
        let mut free_from = 0;
        for token in tokens {
            if token.start < free_from {
                continue;
            }
            if let Some((phrase, end)) = self.longest_at(text.text(), token) {
                let folded = Span::new(token.start, end);
                out.push(Found { folded, span: text.to_source(folded), phrase });
                free_from = end;
            }
        }
        out
    }

    /// Whether any phrase stands in `text`.
    #[must_use]
    pub fn is_in(&self, text: &Folded<'_>) -> bool {
        !self.find(text).is_empty()
    }

    /// The longest phrase that starts at a token, and where it ends.
    fn longest_at(&self, text: &str, token: Token) -> Option<(usize, usize)> {
        let rest = text.as_bytes().get(token.start..)?;
        let by_key = self.longest_of(token.key, text, token.start);
        if by_key.is_some() || is_word_byte(rest.first()) {
            return by_key;
        }
        let first = Key::of_first_character(rest);
        if first == token.key { None } else { self.longest_of(first, text, token.start) }
    }

    fn longest_of(&self, key: Key, text: &str, start: usize) -> Option<(usize, usize)> {
        if !self.sieve.holds(key) {
            return None;
        }
        let rest = text.get(start..)?;
        let candidates = self.starts.get(&key)?;
        let next = next_bytes(rest.as_bytes());
        candidates.iter().filter(|candidate| next & candidate.mask == candidate.next).find_map(|candidate| {
            let phrase = self.phrases.get(candidate.phrase)?;
            if !rest.starts_with(phrase.as_str()) {
                return None;
            }
            self.word_end(text, start + phrase.len()).map(|end| (candidate.phrase, end))
        })
    }

    /// The end of the word that a match ends in; none when the match ends inside a word.
    fn word_end(&self, haystack: &str, end: usize) -> Option<usize> {
        let bytes = haystack.as_bytes();
        let is_word = |at: usize| is_word_byte(bytes.get(at));
        if !is_word(end.saturating_sub(1)) || !is_word(end) {
            return Some(end);
        }
        if self.endings == Endings::Exact {
            return None;
        }
        let rest = bytes.get(end..).unwrap_or_default();
        let ending = if rest.starts_with(b"es") && !is_word(end + 2) { 2 } else { 1 };
        (rest.starts_with(b"s") || ending == 2).then_some(end + ending).filter(|&after| !is_word(after))
    }
}

#[cfg(test)]
mod tests {
    use super::super::folded::folded_phrase;
    use super::*;

    fn found<'a>(phrases: &[&str], text: &'a str) -> Vec<&'a str> {
        let lexicon = Lexicon::new(phrases.iter().map(|phrase| folded_phrase(phrase)).collect(), Endings::Plural);
        lexicon.find(&Folded::new(text)).into_iter().map(|found| found.span.of(text)).collect()
    }

    #[test]
    fn whole_words_in_any_spelling() {
        for (name, phrases, text, expected) in [
            ("no part of a word", vec!["Dali"], "Dalian and Dali", vec!["Dali"]),
            ("the longest", vec!["Dali", "Dali City"], "in Dali City", vec!["Dali City"]),
            ("apostrophes", vec!["Xi'an"], "Xi’an, Xian's", vec!["Xi’an", "Xian"]),
            ("plural", vec!["dental implant"], "Dental implants. implantsy", vec!["Dental implants"]),
            ("traditional and wide", vec!["重庆", "abc"], "重慶，ＡＢＣ。", vec!["重慶", "ＡＢＣ"]),
            ("hyphens", vec!["anti aging"], "Anti-aging", vec!["Anti-aging"]),
            ("not across lines", vec!["a b"], "a\nb", vec![]),
            ("shorter when the longer is no word", vec!["ab", "ab cd"], "ab cde", vec!["ab"]),
        ] {
            assert_eq!(found(&phrases, text), expected, "{name}");
        }
    }
}
