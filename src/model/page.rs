//! A page as it was scraped: bytes and where they came from. Nothing is interpreted yet.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::capture::CaptureTime;
use super::site::SiteName;

/// One scraped page: the input of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it came from.
    pub origin: Origin,
    /// How its bytes are to be read.
    pub format: Format,
    /// The content, as scraped; text is not decoded yet.
    pub bytes: Vec<u8>,
    /// Character set named by a header outside the content (HTTP), e.g. `gb2312`.
    pub charset: Option<String>,
    /// What the feed says of the page beside its content.
    pub hints: Hints,
    /// Whether it is all of the page, as far as its source tells.
    pub extent: Extent,
}

impl Page {
    /// A page handed over in memory, e.g. `Page::new(Origin::at("a.html"), Format::Html, html)`.
    #[must_use]
    pub fn new(origin: Origin, format: Format, bytes: impl Into<Vec<u8>>) -> Self {
        Self { origin, format, bytes: bytes.into(), charset: None, hints: Hints::default(), extent: Extent::Whole }
    }
}

/// Where a page came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Source file as the user named it, e.g. `corpus/feed.jsonl`.
    pub path: String,
    /// The same relative to the folder that was indexed, with `/`, e.g. `feed.jsonl`; part of the page's identity.
    pub relative: String,
    /// 1-based line or row of a feed, byte offset in a WARC.
    pub record: Option<u64>,
    /// Address of the page, if known.
    pub url: Option<String>,
    /// The id that the feed's own row carries.
    pub key: Option<String>,
    /// When it was fetched, if its source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<CaptureTime>,
    /// The site that it counts as of where no address tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
}

impl Origin {
    /// The origin of a page that is a file of its own.
    #[must_use]
    pub fn at(path: impl Into<String>) -> Self {
        let path = path.into();
        Self { relative: path.clone(), path, ..Self::default() }
    }

    /// How people name the page: `path`, or `path#record` within a feed.
    #[must_use]
    pub fn label(&self) -> String {
        match self.record {
            Some(record) => format!("{}#{record}", self.path),
            None => self.path.clone(),
        }
    }

    /// Whether the page goes by `name`: its address, its key, or its path, with or without the record.
    #[must_use]
    pub fn goes_by(&self, name: &str) -> bool {
        let is_path = |own: &str| own == name || is_same_path(own, name);
        let names = [self.url.as_deref(), self.key.as_deref()];
        names.contains(&Some(name)) || is_path(&self.path) || self.record.is_some() && is_path(&self.label())
    }
}

/// Whether two paths are the same but for steps that go nowhere: `./a.txt`, `a.txt`.
fn is_same_path(left: &str, right: &str) -> bool {
    let steps = |path| Path::new(path).components().filter(|step| *step != Component::CurDir);
    steps(left).eq(steps(right))
}

/// How the bytes of a page are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Plain text, as copied from a browser.
    Text,
    /// HTML of any age and health.
    Html,
}

/// What a feed's row says of a page beside its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The row's title.
    pub title: Option<String>,
    /// The row's date, in any form.
    pub date: Option<String>,
    /// What the row's text is.
    pub content: Content,
}

/// What the text of a page is before it is cleaned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Content {
    /// A page with whatever stands around its article.
    #[default]
    Page,
    /// An article that was cleaned before, a paragraph a line: a row of `search export` or `search extract`.
    Article,
}

/// Whether a page is all that there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extent {
    /// As far as its source tells.
    #[default]
    Whole,
    /// Its source says, or shows, that some of it is missing.
    Cut,
}
