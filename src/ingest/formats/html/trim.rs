//! Leaves out of the tags of a page what nobody reads, before the parser sees it.
//!
//! Without its scripts, half of a page is attributes: addresses of pictures, styles, data of scripts. The parser takes
//! longer over them than over all else. Tags are told apart here as the HTML standard does, and passed on with the
//! attributes that are read. Where that cannot be known for certain, the rest of the page is passed on as it is.

use html5ever::tendril::StrTendril;
use memchr::{memchr, memchr_iter, memmem};

use super::attributes::{Reading, reading_of};
use super::guard::split_at_char;

/// What is passed on at once.
pub(super) struct Piece {
    /// For the parser.
    pub(super) text: StrTendril,
    /// Bytes of the page that it stands for.
    pub(super) read: usize,
    /// The name of its last tag, in lower case, where the parser decides how what follows is read.
    pub(super) awaits: Option<&'static str>,
}

/// How a page is passed on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Trimmer {
    /// Tag by tag.
    #[default]
    Markup,
    /// So many bytes are text; then tag by tag.
    Text(usize),
    /// As it is.
    Verbatim,
}

/// Elements whose text is read in ways of their own, outside of drawings; a drawing is looked at by the caller.
const OWN_TEXT: [&str; 11] =
    ["script", "style", "svg", "title", "textarea", "iframe", "noscript", "noframes", "noembed", "xmp", "plaintext"];

/// Elements whose attributes the parser compares, or which say something of the page.
const KEPT_WHOLE: [&str; 18] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u", "meta", "link", "html",
    "script", "template",
];

impl Trimmer {
    /// The next piece of `page`, of about `bytes` bytes; never of nothing where something is left.
    pub(super) fn piece(&mut self, page: &str, bytes: usize) -> Piece {
        match *self {
            Self::Markup => self.trimmed(page, bytes),
            Self::Text(0) => {
                *self = Self::Markup;
                self.trimmed(page, bytes)
            }
            Self::Text(left) => {
                let (text, _) = split_at_char(page, bytes.min(left));
                *self = Self::Text(left.saturating_sub(text.len()));
                Piece { text: StrTendril::from_slice(text), read: text.len(), awaits: None }
            }
            Self::Verbatim => {
                let (text, _) = split_at_char(page, bytes);
                let text = up_to_unread(text).unwrap_or(text);
                Piece { text: StrTendril::from_slice(text), read: text.len(), awaits: None }
            }
        }
    }

    fn trimmed(&mut self, page: &str, bytes: usize) -> Piece {
        let mut copy = Copy { page, text: StrTendril::with_capacity(0), copied: 0, at: 0 };
        let mut awaits = None;
        while awaits.is_none() && copy.length() < bytes {
            let rest = page.get(copy.at..).unwrap_or_default();
            let Some(text) = memchr(b'<', rest.as_bytes()) else {
                copy.at += split_at_char(rest, bytes - copy.length()).0.len();
                break;
            };
            if copy.length() + text >= bytes {
                copy.at += split_at_char(rest, bytes - copy.length()).0.len();
                break;
            }
            let markup = rest.get(text..).unwrap_or_default();
            copy.at += text;
            match markup_kind(markup) {
                Markup::Tag(name) => match copy.tag(name) {
                    TagEnd::Found { awaited } => awaits = awaited,
                    TagEnd::Missing => *self = Self::Verbatim,
                },
                Markup::Other(length) => copy.at += length,
                Markup::Unknown => *self = Self::Verbatim,
            }
            if *self == Self::Verbatim {
                // The rest is passed on by the next call; of nothing else there is at least this character.
                copy.at += usize::from(copy.length() == 0);
                break;
            }
        }
        copy.finish(awaits)
    }
}

/// What begins with `<`.
enum Markup {
    /// A start tag with a name of so many bytes.
    Tag(usize),
    /// An end tag, a comment, a declaration or a mere `<`, of so many bytes.
    Other(usize),
    /// Something that does not end, or that only the parser can judge.
    Unknown,
}

fn markup_kind(markup: &str) -> Markup {
    let after = markup.as_bytes().get(1..).unwrap_or_default();
    let known = |length: Option<usize>| length.map_or(Markup::Unknown, Markup::Other);
    match after {
        [b'a'..=b'z' | b'A'..=b'Z', ..] => Markup::Tag(name_length(after)),
        [b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => known(end_of_tag(after).map(|end| end + 1)),
        [b'!', b'-', b'-', comment @ ..] => known(end_of_comment(comment).map(|end| end + "<!--".len())),
        [b'!', b'[', ..] => Markup::Unknown,
        [b'!' | b'?' | b'/', ..] => known(memchr(b'>', after).map(|end| end + 2)),
        _ => Markup::Other(1),
    }
}

/// Length of a tag's name.
fn name_length(tag: &[u8]) -> usize {
    tag.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>')).unwrap_or(tag.len())
}

/// The length of an end tag without `<`.
fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut attributes = Attributes { bytes: tag, at: 1 + name_length(tag.get(1..)?), closes_itself: false };
    attributes.by_ref().for_each(drop);
    attributes.end()
}

/// The length of a comment without `<!--`.
fn end_of_comment(comment: &[u8]) -> Option<usize> {
    if comment.starts_with(b">") {
        return Some(1);
    }
    if comment.starts_with(b"->") {
        return Some(2);
    }
    let mut ends = memchr_iter(b'>', comment);
    let is_end = |&at: &usize| comment.get(..at).is_some_and(|text| text.ends_with(b"--") || text.ends_with(b"--!"));
    ends.find(is_end).map(|at| at + 1)
}

/// How a tag ended.
enum TagEnd {
    /// In `>`; with the name of an element that has text of its own.
    Found { awaited: Option<&'static str> },
    /// Not before the end of the page.
    Missing,
}

/// A piece in the making: the page up to `copied` is in `text`, the page up to `at` will be.
struct Copy<'a> {
    page: &'a str,
    text: StrTendril,
    copied: usize,
    at: usize,
}

impl Copy<'_> {
    /// Bytes of the piece so far.
    fn length(&self) -> usize {
        self.text.len() + (self.at - self.copied)
    }

    /// Takes over the page up to `end`, in the page.
    fn take(&mut self, end: usize) {
        self.text.push_slice(self.page.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    fn finish(mut self, awaits: Option<&'static str>) -> Piece {
        self.take(self.at);
        Piece { text: self.text, read: self.at, awaits }
    }

    /// Moves behind the start tag here, with a name of so many bytes, and leaves out what nobody reads; gives the name
    /// of an element with text of its own. Where the tag does not end, nothing is moved.
    fn tag(&mut self, name: usize) -> TagEnd {
        let page = self.page;
        let tag = page.get(self.at..).unwrap_or_default();
        let name_end = 1 + name;
        let written = tag.get(1..name_end).unwrap_or_default();
        let awaited = OWN_TEXT.into_iter().find(|own| own.eq_ignore_ascii_case(written));
        if tag.as_bytes().get(name_end) == Some(&b'>') {
            self.at += name_end + 1;
            return TagEnd::Found { awaited };
        }
        let mut attributes = Attributes { bytes: tag.as_bytes(), at: name_end, closes_itself: false };
        let is_kept_whole = KEPT_WHOLE.into_iter().any(|kept| kept.eq_ignore_ascii_case(written));
        let length_before = self.text.len();
        let copied_before = self.copied;
        let start = self.at;
        if !is_kept_whole {
            self.take(start + name_end);
        }
        for attribute in attributes.by_ref().filter(|_| !is_kept_whole) {
            if let Some(written) = attribute.read(tag) {
                self.text.push_char(' ');
                self.text.push_slice(written);
            }
        }
        let Some(end) = attributes.end() else {
            let added = self.text.len() - length_before;
            self.text.pop_back(u32::try_from(added).unwrap_or(0));
            self.copied = copied_before;
            return TagEnd::Missing;
        };
        self.at = start + end;
        if !is_kept_whole {
            self.text.push_slice(if attributes.closes_itself { " />" } else { ">" });
            self.copied = self.at;
        }
        TagEnd::Found { awaited }
    }
}

/// The attributes of a tag one after another.
struct Attributes<'a> {
    bytes: &'a [u8],
    /// Where the next one, or the end of the tag, is looked for.
    at: usize,
    /// Whether `/` stands right before the end of the tag.
    closes_itself: bool,
}

/// An attribute in its tag, in bytes.
struct Attribute {
    start: usize,
    name_end: usize,
    value: std::ops::Range<usize>,
    end: usize,
}

impl Attribute {
    /// What is passed on of it.
    fn read<'a>(&self, tag: &'a str) -> Option<&'a str> {
        let name = tag.get(self.start..self.name_end)?;
        let is_passed = match reading_of(name) {
            Reading::Value => true,
            Reading::Presence => return Some(name),
            Reading::Style => may_hide(tag.get(self.value.clone())?),
            Reading::Nothing => false,
        };
        if is_passed { tag.get(self.start..self.end) } else { None }
    }
}

/// Whether a style may take the element out of sight; written as references nobody knows.
fn may_hide(style: &str) -> bool {
    let has =
        |word: &str| style.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    style.contains('&') || has("none") || has("hidden")
}

impl Attributes<'_> {
    /// One past the end of the tag, when all attributes have been taken; none where it does not end.
    fn end(&self) -> Option<usize> {
        (self.bytes.get(self.at) == Some(&b'>')).then_some(self.at + 1)
    }

    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&byte| !skipped(byte)).unwrap_or(rest.len());
    }

    /// The value behind `=`, at which this stands; none where the page ends in it.
    fn value(&mut self) -> Option<std::ops::Range<usize>> {
        self.at += 1;
        self.skip(is_space);
        let start = self.at;
        if let quote @ (b'"' | b'\'') = *self.bytes.get(start)? {
            let length = memchr(quote, self.bytes.get(start + 1..)?)?;
            self.at = start + 1 + length + 1;
            return Some(start + 1..self.at - 1);
        }
        self.skip(|byte| !is_space(byte) && byte != b'>');
        Some(start..self.at)
    }
}

impl Iterator for Attributes<'_> {
    type Item = Attribute;

    fn next(&mut self) -> Option<Attribute> {
        let before = self.at;
        self.skip(|byte| is_space(byte) || byte == b'/');
        let start = self.at;
        if matches!(self.bytes.get(start), None | Some(b'>')) {
            let skipped = self.bytes.get(before..start).unwrap_or_default();
            self.closes_itself = skipped.ends_with(b"/");
            return None;
        }
        self.at += 1;
        self.skip(|byte| !is_space(byte) && !matches!(byte, b'/' | b'>' | b'='));
        let name_end = self.at;
        self.skip(is_space);
        let value = if self.bytes.get(self.at) == Some(&b'=') {
            let Some(value) = self.value() else {
                self.at = self.bytes.len();
                return None;
            };
            value
        } else {
            self.at = name_end;
            name_end..name_end
        };
        Some(Attribute { start, name_end, value, end: self.at })
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | 0x0C)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(page: &str, bytes: usize) -> (String, Trimmer) {
        let (mut trimmer, mut rest, mut out) = (Trimmer::default(), page, String::new());
        while !rest.is_empty() {
            let piece = trimmer.piece(rest, bytes);
            assert!(piece.read > 0, "{page}");
            out.push_str(&piece.text);
            rest = rest.get(piece.read..).unwrap_or_default();
        }
        (out, trimmer)
    }

    #[test]
    fn what_is_read_stays() {
        for (page, expected) in [
            ("<p>a</p>", "<p>a</p>"),
            ("<img src='x>y' alt=b>c", "<img>c"),
            ("<DIV Class=a data-x=1 ID='b'>c", "<DIV Class=a ID='b'>c"),
            ("<a href=\"https://a.example/\" title=b>c</a>", "<a href>c</a>"),
            ("<p style='color:red'>a<p style='Display:None'>b", "<p>a<p style='Display:None'>b"),
            ("<path d=m/><path d=m /><path d='m'/>a", "<path><path /><path />a"),
            ("<p class = a b= c c='>'d>e", "<p class = a>e"),
            ("<p =x class=a>b", "<p class=a>b"),
            ("<p class=>a", "<p class=>a"),
            (
                "<b x=1>a<meta charset=x><template shadowrootmode=open>",
                "<b x=1>a<meta charset=x><template shadowrootmode=open>",
            ),
            ("<!-- <p x=1> --><p x=1><!--><p x=1><!--->a", "<!-- <p x=1> --><p><!--><p><!--->a"),
            ("<!-- a --!><p x=1><!-- b ---><p x=1><!-- ---!><p x=1>", "<!-- a --!><p><!-- b ---><p><!-- ---!><p>"),
            ("a < b <p x=1></ x><p x=1><?x y><p x=1></p x='>'><p x=1>", "a < b <p></ x><p><?x y><p></p x='>'><p>"),
        ] {
            for bytes in [1, 7, 4096] {
                assert_eq!(trimmed(page, bytes), (expected.to_owned(), Trimmer::Markup), "{page}");
            }
        }
    }

    #[test]
    fn in_doubt_all_stays() {
        for page in
            ["<p x=1 class='a", "<p x=1", "<p", "a<!-- <p x=1>", "<svg><![CDATA[<p x=1>]]>", "<", "</", "</p x=1"]
        {
            assert_eq!(trimmed(page, 4096).0, page);
            assert_eq!(trimmed(page, 1).0, page);
        }
    }
}
