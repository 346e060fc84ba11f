//! Hostile text: what a page says must not steer a terminal, a browser or a reader's eye.
//!
//! [`cleaned`] runs once, when a page is read: control characters, bidirectional overrides, zero-width and tag
//! characters are dropped, odd spaces become plain ones. [`shown`] runs again wherever text meets a terminal,
//! for everything that did not pass through a page: paths, URLs, queries, error texts.

use std::borrow::Cow;
use std::str::Chars;

/// Longer runs after an escape character are text, not a sequence: each is read at most twice.
const MAX_SEQUENCE_CHARACTERS: usize = 128;

/// Removes invisible and steering characters; spaces of any kind become ` `, `\n` and `\t` stay.
///
/// Applying it twice is the same as applying it once.
#[must_use]
pub fn cleaned(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut previous_was_return = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if is_opening(character) {
            characters = after_sequence(character, characters);
            continue;
        }
        let after_return = std::mem::replace(&mut previous_was_return, character == '\r');
        match character {
            '\n' if after_return => {}
            '\n' | '\t' => out.push(character),
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{0B}' | '\u{0C}' => out.push('\n'),
            _ if is_odd_space(character) => out.push(' '),
            _ if is_steering(character) => {}
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// Whether every character is kept as it is.
fn is_clean(text: &str) -> bool {
    let is_plain = |byte: &u8| (0x20..0x7F).contains(byte) || matches!(byte, b'\n' | b'\t');
    // Whole chunks at a time, so that the processor compares many bytes at once.
    let is_plain_chunk = |chunk: &[u8]| chunk.iter().fold(true, |all, byte| all & is_plain(byte));
    let plain_chunks = text.as_bytes().chunks(PLAIN_CHUNK_BYTES).take_while(|chunk| is_plain_chunk(chunk)).count();
    let rest = (plain_chunks * PLAIN_CHUNK_BYTES).min(text.len());
    text.get(rest..).is_none_or(|rest| rest.chars().all(is_kept))
}

/// So many bytes are looked at together.
const PLAIN_CHUNK_BYTES: usize = 64;

type CharacterTest = fn(char) -> bool;

/// What follows an escape sequence of a terminal that begins with `opening`: colours and movements (CSI) end at a letter,
/// titles and links (OSC) at a bell or a string terminator. An unfinished one, which the next opening ends too, loses
/// its opening only.
fn after_sequence(opening: char, rest: Chars<'_>) -> Chars<'_> {
    let mut after = rest.clone();
    let kind = if opening == '\u{1B}' { after.next() } else { Some(opening) };
    let (is_end, is_inside): (CharacterTest, CharacterTest) = match kind {
        Some('[' | '\u{9B}') => (|next| matches!(next, '@'..='~'), |next| matches!(next, ' '..='?')),
        Some(']' | '\u{9D}') => (|next| matches!(next, '\u{7}' | '\u{9C}'), |next| next != '\n' && !is_opening(next)),
        _ => return rest,
    };
    for _ in 0..MAX_SEQUENCE_CHARACTERS {
        match after.next() {
            Some(next) if is_end(next) => return after,
            Some(next) if is_inside(next) => {}
            Some('\u{1B}') => return without_terminator(after).unwrap_or(rest),
            _ => return rest,
        }
    }
    rest
}

fn is_opening(character: char) -> bool {
    matches!(character, '\u{1B}' | '\u{9B}' | '\u{9D}')
}

/// What follows the second half of a string terminator (`ESC \`); none where it does not stand.
fn without_terminator(mut rest: Chars<'_>) -> Option<Chars<'_>> {
    (rest.next() == Some('\\')).then_some(rest)
}

/// The text as a terminal may show it: control characters become `␛`, steering characters vanish, tabs and line
/// ends become spaces.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let visible = text.chars().filter_map(|character| match character {
        '\n' | '\t' | '\r' => Some(' '),
        _ if character.is_control() => Some('␛'),
        _ if is_steering(character) => None,
        _ => Some(character),
    });
    Cow::Owned(visible.collect())
}

/// Whether cleaning leaves a character as it is, wherever it stands.
fn is_kept(character: char) -> bool {
    match character {
        ' '..='~' | '\n' | '\t' | '\u{4E00}'..='\u{9FFF}' => true,
        '\u{2028}' | '\u{2029}' => false,
        _ => !is_steering(character) && !is_odd_space(character),
    }
}

/// Spaces that are not the plain one: no-break, figure, thin, ideographic and the like.
fn is_odd_space(character: char) -> bool {
    matches!(character, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// Characters that change how others are shown, or are not shown at all.
fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steering_characters_vanish() {
        for (name, dirty, clean) in [
            ("plain", "a b\n", "a b\n"),
            ("line ends", "a\r\nb\rc", "a\nb\nc"),
            ("link sequence", "a\u{1b}]8;;http://evil\u{7}x\u{1b}]8;;\u{1b}\\b", "axb"),
            ("colour sequence", "a\u{1b}[1;31mred\u{9b}0m", "ared"),
            ("unfinished sequence", "a\u{1b}[31", "a[31"),
            ("unfinished title before a colour", "a\u{1b}]0;t\u{1b}[1mb\u{7}", "a]0;tb"),
            ("unfinished title before a title", "a\u{1b}]0;t\u{9d}0;u\u{7}b", "a]0;tb"),
            ("lone escape", "a\u{1b}b", "ab"),
            ("bidi and zero width", "a\u{202E}b\u{200B}c\u{FEFF}", "abc"),
            ("no-break and ideographic space", "a\u{A0}b\u{3000}c", "a b c"),
            ("tags", "a\u{E0041}b", "ab"),
        ] {
            assert_eq!(cleaned(dirty), clean, "{name}");
        }
        assert_eq!(shown("a\u{1b}[31mb\u{9b}\n"), "a␛[31mb␛ ");
    }

    #[test]
    fn unfinished_sequences_are_read_once() {
        for opening in ["\u{1b}]", "\u{9d}", "\u{1b}[", "\u{1b}]8;;", "\u{1b}]\u{1b}"] {
            let hostile = opening.repeat(4_000_000);
            assert!(!cleaned(&hostile).contains(is_opening), "{opening:?}");
        }
        let long = format!("\u{1b}]{}\u{7}", "x".repeat(MAX_SEQUENCE_CHARACTERS));
        assert_eq!(cleaned(&long).len(), MAX_SEQUENCE_CHARACTERS + 1, "what is too long is text");
    }

    proptest! {
        #[test]
        fn cleaning_is_idempotent_and_leaves_no_control(text in "\\PC{0,60}[\\x00-\\x9f]{0,20}\\PC{0,60}") {
            let once = cleaned(&text).into_owned();
            prop_assert_eq!(cleaned(&once), once.as_str());
            prop_assert!(once.chars().all(|c| c == '\n' || c == '\t' || !is_steering(c)));
            prop_assert!(shown(&text).chars().all(|c| !c.is_control()));
        }
    }
}
