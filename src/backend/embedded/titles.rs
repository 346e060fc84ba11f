//! Titles by their beginnings, from the column by which pages are sorted.

use tantivy::{DocAddress, SegmentReader, TantivyError};

use super::schema::TITLE;
use super::{BackendError, IndexView};
use crate::text::normalize::comparison_key;

impl IndexView<'_> {
    /// Up to `limit` different titles that begin with `prefix`, letters folded, in the order of the folded titles.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn titles_from(&self, prefix: &str, limit: usize) -> Result<Vec<String>, BackendError> {
        let prefix = comparison_key(prefix);
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
    let mut titles: Vec<(u64, String, Option<u32>)> = Vec::new();
    let mut stream = column.dictionary().range().ge(prefix).into_stream().map_err(TantivyError::from)?;
    while titles.len() < limit && stream.advance() {
        let title = String::from_utf8_lossy(stream.key()).into_owned();
        if !title.starts_with(prefix) {
            break;
        }
        titles.push((stream.term_ord(), title, None));
    }
    let Some(&(first, ..)) = titles.first() else { return Ok(vec![]) };
    for doc in reader.doc_ids_alive() {
        let place = column.ords().first(doc).and_then(|ordinal| ordinal.checked_sub(first));
        let title = place.and_then(|place| titles.get_mut(usize::try_from(place).ok()?));
        if let Some((_, _, page)) = title {
            page.get_or_insert(doc);
        }
    }
    Ok(titles.into_iter().filter_map(|(_, title, doc)| Some((title, doc?))).collect())
}
