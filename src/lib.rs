//! Full-text search over heaps of scraped article pages.

pub mod ingest;
pub mod knowledge;
pub mod model;
pub mod text;
