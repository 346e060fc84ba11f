//! Where a text is cut that is longer than it may be: between words, or between the characters of scripts without spaces.

use crate::text::normalize::is_han;

/// Longest word that a cut is moved back for, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// The greatest number of bytes of `text`, up to `most`, that end with a whole word.
pub(super) fn kept_bytes(text: &str, most: usize) -> usize {
    let end = first_bytes(text, most);
    // Text without spaces has no words to be cut in two, and a longer run of letters is none.
    let is_in_word = |character: char| !character.is_whitespace() && !is_han(character);
    let Some((kept, _)) = text.split_at_checked(end).filter(|(_, rest)| rest.starts_with(is_in_word)) else {
        return end;
    };
    let whole = kept.trim_end_matches(is_in_word).len();
    if whole > 0 && end - whole <= MAX_WORD_BYTES { whole } else { end }
}

/// The greatest number of bytes up to `most` that end with a character.
pub(super) fn first_bytes(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
