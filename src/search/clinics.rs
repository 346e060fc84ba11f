//! Which clinics a name means, and which values of the facet are one clinic.
//!
//! A page gives a clinic the key of the name that it writes ([`ClinicKey`]). Keys of one clinic can still differ: a page
//! leaves out the kind, another is in the other script. Those are put together here, from what the pages of the index
//! record, within one city:
//! * a kind that says less belongs to the only kind of that brand that says more,
//! * a brand belongs to the one that a page names beside it in the other script,
//! * a Latin brand belongs to the only Chinese brand that is spelt so in pinyin.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::backend::embedded::{BackendError, ClinicName, IndexView, KnownClinic};
use crate::knowledge::Knowledge;
use crate::model::answer::FacetCount;
use crate::model::clinic::{ClinicKey, NameSort};
use crate::text::normalize::is_han;
use crate::text::pinyin::{pinyin, squashed};
use crate::text::span::Span;
use crate::text::terms::terms;

/// Clinics of one name; more share a brand that tells nothing.
const MAX_CLINICS: usize = 64;
/// Clinics of one city that are looked at for a misspelt name.
const MAX_IN_CITY: usize = 5_000;
/// Names of one clinic that are looked at.
const MAX_NAMES: usize = 64;
/// Names of one clinic that are shown beside its main one.
const MAX_SHOWN_ALIASES: usize = 8;
/// Clinics whose name holds the words of a filter, at most; and up to how many of them their other names count too.
const MAX_HOLDING: usize = 4096;
const MAX_FAMILIES: usize = 256;
/// Keys of one clinic.
const MAX_FAMILY: usize = 16;
/// Shortest part of a name that means the whole, in Latin letters and in Chinese characters.
const MIN_LATIN_PART: usize = 4;
const MIN_HAN_PART: usize = 2;
/// Longest name in a query, in words and in Chinese characters: "beauty clinic of beauty shop" and more.
const MAX_WORDS: usize = 7;
const MAX_HAN: usize = 12;
/// A word on this many times more pages than its clinics have is a word of the language.
const ORDINARY: usize = 12;

/// What a search knows of clinics.
pub struct Clinics<'a> {
    /// The pages.
    pub view: &'a IndexView<'a>,
    /// How clinics are named.
    pub knowledge: &'a Knowledge,
}

/// A part of a query that names clinics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedClinics {
    /// Bytes of the query.
    pub(super) span: Span,
    /// The clinics that can be meant.
    pub(super) keys: Vec<ClinicKey>,
}

impl Clinics<'_> {
    /// The clinics that `words` name: by a full name, or by their brand alone. `taken` are words that mean something
    /// else; `cities` are those that the query names.
    pub(super) fn named_in(
        &self,
        words: &str,
        taken: &[Span],
        cities: &[String],
    ) -> Result<Vec<NamedClinics>, BackendError> {
        let mut named: Vec<NamedClinics> = Vec::new();
        for mention in self.knowledge.clinics.mentions(words, &self.knowledge.cities) {
            let name = squashed(&mention.name);
            let brand = squashed(&mention.brand);
            let mut keys = self.called(&name, true)?;
            if !brand.is_empty() {
                let kinds: BTreeSet<String> =
                    self.knowledge.clinics.kinds_of(&mention.name, &mention.brand).into_iter().collect();
                let of_brand = self.called(&brand, true)?;
                let of_brand = if of_brand.is_empty() { self.called(&brand, false)? } else { of_brand };
                keys.extend(of_brand.into_iter().filter(|key| is_same_kind(&key.kinds, &kinds)));
            }
            let wanted: Vec<String> = mention.city.into_iter().chain(cities.iter().cloned()).collect();
            let found = match self.within(keys, &wanted, mention.span)? {
                None => self.within(self.spelt(&brand)?, &wanted, mention.span)?,
                found => found,
            };
            named.extend(found);
        }
        for span in candidates(words) {
            let is_free = |other: &Span| !other.overlaps(span);
            if !taken.iter().all(is_free) || !named.iter().map(|named| named.span).all(|other| is_free(&other)) {
                continue;
            }
            let keys = self.called(&squashed(span.of(words)), true)?;
            if !keys.is_empty() && !self.is_ordinary(span.of(words), &keys)? {
                named.extend(self.within(keys, cities, span)?);
            }
        }
        Ok(named)
    }

    /// The clinics called so by those who filter, for each of `names`: any spelling, with or without its city; where none
    /// is, those whose name holds these words, or begins so.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(super) fn called_in_filter(&self, names: &[&str]) -> Result<Vec<ClinicKey>, BackendError> {
        let mut called = Vec::new();
        for name in names {
            called.push(if let Some(key) = ClinicKey::parse(name) {
                BTreeSet::from([key])
            } else {
                let found = self.named_in(name, &[], &self.cities_of(name))?;
                found.into_iter().flat_map(|found| found.keys).collect()
            });
        }
        let unknown: Vec<&str> =
            names.iter().zip(&called).filter(|(_, keys)| keys.is_empty()).map(|(name, _)| *name).collect();
        let mut held = self.holding(&unknown)?.into_iter();
        let mut all = Vec::new();
        for (name, mut keys) in names.iter().zip(called) {
            if keys.is_empty() {
                keys.extend(self.called(&squashed(name), false)?);
                keys.extend(held.next().unwrap_or_default());
            }
            if keys.len() > MAX_FAMILIES {
                all.extend(keys);
                continue;
            }
            for key in &keys {
                all.extend(self.family(key)?);
            }
        }
        Ok(all)
    }

    /// For each of `names` the clinics with a name that holds all of its words, at most [`MAX_HOLDING`], those of most pages
    /// first. All names of clinics are gone through, once.
    fn holding(&self, names: &[&str]) -> Result<Vec<Vec<ClinicKey>>, BackendError> {
        let words = |text: &str| terms(text).into_iter().map(|term| term.text).collect::<BTreeSet<String>>();
        let mut sought: Vec<(BTreeSet<String>, BTreeMap<String, usize>)> =
            names.iter().map(|name| (words(name), BTreeMap::new())).collect();
        if !sought.is_empty() {
            self.view.for_each_clinic_name(|key, name, pages| {
                let held = words(name);
                for (wanted, found) in &mut sought {
                    if !wanted.is_empty() && wanted.is_subset(&held) {
                        *found.entry(key.to_owned()).or_default() += pages;
                    }
                }
            })?;
        }
        let best = |found: BTreeMap<String, usize>| {
            let mut found: Vec<(String, usize)> = found.into_iter().collect();
            found.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
            found.into_iter().take(MAX_HOLDING).filter_map(|(key, _)| ClinicKey::parse(&key)).collect()
        };
        Ok(sought.into_iter().map(|(_, found)| best(found)).collect())
    }

    /// The brands of the clinics in the city with this code, in Latin letters, squashed.
    pub(super) fn brands_in(&self, city: &str) -> Result<Vec<String>, BackendError> {
        let clinics = self.view.clinics_from(&ClinicKey::all_in(city), MAX_IN_CITY)?;
        let brands: BTreeSet<String> = clinics.into_keys().map(|key| key.brand).collect();
        Ok(brands.into_iter().filter(|brand| brand.is_ascii()).collect())
    }

    fn cities_of(&self, name: &str) -> Vec<String> {
        let mentions = self.knowledge.cities.mentions(name);
        mentions.iter().flat_map(|mention| mention.readings.iter().map(|city| city.adcode.clone())).collect()
    }

    fn called(&self, name: &str, is_whole: bool) -> Result<Vec<ClinicKey>, BackendError> {
        let least = if name.contains(is_han) { MIN_HAN_PART } else { MIN_LATIN_PART };
        if name.chars().count() < least {
            return Ok(vec![]);
        }
        let called = self.view.clinics_called(name, is_whole, MAX_CLINICS)?;
        Ok(called.into_iter().map(|(key, _)| key).collect())
    }

    /// The clinics that pages call by the pinyin of a Chinese brand.
    fn spelt(&self, brand: &str) -> Result<Vec<ClinicKey>, BackendError> {
        let Some(spelt) = pinyin(brand).filter(|spelt| spelt.len() >= MIN_LATIN_PART) else { return Ok(vec![]) };
        let called = self.view.clinics_called(&spelt, true, MAX_CLINICS)?.into_iter();
        let latin = called.filter(|(key, sort)| *sort == NameSort::Recorded && !key.brand.contains(is_han));
        Ok(latin.map(|(key, _)| key).collect())
    }

    /// Those of `keys` in the cities that are wanted, or whose city is not known, with all that are the same clinic.
    fn within(
        &self,
        keys: Vec<ClinicKey>,
        cities: &[String],
        span: Span,
    ) -> Result<Option<NamedClinics>, BackendError> {
        let is_wanted = |key: &ClinicKey| match &key.city {
            Some(city) => cities.is_empty() || cities.contains(city),
            None => true,
        };
        let mut all = BTreeSet::new();
        for key in keys.into_iter().filter(is_wanted) {
            if !all.contains(&key) {
                all.extend(self.family(&key)?);
            }
        }
        Ok((!all.is_empty()).then(|| NamedClinics { span, keys: all.into_iter().collect() }))
    }

    /// Whether the words are far more frequent than the clinics called so.
    fn is_ordinary(&self, words: &str, keys: &[ClinicKey]) -> Result<bool, BackendError> {
        let all = terms(words);
        let [only] = all.as_slice() else { return Ok(false) };
        let pages = self.view.pages_with(&crate::model::plan::Clause::Term(only.text.clone()))?;
        let mut of_clinics = 0;
        for key in keys {
            of_clinics += self.view.clinics_from(&key.to_string(), 1)?.values().sum::<usize>();
        }
        Ok(pages > ORDINARY * of_clinics)
    }

    /// All keys of the clinic that has `key`, ascending; itself at least.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(super) fn family(&self, key: &ClinicKey) -> Result<Vec<ClinicKey>, BackendError> {
        let mut family = BTreeSet::from([key.clone()]);
        let mut waiting = vec![key.clone()];
        while let Some(key) = waiting.pop() {
            for brand in self.brands_of(&key)? {
                let siblings = self.view.clinics_from(&key.siblings(&brand), MAX_CLINICS)?;
                let siblings: Vec<ClinicKey> = siblings.into_keys().collect();
                for sibling in siblings.iter().filter(|sibling| is_one_clinic(sibling, &key, &siblings)) {
                    if family.len() < MAX_FAMILY && family.insert(sibling.clone()) {
                        waiting.push(sibling.clone());
                    }
                }
            }
        }
        Ok(family.into_iter().collect())
    }

    /// The brands of a clinic: its own, those of its names in the other script, and its only counterpart in pinyin.
    fn brands_of(&self, key: &ClinicKey) -> Result<BTreeSet<String>, BackendError> {
        let mut brands = BTreeSet::from([key.brand.clone()]);
        if key.city.is_none() {
            return Ok(brands);
        }
        let is_chinese = key.brand.contains(is_han);
        for (ClinicName { name, .. }, _) in self.view.names_of_clinic(key, MAX_NAMES)? {
            if name.contains(is_han) != is_chinese {
                brands.insert(squashed(&self.knowledge.clinics.brand_of(&name)));
                brands.insert(squashed(&name));
            }
        }
        for (other, sort) in self.view.clinics_called(&key.brand, true, MAX_CLINICS)? {
            if sort == NameSort::Recorded && other.city == key.city && other.brand.contains(is_han) != is_chinese {
                brands.insert(other.brand);
            }
        }
        let spelt = pinyin(&key.brand).unwrap_or_else(|| key.brand.clone());
        let homophones = self.view.clinics_called(&spelt, true, MAX_CLINICS)?;
        let chinese: BTreeSet<String> = homophones
            .into_iter()
            .filter(|(other, sort)| *sort == NameSort::Pinyin && other.city == key.city)
            .filter(|(other, _)| is_same_kind(&other.kinds, &key.kinds))
            .map(|(other, _)| other.brand)
            .collect();
        if chinese.len() == 1 {
            brands.extend(chinese);
            brands.insert(spelt);
        }
        brands.retain(|brand| !brand.is_empty());
        Ok(brands)
    }

    /// Facet counts with the values of one clinic put together: the key with most pages stands for all.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn counts(&self, values: &[(String, usize)], limit: usize) -> Result<Vec<FacetCount>, BackendError> {
        let pages_of: FxHashMap<&str, usize> = values.iter().map(|(value, pages)| (value.as_str(), *pages)).collect();
        let mut by_pages: Vec<&(String, usize)> = values.iter().collect();
        by_pages.sort_unstable_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        let mut counted: FxHashSet<String> = FxHashSet::default();
        let mut counts = Vec::new();
        for (value, _) in by_pages {
            if counts.len() >= limit {
                break;
            }
            let Some(key) = ClinicKey::parse(value).filter(|_| !counted.contains(value)) else { continue };
            let known = self.view.known_clinic(&key, || {
                let keys = self.family(&key)?;
                let (name, aliases) = self.names(&keys)?;
                Ok(KnownClinic { keys, name, aliases })
            })?;
            let of_family: Vec<String> = known.keys.iter().map(ToString::to_string).collect();
            let pages = of_family.iter().filter_map(|value| pages_of.get(value.as_str())).sum();
            let (label, aliases) = (known.name.clone(), known.aliases.clone());
            counts.push(FacetCount { value: value.clone(), label, pages, aliases });
            counted.extend(of_family);
        }
        counts.sort_by(|left, right| right.pages.cmp(&left.pages).then(left.value.cmp(&right.value)));
        Ok(counts)
    }

    /// What each of the named clinics is called on most pages.
    pub(super) fn labels<'k>(&self, named: impl Iterator<Item = &'k [String]>) -> Result<Vec<String>, BackendError> {
        let mut labels = Vec::new();
        for values in named {
            let mut keys: BTreeSet<ClinicKey> = values.iter().filter_map(|value| ClinicKey::parse(value)).collect();
            while let Some(key) = keys.first().cloned() {
                let family = self.family(&key)?;
                keys.retain(|key| !family.contains(key));
                let label = self.names(&family)?.0;
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        }
        Ok(labels)
    }

    /// What the clinic with these keys is called on most pages, and its other names, the most frequent first.
    fn names(&self, family: &[ClinicKey]) -> Result<(String, Vec<String>), BackendError> {
        let mut pages: BTreeMap<ClinicName, usize> = BTreeMap::new();
        for key in family {
            for (name, count) in self.view.names_of_clinic(key, MAX_NAMES)? {
                *pages.entry(name).or_default() += count;
            }
        }
        let mut names: Vec<(ClinicName, usize)> = pages.into_iter().collect();
        names.sort_by(|left, right| {
            right.0.is_main.cmp(&left.0.is_main).then(right.1.cmp(&left.1)).then(left.0.cmp(&right.0))
        });
        let mut known = BTreeSet::new();
        let mut names = names.into_iter().map(|(name, _)| name.name).filter(|name| known.insert(squashed(name)));
        let main = names.next().unwrap_or_default();
        Ok((main, names.take(MAX_SHOWN_ALIASES).collect()))
    }
}

/// Whether two names can be of one clinic by the kinds that they say.
fn is_same_kind(left: &BTreeSet<String>, right: &BTreeSet<String>) -> bool {
    left.is_subset(right) || right.is_subset(left)
}

/// Whether two keys of one brand and city are one clinic: of the same kinds, or one says less, and there is no third
/// with which it could as well be one.
fn is_one_clinic(sibling: &ClinicKey, key: &ClinicKey, siblings: &[ClinicKey]) -> bool {
    let (less, more) = if sibling.kinds.len() < key.kinds.len() { (sibling, key) } else { (key, sibling) };
    let wider =
        siblings.iter().filter(|other| other.kinds.len() > less.kinds.len() && less.kinds.is_subset(&other.kinds));
    let is_only = wider.filter(|other| !is_same_kind(&other.kinds, &more.kinds)).count() == 0;
    less.kinds == more.kinds || (less.kinds.is_subset(&more.kinds) && is_only)
}

/// The parts of a query that may be a brand, the longest first.
fn candidates(words: &str) -> Vec<Span> {
    let latin: Vec<Span> = latin_words(words);
    let mut spans: Vec<Span> = Vec::new();
    for length in (1..=MAX_WORDS).rev() {
        for run in latin.windows(length) {
            if let [first, .., last] | [first @ last] = run {
                spans.push(Span::new(first.start, last.end));
            }
        }
    }
    let characters: Vec<(usize, char)> = words.char_indices().collect();
    for length in (MIN_HAN_PART..=MAX_HAN).rev() {
        for run in characters.windows(length) {
            if let ([(start, _), .., (last, character)], true) =
                (run, run.iter().all(|(_, character)| is_han(*character)))
            {
                spans.push(Span::new(*start, last + character.len_utf8()));
            }
        }
    }
    spans
}

fn latin_words(words: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = None;
    for (at, character) in words.char_indices().chain([(words.len(), ' ')]) {
        let is_part = character.is_alphanumeric() && !is_han(character);
        match (start, is_part) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                spans.push(Span::new(from, at));
                start = None;
            }
            _ => {}
        }
    }
    spans
}
