//! What is left of a page after cleaning, and what was taken away and why.
//!
//! Law: every block of the page is in the article or in [`Article::removed`]; nothing is lost silently. Of a page too
//! long to keep whole the end is missing, and [`Flag::Degraded`] says so.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::block::{Block, BlockKind};
use super::layout::Layout;
use crate::text::span::Span;

/// A cleaned page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The title, without the site's name; empty when none was found.
    pub title: String,
    /// Headings and paragraphs in reading order, without the title.
    pub parts: Vec<Part>,
    /// What was stripped, in page order.
    pub removed: Vec<Removed>,
    /// Site and section above the article, outermost first, without the title; from a stripped breadcrumb.
    pub breadcrumb: Vec<String>,
    /// Facts that cleaning found.
    pub flags: BTreeSet<Flag>,
    /// How parts and removed lines lay on the page.
    #[serde(default)]
    pub layout: Layout,
}

impl Article {
    /// The body as one text: the parts, each on a line of its own. All spans of passages count in this text.
    #[must_use]
    pub fn body(&self) -> String {
        let mut body = String::with_capacity(self.parts.iter().map(|part| part.text.len() + 1).sum());
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                body.push('\n');
            }
            body.push_str(&part.text);
        }
        body
    }

    /// The span of each part in [`Article::body`], in order.
    #[must_use]
    pub fn part_spans(&self) -> Vec<Span> {
        let mut start = 0;
        let spans = self.parts.iter().map(|part| {
            let span = Span::new(start, start + part.text.len());
            start = span.end + 1;
            span
        });
        spans.collect()
    }

    /// The section of each part: 0 before the first heading, then counted by headings.
    #[must_use]
    pub fn sections(&self) -> Vec<usize> {
        let mut section = 0;
        let numbers = self.parts.iter().map(|part| {
            section += usize::from(part.is_heading());
            section
        });
        numbers.collect()
    }

    /// Equal for articles of equal title and body, whatever their address.
    #[must_use]
    pub fn text_key(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.title.as_bytes());
        for part in &self.parts {
            hasher.update(b"\0").update(part.text.as_bytes());
        }
        hasher.finalize().as_bytes().iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
    }

    /// The blocks of the page as they were before cleaning, in page order.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        self.layout.blocks(self)
    }

    /// Why lines of the page were removed, each reason once.
    #[must_use]
    pub fn reasons(&self) -> BTreeSet<Reason> {
        self.removed.iter().map(|removed| removed.reason).collect()
    }

    /// Bytes of all texts of the page.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let parts = self.parts.iter().map(|part| part.text.len());
        parts.chain(self.removed.iter().map(|removed| removed.text.len())).sum()
    }

    /// Whether anything of the page is left to be found.
    #[must_use]
    pub fn has_content(&self) -> bool {
        !self.parts.is_empty() || self.flags.contains(&Flag::TitleOnly)
    }
}

/// A heading or paragraph of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is.
    pub kind: BlockKind,
    /// Its text, one line.
    pub text: String,
}

impl Part {
    /// Whether the part is a heading.
    #[must_use]
    pub fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading(_))
    }
}

/// A stripped block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Why.
    pub reason: Reason,
    /// The rule, phrase, tag or class behind it, e.g. `starts: Site reminders`.
    pub rule: String,
    /// The block's text.
    pub text: String,
}

/// Why a block is not part of the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The path from the site's home to the page.
    Breadcrumb,
    /// Menus and other lists of links.
    Navigation,
    /// The title once more (alternative text, caption, breadcrumb witness).
    TitleRepeat,
    /// Text that belongs to a picture only.
    Caption,
    /// Legal notice, reminder of the site, copyright.
    Disclaimer,
    /// Related, recommended, previous and next articles.
    Related,
    /// Share buttons, likes, subscriptions.
    Share,
    /// Cookie and consent notices.
    Cookie,
    /// Readers' comments.
    Comments,
    /// Advertisement or call to action of the site.
    Advertisement,
    /// Author box, byline, source and date line.
    Byline,
    /// Tags and keywords.
    Tags,
    /// Page numbers, "read more".
    Pagination,
    /// Header of the site.
    Header,
    /// Footer of the site.
    Footer,
    /// Column beside the article.
    Sidebar,
    /// Never shown to a reader of the page.
    Hidden,
    /// Elsewhere on the page than the article.
    OutsideArticle,
    /// Table of contents of the article itself.
    Contents,
    /// A form, a button, a label of a control.
    Control,
    /// The same text once more, for a screen of another size.
    Repeat,
    /// What the pages of the site share at their edges: learnt, not worded by a rule.
    Template,
    /// An entry of `sites.toml` for this site.
    Site,
}

impl Reason {
    /// The name as rows carry it, e.g. `title_repeat`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Breadcrumb => "breadcrumb",
            Self::Navigation => "navigation",
            Self::TitleRepeat => "title_repeat",
            Self::Caption => "caption",
            Self::Disclaimer => "disclaimer",
            Self::Related => "related",
            Self::Share => "share",
            Self::Cookie => "cookie",
            Self::Comments => "comments",
            Self::Advertisement => "advertisement",
            Self::Byline => "byline",
            Self::Tags => "tags",
            Self::Pagination => "pagination",
            Self::Header => "header",
            Self::Footer => "footer",
            Self::Sidebar => "sidebar",
            Self::Hidden => "hidden",
            Self::OutsideArticle => "outside_article",
            Self::Contents => "contents",
            Self::Control => "control",
            Self::Repeat => "repeat",
            Self::Template => "template",
            Self::Site => "site",
        }
    }
}

/// A fact about an article that cleaning or recognition found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The site says that users upload its articles.
    UserSubmitted,
    /// Read by the linear fallback, because the markup was too deep or too costly; or too long, and only begun.
    Degraded,
    /// Cleaning would have left too little, so the page was kept whole.
    Uncertain,
    /// A feed's row with a title and no text.
    TitleOnly,
    /// The page names a city that several cities share, and does not say which.
    AmbiguousCity,
}

impl Flag {
    /// The name as rows carry it, e.g. `user-submitted`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UserSubmitted => "user-submitted",
            Self::Degraded => "degraded",
            Self::Uncertain => "uncertain",
            Self::TitleOnly => "title-only",
            Self::AmbiguousCity => "ambiguous-city",
        }
    }
}
