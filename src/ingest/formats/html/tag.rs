//! What an element is for a reader: the few kinds of tags that matter here.

use html5ever::{LocalName, local_name};

/// The kinds of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// Never shown as text: scripts, styles, templates, embedded pages, drawings.
    Unseen,
    /// Part of the line of text around it.
    Inline,
    /// A link: inline, and its text counts as link text.
    Link,
    /// Ends a line.
    Break,
    /// A heading; 1 is the highest of six levels.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// An item of a list, or a term or description of a definition list.
    Item,
    /// A list.
    List,
    /// A row of a table.
    Row,
    /// A cell of a table.
    Cell,
    /// A table.
    Table,
    /// A picture with its text.
    Figure,
    /// The text of a picture or table.
    Caption,
    /// Lines as they stand.
    Preformatted,
    /// A quotation.
    Quote,
    /// A container without meaning.
    Block,
    /// `body`.
    Body,
    /// `article`.
    Article,
    /// `main`.
    Main,
    /// `aside`.
    Aside,
    /// `header`.
    Header,
    /// `footer`.
    Footer,
    /// `nav` or `menu`.
    Navigation,
    /// `form`.
    Form,
    /// A button, a list to choose from, a field.
    Control,
    /// `dialog`.
    Dialog,
    /// `time`: inline.
    Time,
}

impl Tag {
    /// The kind of the element called `name`.
    pub(super) fn of(name: &LocalName) -> Self {
        Self::of_text(name).or_else(|| Self::of_place(name)).unwrap_or_else(|| Self::of_unknown(name))
    }

    /// Whether the element is part of the line of text around it.
    pub(super) fn is_inline(self) -> bool {
        matches!(self, Self::Inline | Self::Link | Self::Time | Self::Break)
    }

    fn of_text(name: &LocalName) -> Option<Self> {
        Some(match *name {
            local_name!("a") => Self::Link,
            local_name!("br") => Self::Break,
            local_name!("p") => Self::Paragraph,
            local_name!("li") | local_name!("dt") | local_name!("dd") => Self::Item,
            local_name!("h1") => Self::Heading(1),
            local_name!("h2") => Self::Heading(2),
            local_name!("h3") => Self::Heading(3),
            local_name!("h4") => Self::Heading(4),
            local_name!("h5") => Self::Heading(5),
            local_name!("h6") => Self::Heading(6),
            local_name!("pre") => Self::Preformatted,
            local_name!("time") => Self::Time,
            _ => return None,
        })
    }

    fn of_place(name: &LocalName) -> Option<Self> {
        Some(match *name {
            local_name!("div")
            | local_name!("section")
            | local_name!("center")
            | local_name!("address")
            | local_name!("details")
            | local_name!("summary")
            | local_name!("hgroup")
            | local_name!("fieldset")
            | local_name!("legend")
            | local_name!("hr")
            | local_name!("tbody")
            | local_name!("thead")
            | local_name!("tfoot")
            | local_name!("html")
            | local_name!("head") => Self::Block,
            local_name!("ul") | local_name!("ol") | local_name!("dl") | local_name!("dir") => Self::List,
            local_name!("table") => Self::Table,
            local_name!("tr") => Self::Row,
            local_name!("td") | local_name!("th") => Self::Cell,
            local_name!("figure") => Self::Figure,
            local_name!("figcaption") | local_name!("caption") => Self::Caption,
            local_name!("blockquote") => Self::Quote,
            local_name!("body") => Self::Body,
            local_name!("article") => Self::Article,
            local_name!("main") => Self::Main,
            local_name!("aside") => Self::Aside,
            local_name!("header") => Self::Header,
            local_name!("footer") => Self::Footer,
            local_name!("nav") | local_name!("menu") => Self::Navigation,
            local_name!("form") => Self::Form,
            local_name!("button") | local_name!("select") | local_name!("textarea") | local_name!("datalist") => {
                Self::Control
            }
            local_name!("dialog") => Self::Dialog,
            _ => return None,
        })
    }

    /// An element outside the standard is a container, as most of them are.
    fn of_unknown(name: &LocalName) -> Self {
        match *name {
            local_name!("script")
            | local_name!("style")
            | local_name!("template")
            | local_name!("noscript")
            | local_name!("iframe")
            | local_name!("title")
            | local_name!("svg")
            | local_name!("canvas")
            | local_name!("object")
            | local_name!("audio")
            | local_name!("video")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("applet")
            | local_name!("map") => Self::Unseen,
            _ if name.contains('-') => Self::Block,
            _ => Self::Inline,
        }
    }
}
