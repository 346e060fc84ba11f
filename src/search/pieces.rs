//! Sentences in pieces of bounded length: text without full stops must not become one endless sentence.

use crate::text::span::Span;

/// Longer sentences are looked at in pieces.
const MAX_PIECE_CHARACTERS: usize = 600;

/// A sentence in pieces of bounded length, parted at white space or a comma where there is one.
pub(super) fn pieces(text: &str, sentence: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = sentence.start;
    while let Some((limit, _)) = Span::new(start, sentence.end).of(text).char_indices().nth(MAX_PIECE_CHARACTERS) {
        let piece = Span::new(start, start + limit).of(text);
        let border = piece.char_indices().rev().find(|(_, character)| is_piece_border(*character));
        let length = border.map_or(limit, |(at, character)| at + character.len_utf8());
        pieces.push(Span::new(start, start + length));
        start += length;
    }
    if start < sentence.end {
        pieces.push(Span::new(start, sentence.end));
    }
    pieces
}

fn is_piece_border(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | '，' | '、' | ';' | '：' | ':')
}
