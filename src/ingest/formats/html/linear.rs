//! Reads a page that is too deep or too costly for a tree: tags are stripped in one pass, each byte is looked at once.
//!
//! Lines come out in reading order, without any judgement of their place; what a reader never sees is left out here too.

use html5ever::LocalName;
use memchr::memmem;

use crate::ingest::formats::{MAX_BLOCKS, Parsed, claim};
use crate::model::block::{Block, BlockKind};

use super::attributes::hides;
use super::entities::decoded;
use super::guard::{MAX_BYTES, split_at_char};
use super::line::{Line, Linked};
use super::tag::Tag;

/// The lines of a page, `degraded`; of a page that is too long its first 4 MiB, or its first [`MAX_BLOCKS`] lines.
pub(super) fn parse(html: &str) -> Parsed {
    let (html, _) = split_at_char(html, MAX_BYTES);
    let mut stripper = Stripper { rest: html, ..Stripper::default() };
    while let Some((text, markup)) = stripper.next_text().filter(|_| stripper.blocks.len() < MAX_BLOCKS) {
        stripper.text(text);
        stripper.rest = markup;
        stripper.markup();
    }
    if stripper.blocks.len() < MAX_BLOCKS {
        let text = stripper.rest;
        stripper.text(text);
        stripper.end_line();
    }
    let heading = stripper.blocks.iter().find(|block| block.kind == BlockKind::Heading(1));
    let titles = heading.map(|block| block.text.clone()).into_iter().chain(stripper.title).collect();
    Parsed { blocks: stripper.blocks, titles, language: stripper.language, degraded: true, ..Parsed::default() }
}

#[derive(Default)]
struct Stripper<'a> {
    rest: &'a str,
    line: Line,
    kind: Kind,
    blocks: Vec<Block>,
    title: Option<String>,
    language: Option<String>,
    links: usize,
    /// The hidden element that is open, and how many of its name are open inside it, itself included.
    hidden: Option<(&'a str, usize)>,
    /// Quotation marks that do not occur any more: looked for once only.
    missing_quotes: Vec<char>,
}

/// The kind of the lines that are read.
struct Kind(BlockKind);

impl Default for Kind {
    fn default() -> Self {
        Self(BlockKind::Paragraph)
    }
}

impl<'a> Stripper<'a> {
    /// The text up to the next tag, comment or declaration, and the rest from there on.
    fn next_text(&self) -> Option<(&'a str, &'a str)> {
        let bytes = self.rest.as_bytes();
        let is_markup = |&at: &usize| match bytes.get(at + 1) {
            Some(b'!' | b'?') => true,
            Some(b'/') => bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic),
            next => next.is_some_and(u8::is_ascii_alphabetic),
        };
        memchr::memchr_iter(b'<', bytes).find(is_markup).and_then(|at| self.rest.split_at_checked(at))
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_none() {
            let linked = if self.links > 0 { Linked::Yes } else { Linked::No };
            self.line.push(&decoded(text), linked);
        }
    }

    /// Reads what begins with `<`.
    fn markup(&mut self) {
        let after = self.rest.get(1..).unwrap_or_default();
        if let Some(comment) = after.strip_prefix("!--") {
            self.rest = after_first(comment, "-->");
        } else if after.starts_with(['!', '?']) {
            self.rest = after_first(after, ">");
        } else if let Some(closing) = after.strip_prefix('/') {
            let (name, _) = self.tag(closing);
            self.close(name);
        } else {
            let (name, attributes) = self.tag(after);
            self.open(name, attributes);
        }
    }

    /// Splits a tag into its name and its attributes, and moves behind it.
    fn tag(&mut self, text: &'a str) -> (&'a str, &'a str) {
        let name_end =
            text.find(|character: char| !is_letter(character) && !matches!(character, '0'..='9' | '-' | ':'));
        let (name, attributes) = text.split_at_checked(name_end.unwrap_or(text.len())).unwrap_or((text, ""));
        let end = self.end_of_attributes(attributes);
        let (attributes, rest) = attributes.split_at_checked(end).unwrap_or((attributes, ""));
        self.rest = rest.strip_prefix('>').unwrap_or(rest);
        (name, attributes)
    }

    /// Where the `>` of a tag stands, outside quotation marks as far as these are closed.
    fn end_of_attributes(&mut self, text: &str) -> usize {
        let mut at = 0;
        while let Some((offset, found)) = text.get(at..).and_then(|rest| first_of(rest, &['>', '"', '\''])) {
            at += offset;
            if found == '>' {
                return at;
            }
            at += 1;
            if !self.missing_quotes.contains(&found) {
                match text.get(at..).and_then(|rest| rest.find(found)) {
                    Some(length) => at += length + 1,
                    None => self.missing_quotes.push(found),
                }
            }
        }
        text.len()
    }

    fn open(&mut self, name: &'a str, attributes: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth += usize::from(hidden.eq_ignore_ascii_case(name));
            return;
        }
        let tag = tag_of(name);
        if name.eq_ignore_ascii_case("html") {
            let language = value_of(attributes, "lang=").and_then(|value| value.split_ascii_whitespace().next());
            self.language = language.map(str::to_owned);
        }
        if tag == Tag::Unseen {
            self.skip_unseen(name);
        } else if tag != Tag::Break && !is_void(name) && is_hidden(attributes) {
            if !tag.is_inline() {
                self.end_line();
            }
            self.hidden = Some((name, 1));
        } else {
            self.open_seen(tag, attributes);
        }
    }

    fn open_seen(&mut self, tag: Tag, attributes: &str) {
        match tag {
            Tag::Link => self.links += usize::from(attributes.contains("href")),
            Tag::Inline | Tag::Time => {}
            Tag::Cell => self.line.end_cell(),
            _ => self.end_line(),
        }
        match tag {
            Tag::Heading(level) => self.kind = Kind(BlockKind::Heading(level)),
            Tag::Item => self.kind = Kind(BlockKind::ListItem),
            Tag::Caption => self.kind = Kind(BlockKind::Caption),
            Tag::Row => self.kind = Kind(BlockKind::TableRow),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth -= usize::from(hidden.eq_ignore_ascii_case(name));
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match tag_of(name) {
            Tag::Link => self.links = self.links.saturating_sub(1),
            Tag::Inline | Tag::Time | Tag::Cell | Tag::Unseen => {}
            Tag::Heading(_) | Tag::Item | Tag::Caption | Tag::Row | Tag::List | Tag::Table => {
                self.end_line();
                self.kind = Kind::default();
            }
            _ => self.end_line(),
        }
    }

    /// Moves behind the end tag of an element whose text is no text.
    fn skip_unseen(&mut self, name: &str) {
        let mut rest = self.rest;
        while let Some((inside, closing)) = rest.find("</").and_then(|at| rest.split_at_checked(at)) {
            rest = closing.get(2..).unwrap_or_default();
            if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                if name.eq_ignore_ascii_case("title") && self.title.is_none() {
                    self.title = claim(&decoded(inside));
                }
                self.rest = after_first(rest, ">");
                return;
            }
        }
        self.rest = "";
    }

    fn end_line(&mut self) {
        if let Some(piece) = self.line.take(self.kind.0) {
            let link_share = piece.link_share();
            self.blocks.push(Block { link_share, ..Block::plain(piece.kind, piece.text) });
        }
    }
}

/// What follows the first `end` of `text`; nothing when there is none.
fn after_first<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, after)| after)
}

fn first_of(text: &str, characters: &[char]) -> Option<(usize, char)> {
    text.char_indices().find(|(_, character)| characters.contains(character))
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
}

fn tag_of(name: &str) -> Tag {
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    Tag::of(&if is_lower { LocalName::from(name) } else { LocalName::from(name.to_ascii_lowercase()) })
}

/// Whether an element of this name never has an end tag.
fn is_void(name: &str) -> bool {
    ["img", "input", "meta", "link", "hr", "br", "source", "col", "embed", "area", "base", "wbr"]
        .iter()
        .any(|void| name.eq_ignore_ascii_case(void))
}

fn is_hidden(attributes: &str) -> bool {
    if attributes.is_empty() {
        return false;
    }
    let says_hidden = attributes.split_ascii_whitespace().any(|word| word == "hidden" || word.starts_with("hidden="));
    says_hidden || value_of(attributes, "style=").is_some_and(hides)
}

/// The value of the attribute that begins with `name=`, up to a quotation mark.
fn value_of<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let at = memmem::find(attributes.as_bytes(), name.as_bytes())?;
    let value = attributes.get(at + name.len()..)?;
    value.trim_start_matches(['"', '\'']).split(['"', '\'', '>']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        parse(html).blocks.into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn stripping() {
        for (name, html, expected) in [
            ("lines", "<h1>A</h1><p>one <b>two</b></p>three<br>four", vec!["A", "one two", "three", "four"]),
            ("unseen", "<script>if (a<b) '</p>'</script><style>p{}</style>x<!-- no -- > -->y", vec!["xy"]),
            ("unclosed script", "a<script>b", vec!["a"]),
            ("hidden", "a<div hidden>b<div>c</div>d</div>e<p style='display:none'>f</p>g", vec!["a", "e", "g"]),
            ("quoted >", "<p title='a>b'>c", vec!["c"]),
            ("unclosed quote", "<p title=\"a>b<p>c", vec!["b", "c"]),
            ("no tag", "1 < 2 & 3 &lt; 4 &#x4E2D;&nbsp;x", vec!["1 < 2 & 3 < 4 中 x"]),
            ("rows", "<table><tr><td>a<td>b<tr><td>c</table>", vec!["a | b", "c"]),
        ] {
            assert_eq!(texts(html), expected, "{name}");
        }
        let claims = parse("<html lang='zh-CN'><title>A &amp; B</title><h1>A</h1>x");
        assert_eq!((claims.titles, claims.language), (vec!["A".into(), "A & B".into()], Some("zh-CN".into())));
    }

    #[test]
    fn hostile_shapes_are_linear() {
        for (name, html) in [
            ("open tags without end", "<a ".repeat(300_000)),
            ("quotes", "<a '".repeat(300_000)),
            ("comments", "<!--".repeat(300_000)),
            ("less than", "<".repeat(1_000_000)),
            ("nested", "<ul><li>".repeat(300_000)),
            ("scripts", "<script>".repeat(300_000)),
            ("ampersands", "&".repeat(1_000_000)),
        ] {
            let start = std::time::Instant::now();
            assert!(parse(&html).degraded);
            assert!(start.elapsed() < std::time::Duration::from_secs(2), "{name}: {:?}", start.elapsed());
        }
    }
}
