//! Names of cities and clinics by how somebody begins to type them, in the term dictionary.
//!
//! The dictionary tells how many pages have a term, so that one walk over the terms that begin with something finds the names
//! of most pages: nothing is made ready first, and nothing held that a commit outdates. Of the field `typed` terms are
//!
//! ```text
//! key <tab> sort name                            for each way to type a name
//! <tab> beginning of key <tab> code              the same where little is typed and much found: a walk takes time by its letters
//! <line feed> code <tab> sort name <tab> key     which names have a code, and how they are typed
//! ```

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use tantivy::InvertedIndexReader;
use tantivy::termdict::TermStreamer;

use super::clinics::pages_of;
use super::{BackendError, IndexView};
use crate::model::facets::{CityFacet, ClinicFacet, Facets};
use crate::model::plan::FacetField;
use crate::text::pinyin::{initials, initials_by, pinyin, squashed};

const BETWEEN: char = '\t';
const CODE: char = '\n';
/// Sorts behind every term that begins with what stands before it.
const LAST: &[u8] = &[0xFF];
/// So much of what is typed is little, in characters.
const LITTLE: usize = 3;
/// Letters of a code, six bits each: among ten thousand names that begin alike hardly two have the same one, and then a name
/// may be looked at in vain.
const CODE_LETTERS: usize = 5;
/// Terms of one name at most: as it is written, in pinyin or the other script, by initials.
const WAYS: usize = 3;
/// How many times more names are looked at where too many were those of removed pages.
const WIDER: usize = 8;

/// A name that pages have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedName {
    /// As pages write it; of a city, in English.
    pub name: String,
    /// City or clinic.
    pub of: FacetField,
    /// How many pages.
    pub pages: usize,
}

/// A letter for what the name is of, and the name.
type Sorted = String;

/// The terms by which the names of what a page is about are completed.
pub(super) fn typed_terms(facets: &Facets) -> BTreeSet<String> {
    let cities = facets.cities.iter().map(|city| (sorted('c', &city.name), keys_of_city(city)));
    let clinics = facets.clinics.iter().flat_map(names_of_clinic).map(|name| (sorted('k', name), keys(name)));
    let mut terms = BTreeSet::new();
    for (name, keys) in cities.chain(clinics) {
        let code = code_of(&name);
        for key in keys {
            let beginning: String = key.chars().take(LITTLE).collect();
            terms.insert(format!("{BETWEEN}{beginning}{BETWEEN}{code}"));
            terms.insert(format!("{CODE}{code}{BETWEEN}{name}{BETWEEN}{key}"));
            terms.insert(format!("{key}{BETWEEN}{name}"));
        }
    }
    terms
}

fn names_of_clinic(clinic: &ClinicFacet) -> impl Iterator<Item = &String> {
    std::iter::once(&clinic.name).chain(&clinic.aliases)
}

/// A tab or line feed in a name would be taken for one of a term.
fn sorted(sort: char, name: &str) -> Sorted {
    format!("{sort}{}", name.replace([BETWEEN, CODE], " "))
}

fn keys_of_city(city: &CityFacet) -> BTreeSet<String> {
    let name = squashed(&city.name);
    let initials = initials_by(&city.hanzi, &name);
    [squashed(&city.hanzi), initials, name].into_iter().filter(|key| !key.is_empty()).collect()
}

fn keys(name: &str) -> BTreeSet<String> {
    let keys = [Some(squashed(name)), pinyin(name), initials(name)].into_iter().flatten();
    keys.filter(|key| !key.is_empty()).collect()
}

fn code_of(name: &Sorted) -> String {
    let hash = blake3::hash(name.as_bytes());
    // Digits, letters and what is between them.
    hash.as_bytes().iter().take(CODE_LETTERS).map(|byte| char::from(b'0' + byte % 64)).collect()
}

/// A term and how many pages have it, removed ones too: the best has the most, of equal ones the first.
type Frequent = (usize, Reverse<Vec<u8>>);

/// The terms of most pages.
struct Most {
    /// The worst on top.
    terms: BinaryHeap<Reverse<Frequent>>,
    limit: usize,
    is_cut: bool,
}

impl Most {
    /// The next term, in ascending order.
    fn offer(&mut self, term: &[u8], pages: usize) {
        if self.terms.len() >= self.limit {
            self.is_cut = true;
            if self.least() >= pages {
                return;
            }
            self.terms.pop();
        }
        self.terms.push(Reverse((pages, Reverse(term.to_owned()))));
    }

    /// No term that was left out has more pages.
    fn least(&self) -> usize {
        self.terms.peek().map_or(usize::MAX, |Reverse((pages, _))| *pages)
    }
}

impl IndexView<'_> {
    /// Up to `limit` names of cities and clinics that can be typed so that they begin with `prefix`, which is squashed; those
    /// of most pages first, then cities, then by name. Where there are more that have as many pages as the last of them, it
    /// stands for these.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn names_from(&self, prefix: &str, limit: usize) -> Result<Vec<TypedName>, BackendError> {
        let named = || -> tantivy::Result<Vec<TypedName>> {
            let readers = self.searcher.segment_readers();
            let segments = readers.iter().map(|reader| reader.inverted_index(self.index.fields.typed));
            let segments = segments.collect::<tantivy::Result<Vec<_>>>()?;
            let mut wanted = limit.saturating_mul(WAYS);
            loop {
                let most = most_frequent(&segments, prefix, wanted)?;
                let (is_cut, least) = (most.is_cut, most.least());
                let mut names = self.counted(&segments, &whole_terms(&segments, prefix, most)?)?;
                names.sort_by(|left, right| {
                    let order = right.pages.cmp(&left.pages).then(left.of.cmp(&right.of));
                    order.then_with(|| left.name.cmp(&right.name))
                });
                // Those that were kept may be names of removed pages.
                let is_enough =
                    limit.checked_sub(1).is_none_or(|last| names.get(last).is_some_and(|name| name.pages >= least));
                if !is_cut || is_enough {
                    names.truncate(limit);
                    return Ok(names);
                }
                wanted = wanted.saturating_mul(WIDER);
            }
        };
        named().map_err(|source| self.index.engine_error(source))
    }

    /// The names of terms, with the pages that are still there of each.
    fn counted(
        &self,
        segments: &[Arc<InvertedIndexReader>],
        terms: &BTreeSet<String>,
    ) -> tantivy::Result<Vec<TypedName>> {
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for term in terms {
            let Some((_, name)) = term.split_once(BETWEEN).filter(|(_, name)| !names.contains_key(name)) else {
                continue;
            };
            let mut pages = 0;
            for (inverted, reader) in segments.iter().zip(self.searcher.segment_readers()) {
                let info = inverted.terms().get(term)?;
                pages += info.map_or(Ok(0), |info| pages_of(reader, inverted, &info))?;
            }
            names.insert(name, pages);
        }
        let there = names.into_iter().filter(|(_, pages)| *pages > 0);
        let typed = there.filter_map(|(name, pages)| {
            let mut letters = name.chars();
            let of = if letters.next()? == 'c' { FacetField::City } else { FacetField::Clinic };
            Some(TypedName { name: letters.as_str().to_owned(), of, pages })
        });
        Ok(typed.collect())
    }
}

/// The `limit` terms of most pages over all segments, of those for names that begin with `prefix`.
fn most_frequent(segments: &[Arc<InvertedIndexReader>], prefix: &str, limit: usize) -> tantivy::Result<Most> {
    let from = if is_little(prefix) { format!("{BETWEEN}{prefix}") } else { prefix.to_owned() };
    let end = [from.as_bytes(), LAST].concat();
    let mut streams: Vec<TermStreamer<'_>> = Vec::new();
    for inverted in segments {
        let mut stream = inverted.terms().range().ge(&from).lt(&end).into_stream()?;
        if stream.advance() {
            streams.push(stream);
        }
    }
    let mut most = Most { terms: BinaryHeap::new(), limit, is_cut: false };
    let mut term = Vec::new();
    while let Some(first) = streams.iter().map(TermStreamer::key).min() {
        term.clear();
        term.extend_from_slice(first);
        let mut pages = 0;
        streams.retain_mut(|stream| {
            if stream.key() != term {
                return true;
            }
            pages += usize::try_from(stream.value().doc_freq).unwrap_or(usize::MAX);
            stream.advance()
        });
        most.offer(&term, pages);
    }
    Ok(most)
}

fn is_little(prefix: &str) -> bool {
    prefix.chars().count() <= LITTLE
}

/// The terms `key <tab> sort name` of what was found.
fn whole_terms(segments: &[Arc<InvertedIndexReader>], prefix: &str, most: Most) -> tantivy::Result<BTreeSet<String>> {
    let found = most.terms.into_iter().map(|Reverse((_, Reverse(term)))| String::from_utf8_lossy(&term).into_owned());
    if !is_little(prefix) {
        return Ok(found.collect());
    }
    let mut terms = BTreeSet::new();
    let codes: BTreeSet<String> = found.filter_map(|term| Some(term.rsplit_once(BETWEEN)?.1.to_owned())).collect();
    for code in codes {
        let from = format!("{CODE}{code}{BETWEEN}");
        for inverted in segments {
            let end = [from.as_bytes(), LAST].concat();
            let mut stream = inverted.terms().range().ge(&from).lt(end).into_stream()?;
            while stream.advance() {
                let term = String::from_utf8_lossy(stream.key());
                let named = term.strip_prefix(&from).and_then(|named| named.split_once(BETWEEN));
                let named = named.filter(|(_, key)| key.starts_with(prefix));
                terms.extend(named.map(|(name, key)| format!("{key}{BETWEEN}{name}")));
            }
        }
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_are_kept() {
        let terms = [("a", 1), ("aa", 2), ("ab", 1), ("ac", 2), ("ad", 9)];
        for (limit, expected, is_cut) in [
            (9, vec!["ad", "aa", "ac", "a", "ab"], false),
            (4, vec!["ad", "aa", "ac", "a"], true),
            (1, vec!["ad"], true),
        ] {
            let mut most = Most { terms: BinaryHeap::new(), limit, is_cut: false };
            for (term, pages) in terms {
                most.offer(term.as_bytes(), pages);
            }
            assert_eq!(most.is_cut, is_cut, "{limit}");
            let found = most.terms.into_sorted_vec().into_iter();
            let found = found.map(|Reverse((_, Reverse(term)))| String::from_utf8(term).unwrap());
            assert_eq!(found.collect::<Vec<_>>(), expected, "{limit}");
        }
    }

    #[test]
    fn ways_to_type_a_name() {
        for (name, expected) in
            [("早美芳", vec!["zaomeifang", "zmf", "早美芳"]), ("Zao Mei-fang", vec!["zaomeifang"]), ("，", vec![])]
        {
            assert_eq!(keys(name).into_iter().collect::<Vec<_>>(), expected, "{name}");
        }
        assert_eq!(sorted('k', "a\tb\nc"), "ka b c");
    }
}
