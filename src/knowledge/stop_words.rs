//! Words that carry no weight in a query. Data: `stopwords.toml`.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::error::KnowledgeError;
use super::files::{PhraseLists, texts_of};
use super::folded::{Folded, folded_phrase};
use super::lexicon::{Endings, Lexicon};
use crate::text::span::Span;
use crate::text::terms::terms;

/// Stop words, and the question and politeness phrases of queries.
#[derive(Debug)]
pub struct StopWords {
    /// As terms of the analyzer.
    terms: HashSet<String>,
    noise: Lexicon,
    /// What asks for a number.
    quantities: Lexicon,
    numbers: Arc<HashSet<String>>,
    /// What asks for a definition.
    definitions: Lexicon,
    defining: Arc<HashSet<String>>,
}

impl StopWords {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let texts = texts_of("stopwords.toml", include_str!("stopwords.toml"), directory)?;
        let lists = PhraseLists::read(&texts, &["words", "noise", "quantities", "numbers", "definitions", "defining"])?;
        let terms_of = |section: &str| -> HashSet<String> { lists.phrases(section).flat_map(longest_terms).collect() };
        let lexicon = |section: &str| {
            let phrases: BTreeSet<String> = lists.phrases(section).map(folded_phrase).collect();
            Lexicon::new(phrases.into_iter().collect(), Endings::Exact)
        };
        Ok(Self {
            terms: terms_of("words"),
            noise: lexicon("noise"),
            quantities: lexicon("quantities"),
            numbers: Arc::new(terms_of("numbers")),
            definitions: lexicon("definitions"),
            defining: Arc::new(terms_of("defining")),
        })
    }

    /// Whether a term of the analyzer is a stop word.
    #[must_use]
    pub fn is_stop_word(&self, term_text: &str) -> bool {
        self.terms.contains(term_text)
    }

    /// Whether `text` asks for a number, an amount or a time: "how much", "when", 多少.
    #[must_use]
    pub fn asks_for_number(&self, text: &str) -> bool {
        !self.quantities.find(&Folded::new(text)).is_empty()
    }

    /// Numbers in words, as terms of the analyzer.
    #[must_use]
    pub fn number_words(&self) -> Arc<HashSet<String>> {
        Arc::clone(&self.numbers)
    }

    /// Whether `text` asks what something is: "what is", "meaning of", 什么是.
    #[must_use]
    pub fn asks_for_definition(&self, text: &str) -> bool {
        !self.definitions.find(&Folded::new(text)).is_empty()
    }

    /// The words behind what a sentence defines, as terms of the analyzer.
    #[must_use]
    pub fn defining_words(&self) -> Arc<HashSet<String>> {
        Arc::clone(&self.defining)
    }

    /// The places of `text` that only ask, or are only polite: "please tell me", "how much is", 能不能, 吗.
    #[must_use]
    pub fn noise_spans(&self, text: &str) -> Vec<Span> {
        self.noise.find(&Folded::new(text)).into_iter().map(|found| found.span).collect()
    }
}

/// The terms of a word; of a Chinese word of two characters only the pair is meant, not each character.
fn longest_terms(word: &str) -> impl Iterator<Item = String> {
    let all = terms(word);
    let longest = all.iter().map(|term| term.span.len()).max().unwrap_or(0);
    all.into_iter().filter(move |term| term.span.len() == longest).map(|term| term.text)
}
