//! Byte ranges of a text.
//!
//! A span says where a word, a sentence or a passage stands. It is made by code that walks the text, so its
//! ends lie on character boundaries; slicing checks that again and never panics.

use serde::{Deserialize, Serialize};

/// A half-open byte range `start..end` of some text, `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`; swapped ends give the empty span at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The text under this span; empty when the span does not fit `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range counted from `offset` bytes further on.
    #[must_use]
    pub fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }

    /// The span within `text` in Unicode scalar values, as rows and other languages count.
    #[must_use]
    pub fn in_chars(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.start).map_or(0, |head| head.chars().count());
        (before, before + self.of(text).chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_never_panic() {
        let text = "重庆 spa";
        for (name, span, expected) in [
            ("hanzi", Span::new(0, 3), "重"),
            ("off a boundary", Span::new(1, 3), ""),
            ("past the end", Span::new(5, 99), ""),
            ("swapped", Span::new(4, 2), ""),
        ] {
            assert_eq!(span.of(text), expected, "{name}");
        }
        assert_eq!(Span::new(3, 6).in_chars(text), (1, 2));
    }
}
