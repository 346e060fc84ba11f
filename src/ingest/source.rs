//! Where pages come from: files, folders and feeds, in a fixed order; plain or gzip-compressed.
//!
//! A file is found by its ending. Folders are walked without following links; only regular files are opened, so that a
//! pipe or a device never blocks a run.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::bufread::MultiGzDecoder;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::formats::{jsonl, warc};
use crate::model::page::{Format, Origin, Page};
use crate::model::report::Skipped;
use crate::model::source::Stamp;

/// Longest page that is read whole, after decompression; of a longer one the beginning is read.
pub(crate) const MAX_PAGE_BYTES: usize = 4 << 20;
/// Folders nested deeper are not walked.
const MAX_DEPTH: usize = 64;

/// A path that does not exist, or cannot be looked into.
#[derive(Debug, thiserror::Error)]
#[error("{path}: no such file or folder")]
pub struct NoSuchPath {
    /// As given.
    pub path: PathBuf,
}

/// A file that holds pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    path: PathBuf,
    relative: String,
    kind: Kind,
    compression: Compression,
    /// Number of the path among those of the run.
    root: usize,
    stamp: Stamp,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Single(Format),
    JsonLines,
    Warc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
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
    /// Whether there is something at each of `paths`.
    ///
    /// # Errors
    /// [`NoSuchPath`] for the first path that does not exist.
    pub fn check(paths: &[PathBuf]) -> Result<(), NoSuchPath> {
        match paths.iter().find(|path| !path.exists()) {
            Some(path) => Err(NoSuchPath { path: path.clone() }),
            None => Ok(()),
        }
    }

    /// Finds the files at `paths`: a folder gives all files below it in order of their names.
    ///
    /// # Errors
    /// [`NoSuchPath`] for the first path that does not exist.
    pub fn at(paths: &[PathBuf]) -> Result<Self, NoSuchPath> {
        let looked_at = SystemTime::now();
        let mut sources = Self { roots: vec![], looked_at, files: vec![], ignored: 0, skipped: vec![] };
        for path in paths {
            if path.is_dir() {
                let folder = path.canonicalize().unwrap_or_else(|_| path.clone());
                sources.roots.push(Root { folder, file: None, unreadable: vec![] });
                sources.walk(path);
            } else if path.exists() {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
                sources.roots.push(Root { folder, file: Some(name.clone()), unreadable: vec![] });
                sources.add(path, name, Unknown::Report);
            } else {
                return Err(NoSuchPath { path: path.clone() });
            }
        }
        // Half of what a run over unchanged files costs.
        sources.files.par_iter_mut().for_each(SourceFile::look);
        Ok(sources)
    }

    fn walk(&mut self, folder: &Path) {
        for entry in WalkDir::new(folder).max_depth(MAX_DEPTH).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                    let relative = relative.to_string_lossy().replace('\\', "/");
                    let unknown = if entry.file_type().is_file() { Unknown::Ignore } else { Unknown::Special };
                    self.add(entry.path(), relative, unknown);
                }
                Err(error) => {
                    let label = error.path().unwrap_or(folder).to_string_lossy().into_owned();
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    let within = error.path().and_then(|path| path.strip_prefix(folder).ok());
                    let within = within.map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
                    self.roots.iter_mut().next_back().into_iter().for_each(|root| root.unreadable.push(within.clone()));
                    self.skipped.push(Skipped { label, reason });
                }
            }
        }
    }

    fn add(&mut self, path: &Path, relative: String, unknown: Unknown) {
        // A link is followed where it was named, and not where it was found.
        let is_regular = match unknown {
            Unknown::Report => path.is_file(),
            Unknown::Ignore => true,
            Unknown::Special => false,
        };
        let (root, stamp) = (self.roots.len().saturating_sub(1), Stamp::default());
        match kind_of(path) {
            Some((kind, compression)) if is_regular => {
                self.files.push(SourceFile { path: path.to_owned(), relative, kind, compression, root, stamp });
            }
            _ if !matches!(unknown, Unknown::Report) => self.ignored += 1,
            _ => self.skipped.push(Skipped {
                label: path.to_string_lossy().into_owned(),
                reason: "unknown format (known endings: .txt .html .htm .jsonl .ndjson .warc, each also .gz)"
                    .to_owned(),
            }),
        }
    }
}

/// What to do with a file of no known format.
#[derive(Clone, Copy)]
enum Unknown {
    Ignore,
    /// The same with any other: it is a link, a pipe or a device that was found in a folder.
    Special,
    Report,
}

fn kind_of(path: &Path) -> Option<(Kind, Compression)> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (name, compression) = match name.strip_suffix(".gz") {
        Some(inner) => (inner.to_owned(), Compression::Gzip),
        None => (name, Compression::None),
    };
    let (_, ending) = name.rsplit_once('.')?;
    let kind = match ending {
        "txt" | "text" => Kind::Single(Format::Text),
        "html" | "htm" | "xhtml" => Kind::Single(Format::Html),
        "jsonl" | "ndjson" | "jl" => Kind::JsonLines,
        "warc" => Kind::Warc,
        _ => return None,
    };
    Some((kind, compression))
}

impl SourceFile {
    /// The file's name as given, for progress and errors.
    #[must_use]
    pub fn label(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Notes how it looks now.
    fn look(&mut self) {
        self.stamp = self.path.metadata().map_or(Stamp::UNKNOWN, |metadata| Stamp::of(&metadata));
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

    /// Why it cannot be read, if it cannot.
    #[must_use]
    pub fn unreadable(&self) -> Option<Skipped> {
        let error = File::open(&self.path).err()?;
        Some(Skipped { label: self.label(), reason: error.to_string() })
    }

    /// Calls `sink` with each page of the file, or with what was wrong with it, in order.
    pub fn for_each_page(&self, sink: &mut dyn FnMut(Result<Page, Skipped>)) {
        let origin = Origin { path: self.label(), relative: self.relative.clone(), ..Origin::default() };
        let reader = match self.open() {
            Ok(reader) => reader,
            Err(error) => return sink(Err(Skipped { label: self.label(), reason: error.to_string() })),
        };
        match self.kind {
            Kind::Single(format) => sink(single_page(reader, origin, format)),
            Kind::JsonLines => jsonl::for_each_page(reader, &origin, sink),
            Kind::Warc => warc::for_each_page(reader, &origin, sink),
        }
    }

    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        let file = BufReader::with_capacity(1 << 16, File::open(&self.path)?);
        Ok(match self.compression {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))),
        })
    }
}

fn single_page(reader: impl Read, origin: Origin, format: Format) -> Result<Page, Skipped> {
    let mut bytes = Vec::new();
    let limit = MAX_PAGE_BYTES as u64 + 1;
    match reader.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok(Page::new(origin, format, bytes)),
        Err(error) => Err(Skipped { label: origin.label(), reason: format!("{error} after {} bytes", bytes.len()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_ending() {
        for (name, expected) in [
            ("a.txt", Some((Kind::Single(Format::Text), Compression::None))),
            ("a.HTML", Some((Kind::Single(Format::Html), Compression::None))),
            ("a.b.html.gz", Some((Kind::Single(Format::Html), Compression::Gzip))),
            ("feed.jl.gz", Some((Kind::JsonLines, Compression::Gzip))),
            ("x.warc", Some((Kind::Warc, Compression::None))),
            ("README.md", None),
            ("gz", None),
        ] {
            assert_eq!(kind_of(Path::new(name)), expected, "{name}");
        }
    }
}
