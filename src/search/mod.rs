//! From words to an answer: query → plan → candidates → ranked hits → passages.
//!
//! * [`parse`] takes the query language apart, [`understand`] recognises cities and topics in it, [`clinics`] clinics,
//! * [`plan`] makes the retrieval of it, a backend carries it out,
//! * [`ranking`] decides the order, [`passages`] what is shown of a page, [`answer`] puts it together.
//!
//! [`answer::Searcher`] is the way through; the rest knows no index.

pub mod answer;
pub mod clinics;
pub mod filters;
pub mod parse;
pub mod passages;
pub mod plan;
pub mod ranking;
pub mod understand;
