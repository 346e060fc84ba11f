//! Reads knowledge files: the built-in text first, then the file of the same name in the user's directory.
//!
//! Gives the text with the name to report; tables (`csv`) and phrase lists (`toml`) with the line of every entry.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::error::KnowledgeError;

/// One text of a knowledge file and how to call it in an error.
#[derive(Debug, Clone)]
pub(crate) struct SourceText {
    /// Path to report.
    pub(crate) file: PathBuf,
    /// The whole text.
    pub(crate) text: String,
}

/// The texts of the knowledge file `name`, in the order in which they apply: built-in, then the user's if there is one.
pub(crate) fn texts_of(name: &str, builtin: &str, directory: Option<&Path>) -> Result<Vec<SourceText>, KnowledgeError> {
    let mut texts = vec![SourceText { file: PathBuf::from(name), text: builtin.to_owned() }];
    let Some(directory) = directory else { return Ok(texts) };
    let file = directory.join(name);
    match fs::read_to_string(&file) {
        Ok(text) => texts.push(SourceText { file, text }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(KnowledgeError::Unreadable { file, source }),
    }
    Ok(texts)
}

impl SourceText {
    /// The error for a wrong line.
    pub(crate) fn malformed(&self, line: usize, problem: impl Into<String>) -> KnowledgeError {
        KnowledgeError::Malformed { file: self.file.clone(), line, problem: problem.into() }
    }

    /// The error for a key that stands twice.
    pub(crate) fn duplicate(&self, line: usize, key: impl Into<String>) -> KnowledgeError {
        KnowledgeError::Duplicate { file: self.file.clone(), line, key: key.into() }
    }

    /// The 1-based line of a byte offset.
    pub(crate) fn line_at(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
    }

    /// The text as TOML.
    pub(crate) fn toml<T: DeserializeOwned>(&self) -> Result<T, KnowledgeError> {
        toml::from_str(&self.text).map_err(|error| {
            let line = error.span().map_or(1, |span| self.line_at(span.start));
            self.malformed(line, error.message().to_owned())
        })
    }

    /// The rows of a table whose first column is its key, each with its line; `columns` is the head it must have.
    pub(crate) fn rows(&self, columns: &[&str]) -> Result<Vec<(usize, Vec<String>)>, KnowledgeError> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(self.text.as_bytes());
        let head = reader.headers().map_err(|error| self.malformed_row(&error))?.clone();
        if head.iter().ne(columns.iter().copied()) {
            return Err(self.malformed(1, format!("the columns must be {}", columns.join(","))));
        }
        let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
        let mut keys = FxHashSet::default();
        for record in reader.records() {
            let record = record.map_err(|error| self.malformed_row(&error))?;
            let line = record.position().map_or(1, |position| self.line_of(position));
            let row: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
            let key = row.first().cloned().unwrap_or_default();
            if !keys.insert(key.clone()) {
                return Err(self.duplicate(line, key));
            }
            rows.push((line, row));
        }
        Ok(rows)
    }

    /// The line of a row whose position may lie before the comments above it.
    fn line_of(&self, position: &csv::Position) -> usize {
        let start = usize::try_from(position.byte()).unwrap_or(0);
        let lines = self.text.get(start..).unwrap_or_default().lines();
        let comments = lines.take_while(|line| line.starts_with('#') || line.trim().is_empty()).count();
        usize::try_from(position.line()).unwrap_or(1) + comments
    }

    fn malformed_row(&self, error: &csv::Error) -> KnowledgeError {
        let line = error.position().map_or(1, |position| self.line_of(position));
        let problem = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} columns, but {expected_len} are expected")
            }
            _ => error.to_string(),
        };
        self.malformed(line, problem)
    }
}

/// The columns of a row, as many as asked for; missing ones are empty.
pub(crate) fn columns<const N: usize>(row: Vec<String>) -> [String; N] {
    let mut cells = row.into_iter();
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// A file of phrase lists: `[section]`, then `name = ["phrase", ...]`.
///
/// A user's list replaces the built-in list of the same section and name; a new name adds a list.
#[derive(Debug, Default)]
pub(crate) struct PhraseLists {
    sections: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// A list of phrases with the place of each in the file.
type RawList = Spanned<Vec<Spanned<String>>>;

#[derive(Deserialize)]
#[serde(transparent)]
struct RawLists(BTreeMap<String, BTreeMap<String, RawList>>);

impl PhraseLists {
    /// Reads `texts`; a section that is not in `known` is an error, unless `known` is empty.
    pub(crate) fn read(texts: &[SourceText], known: &[&str]) -> Result<Self, KnowledgeError> {
        let mut sections: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for text in texts {
            let RawLists(raw) = text.toml()?;
            for (section, lists) in raw {
                if !known.is_empty() && !known.contains(&section.as_str()) {
                    let line = lists.values().map(|list| text.line_at(list.span().start)).min().unwrap_or(1);
                    return Err(text.malformed(line, format!("no section `{section}`; there are {}", known.join(", "))));
                }
                let into = sections.entry(section).or_default();
                for (name, list) in lists {
                    into.insert(name, checked_phrases(text, list)?);
                }
            }
        }
        Ok(Self { sections })
    }

    /// All phrases of a section, lists in order of their names.
    pub(crate) fn phrases(&self, section: &str) -> impl Iterator<Item = &str> {
        self.sections.get(section).into_iter().flat_map(BTreeMap::values).flatten().map(String::as_str)
    }

    /// The lists of a section, with the name of each.
    pub(crate) fn named(&self, section: &str) -> impl Iterator<Item = (&str, &[String])> {
        self.sections.get(section).into_iter().flatten().map(|(name, list)| (name.as_str(), list.as_slice()))
    }

    /// All lists of all sections, with the name of each.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.sections.values().flatten().map(|(name, list)| (name.as_str(), list.as_slice()))
    }
}

fn checked_phrases(text: &SourceText, list: RawList) -> Result<Vec<String>, KnowledgeError> {
    let start = list.span().start;
    let list = list.into_inner();
    if list.is_empty() {
        return Err(text.malformed(text.line_at(start), "the list is empty"));
    }
    let mut phrases = Vec::with_capacity(list.len());
    for phrase in list {
        if phrase.get_ref().trim().is_empty() {
            return Err(text.malformed(text.line_at(phrase.span().start), "a phrase is empty"));
        }
        phrases.push(phrase.into_inner());
    }
    Ok(phrases)
}
