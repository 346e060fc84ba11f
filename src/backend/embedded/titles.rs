//! Titles by their beginnings, from the column by which pages are sorted.

use tantivy::{DocAddress, SegmentReader, TantivyError};

use super::schema::{SORTED_CHARACTERS, TITLE};
use super::{BackendError, IndexView};
use crate::text::normalize::comparison_key;

/// How many times more titles are looked at where too many were those of removed pages.
const WIDER: usize = 8;

impl IndexView<'_> {
    /// Up to `limit` different titles that begin with `prefix`, letters folded, in the order of the folded titles.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn titles_from(&self, prefix: &str, limit: usize) -> Result<Vec<String>, BackendError> {
        let prefix: String = comparison_key(prefix).chars().take(SORTED_CHARACTERS).collect();
        let mut found: Vec<(String, DocAddress)> = Vec::new();
        for (ordinal, reader) in (0..).zip(self.searcher.segment_readers()) {
            let docs = first_docs(reader, &prefix, limit).map_err(|source| self.index.engine_error(source))?;
            found.extend(docs.into_iter().map(|(title, doc)| (title, DocAddress::new(ordinal, doc))));
        }
        found.sort_unstable();
        found.dedup_by(|left, right| left.0 == right.0);
        found.truncate(limit);
        found.into_iter().map(|(_, address)| self.title_at(address)).collect()
    }
}

/// The first titles of a segment that begin with `prefix`, folded, and a page of each.
fn first_docs(reader: &SegmentReader, prefix: &str, limit: usize) -> tantivy::Result<Vec<(String, u32)>> {
    let Some(column) = reader.fast_fields().str(TITLE)? else { return Ok(vec![]) };
    let mut stream = column.dictionary().range().ge(prefix).into_stream().map_err(TantivyError::from)?;
    let mut first = None;
    let mut titles: Vec<String> = Vec::new();
    let mut pages: Vec<Option<u32>> = Vec::new();
    // Titles of pages that were removed stay in their segment; where there are such, more are needed to find enough.
    let mut wanted = limit;
    loop {
        while titles.len() < wanted && stream.advance() {
            let title = String::from_utf8_lossy(stream.key()).into_owned();
            if !title.starts_with(prefix) {
                break;
            }
            first.get_or_insert(stream.term_ord());
            titles.push(title);
        }
        let Some(first) = first else { return Ok(vec![]) };
        let seen = pages.len();
        pages.resize(titles.len(), None);
        for doc in reader.doc_ids_alive() {
            let place = column.ords().first(doc).and_then(|ordinal| usize::try_from(ordinal.checked_sub(first)?).ok());
            if let Some(page) = place.filter(|&place| place >= seen).and_then(|place| pages.get_mut(place)) {
                page.get_or_insert(doc);
            }
        }
        if pages.iter().flatten().count() >= limit || titles.len() < wanted {
            let found = titles.into_iter().zip(pages).filter_map(|(title, doc)| Some((title, doc?)));
            return Ok(found.take(limit).collect());
        }
        wanted = wanted.saturating_mul(WIDER);
    }
}
