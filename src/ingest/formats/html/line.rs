//! The line of text that is being read: white space collapsed, bytes inside links counted.

use std::borrow::Cow;

use crate::model::block::BlockKind;
use crate::text::normalize::{is_spaced_plainly, one_line};
use crate::text::safe::cleaned;

use super::outline::Piece;

/// Whether text stands inside a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linked {
    /// Inside a link.
    Yes,
    /// Outside of all links.
    No,
}

/// What parts the next word from the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Gap {
    /// Nothing: inline elements add no space.
    #[default]
    None,
    /// A space.
    Space,
    /// The border of two cells.
    Cell,
}

/// A line that is not finished.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: String,
    link_bytes: usize,
    gap: Gap,
}

impl Line {
    /// Adds text as it stands in the page.
    pub(super) fn push(&mut self, text: &str, linked: Linked) {
        let length_before = self.text.len();
        if text.starts_with(char::is_whitespace) {
            self.add_space();
        }
        let words = text.trim();
        if is_spaced_plainly(words) {
            self.push_words(words);
        } else {
            words.split_whitespace().for_each(|word| self.push_words(word));
        }
        if self.gap == Gap::Space && !text.ends_with(char::is_whitespace) {
            self.gap = Gap::None;
        }
        if linked == Linked::Yes {
            self.link_bytes += self.text.len() - length_before;
        }
    }

    /// Ends a cell of a table row: what follows is parted from it by ` | `.
    pub(super) fn end_cell(&mut self) {
        self.gap = Gap::Cell;
    }

    /// Takes the line as a piece; nothing when it is empty.
    pub(super) fn take(&mut self, kind: BlockKind) -> Option<Piece> {
        let line = std::mem::take(self);
        // White space was collapsed word by word: only what cleaning puts in place of a character can add more.
        let cleaned = match cleaned(&line.text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(clean) => Some(one_line(&clean)),
        };
        let text = cleaned.unwrap_or(line.text);
        let link_bytes = line.link_bytes.min(text.len());
        (!text.is_empty()).then_some(Piece { kind, text, link_bytes })
    }

    fn add_space(&mut self) {
        if self.gap == Gap::None {
            self.gap = Gap::Space;
        }
    }

    /// Adds words with single spaces between them.
    fn push_words(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        let gap = std::mem::take(&mut self.gap);
        if !self.text.is_empty() {
            self.text.push_str(match gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Cell => " | ",
            });
        }
        self.text.push_str(words);
        self.gap = Gap::Space;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space() {
        for (name, parts, expected) in [
            ("inline elements add none", vec!["un", "believ", "able"], Some("unbelievable")),
            ("kept between parts", vec!["one ", "two", " three"], Some("one two three")),
            ("only once", vec!["one \n", " \u{a0}two "], Some("one two")),
            ("a part of white space", vec!["one", " ", "two"], Some("one two")),
            ("a part of nothing", vec!["one", "", "two"], Some("onetwo")),
            ("nothing", vec![" ", "\n"], None),
            ("invisible characters only", vec!["\u{200b}"], None),
        ] {
            let mut line = Line::default();
            for part in parts {
                line.push(part, Linked::No);
            }
            let piece = line.take(BlockKind::Paragraph);
            assert_eq!(piece.map(|piece| piece.text).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn cells_and_links() {
        let mut line = Line::default();
        line.end_cell();
        line.push(" Price", Linked::No);
        line.end_cell();
        line.push("100 yuan ", Linked::Yes);
        line.end_cell();
        let piece = line.take(BlockKind::TableRow).unwrap();
        assert_eq!(piece.text, "Price | 100 yuan");
        assert_eq!(piece.link_bytes, " | 100 yuan".len());
        assert!(line.take(BlockKind::TableRow).is_none());
    }
}
