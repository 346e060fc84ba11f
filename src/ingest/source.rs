//! Where pages come from: files, folders, feeds, archives and standard input, in a fixed order.
//!
//! What is in a file is read by [`super::content`]. A file is found by the ending of its name ([`super::kind`]); one without any ending by its first bytes. What it is
//! packed in is told by its bytes alone. Folders are walked without following links, which could lead in circles or out
//! of the folder: a link is followed where it is named itself. Only regular files are opened ([`super::open`]), so that a
//! pipe or a device never blocks a run.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::content::{self, Input};
use super::formats::rows::FieldMap;
use super::kind::InputFormat;
use super::open::{Links, Opened, name_of};
use super::unpack::{Budget, Counted};
use crate::model::page::{Origin, Page};
use crate::model::report::Skipped;

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
    format: Option<InputFormat>,
    fields: FieldMap,
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
}

/// A file that holds pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    path: PathBuf,
    relative: String,
    format: InputFormat,
    links: Links,
    fields: Arc<FieldMap>,
}

/// The files of a run, in order, and what was found beside them.
#[derive(Debug, Default)]
pub struct Sources {
    /// Files that hold pages.
    pub files: Vec<SourceFile>,
    /// Files of no known format, left alone.
    pub ignored: usize,
    /// Folders and files that could not be looked at.
    pub skipped: Vec<Skipped>,
}

impl Sources {
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
        let finder = Finder { format: options.format, fields: Arc::new(options.fields.clone()) };
        let mut sources = Self::default();
        for path in paths {
            let found = if path.as_os_str() == STANDARD_INPUT {
                finder.standard_input(path)
            } else if path.is_dir() {
                sources.walk(path, &finder);
                continue;
            } else if path.exists() {
                finder.named(path)
            } else {
                return Err(NoSuchPath { path: path.clone() });
            };
            sources.add(found);
        }
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

/// What something in the file system is to a run.
enum Found {
    File(SourceFile),
    Bad(Skipped),
    Ignored,
}

struct Finder {
    format: Option<InputFormat>,
    fields: Arc<FieldMap>,
}

impl Finder {
    fn standard_input(&self, path: &Path) -> Found {
        match self.format {
            Some(format) => self.file(path, STANDARD_INPUT.to_owned(), (format, Links::Followed)),
            None => bad(path, "the format of standard input is not named"),
        }
    }

    /// A file that the caller named.
    fn named(&self, path: &Path) -> Found {
        let name = path.file_name().map(|name| name_of(Path::new(name))).unwrap_or_default();
        if !path.is_file() {
            return bad(path, "not a regular file");
        }
        let format = self.format.or_else(|| InputFormat::of_name(&name));
        if let Some(format) = format.or_else(|| content::format_of(path, Links::Followed)) {
            return self.file(path, name, (format, Links::Followed));
        }
        let endings = InputFormat::known_endings();
        let known = format!("known endings: {endings}, each also .gz or .zst; or name it with --format");
        bad(path, &format!("unknown format ({known})"))
    }

    /// Something in a folder.
    fn within(&self, folder: &Path, entry: &DirEntry) -> Found {
        let path = entry.path();
        let relative = name_of(path.strip_prefix(folder).unwrap_or(path));
        // Elsewhere a backslash is a character like any other.
        let relative = if cfg!(windows) { relative.replace('\\', "/") } else { relative };
        let by_name = InputFormat::of_name(&relative);
        let kind = entry.file_type();
        if kind.is_symlink() {
            let is_wanted = by_name.is_some() || path.is_dir();
            return if is_wanted {
                bad(path, "a link, not followed within a folder; name it to read it")
            } else {
                Found::Ignored
            };
        }
        if !kind.is_file() {
            return if by_name.is_some() { bad(path, "not a regular file") } else { Found::Ignored };
        }
        let is_bare = !entry.file_name().to_string_lossy().contains('.');
        let by_content = || if is_bare { content::format_of(path, Links::Refused) } else { None };
        match by_name.or(self.format).or_else(by_content) {
            Some(format) => self.file(path, relative, (format, Links::Refused)),
            None => Found::Ignored,
        }
    }

    fn file(&self, path: &Path, relative: String, (format, links): (InputFormat, Links)) -> Found {
        let fields = Arc::clone(&self.fields);
        Found::File(SourceFile { path: path.to_owned(), relative, format, links, fields })
    }
}

fn bad(path: &Path, reason: &str) -> Found {
    Found::Bad(Skipped { label: name_of(path), reason: reason.to_owned() })
}

impl SourceFile {
    /// The file's name as given, for progress and errors.
    #[must_use]
    pub fn label(&self) -> String {
        name_of(&self.path)
    }

    /// Calls `sink` with each page of the file, or with what was wrong with it, in order.
    ///
    /// After a thousand bad records the others are counted, and told at the end.
    pub fn for_each_page(&self, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        let (mut named, mut unnamed) = (0, 0);
        let mut bounded = |page: Result<Page, Skipped>| {
            if page.is_ok() || named < MAX_NAMED {
                named += usize::from(page.is_err());
                sink(page);
            } else {
                unnamed += 1;
            }
        };
        if self.path.as_os_str() == STANDARD_INPUT {
            let budget = Rc::default();
            let input = BufReader::with_capacity(1 << 16, Counted::new(io::stdin().lock(), &budget));
            content::read(Box::new(input), &self.input(&budget), &mut bounded);
        } else {
            self.read(&mut bounded);
        }
        if unnamed > 0 {
            sink(Err(self.skipped(format!("{unnamed} more records skipped"))));
        }
    }

    /// Reads a file; a page alone is read again when it changed meanwhile.
    fn read(&self, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        for attempt in 1..=ATTEMPTS {
            let opened = match Opened::at(&self.path, self.links) {
                Ok(opened) => opened,
                Err(error) => return sink(Err(self.skipped(error.to_string()))),
            };
            let (mut held, mut is_feed) = (None, false);
            self.read_once(&opened, &mut |page| {
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
    fn read_once(&self, opened: &Opened, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        let budget = Rc::default();
        let file = Counted::new((&opened.file).take(opened.length()), &budget);
        content::read(Box::new(BufReader::with_capacity(1 << 16, file)), &self.input(&budget), sink);
    }

    fn input<'a>(&'a self, budget: &'a Rc<Budget>) -> Input<'a> {
        let origin = Origin { path: self.label(), relative: self.relative.clone(), ..Origin::default() };
        Input { origin, format: self.format, fields: &self.fields, budget }
    }

    fn skipped(&self, reason: String) -> Skipped {
        Skipped { label: self.label(), reason }
    }
}
