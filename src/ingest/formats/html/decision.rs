//! Why a line is chrome, and what of the markup says so.
//!
//! Judging passes decisions around by the thousand, so they are small; the words that a reader is shown are put together
//! at the end, once for neighbours of one decision.

use std::sync::Arc;

use crate::knowledge::markup::Markup;
use crate::model::article::Reason;

use super::attributes::Attribute;
use super::tag::Tag;

/// Why a line is chrome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    /// The kind of chrome.
    pub(super) reason: Reason,
    /// What decided.
    pub(super) decider: Decider,
}

/// What of the markup says that a line is chrome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decider {
    /// The tag of an element around the line.
    Tag(Tag),
    /// A name of an element around the line: where it stands, and which entry of the known names it is.
    Name(Attribute, usize),
    /// The entry of the page's site drops an element around the line.
    Site,
    /// The line stands outside of the element of the article.
    Place,
    /// It stands behind the element with most of the text.
    Tail,
    /// It is of a list of links, or a link alone.
    Links,
    /// It was said before, with its neighbours.
    Copy,
    /// It is the heading of lines that went.
    Heading,
}

impl Decider {
    /// The decision for this kind of chrome.
    pub(super) fn on(self, reason: Reason) -> Decision {
        Decision { reason, decider: self }
    }

    /// As it is shown, e.g. `nav`, `class=related post`.
    pub(super) fn shown(self) -> Arc<str> {
        match self {
            Self::Tag(tag) => name_of(tag).into(),
            Self::Name(attribute, entry) => {
                format!("{}={}", attribute.name(), Markup::built_in().entry_name(entry)).into()
            }
            Self::Site => "sites.toml".into(),
            Self::Place => "place".into(),
            Self::Tail => "tail".into(),
            Self::Links => "links".into(),
            Self::Copy => "copy".into(),
            Self::Heading => "heading".into(),
        }
    }
}

/// The name of a tag that decides.
fn name_of(tag: Tag) -> &'static str {
    match tag {
        Tag::Navigation => "nav",
        Tag::Footer => "footer",
        Tag::Aside => "aside",
        Tag::Header => "header",
        Tag::Form => "form",
        Tag::Dialog => "dialog",
        Tag::Control => "control",
        _ => "tag",
    }
}
