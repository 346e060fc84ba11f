//! From words to an answer: query → plan → candidates → ranked hits → passages.
//!
//! * [`parse`] takes the query language apart, [`spelling`] corrects words that no page holds, [`understand`] recognises
//!   cities and topics, [`clinics`] clinics,
//! * [`plan`] makes the retrieval of it, a backend carries it out,
//! * [`order`] says which pages are shown, [`ranking`] decides their order by [`weights`], [`passages`] what is shown of a
//!   page by what [`matcher`] finds in it, [`answer`] puts it together,
//! * [`similar`] finds pages like a page, [`suggest`] what a reader may be typing.
//!
//! Beside the hits, `sides` tells where pages answer a question in different ways, `absent` what no page is about, and
//! `helped` where to go when there are no hits. [`answer::Searcher`] is the way through; the rest knows no index.

mod absent;
pub mod answer;
mod asked;
pub mod clinics;
mod context;
pub mod filters;
mod helped;
pub mod matcher;
mod neighbours;
mod order;
pub mod parse;
pub mod passages;
mod pieces;
pub mod plan;
mod proximity;
pub mod ranking;
mod sides;
mod similar;
mod slips;
pub mod spelling;
pub mod suggest;
pub mod understand;
pub mod weights;
mod why;
