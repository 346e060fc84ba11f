//! What a reader means: cities, topics and other ways to say a word, recognised in any script.
//!
//! The words themselves always stay in the query, so that a wrong guess never hides a page.

use crate::knowledge::Knowledge;
use crate::knowledge::clinics::ClinicSort;
use crate::knowledge::folded::Folded;
use crate::knowledge::places::Places;
use crate::model::answer::{CityRow, Understood};
use crate::text::span::Span;
use crate::text::terms::{Forms, terms};

/// Share of a query's letters that topics without a city or clinic beside them must have to be what is asked for.
const MIN_TOPIC_SHARE: f32 = 0.25;

/// A recognised meaning and the words that carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Bytes of the query's words.
    pub span: Span,
    /// What they mean.
    pub sense: Sense,
}

/// What words of a query can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sense {
    /// A city, by the codes of its readings, likeliest first; or a province, by the codes of all its cities.
    City(Vec<String>),
    /// A clinic, by the values that are one of those that can be meant.
    Clinic(Vec<String>),
    /// Where the clinics are that can be meant, by the codes of the cities.
    Home(Vec<String>),
    /// A topic, by its identifier and those of the topics that refine it.
    Topic(Vec<String>),
    /// Other words with the same meaning.
    Synonyms(Vec<String>),
}

/// The words of a query and what was recognised in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understanding {
    /// The words, as the query language leaves them.
    pub words: String,
    /// The forms of them that count.
    pub forms: Forms,
    /// Recognised meanings, by position.
    pub meanings: Vec<Meaning>,
    /// Words that carry no weight: question and politeness words.
    pub noise: Vec<Span>,
    /// Whether a number, an amount or a time is asked for.
    pub asks_for_number: bool,
    /// Whether it is asked what something is.
    pub asks_for_definition: bool,
    /// Brands of clinics, e.g. `Zaomeifang` of `Zaomeifang Clinic`.
    pub brands: Vec<Span>,
}

impl Understanding {
    /// Recognises what `words` mean.
    #[must_use]
    pub fn of(words: &str, knowledge: &Knowledge) -> Self {
        let places = knowledge.cities.places(&Folded::new(words));
        let mut meanings = provinces(&places, knowledge);
        for mention in places.cities {
            let readings = mention.readings.iter().map(|city| city.adcode.clone()).collect();
            let spellings = mention.city().map(|city| vec![city.name.clone(), city.hanzi.clone()]);
            meanings.push(Meaning { span: mention.span, sense: Sense::City(readings) });
            meanings.extend(spellings.map(|names| Meaning { span: mention.span, sense: Sense::Synonyms(names) }));
        }
        for mention in knowledge.topics.mentions(words) {
            let ids = super::filters::with_refining(mention.topic, knowledge);
            meanings.push(Meaning { span: mention.span, sense: Sense::Topic(ids) });
        }
        for mention in knowledge.synonyms.mentions(words) {
            let alternatives = mention.alternatives.iter().map(ToString::to_string).collect();
            meanings.push(Meaning { span: mention.span, sense: Sense::Synonyms(alternatives) });
        }
        meanings.sort_by_key(|meaning| meaning.span);
        let mut noise = knowledge.stop_words.noise_spans(words);
        let stop_words = terms(words).into_iter().filter(|term| knowledge.stop_words.is_stop_word(&term.text));
        noise.extend(stop_words.map(|term| term.span));
        noise.sort_unstable();
        noise.dedup();
        let clinics = knowledge.clinics.mentions(words, &knowledge.cities);
        let brands = clinics.iter().filter(|clinic| clinic.sort == ClinicSort::Named).filter_map(|clinic| {
            let start = clinic.span.of(words).find(clinic.brand.as_str())? + clinic.span.start;
            Some(Span::new(start, start + clinic.brand.len()))
        });
        Self {
            words: words.to_owned(),
            forms: Forms::Stems,
            meanings,
            noise,
            asks_for_number: knowledge.stop_words.asks_for_number(words),
            asks_for_definition: knowledge.stop_words.asks_for_definition(words),
            brands: brands.collect(),
        }
    }

    /// Adds what words mean clinics, by their values.
    pub fn add_clinics(&mut self, clinics: impl IntoIterator<Item = (Span, Vec<String>)>) {
        let meanings = clinics.into_iter().map(|(span, values)| Meaning { span, sense: Sense::Clinic(values) });
        self.meanings.extend(meanings);
        self.meanings.sort_by_key(|meaning| meaning.span);
    }

    /// Where cities and topics are named.
    #[must_use]
    pub fn places_and_topics(&self) -> Vec<Span> {
        let named = self.meanings.iter().filter(|meaning| matches!(meaning.sense, Sense::City(_) | Sense::Topic(_)));
        named.map(|meaning| meaning.span).collect()
    }

    /// What was recognised, for the reader; clinics are named by who knows the index.
    #[must_use]
    pub fn shown(&self, knowledge: &Knowledge) -> Understood {
        let mut shown = Understood::default();
        for meaning in &self.meanings {
            match &meaning.sense {
                Sense::City(readings) if knowledge.cities.province_of(readings).is_some() => {
                    let province = knowledge.cities.province_of(readings);
                    shown.cities.extend(province.map(|province| CityRow {
                        name: province.name.clone(),
                        hanzi: province.hanzi.clone(),
                        adcode: format!("{}0000", province.code),
                    }));
                }
                Sense::City(readings) => {
                    let cities = readings.iter().filter_map(|adcode| knowledge.cities.get(adcode));
                    shown.cities.extend(cities.map(|city| CityRow {
                        name: city.name.clone(),
                        hanzi: city.hanzi.clone(),
                        adcode: city.adcode.clone(),
                    }));
                }
                Sense::Topic(ids) => {
                    let named = ids.iter().take(1).filter(|id| !shown.topics.contains(id)).cloned();
                    let named: Vec<String> = named.collect();
                    shown.topics.extend(named);
                }
                Sense::Clinic(_) | Sense::Home(_) | Sense::Synonyms(_) => {}
            }
        }
        shown.ignored = self.noise.iter().map(|span| span.of(&self.words).to_owned()).collect();
        shown
    }

    /// For each clinic that the query names, the values that satisfy it.
    pub fn clinics(&self) -> impl Iterator<Item = &[String]> {
        self.meanings.iter().filter_map(|meaning| match &meaning.sense {
            Sense::Clinic(values) => Some(values.as_slice()),
            _ => None,
        })
    }

    /// Codes of the cities of the clinics that the query names, where it does not say where.
    pub fn homes(&self) -> impl Iterator<Item = &String> {
        let homes = self.meanings.iter().filter_map(|meaning| match &meaning.sense {
            Sense::Home(codes) => Some(codes),
            _ => None,
        });
        homes.flatten()
    }

    /// For each topic that the query names, the identifiers that satisfy it; a topic once.
    pub fn topics(&self) -> impl Iterator<Item = &[String]> {
        let topics = self.meanings.iter().filter_map(|meaning| match &meaning.sense {
            Sense::Topic(ids) => Some(ids.as_slice()),
            _ => None,
        });
        let mut seen = Vec::new();
        topics.filter(move |ids| {
            let is_new = !seen.contains(ids);
            seen.push(*ids);
            is_new
        })
    }

    /// Leaves out topics that are named by the way: "effect" in a long question about airflow asks for no pages about
    /// effects. Beside a city or clinic, or with a good part of the words, a topic is meant.
    pub fn keep_meant_topics(&mut self) {
        if !self.brands.is_empty() || self.cities().next().is_some() || self.clinics().next().is_some() {
            return;
        }
        let length = |spans: &mut dyn Iterator<Item = Span>| {
            let mut bytes = vec![false; self.words.len()];
            spans.for_each(|span| bytes.iter_mut().take(span.end).skip(span.start).for_each(|byte| *byte = true));
            bytes.into_iter().filter(|&is_inside| is_inside).count() as f32
        };
        let content = terms(&self.words).into_iter().map(|term| term.span);
        let topics = self.meanings.iter().filter(|meaning| matches!(meaning.sense, Sense::Topic(_)));
        let topics: Vec<Span> = topics.map(|meaning| meaning.span).collect();
        let is_noise = |span: Span| self.noise.iter().any(|noise| noise.overlaps(span));
        let all =
            length(&mut content.filter(|&span| !is_noise(span) || topics.iter().any(|topic| topic.contains(span))));
        if length(&mut topics.iter().copied()) < MIN_TOPIC_SHARE * all {
            self.meanings.retain(|meaning| !matches!(meaning.sense, Sense::Topic(_)));
        }
    }

    /// Leaves out other forms of words and other ways to say them; what they mean orders the pages still, and finds none.
    pub fn keep_words_only(&mut self) {
        self.forms = Forms::Written;
        self.meanings.retain(|meaning| !matches!(meaning.sense, Sense::Synonyms(_)));
    }

    /// For each city that the query names, the codes that satisfy it.
    pub fn cities(&self) -> impl Iterator<Item = &[String]> {
        self.meanings.iter().filter_map(|meaning| match &meaning.sense {
            Sense::City(readings) => Some(readings.as_slice()),
            _ => None,
        })
    }
}

/// The provinces that a query names, as their cities; one that only says where a named city lies adds nothing.
fn provinces(places: &Places<'_>, knowledge: &Knowledge) -> Vec<Meaning> {
    let mut meanings = Vec::new();
    for mention in &places.provinces {
        let province = mention.province;
        let mut readings = places.cities.iter().flat_map(|city| &city.readings);
        if readings.any(|reading| reading.adcode.starts_with(&province.code)) {
            continue;
        }
        let cities = knowledge.cities.in_province(&province.code).into_iter().map(|city| city.adcode.clone());
        let names = vec![province.name.clone(), province.hanzi.clone()];
        meanings.push(Meaning { span: mention.span, sense: Sense::City(cities.collect()) });
        meanings.push(Meaning { span: mention.span, sense: Sense::Synonyms(names) });
    }
    meanings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_queries() {
        let knowledge = Knowledge::builtin().unwrap();
        for (name, words, expected) in [
            ("a province", "clinics in Liaoning", vec!["Liaoning"]),
            ("a province in Chinese", "辽宁整形医院", vec!["Liaoning"]),
            ("a province by its full name", "广东省植发", vec!["Guangdong"]),
            ("a city and its province", "Dalian, Liaoning dental implant", vec!["Dalian"]),
            ("Shaanxi is not Shanxi", "hair transplant Shaanxi", vec!["Shaanxi"]),
            ("Jilin the city", "dentist in Jilin", vec!["Jilin"]),
            ("Jilin the province", "dentist in Jilin Province", vec!["Jilin"]),
            ("several cities", "Dalian Wuhan and 上海 hair transplant", vec!["Dalian", "Wuhan", "Shanghai"]),
            ("a city of another province", "Dalian or Guangdong", vec!["Guangdong", "Dalian"]),
            ("an old spelling", "Tsingtao dentist", vec!["Qingdao"]),
            ("traditional characters", "重慶醫保", vec!["Chongqing"]),
            ("no apostrophe", "Xian insurance", vec!["Xi'an"]),
            ("no capital", "xian insurance", vec!["Xi'an"]),
        ] {
            let shown = Understanding::of(words, &knowledge).shown(&knowledge);
            let mut found: Vec<String> = shown.cities.into_iter().map(|city| city.name).collect();
            let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{name}: {words}");
        }
        let province = Understanding::of("Liaoning", &knowledge);
        let codes = province.cities().next().unwrap();
        assert!(codes.iter().any(|code| code == "210200") && codes.iter().all(|code| code.starts_with("21")));
        let shown = Understanding::of("Jilin Province", &knowledge).shown(&knowledge);
        assert_eq!(shown.cities[0].adcode, "220000", "the province, and not the city of its name");
    }
}
