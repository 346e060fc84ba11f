//! Which clinic a name means: the same for every spelling of it, another one in another city.

use std::collections::BTreeSet;
use std::fmt;

use super::facets::ClinicFacet;
use crate::text::pinyin::{pinyin, squashed};

const UNKNOWN_CITY: &str = "-";
const PARTS: char = '/';
/// Between the kinds of one clinic.
const KINDS: char = '+';

/// A clinic, by what all spellings of its name share: `500000/zaomeifang/aesthetic`. The value of the facet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClinicKey {
    /// Code of the city; `None` where no page says.
    pub city: Option<String>,
    /// The brand, squashed, in its own script.
    pub brand: String,
    /// Kinds of clinic: words that translators vary are one kind; "clinic" or "hospital" alone is none.
    pub kinds: BTreeSet<String>,
}

impl ClinicKey {
    /// The clinic of a page.
    #[must_use]
    pub fn of(clinic: &ClinicFacet) -> Self {
        Self {
            city: clinic.city.clone(),
            brand: squashed(&clinic.brand),
            kinds: clinic.kinds.iter().cloned().collect(),
        }
    }

    /// From a value of the facet; `None` for another text.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(PARTS);
        let (city, brand, kinds) = (parts.next()?, parts.next()?, parts.next()?);
        let kinds = kinds.split(KINDS).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        let city = (city != UNKNOWN_CITY).then(|| city.to_owned());
        (parts.next().is_none() && !brand.is_empty()).then(|| Self { city, brand: brand.to_owned(), kinds })
    }

    /// What the keys of all clinics in the city with this code begin with.
    #[must_use]
    pub fn all_in(city: &str) -> String {
        format!("{city}{PARTS}")
    }

    /// What the keys of all clinics of `brand` in this clinic's city begin with.
    #[must_use]
    pub fn siblings(&self, brand: &str) -> String {
        let city = self.city.as_deref().unwrap_or(UNKNOWN_CITY);
        format!("{city}{PARTS}{brand}{PARTS}")
    }
}

impl fmt::Display for ClinicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<&str> = self.kinds.iter().map(String::as_str).collect();
        write!(formatter, "{}{}", self.siblings(&self.brand), kinds.join(&KINDS.to_string()))
    }
}

/// How a name came to be a clinic's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSort {
    /// A page calls the clinic so.
    Recorded,
    /// It is the pinyin of such a name, which other names may share.
    Pinyin,
}

/// The squashed names under which a clinic is found.
#[must_use]
pub fn names_to_find(clinic: &ClinicFacet) -> BTreeSet<(String, NameSort)> {
    let written = [&clinic.name, &clinic.brand].into_iter().chain(&clinic.aliases);
    let recorded = written.map(|name| (squashed(name), NameSort::Recorded));
    let spelt = pinyin(&clinic.brand).map(|name| (name, NameSort::Pinyin));
    recorded.chain(spelt).filter(|(name, _)| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facets::{Evidence, Place};
    use crate::text::span::Span;

    fn clinic(name: &str, brand: &str, city: Option<&str>) -> ClinicFacet {
        ClinicFacet {
            name: name.to_owned(),
            brand: brand.to_owned(),
            kinds: vec!["aesthetic".to_owned()],
            city: city.map(str::to_owned),
            aliases: vec!["shop of beauty".to_owned()],
            evidence: Evidence { place: Place::Title, span: Span::new(0, 0), confidence: 1.0 },
        }
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        for (brand, city, value) in
            [("Zao Mei-Fang", Some("500000"), "500000/zaomeifang/aesthetic"), ("早美芳", None, "-/早美芳/aesthetic")]
        {
            let key = ClinicKey::of(&clinic("", brand, city));
            assert_eq!(key.to_string(), value);
            assert_eq!(ClinicKey::parse(value), Some(key));
        }
        for other in ["", "a/b", "a/b/c/d", "500000//aesthetic"] {
            assert_eq!(ClinicKey::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_clinic_is_found_by_all_its_names() {
        let names = names_to_find(&clinic("早美芳医疗美容诊所", "早美芳", None));
        let names: Vec<_> = names.iter().map(|(name, sort)| (name.as_str(), *sort)).collect();
        let expected = [
            ("shopofbeauty", NameSort::Recorded),
            ("zaomeifang", NameSort::Pinyin),
            ("早美芳", NameSort::Recorded),
            ("早美芳医疗美容诊所", NameSort::Recorded),
        ];
        assert_eq!(names, expected);
    }
}
