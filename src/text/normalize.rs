//! One folding for comparing and indexing: width, case, accents, and traditional to simplified characters.
//!
//! Folding works character by character, so that every folded character still has an exact place in the source.
//! The table `simplified.txt` (traditional character, its simplified form; one pair a line) is derived from the
//! `OpenCC` project's `TSCharacters` (Apache-2.0), single characters only.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let pairs = include_str!("simplified.txt").lines();
    pairs
        .filter_map(|line| {
            let mut characters = line.chars();
            Some((characters.next()?, characters.next()?))
        })
        .collect()
});

/// Calls `sink` with each folded character of `character`: compatibility form (NFKD), no accents, lower case,
/// simplified.
pub fn fold_char(character: char, mut sink: impl FnMut(char)) {
    if character.is_ascii() {
        return sink(character.to_ascii_lowercase());
    }
    if is_han(character) && !is_compatibility_han(character) {
        return sink(simplified(character));
    }
    for part in std::iter::once(character).nfkd().filter(|&part| !is_combining_mark(part)) {
        part.to_lowercase().filter(|&lower| !is_combining_mark(lower)).map(simplified).for_each(&mut sink);
    }
}

/// The folded form of a whole text, spaces and punctuation included.
#[must_use]
pub fn folded(text: &str) -> String {
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
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars() {
        fold_char(character, |folded| {
            if folded.is_alphanumeric() {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(folded);
            } else if folded != '\'' && folded != '’' {
                gap = true;
            }
        });
    }
    out
}

/// The text on one line: runs of white space become one space, none at the ends.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
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
    if (character as u32) < 0x3400 { character } else { SIMPLIFIED.get(&character).copied().unwrap_or(character) }
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
