//! Pieces of an article that an answer shows, verbatim.

use serde::Serialize;

/// A piece of an article, verbatim. Offsets count Unicode scalar values of the body: its paragraphs and headings, each
/// on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Section it stands in: 0 before the first heading.
    pub section: usize,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The characters `start..end`.
    pub text: String,
    /// Matched words, relative to `text`, ascending and disjoint.
    pub hits: Vec<(usize, usize)>,
    /// Whether it begins inside a sentence.
    #[serde(skip)]
    pub begins_inside: bool,
    /// Whether it ends inside a sentence.
    #[serde(skip)]
    pub ends_inside: bool,
}

/// The sentence that answers, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerSentence {
    /// Section it stands in.
    pub section: usize,
    /// First character, counted as in [`Passage`].
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The sentence.
    pub text: String,
    /// Matched words, relative to `text`.
    #[serde(skip)]
    pub hits: Vec<(usize, usize)>,
}
