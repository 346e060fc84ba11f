//! What a search returns, and the rows in which every command prints pages: one schema everywhere.
//!
//! Keys are never dropped; what is unknown is null or an empty list.

pub use super::passage::{AnswerSentence, Passage};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::article::Removed;
use super::document::{Document, DocumentId};
use super::facets::CityFacet;
use super::likeness::Kinship;
use super::manner::Matching;

/// Version of the row schema.
pub const ROW_VERSION: u32 = 1;

/// A city as rows show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CityRow {
    /// English name.
    pub name: String,
    /// Chinese name.
    pub hanzi: String,
    /// Code of GB/T 2260.
    pub adcode: String,
}

impl From<&CityFacet> for CityRow {
    fn from(city: &CityFacet) -> Self {
        Self { name: city.name.clone(), hanzi: city.hanzi.clone(), adcode: city.adcode.clone() }
    }
}

/// One page, as `extract`, `export` and hits show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// [`ROW_VERSION`].
    pub v: u32,
    /// The page's name for good.
    pub id: DocumentId,
    /// Source file as given.
    pub path: String,
    /// Line of a feed, byte offset in a WARC.
    pub record: Option<u64>,
    /// The id that the feed's own row carries.
    pub key: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Title without the site's name.
    pub title: String,
    /// ISO 639-1 code.
    pub lang: Option<String>,
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
    /// `yes`, `no`, `conditional`.
    pub verdict: Option<String>,
    /// What the page is about.
    pub city: Vec<CityRow>,
    /// Other readings of an ambiguous name.
    pub city_alternatives: Vec<CityRow>,
    /// Names without the city.
    pub clinic: Vec<String>,
    /// Identifiers, the main topic first.
    pub topics: Vec<String>,
    /// Facts such as `user-submitted`.
    pub flags: Vec<String>,
    /// `ok`, or `nocontent` when nothing was left after cleaning.
    pub status: String,
    /// The page with the same article that stands for this one; null when it stands for itself.
    pub duplicate_of: Option<DocumentId>,
    /// Names the articles with the same text but for names, mostly for other clinics; null where there are none.
    pub template_group: Option<String>,
}

impl Row {
    /// The row of a document.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let Document { id, origin, article, facets, .. } = document;
        Self {
            v: ROW_VERSION,
            id: *id,
            path: origin.path.clone(),
            record: origin.record,
            key: origin.key.clone(),
            url: origin.url.clone(),
            title: article.title.clone(),
            lang: facets.language.clone(),
            date: facets.date.clone(),
            verdict: facets.verdict.as_ref().map(|facet| facet.verdict.name().to_owned()),
            city: facets.cities.iter().map(CityRow::from).collect(),
            city_alternatives: facets.city_alternatives.iter().map(CityRow::from).collect(),
            clinic: facets.clinics.iter().map(|clinic| clinic.name.clone()).collect(),
            topics: facets.topics.iter().map(|topic| topic.id.clone()).collect(),
            flags: article.flags.iter().map(|flag| flag.name().to_owned()).collect(),
            status: if article.has_content() { "ok" } else { "nocontent" }.to_owned(),
            duplicate_of: None,
            template_group: None,
        }
    }

    /// The same row with what is known of pages like it.
    #[must_use]
    pub fn with_kinship(self, kinship: Option<Kinship>) -> Self {
        let head = kinship.map(|kinship| DocumentId::from_u64(kinship.head));
        let template = kinship.map(|kinship| kinship.template).filter(|template| *template != 0);
        let template_group = template.map(|template| format!("{template:016x}"));
        Self { duplicate_of: head.filter(|head| *head != self.id), template_group, ..self }
    }
}

/// A page with its text, as `extract` and `export` print it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextRow {
    /// What every row has.
    #[serde(flatten)]
    pub row: Row,
    /// Headings and paragraphs in order.
    pub text: Vec<String>,
    /// What was stripped; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Vec<Removed>>,
}

impl TextRow {
    /// The row of a document with its text, without what was stripped.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let text = document.article.parts.iter().map(|part| part.text.clone()).collect();
        Self { row: Row::of(document), text, removed: None }
    }

    /// The same row with what is known of pages like it.
    #[must_use]
    pub fn with_kinship(self, kinship: Option<Kinship>) -> Self {
        Self { row: self.row.with_kinship(kinship), ..self }
    }

    /// The same with what was stripped.
    #[must_use]
    pub fn with_removed(document: &Document) -> Self {
        Self { removed: Some(document.article.removed.clone()), ..Self::of(document) }
    }
}

/// Pages folded under one hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HitGroup {
    /// What they share, as `--group` names it.
    pub by: String,
    /// Value that they share.
    pub key: String,
    /// How many pages, the shown one included.
    pub size: usize,
    /// Where else the article stands, as far as it is listed.
    pub addresses: Vec<String>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// What it measures, e.g. `bm25`.
    pub name: String,
    /// What it adds, or by what it multiplies.
    pub value: f32,
    /// How it enters the score.
    pub effect: Effect,
}

/// How a part enters a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Added to what came before.
    Plus,
    /// Multiplies what came before.
    Times,
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// 1 for the best.
    pub rank: usize,
    /// The query's name.
    pub qid: Option<String>,
    /// Orders one answer only.
    pub score: f32,
    /// What every row has.
    #[serde(flatten)]
    pub row: Row,
    /// The sentence that answers.
    pub answer: Option<AnswerSentence>,
    /// What supports it.
    pub passages: Vec<Passage>,
    /// Words of the query that the page lacks.
    pub missing: Vec<String>,
    /// What was folded under this hit.
    pub group: Option<HitGroup>,
    /// The parts of the score; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Vec<ScorePart>>,
}

/// Why a page is, or is not, in an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// As given.
    pub query: String,
    /// What every row has.
    #[serde(flatten)]
    pub row: Row,
    /// Its place in the answer; null where it is not among the pages of the answer.
    pub rank: Option<usize>,
    /// Pages of the answer that were looked at.
    pub pages: usize,
    /// The score that it has, or would have.
    pub score: f32,
    /// The parts of the score, in order of computation.
    pub explain: Vec<ScorePart>,
    /// Words of the query that the page lacks.
    pub missing: Vec<String>,
    /// What keeps it out of the answer.
    pub obstacles: Vec<String>,
}

/// A facet value and how many matching pages have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// What filters take: code, name or identifier.
    pub value: String,
    /// What people read.
    pub label: String,
    /// Pages.
    pub pages: usize,
    /// Other names of the same value: of clinics, and the Chinese one of cities where all values are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// A word of the query and how many pages hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordCount {
    /// As typed.
    pub word: String,
    /// Pages of the index, filters aside.
    pub pages: usize,
}

/// What was recognised in a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Understood {
    /// How many of the words a page must hold.
    pub mode: Matching,
    /// Cities.
    pub cities: Vec<CityRow>,
    /// Clinics, by name.
    pub clinics: Vec<String>,
    /// Topics.
    pub topics: Vec<String>,
    /// Words of the query without weight.
    pub ignored: Vec<String>,
    /// Words that no page holds, and what was searched for instead.
    pub corrected: Vec<CorrectedWord>,
}

/// A word that was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectedWord {
    /// In the query.
    pub typed: String,
    /// Searched for.
    pub used: String,
}

/// A sentence of a page, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The page.
    pub id: DocumentId,
    /// Its place among the hits; null where it is not among them.
    pub rank: Option<usize>,
    /// Section it stands in.
    pub section: usize,
    /// First character, counted as in [`Passage`].
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The sentence.
    pub text: String,
}

/// One of several ways in which the pages of an answer answer its question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// `yes`, `no`, `conditional`.
    pub verdict: String,
    /// Pages that say so, as in [`Answer::verdicts`].
    pub pages: usize,
    /// What the best of them says; null where none says it in one sentence.
    pub quote: Option<Quote>,
}

/// A part of a query without which there would be hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// The part in the query language, e.g. `city:Dalian`.
    pub part: String,
    /// Pages that match without it.
    pub pages: usize,
}

/// A query near to one that finds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearby {
    /// Its words.
    pub query: String,
    /// Pages that match it, under the filters of the other.
    pub pages: usize,
}

/// A city that a query names and that no page is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmptyCity {
    /// The city.
    #[serde(flatten)]
    pub city: CityRow,
    /// Cities that pages are about, those of the same province first.
    pub instead: Vec<FacetCount>,
}

/// Where to go from an answer that holds little or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Help {
    /// Words that few pages hold, and better known ones beside them.
    pub did_you_mean: Vec<CorrectedWord>,
    /// Parts of the query that exclude all pages; of filters, phrases and exclusions the first eight each are tried.
    pub obstacles: Vec<Obstacle>,
    /// The suggestions for a query that finds nothing, and what they find.
    pub closest: Vec<Nearby>,
    /// Cities of the query that no page is about.
    pub empty_cities: Vec<EmptyCity>,
}

/// The answer to one query. Deterministic for one state of the index, but for `took_ms`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The query's name.
    pub qid: Option<String>,
    /// As given.
    pub query: String,
    /// Pages that match.
    pub total: usize,
    /// Whether there are hits behind these: on the next page of the answer.
    pub more: bool,
    /// Whether time ran out before all pages were looked at: there may be better ones, and more.
    pub partial: bool,
    /// Whether nothing answers the query: there are no hits, or they are only the nearest pages to something absent.
    pub no_match: bool,
    /// Cities and clinics that the query names and that no page is about.
    pub absent: Vec<String>,
    /// What was recognised in the query.
    pub understood: Understood,
    /// Values and counts of each facet over all matching pages, however hits are folded, most frequent first.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// Pages for each verdict, among all that match and are about the cities and clinics asked for.
    pub verdicts: BTreeMap<String, usize>,
    /// Where pages answer the question in different ways: each of them, that of most pages first. Else empty.
    pub disagreement: Vec<Side>,
    /// The best pages.
    pub hits: Vec<Hit>,
    /// Where to go from here.
    #[serde(flatten)]
    pub help: Help,
    /// What to try instead, as queries.
    pub suggestions: Vec<String>,
    /// Words and their counts; what explains an empty answer.
    pub words: Vec<WordCount>,
    /// Pages in the index.
    pub pages: usize,
    /// Time of the search in milliseconds.
    pub took_ms: f64,
}
