//! Recognition: `Article` → `Facets`, each with its evidence.
//!
//! What stands in the title decides, then headings, then the body; a name that the body mentions in passing is no
//! facet. Everything is deterministic, and every value is known to the knowledge or built from its patterns.

use crate::knowledge::Knowledge;
use crate::knowledge::clinics::{ClinicMention, ClinicSort};
use crate::knowledge::places::{CityMention, Places};
use crate::knowledge::topics::{TopicKind, TopicMention, TriggerStrength};
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

    /// The places after `start`, counted from there, where anything is named.
    fn names_from(&self, start: usize) -> Vec<Span> {
        let cities = self.places.cities.iter().map(|city| city.span);
        let provinces = self.places.provinces.iter().map(|province| province.span);
        let clinics = self.clinics.iter().map(|clinic| clinic.span);
        let all = cities.chain(provinces).chain(clinics).filter(|span| span.start >= start);
        all.map(|span| Span::new(span.start - start, span.end - start)).collect()
    }

    /// Whether a place lies in the name of a clinic.
    fn is_in_clinic_name(&self, place: Span) -> bool {
        let after = self.clinics.partition_point(|clinic| clinic.span.start <= place.start);
        let clinic = after.checked_sub(1).and_then(|last| self.clinics.get(last));
        clinic.is_some_and(|clinic| clinic.sort != ClinicSort::Generic && clinic.span.contains(place))
    }

    /// The clinics spoken of within a place of the subject.
    fn clinics_in(&self, place: Span) -> impl Iterator<Item = &ClinicMention> {
        let from = self.clinics.partition_point(|clinic| clinic.span.start < place.start);
        let within = self.clinics.iter().skip(from).take_while(move |clinic| clinic.span.start < place.end);
        within.filter(move |clinic| place.contains(clinic.span))
    }
}

/// What was recognised in an article.
#[derive(Debug)]
pub struct Recognized {
    /// What it is about.
    pub facets: Facets,
    /// Where its body names cities, provinces and clinics, or speaks of clinics.
    pub names: Vec<Span>,
}

/// What `article` is about; `declared_language` is what its markup says of it.
///
/// A city whose name several cities share, and which the article does not tell apart, has the other readings in
/// [`Facets::city_alternatives`]; the caller flags the article then. The date is not looked for here.
#[must_use]
pub fn recognized(article: &Article, declared_language: Option<&str>, knowledge: &Knowledge) -> Recognized {
    let subject = Subject::of(article);
    let folded = knowledge.folded(&subject.text);
    let places = knowledge.cities.places(&folded);
    let topics = knowledge.topics.mentions_in(&folded);
    let mut clinics = knowledge.clinics.mentions_in(&folded, &places.cities);
    for clinic in clinics.iter_mut().filter(|clinic| is_subject_matter(clinic, &topics)) {
        clinic.sort = ClinicSort::Generic;
    }
    let findings = Findings { places, clinics, topics };
    let names = findings.names_from(subject.body_start());
    let clinics = clinic::clinics(&subject, &findings, knowledge);
    let (cities, city_alternatives) = city::cities(&subject, &findings, &clinics);
    let topics = topic::topics(&subject, &findings, &knowledge.topics, (&cities, &clinics));
    let verdict = stance::verdict(&subject, &findings, knowledge, (&topics, &clinics));
    let language = language::language(article, declared_language);
    let facets = Facets { cities, city_alternatives, clinics, topics, date: None, language, verdict };
    Recognized { facets, names }
}

/// "Double Eyelid Hospital", 双眼皮医院: a treatment, or what is asked, in the place of a brand.
fn is_subject_matter(clinic: &ClinicMention, topics: &[TopicMention<'_>]) -> bool {
    let from = topics.partition_point(|topic| topic.span.start < clinic.span.start);
    let brand_end = clinic.span.start + clinic.brand.len();
    let opening = topics.iter().skip(from).take_while(|topic| topic.span.start == clinic.span.start);
    opening.into_iter().any(|topic| {
        let is_procedure = topic.topic.kind == TopicKind::Procedure;
        (is_procedure || topic.strength == TriggerStrength::Strong) && topic.span.end <= brand_end
    })
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
        super::recognized(&article(title, lines), None, &Knowledge::builtin().unwrap()).facets
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
        let title = recognised(&"双眼皮多少钱".repeat(LINES * 4), &[]);
        assert_eq!(topics(&title), ["price", "double_eyelid"]);
    }

    /// Kinds of clinics, and wordings, that the seeds do not have.
    #[test]
    fn clinics_of_all_kinds_are_named() {
        for (title, city, clinic, main) in [
            (
                "Does health insurance cover check-ups at Hangzhou Kaiyue Health Check-up Centre?",
                "Hangzhou",
                "Kaiyue Health Check-up Centre",
                "medical_insurance",
            ),
            (
                "Ingrown toenails at Kunming Oulan Nail and Foot Clinic, step by step",
                "Kunming",
                "Oulan Nail and Foot Clinic",
                "procedure_steps",
            ),
            (
                "Medical insurance and assisted reproduction at Jilin Anruo Fertility Centre",
                "Jilin",
                "Anruo Fertility Centre",
                "medical_insurance",
            ),
            ("绍兴华煦疼痛理疗门诊部有没有执业许可证", "Shaoxing", "华煦疼痛理疗门诊部", "hospital_qualification"),
            ("武汉尚品健康体检中心全身体检一次多少钱", "Wuhan", "尚品健康体检中心", "price"),
            ("在苏州睿康生殖专科医院做辅助生殖，医保报哪些？", "Suzhou", "睿康生殖专科医院", "medical_insurance"),
            ("玻尿酸在吉林明玥医疗美容诊所打完能撑几个月", "Jilin", "明玥医疗美容诊所", "result_duration"),
            ("成都安宁心理专科医院怎么走", "Chengdu", "安宁心理专科医院", "address_hours"),
        ] {
            let facets = recognised(title, &[]);
            assert_eq!(cities(&facets), [city], "{title}");
            let clinics: Vec<_> = facets.clinics.iter().map(|found| found.name.as_str()).collect();
            assert_eq!(clinics, [clinic], "{title}");
            assert_eq!(topics(&facets).first(), Some(&main), "{title}: {:?}", topics(&facets));
        }
    }

    #[test]
    fn what_a_clinics_name_says_of_its_kind_is_no_topic() {
        let facets = recognised("长沙博若植发门诊部有执业许可证吗", &["# 博若植发门诊部的资质", "有。"]);
        assert_eq!(topics(&facets), ["hospital_qualification"]);
        let facets = recognised("Where to get double eyelids: a Double Eyelid Hospital in Dalian?", &[]);
        assert!(facets.clinics.is_empty(), "a treatment is no brand: {:?}", facets.clinics);
    }

    #[test]
    fn a_phrase_of_two_topics_means_the_one_asked_about() {
        let facets = recognised("Address of Dalian Zhiling Hospital", &["# Opening hours", "Nine to five."]);
        assert_eq!(topics(&facets), ["address_hours"]);
        let facets = recognised("Does Dalian Zhiling Hospital reimburse?", &["# Opening hours", "Nine to five."]);
        assert_eq!(topics(&facets), ["medical_insurance", "booking"]);
    }

    #[test]
    fn what_the_title_asks_about_is_no_general_rule() {
        let title = "上睑下垂在厦门恺悦眼科门诊部手术，医保能报销吗？";
        let answer = "在恺悦眼科门诊部做上睑下垂矫正，只有遮挡瞳孔的才能申请医保报销。";
        let found = recognised(title, &[answer, "单纯做双眼皮的，费用由患者承担。"]).verdict;
        assert_eq!(found.map(|found| found.verdict), Some(Verdict::Conditional));
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(recognised("", &[]), Facets::default());
    }
}
