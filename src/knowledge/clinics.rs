//! How clinics are named, and where a text names one. Data: `clinics.toml`.
//!
//! A name is `[city] brand kind-words head`. It is found from its head: kind words before it belong to the name, then
//! the brand, up to the city, a generic word or the end of the phrase. The name is given without the city, as written.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::cities::Cities;
use super::clinic_names::NameReader;
use super::error::KnowledgeError;
use super::files::{PhraseLists, texts_of};
use super::folded::{Folded, folded_phrase};
use super::lexicon::{Endings, Found, Lexicon};
use super::places::CityMention;
use crate::text::span::Span;

/// A place of a text that names a clinic, or speaks of clinics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicMention {
    /// The name without the city.
    pub span: Span,
    /// The name without the city, as the text writes it.
    pub name: String,
    /// The part that is no kind of clinic: `Zhiling`, `致领`; empty when there is none.
    pub brand: String,
    /// Code of the city that stands beside the name.
    pub city: Option<String>,
    /// What sort of mention it is.
    pub sort: ClinicSort,
}

/// What sort of mention of a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClinicSort {
    /// A name with a brand.
    Named,
    /// A brand with its kind and no head, behind its city: "Dalian Zhiling Medical Beauty", 上海美莱医疗美容.
    Short,
    /// A brand translated word by word: "beauty salon medical beauty clinic", "beauty clinic of beauty shop".
    Translated,
    /// Kind of clinic only: "a regular dental clinic", 大连口腔医院.
    Generic,
}

/// The words of clinic names.
#[derive(Debug)]
pub struct ClinicPatterns {
    pub(super) lexicon: Lexicon,
    /// By phrase of the lexicon.
    roles: Vec<Vec<Role>>,
    generic: HashSet<String>,
    /// The words for kinds of clinic that tell kinds apart, and the kind that each of them says.
    classes: (Lexicon, Vec<String>),
    /// Chinese words that end before a brand begins.
    pub(super) boundaries: Lexicon,
}

/// What a phrase can be in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Head,
    WeakHead,
    Kind,
    Joining,
}

const SECTIONS: [(&str, Role); 4] =
    [("heads", Role::Head), ("weak_heads", Role::WeakHead), ("kinds", Role::Kind), ("joining", Role::Joining)];
const ALL_SECTIONS: [&str; 7] = ["heads", "weak_heads", "kinds", "classes", "joining", "generic", "boundaries"];

impl ClinicPatterns {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let texts = texts_of("clinics.toml", include_str!("clinics.toml"), directory)?;
        let lists = PhraseLists::read(&texts, &ALL_SECTIONS)?;
        let mut by_phrase: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        for (section, role) in SECTIONS {
            for phrase in lists.phrases(section) {
                by_phrase.entry(folded_phrase(phrase)).or_default().push(role);
            }
        }
        let (phrases, roles) = by_phrase.into_iter().unzip();
        let classes = lists.named("classes");
        let by_word: BTreeMap<String, String> = classes
            .flat_map(|(class, words)| words.iter().map(move |word| (folded_phrase(word), class.to_owned())))
            .collect();
        let (class_words, classes) = by_word.into_iter().unzip();
        let boundaries = lists.phrases("boundaries").map(folded_phrase).collect();
        Ok(Self {
            lexicon: Lexicon::new(phrases, Endings::Plural),
            roles,
            classes: (Lexicon::new(class_words, Endings::Exact), classes),
            generic: lists.phrases("generic").map(folded_phrase).collect(),
            boundaries: Lexicon::new(boundaries, Endings::Exact),
        })
    }

    /// The clinics that `text` names, and the places where it speaks of clinics in general, in order.
    #[must_use]
    pub fn mentions(&self, text: &str, cities: &Cities) -> Vec<ClinicMention> {
        let folded = Folded::new(text);
        let places = cities.places(&folded);
        self.mentions_in(&folded, &places.cities)
    }

    /// The same for a text that is folded already, and whose cities are known.
    #[must_use]
    pub fn mentions_in(&self, text: &Folded<'_>, cities: &[CityMention<'_>]) -> Vec<ClinicMention> {
        let tokens = self.lexicon.find(text);
        let has_capitals = text.source().bytes().any(|byte| byte.is_ascii_uppercase());
        let reader = NameReader { patterns: self, text, tokens: &tokens, cities, has_capitals };
        let mut out = Vec::new();
        let mut next = 0;
        while next < tokens.len() {
            let end = reader.chain_end(next);
            out.extend(reader.mention(next, end));
            next = end.max(next + 1);
        }
        out
    }

    /// The name without its words for the kind and its head: `zhiling` of `Zhiling Medical Beauty Clinic`, folded.
    #[must_use]
    pub fn brand_of(&self, name: &str) -> String {
        let folded = Folded::new(name);
        let tokens = self.lexicon.find(&folded);
        let end =
            tokens.iter().find(|token| self.is_of_type(token)).map_or(folded.text().len(), |token| token.folded.start);
        folded.text().get(..end).unwrap_or_default().trim().to_owned()
    }

    /// The kinds of clinic that a name says: `dental` of `Ruili Oral Hospital` and of 瑞丽口腔医院; ascending.
    #[must_use]
    pub fn kinds_of(&self, name: &str, brand: &str) -> Vec<String> {
        let kind = name.split_once(brand).map_or(name, |(_, behind)| behind);
        let (words, classes) = &self.classes;
        let found = words.find(&Folded::new(kind));
        let kinds: BTreeSet<&String> = found.iter().filter_map(|found| classes.get(found.phrase)).collect();
        kinds.into_iter().cloned().collect()
    }

    pub(super) fn has(&self, found: &Found, role: Role) -> bool {
        self.roles.get(found.phrase).is_some_and(|roles| roles.contains(&role))
    }

    pub(super) fn is_of_type(&self, found: &Found) -> bool {
        [Role::Head, Role::WeakHead, Role::Kind].into_iter().any(|role| self.has(found, role))
    }

    pub(super) fn is_generic(&self, word: &str) -> bool {
        self.generic.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_clinics() {
        let cities = Cities::load(None).unwrap();
        let patterns = ClinicPatterns::load(None).unwrap();
        for (text, expected) in [
            (
                "Can Dalian Zhiling Medical Beauty Clinic reimburse?",
                vec![("Zhiling Medical Beauty Clinic", Some("210200"))],
            ),
            ("Does Aier Eye Hospital in Wuhan take cards?", vec![("Aier Eye Hospital", Some("420100"))]),
            (
                "Shanghai Huangshan Plastic and Aesthetic Hospital",
                vec![("Huangshan Plastic and Aesthetic Hospital", Some("310000"))],
            ),
            ("The Kangmei Women's and Children's Hospital", vec![("Kangmei Women's and Children's Hospital", None)]),
            (
                "Bright Smile Oral and Maxillofacial Hospital (Chengdu)",
                vec![("Bright Smile Oral and Maxillofacial Hospital", Some("510100"))],
            ),
            (
                "Guangzhou Nanfang Hospital of Stomatology: prices",
                vec![("Nanfang Hospital of Stomatology", Some("440100"))],
            ),
            ("Tongren Traditional Chinese Medicine Outpatient Department", vec![]),
            ("ask a regular dental clinic or some hospitals", vec![]),
            ("A hospital. The Best Dental Clinic", vec![]),
            ("大连致领医疗美容诊所能报销吗", vec![("致领医疗美容诊所", Some("210200"))]),
            (
                "成都的康贝儿童医院和北京悦美植发医院",
                vec![("康贝儿童医院", Some("510100")), ("悦美植发医院", Some("110000"))],
            ),
            ("上海东方美容医院", vec![("东方美容医院", Some("310000"))]),
            ("选择正规医院，去公立医院", vec![]),
            ("广州市明眸眼科医院", vec![("明眸眼科医院", Some("440100"))]),
            ("北京做双眼皮的医院", vec![]),
        ] {
            let mentions = patterns.mentions(text, &cities);
            let named: Vec<_> = mentions
                .iter()
                .filter(|mention| mention.sort == ClinicSort::Named)
                .map(|mention| (mention.name.as_str(), mention.city.as_deref()))
                .collect();
            assert_eq!(named, expected, "{text}");
            assert!(mentions.iter().all(|mention| mention.span.of(text) == mention.name), "{text}");
        }
    }

    #[test]
    fn kinds_that_translators_vary_are_one() {
        let patterns = ClinicPatterns::load(None).unwrap();
        for (name, brand, expected) in [
            ("Zhiling Medical Beauty Clinic", "Zhiling", vec!["aesthetic"]),
            ("致领医疗美容诊所", "致领", vec!["aesthetic"]),
            ("Zhiling Plastic Surgery Hospital", "Zhiling", vec!["aesthetic"]),
            ("Ruili Oral Hospital", "Ruili", vec!["dental"]),
            ("瑞丽口腔门诊部", "瑞丽", vec!["dental"]),
            ("Bright Eye Skin and Dental Clinic", "Bright Eye", vec!["dental", "skin"]),
            ("Kangmei Hospital", "Kangmei", vec![]),
            ("", "", vec![]),
        ] {
            assert_eq!(patterns.kinds_of(name, brand), expected, "{name}");
        }
    }

    #[test]
    fn translated_brands_are_told_from_names() {
        let cities = Cities::load(None).unwrap();
        let patterns = ClinicPatterns::load(None).unwrap();
        let text = "When the patient accepts the project of beauty salon medical beauty clinic, or of the beauty clinic of beauty shop, he pays.";
        let found = patterns.mentions(text, &cities);
        let found: Vec<_> = found.iter().map(|mention| (mention.name.as_str(), mention.sort)).collect();
        let expected = ["beauty salon medical beauty clinic", "beauty clinic of beauty shop"];
        assert_eq!(found, expected.map(|name| (name, ClinicSort::Translated)));
    }
}
