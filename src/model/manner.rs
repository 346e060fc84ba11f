//! How a query is taken: how many of its words count, how far they are taken, and which pages are one hit.

use serde::Serialize;

/// How many of a query's words a page must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// Two of them, or the only one; one where no page holds two.
    #[default]
    Most,
    /// One of them.
    Any,
    /// Every one of them, or another way to say it.
    All,
}

/// Which pages fold under one hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// Those with the same article.
    #[default]
    Article,
    /// None.
    None,
    /// Those about the same clinics.
    Clinic,
    /// Those about the same cities.
    City,
    /// Those of one site.
    Site,
    /// Those with the same text for other clinics.
    Template,
}

/// How far the words of a query are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Other ways to say a word count too, and misspelt words are corrected.
    #[default]
    Helpful,
    /// The words as written: no other form of them (`reimburse`, `reimbursed`) either.
    Exact,
}

impl Grouping {
    /// The name as hits carry it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::None => "none",
            Self::Clinic => "clinic",
            Self::City => "city",
            Self::Site => "site",
            Self::Template => "template",
        }
    }
}
