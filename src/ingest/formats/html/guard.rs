//! Builds the tree of a page, and stops when the page is too deep or too costly.
//!
//! html5ever needs time that grows with the square of the nesting, and of the attributes of a tag. The page is fed in
//! small pieces; between two pieces depth, nodes and time are looked at. Depth and nodes give the same answer on every
//! machine; time is the last resort.
//!
//! Scripts and styles are more than half of the bytes of many pages, and nobody reads them: where the parser has just
//! opened such an element, its text is not fed. Neither are the shapes of drawings.

use std::time::{Duration, Instant};

use ego_tree::{NodeId, NodeRef};
use html5ever::driver::{self, ParseOpts, Parser};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{local_name, ns};
use memchr::memmem;
use scraper::node::Element;
use scraper::{Html, HtmlTreeSink};

use super::metadata::is_data;
use super::trim::Trimmer;

/// The longest page that is parsed, in bytes.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// The largest tree: of a page of 4 MiB a node for every 20 bytes, several times as many as pages have.
const MAX_NODES: usize = 200_000;
/// The deepest tree; browsers stop at 512, but pages with thousands of unclosed tags exist. Costs about 15 ms.
const MAX_DEPTH: usize = 3_000;
/// Fed at once, in bytes.
const CHUNK_BYTES: usize = 4 << 10;
/// A tree deeper than this is fed in smaller chunks.
const CALM_DEPTH: usize = 64;
/// Processor time of one page.
const MAX_TIME: Duration = Duration::from_millis(150);
/// Time on the clock of a page for which the processor is not asked.
const QUICK_TIME: Duration = Duration::from_millis(10);
/// Time on the clock of one page, where processor time cannot be read.
const MAX_CLOCK_TIME: Duration = Duration::from_secs(1);

/// The tree of `html`, without the text of scripts and styles, the shapes of drawings, and attributes that nobody reads;
/// nothing when the page is longer, deeper or costlier than a page may be.
pub(super) fn tree(html: &str) -> Option<Html> {
    if html.len() > MAX_BYTES {
        return None;
    }
    let mut parser = driver::parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut watch = Watch::start();
    let mut trimmer = Trimmer::default();
    let mut rest = html;
    let mut end = TreeEnd::default();
    while !rest.is_empty() {
        let piece = trimmer.piece(rest, end.chunk_bytes());
        rest = rest.get(piece.read..).unwrap_or_default();
        let closes_itself = piece.text.ends_with("/>");
        let previous_end = end;
        end = feed(&mut parser, piece.text, &mut watch)?;
        let html = parser.tokenizer.sink.sink.0.borrow();
        let opened = if end.node == previous_end.node { None } else { end.element(&html) };
        match (opened.and_then(unread), piece.awaits) {
            (Some(Unread::Code(name)), _) => match end_of_text(rest, name) {
                Some(end) => rest = rest.get(end..).unwrap_or_default(),
                None => trimmer = Trimmer::Verbatim,
            },
            (Some(Unread::Drawing), _) if !closes_itself => rest = skip_drawing(rest),
            (_, Some(name)) => trimmer = after_opening(trimmer, (name, opened), rest),
            _ => {}
        }
    }
    Some(parser.finish())
}

/// Feeds one piece, a long one in several parts; nothing when the tree is too large or has taken too long.
fn feed(parser: &mut Parser<HtmlTreeSink>, piece: StrTendril, watch: &mut Watch) -> Option<TreeEnd> {
    let mut parts = if piece.len() <= 2 * CHUNK_BYTES { vec![piece] } else { parts(&piece) };
    let mut end = TreeEnd::default();
    for part in parts.drain(..) {
        parser.process(part);
        let html = parser.tokenizer.sink.sink.0.borrow();
        end = TreeEnd::of(&html);
        if end.depth > MAX_DEPTH || html.tree.values().len() > MAX_NODES || watch.is_over() {
            return None;
        }
    }
    Some(end)
}

fn parts(piece: &str) -> Vec<StrTendril> {
    let mut parts = Vec::new();
    let mut rest = piece;
    while !rest.is_empty() {
        let (part, further) = split_at_char(rest, CHUNK_BYTES);
        parts.push(StrTendril::from_slice(part));
        rest = further;
    }
    parts
}

/// How the page is passed on behind the tag called `name`, for which the parser opened `opened`.
fn after_opening(trimmer: Trimmer, (name, opened): (&str, Option<&Element>), rest: &str) -> Trimmer {
    match opened {
        _ if trimmer != Trimmer::Markup || name == "svg" => trimmer,
        // In a drawing it holds markup like any other.
        Some(element) if element.name.ns != ns!(html) && &*element.name.local == name => trimmer,
        Some(element) if &*element.name.local == name && name != "plaintext" => {
            end_of_text(rest, name).map_or(Trimmer::Verbatim, Trimmer::Text)
        }
        _ => Trimmer::Verbatim,
    }
}

/// Where a tree grows.
#[derive(Debug, Default)]
struct TreeEnd {
    /// What was added last.
    node: Option<NodeId>,
    /// How many elements are open around it, itself included.
    depth: usize,
}

impl TreeEnd {
    fn of(html: &Html) -> Self {
        let path = std::iter::successors(html.tree.root().last_child(), NodeRef::last_child);
        path.fold(Self::default(), |end, node| Self { node: Some(node.id()), depth: end.depth + 1 })
    }

    /// What was added last, if it is an element.
    fn element<'a>(&self, html: &'a Html) -> Option<&'a Element> {
        html.tree.get(self.node?)?.value().as_element()
    }

    /// How much is fed next: in a deep tree each tag may cost as many nodes.
    fn chunk_bytes(&self) -> usize {
        CHUNK_BYTES / (1 + self.depth / CALM_DEPTH)
    }
}

/// An element whose text nobody reads.
enum Unread {
    /// A script or a style, by its name.
    Code(&'static str),
    /// An `svg`.
    Drawing,
}

/// Why nobody reads the text of an element; JSON-LD is read.
fn unread(element: &Element) -> Option<Unread> {
    match element.name.local {
        local_name!("svg") if element.name.ns == ns!(svg) => Some(Unread::Drawing),
        local_name!("style") if element.name.ns == ns!(html) => Some(Unread::Code("style")),
        local_name!("script") if element.name.ns == ns!(html) && !is_data(element) => Some(Unread::Code("script")),
        _ => None,
    }
}

/// Where the text of the element called `name` ends, whose start tag stands right before `rest`: at its end tag, or at the
/// end of the page. None for a script that speaks of scripts in comments, as then the first end tag may be text.
fn end_of_text(rest: &str, name: &str) -> Option<usize> {
    let is_end = |at: &usize| {
        let (found, after) = (rest.get(at + 2..at + 2 + name.len()), rest.as_bytes().get(at + 2 + name.len()));
        let is_whole = matches!(after, None | Some(b' ' | b'\n' | b'\t' | b'\r' | 0x0C | b'/' | b'>'));
        is_whole && found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let end = memmem::find_iter(rest.as_bytes(), "</").find(is_end).unwrap_or(rest.len());
    let text = rest.as_bytes().get(..end)?;
    let is_certain = name != "script" || memmem::find(text, b"<!--").is_none() || !speaks_of_scripts(text);
    is_certain.then_some(end)
}

fn speaks_of_scripts(code: &[u8]) -> bool {
    let names = memchr::memchr_iter(b'<', code).filter_map(|at| code.get(at + 1..at + 1 + "script".len()));
    names.into_iter().any(|name| name.eq_ignore_ascii_case(b"script"))
}

/// The rest of the page from the end of a drawing on; unchanged where it holds anything but shapes, which might end it
/// early or be read.
fn skip_drawing(rest: &str) -> &str {
    let end = memmem::find(rest.as_bytes(), b"</svg").unwrap_or(rest.len());
    let Some((shapes, after)) = rest.split_at_checked(end) else { return rest };
    let is_shape = |tag: &str| {
        let name = tag.trim_start_matches('/');
        let length = name.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
        SHAPES.contains(&name.get(..length).unwrap_or_default()) && tag.matches('"').count().is_multiple_of(2)
    };
    let mut tags = shapes.split('<');
    let has_text = tags.next().is_none_or(|text| !text.trim().is_empty());
    let is_plain = !has_text && !after.is_empty() && !shapes.contains('\'') && tags.all(is_shape);
    if is_plain { after } else { rest }
}

/// Elements of drawings that hold nothing else and end where they say so.
const SHAPES: [&str; 16] = [
    "path",
    "g",
    "circle",
    "rect",
    "use",
    "line",
    "polygon",
    "polyline",
    "ellipse",
    "defs",
    "clipPath",
    "mask",
    "stop",
    "linearGradient",
    "radialGradient",
    "symbol",
];

/// The head of `text` of about `bytes` bytes, at least one character, and the rest.
pub(super) fn split_at_char(text: &str, bytes: usize) -> (&str, &str) {
    let end = (bytes.max(1)..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Tells when a page has had its time.
struct Watch {
    started: Instant,
    /// Clock and processor when the page proved to be no quick one.
    noted: Option<(Duration, Option<Duration>)>,
}

impl Watch {
    fn start() -> Self {
        Self { started: Instant::now(), noted: None }
    }

    /// Asks the clock first: it is cheap, and never behind the processor.
    fn is_over(&mut self) -> bool {
        let clock = self.started.elapsed();
        if clock < QUICK_TIME {
            return false;
        }
        let &mut (noted_clock, noted) = self.noted.get_or_insert_with(|| (clock, processor_time()));
        if clock < MAX_TIME {
            return false;
        }
        match (noted, processor_time()) {
            (Some(noted), Some(now)) => noted_clock.min(QUICK_TIME) + now.saturating_sub(noted) >= MAX_TIME,
            _ => clock >= MAX_CLOCK_TIME,
        }
    }
}

/// Time for which this thread has run, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_shapes_end_early() {
        let numbered = |before: &str, after: &str, count: usize| {
            (0..count)
                .map(|number| number.to_string())
                .fold(String::new(), |html, number| html + before + &number + after)
        };
        let attributes = numbered(" a", "=1", 100_000);
        let formatting = numbered("<b id=", "><p>x", 40_000);
        for (name, html, fits) in [
            ("an honest page", format!("<body>{}", "<div><p>Some words.</p></div>".repeat(20_000)), true),
            ("nested div", "<div>".repeat(50_000), false),
            ("nested lists", "<ul><li>".repeat(50_000), false),
            ("attributes that nobody reads", format!("<p{attributes}>x"), true),
            ("attributes that are compared", format!("<b{attributes}>x"), false),
            ("formatting", formatting, false),
            ("too long", "x".repeat(MAX_BYTES + 1), false),
        ] {
            let start = Instant::now();
            assert_eq!(tree(&html).is_some(), fits, "{name}");
            // Generous: test machines are busy.
            assert!(start.elapsed() < Duration::from_secs(4), "{name}: {:?}", start.elapsed());
        }
    }

    #[test]
    fn code_is_not_fed() {
        for (name, html, expected) in [
            ("script", "a<script>if (a<b) c</script>b", "ab"),
            ("style in upper case end", "a<style>p{}</STYLE>b", "ab"),
            ("never closed", "a<script>b", "a"),
            ("shapes", "a<svg><g><path d=\"M0 0\"/></g></svg>b", "ab"),
            ("a drawing with text", "a<svg><text>b</text></svg>c", "abc"),
            ("an empty drawing", "a<svg/>b<svg/>c", "abc"),
            ("a drawing that is left early", "a<svg><path d=\"\"><p>b</p></svg>c", "abc"),
            ("a drawing that never ends", "a<svg><path>b", "ab"),
            ("in a comment", "<script></script><!-- <script> -->a<script></script>b", "ab"),
            ("in a title", "<title><script>x</title>a", "<script>xa"),
            ("in an attribute", "<p title='<script>'>a", "a"),
            ("> in an attribute", "<script data-x='>'>b</script>a", "a"),
            ("an old comment", "<script><!-- b --></script>a", "a"),
            ("a name that goes on", "a<script>b</scripts>c</script>d", "ad"),
            ("a style in a drawing", "<svg><style>a</style></svg>b", "ab"),
            ("JSON-LD is kept", "<script type=application/ld+json>{}</script>a", "{}a"),
            (
                "a script that writes scripts",
                "<script><!-- <script></script> --></script>a",
                "<!-- <script></script> -->a",
            ),
        ] {
            let text: String = tree(html).unwrap().root_element().text().collect();
            assert_eq!(text, expected, "{name}");
        }
    }

    #[test]
    fn chunks_do_not_split_characters() {
        let html = format!("<p>{}</p>", "重庆".repeat(5_000));
        let text: String = tree(&html).unwrap().root_element().text().collect();
        assert_eq!(text, "重庆".repeat(5_000));
    }
}
