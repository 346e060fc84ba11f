//! Where the order of hits is decided, the same for every backend. Weights are data: `ranking.toml`.
//!
//! A score is the backend's BM25 over weighted fields, plus light proximity, times coverage, times a penalty for pages
//! that lack the city that was asked for. Every part can be shown.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::answer::{Effect, ScorePart};
use crate::model::plan::{Candidate, FacetField, Group, Plan, Retrieved};
use crate::text::normalize::is_han;

/// BM25's saturation, as the backend has it: the usual 1.2.
const SATURATION: f32 = 1.2;

/// All weights of retrieval, ranking, passages and answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// How candidates are found.
    pub retrieval: RetrievalWeights,
    /// How they are ordered.
    pub ranking: RankingWeights,
    /// What is shown of a page.
    pub passages: PassageWeights,
    /// Which sentence answers.
    pub answer: AnswerWeights,
}

/// How candidates are found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrievalWeights {
    /// Score of a recognised city that the page is about.
    pub city: f32,
    /// Score of a recognised topic that the page is about.
    pub topic: f32,
    /// Factor of another way to say a word.
    pub synonym: f32,
    /// Factor of a single character of a Chinese word.
    pub han_character: f32,
    /// Candidates to re-rank.
    pub window: usize,
}

/// How candidates are ordered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankingWeights {
    /// Weight of neighbouring query words close together in their order.
    pub proximity_ordered: f32,
    /// Weight of neighbouring query words close together in any order.
    pub proximity_unordered: f32,
    /// Largest distance in words that is close.
    pub proximity_window: u32,
    /// Factor of a page without the city that is asked for.
    pub missing_city: f32,
    /// Exponent of coverage.
    pub coverage: f32,
}

/// What is shown of a page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassageWeights {
    /// Longest passage, in characters.
    pub characters: usize,
    /// Length of a sentence that costs nothing, in characters.
    pub free_sentence_length: f32,
    /// Cost of longer sentences.
    pub length_penalty: f32,
    /// Factor of a heading.
    pub heading: f32,
    /// Factor of words that an earlier passage has shown.
    pub already_shown: f32,
}

/// Which sentence answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerWeights {
    /// Longest answer, in characters.
    pub characters: usize,
    /// Factor of a conclusion.
    pub conclusion: f32,
    /// Factor of a sentence that says yes, no or unless.
    pub judgement: f32,
    /// Factor of the sentence behind the page's verdict.
    pub verdict: f32,
    /// Factor of a question.
    pub question: f32,
}

static BUILTIN: LazyLock<Result<Weights, toml::de::Error>> =
    LazyLock::new(|| toml::from_str(include_str!("ranking.toml")));

impl Weights {
    /// The weights of `ranking.toml`.
    ///
    /// # Errors
    /// Never, as a test of this module shows; the file is compiled in.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        BUILTIN.clone()
    }

    /// The weights in `text`, written like `ranking.toml`.
    ///
    /// # Errors
    /// When a weight is missing, unknown or no number.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

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

/// Orders the candidates of a plan, best first, ties by id. `cities` are the codes that the query asks for.
#[must_use]
pub fn rank(retrieved: &Retrieved, plan: &Plan, cities: &[String], weights: &RankingWeights) -> Vec<Ranked> {
    let idf = group_idf(retrieved);
    let ranked = retrieved.candidates.iter().map(|candidate| score(candidate, plan, (cities, &idf), weights));
    let mut ranked: Vec<Ranked> = ranked.collect();
    ranked.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.candidate.id.cmp(&right.candidate.id)));
    ranked
}

/// Inverse document frequency of each group, as BM25 defines it: `ln(1 + (N - n + 0.5) / (n + 0.5))`.
#[must_use]
pub fn group_idf(retrieved: &Retrieved) -> Vec<f32> {
    let pages = retrieved.pages as f32;
    let idf = retrieved.group_pages.iter().map(|&holding| {
        let holding = (holding as f32).min(pages);
        (1.0 + (pages - holding + 0.5) / (holding + 0.5)).ln()
    });
    idf.collect()
}

fn score(candidate: &Candidate, plan: &Plan, wanted: (&[String], &[f32]), weights: &RankingWeights) -> Ranked {
    let (cities, idf) = wanted;
    let missing = missing(candidate);
    let proximity = proximity(candidate, &plan.groups, idf, weights);
    let coverage = coverage(&missing, idf).powf(weights.coverage);
    let has_city = candidate.facets.iter().any(|(field, value)| *field == FacetField::City && cities.contains(value));
    let city = if cities.is_empty() || has_city { 1.0 } else { weights.missing_city };
    let part = |name: &str, value, effect| ScorePart { name: name.to_owned(), value, effect };
    let parts = vec![
        part("bm25", candidate.score, Effect::Plus),
        part("proximity", proximity, Effect::Plus),
        part("coverage", coverage, Effect::Times),
        part("city", city, Effect::Times),
    ];
    let score = (candidate.score + proximity) * coverage * city;
    Ranked { candidate: candidate.clone(), score, parts, missing }
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

/// Rewards words that stand together in the query and in the page. Chinese pairs overlap anyway, so they earn nothing.
fn proximity(candidate: &Candidate, groups: &[Group], idf: &[f32], weights: &RankingWeights) -> f32 {
    let mut sum = 0.0;
    let neighbours = groups.windows(2).zip(candidate.matches.windows(2)).zip(idf.windows(2));
    for ((groups, matches), idf) in neighbours {
        let ([left, right], [Some(first), Some(second)], [idf_left, idf_right]) = (groups, matches, idf) else {
            continue;
        };
        if left.typed.chars().all(is_han) && right.typed.chars().all(is_han) {
            continue;
        }
        let (ordered, any) = close_pairs(first, second, weights.proximity_window);
        let saturated = |count: f32| count * (SATURATION + 1.0) / (count + SATURATION);
        let together = weights.proximity_ordered * saturated(ordered) + weights.proximity_unordered * saturated(any);
        sum += idf_left.min(*idf_right) * together;
    }
    sum
}

/// How many of `first` have one of `second` within `window` after them, and on either side.
fn close_pairs(first: &[u32], second: &[u32], window: u32) -> (f32, f32) {
    let (mut ordered, mut any) = (0.0, 0.0);
    for &position in first {
        let from = second.partition_point(|&other| other + window < position);
        let near = second.get(from..).unwrap_or_default().iter().take_while(|&&other| other <= position + window);
        let mut is_near = false;
        let mut is_after = false;
        for &other in near {
            is_near |= other != position;
            is_after |= other > position;
        }
        ordered += f32::from(u8::from(is_after));
        any += f32::from(u8::from(is_near));
    }
    (ordered, any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::DocumentId;
    use crate::model::plan::{Clause, Weighted};

    fn candidate(id: u64, score: f32, matches: Vec<Option<Vec<u32>>>, city: &str) -> Candidate {
        let facets = vec![(FacetField::City, city.to_owned())];
        Candidate { id: DocumentId::from_u64(id), address: (0, 0), text_key: id, score, matches, facets }
    }

    fn retrieved(candidates: Vec<Candidate>) -> Retrieved {
        Retrieved { candidates, group_pages: vec![5, 5], pages: 100, ..Retrieved::default() }
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
            ("proximity", candidate(1, 5.0, near.clone(), "1"), candidate(2, 5.0, far.clone(), "1"), vec![]),
            ("coverage", candidate(1, 5.0, far.clone(), "1"), candidate(2, 5.0, half, "1"), vec![]),
            ("city", candidate(1, 5.0, far.clone(), "500000"), candidate(2, 9.0, far, "1"), vec!["500000".to_owned()]),
            ("tie by id", candidate(1, 5.0, near.clone(), "1"), candidate(2, 5.0, near, "1"), vec![]),
        ] {
            let ranked = rank(&retrieved(vec![worse, better.clone()]), &plan(), &cities, &weights);
            assert_eq!(ranked[0].candidate.id, better.id, "{name}");
            let sum = ranked[0].parts.iter().fold(0.0, |sum, part| match part.effect {
                Effect::Plus => sum + part.value,
                Effect::Times => sum * part.value,
            });
            assert!((sum - ranked[0].score).abs() < 1e-4, "{name}: the parts make the score");
        }
    }
}
