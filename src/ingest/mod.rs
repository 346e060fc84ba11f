//! From a source to documents: source → `Page` → `Block`s → `Article` → `Document`.
//!
//! [`read`] does it for one page; a page that panics costs itself alone. Storing documents is the caller's work.

pub mod decode;
pub mod extract;
pub mod formats;
pub mod recognize;
pub mod run;
pub mod source;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::decode::NotText;
use crate::knowledge::Knowledge;
use crate::model::article::Flag;
use crate::model::document::{Document, DocumentId, Fingerprint};
use crate::model::page::Page;

/// Raised with every change of cleaning or recognition that old documents do not follow.
const EXTRACTOR_VERSION: u32 = 1;

/// Why a page gave no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The bytes are no text.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// A bug of ours, contained to the page that shows it.
    #[error("the page could not be read: {0}")]
    Panicked(String),
}

/// The fingerprint of a page as it would be read now.
#[must_use]
pub fn fingerprint(page: &Page, knowledge: &Knowledge) -> Fingerprint {
    let mut settings = Vec::from(EXTRACTOR_VERSION.to_le_bytes());
    settings.extend(knowledge.version().to_le_bytes());
    let hints = [&page.charset, &page.hints.title, &page.hints.date, &page.origin.key];
    for hint in hints {
        settings.extend(hint.as_deref().unwrap_or_default().as_bytes());
        settings.push(0);
    }
    Fingerprint::new(&page.bytes, &settings)
}

/// Reads one page: decodes, parses, cleans, recognises.
///
/// A page of which nothing is left is a document without parts.
///
/// # Errors
/// [`PageError`], for this page alone.
pub fn read(page: &Page, knowledge: &Knowledge) -> Result<Document, PageError> {
    let document = catch_unwind(AssertUnwindSafe(|| try_read(page, knowledge)));
    document.unwrap_or_else(|panic| Err(PageError::Panicked(panic_message(&*panic))))
}

fn try_read(page: &Page, knowledge: &Knowledge) -> Result<Document, PageError> {
    let parsed = formats::blocks(page)?;
    let degraded = parsed.degraded;
    let is_title_only = parsed.blocks.is_empty() && page.hints.title.is_some();
    let dates = parsed.dates.clone();
    let canonical_url = parsed.canonical_url.clone();
    let _language = parsed.language.clone();
    let mut article = extract::article(parsed, &knowledge.chrome);
    if degraded {
        article.flags.insert(Flag::Degraded);
    }
    if is_title_only {
        article.flags.insert(Flag::TitleOnly);
    }
    let mut facets = recognize::facets(&article, knowledge);
    if !facets.city_alternatives.is_empty() {
        article.flags.insert(Flag::AmbiguousCity);
    }
    let mut origin = page.origin.clone();
    facets.date = extract::dates::published(&dates, &article.removed, origin.url.as_deref());
    let id = DocumentId::of(&origin);
    origin.url = origin.url.or(canonical_url);
    Ok(Document { id, origin, article, facets, fingerprint: fingerprint(page, knowledge) })
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}
