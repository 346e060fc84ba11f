//! What a file holds: by the format that the caller names, by the ending of its name, and by its first bytes where the name
//! says nothing or cannot be right.

use super::formats::{tar, zip};
use crate::model::page::Format;

/// A format of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFormat {
    /// A page of plain text.
    Text,
    /// A page of HTML.
    Html,
    /// Rows of JSON, one a line.
    JsonLines,
    /// JSON: an array of rows, or one row.
    Json,
    /// A table with a header.
    Csv,
    /// A crawl.
    Warc,
    /// An archive of files of the other formats.
    Tar,
    /// [`InputFormat::Tar`], packed the other way.
    Zip,
    /// A crawl with its indexes in a zip archive.
    Wacz,
}

/// The endings of each format; those of archives that are packed have an ending for both.
const ENDINGS: [(InputFormat, &[&str]); 9] = [
    (InputFormat::Text, &["txt", "text"]),
    (InputFormat::Html, &["html", "htm", "xhtml"]),
    (InputFormat::JsonLines, &["jsonl", "ndjson", "jl"]),
    (InputFormat::Json, &["json"]),
    (InputFormat::Csv, &["csv", "tsv"]),
    (InputFormat::Warc, &["warc"]),
    (InputFormat::Tar, &["tar", "tgz", "tzst"]),
    (InputFormat::Zip, &["zip"]),
    (InputFormat::Wacz, &["wacz"]),
];

impl InputFormat {
    /// All formats, by their names.
    pub const NAMED: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("html", Self::Html),
        ("jsonl", Self::JsonLines),
        ("json", Self::Json),
        ("csv", Self::Csv),
        ("warc", Self::Warc),
        ("tar", Self::Tar),
        ("zip", Self::Zip),
        ("wacz", Self::Wacz),
    ];

    /// The format of a file of this name; `.gz` and `.zst` behind the ending do not count.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let name = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
        let (_, ending) = name.rsplit_once('.')?;
        ENDINGS.iter().find(|(_, endings)| endings.contains(&ending)).map(|(format, _)| *format)
    }

    /// The format of content that begins so, when that is beyond doubt.
    pub(super) fn of_content(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"WARC/1.") || head.starts_with(b"WARC/0.") {
            return Some(Self::Warc);
        }
        if tar::is_archive(head) {
            return Some(Self::Tar);
        }
        let text = start_of(head);
        let begins = |tag: &str| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
        (begins("<!doctype html") || begins("<html")).then_some(Self::Html)
    }

    /// The format of content that is said to be of this one and begins so. Only archives, crawls and arrays are told from
    /// what the name says.
    pub(super) fn corrected(self, head: &[u8]) -> Self {
        match Self::of_content(head) {
            Some(Self::Warc) => Self::Warc,
            Some(Self::Tar) => Self::Tar,
            // What else begins as a zip archive is a document of an office.
            _ if self == Self::Tar && zip::is_archive(head) => Self::Zip,
            _ if self == Self::JsonLines && start_of(head).starts_with(b"[") => Self::Json,
            _ => self,
        }
    }

    /// Whether a file of this name in an archive of this format holds pages, and how it is read. The lists of pages and the
    /// indexes in a WACZ only repeat what its crawls hold.
    pub(super) fn within(self, name: &str) -> Option<Self> {
        Self::of_name(name).filter(|format| self != Self::Wacz || *format == Self::Warc)
    }

    /// Whether its files are packed as zip packs them.
    pub(super) fn is_zip(self) -> bool {
        matches!(self, Self::Zip | Self::Wacz)
    }

    /// What a page of this format is written in; `None` for feeds and archives.
    pub(super) fn page(self) -> Option<Format> {
        match self {
            Self::Text => Some(Format::Text),
            Self::Html => Some(Format::Html),
            _ => None,
        }
    }

    /// The formats and their endings, for people.
    pub(super) fn known_endings() -> String {
        let endings: Vec<String> =
            ENDINGS.iter().flat_map(|(_, endings)| endings.iter().map(|ending| format!(".{ending}"))).collect();
        endings.join(" ")
    }
}

/// Content without a byte order mark and spaces in front.
fn start_of(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_ending() {
        for (name, expected) in [
            ("a.txt", Some(InputFormat::Text)),
            ("a.HTML", Some(InputFormat::Html)),
            ("a.b.html.gz", Some(InputFormat::Html)),
            ("feed.jl.gz", Some(InputFormat::JsonLines)),
            ("feed.csv.zst", Some(InputFormat::Csv)),
            ("items.json", Some(InputFormat::Json)),
            ("x.warc", Some(InputFormat::Warc)),
            ("a/b.c/x.tar.gz", Some(InputFormat::Tar)),
            ("x.tgz", Some(InputFormat::Tar)),
            ("crawl.WACZ", Some(InputFormat::Wacz)),
            ("README.md", None),
            ("a.txt/README", None),
            ("gz", None),
            (".gz", None),
        ] {
            assert_eq!(InputFormat::of_name(name), expected, "{name}");
        }
    }

    #[test]
    fn formats_by_content() {
        for (content, said, expected) in [
            ("WARC/1.1\r\nWARC-Type: x", InputFormat::Html, InputFormat::Warc),
            (" [{}", InputFormat::JsonLines, InputFormat::Json),
            ("{}", InputFormat::JsonLines, InputFormat::JsonLines),
            ("<html>", InputFormat::Text, InputFormat::Text),
        ] {
            assert_eq!(said.corrected(content.as_bytes()), expected, "{content}");
        }
        assert_eq!(InputFormat::of_content(b"\xEF\xBB\xBF\n<!DOCTYPE HTML>"), Some(InputFormat::Html));
        assert_eq!(InputFormat::of_content(b"{\"text\""), None);
    }
}
