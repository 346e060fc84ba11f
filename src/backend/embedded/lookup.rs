//! Finding pages to be compared: by id, and by the file that they are of.
//!
//! A run that looks for few pages asks the terms of the index; one that looks for many reads the ids of all pages once.

use std::collections::BTreeSet;

use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentOrdinal, SegmentReader, TERMINATED, Term};

use super::stored::PageOfSite;
use super::{BackendError, IndexView};
use crate::model::document::{Document, DocumentId, Fingerprint};
use crate::model::page::Origin;
use crate::model::site::Site;
use crate::model::source::{Provenance, SourceKey};

/// One page in so many looked for: then it is cheaper to read all ids.
const FEW_SHARE: usize = 50;

/// For more sites than this it is cheaper to read the sites of all pages.
const FEW_SITES: usize = 50;

/// What the index knows of a page without reading what is stored of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredPage {
    /// Where it stands.
    pub page: PageOfSite,
    /// Of its content.
    pub fingerprint: Fingerprint,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Finds the pages of one published state of the index.
pub struct Finder<'a> {
    view: IndexView<'a>,
    asked: usize,
    /// Id, segment and number in it of every page, by id, once many were asked for.
    all: Option<Vec<(u64, SegmentOrdinal, DocId)>>,
}

impl<'a> Finder<'a> {
    /// A finder over `view`.
    #[must_use]
    pub fn new(view: IndexView<'a>) -> Self {
        Self { view, asked: 0, all: None }
    }

    /// The state in which it looks.
    #[must_use]
    pub fn view(&self) -> &IndexView<'a> {
        &self.view
    }

    /// Whether there is no page at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view.searcher.num_docs() == 0
    }

    /// The page with this id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&mut self, id: DocumentId) -> Result<Option<StoredPage>, BackendError> {
        if self.is_empty() {
            return Ok(None);
        }
        self.asked += 1;
        let pages = self.view.page_count();
        if self.all.is_none() && self.asked > pages / FEW_SHARE + FEW_SHARE {
            self.all = Some(self.view.ids()?);
        }
        let Some(all) = &self.all else {
            let found = self.view.with_term(self.view.index.fields.id, id.as_u64())?;
            return Ok(found.first().copied());
        };
        let at = all.partition_point(|&(number, ..)| number < id.as_u64());
        match all.get(at) {
            Some(&(number, segment, doc)) if number == id.as_u64() => self.view.stored_page(segment, doc).map(Some),
            _ => Ok(None),
        }
    }

    /// The pages of a file.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_of(&self, source: SourceKey) -> Result<Vec<StoredPage>, BackendError> {
        if self.is_empty() { Ok(vec![]) } else { self.view.with_term(self.view.index.fields.source, source.0) }
    }

    /// Where a page came from.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn origin(&self, page: &StoredPage) -> Result<Origin, BackendError> {
        self.view.origin_at(page.page)
    }

    /// The document of a page.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document(&self, page: &StoredPage) -> Result<Document, BackendError> {
        self.view.document_at(page.page)
    }
}

impl IndexView<'_> {
    /// The pages of these sites, by site and id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_of_these(&self, sites: &BTreeSet<Site>) -> Result<Vec<PageOfSite>, BackendError> {
        if sites.len() > FEW_SITES {
            return self.pages_of_sites(|site| sites.contains(&site));
        }
        let mut pages = Vec::new();
        for site in sites {
            let field = self.index.fields.site;
            let term = Term::from_field_u64(field, site.0);
            for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
                let docs = docs_with(reader, field, &term).map_err(|source| self.index.engine_error(source))?;
                let ids = &self.page_columns(segment)?.ids;
                pages.extend(docs.into_iter().filter_map(|doc| {
                    Some(PageOfSite::new(*site, DocumentId::from_u64(ids.first(doc)?), (segment, doc)))
                }));
            }
        }
        pages.sort_unstable();
        Ok(pages)
    }

    /// How many pages there are.
    #[must_use]
    pub fn page_count(&self) -> usize {
        usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX)
    }

    /// The page with this id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn page(&self, id: DocumentId) -> Result<Option<PageOfSite>, BackendError> {
        let found = self.with_term(self.index.fields.id, id.as_u64())?;
        Ok(found.first().map(|stored| stored.page))
    }

    /// The first pages whose title or body holds an analysed term, at most `limit`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_holding(&self, term: &str, limit: usize) -> Result<Vec<PageOfSite>, BackendError> {
        let field = self.index.fields.text;
        let term = Term::from_field_text(field, term);
        let mut pages = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let docs = first_docs_with(reader, field, (&term, limit - pages.len()));
            for doc in docs.map_err(|source| self.index.engine_error(source))? {
                pages.push(self.stored_page(segment, doc)?.page);
            }
        }
        Ok(pages)
    }

    fn ids(&self) -> Result<Vec<(u64, SegmentOrdinal, DocId)>, BackendError> {
        let mut all = Vec::new();
        self.for_each_page(|id, _, address| all.push((id, address.segment_ord, address.doc_id)))?;
        all.sort_unstable();
        Ok(all)
    }

    /// The pages that have this number in a field of numbers.
    fn with_term(&self, field: Field, number: u64) -> Result<Vec<StoredPage>, BackendError> {
        let term = Term::from_field_u64(field, number);
        let mut pages = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let docs = docs_with(reader, field, &term).map_err(|source| self.index.engine_error(source))?;
            for doc in docs {
                pages.push(self.stored_page(segment, doc)?);
            }
        }
        Ok(pages)
    }

    fn stored_page(&self, segment: SegmentOrdinal, doc: DocId) -> Result<StoredPage, BackendError> {
        let columns = self.page_columns(segment)?;
        let number = |column: &Column<u64>| column.first(doc).unwrap_or(0);
        let page =
            PageOfSite::new(Site(number(&columns.sites)), DocumentId::from_u64(number(&columns.ids)), (segment, doc));
        let provenance =
            Provenance { source: columns.sources.first(doc).map(SourceKey), place: number(&columns.places) };
        Ok(StoredPage { page, fingerprint: Fingerprint(number(&columns.fingerprints)), provenance })
    }

    fn page_columns(&self, segment: SegmentOrdinal) -> Result<&PageColumns, BackendError> {
        let reader = (segment, self.searcher.segment_reader(segment));
        self.pages.get(reader, PageColumns::open).map_err(|source| self.index.engine_error(source))
    }
}

/// What is known of the pages of a segment without reading what is stored of them.
pub(super) struct PageColumns {
    ids: Column<u64>,
    sites: Column<u64>,
    fingerprints: Column<u64>,
    sources: Column<u64>,
    places: Column<u64>,
}

impl PageColumns {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            ids: columns.u64("id")?,
            sites: columns.u64("site")?,
            fingerprints: columns.u64("fingerprint")?,
            sources: columns.u64("source")?,
            places: columns.u64("place")?,
        })
    }
}

/// The documents of a segment that hold `term` and are not deleted.
pub(super) fn docs_with(reader: &SegmentReader, field: Field, term: &Term) -> tantivy::Result<Vec<DocId>> {
    first_docs_with(reader, field, (term, usize::MAX))
}

/// The first of them, at most `limit`.
fn first_docs_with(reader: &SegmentReader, field: Field, (term, limit): (&Term, usize)) -> tantivy::Result<Vec<DocId>> {
    let mut docs = Vec::new();
    if let Some(mut postings) = reader.inverted_index(field)?.read_postings(term, IndexRecordOption::Basic)? {
        while postings.doc() != TERMINATED && docs.len() < limit {
            if !reader.is_deleted(postings.doc()) {
                docs.push(postings.doc());
            }
            postings.advance();
        }
    }
    Ok(docs)
}
