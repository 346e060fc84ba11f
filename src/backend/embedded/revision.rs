//! Writing: put and remove documents, then publish them all at once.
//!
//! The rules, each with its reason in measured failures of the engine below: files of an interrupted run are collected
//! before the first operation, else a leftover file name can block every later commit; after any error the writer is
//! dropped, never retried, because a second commit reports success and loses documents, and nothing that still works for it
//! in the background publishes any more; a commit is synced together with the folder, because the rename that publishes
//! it is not ([`super::files`]).

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::directory::error::LockError;
use tantivy::{Index, IndexWriter, Searcher, SegmentReader, TantivyError};

use super::disk::Access;
use super::error::BackendError;
use super::files::Files;
use super::forgetting::PageWithId;
use super::journal::Journal;
use super::kinships;
use super::lock::WriterLock;
use super::marker::{Marker, holds_index, remove_other_generations, remove_temporary_files};
use super::merging::FewSegments;
use super::payload::{self, Payload, Sidecar};
use super::queue::{Queue, Queued};
use super::schema::Fields;
use super::{EmbeddedIndex, analyzer};
use crate::model::document::{Document, DocumentId};
use crate::model::likeness::Kin;

/// Memory for postings of pages that are not written yet, for each indexing thread.
const BUDGET_BYTES_PER_THREAD: usize = 64 << 20;
/// More indexing threads than this do not help: reading and cleaning want the cores too.
const MAX_THREADS: usize = 4;

/// What is published beside the pages.
pub struct Published<'a> {
    /// What was learnt of the sites.
    pub learnt: &'a [u8],
    /// The name of the rules by which the pages were made.
    pub rules: &'a str,
    /// What is known of the sources.
    pub journal: &'a mut Journal,
    /// What was taken down.
    pub takedowns: &'a [u8],
    /// Which pages are alike; as before, where nothing is said.
    pub kin: Option<&'a Kin>,
}

/// A change of the index in the making. Dropping it without [`Revision::publish`] leaves the index as it was.
pub struct Revision {
    /// `None` after an error: the writer below must not be used again.
    writer: Option<IndexWriter<Queued>>,
    queue: Queue,
    fields: Fields,
    directory: PathBuf,
    generation: String,
    data: PathBuf,
    access: Access,
    /// Those of the writer alone.
    files: Files,
    /// Kept until the writer is gone.
    _lock: WriterLock,
    /// What the last commit says beside its pages.
    before: Payload,
    /// The pages before; `None`, where the index was opened before others wrote.
    pages_before: Option<Searcher>,
    /// Pages that were put or removed.
    changed: HashSet<DocumentId>,
    /// Tells who decides about merges.
    is_publishing: Arc<AtomicBool>,
}

impl Revision {
    pub(super) fn open(index: &EmbeddedIndex, lock: WriterLock) -> Result<Self, BackendError> {
        let directory = index.directory.clone();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        let access = lock.access().of_run();
        let files = Files::open(&index.data, &access).map_err(|source| index.engine_error(source))?;
        files.collect().map_err(|source| index.engine_error(source))?;
        let written = Index::open(files.clone()).map_err(|source| index.engine_error(source))?;
        analyzer::register(&written);
        let writer = written
            .writer_with_num_threads::<Queued>(threads, threads * BUDGET_BYTES_PER_THREAD)
            .map_err(|error| open_error(index, error))?;
        let is_publishing = Arc::new(AtomicBool::new(false));
        writer.set_merge_policy(Box::new(FewSegments::until(&is_publishing)));
        let data = index.data.clone();
        remove_temporary_files(&data, &access);
        remove_temporary_files(&directory, &access);
        let before = index.payload()?;
        let (fields, generation) = (index.fields.clone(), index.generation.clone());
        let (writer, changed, pages_before) = (Some(writer), HashSet::new(), pages_before(index, &written)?);
        let revision = Self {
            writer,
            queue: Queue::default(),
            pages_before,
            fields,
            directory,
            generation,
            data,
            access,
            files,
            _lock: lock,
            before,
            changed,
            is_publishing,
        };
        if !revision.is_first() {
            // A run that died once its pages were safe may have left them, and this one may have nothing to publish.
            payload::remove_others(&revision.data, &revision.before, &revision.access);
            remove_other_generations(&revision.directory, &revision.generation, &revision.access);
        }
        Ok(revision)
    }

    /// Adds a document, in place of one with the same id.
    ///
    /// # Errors
    /// [`BackendError::Damaged`] when the document cannot be stored (the revision goes on), otherwise the revision has
    /// failed and every later call says so.
    pub fn put(&mut self, document: &Document) -> Result<(), BackendError> {
        let filled = self.fields.fill(document).map_err(|error| self.refused(error.to_string()))?;
        self.remove(document.id)?;
        let queued = self.queue.place(filled, document.article.text_bytes());
        self.with_writer(|writer| writer.add_document(queued).map(|_| ()))
    }

    /// Removes a document, if it is there.
    ///
    /// # Errors
    /// When the revision has failed before.
    pub fn remove(&mut self, id: DocumentId) -> Result<(), BackendError> {
        let page = PageWithId::new(self.fields.id, id);
        let is_new = self.changed.insert(id);
        // What is not there need not be looked for in every segment.
        let is_there = !is_new || self.was_there(page)?;
        self.with_writer(|writer| if is_there { writer.delete_query(Box::new(page)).map(|_| ()) } else { Ok(()) })
    }

    fn was_there(&self, page: PageWithId) -> Result<bool, BackendError> {
        let Some(pages) = &self.pages_before else { return Ok(true) };
        let fail = |source| BackendError::Engine { directory: self.directory.clone(), source };
        for reader in pages.segment_readers() {
            if page.is_known(reader).map_err(fail)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The pages that were put or removed, ascending, each once.
    #[must_use]
    pub fn changed(&self) -> Vec<DocumentId> {
        let mut changed: Vec<DocumentId> = self.changed.iter().copied().collect();
        changed.sort_unstable();
        changed
    }

    /// Makes what was put so far visible and safe, to be read back while the revision goes on to learn from it, with what is
    /// known of its sources, what was taken down, and what the pages put so far were cleaned with (`learnt`).
    ///
    /// A crash from here on leaves an index with these pages that says that the learning is unfinished.
    ///
    /// # Errors
    /// When the disk refuses: nothing of the revision is visible then, or, when only the last step failed, all that was
    /// put so far is, and may not survive a power cut.
    pub fn checkpoint(&mut self, journal: &mut Journal, takedowns: &[u8], learnt: &[u8]) -> Result<(), BackendError> {
        let Payload { rules, kinships, leaders, .. } = self.before.clone();
        let saved = || -> std::io::Result<Payload> {
            let learnt = Some(self.save_learnt(learnt)?);
            let (journal, takedowns) = (journal.save(&self.data, &self.access)?, self.save_takedowns(takedowns)?);
            Ok(Payload { learnt, is_learning: true, rules, journal, takedowns, kinships, leaders })
        };
        let payload = saved().map_err(|source| BackendError::Io { path: self.data.clone(), source })?;
        self.commit(&payload)?;
        self.before.learnt = payload.learnt;
        Ok(())
    }

    /// Makes all changes visible at once and safe against a crash, with what is published beside the pages; returns when
    /// they are on disk.
    ///
    /// # Errors
    /// As [`Revision::checkpoint`], of what was put since the last one.
    pub fn publish(mut self, published: Published<'_>) -> Result<(), BackendError> {
        let payload = self.save(published).map_err(|source| BackendError::Io { path: self.data.clone(), source })?;
        self.is_publishing.store(true, Ordering::SeqCst);
        self.commit(&payload)?;
        payload::remove_others(&self.data, &payload, &self.access);
        remove_other_generations(&self.directory, &self.generation, &self.access);
        if let Some(writer) = self.writer.take() {
            let merged = writer.wait_merging_threads();
            let collected = merged.and_then(|()| self.files.collect());
            collected.map_err(|source| BackendError::Engine { directory: self.directory.clone(), source })?;
        }
        Ok(())
    }

    fn save(&self, published: Published<'_>) -> std::io::Result<Payload> {
        let Published { learnt, rules, journal, takedowns, kin } = published;
        let place = (self.data.as_path(), &self.access);
        let Payload { mut kinships, mut leaders, .. } = self.before.clone();
        if let Some(kin) = kin {
            let rows = (!kin.rows.is_empty()).then(|| kinships::to_bytes(&kin.rows));
            let write = |rows: Vec<u8>| Sidecar::Kinships.write(place, &rows, kinships.as_ref());
            kinships = rows.map(write).transpose()?;
            // One that cannot be read is written anew.
            let current = leaders.filter(|name| payload::read(&self.data, Some(name)).is_ok());
            let content = kinships::leaders_to_bytes(&kin.leaders);
            leaders = Some(Sidecar::Leaders.write(place, &content, current.as_ref())?);
        }
        Ok(Payload {
            learnt: Some(self.save_learnt(learnt)?),
            is_learning: false,
            rules: Some(rules.to_owned()),
            journal: journal.save(&self.data, &self.access)?,
            takedowns: self.save_takedowns(takedowns)?,
            kinships,
            leaders,
        })
    }

    fn save_learnt(&self, content: &[u8]) -> std::io::Result<String> {
        Sidecar::Learnt.write((&self.data, &self.access), content, self.before.learnt.as_ref())
    }

    fn save_takedowns(&self, content: &[u8]) -> std::io::Result<Option<String>> {
        if content.is_empty() {
            return Ok(None);
        }
        let place = (self.data.as_path(), &self.access);
        Sidecar::Takedowns.write(place, content, self.before.takedowns.as_ref()).map(Some)
    }

    /// Whether nothing of this generation was ever published, so that it is not there for others yet.
    #[must_use]
    pub fn is_first(&self) -> bool {
        Marker::read(&self.directory).map_or(true, |marker| marker.generation() != self.generation)
    }

    fn commit(&mut self, payload: &Payload) -> Result<(), BackendError> {
        let text = serde_json::to_string(payload).map_err(|error| self.refused(error.to_string()))?;
        self.with_writer(|writer| {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&text);
            prepared.commit().map(|_| ())
        })?;
        // A new generation takes the place of an old one when it is finished; a first one is there at once.
        if self.is_first() && (!payload.is_learning || !holds_index(&self.directory)) {
            Marker::of(&self.generation).write(&self.directory, &self.access)?;
        }
        Ok(())
    }

    fn with_writer(
        &mut self,
        operation: impl FnOnce(&mut IndexWriter<Queued>) -> tantivy::Result<()>,
    ) -> Result<(), BackendError> {
        let writer = self.writer.as_mut().ok_or(BackendError::Failed)?;
        operation(writer).map_err(|source| {
            self.files.close();
            self.writer = None;
            BackendError::Engine { directory: self.directory.clone(), source }
        })
    }

    fn refused(&self, what: String) -> BackendError {
        BackendError::Damaged { directory: self.directory.clone(), what }
    }
}

impl Drop for Revision {
    fn drop(&mut self) {
        // Merges may go on without the writer; the next one finds the folder at rest.
        self.files.close();
    }
}

/// The pages that the index shows, if nothing was published since it was opened.
fn pages_before(index: &EmbeddedIndex, written: &Index) -> Result<Option<Searcher>, BackendError> {
    let searcher = index.reader.searcher();
    let seen: BTreeSet<_> = searcher.segment_readers().iter().map(SegmentReader::segment_id).collect();
    let there = written.searchable_segment_ids().map_err(|source| index.engine_error(source))?;
    Ok((seen == there.into_iter().collect()).then_some(searcher))
}

fn open_error(index: &EmbeddedIndex, error: TantivyError) -> BackendError {
    match error {
        TantivyError::LockFailure(LockError::LockBusy, _) => {
            BackendError::Busy { directory: index.directory.clone(), holder: None, since: None }
        }
        other => index.engine_error(other),
    }
}
