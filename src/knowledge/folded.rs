//! The form in which texts and phrases are compared, with the way back to the source.

use super::lexicon::{Sieve, Token};
use crate::text::ascii::{Bytes, CHUNK, split_plain};
use crate::text::normalize::{fold_char, is_han};
use crate::text::span::Span;

/// A text in the form in which phrases are compared, with the way back to the source.
///
/// Case, width, accents and traditional characters are folded; hyphens and runs of white space are one space; an
/// apostrophe inside a word is dropped (`Xi'an`, `don't`), a possessive 's stands apart (`Dalian's` is `dalian s`).
/// Line ends stay, so that no phrase runs across lines.
#[derive(Debug)]
pub struct Folded<'a> {
    source: &'a str,
    text: String,
    /// Where the distance between folded and source offsets changes: (folded, source), ascending.
    shifts: Vec<(usize, usize)>,
    /// The places where a phrase can start, where they were looked for beforehand.
    sifted: Option<Vec<Token>>,
}

impl<'a> Folded<'a> {
    /// The folded form of `source`.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        let text = String::with_capacity(source.len());
        let mut folded = Self { source, text, shifts: Vec::new(), sifted: None };
        let mut distance = 0;
        let mut offset = 0;
        while let Some(rest) = source.get(offset..).filter(|rest| !rest.is_empty()) {
            distance = folded.note_shift(offset, distance);
            // Asked of every character of a Chinese text, so not in the long way.
            let plain = if rest.starts_with(|first: char| first.is_ascii()) { plain_ascii(rest) } else { "" };
            if plain.is_empty() {
                offset += folded.push_next(rest, offset);
            } else {
                folded.push_plain(plain);
                offset += plain.len();
            }
        }
        folded.note_shift(source.len(), distance);
        folded
    }

    /// The same, ready to be searched by the lexicons of `sieve`, one after another, and by no other.
    #[must_use]
    pub fn sifted_by(self, sieve: &Sieve) -> Self {
        Self { sifted: Some(sieve.tokens(&self.text)), ..self }
    }

    fn push_plain(&mut self, plain: &str) {
        let start = self.text.len();
        self.text.push_str(plain);
        if let Some(added) = self.text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
    }

    /// Folds the first character of `rest`, which starts at `offset`; gives its length.
    fn push_next(&mut self, rest: &str, offset: usize) -> usize {
        let mut characters = rest.chars();
        let Some(character) = characters.next() else { return 0 };
        if is_apostrophe(character) {
            let before = self.source.get(..offset).and_then(|head| head.chars().next_back()).unwrap_or('\n');
            let next = characters.next().unwrap_or('\n');
            self.push_apostrophe(before, next, offset + character.len_utf8() + next.len_utf8());
        } else {
            self.push_folded(character);
        }
        character.len_utf8()
    }

    /// Where phrases can start, if that is known.
    pub(super) fn sifted(&self) -> Option<&[Token]> {
        self.sifted.as_deref()
    }

    /// The text it was made from.
    #[must_use]
    pub fn source(&self) -> &'a str {
        self.source
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the source under a span of the folded text.
    #[must_use]
    pub fn to_source(&self, folded: Span) -> Span {
        Span::new(self.source_start(folded.start), self.source_end(folded.end))
    }

    /// Remembers where source and folded text have drifted apart, and gives the new distance.
    fn note_shift(&mut self, offset: usize, distance: isize) -> isize {
        let now = offset.wrapping_sub(self.text.len()).cast_signed();
        if now != distance {
            self.shifts.push((self.text.len(), offset));
        }
        now
    }

    fn source_start(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|&(folded, _)| folded <= offset);
        self.mapped(after, offset)
    }

    fn source_end(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|&(folded, _)| folded < offset);
        match self.shifts.get(after) {
            Some(&(folded, source)) if folded == offset => source,
            _ => self.mapped(after, offset),
        }
    }

    fn mapped(&self, after: usize, offset: usize) -> usize {
        let (folded, source) = after.checked_sub(1).and_then(|last| self.shifts.get(last)).copied().unwrap_or((0, 0));
        (source + offset.saturating_sub(folded)).min(self.source.len())
    }

    fn push_apostrophe(&mut self, before: char, next: char, after_next: usize) {
        let is_inside = before.is_alphanumeric() && next.is_alphanumeric();
        let ends_there = !self.source.get(after_next..).and_then(|rest| rest.chars().next()).is_some_and(is_latin);
        let is_possessive = matches!(next, 's' | 'S') && ends_there;
        if !is_inside || is_possessive {
            self.push_space();
        }
    }

    fn push_folded(&mut self, character: char) {
        match character {
            '\n' => self.text.push('\n'),
            '-' | '_' | '‐' | '‑' | '–' => self.push_space(),
            // Full-width forms of ASCII, by far the commonest compatibility characters of Chinese text.
            '\u{FF01}'..='\u{FF5E}' => {
                let ascii = u8::try_from(character as u32 - 0xFEE0).map_or(' ', char::from);
                self.text.push(ascii.to_ascii_lowercase());
            }
            _ if character.is_whitespace() => self.push_space(),
            _ if character.is_ascii() || matches!(character, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}') => {
                self.text.push(character);
            }
            _ => fold_char(character, |folded| self.text.push(folded)),
        }
    }

    fn push_space(&mut self) {
        if !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }
}

/// The folded form of a phrase, trimmed.
#[must_use]
pub fn folded_phrase(phrase: &str) -> String {
    let mut folded = Folded::new(phrase.trim()).text;
    folded.truncate(folded.trim_end().len());
    if folded.starts_with(' ') { folded.trim_start().to_owned() } else { folded }
}

/// The start of `text` that folds by lower case alone: ASCII without apostrophes, hyphens and doubled spaces.
fn plain_ascii(text: &str) -> &str {
    let are_plain = |before: u8, chunk: &[u8; CHUNK]| {
        let bytes = Bytes::new(*chunk);
        let spaces = bytes.are(b' ');
        let odd = bytes.are(b'\'') | bytes.are(b'-') | bytes.are(b'_') | bytes.are_controls();
        let [first, ..] = *chunk;
        odd == 0 && spaces & (spaces << 8) == 0 && (before != b' ' || first != b' ')
    };
    let is_odd = |byte: u8| matches!(byte, b'\'' | b'-' | b'_' | b'\t' | b'\r' | 0x0B | 0x0C);
    split_plain(text, b' ', are_plain, |before, byte| !is_odd(byte) && (before != b' ' || byte != b' ')).0
}

fn is_latin(character: char) -> bool {
    character.is_alphanumeric() && !is_han(character)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | 'ʼ' | '‘')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spans_lead_back_to_the_source(text in "[a-cA-C '’\\-ü重慶庆Ａ，\n]{0,40}") {
            let folded = Folded::new(&text);
            for (start, character) in folded.text().char_indices() {
                let span = folded.to_source(Span::new(start, start + character.len_utf8()));
                prop_assert!(text.get(span.start..span.end).is_some(), "{:?} {:?}", span, folded);
            }
        }
    }
}
