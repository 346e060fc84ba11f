//! How the blocks of a page lay, so that an article and what was removed from it become the page again.
//!
//! The texts stand in the article; the layout says in which order they come and what each block was.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::article::{Article, Part, Removed};
use super::block::{Block, BlockKind, Zone};

/// What the markup or the feed claims of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Titles, most trusted first.
    pub titles: Vec<String>,
    /// Dates of publication, in any form, most trusted first.
    pub dates: Vec<String>,
    /// The language that it declares, as it is written there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether a feed's row gives the title beside the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_titled_row: bool,
    /// Whether the page came as an article that was cleaned before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_article: bool,
}

/// The blocks of a page without their texts, in page order; equal neighbours are counted, not repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout(Vec<(Mark, u32)>);

/// What is known of a block beside its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark(
    Place,
    BlockKind,
    Zone,
    u8,
    /// What of the markup decided; left out where nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    Option<Arc<str>>,
);

/// Where a block's text is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Among the article's parts.
    #[serde(rename = "p")]
    Part,
    /// Among what was removed.
    #[serde(rename = "r")]
    Removed,
}

impl Layout {
    /// Adds the next block of the page.
    pub fn push(&mut self, block: &Block, place: Place) {
        let mark = Mark(place, block.kind, block.zone, percent(block.link_share), block.decided_by.clone());
        match self.0.last_mut() {
            Some((last, count)) if *last == mark => *count += 1,
            _ => self.0.push((mark, 1)),
        }
    }

    /// The blocks of the page that became `article`; link shares are exact to the percent.
    #[must_use]
    pub fn blocks(&self, article: &Article) -> Vec<Block> {
        let mut parts = article.parts.iter().map(|Part { text, .. }| text);
        let mut removed = article.removed.iter().map(|Removed { text, .. }| text);
        let marks = self.0.iter().flat_map(|(mark, count)| std::iter::repeat_n(mark, *count as usize));
        let blocks = marks.filter_map(|Mark(place, kind, zone, share, decided_by)| {
            let text = match place {
                Place::Part => parts.next(),
                Place::Removed => removed.next(),
            };
            let link_share = f32::from(*share) / 100.0;
            Some(Block { kind: *kind, text: text?.clone(), link_share, zone: *zone, decided_by: decided_by.clone() })
        });
        blocks.collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is between 0 and 1")]
fn percent(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}
