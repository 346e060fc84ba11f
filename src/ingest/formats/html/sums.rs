//! Running sums over the lines of a page, so that any range of lines is weighed at once.

use std::ops::Range;

use super::outline::Piece;

/// What a range of lines weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// Bytes of text.
    pub(super) bytes: usize,
    /// Bytes of it inside links.
    pub(super) link_bytes: usize,
    /// Bytes of it that are prose.
    pub(super) prose: usize,
    /// Lines.
    pub(super) lines: usize,
}

impl Weight {
    /// Share of the text that is inside links.
    pub(super) fn link_share(self) -> f32 {
        if self.bytes == 0 { 0.0 } else { self.link_bytes as f32 / self.bytes as f32 }
    }

    /// Bytes of text outside links.
    pub(super) fn own_bytes(self) -> usize {
        self.bytes.saturating_sub(self.link_bytes)
    }

    /// Bytes of a line on average.
    pub(super) fn mean_line(self) -> usize {
        self.bytes.checked_div(self.lines).unwrap_or(0)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            link_bytes: self.link_bytes + other.link_bytes,
            prose: self.prose + other.prose,
            lines: self.lines + other.lines,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(other.bytes),
            link_bytes: self.link_bytes.saturating_sub(other.link_bytes),
            prose: self.prose.saturating_sub(other.prose),
            lines: self.lines.saturating_sub(other.lines),
        }
    }
}

/// The weight of the lines before each line, and of all.
#[derive(Debug)]
pub(super) struct Sums(Vec<Weight>);

impl Sums {
    /// Adds up the lines for which `counts` is true; the others weigh nothing.
    pub(super) fn new(pieces: &[Piece], counts: impl Fn(usize) -> bool) -> Self {
        let mut sums = Vec::with_capacity(pieces.len() + 1);
        let mut sum = Weight::default();
        sums.push(sum);
        for (index, piece) in pieces.iter().enumerate() {
            if counts(index) {
                let weight =
                    Weight { bytes: piece.text.len(), link_bytes: piece.link_bytes, prose: piece.prose(), lines: 1 };
                sum = sum.plus(weight);
            }
            sums.push(sum);
        }
        Self(sums)
    }

    /// What the lines of `range` weigh together.
    pub(super) fn of(&self, range: &Range<usize>) -> Weight {
        let at = |index: usize| self.0.get(index).copied().unwrap_or_default();
        at(range.end).minus(at(range.start))
    }

    /// What all lines weigh together.
    pub(super) fn all(&self) -> Weight {
        self.0.last().copied().unwrap_or_default()
    }
}
