//! Input formats: bytes → pages → blocks.
//!
//! [`jsonl`], [`json`], [`csv`] and [`warc`] are feeds, which hold pages ([`rows`] knows the fields of the first three),
//! [`tar`] and [`zip`] hold files of any format; [`text`] and [`html`] are what a page is written in. To add a feed, write a file here
//! and name it in [`super::kind`]; to add a page format, name it in [`blocks`].
//!
//! A feed reads on after an error of its reader: what follows may be readable, and a reader that has nothing more to give
//! is at its end.

pub mod csv;
pub mod html;
mod http;
pub mod json;
pub mod jsonl;
pub mod rows;
pub mod tar;
pub mod text;
pub mod warc;
pub mod zip;

use std::io::BufRead;

use self::rows::FieldMap;
use super::content::MAX_PAGE_BYTES;
use super::decode::{NotText, decode};
use crate::knowledge::sites::SiteEntry;
use crate::model::block::{Block, BlockKind};
use crate::model::page::{Content, Extent, Format, Origin, Page};
use crate::model::report::Skipped;
use crate::text::normalize::one_line;
use crate::text::safe::cleaned;

/// A longer title, date, address or id that a page or a feed claims is none, in bytes.
const MAX_CLAIM_BYTES: usize = 4096;
/// A claim that is longer than this as it is written is not even cleaned, in bytes.
const MAX_RAW_CLAIM_BYTES: usize = 4 * MAX_CLAIM_BYTES;

/// More lines than this a page has only to do harm: of an article as long as is kept each would have 32 bytes.
const MAX_BLOCKS: usize = 32_768;
/// So much is kept of one line, in bytes: as much as of an article.
const MAX_BLOCK_BYTES: usize = 1 << 20;

/// Takes the pages of a file, and what was wrong with the others.
pub(super) type Sink<'a> = dyn FnMut(Result<Page, Skipped>) + 'a;

/// What an archive holds.
pub(super) enum Entry<'a> {
    /// A file with its name, read as far as one likes.
    File(String, &'a mut dyn BufRead),
    /// What is wrong.
    Bad(String),
}

/// Whether a file in an archive is the shadow of another: macOS packs properties of `a.html` as `._a.html` beside it.
fn is_shadow(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|last| last.starts_with("._"))
}

/// A file of rows or records.
pub(super) struct Feed<'a> {
    /// Where the file is.
    pub(super) origin: &'a Origin,
    /// What its fields mean.
    pub(super) map: &'a FieldMap,
}

impl Feed<'_> {
    fn at(&self, record: u64) -> Origin {
        Origin { record: Some(record), ..self.origin.clone() }
    }

    fn skipped(&self, record: u64, reason: impl Into<String>) -> Skipped {
        Skipped { label: self.at(record).label(), reason: reason.into() }
    }

    #[cfg(test)]
    fn test(name: &str, work: impl FnOnce(&Feed<'_>)) {
        work(&Feed { origin: &Origin::at(name), map: &FieldMap::default() });
    }
}

/// A page in blocks, and what its markup says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Headings, paragraphs and the rest, in reading order, chrome included.
    pub blocks: Vec<Block>,
    /// Titles that the markup or the feed claims, most trusted first.
    pub titles: Vec<String>,
    /// Dates of publication that the markup or the feed claims, in any form, most trusted first.
    pub dates: Vec<String>,
    /// The page's own canonical address.
    pub canonical_url: Option<String>,
    /// Language that the markup declares, e.g. `zh-CN`.
    pub language: Option<String>,
    /// Whether the linear fallback read the page, or not all of it was read.
    pub degraded: bool,
    /// Whether a feed's row gives the title beside the text: the text is then an article's, however short.
    pub is_titled_row: bool,
    /// Whether the blocks are an article that was cleaned before.
    pub is_article: bool,
}

/// Decodes a page and turns it into blocks, with what is known of its `site`; of a page over 4 MiB or 32,768 lines and of
/// a line over 1 MiB the beginning, marked `degraded`.
///
/// # Errors
/// [`NotText`] when its bytes hold no text.
pub fn blocks(page: &Page, site: &SiteEntry) -> Result<Parsed, NotText> {
    let bytes = page.bytes.get(..MAX_PAGE_BYTES).unwrap_or(&page.bytes);
    let text = decode(bytes, page.charset.as_deref())?;
    let mut parsed = match (page.format, page.hints.content) {
        (_, Content::Article) => paragraphs(&text),
        (Format::Text, Content::Page) => text::parse(&text),
        (Format::Html, Content::Page) => html::parse(&text, site),
    };
    parsed.degraded |= page.bytes.len() > MAX_PAGE_BYTES || page.extent == Extent::Cut;
    for block in parsed.blocks.iter_mut().filter(|block| block.text.len() > MAX_BLOCK_BYTES) {
        let end = (0..=MAX_BLOCK_BYTES).rev().find(|&at| block.text.is_char_boundary(at)).unwrap_or(0);
        block.text.truncate(end);
        block.text.truncate(block.text.trim_end().len());
        parsed.degraded = true;
    }
    parsed.is_titled_row = page.hints.title.is_some();
    parsed.titles.splice(0..0, page.hints.title.clone());
    parsed.dates.splice(0..0, page.hints.date.clone());
    parsed.titles.retain(|title| title.len() <= MAX_CLAIM_BYTES);
    Ok(parsed)
}

/// An article that was cleaned before: each line is one of its paragraphs or headings.
fn paragraphs(text: &str) -> Parsed {
    let clean = cleaned(text);
    let lines = clean.lines().map(one_line).filter(|line| !line.is_empty());
    let blocks = lines.take(MAX_BLOCKS).map(|line| Block::plain(BlockKind::Paragraph, line));
    Parsed { blocks: blocks.collect(), is_article: true, ..Parsed::default() }
}

/// What a feed or a head says of a page beside its content, as one clean line; none when nothing is left, or too much.
fn claim(text: &str) -> Option<String> {
    if text.trim().len() > MAX_RAW_CLAIM_BYTES {
        return None;
    }
    let line = one_line(&cleaned(text));
    (!line.is_empty() && line.len() <= MAX_CLAIM_BYTES).then_some(line)
}
