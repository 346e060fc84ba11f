//! A page in pieces: what every input format is turned into, so that a cleaning rule is written once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::article::Reason;

/// A heading, paragraph, list item, caption or table row of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text: one line, normalised, safe, never empty.
    pub text: String,
    /// Share of its characters that are inside links, 0 to 1.
    pub link_share: f32,
    /// What the markup says about its place.
    pub zone: Zone,
    /// The tag, role, class word or place by which the markup makes it chrome, e.g. `nav`, `class=related`.
    pub decided_by: Option<Arc<str>>,
}

impl Block {
    /// A block without markup around it.
    #[must_use]
    pub fn plain(kind: BlockKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), link_share: 0.0, zone: Zone::Unmarked, decided_by: None }
    }
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; 1 is the highest of six levels.
    Heading(u8),
    /// Prose.
    Paragraph,
    /// An item of a list.
    ListItem,
    /// Text that goes with a picture.
    Caption,
    /// Cells of one table row, joined by ` | `.
    TableRow,
}

/// What the markup says about a block's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Nothing: plain text has no markup.
    Unmarked,
    /// Inside the part that holds the article.
    Article,
    /// Chrome, by tag, class or link density.
    Chrome(Reason),
}
