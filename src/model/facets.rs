//! What an article is about: city, clinic, topics, date, language, verdict, each with its evidence.

use serde::{Deserialize, Serialize};

use crate::text::span::Span;

/// Everything recognised in one article.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facets {
    /// Cities held to be what the article is about, likeliest first.
    pub cities: Vec<CityFacet>,
    /// Other readings of an ambiguous city name.
    pub city_alternatives: Vec<CityFacet>,
    /// Clinics, the article's own first.
    pub clinics: Vec<ClinicFacet>,
    /// Topics, the main one first.
    pub topics: Vec<TopicFacet>,
    /// Day of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// ISO 639-1 code: `en`, `zh`, or another.
    pub language: Option<String>,
    /// How the article answers its can/does question.
    pub verdict: Option<VerdictFacet>,
}

/// A city of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CityFacet {
    /// English name, e.g. `Chongqing`.
    pub name: String,
    /// Chinese name without the word for city, e.g. `重庆`.
    pub hanzi: String,
    /// Code of GB/T 2260, e.g. `500000`: the value that filters and counts use.
    pub adcode: String,
    /// Where it was found.
    pub evidence: Evidence,
}

/// A clinic of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClinicFacet {
    /// Canonical name without the city, e.g. `Zaomeifang Medical Beauty Clinic`.
    pub name: String,
    /// The part of the name that is no word for a kind of clinic, e.g. `Zaomeifang`.
    pub brand: String,
    /// What kinds of clinic the name says, e.g. `aesthetic`; ascending.
    pub kinds: Vec<String>,
    /// Code of the city it stands in, when the article says.
    pub city: Option<String>,
    /// Other names that the article gives it.
    pub aliases: Vec<String>,
    /// Where it was found.
    pub evidence: Evidence,
}

/// A topic of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopicFacet {
    /// Identifier in the knowledge, e.g. `medical_insurance`.
    pub id: String,
    /// Where it was found first.
    pub evidence: Evidence,
}

/// The answer that an article gives to a can/does question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictFacet {
    /// Yes, no or conditional.
    pub verdict: Verdict,
    /// The sentence that says so.
    pub evidence: Evidence,
}

/// Yes, no, or "it depends".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The article says yes.
    Yes,
    /// The article says no.
    No,
    /// The article says no unless, or yes only if.
    Conditional,
}

impl Verdict {
    /// The name as rows carry it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Conditional => "conditional",
        }
    }
}

/// Where a facet was found, and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The part of the page.
    pub place: Place,
    /// Bytes within the title, the breadcrumb item or the body, as `place` says.
    pub span: Span,
    /// 0 to 1.
    pub confidence: f32,
}

/// A part of the page in which a facet was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The title.
    Title,
    /// An item of the breadcrumb.
    Breadcrumb,
    /// A heading; the span counts in the body.
    Heading,
    /// A paragraph; the span counts in the body.
    Body,
    /// What the source says beside the text: feed row, markup, address.
    Source,
}
