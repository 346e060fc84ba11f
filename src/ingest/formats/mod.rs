//! Input formats: bytes → blocks. To add one, write a file here and name it in [`parse`].

/// A page in blocks, and what its markup says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Headings, paragraphs and the rest, in reading order, chrome included.
    pub blocks: Vec<crate::model::block::Block>,
    /// Titles that the markup or the feed claims, most trusted first.
    pub titles: Vec<String>,
    /// Dates of publication that the markup or the feed claims, in any form, most trusted first.
    pub dates: Vec<String>,
    /// The page's own canonical address.
    pub canonical_url: Option<String>,
    /// Language that the markup declares, e.g. `zh-CN`.
    pub language: Option<String>,
    /// Whether the linear fallback read the page.
    pub degraded: bool,
}
