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
use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{local_name, ns};
use memchr::memmem;
use scraper::{Html, HtmlTreeSink};

use super::metadata::is_data;

/// The longest page that is parsed, in bytes.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// The largest tree: a flat page of 4 MiB has about half as many nodes.
const MAX_NODES: usize = 400_000;
/// The deepest tree; browsers stop at 512, but pages with thousands of unclosed tags exist. Costs about 15 ms.
const MAX_DEPTH: usize = 3_000;
/// Fed at once, in bytes.
const CHUNK_BYTES: usize = 4 << 10;
/// A tree deeper than this is fed in smaller chunks, as each tag may cost as many nodes.
const CALM_DEPTH: usize = 64;
/// Processor time of one page.
const MAX_TIME: Duration = Duration::from_millis(250);
/// Time on the clock of a page for which the processor is not asked.
const QUICK_TIME: Duration = Duration::from_millis(10);
/// Time on the clock of one page, where processor time cannot be read.
const MAX_CLOCK_TIME: Duration = Duration::from_millis(1_500);

/// The tree of `html`, without the text of scripts and styles and the shapes of drawings; nothing when the page is longer, deeper or costlier than a
/// page may be.
pub(super) fn tree(html: &str) -> Option<Html> {
    if html.len() > MAX_BYTES {
        return None;
    }
    let mut parser = driver::parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut watch = Watch::start();
    let mut rest = html;
    let mut end = TreeEnd::default();
    while !rest.is_empty() {
        let (chunk, further) = split_at_char(rest, CHUNK_BYTES / (1 + end.depth / CALM_DEPTH));
        let chunk = up_to_unread(chunk).unwrap_or(chunk);
        parser.process(StrTendril::from_slice(chunk));
        rest = rest.get(chunk.len()..).unwrap_or(further);
        let html = parser.tokenizer.sink.sink.0.borrow();
        let previous_end = std::mem::replace(&mut end, TreeEnd::of(&html));
        if end.depth > MAX_DEPTH || html.tree.values().len() > MAX_NODES || watch.is_over() {
            return None;
        }
        if end.node != previous_end.node {
            rest = match end.opened(&html) {
                Some(Unread::Code(name)) => skip_code(rest, name),
                Some(Unread::Drawing) if !chunk.ends_with("/>") => skip_drawing(rest),
                _ => rest,
            };
        }
    }
    Some(parser.finish())
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

    /// What was added last, if it is nothing to read; JSON-LD is read.
    fn opened(&self, html: &Html) -> Option<Unread> {
        let element = html.tree.get(self.node?)?.value().as_element()?;
        match element.name.local {
            local_name!("svg") if element.name.ns == ns!(svg) => Some(Unread::Drawing),
            local_name!("style") if element.name.ns == ns!(html) => Some(Unread::Code("style")),
            local_name!("script") if element.name.ns == ns!(html) && !is_data(element) => Some(Unread::Code("script")),
            _ => None,
        }
    }
}

/// An element whose text nobody reads.
enum Unread {
    /// A script or a style, by its name.
    Code(&'static str),
    /// An `svg`.
    Drawing,
}

/// The head of `chunk` up to the end of its first tag of a script, style or drawing.
fn up_to_unread(chunk: &str) -> Option<&str> {
    let start = memmem::find_iter(chunk.as_bytes(), "<s").find_map(|at| {
        let name = chunk.get(at + 1..)?;
        ["script", "style", "svg"].iter().any(|unread| name.starts_with(unread)).then_some(at)
    })?;
    let end = chunk.get(start..)?.find('>')?;
    chunk.get(..=start + end)
}

/// The rest of the page from the end tag on; unchanged where code speaks of comments, as then the first end tag may be text.
fn skip_code<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut ends = memmem::find_iter(rest.as_bytes(), "</").filter(|at| {
        let found = rest.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    });
    let end = ends.next().unwrap_or(rest.len());
    match rest.split_at_checked(end) {
        Some((code, after)) if memmem::find(code.as_bytes(), b"<!--").is_none() => after,
        _ => rest,
    }
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
            ("attributes", format!("<p{attributes}>x"), false),
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
            ("> in an attribute", "<script data-x='>'>b</script>a", "ba"),
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
