//! One folding for comparing and indexing: width, case, accents, and traditional to simplified characters.
//!
//! Folding works character by character, so that every folded character still has an exact place in the source.
//! The table `simplified.txt` (traditional character, its simplified form; one pair a line) is derived from the
//! `OpenCC` project's `TSCharacters` (Apache-2.0), single characters only.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::ascii::{Bytes, CHUNK, split_plain};

/// The Chinese characters that nearly all text is written in; others are looked up the slow way.
const COMMON_HAN: RangeInclusive<u32> = 0x3400..=0x9FFF;

/// Simplified forms of traditional characters.
struct Simplified {
    /// Of every character of [`COMMON_HAN`], itself where it has no other form.
    common: Vec<char>,
    rare: HashMap<char, char>,
}

static SIMPLIFIED: LazyLock<Simplified> = LazyLock::new(|| {
    let mut table = Simplified { common: COMMON_HAN.filter_map(char::from_u32).collect(), rare: HashMap::new() };
    for line in include_str!("simplified.txt").lines() {
        let mut characters = line.chars();
        let (Some(traditional), Some(simplified)) = (characters.next(), characters.next()) else { continue };
        match common_index(traditional).and_then(|index| table.common.get_mut(index)) {
            Some(form) => *form = simplified,
            None => {
                table.rare.insert(traditional, simplified);
            }
        }
    }
    table
});

fn common_index(character: char) -> Option<usize> {
    let code = character as u32;
    COMMON_HAN.contains(&code).then(|| (code - COMMON_HAN.start()) as usize)
}

/// Calls `sink` with each folded character of `character`: compatibility form (NFKD), no accents, lower case,
/// simplified.
pub fn fold_char(character: char, mut sink: impl FnMut(char)) {
    match character {
        '\0'..='\x7F' => return sink(character.to_ascii_lowercase()),
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' => return sink(simplified(character)),
        // Punctuation of Chinese and English text.
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '–' | '—' | '‘' | '’' | '“' | '”' => {
            return sink(character);
        }
        '\u{FF01}'..='\u{FF5E}' => return sink(narrow(character).to_ascii_lowercase()),
        _ => {}
    }
    if is_han(character) && !is_compatibility_han(character) {
        return sink(simplified(character));
    }
    for part in std::iter::once(character).nfkd().filter(|&part| !is_combining_mark(part)) {
        part.to_lowercase().filter(|&lower| !is_combining_mark(lower)).map(simplified).for_each(&mut sink);
    }
}

/// The ASCII character of a full-width form, `！` to `～`; a space for any other character.
#[must_use]
pub fn narrow(wide: char) -> char {
    (wide as u32).checked_sub(0xFEE0).and_then(|code| u8::try_from(code).ok()).map_or(' ', char::from)
}

/// The folded form of a whole text, spaces and punctuation included.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        fold_char(character, |folded| out.push(folded));
    }
    out
}

/// The form in which two lines are compared: folded, letters and digits only, words parted by one space.
///
/// Punctuation, case, width and spacing do not count; `"1. Can X?"` and `"１．can x"` are the same.
#[must_use]
pub fn comparison_key(text: &str) -> String {
    let mut key = Key { text: String::with_capacity(text.len()), has_gap: false };
    let mut rest = text;
    loop {
        let (words, behind) = plain_words(rest);
        key.add_words(words);
        let mut characters = behind.chars();
        match characters.next() {
            None => return key.text,
            Some('\'' | '’') => {}
            Some('\0'..='\x7F') => key.has_gap = true,
            Some(character @ '\u{4E00}'..='\u{9FFF}') => key.push(simplified(character)),
            Some(character) => fold_char(character, |folded| key.add(folded)),
        }
        rest = characters.as_str();
    }
}

/// The start of a text that is words of ASCII with single spaces between and perhaps behind them, and the rest.
fn plain_words(text: &str) -> (&str, &str) {
    let are_plain = |before: u8, chunk: &[u8; CHUNK]| {
        let bytes = Bytes::new(*chunk);
        let spaces = bytes.are(b' ');
        let [first, ..] = *chunk;
        (bytes.are_of_words() | spaces).count_zeros() == 64 - 8
            && spaces & (spaces << 8) == 0
            && (before != b' ' || first != b' ')
    };
    let is_plain = |before: u8, byte: u8| byte.is_ascii_alphanumeric() || byte == b' ' && before != b' ';
    split_plain(text, b' ', are_plain, is_plain)
}

/// A comparison key in the making.
struct Key {
    text: String,
    /// Whether something that does not count stands before what comes next.
    has_gap: bool,
}

impl Key {
    /// Adds words of ASCII with single spaces between and perhaps behind them.
    fn add_words(&mut self, words: &str) {
        let trimmed = words.strip_suffix(' ').unwrap_or(words);
        if !trimmed.is_empty() {
            self.part();
            let start = self.text.len();
            self.text.push_str(trimmed);
            if let Some(added) = self.text.get_mut(start..) {
                added.make_ascii_lowercase();
            }
        }
        self.has_gap |= trimmed.len() < words.len();
    }

    /// Parts what comes next from what stands before, if something that does not count stands between.
    fn part(&mut self) {
        if std::mem::take(&mut self.has_gap) && !self.text.is_empty() {
            self.text.push(' ');
        }
    }

    /// Adds any folded character.
    fn add(&mut self, folded: char) {
        if folded.is_alphanumeric() {
            self.push(folded);
        } else if folded != '\'' && folded != '’' {
            self.has_gap = true;
        }
    }

    /// Adds a folded letter or digit.
    fn push(&mut self, folded: char) {
        self.part();
        self.text.push(folded);
    }
}

/// The text on one line: runs of white space become one space, none at the ends.
#[must_use]
pub fn one_line(text: &str) -> String {
    let text = text.trim();
    if is_spaced_plainly(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether all white space in a trimmed text is single plain spaces, and nothing else controls where lines go.
#[must_use]
pub fn is_spaced_plainly(text: &str) -> bool {
    let are_plain = |before: u8, chunk: &[u8; CHUNK]| {
        let bytes = Bytes::new(*chunk);
        let spaces = bytes.are(b' ');
        let [first, ..] = *chunk;
        bytes.are_controls() == 0 && spaces & (spaces << 8) == 0 && (before != b' ' || first != b' ')
    };
    let is_plain = |before: u8, byte: u8| byte >= b' ' && (before != b' ' || byte != b' ');
    let mut rest = text;
    let mut before = b'a';
    loop {
        (_, rest) = split_plain(rest, before, are_plain, is_plain);
        let mut characters = rest.chars();
        match characters.next() {
            None => return true,
            Some(character) if character.is_ascii() || character.is_whitespace() => return false,
            Some(_) => (rest, before) = (characters.as_str(), b'a'),
        }
    }
}

/// Whether `character` is a Chinese character (any plane, compatibility forms and 〇 included).
#[must_use]
pub fn is_han(character: char) -> bool {
    matches!(character,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

fn is_compatibility_han(character: char) -> bool {
    matches!(character, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

/// The simplified form of a traditional character, any other character unchanged.
fn simplified(character: char) -> char {
    if (character as u32) < *COMMON_HAN.start() {
        return character;
    }
    let common = common_index(character).and_then(|index| SIMPLIFIED.common.get(index));
    common.or_else(|| SIMPLIFIED.rare.get(&character)).copied().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_meets_variants() {
        for (name, left, right) in [
            ("case", "Chongqing", "chongqing"),
            ("width", "Ｃｈｏｎｇｑｉｎｇ１", "chongqing1"),
            ("accent", "Ürümqi", "urumqi"),
            ("traditional", "重慶醫療", "重庆医疗"),
            ("compatibility ideograph", "\u{F9E4}", "理"),
        ] {
            assert_eq!(folded(left), right, "{name}");
        }
        assert_eq!(comparison_key("1. Can X's  salon？"), comparison_key("１．can xs salon"));
        assert_eq!(one_line("  a \t b\u{3000}c "), "a b c");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,80}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
            let key = comparison_key(&text);
            prop_assert_eq!(comparison_key(&key), key);
        }
    }
}
