//! What the index holds for one page, and the row in which every command shows it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::article::Article;
use super::facets::Facets;
use super::layout::Claims;
use super::likeness::Likeness;
use super::page::Origin;
use super::site::{Edges, Site};
use super::source::Provenance;

/// Names a page for good: stable across re-scrapes, 16 lower-case hex digits.
///
/// Hash of the page's canonical URL, else of its source path relative to the indexed folder and its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DocumentId(u64);

impl DocumentId {
    /// The id of the page that came from `origin`.
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        let mut hasher = blake3::Hasher::new();
        if let Some(url) = &origin.url {
            hasher.update(b"url\0").update(canonical_url(url).as_bytes());
        } else {
            hasher.update(b"path\0").update(origin.relative.as_bytes());
            hasher.update(&origin.record.unwrap_or(0).to_le_bytes());
        }
        Self(first_u64(&hasher.finalize()))
    }

    /// The id as a number, as the index stores it.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The id with this number.
    #[must_use]
    pub fn from_u64(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl From<DocumentId> for String {
    fn from(id: DocumentId) -> Self {
        id.to_string()
    }
}

/// A text that is no document id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a page id: 16 hex digits")]
pub struct InvalidDocumentId(String);

impl FromStr for DocumentId {
    type Err = InvalidDocumentId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| InvalidDocumentId(text.to_owned()))
    }
}

impl TryFrom<String> for DocumentId {
    type Error = InvalidDocumentId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Tells whether a page must be indexed again: content, extractor version and knowledge version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// The fingerprint of a page's `bytes` and of the `settings` under which it is read.
    #[must_use]
    pub fn new(bytes: &[u8], settings: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(settings.len() as u64).to_le_bytes()).update(settings).update(bytes);
        Self(first_u64(&hasher.finalize()))
    }
}

/// Everything the index holds for one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its name.
    pub id: DocumentId,
    /// Where it came from.
    pub origin: Origin,
    /// The same, to be compared.
    #[serde(default)]
    pub provenance: Provenance,
    /// The cleaned text and what was stripped.
    pub article: Article,
    /// What it is about.
    pub facets: Facets,
    /// Whether it has changed.
    pub fingerprint: Fingerprint,
    /// What the markup claims; asked again when the page is cleaned again.
    pub claims: Claims,
    /// What the pages of its site are compared by; the index keeps it apart from the rest.
    #[serde(skip)]
    pub edges: Edges,
    /// What pages are compared by to find copies; kept apart as well.
    #[serde(skip)]
    pub likeness: Likeness,
}

impl Document {
    /// The site that the page is of.
    #[must_use]
    pub fn site(&self) -> Site {
        Site::of(&self.origin)
    }
}

/// Two spellings of one address become one: scheme and host in lower case, no fragment, no tracking parameters,
/// no slash at the end.
fn canonical_url(url: &str) -> String {
    let url = url.trim();
    let without_fragment = url.split('#').next().unwrap_or(url);
    let (scheme, rest) = without_fragment.split_once("://").unwrap_or(("", without_fragment));
    let host_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(host_end);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(pair)).collect();
    let scheme = if scheme.eq_ignore_ascii_case("http") { "https" } else { scheme };
    let mut out = format!("{}://{}{}", scheme.to_lowercase(), host.to_lowercase(), path.trim_end_matches('/'));
    if !kept.is_empty() {
        out.push('?');
        out.push_str(&kept.join("&"));
    }
    out
}

fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair).to_lowercase();
    name.starts_with("utm_") || matches!(name.as_str(), "fbclid" | "gclid" | "spm")
}

fn first_u64(hash: &blake3::Hash) -> u64 {
    hash.as_bytes().iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_name_addresses_not_spellings() {
        let id = |url: &str| DocumentId::of(&Origin { url: Some(url.to_owned()), ..Origin::at("a") });
        for (name, left, right, same) in [
            ("host case", "http://A.example/x", "http://a.example/x", true),
            ("fragment and slash", "http://a.example/x/#top", "http://a.example/x", true),
            ("tracking", "http://a.example/x?utm_source=b&id=1", "http://a.example/x?id=1", true),
            ("scheme", "http://a.example/x", "https://a.example/x", true),
            ("page number", "http://a.example/x?p=1", "http://a.example/x?p=2", false),
        ] {
            assert_eq!(id(left) == id(right), same, "{name}");
        }
        let first = DocumentId::of(&Origin::at("a.txt"));
        assert_ne!(first, DocumentId::of(&Origin { record: Some(1), ..Origin::at("a.txt") }));
        assert_eq!(first.to_string().parse(), Ok(first));
        assert!("xyz".parse::<DocumentId>().is_err());
        assert!("+23456789abcdef0".parse::<DocumentId>().is_err());
    }
}
