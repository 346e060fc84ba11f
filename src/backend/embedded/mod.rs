//! The index on this machine's disk, kept by tantivy. The only module that names it.
//!
//! ```text
//! index/search-index.json    our marker: format, and which generation is current
//! index/<generation>/        the files of tantivy, what was learnt of the sites, what is known of the sources,
//!                            which pages are alike
//! ```

mod analyzer;
mod called;
mod clinics;
mod collect;
mod compile;
mod describe;
mod disk;
mod doctor;
mod enough;
mod error;
mod files;
mod forgetting;
mod held;
mod ids;
mod journal;
mod kinships;
mod likeness;
mod lock;
mod looks;
mod lookup;
mod manifest;
mod marker;
mod merging;
mod opened;
mod passing;
mod payload;
mod queue;
mod retrieve;
mod revision;
mod salvage;
mod schema;
mod sorted;
mod stored;
mod tally;
mod titles;
mod typed;
mod ways;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::directory::error::LockError;
use tantivy::{Index, IndexReader, IndexSettings, Searcher, TantivyError};

pub use self::clinics::{ClinicName, KnownClinic};
pub use self::disk::{Access, Checks, Disk, DiskFile, Opening, Reading, RealDisk};
pub use self::doctor::{Examination, Finding, Remedy, examine, repair};
pub use self::error::BackendError;
use self::files::Files;
pub use self::journal::Journal;
use self::kinships::KinshipsInUse;
pub use self::kinships::{Families, Kinships};
use self::likeness::LikenessColumns;
pub use self::likeness::Likenesses;
pub use self::lock::{Patience, WriterLock};
use self::looks::{Looks, whole};
use self::lookup::PageColumns;
pub use self::lookup::{Finder, StoredPage};
use self::marker::{Marker, next_generation};
pub use self::marker::{holds_index, is_vacant};
use self::opened::{OfSegments, Remembered};
pub use self::payload::Learnt;
use self::payload::Payload;
pub use self::revision::{Published, Revision};
pub use self::salvage::Salvage;
use self::schema::Fields;
pub use self::stored::{IndexFigures, PageOfSite};
pub use self::typed::TypedName;
use crate::model::likeness::Leaders;

/// Bytes of pages that are compressed together. Of pages that are alike, a third less is stored than in blocks of a quarter;
/// to read one of them takes some twenty microseconds more.
const BLOCK_BYTES: usize = 64 << 10;

/// An index on disk, open for reading; [`EmbeddedIndex::revise`] opens it for writing.
///
/// `Send + Sync`; readers go on while a revision is made, and see it once it is published.
pub struct EmbeddedIndex {
    directory: PathBuf,
    generation: String,
    data: PathBuf,
    access: Access,
    files: Files,
    index: Index,
    reader: IndexReader,
    fields: Fields,
    /// How the state looked that the reader shows.
    seen: Mutex<Looks>,
    kinships: KinshipsInUse,
    remembered: Remembered,
}

impl EmbeddedIndex {
    /// Creates an empty index in `directory`, which may hold a note and a `.gitignore` but nothing else.
    ///
    /// It is there for others once its first revision is published: a first run that is cut short leaves no index that
    /// finds nothing.
    ///
    /// # Errors
    /// [`BackendError::Foreign`] when the folder is not vacant, [`BackendError::Damaged`] when it holds an index that has
    /// lost its marker, [`BackendError::Io`] when it cannot be written.
    pub fn create(directory: &Path, access: &Access) -> Result<Self, BackendError> {
        if !is_vacant(directory) {
            return Err(BackendError::Foreign { directory: directory.to_owned() });
        }
        // A first run writes the marker before it has published all: an index that lacks it has lost it.
        if Salvage::of(directory).is_ok() {
            let what = format!("{} is missing", marker::FILE_NAME);
            return Err(BackendError::Damaged { directory: directory.to_owned(), what });
        }
        Self::make(directory, "generation-1", access)
    }

    /// Creates an empty index beside the one in the folder that is locked. It takes its place once it is published.
    ///
    /// # Errors
    /// [`BackendError::Io`] when it cannot be written.
    pub fn next_to(lock: &WriterLock) -> Result<Self, BackendError> {
        Self::make(lock.directory(), &next_generation(lock.directory()), &lock.access().of_run())
    }

    fn make(directory: &Path, generation: &str, access: &Access) -> Result<Self, BackendError> {
        let data = directory.join(generation);
        if !data.is_dir() {
            access.disk.make_folder(&data).map_err(|source| BackendError::Io { path: data.clone(), source })?;
        }
        let (schema, _) = Fields::new();
        let fail = |source| BackendError::Engine { directory: directory.to_owned(), source };
        let files = Files::open(&data, access).map_err(fail)?;
        let settings = IndexSettings { docstore_blocksize: BLOCK_BYTES, ..IndexSettings::default() };
        let index = Index::builder().schema(schema).settings(settings).open_or_create(files.clone()).map_err(fail)?;
        Self::over((directory, generation), access, (files, index), KinshipsInUse::default())
    }

    /// Opens the index in `directory`.
    ///
    /// # Errors
    /// [`BackendError::Missing`] without our marker, [`BackendError::OtherFormat`], [`BackendError::Damaged`] when files
    /// are missing or cannot be understood, [`BackendError::Io`] when they may not be read.
    pub fn open(directory: &Path) -> Result<Self, BackendError> {
        Self::open_with(directory, &Access::default())
    }

    /// Opens the index in `directory`, to be reached by `access`.
    ///
    /// # Errors
    /// As [`EmbeddedIndex::open`]; with [`Checks::Everything`] also [`BackendError::Damaged`] when any byte of it is not
    /// what was written.
    pub fn open_with(directory: &Path, access: &Access) -> Result<Self, BackendError> {
        let generation = Marker::read(directory)?.generation().to_owned();
        let opened = Self::open_generation((directory, &generation), access, KinshipsInUse::default());
        // While it was opened, a new generation may have taken its place.
        if opened.is_err() && Marker::read(directory)?.generation() != generation {
            return Self::open_with(directory, access);
        }
        opened
    }

    fn open_generation(
        (directory, generation): (&Path, &str),
        access: &Access,
        kinships: KinshipsInUse,
    ) -> Result<Self, BackendError> {
        let data = directory.join(generation);
        if !data.is_dir() {
            let what = format!("{generation}, which {} names, is not there", marker::FILE_NAME);
            return Err(BackendError::Damaged { directory: directory.to_owned(), what });
        }
        let files = Files::open(&data, access).map_err(|error| open_error(directory, error))?;
        let index = Index::open(files.clone()).map_err(|error| open_error(directory, error))?;
        Self::over((directory, generation), access, (files, index), kinships)
    }

    /// The same generation, opened once more for a run: what it is shown of, this one is not.
    ///
    /// # Errors
    /// As [`EmbeddedIndex::open`].
    pub fn again(&self) -> Result<Self, BackendError> {
        Self::open_generation((&self.directory, &self.generation), &self.access.of_run(), self.kinships.again())
    }

    fn over(
        (directory, generation): (&Path, &str),
        access: &Access,
        (files, index): (Files, Index),
        kinships: KinshipsInUse,
    ) -> Result<Self, BackendError> {
        analyzer::register(&index);
        let (schema, fields) = Fields::new();
        if index.schema() != schema {
            let what = "its fields are not those of its format".to_owned();
            return Err(BackendError::Damaged { directory: directory.to_owned(), what });
        }
        let (data, generation) = (directory.join(generation), generation.to_owned());
        let open = || {
            let damaged = |what| BackendError::Damaged { directory: directory.to_owned(), what };
            files.check().map_err(damaged)?;
            opened::reader(&index, access.reading).map_err(|error| open_error(directory, error))
        };
        let (seen, reader) = whole(|| Looks::of(directory, &data), open);
        let (reader, seen, access, directory) = (reader?, Mutex::new(seen), access.clone(), directory.to_owned());
        let remembered = Remembered::default();
        let opened =
            Self { directory, generation, data, access, files, index, reader, fields, seen, kinships, remembered };
        opened.kinships()?;
        Ok(opened)
    }

    fn looks(&self) -> Looks {
        Looks::of(&self.directory, &self.data)
    }

    fn seen(&self) -> Looks {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, looks: Looks) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = looks;
    }

    /// Whether another generation has taken its place.
    ///
    /// # Errors
    /// When the marker cannot be read.
    pub fn is_superseded(&self) -> Result<bool, BackendError> {
        if !holds_index(&self.directory) {
            return Ok(false);
        }
        Ok(Marker::read(&self.directory)?.generation() != self.generation)
    }

    /// How it is reached.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The state that was published last, for reading; it stays the same however long it is held.
    #[must_use]
    pub fn view(&self) -> IndexView<'_> {
        let searcher = self.reader.searcher();
        let segments = searcher.segment_readers().len();
        IndexView { index: self, searcher, pages: OfSegments::new(segments), likenesses: OfSegments::new(segments) }
    }

    /// Makes what was published since visible to searches.
    ///
    /// # Errors
    /// When the new state cannot be read; searches go on over the old one.
    pub fn reload(&self) -> Result<(), BackendError> {
        let (seen, reloaded) = whole(
            || self.looks(),
            || {
                self.files.check().map_err(|what| self.damaged(what))?;
                self.reader.reload().map_err(|source| self.engine_error(source))
            },
        );
        reloaded?;
        self.remembered.facet_keys.retain(self.reader.searcher().segment_readers());
        self.kinships()?;
        self.note(seen);
        Ok(())
    }

    /// What earlier runs have learnt of the sites.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn learnt(&self) -> Result<Learnt, BackendError> {
        self.beside("what was learnt of the sites", |payload| {
            let content = payload::read(&self.data, payload.learnt.as_ref())?;
            Ok(Learnt { content, is_unfinished: payload.is_learning })
        })
    }

    /// What is known of the sources.
    ///
    /// # Errors
    /// [`BackendError::Damaged`] when it is not what was published.
    pub fn journal(&self) -> Result<Journal, BackendError> {
        self.beside("what is known of the sources", |payload| Journal::read(&self.data, payload.journal.as_ref()))
    }

    /// What was taken down; nothing where nothing was.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn takedowns(&self) -> Result<Vec<u8>, BackendError> {
        self.beside("what was taken down", |payload| payload::read(&self.data, payload.takedowns.as_ref()))
    }

    /// Which pages are alike, by the last commit; searches see it, too, from now on.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn kinships(&self) -> Result<Arc<Kinships>, BackendError> {
        self.beside("which pages are alike", |payload| self.kinships.read(&self.data, payload.kinships.as_ref()))
    }

    /// By whom that was decided; nothing where an older release decided it, or where it cannot be read: then all pages are
    /// compared anew.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn leaders(&self) -> Result<Option<Leaders>, BackendError> {
        let name = self.payload()?.leaders;
        let content = name.as_ref().and_then(|name| payload::read(&self.data, Some(name)).ok());
        Ok(content.and_then(|content| kinships::parse_leaders(&content)))
    }

    /// The name of the rules by which the pages were made, as it was given to [`Revision::publish`].
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rules(&self) -> Result<Option<String>, BackendError> {
        Ok(self.payload()?.rules)
    }

    /// Reads what the last commit names beside its pages; once more, when another one has been made meanwhile.
    fn beside<T>(&self, what: &str, read: impl Fn(&Payload) -> std::io::Result<T>) -> Result<T, BackendError> {
        let mut payload = self.payload()?;
        loop {
            let error = match read(&payload) {
                Ok(content) => return Ok(content),
                Err(error) => error,
            };
            let before = std::mem::replace(&mut payload, self.payload()?);
            if before == payload {
                return Err(self.damaged(format!("{what}: {error}")));
            }
        }
    }

    fn payload(&self) -> Result<Payload, BackendError> {
        let meta = self.index.load_metas().map_err(|source| self.engine_error(source))?;
        Ok(Payload::parse(meta.payload.as_deref()))
    }

    /// Opens the index for writing, with the lock of its folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn revise(&self, lock: WriterLock) -> Result<Revision, BackendError> {
        Revision::open(self, lock)
    }

    fn engine_error(&self, source: TantivyError) -> BackendError {
        BackendError::Engine { directory: self.directory.clone(), source }
    }

    fn damaged(&self, what: impl Into<String>) -> BackendError {
        BackendError::Damaged { directory: self.directory.clone(), what: what.into() }
    }
}

/// One published state of an index: retrieval and reading see the same pages throughout.
pub struct IndexView<'a> {
    index: &'a EmbeddedIndex,
    searcher: Searcher,
    pages: OfSegments<PageColumns>,
    likenesses: OfSegments<LikenessColumns>,
}

/// What cannot be opened: a file that may not be read, or one that is missing or wrong.
fn open_error(directory: &Path, error: TantivyError) -> BackendError {
    match error {
        TantivyError::LockFailure(LockError::IoError(source), _) => BackendError::Io {
            path: directory.to_owned(),
            source: std::io::Error::new(source.kind(), source.to_string()),
        },
        other => BackendError::Damaged { directory: directory.to_owned(), what: error::told(&other) },
    }
}
