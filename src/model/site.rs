//! What the pages of one site are compared by: which site a page is of, and the lines at the edges of its article.
//!
//! Small by intent: the edges of a thousand pages of a site are held in memory at once when its chrome is learnt.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::page::Origin;

/// Lines at the beginning of a cleaned article that can be chrome of the site.
pub const HEAD_LINES: usize = 15;
/// Lines at its end.
pub const TAIL_LINES: usize = 40;
/// Bytes of a line as stored.
const STORED_BYTES: usize = 10;
/// The lengths that fit beside six bits of form.
const MOST_CHARACTERS: u16 = 0x03FF;
const SOLID: u16 = 0x8000;
const HEADING: u16 = 0x4000;
const PASSABLE: u16 = 0x2000;
const LABEL: u16 = 0x1000;
const MARKED: u16 = 0x0800;
const SIGNED: u16 = 0x0400;

/// The site that a page is of, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Site(pub u64);

impl Site {
    /// The site of the page that came from `origin`: by [`site_name`].
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        Self::named(&site_name(origin))
    }

    /// The site of a host as people write it: in any case, with or without `www.`, a scheme and a path.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let address = if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
        Self::of(&Origin { url: Some(address), ..Origin::at("") })
    }

    /// The site that is called so.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(hash(name))
    }
}

/// The name that a caller gives to the site of pages without an address: a host, or a word that stands for one, in lower
/// case, without scheme, `www.` and path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SiteName(String);

/// A text that names no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a site is named by its host, e.g. example.com")]
pub struct InvalidSiteName;

impl SiteName {
    /// As long as a host can be, in bytes.
    const MAX_BYTES: usize = 253;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteName {
    type Err = InvalidSiteName;

    fn from_str(text: &str) -> Result<Self, InvalidSiteName> {
        let text = text.trim();
        let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let is_plain = |host: &String| !host.contains(|c: char| c.is_whitespace() || c.is_control());
        let host = host_of(&address).filter(|host| host.len() <= Self::MAX_BYTES && is_plain(host));
        host.map(Self).ok_or(InvalidSiteName)
    }
}

/// How a site is called: the host of the address, else as the caller names it, else the feed, else the folder that holds
/// the page.
#[must_use]
pub fn site_name(origin: &Origin) -> String {
    let host = origin.url.as_deref().and_then(host_of);
    let named = host.or_else(|| origin.site.as_ref().map(|site| site.as_str().to_owned()));
    match (named, origin.record) {
        (Some(name), _) => name,
        (None, Some(_)) => origin.relative.clone(),
        (None, None) => match origin.relative.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => "./".to_owned(),
        },
    }
}

/// The host of an address, in lower case and without `www.`.
fn host_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_lowercase();
    let host = host.strip_prefix("www.").map(str::to_owned).unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

/// A line at an edge of an article, as far as pages are compared by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "properties that do not depend on one another, stored as bits")]
pub struct EdgeLine {
    /// Hash of its words, numbers apart.
    pub key: u64,
    /// Its length in characters, as far as that matters.
    pub characters: u16,
    /// Whether it carries an article: prose or a table row.
    pub is_solid: bool,
    /// Whether it can be the heading of what follows.
    pub is_heading: bool,
    /// Whether it is worded like the title of another article, or is a date or a count.
    pub is_passable: bool,
    /// Whether it is neither text nor an item of a numbered list, nor marked up as a heading.
    pub is_label: bool,
    /// Whether it has digits or marks in it that headings of articles have not.
    pub is_marked: bool,
    /// Whether a name and a colon stand before a text: `Ann: thanks!`.
    pub is_signed: bool,
}

impl EdgeLine {
    /// What stands for the lines between the two edges.
    const MIDDLE: Self = Self {
        key: 0,
        characters: MOST_CHARACTERS,
        is_solid: true,
        is_heading: false,
        is_passable: false,
        is_label: false,
        is_marked: false,
        is_signed: false,
    };

    fn bytes(self) -> [u8; STORED_BYTES] {
        let flags = [
            (self.is_solid, SOLID),
            (self.is_heading, HEADING),
            (self.is_passable, PASSABLE),
            (self.is_label, LABEL),
            (self.is_marked, MARKED),
            (self.is_signed, SIGNED),
        ];
        let form = flags
            .iter()
            .filter(|(is_set, _)| *is_set)
            .fold(self.characters.min(MOST_CHARACTERS), |form, (_, bit)| form | bit);
        let mut bytes = [0; STORED_BYTES];
        for (to, from) in bytes.iter_mut().zip(self.key.to_le_bytes().into_iter().chain(form.to_le_bytes())) {
            *to = from;
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
        let form = u16::from_le_bytes(bytes.get(8..)?.try_into().ok()?);
        Some(Self {
            key,
            characters: form & MOST_CHARACTERS,
            is_solid: form & SOLID != 0,
            is_heading: form & HEADING != 0,
            is_passable: form & PASSABLE != 0,
            is_label: form & LABEL != 0,
            is_marked: form & MARKED != 0,
            is_signed: form & SIGNED != 0,
        })
    }
}

/// The lines at the edges of an article as the rules alone leave it, in page order.
///
/// Of an article of more than 55 lines the first 15 and the last 40, and one line between them that stands for the
/// rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges(Vec<EdgeLine>);

impl Edges {
    /// The edges of an article of `count` lines, of which `line` gives each.
    #[must_use]
    pub fn of(count: usize, line: impl Fn(usize) -> Option<EdgeLine>) -> Self {
        if count <= HEAD_LINES + TAIL_LINES {
            return Self((0..count).filter_map(line).collect());
        }
        let head = (0..HEAD_LINES).filter_map(&line);
        let tail = (count - TAIL_LINES..count).filter_map(&line);
        Self(head.chain([EdgeLine::MIDDLE]).chain(tail).collect())
    }

    /// The number in the article, of `count` lines, of the line that is number `at` here.
    #[must_use]
    pub fn line_at(&self, at: usize, count: usize) -> usize {
        if at < HEAD_LINES { at } else { (at + count).saturating_sub(self.0.len()) }
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[EdgeLine] {
        &self.0
    }

    /// As stored: ten bytes a line.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|line| line.bytes()).collect()
    }

    /// From what was stored.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.chunks_exact(STORED_BYTES).filter_map(EdgeLine::from_bytes).collect())
    }
}

/// The number by which two texts are compared.
#[must_use]
pub fn hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_by_host_feed_and_folder() {
        let named = |origin: Origin| Origin { site: "https://www.B.example/x".parse().ok(), ..origin };
        let at = |relative: &str, record: Option<u64>, url: Option<&str>| Origin {
            record,
            url: url.map(str::to_owned),
            ..Origin::at(relative)
        };
        for (name, origin, expected) in [
            ("host", at("a.html", None, Some("https://user@WWW.A.example/b/c?d")), "a.example"),
            ("no host", at("b/a.html", None, Some("/only/a/path")), "b/"),
            ("feed", at("b/feed.jsonl", Some(7), None), "b/feed.jsonl"),
            ("folder", at("b/c/a.txt", None, None), "b/c/"),
            ("no folder", at("a.txt", None, None), "./"),
            ("named", named(at("b/a.txt", None, None)), "b.example"),
            ("a named feed", named(at("b/feed.jsonl", Some(7), None)), "b.example"),
            ("named, but with an address", named(at("a.html", None, Some("https://a.example/b"))), "a.example"),
        ] {
            assert_eq!(site_name(&origin), expected, "{name}");
        }
    }

    #[test]
    fn names_of_sites() {
        for (text, expected) in [
            ("a.example", Some("a.example")),
            (" https://user@WWW.A.example:80/b?c ", Some("a.example:80")),
            ("重庆", Some("重庆")),
            ("", None),
            ("www.", None),
            ("/a", None),
            ("a b", None),
            ("a\u{1b}b", None),
        ] {
            let name = text.parse::<SiteName>();
            assert_eq!(name.as_ref().map(SiteName::as_str).ok(), expected, "{text}");
            assert!(name.is_err() || Site::named(expected.expect("a name")) == Site::of_host(text.trim()), "{text}");
        }
        assert!("a".repeat(254).parse::<SiteName>().is_err());
    }

    #[test]
    fn edges_leave_out_the_middle_and_are_stored_as_they_are() {
        let line = |at: usize| EdgeLine {
            key: at as u64,
            characters: 9,
            is_solid: at.is_multiple_of(2),
            is_heading: at.is_multiple_of(3),
            is_passable: at.is_multiple_of(5),
            is_label: at.is_multiple_of(7),
            is_marked: at.is_multiple_of(11),
            is_signed: at.is_multiple_of(13),
        };
        for count in [0, 1, 55, 56, 300] {
            let edges = Edges::of(count, |at| Some(line(at)));
            assert_eq!(Edges::from_bytes(&edges.to_bytes()), edges, "{count}");
            let middle = (count > 55).then_some(15);
            for (at, found) in edges.lines().iter().enumerate().filter(|(at, _)| Some(*at) != middle) {
                assert_eq!(*found, line(edges.line_at(at, count)), "{count}: {at}");
            }
        }
    }
}
