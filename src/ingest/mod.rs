//! From a source to documents: source → `Page` → `Block`s → `Article` → `Document`.
//!
//! [`read`] does it for one page; a page that panics costs itself alone. [`templates`] learns from the pages of a site
//! together, and [`clean_again`] cleans a document anew with what was learnt. Storing documents is the caller's work.

mod batches;
pub mod behind;
mod content;
pub mod decode;
mod duplicates;
pub mod extract;
pub mod formats;
mod found;
pub mod kind;
mod learning;
mod ledger;
mod offers;
mod open;
mod outcome;
pub mod preview;
pub mod recognize;
mod rewind;
mod row;
pub mod run;
pub mod settle;
pub mod source;
pub mod takedowns;
pub mod templates;
mod unpack;
mod visit;
pub mod window;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::decode::NotText;
use self::extract::{Extracted, KnownSite};
use self::formats::Parsed;
use self::recognize::Recognized;
use self::templates::Templates;
use crate::knowledge::Knowledge;
use crate::model::article::{Article, Flag, Part};
use crate::model::document::{Document, DocumentId, Fingerprint};
use crate::model::layout::Claims;
use crate::model::page::{Content, Extent, Origin, Page};
use crate::model::site::{Site, site_name};
use crate::model::source::Provenance;
use crate::text::terms::TermStream;

/// Raised with every change of how blocks are made of a page: sources are read again then.
const SOURCE_VERSION: u32 = 5;
/// Raised with every change of how blocks are cleaned and recognised, or pages compared: documents are made anew from their
/// blocks then, and all of them compared.
const EXTRACTOR_VERSION: u32 = 8;
/// So much of an article is kept, in bytes: a book of 200,000 words. The rest of a longer one would cost every query
/// that finds it.
const MAX_BODY_BYTES: usize = 1 << 20;

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
    let mut settings = Vec::from(SOURCE_VERSION.to_le_bytes());
    settings.extend(knowledge.source_version().to_le_bytes());
    let hints = [&page.charset, &page.hints.title, &page.hints.date, &page.origin.key];
    for hint in hints {
        settings.extend(hint.as_deref().unwrap_or_default().as_bytes());
        settings.push(0);
    }
    if let Some(site) = &page.origin.site {
        settings.extend(site.as_str().as_bytes());
        settings.push(0);
    }
    settings.extend([u8::from(page.hints.content == Content::Article), u8::from(page.extent == Extent::Cut)]);
    Fingerprint::new(&page.bytes, &settings)
}

/// Names what sources are read by: files that were read in another way are read again.
fn reading_version(knowledge: &Knowledge) -> u64 {
    knowledge.source_version().rotate_left(1) ^ u64::from(SOURCE_VERSION)
}

/// Names the rules and the knowledge by which blocks become documents; documents made by others are made anew.
#[must_use]
pub fn rules_version(knowledge: &Knowledge) -> String {
    format!("{EXTRACTOR_VERSION}-{:016x}", knowledge.version())
}

/// Reads one page: decodes, parses, cleans, recognises.
///
/// A page of which nothing is left is a document without parts; of an article over 1 MiB the beginning is kept, marked
/// `degraded`. Fingerprint and provenance are left to whoever stores the document.
///
/// # Errors
/// [`PageError`], for this page alone.
pub fn read(page: &Page, knowledge: &Knowledge, templates: &Templates) -> Result<Document, PageError> {
    contained(|| {
        #[cfg(test)]
        tests::panic_where_told(page);
        let parsed = formats::blocks(page, knowledge.sites.of(&site_name(&page.origin)))?;
        let mut origin = page.origin.clone();
        let id = DocumentId::of(&origin);
        origin.url = origin.url.or_else(|| parsed.canonical_url.clone());
        let is_title_only = parsed.blocks.is_empty() && page.hints.title.is_some();
        let named = Named { id, origin, provenance: Provenance::default(), fingerprint: Fingerprint::default() };
        let mut document = clean(parsed, named, knowledge, templates);
        if is_title_only {
            document.article.flags.insert(Flag::TitleOnly);
        }
        Ok(document)
    })
}

/// Sends an article through the analyzer, as indexing will do where a panic would be the end of the run.
///
/// # Errors
/// [`PageError::Panicked`], for this page alone.
pub(crate) fn try_analysis(document: &Document) -> Result<(), PageError> {
    contained(|| {
        analyze(&document.article);
        Ok(())
    })
}

/// What `work` gives; a panic in it is the page's error.
fn contained<T>(work: impl FnOnce() -> Result<T, PageError>) -> Result<T, PageError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(PageError::Panicked(panic_message(&*panic))))
}

/// Walks the terms of an article as the index will: what would panic there panics here.
fn analyze(article: &Article) {
    for text in article.parts.iter().map(|part| part.text.as_str()).chain([article.title.as_str()]) {
        let mut terms = TermStream::new(text);
        while terms.advance() {}
    }
}

/// Cuts an article down to `limit` bytes of text, between two parts; of a first part that is longer the beginning stays.
fn shorten(article: &mut Article, limit: usize) {
    let mut length = 0;
    let fits = |part: &&Part| {
        length += part.text.len();
        length <= limit
    };
    let whole = article.parts.iter().take_while(fits).count();
    if whole == article.parts.len() {
        return;
    }
    article.parts.truncate(whole.max(1));
    if let [only] = article.parts.as_mut_slice()
        && only.text.len() > limit
    {
        let end = (0..=limit).rev().find(|&at| only.text.is_char_boundary(at)).unwrap_or(0);
        only.text.truncate(end);
    }
    article.flags.insert(Flag::Degraded);
}

/// Cleans a stored document again, from the blocks of its page; a page without blocks stays as it is.
///
/// # Errors
/// [`PageError::Panicked`], for this page alone.
pub fn clean_again(document: &Document, knowledge: &Knowledge, templates: &Templates) -> Result<Document, PageError> {
    contained(|| {
        let blocks = document.article.blocks();
        if blocks.is_empty() {
            return Ok(document.clone());
        }
        let Claims { titles, dates, language, is_titled_row, is_article } = document.claims.clone();
        let degraded = document.article.flags.contains(&Flag::Degraded);
        let parsed =
            Parsed { blocks, titles, dates, language, degraded, is_titled_row, is_article, ..Parsed::default() };
        let Document { id, origin, provenance, fingerprint, .. } = document.clone();
        Ok(clean(parsed, Named { id, origin, provenance, fingerprint }, knowledge, templates))
    })
}

/// What of a document does not depend on how it is cleaned.
struct Named {
    id: DocumentId,
    origin: Origin,
    provenance: Provenance,
    fingerprint: Fingerprint,
}

fn clean(parsed: Parsed, named: Named, knowledge: &Knowledge, templates: &Templates) -> Document {
    let Named { id, origin, provenance, fingerprint } = named;
    let claims = Claims {
        titles: parsed.titles.clone(),
        dates: parsed.dates.clone(),
        language: parsed.language.clone(),
        is_titled_row: parsed.is_titled_row,
        is_article: parsed.is_article,
    };
    let site = KnownSite { entry: knowledge.sites.of(&site_name(&origin)), templates: templates.of(Site::of(&origin)) };
    let Extracted { mut article, edges } = extract::article(parsed, &knowledge.chrome, site);
    shorten(&mut article, MAX_BODY_BYTES);
    let Recognized { mut facets, names } = recognize::recognized(&article, claims.language.as_deref(), knowledge);
    if !facets.city_alternatives.is_empty() {
        article.flags.insert(Flag::AmbiguousCity);
    }
    facets.date = extract::dates::published(&claims.dates, &article, origin.url.as_deref());
    let edition = duplicates::edition(&facets, knowledge, id);
    let likeness = duplicates::likeness(&article, &facets, &names, edition);
    Document { id, origin, provenance, article, facets, fingerprint, claims, edges, likeness }
}

/// What a panic says.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown panic".to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::block::BlockKind;
    use crate::model::page::{Format, Origin};

    /// A page that holds this panics when it is read.
    pub(crate) const POISON: &[u8] = b"the page of this test that panics";

    pub(super) fn panic_where_told(page: &Page) {
        assert!(memchr::memmem::find(&page.bytes, POISON).is_none(), "this page was poisoned by a test");
    }

    #[test]
    fn a_panic_is_the_error_of_its_page() {
        let error = contained::<()>(|| panic!("at page {}", 7));
        assert_eq!(error, Err(PageError::Panicked("at page 7".to_owned())));
    }

    #[test]
    fn a_long_article_is_cut_between_two_parts() {
        for (name, parts, limit, expected, is_cut) in [
            ("all of it", vec!["ab", "cd"], 4, vec!["ab", "cd"], false),
            ("one part less", vec!["ab", "cd"], 3, vec!["ab"], true),
            ("a first part that is too long", vec!["a重庆", "cd"], 5, vec!["a重"], true),
            ("nothing", vec![], 5, vec![], false),
        ] {
            let part = |text: &str| Part { kind: BlockKind::Paragraph, text: text.to_owned() };
            let mut article = Article { parts: parts.into_iter().map(part).collect(), ..Article::default() };
            shorten(&mut article, limit);
            let texts: Vec<&str> = article.parts.iter().map(|part| part.text.as_str()).collect();
            assert_eq!(texts, expected, "{name}");
            assert_eq!(article.flags.contains(&Flag::Degraded), is_cut, "{name}");
        }
    }

    #[test]
    fn a_page_without_end_is_a_document_of_bounded_size() {
        let knowledge = Knowledge::builtin().unwrap();
        for line in ["The clinic of the city explains what its patients ask about most of all.\n", "重庆医保能报销。"]
        {
            let text = line.repeat(3 * MAX_BODY_BYTES / line.len());
            let document =
                read(&Page::new(Origin::at("a.txt"), Format::Text, text), &knowledge, &Templates::default()).unwrap();
            let length: usize = document.article.parts.iter().map(|part| part.text.len()).sum();
            assert!((MAX_BODY_BYTES / 2..=MAX_BODY_BYTES).contains(&length), "{length}");
            assert!(document.article.flags.contains(&Flag::Degraded));
        }
    }

    #[test]
    fn what_decided_is_told_when_a_stored_page_is_cleaned_again() {
        let prose = "<p>The clinic has worked in Chongqing for eight years, and most of its patients come back.</p>";
        let html = format!(
            "<nav><a href=/>Start here</a></nav><article><h1>Costs of a crown</h1>{prose}<p>A crown costs about nine \
             hundred yuan there.</p></article><div class=related-posts><a href=x>Other costs</a></div>"
        );
        let page = Page::new(Origin::at("a.html"), Format::Html, html);
        let knowledge = Knowledge::builtin().unwrap();
        let read = read(&page, &knowledge, &Templates::default()).unwrap();
        let stored: Document = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        let again = clean_again(&stored, &knowledge, &Templates::default()).unwrap();
        for document in [&read, &again] {
            let rules: Vec<&str> = document.article.removed.iter().map(|removed| removed.rule.as_str()).collect();
            assert!(rules.contains(&"markup:nav"), "{rules:?}");
            assert!(rules.iter().any(|rule| rule.starts_with("markup:class=related")), "{rules:?}");
        }
        assert_eq!(again.article.layout, read.article.layout);
    }

    #[test]
    fn a_declared_language_decides_for_a_short_page() {
        let html =
            "<html lang=de><title>Preise</title><h1>Preise</h1><p>Was kostet die Behandlung in der Klinik am See?";
        let page = Page::new(Origin::at("a.html"), Format::Html, html);
        let document = read(&page, &Knowledge::builtin().unwrap(), &Templates::default()).unwrap();
        assert_eq!(document.facets.language.as_deref(), Some("de"));
    }
}
