//! What counts how much, in retrieval, ranking, passages and answers. Data: `ranking.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

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
    /// Score of a recognised clinic that the page is about.
    pub clinic: f32,
    /// Score of the city of a recognised clinic, where no city is named.
    pub home: f32,
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
    /// BM25's k1 for words: how much more a word counts that stands often.
    pub saturation: f32,
    /// The same for pairs of Chinese characters.
    pub saturation_han: f32,
    /// BM25's b: how far the length of a page is held against it.
    pub length: f32,
    /// Share of the score of every way to say a word but the best one.
    pub other_ways: f32,
    /// What a page that is about the thing that a word names, and does not have the word, gets of the word's idf.
    pub facet_as_word: f32,
    /// Words of a query above which it is a long one.
    pub long_query: f32,
    /// In a long query, the power of a word's idf by which it weighs more or less.
    pub long_query_idf: f32,
    /// Weight of neighbouring query words close together in their order.
    pub proximity_ordered: f32,
    /// Weight of neighbouring query words close together in any order.
    pub proximity_unordered: f32,
    /// Largest distance in words that is close.
    pub proximity_window: u32,
    /// Share of its score that a page gains in one place of which the whole query stands.
    pub density: f32,
    /// Words that such a place counts.
    pub density_window: u32,
    /// Factor of a page without the city that is asked for.
    pub missing_city: f32,
    /// Factor of a page without the clinic that is asked for.
    pub missing_clinic: f32,
    /// Factor of a page that is not about the city of the clinic that is asked for, where no city is.
    pub missing_home: f32,
    /// Factor of a page that has the topics that are asked for beside its own.
    pub side_topic: f32,
    /// The same for a page of the clinic that is asked for.
    pub side_topic_of_clinic: f32,
    /// Factor of a page whose topic refines the one that is asked for.
    pub refined_topic: f32,
    /// Factor of a page without the topic that is asked for.
    pub missing_topic: f32,
    /// Factor of a page in another language than the query.
    pub other_language: f32,
    /// Factor of a page that does not answer what is asked about a clinic, where only pages in another language do.
    pub told_abroad: f32,
    /// Exponent of coverage.
    pub coverage: f32,
    /// Least coverage that a page counts as having.
    pub coverage_floor: f32,
    /// Words up to which the exponent holds; it falls with every word more.
    pub coverage_words: f32,
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
    /// Share of the heaviest word's weight that a sentence about the topic asked for gets.
    pub topic: f32,
    /// Share of their weight that single Chinese characters get.
    pub han_character: f32,
    /// Share of the best sentence's score from which on a sentence may be the core of a passage.
    pub near_best: f32,
    /// Factor of a heading.
    pub heading: f32,
    /// Factor of words that an earlier passage has shown.
    pub already_shown: f32,
    /// A number where one is asked for, as a share of the heaviest word's weight.
    pub number: f32,
    /// A sentence that says what something is, where that is asked, as a share of the heaviest word's weight.
    pub definition: f32,
}

/// Which sentence answers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerWeights {
    /// Longest answer, in characters.
    pub characters: usize,
    /// Factor of words that name the city or the clinic, on a page about one clinic.
    pub own_name: f32,
    /// Factor of a conclusion.
    pub conclusion: f32,
    /// Factor of a sentence that says yes, no or unless.
    pub judgement: f32,
    /// Factor of the sentence behind the page's verdict.
    pub verdict: f32,
    /// Factor of a question.
    pub question: f32,
}

impl AnswerWeights {
    /// The most that a sentence can gain by what it says.
    pub(super) fn most(&self) -> f32 {
        let factors = [self.conclusion, self.judgement, self.verdict, self.question];
        factors.into_iter().map(|factor| factor.max(1.0)).product()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_weights_are_valid() {
        let weights = Weights::builtin().expect("ranking.toml is right");
        assert!(weights.retrieval.window > 0 && weights.passages.characters > 0);
        assert!(Weights::parse("[retrieval]\ncity = 1.0").is_err(), "a weight that is missing is no zero");
    }
}
