//! Full-text search over heaps of scraped article pages.
//!
//! A page comes in as it was scraped, with its breadcrumbs, share lines and disclaimers, in English or Chinese. The
//! article is cut out of it, city, clinic, topic and verdict are recognised, and the index answers questions with the
//! sentence that answers and the passages that support it, verbatim.
//!
//! # Open and ask
//!
//! ```
//! use article_search::{Config, Engine, Query};
//! # use article_search::{Format, Origin, Page};
//!
//! # fn main() -> Result<(), article_search::Error> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let directory = folder.path().join("index");
//! # let text = "Can Dalian Haijing Dental Clinic be paid by medical insurance?\n\n\
//! #     Dental implants are not covered in Dalian, and the clinic says so.\n\n\
//! #     To sum up, implants at Dalian Haijing Dental Clinic cannot be reimbursed.";
//! # let page = Page::new(Origin::at("haijing.txt"), Format::Text, text);
//! # Engine::create(&directory, &Config::default())?.ingest_pages([page])?;
//! let engine = Engine::open(&directory, &Config::default())?;
//! let answer = engine.search(&Query::new("implants reimbursed").in_city("大连").limit(3))?;
//! let hit = answer.hits.first().expect("one page");
//! assert_eq!(hit.row.clinic, ["Haijing Dental Clinic"]);
//! assert!(hit.answer.as_ref().is_some_and(|sentence| sentence.text.contains("cannot be reimbursed")));
//! # Ok(())
//! # }
//! ```
//!
//! [`Query`] narrows ([`Query::in_city`],
//! [`Query::since`], [`Query::on_site`] ...), orders ([`Query::order_by`]), folds ([`Query::group_by`]) and pages
//! ([`Query::page`]). [`Engine::similar`] finds pages like a page, [`Engine::suggest`] completes what is being typed.
//! Answers are plain data that serialise to the rows that the command line prints.
//!
//! # Index again every night
//!
//! [`Engine::ingest_with`] reads files, folders, feeds and archives; a second run over the same paths opens only files that
//! changed. It tells how far it has come, and can be cancelled: what was read is kept, and the next run goes on.
//!
//! ```
//! use article_search::{Cancel, Config, Engine, RunOptions};
//!
//! # fn main() -> Result<(), article_search::Error> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let (directory, pages) = (folder.path().join("index"), folder.path().join("pages"));
//! # std::fs::create_dir(&pages).expect("made");
//! # std::fs::write(pages.join("a.txt"), "Implants in Dalian\n\nImplants cost 9,000 yuan in Dalian.").expect("written");
//! let engine = Engine::create(&directory, &Config::default())?; // Engine::open, the next time
//! let cancel = Cancel::default(); // cancel.cancel() from any thread, or from within
//! let options = RunOptions::default().pruning().waiting().until(&cancel);
//! let report = engine.ingest_with(&[pages], &options, &mut |progress| {
//!     println!("{} of {} files", progress.files, progress.files_total);
//! })?;
//! assert_eq!((report.new, report.skipped.len()), (1, 0));
//! # Ok(())
//! # }
//! ```
//!
//! Other engines over the same index, in this or another process, see the new pages with their next question, without being
//! opened again. [`RunOptions`] say what becomes of pages whose source is gone, and with [`ReadOptions`] of what format
//! inputs are and how the fields of rows are called. [`Engine::take_down`] forgets pages for good, [`rebuild`] builds an
//! index anew beside the old one. `examples/` holds two short programs.
//!
//! # Pages from memory
//!
//! What a program has fetched itself is handed over as it came; nothing has to be on disk but the index. A page is named by its
//! address, else by the path that it is given; handed over again, it takes the place of its older self.
//!
//! ```
//! use article_search::{Config, Engine, Format, Origin, Page, Query};
//!
//! # fn main() -> Result<(), article_search::Error> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let directory = folder.path().join("index");
//! let engine = Engine::create(&directory, &Config::default())?;
//! let html = "<title>Implants in Dalian</title><nav>Home</nav><p>Implants cost 9,000 yuan in Dalian, as the list says.";
//! let origin = Origin { url: Some("https://clinic.example/implants".to_owned()), ..Origin::at("crawl/1") };
//! let report = engine.ingest_pages([Page::new(origin, Format::Html, html)])?;
//! assert_eq!((report.new, report.skipped.len()), (1, 0));
//! let answer = engine.search(&Query::new("implants"))?;
//! assert_eq!(answer.hits[0].row.url.as_deref(), Some("https://clinic.example/implants"));
//! # Ok(())
//! # }
//! ```
//!
//! # From async code
//!
//! [`Engine`] is `Send + Sync`; one in an `Arc` serves all tasks. Its calls read from disk and compute for milliseconds, a
//! run for minutes: they belong on threads that may block. With tokio:
//!
//! ```
//! use std::sync::Arc;
//!
//! use article_search::{Answer, Cancel, Config, Engine, Error, IngestReport, Query, RunOptions};
//! use tokio::task::{JoinError, spawn_blocking};
//!
//! /// What a handler does: other tasks go on while the index is asked.
//! async fn ask(engine: &Arc<Engine>, words: String) -> Result<Result<Answer, Error>, JoinError> {
//!     let engine = Arc::clone(engine);
//!     spawn_blocking(move || engine.search(&Query::new(words))).await
//! }
//!
//! /// Stops the run that it belongs to when the task that waits for it is dropped.
//! struct CancelOnDrop(Cancel);
//!
//! impl Drop for CancelOnDrop {
//!     fn drop(&mut self) {
//!         self.0.cancel();
//!     }
//! }
//!
//! /// A run; whoever no longer waits for it stops it.
//! async fn update(engine: &Arc<Engine>, pages: std::path::PathBuf) -> Result<Result<IngestReport, Error>, JoinError> {
//!     let (engine, cancel) = (Arc::clone(engine), Cancel::default());
//!     let _guard = CancelOnDrop(cancel.clone());
//!     spawn_blocking(move || engine.ingest_with(&[pages], &RunOptions::default().until(&cancel), &mut |_| {})).await
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let (directory, pages) = (folder.path().join("index"), folder.path().join("pages"));
//! # std::fs::create_dir(&pages)?;
//! # std::fs::write(pages.join("a.txt"), "Implants in Dalian\n\nImplants cost 9,000 yuan in Dalian.")?;
//!     let engine = Arc::new(Engine::create(&directory, &Config::default())?); // Engine::open, the next time
//!     assert_eq!(update(&engine, pages).await??.new, 1);
//!     let (implants, zebras) = tokio::join!(ask(&engine, "implants".to_owned()), ask(&engine, "zebras".to_owned()));
//!     assert_eq!((implants??.total, zebras??.total), (1, 0));
//!     Ok(())
//! }
//! ```
//!
//! A query answers with what it has found after a second ([`Answer::partial`], [`Query::within`]), so that blocked threads
//! come back. A task that is dropped does not stop a run; its [`Cancel`] does, as above.
//!
//! # Errors
//!
//! [`Error`] is typed by what a caller can do: name another path or filter, wait, build the index again, correct a line of a
//! knowledge file. It is `#[non_exhaustive]`, as new kinds of trouble may be told apart.
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
//! * What this page names at the root of the crate follows [semver](https://semver.org): 0.y.z breaks with y only. The modules
//!   behind it are hidden here: they serve the program of this package and its tests, and may change with any version. Rows, answers and
//!   reports are to be read, not made: new fields may come with any version, and [`model::answer::ROW_VERSION`] is raised when the meaning of one changes.
//! * An index of an older format is told, never misread; it is built anew from its pages.
//! * Rust 1.88 or newer builds it (`rust-version`); raising that is a change of y.
//! * Every block of a page is in the article or among what was removed, with the reason: nothing is lost silently.
//! * Passages, answers and highlights are verbatim slices of the cleaned article.
//! * A crash, a power cut or a full disk costs nothing that was published; damage to the files is an error that names them
//!   ([`Config::verifying`] looks at every byte).
//! * One bad page is reported and never stops a run; a failed run leaves the index as it was, or, when it fails while it
//!   learns from its pages ([`ingest::templates`]), with all of them, and the next run goes on.
//! * After any runs over the same paths, the last of them dropping what is gone, an index holds what one run would have put
//!   into an empty one, whatever was read first; what was taken down stays out.
//! * Text from a page holds no control, bidirectional or invisible characters.

// Public for the program and the tests, which are crates of their own.
#[doc(hidden)]
pub mod backend;
mod engine;
mod error;
#[doc(hidden)]
pub mod eval;
#[doc(hidden)]
pub mod ingest;
#[doc(hidden)]
pub mod knowledge;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod search;
#[doc(hidden)]
pub mod text;

pub use backend::embedded::BackendError;
pub use engine::{Config, Engine, RunOptions, Stats, extract, preview, rebuild, saved_knowledge};
pub use error::Error;
pub use ingest::formats::rows::FieldMap;
pub use ingest::kind::InputFormat;
pub use ingest::preview::Preview;
pub use ingest::source::{NoSuchPath, ReadOptions, Sources};
pub use ingest::takedowns::Takedown;
pub use knowledge::error::KnowledgeError;
pub use model::answer::{
    Answer, AnswerSentence, CityRow, CorrectedWord, Effect, EmptyCity, FacetCount, Help, Hit, HitGroup, Nearby,
    Obstacle, Passage, Quote, Row, ScorePart, Side, TextRow, Understood, Why, WordCount,
};
pub use model::cancel::Cancel;
pub use model::capture::CaptureTime;
pub use model::document::{Document, DocumentId};
pub use model::page::{Format, Hints, Origin, Page};
pub use model::period::Day;
pub use model::plan::{FacetField, Order};
pub use model::query::{Grouping, Matching, Query};
pub use model::report::{IngestReport, Progress, Skipped};
pub use model::site::SiteName;
pub use search::filters::FilterError;
pub use search::suggest::{Suggestion, SuggestionKind};
