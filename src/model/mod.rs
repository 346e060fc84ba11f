//! The nouns that the stages hand to each other. Data and small laws only; no stage's work is done here.

pub mod answer;
pub mod article;
pub mod block;
pub mod cancel;
pub mod capture;
pub mod clinic;
mod cut;
pub mod document;
pub mod facets;
pub mod layout;
pub mod likeness;
mod manner;
pub mod page;
pub mod passage;
pub mod period;
pub mod plan;
pub mod query;
pub mod report;
pub mod site;
pub mod source;
