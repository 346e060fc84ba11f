//! The way in for callers: an index, the knowledge and the ranking in one value.
//!
//! Here: opening, asking, listing. What changes an index is in [`intake`].

mod browse;
mod guarded;
mod intake;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime};

use self::guarded::guarded;
pub use self::intake::{RunOptions, rebuild};
use crate::backend::embedded::{Access, Checks, Disk, EmbeddedIndex, IndexFigures, Kinships, Reading};
use crate::error::Error;
use crate::ingest::behind::is_behind;
use crate::ingest::preview::{self, Preview};
use crate::ingest::source::{NoSuchPath, Sources};
use crate::ingest::window;
use crate::knowledge::Knowledge;
use crate::model::answer::{Answer, FacetCount, Why};
use crate::model::document::{Document, DocumentId};
use crate::model::page::Origin;
use crate::model::plan::FacetField;
use crate::model::query::Query;
use crate::model::report::{Progress, Skipped};
use crate::search::answer::{Detail, Placed, Searcher, facet_label};
use crate::search::clinics::Clinics;
use crate::search::weights::Weights;

/// Ids listed when a beginning of an id is not enough.
const SHOWN_IDS: usize = 5;

/// Settings of an engine.
#[derive(Debug, Clone, Default)]
pub struct Config {
    access: Access,
    knowledge_directory: Option<PathBuf>,
    weights_file: Option<PathBuf>,
}

impl Config {
    /// Adds the knowledge files of `directory` to the built-in ones; where both name a thing, the directory decides.
    #[must_use]
    pub fn with_knowledge(mut self, directory: impl Into<PathBuf>) -> Self {
        self.knowledge_directory = Some(directory.into());
        self
    }

    /// Ranks with the weights of `file`, a changed copy of the built-in `ranking.toml`: to try them out.
    #[must_use]
    pub fn with_weights(mut self, file: impl Into<PathBuf>) -> Self {
        self.weights_file = Some(file.into());
        self
    }

    /// The same for the index in `directory`: with the knowledge that is saved with it, where no other is named.
    fn over(&self, directory: &Path) -> Self {
        let saved = || Some(saved_knowledge(directory)).filter(|saved| saved.is_dir());
        let knowledge_directory = self.knowledge_directory.clone().or_else(saved);
        Self { knowledge_directory, ..self.clone() }
    }

    /// Checks every byte of an index before anything of it is read; without it lengths are, and the list of files.
    #[must_use]
    pub fn verifying(mut self) -> Self {
        self.access.checks = Checks::Everything;
        self
    }

    /// Reads the index by calls and not through memory maps: slower, but where somebody else truncates a file meanwhile,
    /// that is an error and not the end of the process.
    #[must_use]
    pub fn without_maps(mut self) -> Self {
        self.access.reading = Reading::Called;
        self
    }

    /// Writes the index through `disk`: a test tries out what happens when it fails.
    #[must_use]
    pub fn on_disk(mut self, disk: Arc<dyn Disk>) -> Self {
        self.access.disk = disk;
        self
    }

    fn weights(&self) -> Result<Weights, Error> {
        let Some(file) = &self.weights_file else { return Ok(Weights::builtin()?) };
        let text = std::fs::read_to_string(file).map_err(|_| NoSuchPath { path: file.clone() })?;
        Ok(Weights::parse(&text)?)
    }

    fn knowledge(&self) -> Result<Knowledge, Error> {
        Ok(match &self.knowledge_directory {
            Some(directory) => Knowledge::with_directory(directory)?,
            None => Knowledge::builtin()?,
        })
    }
}

/// Where knowledge files are that are saved with the index in `directory`: every engine over it adds them to the built-in
/// ones, unless [`Config::with_knowledge`] names others.
#[must_use]
pub fn saved_knowledge(directory: &Path) -> PathBuf {
    directory.join("settings")
}

/// What an engine needs beside an index.
struct Settings {
    knowledge: Knowledge,
    weights: Weights,
}

impl Settings {
    fn of(config: &Config) -> Result<Self, Error> {
        Ok(Self { knowledge: config.knowledge()?, weights: config.weights()? })
    }
}

/// An index to search and to feed. `Send + Sync`: share one between threads.
pub struct Engine {
    /// Another one, when a new generation has taken its place.
    index: RwLock<Arc<EmbeddedIndex>>,
    knowledge: Knowledge,
    weights: Weights,
}

/// Figures of an index and of what its pages are about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// The index itself.
    #[serde(flatten)]
    pub index: IndexFigures,
    /// Different cities.
    pub cities: usize,
    /// Different clinics.
    pub clinics: usize,
    /// Different topics.
    pub topics: usize,
    /// Pages by language.
    pub languages: Vec<FacetCount>,
}

impl Engine {
    /// Creates an empty index in `directory`, which must be new or vacant. Others can open it after the first run.
    ///
    /// # Errors
    /// [`Error::Index`] when something else is there or the disk refuses; [`Error::Knowledge`].
    pub fn create(directory: impl AsRef<Path>, config: &Config) -> Result<Self, Error> {
        let settings = Settings::of(&config.over(directory.as_ref()))?;
        Ok(Self::over(EmbeddedIndex::create(directory.as_ref(), &config.access)?, settings))
    }

    /// Opens the index in `directory`.
    ///
    /// # Errors
    /// [`Error::Index`] when there is none, or one of another format; [`Error::Knowledge`].
    pub fn open(directory: impl AsRef<Path>, config: &Config) -> Result<Self, Error> {
        let settings = Settings::of(&config.over(directory.as_ref()))?;
        let directory = directory.as_ref();
        let index = guarded(directory, || Ok(EmbeddedIndex::open_with(directory, &config.access)?))?;
        Ok(Self::over(index, settings))
    }

    fn over(index: EmbeddedIndex, Settings { knowledge, weights }: Settings) -> Self {
        Self { index: RwLock::new(Arc::new(index)), knowledge, weights }
    }

    /// The generation of the index that is current as far as this engine knows.
    fn index(&self) -> Arc<EmbeddedIndex> {
        // The lock is held to copy a pointer; nothing can go wrong meanwhile.
        Arc::clone(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The index as it was published last, by whatever process. When that cannot be read, the one before answers.
    fn latest(&self) -> Arc<EmbeddedIndex> {
        let index = self.index();
        if index.has_news() && self.reload().is_ok() { self.index() } else { index }
    }

    /// What `work` reads of the index as it was published last; damage is an error, however it shows.
    fn reading<T>(&self, work: impl FnOnce(&EmbeddedIndex) -> Result<T, Error>) -> Result<T, Error> {
        let index = self.latest();
        guarded(index.directory(), || work(&index))
    }

    /// Answers a query over what was published last, by this engine or another process: there is no need to open it again.
    ///
    /// # Errors
    /// [`Error::Filter`] when a filter names an unknown city or topic; [`Error::Index`].
    pub fn search(&self, query: &Query) -> Result<Answer, Error> {
        self.answer(query, Detail::Plain)
    }

    /// [`Engine::search`], with the parts of each hit's score.
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub fn explain(&self, query: &Query) -> Result<Answer, Error> {
        self.answer(query, Detail::Explained)
    }

    fn answer(&self, query: &Query, detail: Detail) -> Result<Answer, Error> {
        let started = Instant::now();
        let deadline = Some(started + query.time());
        self.knowledge.prepare_queries();
        self.reading(|index| Ok(self.searcher(index, deadline).answer(query, detail, started)?))
    }

    /// Why the page called `name`, as for [`Engine::page_id`], is, or is not, in the answer to a query: every part of its
    /// score.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`]; as [`Engine::search`].
    pub fn why(&self, name: &str, query: &Query) -> Result<Why, Error> {
        let id = self.page_id(name)?;
        let why = self.reading(|index| Ok(self.searcher(index, None).why(query, id)?))?;
        why.ok_or_else(|| Error::NoSuchPage(name.to_owned()))
    }

    /// The id of the page called `name`: by its id or the beginning of it, its address, its key, or the path of its file as
    /// it was given to the run that read it, in a feed with `#` and the record.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`]; [`Error::Index`].
    pub fn page_id(&self, name: &str) -> Result<DocumentId, Error> {
        let by_address = DocumentId::of(&Origin { url: Some(name.to_owned()), ..Origin::at(name) });
        if name.contains("://") && self.reading(|index| Ok(index.view().page(by_address)?))?.is_some() {
            return Ok(by_address);
        }
        let mut ids = self.reading(|index| Ok(index.view().ids_with_prefix(name, SHOWN_IDS)?))?;
        if ids.is_empty() {
            ids = self.reading(|index| Ok(index.view().ids_called(name, SHOWN_IDS)?))?;
        }
        match ids.as_slice() {
            [] => Err(Error::NoSuchPage(name.to_owned())),
            [id] => Ok(*id),
            _ => Err(Error::AmbiguousPage { name: name.to_owned(), ids }),
        }
    }

    /// When the state that searches see was written; none, where the disk does not tell.
    #[must_use]
    pub fn written_at(&self) -> Option<SystemTime> {
        self.latest().written_at()
    }

    /// The pages of the answer to a query in their order, without what is shown of them: for judging the order.
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub fn order(&self, query: &Query) -> Result<Vec<Placed>, Error> {
        self.reading(|index| Ok(self.searcher(index, None).order(query)?))
    }

    fn searcher<'a>(&'a self, index: &'a EmbeddedIndex, deadline: Option<Instant>) -> Searcher<'a> {
        Searcher { view: index.view(), knowledge: &self.knowledge, weights: &self.weights, deadline }
    }

    /// The page called `name`, as for [`Engine::page_id`].
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`], [`Error::Index`].
    pub fn document(&self, name: &str) -> Result<Document, Error> {
        let id = self.page_id(name)?;
        let document = self.reading(|index| Ok(index.view().document(id)?))?;
        document.ok_or_else(|| Error::NoSuchPage(name.to_owned()))
    }

    /// The shortest beginnings by which each of `ids` is known in this index, at least four digits.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn short_ids(&self, ids: &[DocumentId]) -> Result<Vec<String>, Error> {
        self.reading(|index| Ok(index.view().short_ids(ids)?))
    }

    /// Hands every document to `sink`, ordered by id.
    ///
    /// # Errors
    /// The first error of `sink`; [`Error::Index`].
    pub fn for_each_document(&self, sink: impl FnMut(Document) -> Result<(), Error>) -> Result<(), Error> {
        self.reading(|index| index.view().for_each_document(sink))
    }

    /// Which pages are alike.
    #[must_use]
    pub fn kinships(&self) -> Arc<Kinships> {
        self.latest().view().kinships()
    }

    /// The values of a facet and their number of pages, most frequent first.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn facets(&self, field: FacetField) -> Result<Vec<FacetCount>, Error> {
        let mut counts = self.reading(|index| {
            let view = index.view();
            let values = view.facet_values(field)?;
            if field == FacetField::Clinic {
                let clinics = Clinics { view: &view, knowledge: &self.knowledge };
                return Ok(clinics.counts(&values.into_iter().collect::<Vec<_>>(), usize::MAX)?);
            }
            let counts = values.into_iter().map(|(value, pages)| {
                let label = facet_label(field, &value, &self.knowledge);
                let city = self.knowledge.cities.get(&value).filter(|_| field == FacetField::City);
                let aliases = city.map_or_else(Vec::new, |city| vec![city.hanzi.clone()]);
                FacetCount { value, label, pages, aliases }
            });
            Ok(counts.collect())
        })?;
        if field != FacetField::Clinic {
            counts.sort_by(|left, right| right.pages.cmp(&left.pages).then(left.label.cmp(&right.label)));
        }
        Ok(counts)
    }

    /// Whether `folder`, an input of earlier runs, holds new or changed files; false where that would take long to tell.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn is_behind(&self, folder: &Path) -> Result<bool, Error> {
        self.reading(|index| Ok(is_behind(index, folder)?))
    }

    /// Figures of the index.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn stats(&self) -> Result<Stats, Error> {
        let count = |field| self.facets(field).map(|values| values.len());
        Ok(Stats {
            index: self.reading(|index| Ok(index.view().figures()?))?,
            cities: count(FacetField::City)?,
            clinics: count(FacetField::Clinic)?,
            topics: count(FacetField::Topic)?,
            languages: self.facets(FacetField::Lang)?,
        })
    }

    /// Makes what other processes have published visible, as every question to the engine does by itself.
    ///
    /// # Errors
    /// [`Error::Index`]; searches go on over the old state.
    pub fn reload(&self) -> Result<(), Error> {
        let index = self.index();
        if !index.is_superseded()? {
            return guarded(index.directory(), || Ok(index.reload()?));
        }
        let opened = || Ok(EmbeddedIndex::open_with(index.directory(), index.access())?);
        let new = Arc::new(guarded(index.directory(), opened)?);
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }
}

/// Reads and cleans the pages of `sources` without an index; `sink` gets each document, or what was skipped, in order.
///
/// # Errors
/// [`Error::Knowledge`], or the first error of `sink`.
pub fn extract(
    sources: &Sources,
    config: &Config,
    sink: &mut dyn FnMut(Result<Document, Skipped>) -> Result<(), Error>,
) -> Result<(), Error> {
    window::documents(sources, &config.knowledge()?, sink)
}

/// Says what [`Engine::ingest`] of `sources` would do to the index in `directory`, or to a new one; writes nothing.
///
/// # Errors
/// [`Error::Knowledge`]; [`Error::Index`] when the index cannot be read.
pub fn preview(
    sources: &Sources,
    directory: Option<&Path>,
    config: &Config,
    progress: &mut dyn FnMut(Progress),
) -> Result<Preview, Error> {
    let Some(directory) = directory else {
        return Ok(preview::preview(sources, &config.knowledge()?, None, progress)?);
    };
    let knowledge = config.over(directory).knowledge()?;
    guarded(directory, || {
        let index = EmbeddedIndex::open_with(directory, &config.access)?;
        Ok(preview::preview(sources, &knowledge, Some(&index), progress)?)
    })
}
