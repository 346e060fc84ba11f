//! A page as two flat lists: its containers (elements that are no part of a line) and its pieces (lines of text).
//!
//! Both are in reading order. A container knows the range of its pieces and of the containers inside it, so that
//! questions about an element are questions about a slice.

use std::ops::Range;

use crate::knowledge::markup::Marks;
use crate::model::block::BlockKind;

use super::attributes::Attribute;
use super::tag::Tag;

/// One line of text.
#[derive(Debug)]
pub(super) struct Piece {
    /// What it is.
    pub(super) kind: BlockKind,
    /// One line, safe, never empty.
    pub(super) text: String,
    /// Bytes inside links, at most those of the text.
    pub(super) link_bytes: usize,
}

/// An element that is no part of a line.
#[derive(Debug)]
pub(super) struct Container {
    /// What it is.
    pub(super) tag: Tag,
    /// What its names say.
    pub(super) marks: Marks,
    /// Which of its names speaks of chrome.
    pub(super) said_in: Attribute,
    /// Whether it says by `itemprop` that it is the body of an article.
    pub(super) declares_body: bool,
    /// Whether the entry of its site drops it.
    pub(super) is_dropped: bool,
    /// The pieces inside.
    pub(super) pieces: Range<usize>,
    /// One past the last container inside.
    pub(super) end: usize,
}

/// A page, taken apart.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Elements in the order in which they open; the first is the page.
    pub(super) containers: Vec<Container>,
    /// Lines in reading order.
    pub(super) pieces: Vec<Piece>,
    /// Whether there were more lines than are read.
    pub(super) is_cut: bool,
    /// Whether elements were left out because a reader does not see them.
    pub(super) leaves_out: bool,
}

/// Prose shorter than this is a label unless it is a sentence; in bytes, so that a Chinese character counts as three.
const PROSE_BYTES: usize = 80;
/// A sentence shorter than this is a label too.
const SENTENCE_BYTES: usize = 24;
/// Text with more links than this is no prose.
const PROSE_LINK_SHARE: f32 = 0.5;

impl Piece {
    /// Share of the text that is inside links.
    pub(super) fn link_share(&self) -> f32 {
        if self.text.is_empty() { 0.0 } else { (self.link_bytes as f32 / self.text.len() as f32).min(1.0) }
    }

    /// Bytes of prose: all or nothing.
    pub(super) fn prose(&self) -> usize {
        let is_text = matches!(self.kind, BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow);
        let is_long = self.text.len() >= PROSE_BYTES || (self.text.len() >= SENTENCE_BYTES && self.ends_sentence());
        if is_text && is_long && self.link_share() < PROSE_LINK_SHARE { self.text.len() } else { 0 }
    }

    /// Whether it ends like a sentence.
    pub(super) fn ends_sentence(&self) -> bool {
        let text = self.text.trim_end_matches(['"', '\'', '”', '’', ')', '）', '」', '』', ']']);
        text.ends_with(['.', '!', '?', '…', ':', ';', '。', '！', '？', '：', '；'])
    }

    /// Whether it is a heading.
    pub(super) fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading(_))
    }
}
