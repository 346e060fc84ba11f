//! The names of clinics, in the term dictionary: who is called so, and what a clinic is called.
//!
//! Two fields hold nothing but terms, so that a name is found among 100,000 clinics by one look-up:
//! `clinic_found` has `name <tab> r or p <tab> key`, `clinic_named` has `key <tab> n or a <tab> name`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{InvertedIndexReader, SegmentReader};

use super::{BackendError, IndexView};
use crate::model::clinic::{ClinicKey, NameSort, names_to_find};
use crate::model::facets::ClinicFacet;
use crate::model::plan::FacetField;

const BETWEEN: char = '\t';
/// Sorts behind every term that begins with what stands before it.
const LAST: &[u8] = &[0xFF];

/// Look-ups that are kept: those that every answer makes for the clinics that it counts.
const MAX_KEPT: usize = 10_000;
/// Longer results are not kept.
const MAX_KEPT_TERMS: usize = 64;

/// The terms of a field that begin with something, at most so many of each segment.
type Range = (Field, String, usize);

/// Terms and the pages that have each.
type Terms = Arc<BTreeMap<String, usize>>;

/// What was looked up in one state of the index, to be given again.
#[derive(Default)]
pub(super) struct LookedUp(Mutex<OfState>);

#[derive(Default)]
struct OfState {
    /// Which state.
    generation: u64,
    terms: HashMap<Range, Terms>,
    clinics: HashMap<ClinicKey, Arc<KnownClinic>>,
}

impl LookedUp {
    /// What is held of a state, with room for one more.
    fn of(&self, view: &IndexView<'_>) -> MutexGuard<'_, OfState> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = view.searcher.generation().generation_id();
        if held.generation != generation {
            *held = OfState { generation, ..OfState::default() };
        }
        if held.terms.len() >= MAX_KEPT {
            held.terms.clear();
        }
        if held.clinics.len() >= MAX_KEPT {
            held.clinics.clear();
        }
        held
    }
}

/// A clinic, as it is counted and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownClinic {
    /// All its keys.
    pub keys: Vec<ClinicKey>,
    /// What it is called on most pages.
    pub name: String,
    /// Its other names, the most frequent first.
    pub aliases: Vec<String>,
}

/// A name of a clinic, as pages write it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClinicName {
    /// The name, without the city.
    pub name: String,
    /// Whether it is the main name on its pages, not an alias.
    pub is_main: bool,
}

/// The terms under which a clinic is found.
pub(super) fn found_terms(clinic: &ClinicFacet) -> Vec<String> {
    let key = ClinicKey::of(clinic);
    let names = names_to_find(clinic).into_iter();
    let sorted = names.map(|(name, sort)| format!("{name}{BETWEEN}{}{BETWEEN}{key}", sort_letter(sort)));
    sorted.collect()
}

/// The terms that tell what a clinic is called.
pub(super) fn named_terms(clinic: &ClinicFacet) -> Vec<String> {
    let key = ClinicKey::of(clinic);
    let aliases = clinic.aliases.iter().map(|alias| ('a', alias));
    let names = std::iter::once(('n', &clinic.name)).chain(aliases);
    // A tab in a name would end it.
    names.map(|(sort, name)| format!("{key}{BETWEEN}{sort}{BETWEEN}{}", name.replace(BETWEEN, " "))).collect()
}

fn sort_letter(sort: NameSort) -> char {
    match sort {
        NameSort::Recorded => 'r',
        NameSort::Pinyin => 'p',
    }
}

impl IndexView<'_> {
    /// The clinics with a squashed name that is `name`, or that begins with it, at most `limit`, in order of names; each
    /// with how it came by the name.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn clinics_called(
        &self,
        name: &str,
        is_whole: bool,
        limit: usize,
    ) -> Result<Vec<(ClinicKey, NameSort)>, BackendError> {
        let from = if is_whole { format!("{name}{BETWEEN}") } else { name.to_owned() };
        let terms = self.terms_of(self.index.fields.clinic_found, &from, limit)?;
        let clinics = terms.keys().filter_map(|term| {
            let mut parts = term.splitn(3, BETWEEN).skip(1);
            let sort = if parts.next()? == "p" { NameSort::Pinyin } else { NameSort::Recorded };
            Some((ClinicKey::parse(parts.next()?)?, sort))
        });
        Ok(clinics.collect())
    }

    /// What a clinic is called, and on how many pages, at most `limit` names.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn names_of_clinic(&self, key: &ClinicKey, limit: usize) -> Result<BTreeMap<ClinicName, usize>, BackendError> {
        let terms = self.terms_of(self.index.fields.clinic_named, &format!("{key}{BETWEEN}"), limit)?;
        let names = terms.iter().filter_map(|(term, &pages)| {
            let mut parts = term.splitn(3, BETWEEN).skip(1);
            let is_main = parts.next()? == "n";
            Some((ClinicName { name: parts.next()?.to_owned(), is_main }, pages))
        });
        Ok(names.collect())
    }

    /// The clinics whose key begins with `from`, e.g. with a city and a brand, and their pages, at most `limit`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn clinics_from(&self, from: &str, limit: usize) -> Result<BTreeMap<ClinicKey, usize>, BackendError> {
        let terms = self.terms_of(self.index.fields.facet(FacetField::Clinic), from, limit)?;
        Ok(terms.iter().filter_map(|(term, &pages)| Some((ClinicKey::parse(term)?, pages))).collect())
    }

    /// The clinic with a key: what `find` has found of it in this state of the index, by whomever it was asked.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn known_clinic(
        &self,
        key: &ClinicKey,
        find: impl FnOnce() -> Result<KnownClinic, BackendError>,
    ) -> Result<Arc<KnownClinic>, BackendError> {
        if let Some(known) = self.index.remembered.looked_up.of(self).clinics.get(key) {
            return Ok(Arc::clone(known));
        }
        let known = Arc::new(find()?);
        self.index.remembered.looked_up.of(self).clinics.insert(key.clone(), Arc::clone(&known));
        Ok(known)
    }

    /// Calls `visit` with the key of every clinic, each of its names and the pages that have it; the same name may come
    /// several times.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn for_each_clinic_name(&self, mut visit: impl FnMut(&str, &str, usize)) -> Result<(), BackendError> {
        for (term, &pages) in &*self.terms_of(self.index.fields.clinic_named, "", usize::MAX)? {
            let mut parts = term.splitn(3, BETWEEN);
            if let (Some(key), Some(name)) = (parts.next(), parts.nth(1)) {
                visit(key, name, pages);
            }
        }
        Ok(())
    }

    /// The terms of a field that begin with `from`, and the pages that have each; the first `limit` of every segment.
    fn terms_of(&self, field: Field, from: &str, limit: usize) -> Result<Terms, BackendError> {
        let range = (field, from.to_owned(), limit);
        if let Some(terms) = self.index.remembered.looked_up.of(self).terms.get(&range) {
            return Ok(Arc::clone(terms));
        }
        let mut found = BTreeMap::new();
        for reader in self.searcher.segment_readers() {
            add_terms(reader, field, (from, limit), &mut found).map_err(|source| self.index.engine_error(source))?;
        }
        let found = Arc::new(found);
        if found.len() <= MAX_KEPT_TERMS {
            self.index.remembered.looked_up.of(self).terms.insert(range, Arc::clone(&found));
        }
        Ok(found)
    }
}

fn add_terms(
    reader: &SegmentReader,
    field: Field,
    (from, limit): (&str, usize),
    found: &mut BTreeMap<String, usize>,
) -> tantivy::Result<()> {
    let inverted = reader.inverted_index(field)?;
    let end = [from.as_bytes(), LAST].concat();
    let mut stream = inverted.terms().range().ge(from.as_bytes()).lt(end).into_stream()?;
    let mut taken = 0;
    while taken < limit && stream.advance() {
        let pages = pages_of(reader, &inverted, stream.value())?;
        if pages > 0 {
            taken += 1;
            *found.entry(String::from_utf8_lossy(stream.key()).into_owned()).or_default() += pages;
        }
    }
    Ok(())
}

/// The pages of a term that are still there.
pub(super) fn pages_of(
    reader: &SegmentReader,
    inverted: &InvertedIndexReader,
    info: &tantivy::postings::TermInfo,
) -> tantivy::Result<usize> {
    let pages = match reader.alive_bitset() {
        None => info.doc_freq,
        Some(alive) => {
            inverted.read_postings_from_terminfo(info, IndexRecordOption::Basic)?.doc_freq_given_deletes(alive)
        }
    };
    Ok(usize::try_from(pages).unwrap_or(usize::MAX))
}
