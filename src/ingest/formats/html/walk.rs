//! One walk over the tree of a page: elements and text in, [`Outline`] and [`Metadata`] out.
//!
//! What a reader never sees (scripts, styles, templates, embedded pages, hidden elements) is left out here. Nothing is
//! judged yet.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use rustc_hash::FxHashMap;
use scraper::node::Element;
use scraper::{Html, Node};

use crate::ingest::formats::MAX_BLOCKS;
use crate::knowledge::markup::{Marks, Markup};
use crate::knowledge::sites::SiteEntry;
use crate::model::article::Reason;
use crate::model::block::BlockKind;

use super::attributes::{Attribute, Attributes};
use super::line::{Line, Linked};
use super::metadata::Metadata;
use super::outline::{Container, Outline};
use super::tag::Tag;

/// Whether elements that are hidden are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// As a reader sees the page.
    LeaveOut,
    /// As the page's scripts show it later.
    Read,
}

/// So many class values are remembered: a page that is made to let them collide must not gain by it.
const MAX_KNOWN_NAMES: usize = 512;

/// Takes a page apart.
pub(super) fn walk(html: &Html, markup: &Markup, site: &SiteEntry, hidden: Hidden) -> (Outline, Metadata) {
    let mut walk = Walk::new(markup, site, hidden);
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) => walk.open(node),
            Edge::Close(node) => walk.close(node),
        }
    }
    walk.end_line();
    walk.close_container();
    (walk.outline, walk.metadata)
}

struct Walk<'a> {
    markup: &'a Markup,
    site: &'a SiteEntry,
    hidden: Hidden,
    /// What class values say, as they repeat within a page.
    known_marks: FxHashMap<&'a str, Marks>,
    outline: Outline,
    metadata: Metadata,
    line: Line,
    /// The open containers, outermost first, and the kind of the lines in them.
    open: Vec<(usize, BlockKind)>,
    /// How many links are open.
    links: usize,
    /// The unseen element that is open.
    unseen: Option<NodeId>,
}

/// What the names of an element say, and which of them speaks of chrome.
#[derive(Default)]
struct Said {
    marks: Marks,
    attribute: Attribute,
}

impl Said {
    fn add(&mut self, marks: Marks, attribute: Attribute) {
        let both = self.marks.and(marks);
        if both.chrome != self.marks.chrome {
            self.attribute = attribute;
        }
        self.marks = both;
    }
}

impl<'a> Walk<'a> {
    fn new(markup: &'a Markup, site: &'a SiteEntry, hidden: Hidden) -> Self {
        let mut walk = Self {
            markup,
            site,
            hidden,
            known_marks: FxHashMap::default(),
            outline: Outline::default(),
            metadata: Metadata::default(),
            line: Line::default(),
            open: Vec::new(),
            links: 0,
            unseen: None,
        };
        walk.open_container(Tag::Block, Attributes::default(), Said::default());
        walk
    }

    fn open(&mut self, node: NodeRef<'a, Node>) {
        if self.unseen.is_some() {
            return;
        }
        match node.value() {
            Node::Text(text) => self.text(text),
            Node::Element(element) => self.open_element(node, element),
            _ => {}
        }
    }

    fn text(&mut self, text: &'a str) {
        if self.is_full() {
            self.outline.is_cut |= !text.trim().is_empty();
            return;
        }
        let linked = if self.links > 0 { Linked::Yes } else { Linked::No };
        if self.open.last().is_some_and(|&(container, _)| self.is_preformatted(container)) {
            for line in text.split_inclusive('\n') {
                if self.is_full() {
                    self.outline.is_cut = true;
                    return;
                }
                self.line.push(line, linked);
                if line.ends_with('\n') {
                    self.end_line();
                }
            }
        } else {
            self.line.push(text, linked);
        }
    }

    fn open_element(&mut self, node: NodeRef<'a, Node>, element: &'a Element) {
        let tag = Tag::of(&element.name.local);
        if tag == Tag::Unseen {
            self.metadata.read_unseen(element, node);
            self.unseen = Some(node.id());
            return;
        }
        let attributes = Attributes::of(element);
        if attributes.is_hidden && self.hidden == Hidden::LeaveOut {
            if !tag.is_inline() {
                self.end_line();
            }
            self.outline.leaves_out = true;
            self.unseen = Some(node.id());
            return;
        }
        self.metadata.read(element, &attributes, self.outline.pieces.len());
        match tag {
            Tag::Break => self.end_line(),
            Tag::Link => self.links += usize::from(attributes.is_link()),
            Tag::Time => self.metadata.read_time(node, &attributes, self.outline.pieces.len()),
            Tag::Inline if begins_a_line(node, element) => self.end_line(),
            Tag::Inline => {}
            Tag::Cell if is_plain_cell(node) => self.line.end_cell(),
            Tag::Control if self.is_in_heading() => {}
            _ => self.open_block(tag, attributes),
        }
    }

    fn open_block(&mut self, tag: Tag, attributes: Attributes<'a>) {
        self.end_line();
        let said = self.said(tag, &attributes);
        self.open_container(tag, attributes, said);
    }

    fn said(&mut self, tag: Tag, attributes: &Attributes<'a>) -> Said {
        let mut said = Said::default();
        if matches!(tag, Tag::Heading(_) | Tag::Body) {
            return said;
        }
        for (attribute, names) in attributes.lists() {
            said.add(self.marks_of_names(names), attribute);
        }
        for (attribute, name) in attributes.names() {
            said.add(self.markup.marks_of_name(name), attribute);
        }
        said
    }

    fn marks_of_names(&mut self, names: &'a str) -> Marks {
        if let Some(known) = self.known_marks.get(names) {
            return *known;
        }
        let marks = self.markup.marks(names);
        if self.known_marks.len() < MAX_KNOWN_NAMES {
            self.known_marks.insert(names, marks);
        }
        marks
    }

    fn open_container(&mut self, tag: Tag, attributes: Attributes<'a>, Said { marks, attribute }: Said) {
        let index = self.outline.containers.len();
        let outer_kind = self.kind();
        let is_caption = marks.chrome.is_some_and(|mark| mark.reason == Reason::Caption);
        let start = self.outline.pieces.len();
        self.outline.containers.push(Container {
            tag,
            marks,
            said_in: attribute,
            declares_body: attributes.declares_body(),
            is_dropped: self.site.has_classes() && attributes.classes().any(|name| self.site.drops_class(name)),
            pieces: start..start,
            end: index + 1,
        });
        self.open.push((index, if is_caption { BlockKind::Caption } else { kind_in(tag, outer_kind) }));
    }

    fn close(&mut self, node: NodeRef<'a, Node>) {
        if self.unseen.is_some() {
            if self.unseen == Some(node.id()) {
                self.unseen = None;
            }
            return;
        }
        let Node::Element(element) = node.value() else { return };
        match Tag::of(&element.name.local) {
            Tag::Link => self.links = self.links.saturating_sub(usize::from(Attributes::of(element).is_link())),
            Tag::Inline | Tag::Time | Tag::Break | Tag::Unseen => {}
            Tag::Cell if is_plain_cell(node) => {}
            Tag::Control if self.is_in_heading() => {}
            _ => {
                self.end_line();
                self.close_container();
            }
        }
    }

    fn close_container(&mut self) {
        let Some((index, _)) = self.open.pop() else { return };
        let (pieces_end, containers_end) = (self.outline.pieces.len(), self.outline.containers.len());
        if let Some(container) = self.outline.containers.get_mut(index) {
            container.pieces.end = pieces_end;
            container.end = containers_end;
        }
    }

    fn end_line(&mut self) {
        let kind = self.kind();
        self.outline.pieces.extend(self.line.take(kind));
    }

    /// Whether there are as many lines as are read.
    fn is_full(&self) -> bool {
        self.outline.pieces.len() >= MAX_BLOCKS
    }

    /// The kind of the lines that are read.
    fn kind(&self) -> BlockKind {
        self.open.last().map_or(BlockKind::Paragraph, |&(_, kind)| kind)
    }

    /// Whether lines are headings here; a button in a heading opens the section below it, and names it.
    fn is_in_heading(&self) -> bool {
        matches!(self.kind(), BlockKind::Heading(_))
    }

    fn is_preformatted(&self, container: usize) -> bool {
        self.outline.containers.get(container).is_some_and(|container| container.tag == Tag::Preformatted)
    }
}

/// The kind of the lines directly inside `tag`, which stands where lines are of kind `outer`.
fn kind_in(tag: Tag, outer: BlockKind) -> BlockKind {
    match tag {
        Tag::Heading(level) => BlockKind::Heading(level),
        Tag::Item => BlockKind::ListItem,
        Tag::Caption => BlockKind::Caption,
        Tag::Row => BlockKind::TableRow,
        Tag::Table | Tag::Cell | Tag::Article => BlockKind::Paragraph,
        _ => outer,
    }
}

/// Whether a bold run is a heading that the source puts on a line of its own: it ends its line on the page, and nothing
/// stands before it but one inline element and a line break of the source, as boxes between paragraphs do.
fn begins_a_line(node: NodeRef<'_, Node>, element: &Element) -> bool {
    if !matches!(element.name(), "b" | "strong") {
        return false;
    }
    let is_blank = |node: &NodeRef<'_, Node>| node.value().as_text().is_some_and(|text| text.trim().is_empty());
    let is_inline = |node: &NodeRef<'_, Node>| {
        node.value().as_element().is_some_and(|element| matches!(Tag::of(&element.name.local), Tag::Inline | Tag::Link))
    };
    let ends_line = |node: Option<NodeRef<'_, Node>>| {
        let ends = |tag: Tag| tag == Tag::Break || !tag.is_inline();
        node.is_none_or(|node| node.value().as_element().is_some_and(|element| ends(Tag::of(&element.name.local))))
    };
    let mut before = node.prev_siblings().peekable();
    let is_broken =
        before.next_if(is_blank).is_some_and(|blank| blank.value().as_text().is_some_and(|text| text.contains('\n')));
    is_broken
        && before.next().is_some_and(|box_of_words| is_inline(&box_of_words))
        && ends_line(before.find(|node| !is_blank(node)))
        && ends_line(node.next_siblings().find(|node| !is_blank(node)))
}

/// Whether a cell holds nothing but text in a line.
fn is_plain_cell(cell: NodeRef<'_, Node>) -> bool {
    cell.children().all(|child| match child.value() {
        Node::Element(element) => {
            matches!(Tag::of(&element.name.local), Tag::Inline | Tag::Link | Tag::Time | Tag::Unseen)
        }
        _ => true,
    })
}
