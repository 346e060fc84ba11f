//! What became of one page of a run: known already, read, taken down or skipped.

use super::takedowns::Takedowns;
use super::templates::Templates;
use super::window::skipped;
use super::{fingerprint, read, try_analysis};
use crate::backend::embedded::StoredPage;
use crate::knowledge::Knowledge;
use crate::model::document::{Document, DocumentId};
use crate::model::page::{Origin, Page};
use crate::model::report::Skipped;
use crate::model::source::{Provenance, SourceKey};

/// What became of one page.
pub(super) enum Outcome {
    /// It has the content that the index has.
    Known(Box<Origin>, StoredPage),
    Read(Box<Document>, Option<StoredPage>),
    TakenDown,
    Skipped(Skipped),
}

impl Outcome {
    /// What becomes of a page of `source`, of which the index has `stored`.
    pub(super) fn of(
        page: Result<Page, Skipped>,
        (source, stored): (Option<SourceKey>, Option<StoredPage>),
        (knowledge, templates, takedowns): (&Knowledge, &Templates, &Takedowns),
    ) -> Self {
        let page = match page {
            Ok(page) => page,
            Err(skipped) => return Self::Skipped(skipped),
        };
        if takedowns.holds(DocumentId::of(&page.origin)) {
            return Self::TakenDown;
        }
        let fingerprint = fingerprint(&page, knowledge);
        if let Some(stored) = stored.filter(|stored| stored.fingerprint == fingerprint) {
            return Self::Known(Box::new(page.origin), stored);
        }
        let document = read(&page, knowledge, templates);
        match document.and_then(|document| try_analysis(&document).map(|()| document)) {
            Ok(document) if takedowns.hold(&document) => Self::TakenDown,
            Ok(document) => {
                let provenance = Provenance::new(source, &page.origin);
                Self::Read(Box::new(Document { provenance, fingerprint, ..document }), stored)
            }
            Err(error) => Self::Skipped(skipped(&page, &error)),
        }
    }
}
