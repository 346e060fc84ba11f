//! Ranking: where the order of hits is decided, the same for every backend. Weights are data: `ranking.toml`.
//!
//! A score is BM25 over weighted fields, word by word, plus light proximity, times how much of the query stands in one place,
//! times coverage, times a penalty for pages that lack the city that was asked for. Every part can be shown.

use super::proximity::{density, proximity};
use super::weights::RankingWeights;
use crate::model::answer::{Effect, ScorePart};
use crate::model::plan::{Candidate, Clause, FacetField, Group, Plan, Retrieved, idf};
use crate::text::normalize::is_han;

/// A candidate with its final score and the parts of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The page.
    pub candidate: Candidate,
    /// Final score.
    pub score: f32,
    /// What it is made of, in order of computation.
    pub parts: Vec<ScorePart>,
    /// Groups of the plan that the page lacks.
    pub missing: Vec<usize>,
}

/// What a query asks for beside its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Codes of cities, any of which will do.
    pub cities: Vec<String>,
    /// Values of clinics, any of which will do.
    pub clinics: Vec<String>,
    /// Codes of the cities of those clinics, where the words name no city.
    pub home: Vec<String>,
    /// For each topic that is named, the identifiers that will do.
    pub topics: Vec<Vec<String>>,
    /// Whether a number, an amount or a time is.
    pub number: bool,
    /// Whether it is asked what something is.
    pub definition: bool,
    /// Whether the words are Chinese.
    pub script: Script,
}

impl Wanted {
    /// The facets of which it names values.
    #[must_use]
    pub fn facets(&self) -> Vec<FacetField> {
        let named = [
            (FacetField::City, !self.cities.is_empty()),
            (FacetField::Clinic, !self.clinics.is_empty()),
            (FacetField::Topic, !self.topics.is_empty()),
        ];
        named.into_iter().filter(|(_, is_named)| *is_named).map(|(field, _)| field).collect()
    }
}

/// The script of a query's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Script {
    /// Chinese characters, perhaps with others among them.
    Han,
    /// Any other.
    #[default]
    Other,
}

impl Script {
    /// The script of `words`.
    #[must_use]
    pub fn of(words: &str) -> Self {
        if words.chars().any(is_han) { Self::Han } else { Self::Other }
    }

    /// Whether pages in `language` are written for other readers than those who type this script.
    fn is_foreign(self, language: &str) -> bool {
        (self == Self::Han) != (language == "zh")
    }
}

impl Wanted {
    /// Whether a page is about a clinic that is asked for and everything that is asked about it.
    fn is_answered_by(&self, page: &Candidate) -> bool {
        holds(page, FacetField::Clinic, &self.clinics)
            && self.topics.iter().all(|ids| holds(page, FacetField::Topic, ids))
    }

    fn is_foreign(&self, page: &Candidate) -> bool {
        page.facets.iter().any(|(field, value)| *field == FacetField::Lang && self.script.is_foreign(value))
    }
}

fn holds(page: &Candidate, wanted: FacetField, values: &[String]) -> bool {
    page.facets.iter().any(|(field, value)| *field == wanted && values.contains(value))
}

/// Orders the candidates of a plan, best first, ties by id.
#[must_use]
pub fn rank(retrieved: &Retrieved, plan: &Plan, wanted: &Wanted, weights: &RankingWeights) -> Vec<Ranked> {
    let ranking = Ranking::new(retrieved, plan, wanted, weights);
    let mut ranked: Vec<Ranked> =
        retrieved.candidates.iter().map(|candidate| ranking.ranked(candidate.clone())).collect();
    ranked.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.candidate.id.cmp(&right.candidate.id)));
    ranked
}

/// Inverse document frequency of each group.
#[must_use]
pub fn group_idf(retrieved: &Retrieved) -> Vec<f32> {
    retrieved.group_pages.iter().map(|&holding| idf(retrieved.pages, holding)).collect()
}

/// What is the same for all pages of one query.
pub struct Ranking<'a> {
    retrieved: &'a Retrieved,
    plan: &'a Plan,
    wanted: &'a Wanted,
    weights: &'a RankingWeights,
    group_idf: Vec<f32>,
    /// All of it.
    all_idf: f32,
    /// The idf of each, none for groups that name what pages are about: such a page tells of it in every place.
    told_idf: Vec<f32>,
    /// What each group weighs beside its idf: more for the rare ones of a long query.
    emphasis: Vec<f32>,
    /// Exponent of coverage for a query of this length.
    coverage: f32,
    /// Whether what is asked about a clinic stands on some page, but on none in the reader's language.
    is_told_abroad: bool,
}

impl<'a> Ranking<'a> {
    /// The ranking of a plan's pages by the statistics in `retrieved`.
    #[must_use]
    pub fn new(retrieved: &'a Retrieved, plan: &'a Plan, wanted: &'a Wanted, weights: &'a RankingWeights) -> Self {
        let group_idf = group_idf(retrieved);
        let words = words(&plan.groups);
        let told = plan.groups.iter().zip(&group_idf);
        let told_idf = told.map(|(group, &idf)| if names_facet(group) { 0.0 } else { idf }).collect();
        let all_idf = group_idf.iter().sum::<f32>();
        let mean = all_idf / group_idf.len().max(1) as f32;
        let power = if words > weights.long_query { weights.long_query_idf } else { 0.0 };
        let emphasis = group_idf.iter().map(|idf| if mean > 0.0 { (idf / mean).powf(power) } else { 1.0 }).collect();
        let coverage = weights.coverage * (weights.coverage_words / words.max(1.0)).min(1.0);
        let mut answers = retrieved.candidates.iter().filter(|page| wanted.is_answered_by(page)).peekable();
        let is_told_abroad = answers.peek().is_some() && answers.all(|page| wanted.is_foreign(page));
        Self { retrieved, plan, wanted, weights, group_idf, all_idf, told_idf, emphasis, coverage, is_told_abroad }
    }

    /// A candidate with its score.
    #[must_use]
    pub fn ranked(&self, candidate: Candidate) -> Ranked {
        let missing = missing(&candidate);
        let mut parts = self.groups(&candidate);
        let others = self.others(&candidate);
        let part = |name: &str, value, effect| ScorePart { name: name.to_owned(), value, effect };
        parts.extend((others > 0.0).then(|| part("characters and phrases", others, Effect::Plus)));
        let words = (self.plan.groups.as_slice(), self.group_idf.as_slice());
        parts.push(part("proximity", proximity(&candidate.matches, words, self.weights), Effect::Plus));
        let near = density(&candidate.matches, &self.told_idf, self.all_idf, self.weights.density_window);
        parts.push(part("density", 1.0 + self.weights.density * near, Effect::Times));
        parts.push(part("coverage", self.covered(&missing).powf(self.coverage), Effect::Times));
        parts.extend(self.agreement(&candidate));
        let score = parts.iter().fold(0.0, |score, part| match part.effect {
            Effect::Plus => score + part.value,
            Effect::Times => score * part.value,
        });
        Ranked { candidate, score, parts, missing }
    }

    /// Coverage, with its floor: a page that was found by characters alone keeps its order among its like.
    fn covered(&self, missing: &[usize]) -> f32 {
        coverage(missing, &self.group_idf).max(self.weights.coverage_floor)
    }

    /// How far a page is about the city and topics, and in the language, of the query.
    fn agreement(&self, candidate: &Candidate) -> [ScorePart; 6] {
        let (Wanted { cities, clinics, home, topics, .. }, weights) = (self.wanted, self.weights);
        let is_elsewhere = |cities: &[String]| !cities.is_empty() && !holds(candidate, FacetField::City, cities);
        let is_other = !clinics.is_empty() && !holds(candidate, FacetField::Clinic, clinics);
        let lacking = topics.iter().filter(|ids| !holds(candidate, FacetField::Topic, ids)).count();
        let lacking = lacking as f32 / topics.len().max(1) as f32;
        // Where only pages in another language tell it, those are what is asked for.
        let (is_answer, is_foreign) = (self.wanted.is_answered_by(candidate), self.wanted.is_foreign(candidate));
        let is_spared = self.is_told_abroad && is_answer;
        let language = if is_foreign && !is_spared { weights.other_language } else { 1.0 };
        let abroad = if self.is_told_abroad && !is_answer { weights.told_abroad } else { 1.0 };
        let part = |name: &str, value| ScorePart { name: name.to_owned(), value, effect: Effect::Times };
        [
            part("city", if is_elsewhere(cities) { self.lacking(FacetField::City, weights.missing_city) } else { 1.0 }),
            part("clinic", if is_other { self.lacking(FacetField::Clinic, weights.missing_clinic) } else { 1.0 }),
            part("city of the clinic", if is_elsewhere(home) { weights.missing_home } else { 1.0 }),
            part("topic", self.lacking(FacetField::Topic, weights.missing_topic).powf(lacking)),
            part("main topic", if lacking < 1.0 { self.of_main_topic(candidate) } else { 1.0 }),
            part("language", language * abroad),
        ]
    }

    /// What a page keeps that has a topic that is asked for: all when it is about that first of all.
    fn of_main_topic(&self, candidate: &Candidate) -> f32 {
        let topics = &self.wanted.topics;
        // A page's topics begin with its main one, and a topic with itself.
        let main = candidate.facets.iter().find(|(field, _)| *field == FacetField::Topic).map(|(_, topic)| topic);
        let is_asked = |main: &String| topics.iter().any(|ids| ids.first() == Some(main));
        let is_refined = |main: &String| topics.iter().any(|ids| ids.contains(main));
        match main {
            _ if topics.is_empty() => 1.0,
            Some(main) if is_asked(main) => 1.0,
            Some(main) if is_refined(main) => self.weights.refined_topic,
            _ if holds(candidate, FacetField::Clinic, &self.wanted.clinics) => self.weights.side_topic_of_clinic,
            _ => self.weights.side_topic,
        }
    }

    /// What is left of the score of a page that lacks a wanted value: where few pages of the index have any value of the
    /// facet, lacking one says little.
    fn lacking(&self, facet: FacetField, share: f32) -> f32 {
        let Retrieved { facet_pages, pages, .. } = self.retrieved;
        share.powf(facet_pages.get(&facet).map_or(1.0, |&having| having as f32 / (*pages).max(1) as f32))
    }

    /// What each group adds: of the ways to say one thing the best counts, so that a word with many synonyms weighs no
    /// more than one with few; being about a city or topic counts beside it.
    fn groups(&self, candidate: &Candidate) -> Vec<ScorePart> {
        let mut parts = Vec::new();
        let rarest = idf(self.retrieved.pages, 1);
        let groups = self.plan.groups.iter().zip(&candidate.counts.groups).zip(&self.retrieved.idf.groups);
        for (((group, counts), idf), emphasis) in groups.zip(&self.emphasis) {
            let k1 = if is_han_text(&group.typed) { self.weights.saturation_han } else { self.weights.saturation };
            let (mut best, mut all, mut facets, mut fullest, mut often) = (0.0_f32, 0.0, 0.0, 0.0_f32, 0);
            // Another way to say a common word is no rare word.
            let own = idf.first().copied().unwrap_or(f32::MAX);
            for ((way, &count), idf) in group.clauses.iter().zip(counts).zip(idf) {
                let idf = idf.min(own);
                if matches!(way.clause, Clause::Facet(..)) {
                    facets += if count > 0 { way.weight } else { 0.0 };
                    fullest = fullest.max(way.weight);
                    continue;
                }
                let value = way.weight * idf * self.saturated(count, k1, candidate.length);
                (best, all, often) = (best.max(value), all + value, often + count);
            }
            if best == 0.0 && facets > 0.0 {
                // What the page is about stands for the word that it writes otherwise: in the other language, say.
                let share = (facets / fullest).min(1.0);
                best = self.weights.facet_as_word * share * own.min(rarest);
                all = best;
            }
            let text = emphasis * (best + self.weights.other_ways * (all - best));
            if text > 0.0 {
                let name = format!("“{}” {often}×", group.typed);
                parts.push(ScorePart { name, value: text, effect: Effect::Plus });
            }
            if facets > 0.0 {
                let name = format!("about “{}”", group.typed);
                parts.push(ScorePart { name, value: facets, effect: Effect::Plus });
            }
        }
        parts
    }

    /// What optional clauses, such as single Chinese characters, and required phrases add.
    fn others(&self, candidate: &Candidate) -> f32 {
        let value = |weight: f32, count: u32, idf: f32| {
            weight * idf * self.saturated(count, self.weights.saturation_han, candidate.length)
        };
        let (counts, idf) = (&candidate.counts, &self.retrieved.idf);
        let optional = self.plan.optional.iter().zip(&counts.optional).zip(&idf.optional);
        let optional: f32 = optional.map(|((way, &count), &idf)| value(way.weight, count, idf)).sum();
        let required = counts.required.iter().zip(&idf.required).map(|(&count, &idf)| value(1.0, count, idf));
        optional + required.sum::<f32>()
    }

    /// BM25's part of the frequency of a word in a page.
    fn saturated(&self, count: u32, k1: f32, length: f32) -> f32 {
        let count = count as f32;
        count * (k1 + 1.0) / (count + k1 * (1.0 - self.weights.length + self.weights.length * length))
    }
}

/// How long a query is: pairs of Chinese characters overlap, so two make a word.
fn words(groups: &[Group]) -> f32 {
    groups.iter().map(|group| if is_han_text(&group.typed) { 0.5 } else { 1.0 }).sum()
}

pub(super) fn is_han_text(text: &str) -> bool {
    text.chars().all(is_han)
}

/// Whether a group names a city, a clinic or a topic that is recognised.
fn names_facet(group: &Group) -> bool {
    group.clauses.iter().any(|way| matches!(way.clause, Clause::Facet(..)))
}

/// The groups that a page lacks.
fn missing(candidate: &Candidate) -> Vec<usize> {
    let groups = candidate.matches.iter().enumerate();
    groups.filter(|(_, found)| found.is_none()).map(|(index, _)| index).collect()
}

/// Share of the query's idf that the page has; 1 for a query without words.
fn coverage(missing: &[usize], idf: &[f32]) -> f32 {
    let all: f32 = idf.iter().sum();
    let lacked: f32 = missing.iter().filter_map(|&index| idf.get(index)).sum();
    if all > 0.0 { ((all - lacked) / all).clamp(0.0, 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::DocumentId;
    use crate::model::plan::PerClause;
    use crate::model::plan::Weighted;
    use crate::model::site::Site;
    use crate::search::weights::Weights;

    fn candidate(id: u64, length: f32, matches: Vec<Option<Vec<u32>>>, city: &str) -> Candidate {
        let facets = vec![(FacetField::City, city.to_owned())];
        let count =
            |found: &Option<Vec<u32>>| vec![found.as_ref().map_or(0, |at| u32::try_from(at.len()).expect("few"))];
        let counts = PerClause { groups: matches.iter().map(count).collect(), ..PerClause::default() };
        let (id, text_key) = (DocumentId::from_u64(id), id);
        Candidate { id, address: (0, 0), text_key, site: Site(0), score: 0.0, length, matches, counts, facets }
    }

    fn retrieved(candidates: Vec<Candidate>) -> Retrieved {
        let idf = PerClause { groups: vec![vec![idf(100, 5)]; 2], ..PerClause::default() };
        Retrieved { candidates, group_pages: vec![5, 5], idf, pages: 100, ..Retrieved::default() }
    }

    fn plan() -> Plan {
        let group = |word: &str| Group {
            typed: word.to_owned(),
            clauses: vec![Weighted { clause: Clause::Term(word.to_owned()), weight: 1.0 }],
        };
        Plan { groups: vec![group("medical"), group("insurance")], ..Plan::default() }
    }

    #[test]
    fn order() {
        let weights = Weights::builtin().expect("the shipped weights are valid").ranking;
        let near = vec![Some(vec![4]), Some(vec![5])];
        let far = vec![Some(vec![4]), Some(vec![90])];
        let half = vec![Some(vec![4]), None];
        for (name, better, worse, cities) in [
            ("proximity", candidate(1, 1.0, near.clone(), "1"), candidate(2, 1.0, far.clone(), "1"), vec![]),
            ("coverage", candidate(1, 1.0, far.clone(), "1"), candidate(2, 1.0, half, "1"), vec![]),
            (
                "city",
                candidate(1, 1.0, far.clone(), "500000"),
                candidate(2, 0.2, far.clone(), "1"),
                vec!["500000".to_owned()],
            ),
            ("length", candidate(2, 0.5, far.clone(), "1"), candidate(1, 2.0, far.clone(), "1"), vec![]),
            (
                "frequency",
                candidate(2, 1.0, vec![Some(vec![4, 60]), Some(vec![90])], "1"),
                candidate(1, 1.0, far.clone(), "1"),
                vec![],
            ),
            ("tie by id", candidate(1, 1.0, near.clone(), "1"), candidate(2, 1.0, near, "1"), vec![]),
        ] {
            let wanted = Wanted { cities, ..Wanted::default() };
            let ranked = rank(&retrieved(vec![worse, better.clone()]), &plan(), &wanted, &weights);
            assert_eq!(ranked[0].candidate.id, better.id, "{name}");
            let sum = ranked[0].parts.iter().fold(0.0, |sum, part| match part.effect {
                Effect::Plus => sum + part.value,
                Effect::Times => sum * part.value,
            });
            assert!((sum - ranked[0].score).abs() < 1e-4, "{name}: the parts make the score");
        }
    }

    #[test]
    fn what_a_page_is_about() {
        let weights = Weights::builtin().expect("the shipped weights are valid").ranking;
        let page = |id: u64, about: &[(FacetField, &str)]| {
            let facets = about.iter().map(|(field, value)| (*field, (*value).to_owned())).collect();
            Candidate { facets, ..candidate(id, 1.0, vec![Some(vec![4]), Some(vec![5])], "") }
        };
        let (clinic, topic, lang, city) = (FacetField::Clinic, FacetField::Topic, FacetField::Lang, FacetField::City);
        let list = |values: &[&str]| -> Vec<String> { values.iter().map(|value| (*value).to_owned()).collect() };
        let asked = Wanted { clinics: list(&["c"]), topics: vec![list(&["t", "r"])], ..Wanted::default() };
        let homely = Wanted { clinics: list(&["c"]), home: list(&["1"]), ..Wanted::default() };
        for (name, wanted, better, worse) in [
            (
                "told in another language only",
                &asked,
                page(2, &[(clinic, "c"), (topic, "t"), (lang, "zh")]),
                page(1, &[(clinic, "d"), (topic, "t"), (lang, "en")]),
            ),
            (
                "told in both",
                &asked,
                page(2, &[(clinic, "c"), (topic, "t"), (lang, "en")]),
                page(1, &[(clinic, "c"), (topic, "t"), (lang, "zh")]),
            ),
            ("main topic", &asked, page(2, &[(topic, "t"), (topic, "u")]), page(1, &[(topic, "u"), (topic, "t")])),
            ("narrower topic", &asked, page(2, &[(topic, "t")]), page(1, &[(topic, "r")])),
            (
                "the clinic itself, by the way",
                &asked,
                page(2, &[(clinic, "c"), (topic, "u"), (topic, "t")]),
                page(1, &[(clinic, "d"), (topic, "u"), (topic, "t")]),
            ),
            ("where the clinic is", &homely, page(2, &[(city, "1")]), page(1, &[(city, "2")])),
        ] {
            let ranked = rank(&retrieved(vec![worse, better.clone()]), &plan(), wanted, &weights);
            assert_eq!(ranked[0].candidate.id, better.id, "{name}");
        }
    }

    #[test]
    fn a_facet_that_few_pages_have_is_missed_less() {
        let weights = Weights::builtin().expect("the shipped weights are valid").ranking;
        let wanted = Wanted { cities: vec!["500000".to_owned()], ..Wanted::default() };
        let factor = |having: usize| {
            let page = candidate(1, 1.0, vec![Some(vec![4]), Some(vec![5])], "1");
            let facet_pages = [(FacetField::City, having)].into();
            let retrieved = Retrieved { facet_pages, ..retrieved(vec![page]) };
            let ranked = rank(&retrieved, &plan(), &wanted, &weights);
            ranked[0].parts.iter().find(|part| part.name == "city").map(|part| part.value).expect("a part")
        };
        assert_eq!(wanted.facets(), [FacetField::City]);
        assert!((factor(100) - weights.missing_city).abs() < 1e-6, "every page has a city");
        assert!(factor(100) < factor(50) && factor(50) < factor(3), "the fewer, the less it says");
        assert!((factor(0) - 1.0).abs() < 1e-6, "no page has one");
    }

    #[test]
    fn what_is_found_by_characters_alone_keeps_its_order() {
        let weights = Weights::builtin().expect("the shipped weights are valid").ranking;
        let mut plan = plan();
        plan.optional = vec![Weighted { clause: Clause::Term("太浩".to_owned()), weight: 1.0 }];
        plan.finding = 1;
        let page = |id, count| {
            let mut page = candidate(id, 1.0, vec![None, None], "1");
            page.counts.optional = vec![count];
            page
        };
        let mut retrieved = retrieved(vec![page(1, 1), page(2, 3)]);
        retrieved.idf.optional = vec![idf(100, 2)];
        let ranked = rank(&retrieved, &plan, &Wanted::default(), &weights);
        assert_eq!(ranked[0].candidate.id, DocumentId::from_u64(2));
        assert!(ranked[1].score > 0.0, "no page is worth nothing");
    }
}
