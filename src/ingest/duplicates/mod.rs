//! Pages that are one article at several addresses, and pages with one text for several clinics.
//!
//! Two pages are *one article* when they are about the same clinics, cities and topic under the same title, and
//! - most runs of words of their bodies are the same, or
//! - one is a piece of the other (an article cut into pages), or
//! - they begin with the same long paragraph and are of one day; or of a day that only one or none of them tells, with no
//!   opposite answers, and a figure in common unless one tells none: editions of one article, which each site goes on with
//!   in its own way.
//!
//! This is compared exactly, among pages of one subject. Of standing texts (a topic says so: notices that many sites print
//! alike) only those of one day are of one subject. Pages are of *one template* when their bodies
//! without the names of cities and clinics are much the same, by their sketches, among pages with a key in common. Groups
//! are what such pairs connect. All of it depends on the set of pages alone, so it comes out the same whatever the runs
//! were.

mod change;
mod groups;
mod pairs;
mod parting;
mod sketch;
pub(super) mod update;

use std::collections::BTreeSet;

use self::groups::Sameness;
use self::sketch::{Words, mixed, overlap, sketch};
use crate::knowledge::Knowledge;
use crate::knowledge::topics::TopicTexts;
use crate::model::article::Article;
use crate::model::clinic::ClinicKey;
use crate::model::document::{Document, DocumentId};
use crate::model::facets::{Facets, Verdict};
use crate::model::likeness::Likeness;
use crate::text::normalize::comparison_key;
use crate::text::span::Span;

/// One article has at least this share of its runs of words in common: a sentence less and a few words changed.
const SAME_ARTICLE: f32 = 0.64;
/// A piece of an article has at least this share of its own runs in the whole.
const PIECE: f32 = 0.88;
/// Pages of one template have at least this share of their sketches in common.
const SAME_TEMPLATE: f32 = 0.55;
/// Names of more clinics than this are not looked for in a body.
const MAX_CLINICS: usize = 16;

/// Tells apart the editions of a standing text: by their day, else by page. 0 for any other text.
pub(super) fn edition(facets: &Facets, knowledge: &Knowledge, id: DocumentId) -> u64 {
    let topic = facets.topics.first().and_then(|topic| knowledge.topics.get(&topic.id));
    if topic.is_none_or(|topic| topic.texts == TopicTexts::Own) {
        return 0;
    }
    facets.date.as_ref().map_or(id.as_u64(), |date| text_hash(date, 0))
}

/// What a page is compared by; `names` are the places of its body where cities and clinics are named.
pub(super) fn likeness(article: &Article, facets: &Facets, names: &[Span], edition: u64) -> Likeness {
    let body = Words::of(&article.body());
    let clinics = facets.clinics.iter().take(MAX_CLINICS);
    let called: BTreeSet<&str> = clinics
        .flat_map(|clinic| [&clinic.name, &clinic.brand].into_iter().chain(&clinic.aliases))
        .map(String::as_str)
        .collect();
    let called: Vec<&str> = called.into_iter().collect();
    let nameless = body.nameless_runs(names, &called);
    let (slots, bands) = sketch(&nameless);
    let subject = text_hash(&comparison_key(&article.title), about(facets) ^ mixed(edition));
    Likeness { subject: subject >> 1, size: body.runs().len() as u64, sketch: slots, bands }
}

/// What two pages of one subject are compared by exactly.
struct Text {
    runs: Vec<u64>,
    /// The run that its first paragraph of so many words begins with.
    opening: Option<u64>,
    /// The first long paragraph.
    lead: Option<u64>,
    /// Numbers in all paragraphs but the lead.
    figures: BTreeSet<u64>,
    date: Option<String>,
    verdict: Option<Verdict>,
}

impl Text {
    fn of(document: &Document) -> Self {
        let Document { article, facets, .. } = document;
        let (mut opening, mut lead, mut figures) = (None, None, BTreeSet::new());
        for part in article.parts.iter().filter(|part| !part.is_heading()) {
            let words = Words::of(&part.text);
            opening = opening.or_else(|| words.opening());
            match words.lead().filter(|_| lead.is_none()) {
                Some(first) => lead = Some(first),
                None => figures.extend(words.figures()),
            }
        }
        Self {
            runs: Words::of(&article.body()).runs(),
            opening,
            lead,
            figures,
            date: facets.date.clone(),
            verdict: facets.verdict.as_ref().map(|verdict| verdict.verdict),
        }
    }

    fn compared(&self, other: &Self) -> Sameness {
        let (of_all, of_smaller) = overlap(&self.runs, &other.runs);
        let is_piece = of_smaller >= PIECE && self.opening == other.opening;
        if of_all >= SAME_ARTICLE {
            Sameness::Same
        } else if is_piece || self.is_edition_of(other) {
            Sameness::Kin
        } else {
            Sameness::Different
        }
    }

    fn is_of_one_day(&self, other: &Self) -> bool {
        self.date.is_some() && self.date == other.date
    }

    fn is_edition_of(&self, other: &Self) -> bool {
        let is_dateless = self.date.is_none() || other.date.is_none();
        let agree = self.verdict.is_none() || other.verdict.is_none() || self.verdict == other.verdict;
        let has_none = self.figures.is_empty() || other.figures.is_empty();
        let is_told_alike = || is_dateless && agree && (has_none || !self.figures.is_disjoint(&other.figures));
        self.lead.is_some() && self.lead == other.lead && (self.is_of_one_day(other) || is_told_alike())
    }
}

fn about(facets: &Facets) -> u64 {
    let mut names: Vec<String> = facets.clinics.iter().map(|clinic| ClinicKey::of(clinic).to_string()).collect();
    names.extend(facets.cities.iter().map(|city| city.adcode.clone()));
    names.sort();
    names.dedup();
    names.extend(facets.topics.first().map(|topic| topic.id.clone()));
    names.iter().fold(0, |hash, name| text_hash(name, hash))
}

fn text_hash(text: &str, seed: u64) -> u64 {
    text.bytes().fold(mixed(seed), |hash, byte| mixed(hash ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::read;
    use crate::ingest::templates::Templates;
    use crate::knowledge::Knowledge;
    use crate::model::page::{Format, Origin, Page};

    const BODY: [&str; 5] = [
        "NAME is a well-known medical institution in CITY, and many people ask what can be reimbursed there.",
        "The fund of medical insurance mainly pays for the treatment of diseases, and its resources are limited by law.",
        "Therefore, the beauty items of NAME are not within the scope of CITY medical insurance and are paid in full.",
        "Patients keep their invoices, records and certificates, because rules of single regions differ from one another.",
        "To sum up, before the treatment it is best to call NAME, and to ask the office of CITY about the latest policy.",
    ];
    const BODY_ZH: [&str; 3] = [
        "NAME位于CITY，是当地比较知名的医疗机构，很多求美者都会咨询医保能不能报销的问题。",
        "医保基金主要用于疾病的治疗，资源是有限的，因此NAME的美容项目不在CITY医保的报销范围之内，需要自费。",
        "综上所述，在治疗之前最好先向NAME咨询，并向CITY医保部门了解最新的政策规定。",
    ];

    fn page(title: &str, lines: &[&str], (name, city): (&str, &str)) -> Document {
        let text = std::iter::once(title).chain(lines.iter().copied()).collect::<Vec<_>>().join("\n\n");
        let text = text.replace("NAME", name).replace("CITY", city);
        let page = Page::new(Origin::at("a.txt"), Format::Text, text);
        read(&page, &Knowledge::builtin().unwrap(), &Templates::default()).unwrap()
    }

    #[test]
    fn what_is_one_article_and_what_one_template() {
        let title = "Can CITY NAME reimburse medical insurance?";
        let zhiling = ("Zhiling Medical Beauty Clinic", "Dalian");
        let first = page(title, &BODY, zhiling);
        let edited: Vec<String> = BODY.iter().map(|line| line.replace("Therefore", "So")).collect();
        let edited: Vec<&str> = edited.iter().map(String::as_str).collect();
        let zh_title = "CITYNAME能报销医保吗？";
        let zh = page(zh_title, &BODY_ZH, ("致领医疗美容诊所", "大连"));
        for (name, left, right, sameness, is_template) in [
            ("a word changed", &first, page(title, &edited, zhiling), Sameness::Same, true),
            ("a sentence less", &first, page(title, &[&BODY[..3], &BODY[4..]].concat(), zhiling), Sameness::Same, true),
            ("its beginning", &first, page(title, &BODY[..2], zhiling), Sameness::Kin, false),
            ("its end", &first, page(title, &BODY[3..], zhiling), Sameness::Different, false),
            (
                "another clinic",
                &first,
                page(title, &BODY, ("Meilai Plastic Surgery Hospital", "Wuhan")),
                Sameness::Different,
                true,
            ),
            (
                "another clinic, in Chinese",
                &zh,
                page(zh_title, &BODY_ZH, ("美韵口腔门诊部", "武汉")),
                Sameness::Different,
                true,
            ),
            (
                "another text",
                &first,
                page(
                    title,
                    &[
                        "NAME in CITY is open on all days.",
                        "It has nine doctors, whom patients praise, and asks ninety yuan.",
                    ],
                    zhiling,
                ),
                Sameness::Different,
                false,
            ),
        ] {
            let is_one_subject = left.likeness.subject == right.likeness.subject;
            let compared = Text::of(left).compared(&Text::of(&right));
            let found = if is_one_subject { compared } else { Sameness::Different };
            assert_eq!(found, sameness, "{name}");
            let resemblance = left.likeness.resemblance(&right.likeness);
            assert_eq!(resemblance >= SAME_TEMPLATE, is_template, "{name}: {resemblance}");
            let is_met = left.likeness.keys().iter().any(|key| right.likeness.keys().contains(key));
            assert!(is_met || !is_template, "{name}: no key in common");
        }
    }

    #[test]
    fn a_word_above_all_pieces_makes_no_beginning() {
        let zhiling = ("Zhiling Medical Beauty Clinic", "Dalian");
        let under_it = |lines: &[&str]| Text::of(&page("What is paid?", &[&["Overview."], lines].concat(), zhiling));
        let whole = under_it(&BODY);
        assert_eq!(whole.compared(&under_it(&BODY[3..])), Sameness::Different, "its end");
        assert_eq!(whole.compared(&under_it(&BODY[..2])), Sameness::Kin, "its beginning");
    }

    #[test]
    fn editions_of_one_article() {
        let zhiling = ("Zhiling Medical Beauty Clinic", "Dalian");
        let title = "How much are braces at CITY NAME?";
        let lead = "NAME in CITY answers questions about braces every day, and most visitors want to know what they cost, \
                    how long they are worn and who pays for them in the end.";
        let one = "Metal braces cost 12400 yuan there, and ceramic ones a third more, says the desk.";
        let two = "The list on the wall names 12400 yuan for simple braces; the doctors explain what is added to it.";
        let three = "Ask the doctors, who explain what is added to the price of simple braces.";
        let four = "The list on the wall names 9800 yuan for simple braces; the doctors explain what is added to it.";
        let edited = lead.replace("every day", "most days");
        let clock = "The desk is open from 12:00 to 18:30.";
        let (early, late) = ("Published: 2024-03-05", "Published: 2024-06-07");
        for (name, left, right, is_one) in [
            ("one day", vec![early, lead, one], vec![early, lead, three], true),
            ("two days", vec![early, lead, one], vec![late, lead, two], false),
            ("no day, one figure", vec![lead, one], vec![early, lead, two], true),
            ("no day, figures in one", vec![lead, one], vec![early, lead, three], true),
            ("no day, no figures", vec![lead, clock], vec![early, lead, three], true),
            ("no day, other figures", vec![lead, one], vec![early, lead, four], false),
            ("another beginning", vec![early, lead, one], vec![early, three, one], false),
            ("a word put otherwise", vec![early, lead, one], vec![early, &edited, three], false),
        ] {
            let texts = [left, right].map(|lines| Text::of(&page(title, &lines, zhiling)));
            assert_eq!(texts[0].is_edition_of(&texts[1]), is_one, "{name}");
        }
    }

    #[test]
    fn a_standing_text_is_one_article_only_of_one_day() {
        let subject = |title: &str, address: &str, date: &str| {
            let text = [title, date, BODY[1], BODY[3]].join("\n\n");
            let page = Page::new(Origin::at(address), Format::Text, text);
            read(&page, &Knowledge::builtin().unwrap(), &Templates::default()).unwrap().likeness.subject
        };
        let (early, late) = ("Published: 2024-03-05", "Published: 2024-06-07");
        for (title, is_standing) in [("What does a disclaimer say?", true), ("What braces cost", false)] {
            let first = subject(title, "a.txt", early);
            assert_eq!(first, subject(title, "b.txt", early), "{title}");
            assert_eq!(first != subject(title, "b.txt", late), is_standing, "{title}");
            assert_eq!(subject(title, "a.txt", "") != subject(title, "b.txt", ""), is_standing, "{title}");
        }
    }

    #[test]
    fn a_page_without_words_is_like_none() {
        let likeness = likeness(&Article::default(), &Facets::default(), &[], 0);
        assert!(likeness.keys().is_empty() && likeness.to_words().is_empty());
    }
}
