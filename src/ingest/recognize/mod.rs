//! Recognition: `Article` → `Facets`, each with its evidence.
//!
//! What stands in the title decides, then headings, then the body; a name that the body mentions in passing is no
//! facet. Everything is deterministic, and every value is known to the knowledge or built from its patterns.

use crate::knowledge::Knowledge;
use crate::knowledge::clinics::ClinicMention;
use crate::knowledge::folded::Folded;
use crate::knowledge::places::{CityMention, Places};
use crate::knowledge::topics::TopicMention;
use crate::model::article::Article;
use crate::model::facets::Facets;
use crate::text::span::Span;

mod city;
mod clinic;
mod language;
mod stance;
mod subject;
mod topic;

use subject::Subject;

/// What is found in a subject, before it is weighed.
struct Findings<'k> {
    places: Places<'k>,
    clinics: Vec<ClinicMention>,
    topics: Vec<TopicMention<'k>>,
}

impl<'k> Findings<'k> {
    /// The cities named within a place of the subject.
    fn cities_in(&self, place: Span) -> impl Iterator<Item = &CityMention<'k>> {
        let cities = &self.places.cities;
        let from = cities.partition_point(|city| city.span.start < place.start);
        let within = cities.iter().skip(from).take_while(move |city| city.span.start < place.end);
        within.filter(move |city| place.contains(city.span))
    }

    /// Where a city is named that reaches from `start`, brackets aside, to `end`: its first byte.
    fn cities_between(&self, start: usize, end: usize) -> Option<usize> {
        let cities = &self.places.cities;
        let after = cities.partition_point(|city| city.span.end <= end);
        let city = cities.get(after.checked_sub(1)?)?;
        (city.span.start > start && end - city.span.end <= 1).then_some(city.span.start)
    }

    /// The clinics spoken of within a place of the subject.
    fn clinics_in(&self, place: Span) -> impl Iterator<Item = &ClinicMention> {
        let from = self.clinics.partition_point(|clinic| clinic.span.start < place.start);
        let within = self.clinics.iter().skip(from).take_while(move |clinic| clinic.span.start < place.end);
        within.filter(move |clinic| place.contains(clinic.span))
    }
}

/// What `article` is about; `declared_language` is what its markup says of it.
///
/// A city whose name several cities share, and which the article does not tell apart, has the other readings in
/// [`Facets::city_alternatives`]; the caller flags the article then. The date is not looked for here.
#[must_use]
pub fn facets(article: &Article, declared_language: Option<&str>, knowledge: &Knowledge) -> Facets {
    let subject = Subject::of(article);
    let folded = Folded::new(&subject.text);
    let places = knowledge.cities.places(&folded);
    let clinics = knowledge.clinics.mentions_in(&folded, &places.cities);
    let topics = knowledge.topics.mentions_in(&folded);
    let findings = Findings { places, clinics, topics };
    let clinics = clinic::clinics(&subject, &findings, knowledge);
    let (cities, city_alternatives) = city::cities(&subject, &findings, &clinics);
    let topics = topic::topics(&subject, &findings, &knowledge.topics, (&cities, &clinics));
    let verdict = stance::verdict(&subject, &findings, knowledge, (&topics, &clinics));
    let language = language::language(article, declared_language);
    Facets { cities, city_alternatives, clinics, topics, date: None, language, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::article::Part;
    use crate::model::block::BlockKind;
    use crate::model::facets::{Place, Verdict};

    /// An article of lines; those that start with `#` are headings.
    fn article(title: &str, lines: &[&str]) -> Article {
        let parts = lines.iter().map(|line| match line.strip_prefix("# ") {
            Some(heading) => Part { kind: BlockKind::Heading(2), text: heading.to_owned() },
            None => Part { kind: BlockKind::Paragraph, text: (*line).to_owned() },
        });
        Article { title: title.to_owned(), parts: parts.collect(), ..Article::default() }
    }

    fn recognised(title: &str, lines: &[&str]) -> Facets {
        facets(&article(title, lines), None, &Knowledge::builtin().unwrap())
    }

    fn cities(facets: &Facets) -> Vec<&str> {
        facets.cities.iter().map(|city| city.name.as_str()).collect()
    }

    fn topics(facets: &Facets) -> Vec<&str> {
        facets.topics.iter().map(|topic| topic.id.as_str()).collect()
    }

    #[test]
    fn the_title_names_city_clinic_and_topic() {
        let title = "Can Dalian Zhiling Medical Beauty Clinic reimburse medical insurance?";
        let facets =
            recognised(title, &["The clinic is well known in Dalian, as others are in Shanghai, Suzhou and Wuhan."]);
        assert_eq!(cities(&facets), ["Dalian"]);
        assert_eq!(facets.clinics[0].name, "Zhiling Medical Beauty Clinic");
        assert_eq!(facets.clinics[0].city.as_deref(), Some("210200"));
        assert_eq!(topics(&facets), ["medical_insurance"]);
        assert_eq!(facets.cities[0].evidence.place, Place::Title);
        assert_eq!(facets.cities[0].evidence.span.of(title), "Dalian");
        assert_eq!(facets.clinics[0].evidence.span.of(title), "Zhiling Medical Beauty Clinic");
    }

    #[test]
    fn a_related_list_naming_five_cities_changes_nothing() {
        let list = ["Beijing Kangmei Dental Clinic", "Wuhan Lirui Dental Clinic", "Chengdu Anmei Dental Clinic"];
        let facets = recognised("Dalian Zhiling Dental Clinic reviews", &list);
        assert_eq!(cities(&facets), ["Dalian"]);
        assert_eq!(facets.clinics.len(), 1);
        let passing =
            recognised("Is a disclaimer of use?", &["It may stand under Dalian, Wuhan, Chengdu, Xiamen and Harbin."]);
        assert_eq!(cities(&passing), [""; 0]);
    }

    #[test]
    fn a_procedure_named_in_passing_is_no_topic() {
        let facets = recognised(
            "Can Dalian Zhiling Medical Beauty Clinic reimburse medical insurance?",
            &["# Outpatient service items", "It offers facial plastic surgery, breast augmentation and liposuction."],
        );
        assert_eq!(topics(&facets), ["medical_insurance"]);
        let asked = recognised("How much is liposuction in Dalian Zhiling Hospital?", &["# Recovery", "Ten days."]);
        assert_eq!(topics(&asked), ["price", "liposuction", "recovery"]);
    }

    #[test]
    fn cannot_unless_is_conditional_and_a_flat_no_with_hedges_is_no() {
        let title = "Can Dalian Zhiling Medical Beauty Clinic reimburse medical insurance?";
        let usually = "Therefore, the items of Zhiling Clinic are usually not reimbursed through medical insurance.";
        let hedge = "Under special circumstances it may be included in the medical insurance scope.";
        let unless = "To sum up, Zhiling Clinic cannot be reimbursed unless the project is medical in nature.";
        let flat = "To sum up, Zhiling Clinic cannot be reimbursed, though there may be special regulations.";
        let verdict = |lines: &[&str]| recognised(title, lines).verdict;
        assert_eq!(verdict(&[usually, hedge, unless]).map(|found| found.verdict), Some(Verdict::Conditional));
        let flat_no = verdict(&[usually, hedge, flat]).unwrap();
        assert_eq!(flat_no.verdict, Verdict::No);
        let body = article(title, &[usually, hedge, flat]).body();
        assert_eq!(flat_no.evidence.span.of(&body), flat, "the conclusion is quoted");
        assert_eq!(recognised("Zhiling Clinic reviews", &[flat]).verdict, None, "nobody asked");
    }

    #[test]
    fn odd_translations_become_aliases() {
        let facets = recognised(
            "Can Chongqing Zaomeifang Medical Beauty Clinic reimburse medical insurance?",
            &[
                "The items of beauty clinic of beauty shop are many. The beauty clinic of beauty shop is good.",
                "ZAOMEIFANG is in Chongqing. So is Zaomeifang Clinic.",
            ],
        );
        assert_eq!(facets.clinics.len(), 1);
        assert_eq!(facets.clinics[0].aliases, ["Zaomeifang Clinic", "Zaomeifang", "beauty clinic of beauty shop"]);
    }

    #[test]
    fn comparisons_keep_all_clinics_with_their_cities() {
        let facets = recognised("朝阳瑞丽口腔医院和北海茉莉口腔门诊部哪家好？", &["朝阳在辽宁。"]);
        let pairs: Vec<_> =
            facets.clinics.iter().map(|clinic| (clinic.name.as_str(), clinic.city.as_deref())).collect();
        assert_eq!(pairs, [("瑞丽口腔医院", Some("211300")), ("茉莉口腔门诊部", Some("450500"))]);
        assert_eq!(cities(&facets), ["Chaoyang", "Beihai"]);
        assert_eq!(topics(&facets), ["hospital_ranking"]);
        assert_eq!(facets.language.as_deref(), Some("zh"));
    }

    #[test]
    fn one_name_in_two_cities_is_two_clinics() {
        let facets = recognised(
            "Dalian Zhiling Dental Clinic or Wuhan Zhiling Dental Clinic: which is cheaper?",
            &["Dalian Zhiling Dental Clinic asks 90 yuan.", "Wuhan Zhiling Dental Clinic asks 80 yuan."],
        );
        let pairs: Vec<_> =
            facets.clinics.iter().map(|clinic| (clinic.name.as_str(), clinic.city.as_deref())).collect();
        assert_eq!(pairs, [("Zhiling Dental Clinic", Some("210200")), ("Zhiling Dental Clinic", Some("420100"))]);
    }

    #[test]
    fn a_name_in_two_scripts_is_one_clinic() {
        for (title, line, name, alias) in [
            (
                "大连致领医疗美容诊所（Zhiling Medical Beauty Clinic）能报销医保吗？",
                "致领医疗美容诊所位于大连。",
                "致领医疗美容诊所",
                "Zhiling Medical Beauty Clinic",
            ),
            (
                "Can Dalian Bright Star Dental Clinic (大连明辰口腔门诊部) reimburse medical insurance?",
                "Bright Star is in Dalian.",
                "Bright Star Dental Clinic",
                "明辰口腔门诊部",
            ),
            (
                "Can Dalian Zhiling Dental Clinic reimburse medical insurance?",
                "The sign says 致领口腔门诊部, and the bill as well.",
                "Zhiling Dental Clinic",
                "致领口腔门诊部",
            ),
        ] {
            let facets = recognised(title, &[line]);
            let names: Vec<&str> = facets.clinics.iter().map(|clinic| clinic.name.as_str()).collect();
            assert_eq!(names, [name], "{title}");
            assert!(facets.clinics[0].aliases.iter().any(|known| known == alias), "{title}: {:?}", facets.clinics[0]);
        }
    }

    #[test]
    fn an_ambiguous_city_keeps_its_other_readings() {
        let facets = recognised("Suzhou Zhiling Dental Clinic reviews", &["It is good."]);
        assert_eq!(facets.cities[0].adcode, "320500");
        assert_eq!(facets.city_alternatives.len(), 1);
        assert_eq!(facets.city_alternatives[0].adcode, "341300");
        let decided = recognised("Suzhou Zhiling Dental Clinic reviews", &["It stands in Suzhou, Anhui."]);
        assert_eq!(decided.cities[0].adcode, "341300");
        assert!(decided.city_alternatives.is_empty());
    }

    #[test]
    fn an_article_about_a_city_and_no_clinic() {
        let facets = recognised(
            "Can medical beauty be reimbursed by Jieyang medical insurance?",
            &["No, it cannot be reimbursed."],
        );
        assert_eq!(topics(&facets), ["city_policy"]);
        assert_eq!(facets.verdict.map(|found| found.verdict), Some(Verdict::No));
        assert!(facets.clinics.is_empty());
    }

    #[test]
    fn a_directory_is_read_once() {
        const LINES: usize = 20_000;
        let line = "In Dalian the beauty clinic of beauty shop can be reimbursed. ";
        let names: Vec<String> = (0..LINES).map(|number| format!("# Brand{number}x Dental Clinic of Dalian")).collect();
        let mut headings: Vec<&str> = names.iter().map(String::as_str).collect();
        headings.extend(vec![line; LINES]);
        let joined = line.repeat(LINES);
        let districts = "County,".repeat(LINES * 8);
        for lines in [headings.as_slice(), &[&joined], &[&districts]] {
            let facets = recognised("Can it be reimbursed in Dalian?", lines);
            assert_eq!(cities(&facets), ["Dalian"]);
            assert_eq!(topics(&facets).first(), Some(&"city_policy"));
        }
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(recognised("", &[]), Facets::default());
    }
}
