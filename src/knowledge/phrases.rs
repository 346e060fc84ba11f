//! Finds the phrases of many rules in one line, in one pass.
//!
//! In: phrases with a number each, then the comparison key of a line. Out: which phrase stands where, on word
//! borders. Knows nothing of rules; `chrome` decides what a find means.

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use crate::text::normalize::{comparison_key, is_han};
use crate::text::span::Span;

/// Phrases ready to be found. A phrase that ends in `*` matches any ending of its last word.
#[derive(Debug, Clone)]
pub struct Phrases {
    automaton: AhoCorasick,
    phrases: Vec<Phrase>,
}

#[derive(Debug, Clone)]
struct Phrase {
    owner: usize,
    any_ending: bool,
}

/// A phrase in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Find {
    /// The number that the phrase was given.
    pub owner: usize,
    /// Bytes of the line's comparison key.
    pub span: Span,
}

impl Phrases {
    /// Prepares phrases, each with the number of its owner.
    ///
    /// # Errors
    /// When there are more phrases than an automaton can hold.
    pub fn new<'a>(phrases: impl IntoIterator<Item = (usize, &'a str)>) -> Result<Self, BuildError> {
        let mut patterns = Vec::new();
        let mut kept = Vec::new();
        for (owner, phrase) in phrases {
            let key = comparison_key(phrase);
            if !key.is_empty() {
                patterns.push(key);
                kept.push(Phrase { owner, any_ending: phrase.ends_with('*') });
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns)?;
        Ok(Self { automaton, phrases: kept })
    }

    /// All phrases in `key`, the comparison key of a line, overlapping ones too, ordered by owner and place.
    #[must_use]
    pub fn find(&self, key: &str) -> Vec<Find> {
        let mut finds = Vec::new();
        for found in self.automaton.find_overlapping_iter(key) {
            let Some(phrase) = self.phrases.get(found.pattern().as_usize()) else { continue };
            let span = Span::new(found.start(), found.end());
            let ends_well = phrase.any_ending || is_border(key, span.end);
            if ends_well && is_border(key, span.start) {
                finds.push(Find { owner: phrase.owner, span });
            }
        }
        finds.sort_by_key(|find| (find.owner, find.span));
        finds
    }
}

/// Whether a word may begin or end at `at`: not between two letters or digits of one Latin word.
fn is_border(key: &str, at: usize) -> bool {
    let (before, after) = key.split_at_checked(at).unwrap_or((key, ""));
    match (before.chars().next_back(), after.chars().next()) {
        (Some(left), Some(right)) => {
            let parts_of_one_word = |c: char| c.is_alphanumeric() && !is_han(c);
            let digit_meets_letter = left.is_ascii_digit() != right.is_ascii_digit();
            !(parts_of_one_word(left) && parts_of_one_word(right)) || digit_meets_letter
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_words() {
        let phrases = Phrases::new([(0, "share"), (1, "infring*"), (2, "上一篇"), (3, "All Rights")]).unwrap();
        for (name, line, owners) in [
            ("word", "please share this", vec![0]),
            ("not inside a word", "shareholders", vec![]),
            ("any ending", "an infringement", vec![1]),
            ("Chinese needs no border", "请看上一篇文章", vec![2]),
            ("folded", "ALL-RIGHTS reserved", vec![3]),
            ("next to a digit", "share2", vec![0]),
        ] {
            let found: Vec<_> = phrases.find(&comparison_key(line)).iter().map(|find| find.owner).collect();
            assert_eq!(found, owners, "{name}");
        }
    }
}
