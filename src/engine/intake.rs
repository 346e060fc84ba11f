//! What changes an index: runs over sources, pages handed over in memory, takedowns, and building it anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Config, Engine, Settings};
use crate::backend::embedded::{BackendError, EmbeddedIndex, Patience, Salvage, WriterLock, holds_index};
use crate::error::Error;
use crate::ingest::run::Run;
use crate::ingest::settle::Gone;
use crate::ingest::source::{ReadOptions, Sources};
use crate::ingest::takedowns::{Takedown, takedowns};
use crate::model::cancel::Cancel;
use crate::model::document::DocumentId;
use crate::model::page::{Origin, Page};
use crate::model::report::{IngestReport, Progress};
use crate::model::site::{Site, site_name};

/// How a run is done: by default it keeps pages whose source is gone, and gives up while another one writes.
///
/// ```
/// # use article_search::RunOptions;
/// let options = RunOptions::default().pruning().waiting();
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOptions {
    gone: Gone,
    patience: Patience,
    reading: ReadOptions,
    cancel: Cancel,
}

impl RunOptions {
    /// Drops the pages of files below the paths of the run that are gone, and those that a feed has no more.
    #[must_use]
    pub fn pruning(mut self) -> Self {
        self.gone = Gone::Drop;
        self
    }

    /// Reads inputs as `reading` says. Files that were read in another way before are read again.
    #[must_use]
    pub fn reading(mut self, reading: ReadOptions) -> Self {
        self.reading = reading;
        self
    }

    /// Stops when `cancel` is told to: what was read until then is kept, and the next run reads the rest. Nothing is
    /// dropped then, and the report counts the files that are unread.
    #[must_use]
    pub fn until(mut self, cancel: &Cancel) -> Self {
        self.cancel = cancel.clone();
        self
    }

    /// Waits while another run writes.
    #[must_use]
    pub fn waiting(mut self) -> Self {
        self.patience = Patience::Wait;
        self
    }
}

impl Engine {
    /// Reads the pages at `paths` (files, folders, feeds) and indexes those that are new or changed; `progress` is told
    /// after each batch. Everything becomes visible at once, at the end.
    ///
    /// A file that looks as it did is not opened. A bad page is skipped and named in the report.
    ///
    /// # Errors
    /// [`Error::NoSuchPath`] before anything is read; [`Error::Index`] when the index is busy or cannot be written: it is
    /// then as it was before.
    pub fn ingest(&self, paths: &[PathBuf], progress: &mut dyn FnMut(Progress)) -> Result<IngestReport, Error> {
        self.ingest_with(paths, &RunOptions::default(), progress)
    }

    /// [`Engine::ingest`], done as `options` say.
    ///
    /// After any runs over the same paths, the last of them pruning, the index holds what one run into an empty one would
    /// have put there.
    ///
    /// # Errors
    /// As [`Engine::ingest`].
    pub fn ingest_with(
        &self,
        paths: &[PathBuf],
        options: &RunOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<IngestReport, Error> {
        Sources::check(paths)?;
        self.run(options, |run| {
            Ok(run.take_sources(&Sources::with(paths, &options.reading)?, options.gone, progress)?)
        })
    }

    /// Indexes pages handed over in memory, as [`Engine::ingest`] does. No run over files drops them.
    ///
    /// # Errors
    /// [`Error::Index`] when the index is busy or cannot be written.
    pub fn ingest_pages(&self, pages: impl IntoIterator<Item = Page>) -> Result<IngestReport, Error> {
        self.run(&RunOptions::default(), |run| Ok(run.take_pages(pages)?))
    }

    /// What taking down `name` means: `site:HOST`, an address, or a page by its id, key or path.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`], [`Error::Index`].
    pub fn takedown(&self, name: &str) -> Result<Takedown, Error> {
        if let Some(site) = name.strip_prefix("site:") {
            return Ok(Takedown::of_site(name, site));
        }
        if !name.contains("://") {
            let id = self.page_id(name)?;
            // The beginning of an id is enough today, and may not be when there are more pages.
            let whole = Some(id.to_string()).filter(|whole| whole.starts_with(name));
            return Ok(Takedown::of_pages(whole.unwrap_or_else(|| name.to_owned()), vec![id]));
        }
        // Pages that are named by their place may carry the address, too.
        let origin = Origin { url: Some(name.to_owned()), ..Origin::default() };
        let (own, site) = (DocumentId::of(&origin), Site::named(&site_name(&origin)));
        let pages = self.reading(|index| {
            let view = index.view();
            let mut pages = BTreeSet::new();
            for page in view.pages_of_sites(|other| other == site)? {
                if DocumentId::of(&view.origin_at(page)?) == own {
                    pages.insert(page.id);
                }
            }
            Ok(pages)
        })?;
        let others = pages.into_iter().filter(|page| *page != own);
        let pages = std::iter::once(own).chain(others).collect();
        Ok(Takedown::of_pages(name, pages))
    }

    /// How many pages of the index a takedown would take out.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn taken_by(&self, takedown: &Takedown) -> Result<usize, Error> {
        let site = takedown.site.as_deref().map(Site::named);
        let pages = self.reading(|index| Ok(index.view().pages_of_sites(|_| true)?))?;
        Ok(pages.iter().filter(|page| Some(page.site) == site || takedown.pages.contains(&page.id)).count())
    }

    /// Takes pages down: they go, and no run brings them back.
    ///
    /// # Errors
    /// [`Error::Index`] when the index is busy or cannot be written.
    pub fn take_down(
        &self,
        takedowns: impl IntoIterator<Item = Takedown>,
        options: &RunOptions,
    ) -> Result<IngestReport, Error> {
        self.run(options, |run| Ok(takedowns.into_iter().try_for_each(|takedown| run.take_down(takedown))?))
    }

    /// Takes takedowns of these names back, as far as there are any: the next run over the sources brings the pages again.
    ///
    /// # Errors
    /// [`Error::Index`] when the index is busy or cannot be written.
    pub fn take_back(&self, names: &[String], options: &RunOptions) -> Result<(), Error> {
        let forget = |run: &mut Run<'_>| {
            for name in names {
                run.take_back(name);
            }
            Ok(())
        };
        self.run(options, forget).map(drop)
    }

    /// What was taken down, in that order.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn takedowns(&self) -> Result<Vec<Takedown>, Error> {
        self.reading(|index| Ok(takedowns(index)?))
    }

    fn run(
        &self,
        options: &RunOptions,
        work: impl FnOnce(&mut Run<'_>) -> Result<(), Error>,
    ) -> Result<IngestReport, Error> {
        let started = Instant::now();
        let before = self.index();
        let lock = WriterLock::take_with(before.directory(), options.patience, before.access())?;
        // What others have published while the lock was theirs.
        self.reload()?;
        let index = self.index();
        // A run looks at what it has put before all of it is published; searches of this engine do not.
        let own = index.again()?;
        let mut run = Run::open(&self.knowledge, &own, lock)?.until(&options.cancel);
        work(&mut run)?;
        let mut report = run.finish()?;
        index.reload()?;
        report.took_seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }
}

/// Builds the index in `directory` anew from what is at `paths`, and from nothing else, beside the old one, which answers
/// until the new one takes its place. What was taken down stays so.
///
/// An index of an older format is replaced as well. Engines over the old index go on with it until they reload.
///
/// # Errors
/// [`Error::NoSuchPath`]; [`Error::Index`], also when it cannot be read what was taken down from the old index; it is then
/// as it was before. [`Error::Cancelled`], likewise.
pub fn rebuild(
    directory: impl AsRef<Path>,
    config: &Config,
    (paths, options): (&[PathBuf], &RunOptions),
    progress: &mut dyn FnMut(Progress),
) -> Result<(Engine, IngestReport), Error> {
    let started = Instant::now();
    let directory = directory.as_ref();
    Sources::check(paths)?;
    let settings = Settings::of(&config.over(directory))?;
    if !holds_index(directory) {
        let engine = Engine::over(EmbeddedIndex::create(directory, &config.access)?, settings);
        let report = engine.ingest_with(paths, options, progress)?;
        return Ok((engine, report));
    }
    let lock = WriterLock::take_with(directory, options.patience, &config.access)?;
    let old = match Salvage::of(directory) {
        // Older formats knew no takedowns.
        Err(BackendError::OtherFormat { found, expected, .. }) if found < expected => None,
        opened => Some(opened?),
    };
    let new = EmbeddedIndex::next_to(&lock)?;
    let mut run = Run::open(&settings.knowledge, &new, lock)?.until(&options.cancel);
    old.iter().try_for_each(|old| run.keep_takedowns_of(old, directory))?;
    run.take_sources(&Sources::with(paths, &options.reading)?, options.gone, progress)?;
    if options.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let mut report = run.finish()?;
    let index = EmbeddedIndex::open_with(directory, &config.access)?;
    report.took_seconds = started.elapsed().as_secs_f64();
    Ok((Engine::over(index, settings), report))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::embedded::{Access, Published};
    use crate::ingest;
    use crate::ingest::templates::Templates;
    use crate::ingest::tests::POISON;
    use crate::knowledge::Knowledge;
    use crate::model::page::Format;
    use crate::model::query::Query;

    fn page(number: usize) -> Page {
        // In letters: a page that says 404 is no article.
        let name: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let mut text = format!("About clinic {name}\n\nThe zebra of clinic {name} sleeps at noon, as is well known.\n");
        if number.is_multiple_of(97) {
            text.push_str(&String::from_utf8_lossy(POISON));
        }
        Page::new(Origin::at(format!("{number}.txt")), Format::Text, text)
    }

    #[test]
    fn a_page_stands_once_however_it_was_put() {
        let knowledge = Knowledge::builtin().unwrap();
        let document = |number| ingest::read(&page(number), &knowledge, &Templates::default()).unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let directory = folder.path().join("index");
        let created = Engine::create(&directory, &Config::default()).unwrap();
        created.ingest_pages([page(1), page(2), page(1)]).unwrap();
        // The second was opened before another one wrote.
        let stale = EmbeddedIndex::open(&directory).unwrap();
        created.ingest_pages([page(3)]).unwrap();
        for (name, index) in [("fresh", EmbeddedIndex::open(&directory).unwrap()), ("stale", stale)] {
            let lock = WriterLock::take_with(&directory, Patience::Refuse, &Access::default()).unwrap();
            let mut revision = index.revise(lock).unwrap();
            let mut journal = index.journal().unwrap();
            for number in [1, 3, 4, 4] {
                revision.put(&document(number)).unwrap();
            }
            revision.checkpoint(&mut journal, b"", b"").unwrap();
            for number in [3, 4, 5] {
                revision.put(&document(number)).unwrap();
            }
            revision.remove(document(5).id).unwrap();
            revision.remove(document(6).id).unwrap();
            revision.put(&document(6)).unwrap();
            let published = Published { learnt: b"", rules: "none", journal: &mut journal, takedowns: b"", kin: None };
            revision.publish(published).unwrap();
            let index = EmbeddedIndex::open(&directory).unwrap();
            let mut ids = Vec::new();
            index
                .view()
                .for_each_document(|document| -> Result<(), BackendError> {
                    ids.push(document.id);
                    Ok(())
                })
                .unwrap();
            ids.sort_unstable();
            let mut expected = [1, 2, 3, 4, 6].map(|number| document(number).id);
            expected.sort_unstable();
            assert_eq!(ids, expected, "{name}");
        }
    }

    fn panicking_pages_cost_themselves(count: usize) {
        let folder = tempfile::TempDir::new().unwrap();
        let engine = Engine::create(folder.path().join("index"), &Config::default()).unwrap();
        let report = engine.ingest_pages((1..=count).map(page)).unwrap();
        let poisoned = count / 97;
        assert_eq!((report.new, report.skipped.len()), (count - poisoned, poisoned));
        assert!(report.skipped.iter().all(|skipped| skipped.reason.contains("could not be read")), "{report:?}");
        assert_eq!(engine.search(&Query::new("zebra").exact()).unwrap().total, count - poisoned);
        assert_eq!(engine.ingest_pages([page(count + 1)]).unwrap().new, 1, "the index is not wedged");
    }

    #[test]
    fn a_page_that_panics_costs_itself_alone() {
        panicking_pages_cost_themselves(700);
    }

    #[test]
    #[ignore = "takes long: cargo test --release --lib panics -- --ignored"]
    fn pages_that_panic_cost_ten_thousand_others_nothing() {
        panicking_pages_cost_themselves(10_200);
    }
}
