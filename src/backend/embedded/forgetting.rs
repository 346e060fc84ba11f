//! The page with an id, as what is to be deleted.
//!
//! The engine's own query for a term carries a table of scores of a kilobyte, and what is deleted is remembered until the
//! next commit: a million pages that are put anew would hold a gigabyte.

use tantivy::query::{ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, Term};

use crate::model::document::DocumentId;

/// The page with this id.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageWithId {
    field: Field,
    id: u64,
}

impl PageWithId {
    /// `field` is that of ids.
    pub(super) fn new(field: Field, id: DocumentId) -> Self {
        Self { field, id: id.as_u64() }
    }

    /// Whether a segment knows the id: of a page that is there, or was deleted from it.
    pub(super) fn is_known(self, reader: &SegmentReader) -> tantivy::Result<bool> {
        let term = Term::from_field_u64(self.field, self.id);
        Ok(reader.inverted_index(self.field)?.terms().term_ord(term.serialized_value_bytes())?.is_some())
    }
}

impl Query for PageWithId {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(*self))
    }
}

impl Weight for PageWithId {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let term = Term::from_field_u64(self.field, self.id);
        let postings = reader.inverted_index(self.field)?.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(match postings {
            Some(postings) => Box::new(ConstScorer::new(postings, boost)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("the id", 1.0))
    }
}
