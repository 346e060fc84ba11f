//! The columns by which pages are compared, read in place: no page is read whole for it.

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, SegmentOrdinal, SegmentReader, Term};

use super::lookup::docs_with;
use super::schema::{CAPTURED, LIKENESS, LIKENESS_KEY};
use super::stored::PageOfSite;
use super::{BackendError, IndexView};
use crate::model::document::DocumentId;
use crate::model::likeness::{Likened, Likeness, LikenessKey};
use crate::model::site::Site;

/// The likenesses of the pages of one state of the index.
pub struct Likenesses<'v> {
    view: &'v IndexView<'v>,
    segments: Vec<&'v LikenessColumns>,
}

pub(super) struct LikenessColumns {
    ids: Column<u64>,
    sites: Column<u64>,
    words: Column<u64>,
    keys: Column<u64>,
    captured: Column<u64>,
}

impl<'v> Likenesses<'v> {
    /// Those of `view`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(view: &'v IndexView<'v>) -> Result<Self, BackendError> {
        let segments = (0..).zip(view.searcher.segment_readers()).map(|(segment, _)| view.likeness_columns(segment));
        Ok(Self { view, segments: segments.collect::<Result<_, _>>()? })
    }

    /// The state of the index.
    #[must_use]
    pub fn view(&self) -> &'v IndexView<'v> {
        self.view
    }

    /// A page as it is compared.
    #[must_use]
    pub fn likened(&self, page: PageOfSite) -> Likened {
        let Some(columns) = self.segments.get(page.segment as usize) else { return Likened::default() };
        Likened { likeness: columns.likeness(page.doc), ..self.sketched(page) }
    }

    /// A page as it is compared, but for its bands: read in half the time.
    #[must_use]
    pub fn sketched(&self, page: PageOfSite) -> Likened {
        let Some(columns) = self.segments.get(page.segment as usize) else { return Likened::default() };
        let likeness = Likeness::from_words(columns.words(page.doc).as_slice(), &[]);
        Likened { id: page.id.as_u64(), likeness, captured: columns.captured.first(page.doc).unwrap_or(0) }
    }

    /// The page with this id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, id: u64) -> Result<Option<PageOfSite>, BackendError> {
        let field = self.view.index.fields.id;
        let term = Term::from_field_u64(field, id);
        for ((segment, columns), reader) in (0..).zip(&self.segments).zip(self.view.searcher.segment_readers()) {
            let docs = docs_with(reader, field, &term).map_err(|source| self.view.index.engine_error(source))?;
            if let Some(doc) = docs.first() {
                return Ok(Some(columns.page(segment, *doc)));
            }
        }
        Ok(None)
    }

    /// The pages that can be compared, by id.
    #[must_use]
    pub fn pages(&self) -> Vec<PageOfSite> {
        let mut pages = Vec::new();
        for ((segment, columns), reader) in (0..).zip(&self.segments).zip(self.view.searcher.segment_readers()) {
            let docs = reader.doc_ids_alive().filter(|doc| columns.words.first(*doc).is_some());
            pages.extend(docs.map(|doc| columns.page(segment, doc)));
        }
        pages.sort_unstable_by_key(|page| page.id);
        pages
    }

    /// The key of a page with this number, in the order of [`Likeness::keys`].
    #[must_use]
    pub fn key(&self, page: PageOfSite, number: usize) -> Option<LikenessKey> {
        let columns = self.segments.get(page.segment as usize)?;
        columns.keys.values_for_doc(page.doc).nth(number).map(LikenessKey)
    }

    /// The pages that have this key, by id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn pages_with(&self, key: LikenessKey) -> Result<Vec<PageOfSite>, BackendError> {
        let field = self.view.index.fields.likeness_key;
        let term = Term::from_field_u64(field, key.0);
        let mut pages = Vec::new();
        for ((segment, columns), reader) in (0..).zip(&self.segments).zip(self.view.searcher.segment_readers()) {
            let docs = docs_with(reader, field, &term).map_err(|source| self.view.index.engine_error(source))?;
            pages.extend(docs.into_iter().map(|doc| columns.page(segment, doc)));
        }
        pages.sort_unstable_by_key(|page| page.id);
        Ok(pages)
    }
}

impl IndexView<'_> {
    /// What a page is compared by.
    pub(super) fn likeness_at(&self, address: DocAddress) -> Result<Likeness, BackendError> {
        Ok(self.likeness_columns(address.segment_ord)?.likeness(address.doc_id))
    }

    fn likeness_columns(&self, segment: SegmentOrdinal) -> Result<&LikenessColumns, BackendError> {
        let reader = (segment, self.searcher.segment_reader(segment));
        self.likenesses.get(reader, LikenessColumns::open).map_err(|source| self.index.engine_error(source))
    }
}

impl LikenessColumns {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            ids: columns.u64("id")?,
            sites: columns.u64("site")?,
            words: columns.u64(LIKENESS)?,
            keys: columns.u64(LIKENESS_KEY)?,
            captured: columns.u64(CAPTURED)?,
        })
    }

    fn likeness(&self, doc: DocId) -> Likeness {
        Likeness::from_words(self.words(doc).as_slice(), Numbers::of(&self.keys, doc).as_slice())
    }

    fn words(&self, doc: DocId) -> Numbers {
        Numbers::of(&self.words, doc)
    }

    fn page(&self, segment: u32, doc: DocId) -> PageOfSite {
        let id = DocumentId::from_u64(self.ids.first(doc).unwrap_or(0));
        PageOfSite::new(Site(self.sites.first(doc).unwrap_or(0)), id, (segment, doc))
    }
}

/// As many numbers as a likeness is stored by, at most.
#[derive(Default)]
struct Numbers {
    held: [u64; 16],
    count: usize,
}

impl Numbers {
    /// The values of a page, read at once, which costs half of reading one by one.
    fn of(column: &Column<u64>, doc: DocId) -> Self {
        let mut numbers = Self::default();
        let rows = column.index.value_row_ids(doc);
        numbers.count = rows.len().min(numbers.held.len());
        if let Some(held) = numbers.held.get_mut(..numbers.count).filter(|held| !held.is_empty()) {
            column.values.get_range(u64::from(rows.start), held);
        }
        numbers
    }

    fn as_slice(&self) -> &[u64] {
        self.held.get(..self.count).unwrap_or_default()
    }
}
