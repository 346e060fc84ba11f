//! From words to an answer: query → plan → candidates → ranked hits → passages.
//!
//! * [`parse`] takes the query language apart, [`spelling`] corrects words that no page holds, [`understand`] recognises
//!   cities and topics, [`clinics`] clinics,
//! * [`plan`] makes the retrieval of it, a backend carries it out,
//! * [`ranking`] decides the order by [`weights`], [`passages`] what is shown of a page by what [`matcher`] finds in it,
//!   [`answer`] puts it together.
//!
//! [`answer::Searcher`] is the way through; the rest knows no index.

pub mod answer;
mod asked;
pub mod clinics;
pub mod filters;
pub mod matcher;
pub mod parse;
pub mod passages;
pub mod plan;
pub mod ranking;
pub mod spelling;
pub mod understand;
pub mod weights;
mod why;
