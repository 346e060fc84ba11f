//! The files that a run meets: which must be read, and which are known to the ledger but were not met.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::ledger::Ledger;
use super::row::{Glance, Row};
use super::source::{Root, SourceFile, Sources};
use crate::model::report::Skipped;
use crate::model::source::SourceKey;

/// How far a run has come with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It must be read.
    Waiting,
    /// It was read, or is being read.
    Read,
    /// It looks as it did when it was read.
    Unchanged,
    /// It cannot be read: its pages stay as they are.
    Closed,
}

/// The files that a run meets.
#[derive(Default)]
pub(super) struct Visit<'s> {
    pub(super) files: Vec<Visited<'s>>,
    by_key: HashMap<SourceKey, usize>,
    /// How the ledger names the paths that were given.
    roots: Vec<String>,
    just_read: Vec<SourceKey>,
    /// Files below the roots of the run that were met no more.
    pub(super) gone: HashSet<SourceKey>,
}

/// A file that a run meets.
pub(super) struct Visited<'s> {
    pub(super) file: &'s SourceFile,
    pub(super) key: SourceKey,
    pub(super) state: State,
    /// What the ledger knew of it before the run.
    glance: Option<Glance>,
    /// Whether it may change without looking different.
    is_racy: bool,
}

impl<'s> Visit<'s> {
    /// The files of `sources`, of which those that are as `ledger` knows them, read in the way `reading`, need not be
    /// read. A file that was found twice is met once; the second of two files with one name is handed to `skip`.
    pub(super) fn new(sources: &'s Sources, ledger: &Ledger, reading: u64, skip: &mut dyn FnMut(Skipped)) -> Self {
        let roots: Vec<String> = sources.roots.iter().map(|root| ledger.root_name(&root.folder)).collect();
        let by_key = HashMap::with_capacity(sources.files.len());
        let mut visit = Self { by_key, roots, ..Self::default() };
        visit.files.reserve(sources.files.len());
        let mut known = 0;
        let root = |file: &SourceFile| visit.roots.get(file.root()).map_or("", String::as_str);
        let keys = sources.files.par_iter().map(|file| SourceKey::of(root(file), file.relative()));
        let keys: Vec<SourceKey> = keys.collect();
        let files = sources.files.iter().zip(keys);
        for (file, key) in files.filter(|(file, _)| !file.is_standard_input()) {
            if let Some(other) = visit.by_key.get(&key).and_then(|at| visit.files.get(*at)) {
                if other.file.stamp() != file.stamp() {
                    let reason = format!("has the same name as {}", other.file.label());
                    skip(Skipped { label: file.label(), reason });
                }
                continue;
            }
            let glance = ledger.glance(key);
            known += usize::from(glance.is_some());
            let is_known =
                glance.is_some_and(|it| it.stamp == Some(file.stamp()) && it.reading == file.reading() ^ reading);
            let state = if is_known { State::Unchanged } else { State::Waiting };
            visit.by_key.insert(key, visit.files.len());
            let is_racy = file.stamp().is_racy(sources.looked_at);
            visit.files.push(Visited { file, key, state, glance, is_racy });
        }
        if known < ledger.len() {
            visit.gone = visit.not_met(sources, ledger);
        }
        visit
    }

    fn not_met(&self, sources: &Sources, ledger: &Ledger) -> HashSet<SourceKey> {
        let folders: Vec<(&Root, &String)> =
            sources.roots.iter().zip(&self.roots).filter(|(root, _)| root.file.is_none()).collect();
        let mut resolved: HashMap<String, PathBuf> = HashMap::new();
        let is_gone = |key: SourceKey, name: &str, relative: &str| {
            if self.by_key.contains_key(&key) {
                return false;
            }
            let folder = resolved.entry(name.to_owned()).or_insert_with(|| ledger.folder(name));
            folders.iter().any(|(root, own)| {
                let Ok(below) = folder.strip_prefix(&root.folder) else { return false };
                let within = below.join(relative).to_string_lossy().replace('\\', "/");
                let is_hidden = root.unreadable.iter().any(|closed| is_within(&within, closed));
                !is_hidden && (name == own.as_str() || !ledger.has_file(name, relative))
            })
        };
        if folders.is_empty() { HashSet::new() } else { ledger.placed(is_gone).into_iter().collect() }
    }

    /// Begins to read the files that wait for it: their numbers, each with why it cannot be read, if it cannot.
    pub(super) fn begin(&mut self) -> Vec<(usize, Option<Skipped>)> {
        self.just_read.clear();
        let mut begun = Vec::new();
        for (number, file) in self.files.iter_mut().enumerate().filter(|(_, file)| file.state == State::Waiting) {
            let closed = file.file.unreadable();
            file.state = if closed.is_some() { State::Closed } else { State::Read };
            self.just_read.extend(closed.is_none().then_some(file.key));
            begun.push((number, closed));
        }
        begun
    }

    /// The files that were begun last.
    pub(super) fn just_read(&self) -> impl Iterator<Item = SourceKey> {
        self.just_read.iter().copied()
    }

    /// Leaves a file unread that was to be read.
    pub(super) fn leave(&mut self, number: usize) -> Option<SourceKey> {
        let file = self.files.get_mut(number)?;
        file.state = State::Waiting;
        Some(file.key)
    }

    /// How far the run has come with a file; none, when it has not met it.
    pub(super) fn state(&self, key: SourceKey) -> Option<State> {
        self.by_key.get(&key).and_then(|at| self.files.get(*at)).map(|file| file.state)
    }

    /// How the file is called.
    pub(super) fn label(&self, key: SourceKey) -> Option<String> {
        self.by_key.get(&key).and_then(|at| self.files.get(*at)).map(|file| file.file.label())
    }

    /// What the ledger is to know of a file before any of its pages.
    pub(super) fn row(&self, file: &Visited<'_>, reading: u64) -> Row {
        let reading = file.file.reading() ^ reading;
        let root = self.roots.get(file.file.root()).cloned().unwrap_or_default();
        let stamp = (!file.is_racy).then(|| file.file.stamp());
        Row { root, relative: file.file.relative().to_owned(), stamp, reading, ..Row::default() }
    }

    /// Has a file read that need not be read for its own sake; false when it is none of those.
    pub(super) fn read_too(&mut self, key: SourceKey) -> bool {
        let file = self.by_key.get(&key).and_then(|at| self.files.get_mut(*at));
        let file = file.filter(|file| file.state == State::Unchanged);
        file.map(|file| file.state = State::Waiting).is_some()
    }
}

impl Visited<'_> {
    /// What a glance at its row tells by now.
    pub(super) fn glance(&self, ledger: &Ledger) -> Option<Glance> {
        if ledger.has_changed(self.key) { ledger.glance(self.key) } else { self.glance }
    }
}

/// Whether `path` is `folder` or below it; both within the same folder, the empty path.
fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
