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
    if text.is_ascii() {
        return ascii_key(text);
    }
    let mut key = Key { text: String::with_capacity(text.len()), has_gap: false };
    for character in text.chars() {
        match character {
            'a'..='z' | '0'..='9' => key.push(character),
            'A'..='Z' => key.push(character.to_ascii_lowercase()),
            '\'' | '’' => {}
            '\0'..='\x7F' => key.has_gap = true,
            '\u{4E00}'..='\u{9FFF}' => key.push(simplified(character)),
            _ => fold_char(character, |folded| key.add(folded)),
        }
    }
    key.text
}

/// The comparison key of a text in ASCII.
fn ascii_key(text: &str) -> String {
    let mut key = Vec::with_capacity(text.len());
    let mut has_gap = false;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            if std::mem::take(&mut has_gap) && !key.is_empty() {
                key.push(b' ');
            }
            key.push(byte.to_ascii_lowercase());
        } else {
            has_gap |= byte != b'\'';
        }
    }
    // Letters, digits and spaces.
    String::from_utf8(key).unwrap_or_default()
}

/// A comparison key in the making.
struct Key {
    text: String,
    /// Whether something that does not count stands before what comes next.
    has_gap: bool,
}

impl Key {
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
        if std::mem::take(&mut self.has_gap) && !self.text.is_empty() {
            self.text.push(' ');
        }
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

/// Whether all white space in a trimmed text is single plain spaces; may say no where it is so.
#[must_use]
pub fn is_spaced_plainly(text: &str) -> bool {
    if text.is_ascii() {
        // Without an early end, so that the processor compares many bytes at once.
        let neighbours = text.bytes().zip(text.bytes().skip(1));
        let is_odd = |(left, right): (u8, u8)| right < b' ' || right == b' ' && left == b' ';
        return neighbours.map(|pair| usize::from(is_odd(pair))).sum::<usize>() == 0;
    }
    let mut before = b'a';
    text.bytes().all(|byte| {
        // In UTF-8, C2 and E1 begin white space; E2 80, E2 81 and E3 80 do before certain third bytes only.
        let is_plain = match byte {
            b' ' => before != b' ',
            0x80..=0x8A | 0xA8 | 0xA9 | 0xAF => before != 0x80,
            0x9F => before != 0x81,
            0xC2 | 0xE1 => false,
            _ => byte > b' ',
        };
        before = byte;
        is_plain
    })
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
