//! Reading back what is stored: single documents, all of them, facet values, figures.

use std::collections::BTreeMap;

use tantivy::schema::Value;
use tantivy::{DocAddress, DocId, SegmentOrdinal, TantivyDocument};

use super::payload::{KINSHIPS, LEADERS};
use super::{BackendError, IndexView};
use crate::model::document::{Document, DocumentId};
use crate::model::page::Origin;
use crate::model::plan::{Candidate, FacetField};
use crate::model::site::{Edges, Site};

/// Figures of an index.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct IndexFigures {
    /// Pages that searches see.
    pub pages: usize,
    /// Immutable parts of the index.
    pub segments: usize,
    /// Bytes on disk.
    pub bytes: u64,
    /// What takes them.
    pub parts: BTreeMap<String, u64>,
    /// Different terms; a term counts once in each segment.
    pub terms: usize,
}

/// A page, to be read later, by its site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageOfSite {
    /// The site.
    pub site: Site,
    /// The page.
    pub id: DocumentId,
    pub(super) segment: SegmentOrdinal,
    pub(super) doc: DocId,
}

impl PageOfSite {
    pub(super) fn new(site: Site, id: DocumentId, (segment, doc): (SegmentOrdinal, DocId)) -> Self {
        Self { site, id, segment, doc }
    }

    /// Where it is stored: pages with places that follow each other are read faster one after the other.
    #[must_use]
    pub fn place(&self) -> (u32, u32) {
        (self.segment, self.doc)
    }
}

impl IndexView<'_> {
    /// The pages of the sites for which `wanted` holds, by site and id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_of_sites(&self, wanted: impl Fn(Site) -> bool) -> Result<Vec<PageOfSite>, BackendError> {
        let mut pages = Vec::new();
        for (segment, reader) in (0..).zip(self.searcher.segment_readers()) {
            let columns = || Ok((reader.fast_fields().u64("id")?, reader.fast_fields().u64("site")?));
            let (ids, sites) = columns().map_err(|source| self.index.engine_error(source))?;
            pages.extend(reader.doc_ids_alive().filter_map(|doc| {
                let site = Site(sites.first(doc)?);
                let page = PageOfSite { site, id: DocumentId::from_u64(ids.first(doc)?), segment, doc };
                wanted(site).then_some(page)
            }));
        }
        pages.sort_unstable();
        Ok(pages)
    }

    /// The edges of a page of the current state.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn edges_of(&self, page: PageOfSite) -> Result<Edges, BackendError> {
        let stored: TantivyDocument = self.stored(DocAddress::new(page.segment, page.doc))?;
        Ok(self.edges_in(&stored))
    }

    /// The document of a page of the current state.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document_at(&self, page: PageOfSite) -> Result<Document, BackendError> {
        self.read(DocAddress::new(page.segment, page.doc))
    }

    /// The document of a candidate of the current state, as it is shown: without what pages are compared by.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document_of(&self, candidate: &Candidate) -> Result<Document, BackendError> {
        let (segment, doc) = candidate.address;
        self.parsed(&self.stored(DocAddress::new(segment, doc))?)
    }

    /// Where the page of a candidate of the current state came from, without reading all of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn origin_of(&self, candidate: &Candidate) -> Result<Origin, BackendError> {
        let (segment, doc) = candidate.address;
        self.origin(DocAddress::new(segment, doc))
    }

    /// Where a page of the current state came from, without reading all of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn origin_at(&self, page: PageOfSite) -> Result<Origin, BackendError> {
        self.origin(DocAddress::new(page.segment, page.doc))
    }

    /// The title of a page, without reading all of it.
    pub(super) fn title_at(&self, address: DocAddress) -> Result<String, BackendError> {
        #[derive(serde::Deserialize)]
        struct Titled {
            article: Title,
        }
        #[derive(serde::Deserialize)]
        struct Title {
            title: String,
        }
        let stored = self.stored(address)?;
        let only: Titled = self.parsed(&stored)?;
        Ok(only.article.title)
    }

    pub(super) fn origin(&self, address: DocAddress) -> Result<Origin, BackendError> {
        #[derive(serde::Deserialize)]
        struct OriginOnly {
            origin: Origin,
        }
        let stored = self.stored(address)?;
        let only: OriginOnly = self.parsed(&stored)?;
        Ok(only.origin)
    }

    /// Calls `visit` with every document, ordered by id; stops at the first error of either side.
    ///
    /// # Errors
    /// What `visit` returned, or that the index cannot be read.
    pub fn for_each_document<E: From<BackendError>>(
        &self,
        mut visit: impl FnMut(Document) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut addresses = Vec::new();
        self.for_each_page(|id, _, address| addresses.push((id, address)))?;
        addresses.sort_unstable();
        for (_, address) in addresses {
            visit(self.read(address)?)?;
        }
        Ok(())
    }

    /// The values of a facet and the number of pages that have each, by value.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn facet_values(&self, field: FacetField) -> Result<BTreeMap<String, usize>, BackendError> {
        let values = || -> tantivy::Result<BTreeMap<String, usize>> {
            let mut values = BTreeMap::new();
            for reader in self.searcher.segment_readers() {
                let Some(column) = reader.fast_fields().str(field.name())? else { continue };
                let mut pages = BTreeMap::<u64, usize>::new();
                for doc in reader.doc_ids_alive() {
                    for ordinal in column.ords().values_for_doc(doc) {
                        *pages.entry(ordinal).or_default() += 1;
                    }
                }
                for (ordinal, count) in pages {
                    let mut value = String::new();
                    column.ord_to_str(ordinal, &mut value)?;
                    *values.entry(value).or_default() += count;
                }
            }
            Ok(values)
        };
        values().map_err(|source| self.index.engine_error(source))
    }

    /// Pages, segments, terms and bytes.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn figures(&self) -> Result<IndexFigures, BackendError> {
        let mut terms = 0;
        for reader in self.searcher.segment_readers() {
            let inverted =
                reader.inverted_index(self.index.fields.text).map_err(|source| self.index.engine_error(source))?;
            terms += inverted.terms().num_terms();
        }
        let files = std::fs::read_dir(&self.index.data)
            .map_err(|source| BackendError::Io { path: self.index.data.clone(), source })?;
        let mut parts: BTreeMap<String, u64> = BTreeMap::new();
        for entry in files.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let length = entry.metadata().map_or(0, |metadata| metadata.len());
            *parts.entry(part_of(&name).to_owned()).or_default() += length;
        }
        let bytes = parts.values().sum();
        Ok(IndexFigures {
            pages: usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX),
            segments: self.searcher.segment_readers().len(),
            bytes,
            parts,
            terms,
        })
    }

    /// Calls `visit` with id, fingerprint and address of every page, in no particular order.
    pub(super) fn for_each_page(&self, mut visit: impl FnMut(u64, u64, DocAddress)) -> Result<(), BackendError> {
        for (ordinal, reader) in (0..).zip(self.searcher.segment_readers()) {
            let columns = || Ok((reader.fast_fields().u64("id")?, reader.fast_fields().u64("fingerprint")?));
            let (ids, fingerprints) = columns().map_err(|source| self.index.engine_error(source))?;
            for doc in reader.doc_ids_alive() {
                let (id, fingerprint) = (ids.first(doc).unwrap_or(0), fingerprints.first(doc).unwrap_or(0));
                visit(id, fingerprint, DocAddress::new(ordinal, doc));
            }
        }
        Ok(())
    }

    fn read(&self, address: DocAddress) -> Result<Document, BackendError> {
        let stored = self.stored(address)?;
        let document: Document = self.parsed(&stored)?;
        let likeness = self.likeness_at(address)?;
        Ok(Document { edges: self.edges_in(&stored), likeness, ..document })
    }

    fn parsed<T: serde::de::DeserializeOwned>(&self, stored: &TantivyDocument) -> Result<T, BackendError> {
        let bytes = stored.get_first(self.index.fields.document).and_then(|value| value.as_bytes());
        let bytes = bytes.ok_or_else(|| self.index.damaged("a page has no stored document"))?;
        serde_json::from_slice(bytes).map_err(|error| self.index.damaged(format!("a stored document: {error}")))
    }

    fn stored(&self, address: DocAddress) -> Result<TantivyDocument, BackendError> {
        self.searcher.doc(address).map_err(|source| self.index.engine_error(source))
    }

    fn edges_in(&self, stored: &TantivyDocument) -> Edges {
        let bytes = stored.get_first(self.index.fields.edges).and_then(|value| value.as_bytes());
        bytes.map(Edges::from_bytes).unwrap_or_default()
    }
}

/// What a file of an index is for.
fn part_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("store") => "pages",
        Some("term") => "terms",
        Some("idx") => "postings",
        Some("pos") => "positions",
        Some("fast") => "columns",
        Some("fieldnorm") => "lengths",
        Some("del") => "deletions",
        _ if name.starts_with("sources-") => "sources",
        _ if name.starts_with(KINSHIPS) || name.starts_with(LEADERS) => "kin",
        _ => "other",
    }
}
