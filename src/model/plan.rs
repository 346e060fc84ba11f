//! What a backend is asked to retrieve: analysed terms, no text. Plain data that any engine can compile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One retrieval: which pages match, and how many of them are wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The concepts of the query. A page must satisfy [`Plan::minimum_groups`] of them.
    pub groups: Vec<Group>,
    /// How many groups a page must satisfy; 0 when there are only required clauses.
    pub minimum_groups: usize,
    /// Clauses that add to the score and decide nothing.
    pub optional: Vec<Weighted>,
    /// Clauses that a page must satisfy, e.g. quoted phrases.
    pub required: Vec<Clause>,
    /// Clauses that a page must not satisfy.
    pub excluded: Vec<Clause>,
    /// Facet values of which a page must have at least one, per filter.
    pub filters: Vec<Filter>,
    /// Facet values for which verdicts are counted apart, e.g. the cities asked for; empty: all matching pages.
    pub focus: Vec<Filter>,
    /// How many candidates to return, best first.
    pub window: usize,
}

impl Plan {
    /// Whether no page can match, because nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.required.is_empty() && self.filters.is_empty()
    }
}

/// One concept of a query: a page satisfies it by any of its clauses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// What was typed, for messages.
    pub typed: String,
    /// The ways to satisfy it; their scores add up.
    pub clauses: Vec<Weighted>,
}

/// A clause and what it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Weighted {
    /// What a page must hold.
    pub clause: Clause,
    /// Factor of its score.
    pub weight: f32,
}

/// Something that a page holds or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clause {
    /// An analysed term in title or body.
    Term(String),
    /// Analysed terms, each at its distance in words from the first.
    Phrase(Vec<(usize, String)>),
    /// A facet value.
    Facet(FacetField, String),
}

/// Facet values of which a page must have one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// The facet.
    pub field: FacetField,
    /// Its accepted values.
    pub values: Vec<String>,
}

/// A facet by which pages are filtered and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FacetField {
    /// City, by its code.
    City,
    /// Clinic, by its [`super::clinic::ClinicKey`].
    Clinic,
    /// Topic, by its identifier.
    Topic,
    /// Language code.
    Lang,
    /// `yes`, `no` or `conditional`.
    Verdict,
}

impl FacetField {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::City, Self::Clinic, Self::Topic, Self::Lang, Self::Verdict];

    /// The name as the command line and rows use it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Clinic => "clinic",
            Self::Topic => "topic",
            Self::Lang => "lang",
            Self::Verdict => "verdict",
        }
    }

    /// The facet of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// What a backend found for a [`Plan`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retrieved {
    /// The best candidates, best first, ties by id.
    pub candidates: Vec<Candidate>,
    /// Pages that match.
    pub total: usize,
    /// Values of each facet among all pages that match, with their number of pages.
    pub counts: Vec<(FacetField, Vec<(String, usize)>)>,
    /// Pages for each verdict among those that match and have a value of the plan's focus.
    pub verdicts: BTreeMap<String, usize>,
    /// How many pages hold each group, in the plan's order.
    pub group_pages: Vec<usize>,
    /// Pages in the index.
    pub pages: usize,
}

/// A page that matches, with what ranking needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The page.
    pub id: crate::model::document::DocumentId,
    /// Where the backend keeps it; means nothing elsewhere.
    pub address: (u32, u32),
    /// Equal for pages of equal title and body.
    pub text_key: u64,
    /// Score of the backend's own retrieval (BM25 of groups and optional clauses).
    pub score: f32,
    /// For each group of the plan, the positions of its term clauses in the page, ascending; `None` where nothing of
    /// the group matches, empty where only a facet does.
    pub matches: Vec<Option<Vec<u32>>>,
    /// The page's facet values.
    pub facets: Vec<(FacetField, String)>,
}
