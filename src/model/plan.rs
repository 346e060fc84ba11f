//! What a backend is asked to retrieve: analysed terms, no text. Plain data that any engine can compile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::period::Period;
use super::site::Site;
use crate::text::terms::Forms;

/// One retrieval: which pages match, and how many of them are wanted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// In what forms words of pages are compared with those of the clauses.
    pub forms: Forms,
    /// The concepts of the query. A page must satisfy [`Plan::minimum_groups`] of them.
    pub groups: Vec<Group>,
    /// How many groups a page must satisfy; 0 when there are only required clauses.
    pub minimum_groups: usize,
    /// Clauses that add to the score.
    pub optional: Vec<Weighted>,
    /// So many optional clauses, the first ones, find pages as a group does: pairs of Chinese characters that may be no
    /// word of the query. A page that lacks them lacks nothing.
    pub finding: usize,
    /// Clauses that a page must satisfy, e.g. quoted phrases.
    pub required: Vec<Clause>,
    /// Clauses that a page must not satisfy.
    pub excluded: Vec<Clause>,
    /// Facet values of which a page must have at least one, per filter.
    pub filters: Vec<Filter>,
    /// Facet values of which a page must have none.
    pub left_out: Vec<Filter>,
    /// Facet values for which verdicts are counted apart, e.g. the cities asked for; empty: all matching pages.
    pub focus: Vec<Filter>,
    /// Of what time pages must be.
    pub period: Period,
    /// Sites of which a page must be; empty: of any.
    pub sites: Vec<Site>,
    /// What comes first.
    pub order: Order,
    /// A facet whose values candidates carry beside those that bear on their score.
    pub grouped_by: Option<FacetField>,
    /// Facets of which the query names a value, so that ranking holds it against pages to lack it.
    pub wanted: Vec<FacetField>,
    /// How many candidates to return, best first.
    pub window: usize,
}

/// What comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The page that fits best.
    #[default]
    Relevance,
    /// The oldest page; those without a date come last.
    Oldest,
    /// The newest page; those without a date come last.
    Newest,
    /// The page whose title is the first by Unicode, letters folded; those without a title come last.
    Title,
}

impl Plan {
    /// Whether no page can match, because nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_narrowed = !self.filters.is_empty() || !self.sites.is_empty() || !self.period.is_all();
        self.groups.is_empty() && self.required.is_empty() && !is_narrowed
    }
}

impl Plan {
    /// A value for each clause but the excluded ones.
    ///
    /// # Errors
    /// The first error of `value_of`.
    pub fn per_clause<T, E>(&self, mut value_of: impl FnMut(&Clause) -> Result<T, E>) -> Result<PerClause<T>, E> {
        let mut of_weighted =
            |clauses: &[Weighted]| clauses.iter().map(|weighted| value_of(&weighted.clause)).collect::<Result<_, E>>();
        let groups = self.groups.iter().map(|group| of_weighted(&group.clauses)).collect::<Result<_, E>>()?;
        let optional = of_weighted(&self.optional)?;
        let required = self.required.iter().map(&mut value_of).collect::<Result<_, E>>()?;
        Ok(PerClause { groups, optional, required })
    }

    /// Whether candidates carry a page's values of a facet: they bear on its score, or tell which pages disagree.
    #[must_use]
    pub fn tells(&self, field: FacetField) -> bool {
        let mut clauses = self.groups.iter().flat_map(|group| &group.clauses);
        matches!(field, FacetField::City | FacetField::Topic | FacetField::Lang | FacetField::Verdict)
            || self.grouped_by == Some(field)
            || clauses.any(|weighted| matches!(weighted.clause, Clause::Facet(named, _) if named == field))
    }
}

/// Something of each clause of a plan, in the plan's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PerClause<T> {
    /// Of each clause of each group.
    pub groups: Vec<Vec<T>>,
    /// Of the optional clauses.
    pub optional: Vec<T>,
    /// Of the required clauses.
    pub required: Vec<T>,
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
    /// An analysed term in title or body; see [`Forms`].
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
    /// What was typed, for messages; empty where nobody typed it.
    pub typed: String,
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

/// Most values of one facet that an answer shows.
pub const MAX_FACET_VALUES: usize = 20;

/// What a backend found for a [`Plan`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retrieved {
    /// The best candidates, best first, ties by id.
    pub candidates: Vec<Candidate>,
    /// Pages that match.
    pub total: usize,
    /// Values of each facet among all pages that match, with their number of pages: at least the [`MAX_FACET_VALUES`] most
    /// frequent ones.
    pub counts: Vec<(FacetField, Vec<(String, usize)>)>,
    /// Pages for each verdict among those that match and have a value of the plan's focus.
    pub verdicts: BTreeMap<String, usize>,
    /// Whether time ran out before all pages were seen.
    pub is_partial: bool,
    /// Inverse document frequency of each clause.
    pub idf: PerClause<f32>,
    /// How many pages hold each group, in the plan's order.
    pub group_pages: Vec<usize>,
    /// How many pages of the index have any value of each facet that the plan wants.
    pub facet_pages: BTreeMap<FacetField, usize>,
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
    /// The site that it is of.
    pub site: Site,
    /// Score of the backend's own retrieval (BM25 of groups and optional clauses).
    pub score: f32,
    /// Terms of the page, against 1 for the mean of the index.
    pub length: f32,
    /// For each group of the plan, the positions of its terms and phrases in the page, ascending; `None` where nothing
    /// of the group matches, empty where only a facet does.
    pub matches: Vec<Option<Vec<u32>>>,
    /// How often the page holds each clause; 1 for a facet that it has.
    pub counts: PerClause<u32>,
    /// The page's values of those facets that [`Plan::tells`]: cities, topics, language, verdict, and what the plan names.
    pub facets: Vec<(FacetField, String)>,
}

/// Inverse document frequency as BM25 defines it: `ln(1 + (N - n + 0.5) / (n + 0.5))` for a word that `holding` of `pages`
/// pages hold.
#[must_use]
pub fn idf(pages: usize, holding: usize) -> f32 {
    let (pages, holding) = (pages as f32, holding.min(pages) as f32);
    (1.0 + (pages - holding + 0.5) / (holding + 0.5)).ln()
}
