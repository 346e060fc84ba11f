//! Pages by their ids, from the sorted terms of the index: at the same cost whatever its size; and by other names.

use std::collections::BTreeSet;

use rayon::prelude::*;
use tantivy::{DocAddress, SegmentReader, Term};

use super::lookup::docs_with;
use super::{BackendError, IndexView};
use crate::model::document::{Document, DocumentId};

/// Digits of an id.
const DIGITS: usize = 16;
/// Shortest beginning of an id that is shown, in digits.
const MIN_SHORT_ID_DIGITS: usize = 4;

impl IndexView<'_> {
    /// The document with this id.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn document(&self, id: DocumentId) -> Result<Option<Document>, BackendError> {
        self.page(id)?.map(|page| self.document_at(page)).transpose()
    }

    /// The ids that begin with these hex digits, at most `limit`, ascending.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn ids_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, BackendError> {
        let is_hex = prefix.len() <= DIGITS && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(bits) = is_hex.then(|| u64::from_str_radix(prefix, 16).ok()).flatten() else { return Ok(vec![]) };
        let ids = self.ids_among(beginning_so(bits, prefix.len()), limit)?;
        Ok(ids.into_iter().map(DocumentId::from_u64).collect())
    }

    /// The first ids, at most `limit`, of the pages that go by `name`, their path or key. Looks at all pages, in the order in
    /// which they are stored.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn ids_called(&self, name: &str, limit: usize) -> Result<Vec<DocumentId>, BackendError> {
        let mut pages = Vec::new();
        self.for_each_page(|id, _, address| pages.push((address, id)))?;
        pages.sort_unstable();
        let called = |(address, id): &(DocAddress, u64)| match self.origin(*address) {
            Ok(origin) => origin.goes_by(name).then_some(Ok(*id)),
            Err(error) => Some(Err(error)),
        };
        let called: Result<BTreeSet<u64>, BackendError> = pages.par_iter().filter_map(called).collect();
        Ok(called?.into_iter().take(limit).map(DocumentId::from_u64).collect())
    }

    /// The shortest beginnings, of at least four digits, that tell each of `ids` from every other page.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn short_ids(&self, ids: &[DocumentId]) -> Result<Vec<String>, BackendError> {
        let short = |id: &DocumentId| {
            let (number, mut digits) = (id.as_u64(), MIN_SHORT_ID_DIGITS);
            let bits = |digits: usize| number >> (4 * (DIGITS - digits));
            while digits < DIGITS {
                let alike = self.ids_among(beginning_so(bits(digits), digits), 2)?;
                if alike.iter().all(|other| *other == number) {
                    break;
                }
                digits += 1;
            }
            Ok(id.to_string().chars().take(digits).collect())
        };
        ids.iter().map(short).collect()
    }

    /// The first ids of pages in a range, ascending, at most `limit`.
    fn ids_among(&self, range: (u64, u64), limit: usize) -> Result<Vec<u64>, BackendError> {
        let mut ids = Vec::new();
        for reader in self.searcher.segment_readers() {
            let found = self.ids_of(reader, range, limit);
            ids.extend(found.map_err(|source| self.index.engine_error(source))?);
        }
        ids.sort_unstable();
        ids.truncate(limit);
        Ok(ids)
    }

    fn ids_of(&self, reader: &SegmentReader, (first, last): (u64, u64), limit: usize) -> tantivy::Result<Vec<u64>> {
        let field = self.index.fields.id;
        let inverted = reader.inverted_index(field)?;
        let mut terms = inverted.terms().range().ge(first.to_be_bytes()).le(last.to_be_bytes()).into_stream()?;
        let mut ids = Vec::new();
        while ids.len() < limit && terms.advance() {
            let Some(id) = terms.key().first_chunk().map(|bytes| u64::from_be_bytes(*bytes)) else { continue };
            // Pages that were removed leave their terms behind for a while.
            if !docs_with(reader, field, &Term::from_field_u64(field, id))?.is_empty() {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// The first and the last number that begin with these digits.
fn beginning_so(bits: u64, digits: usize) -> (u64, u64) {
    let shift = u32::try_from(4 * DIGITS.saturating_sub(digits)).unwrap_or(0);
    let first = bits.checked_shl(shift).unwrap_or(0);
    (first, first | u64::MAX.checked_shr(64 - shift).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_some_digits() {
        for (bits, digits, first, last) in [
            (0xd63a, 4, 0xd63a_0000_0000_0000, 0xd63a_ffff_ffff_ffff),
            (0, 1, 0, 0x0fff_ffff_ffff_ffff),
            (7, 16, 7, 7),
            (0, 0, 0, u64::MAX),
        ] {
            assert_eq!(beginning_so(bits, digits), (first, last), "{bits:x} {digits}");
        }
    }
}
