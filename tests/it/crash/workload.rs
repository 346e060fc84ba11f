//! Runs over files that change from step to step: pages come, change and go, segments are merged and collected.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use article_search::backend::embedded::EmbeddedIndex;
use article_search::{Config, Engine, Error, Query, RunOptions};
use serde_json::Value;

use super::disk::{Fault, FaultyDisk, Shared};
use crate::workbench::walk;

/// Runs of a workload.
pub(crate) const STEPS: usize = 6;
/// Files that a step writes anew.
const WRITTEN: usize = 4;
/// Files that there may be.
const FILES: usize = 12;

/// Ids of pages with the fingerprints of their content.
pub(crate) type Pages = BTreeMap<String, String>;

/// A folder with a corpus and its index.
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
}

impl Place {
    pub(crate) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("corpus")).expect("a folder");
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.join("index")
    }

    pub(crate) fn corpus(&self) -> PathBuf {
        self.folder.join("corpus")
    }

    /// Makes the corpus what it is at a step, whatever it was.
    pub(crate) fn set(&self, step: usize) {
        for file in walk(&self.corpus()) {
            fs::remove_file(file).expect("removed");
        }
        for number in 0..FILES {
            // The last step up to this one that wrote it.
            let Some(version) = (0..=step).rev().find(|at| (0..WRITTEN).any(|of| (at * 3 + of) % FILES == number))
            else {
                continue;
            };
            if (step + number).is_multiple_of(7) {
                continue;
            }
            let path = self.corpus().join(format!("f{number}.txt"));
            fs::write(&path, page(number, version)).expect("written");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + (version * FILES + number) as u64);
            File::options().append(true).open(&path).expect("a file").set_modified(time).expect("a time");
        }
    }

    /// An engine over the index, which is made where there is none.
    pub(crate) fn engine(&self, config: &Config) -> Result<Engine, Error> {
        if self.index().join("search-index.json").exists() {
            Engine::open(self.index(), config)
        } else {
            Engine::create(self.index(), config)
        }
    }

    /// One run, dropping what is gone.
    pub(crate) fn run(&self, engine: &Engine) -> Result<(), Error> {
        engine.ingest_with(&[self.corpus()], &RunOptions::default().pruning(), &mut |_| ()).map(drop)
    }

    /// Runs from step `first` on, over a disk with a fault; tells `acknowledged` of each that succeeds. The engine is
    /// opened again after an error, and goes on with the next step.
    pub(crate) fn work(&self, (first, disk): (usize, &Arc<FaultyDisk>), acknowledged: &mut dyn FnMut(usize)) -> usize {
        let config = Config::default().on_disk(Arc::new(Shared(Arc::clone(disk))));
        let mut failures = 0;
        let mut engine = None;
        for step in first..STEPS {
            self.set(step);
            let done = match engine.take() {
                Some(engine) => Ok(engine),
                None => self.engine(&config),
            };
            match done.and_then(|open| self.run(&open).map(|()| open)) {
                Ok(open) => {
                    acknowledged(step);
                    engine = Some(open);
                }
                Err(_) => failures += 1,
            }
        }
        failures
    }
}

fn page(number: usize, version: usize) -> String {
    let word = |number: usize| ["laser", "filler", "braces", "veneers", "botox", "crowns"][number % 6];
    format!(
        "How the {} treatment of clinic {number} works in Dalian\n\nThe {} treatment takes about {version} hours, and \
         patients go home on the same day.\n\nTo sum up, the {} treatment is short, and its price is {version}00 \
         yuan.\n\nThe harbour office lends these pages to anybody who likes boats, and asks for them to be returned.\n",
        word(number),
        word(number),
        word(number + version)
    )
}

/// The pages of an index; each once.
pub(crate) fn pages(engine: &Engine) -> Result<Pages, Error> {
    let mut pages = Pages::new();
    engine.for_each_document(|document| {
        let before = pages.insert(document.id.to_string(), format!("{:?}", document.fingerprint));
        assert_eq!(before, None, "{} is there twice", document.id);
        Ok(())
    })?;
    Ok(pages)
}

/// The state after each step, and everything that is known at the end.
pub(crate) struct Expected {
    pub(crate) states: Vec<Pages>,
    pub(crate) last: Vec<Value>,
    pub(crate) calls: u64,
}

impl Expected {
    /// Works without a fault.
    pub(crate) fn new(folder: &Path) -> Self {
        let place = Place::new(&folder.join("faultless"));
        let disk = FaultyDisk::new(&place.index(), Fault::Nothing);
        let mut states = Vec::new();
        let failures = place.work((0, &disk), &mut |_| {
            states.push(pages(&Engine::open(place.index(), &Config::default()).expect("opened")).expect("readable"));
        });
        assert_eq!((failures, states.len()), (0, STEPS));
        let fresh = Place::new(&folder.join("fresh"));
        fresh.set(STEPS - 1);
        let engine = fresh.engine(&Config::default()).expect("an index");
        fresh.run(&engine).expect("a run");
        let last = everything(&engine, &fresh.index());
        let worked = Engine::open(place.index(), &Config::default()).expect("opened");
        assert!(everything(&worked, &place.index()) == last, "many runs come to what one comes to");
        Self { states, last, calls: disk.calls() }
    }

    /// Checks what a fault has left, and that the next run goes on from it: nothing acknowledged is lost, nothing is
    /// there twice, no writer is wedged, and nothing is left over. `done` runs were acknowledged.
    pub(crate) fn check(&self, place: &Place, done: &[usize]) -> Result<Duration, String> {
        let last_done = done.last().copied();
        let begun = Instant::now();
        let opened = match Engine::open(place.index(), &Config::default().verifying()) {
            Ok(engine) => Some(engine),
            Err(Error::Index(article_search::backend::embedded::BackendError::Missing { .. })) => None,
            Err(error) => return Err(format!("cannot be opened: {error:?}")),
        };
        let took = begun.elapsed();
        let found = opened.as_ref().map(pages).transpose().map_err(|error| format!("cannot be read: {error:?}"))?;
        let may_be = last_done.map_or(0, |step| step)..STEPS;
        let is_known = match &found {
            None => last_done.is_none(),
            Some(found) => self.states[may_be].contains(found),
        };
        if !is_known {
            return Err(format!("after step {last_done:?} there is {found:?}"));
        }
        if let Some(engine) = &opened {
            engine.search(&Query::new("treatment")).map_err(|error| format!("cannot be searched: {error:?}"))?;
        }
        drop(opened);
        place.set(STEPS - 1);
        let engine = place.engine(&Config::default()).map_err(|error| format!("no engine: {error:?}"))?;
        place.run(&engine).map_err(|error| format!("the next run fails: {error:?}"))?;
        let found = everything(&engine, &place.index());
        if found != self.last {
            let differing = found.iter().zip(&self.last).find(|(left, right)| left != right);
            let told = format!("{differing:?}, {} and {}", found.len(), self.last.len());
            return Err(format!("the next run does not lead to the same index: {told}"));
        }
        let left = leftovers(&place.index());
        if left.is_empty() { Ok(took) } else { Err(format!("left over: {left:?}")) }
    }
}

pub(crate) fn everything(engine: &Engine, directory: &Path) -> Vec<Value> {
    let mut everything = crate::sequences::everything(engine, directory);
    for document in everything.iter_mut().filter(|document| document["origin"].is_object()) {
        // It names the folder, and each has its own.
        document["origin"]["path"] = Value::Null;
    }
    assert!(EmbeddedIndex::open(directory).and_then(|index| index.journal()).is_ok());
    everything
}

/// Files of an index that nothing names.
pub(crate) fn leftovers(index: &Path) -> Vec<String> {
    let marker = fs::read_to_string(index.join("search-index.json")).expect("a marker");
    let marker: Value = serde_json::from_str(&marker).expect("JSON");
    let generation = index.join(marker["generation"].as_str().expect("a name"));
    let commit = fs::read_to_string(generation.join("meta.json")).expect("a commit");
    let is_known = |path: &Path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        let plain = ["search-index.json", ".writer.lock", "meta.json", ".managed.json"];
        let locks = [".tantivy-writer.lock", ".tantivy-meta.lock"];
        // The manifest names the files of segments, the payload the others.
        path.parent() == Some(&generation) && (locks.contains(&&*name) || commit.contains(&*name))
            || plain.contains(&&*name)
    };
    walk(index).into_iter().filter(|path| !is_known(path)).map(|path| path.display().to_string()).collect()
}
