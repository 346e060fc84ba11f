//! Where pages come from: files, folders, feeds, archives and standard input, in a fixed order.
//!
//! What is in a file is read by [`super::content`]. A file is found by the ending of its name ([`super::kind`]); one
//! without any ending by its first bytes. What it is packed in is told by its bytes alone. Folders are walked without
//! following links, which could lead in circles or out of the folder: a link is followed where it is named itself. Only
//! regular files are opened ([`super::open`]), so that a pipe or a device never blocks a run.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::content::{self, Input};
use super::formats::rows::FieldMap;
use super::found::{Finder, Found, relative_name};
use super::kind::InputFormat;
use super::open::{Links, Opened, name_of};
use super::unpack::{Budget, Counted};
use crate::model::cancel::Cancel;
use crate::model::page::{Origin, Page};
use crate::model::report::Skipped;
use crate::model::site::SiteName;
use crate::model::source::Stamp;

/// Folders nested deeper are not walked.
const MAX_DEPTH: usize = 64;
/// Bad records of one file that are named one by one; the rest is counted.
const MAX_NAMED: usize = 1000;
/// How often a page is read that changes meanwhile.
const ATTEMPTS: usize = 2;
/// The name of standard input.
pub const STANDARD_INPUT: &str = "-";

/// A path that does not exist, or cannot be looked into.
#[derive(Debug, thiserror::Error)]
#[error("{path}: no such file or folder")]
pub struct NoSuchPath {
    /// As given.
    pub path: PathBuf,
}

/// How inputs are read that do not say so themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    pub(super) format: Option<InputFormat>,
    pub(super) fields: FieldMap,
    pub(super) site: Option<SiteName>,
}

impl ReadOptions {
    /// Reads named files and standard input as `format`, and in folders what has no known ending.
    #[must_use]
    pub fn with_format(mut self, format: InputFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Takes the fields of rows as `fields` says.
    #[must_use]
    pub fn with_fields(mut self, fields: FieldMap) -> Self {
        self.fields = fields;
        self
    }

    /// Takes pages without an address for pages of `site`, in the place of their feed or folder.
    #[must_use]
    pub fn of_site(mut self, site: SiteName) -> Self {
        self.site = Some(site);
        self
    }
}

/// A file that holds pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) relative: String,
    pub(super) format: InputFormat,
    pub(super) links: Links,
    pub(super) fields: Arc<FieldMap>,
    pub(super) site: Option<SiteName>,
    /// Names the format, the fields and the site by which it is read.
    pub(super) reading: u64,
    /// Number of the path among those of the run.
    pub(super) root: usize,
    pub(super) stamp: Stamp,
}

/// A path that was given to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The folder that names are relative to, in the one spelling by which it is known again.
    pub folder: PathBuf,
    /// The name of the file, where a file was given and not a folder.
    pub file: Option<String>,
    /// Paths within, relative to the folder, that could not be looked into.
    pub unreadable: Vec<String>,
}

/// The files of a run, in order, and what was found beside them.
#[derive(Debug)]
pub struct Sources {
    /// What was given.
    pub roots: Vec<Root>,
    /// When the search for files began.
    pub looked_at: SystemTime,
    /// Files that hold pages.
    pub files: Vec<SourceFile>,
    /// Files of no known format, left alone.
    pub ignored: usize,
    /// Folders and files that could not be looked at.
    pub skipped: Vec<Skipped>,
}

impl Sources {
    /// Whether there is something at each of `paths`, or standard input is meant.
    ///
    /// # Errors
    /// [`NoSuchPath`] for the first path that does not exist.
    pub fn check(paths: &[PathBuf]) -> Result<(), NoSuchPath> {
        match paths.iter().find(|path| !path.exists() && path.as_os_str() != STANDARD_INPUT) {
            Some(path) => Err(NoSuchPath { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Finds the files at `paths`: a folder gives all files below it in order of their names.
    ///
    /// # Errors
    /// [`NoSuchPath`] for the first path that does not exist.
    pub fn at(paths: &[PathBuf]) -> Result<Self, NoSuchPath> {
        Self::with(paths, &ReadOptions::default())
    }

    /// [`Sources::at`], to be read as `options` say. The path `-` is standard input, of which the format must be named.
    ///
    /// # Errors
    /// As [`Sources::at`].
    pub fn with(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, NoSuchPath> {
        let mut finder = Finder::new(options);
        let looked_at = SystemTime::now();
        let mut sources = Self { roots: vec![], looked_at, files: vec![], ignored: 0, skipped: vec![] };
        for path in paths {
            finder.root = sources.roots.len();
            if path.as_os_str() == STANDARD_INPUT {
                sources.roots.push(Root::of_file(path));
                sources.add(finder.standard_input(path));
            } else if path.is_dir() {
                let folder = path.canonicalize().unwrap_or_else(|_| path.clone());
                sources.roots.push(Root { folder, file: None, unreadable: vec![] });
                sources.walk(path, &finder);
            } else if path.exists() {
                sources.roots.push(Root::of_file(path));
                sources.add(finder.named(path));
            } else {
                return Err(NoSuchPath { path: path.clone() });
            }
        }
        // Half of what a run over unchanged files costs.
        sources.files.par_iter_mut().for_each(SourceFile::look);
        Ok(sources)
    }

    fn walk(&mut self, folder: &Path, finder: &Finder) {
        for entry in WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => self.add(finder.within(folder, &entry)),
                Err(error) => {
                    let label = name_of(error.path().unwrap_or(folder));
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    let within = error.path().and_then(|path| path.strip_prefix(folder).ok());
                    let within = within.map(relative_name).unwrap_or_default();
                    self.roots.iter_mut().next_back().into_iter().for_each(|root| root.unreadable.push(within.clone()));
                    self.skipped.push(Skipped { label, reason });
                }
            }
        }
    }

    fn add(&mut self, found: Found) {
        match found {
            Found::File(file) => self.files.push(file),
            Found::Bad(skipped) => self.skipped.push(skipped),
            Found::Ignored => self.ignored += 1,
        }
    }
}

impl Root {
    fn of_file(path: &Path) -> Self {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = path.file_name().map(|name| name_of(Path::new(name))).unwrap_or_default();
        Self { folder, file: Some(name), unreadable: vec![] }
    }
}

impl SourceFile {
    /// The file's name as given, for progress and errors.
    #[must_use]
    pub fn label(&self) -> String {
        name_of(&self.path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes how it looks now.
    fn look(&mut self) {
        if !self.is_standard_input() {
            self.stamp = self.path.metadata().map_or(Stamp::UNKNOWN, |metadata| Stamp::of(&metadata));
        }
    }

    /// Whether it is no file: it can be read once, and holds other pages the next time.
    #[must_use]
    pub fn is_standard_input(&self) -> bool {
        self.path.as_os_str() == STANDARD_INPUT
    }

    /// Its path within the folder that was given, with `/`.
    #[must_use]
    pub fn relative(&self) -> &str {
        &self.relative
    }

    /// The number of the path, among those given to the run, by which it was found.
    #[must_use]
    pub fn root(&self) -> usize {
        self.root
    }

    /// How it looked when it was found.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Names the format, the fields and the site by which it is read.
    #[must_use]
    pub fn reading(&self) -> u64 {
        self.reading
    }

    /// Why it cannot be read, if it cannot.
    #[must_use]
    pub fn unreadable(&self) -> Option<Skipped> {
        let error = Opened::at(&self.path, self.links).err()?;
        Some(self.skipped(error.to_string()))
    }

    /// Calls `sink` with each page of the file, or with what was wrong with it, in order.
    ///
    /// After a thousand bad records the others are counted, and told at the end.
    pub fn for_each_page(&self, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        self.for_each_page_until(&Cancel::default(), sink);
    }

    /// [`SourceFile::for_each_page`]; once it is cancelled, the file is as if it ended there.
    pub fn for_each_page_until(&self, cancel: &Cancel, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        let (mut named, mut unnamed) = (0, 0);
        let mut bounded = |page: Result<Page, Skipped>| {
            if page.is_ok() || named < MAX_NAMED {
                named += usize::from(page.is_err());
                sink(page);
            } else {
                unnamed += 1;
            }
        };
        if self.is_standard_input() {
            let budget = Rc::new(Budget::until(cancel));
            let input = BufReader::with_capacity(1 << 16, Counted::new(io::stdin().lock(), &budget));
            content::read(Box::new(input), &self.input(&budget), &mut bounded);
        } else {
            self.read(cancel, &mut bounded);
        }
        if unnamed > 0 {
            sink(Err(self.skipped(format!("{unnamed} more records skipped"))));
        }
    }

    /// Reads a file; a page alone is read again when it changed meanwhile.
    fn read(&self, cancel: &Cancel, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        for attempt in 1..=ATTEMPTS {
            let opened = match Opened::at(&self.path, self.links) {
                Ok(opened) => opened,
                Err(error) => return sink(Err(self.skipped(error.to_string()))),
            };
            let (mut held, mut is_feed) = (None, false);
            self.read_once((&opened, cancel), &mut |page| {
                if let Some(earlier) = held.replace(page) {
                    is_feed = true;
                    sink(earlier);
                }
            });
            is_feed |= held.as_ref().is_some_and(|page| page.as_ref().is_ok_and(|page| page.origin.record.is_some()));
            let has_changed = opened.has_changed();
            if has_changed && !is_feed {
                if attempt == ATTEMPTS {
                    sink(Err(self.skipped("changes while it is read; index it again when it is written".to_owned())));
                }
                continue;
            }
            held.into_iter().for_each(&mut *sink);
            if has_changed {
                sink(Err(self.skipped("changed while it was read; index it again for the rest".to_owned())));
            }
            return;
        }
    }

    /// Reads what the file held when it was opened.
    fn read_once(&self, (opened, cancel): (&Opened, &Cancel), sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        let budget = Rc::new(Budget::until(cancel));
        content::read_file(&opened.file, opened.length(), &self.input(&budget), sink);
    }

    fn input<'a>(&'a self, budget: &'a Rc<Budget>) -> Input<'a> {
        let origin = Origin { path: self.label(), relative: self.relative.clone(), ..Origin::default() };
        let origin = Origin { site: self.site.clone(), ..origin };
        Input { origin, format: self.format, fields: &self.fields, budget }
    }

    fn skipped(&self, reason: String) -> Skipped {
        Skipped { label: self.label(), reason }
    }
}
