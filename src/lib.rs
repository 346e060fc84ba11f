//! Full-text search over heaps of scraped article pages.
//!
//! A page comes in as it was scraped, with its breadcrumbs, share lines and disclaimers, in English or Chinese. The
//! article is cut out of it, city, clinic, topic and verdict are recognised, and the index answers questions with the
//! sentence that answers and the passages that support it, verbatim.
//!
//! # Open and ask
//!
//! ```
//! use article_search::{Config, Engine, Format, Origin, Page, Query};
//!
//! # fn main() -> Result<(), article_search::Error> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let directory = folder.path().join("index");
//! let engine = Engine::create(&directory, &Config::default())?;
//! let text = "Can Dalian Haijing Dental Clinic be paid by medical insurance?\n\n\
//!     Dental implants are not covered in Dalian, and the clinic says so.\n\n\
//!     To sum up, implants at Dalian Haijing Dental Clinic cannot be reimbursed.";
//! engine.ingest_pages([Page::new(Origin::at("haijing.txt"), Format::Text, text)])?;
//!
//! let answer = engine.search(&Query::new("implants reimbursed").in_city("大连").limit(3))?;
//! let hit = answer.hits.first().expect("one page");
//! assert_eq!(hit.row.clinic, ["Haijing Dental Clinic"]);
//! assert!(hit.answer.as_ref().is_some_and(|sentence| sentence.text.contains("cannot be reimbursed")));
//! # Ok(())
//! # }
//! ```
//!
//! [`Engine::ingest`] reads files, folders, feeds and archives instead of pages in memory; a second run over the same paths
//! opens only files that changed. [`RunOptions`] say what becomes of pages whose source is gone, and with [`ReadOptions`]
//! of what format inputs are and how the fields of rows are called. [`Engine::take_down`] forgets pages for good,
//! [`rebuild`] builds an index anew beside the old one. [`Engine`] is `Send + Sync`. Answers are plain data that serialise
//! to the rows that the command line prints.
//!
//! # Where things are
//!
//! | layer | module | does |
//! |---|---|---|
//! | 4 | [`Engine`] | ingest, search, explain: the way in |
//! | 3 | [`ingest`] | source → [`model::page`] → [`model::block`] → [`model::article`] → [`model::document`]; files and folders in [`ingest::source`], input formats in [`ingest::formats`], cleaning in [`ingest::extract`], chrome learnt across pages in [`ingest::templates`], recognition in [`ingest::recognize`] |
//! | 3 | [`search`] | words → [`model::plan`] → candidates → [`model::answer`]; the order of hits is decided in [`search::ranking`] |
//! | 1 | [`eval`] | judged queries and the order of pages in, figures out |
//! | 2 | [`backend`] | keeps and retrieves documents; [`backend::embedded`] does it with tantivy |
//! | 2 | [`knowledge`] | cities, topics, clinic words, page furniture: data files and their loaders |
//! | 1 | [`model`] | the nouns |
//! | 0 | [`text`] | strings: the one analyzer, folding, sentences, hostile characters |
//!
//! A module names only modules of lower layers; a test enforces it.
//!
//! # What is promised
//!
//! * Every block of a page is in the article or among what was removed, with the reason: nothing is lost silently.
//! * Passages, answers and highlights are verbatim slices of the cleaned article.
//! * A crash, a power cut or a full disk costs nothing that was published; damage to the files is an error that names them
//!   ([`Config::verifying`] looks at every byte).
//! * One bad page is reported and never stops a run; a failed run leaves the index as it was, or, when it fails while it
//!   learns from its pages ([`ingest::templates`]), with all of them, and the next run goes on.
//! * After any runs over the same paths, the last of them dropping what is gone, an index holds what one run would have put
//!   into an empty one, whatever was read first; what was taken down stays out.
//! * Text from a page holds no control, bidirectional or invisible characters.

pub mod backend;
mod engine;
mod error;
pub mod eval;
pub mod ingest;
pub mod knowledge;
pub mod model;
pub mod search;
pub mod text;

pub use engine::{Config, Engine, RunOptions, Stats, extract, preview, rebuild};
pub use error::Error;
pub use ingest::source::{ReadOptions, Sources};
pub use ingest::takedowns::Takedown;
pub use model::answer::{Answer, Hit, Passage, Row, TextRow};
pub use model::cancel::Cancel;
pub use model::document::{Document, DocumentId};
pub use model::page::{Format, Origin, Page};
pub use model::plan::FacetField;
pub use model::query::Query;
pub use model::report::{IngestReport, Progress, Skipped};
