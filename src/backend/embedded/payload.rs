//! What a commit says beside its pages, and the files that it names.
//!
//! What runs have learnt of the sites and the list of takedowns are files `<what>-<hash>.json` in the generation's
//! folder, written anew when they change, and so is what is known of pages that are alike (`kinships-<hash>.bin`, `leaders-<hash>.bin`); the journal ([`super::journal`]) is appended to. A commit names all of them,
//! so that pages and files change together. Their content is the caller's.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::Access;
use super::journal::JournalName;

/// What a commit says beside its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    /// The file that holds what was learnt; none yet.
    pub(super) learnt: Option<String>,
    /// Whether the run went on to learn from the pages of this commit.
    pub(super) is_learning: bool,
    /// The name of the rules by which its pages were made.
    #[serde(default)]
    pub(super) rules: Option<String>,
    /// What is known of the sources.
    #[serde(default)]
    pub(super) journal: Option<JournalName>,
    /// The file that holds what was taken down; none, when nothing was.
    #[serde(default)]
    pub(super) takedowns: Option<String>,
    /// The file that says which pages are alike; none, when no two are.
    #[serde(default)]
    pub(super) kinships: Option<String>,
    /// The file that says by whom that was decided; none, when an older release wrote it: all pages are compared then.
    #[serde(default)]
    pub(super) leaders: Option<String>,
}

impl Payload {
    /// From the text of a commit; a commit without one says nothing.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let parsed: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        let mut payload = parsed.unwrap_or_default();
        payload.learnt = payload.learnt.filter(|name| Sidecar::Learnt.is_named(name));
        payload.takedowns = payload.takedowns.filter(|name| Sidecar::Takedowns.is_named(name));
        payload.kinships = payload.kinships.filter(|name| Sidecar::Kinships.is_named(name));
        payload.leaders = payload.leaders.filter(|name| Sidecar::Leaders.is_named(name));
        payload.journal = payload.journal.filter(JournalName::is_ours);
        payload
    }

    /// Whether a file is called as those that commits name, and this one does not name it.
    pub(super) fn is_unnamed(&self, file: &str) -> bool {
        let is_ours = Sidecar::ALL.iter().any(|sidecar| sidecar.is_named(file)) || JournalName::names(file);
        is_ours && !self.names(file)
    }

    fn names(&self, file: &str) -> bool {
        let journal = self.journal.as_ref().map(|journal| journal.file.as_str());
        let sidecars = [&self.learnt, &self.takedowns, &self.kinships, &self.leaders].map(Option::as_deref);
        sidecars.into_iter().chain([journal]).any(|name| name == Some(file))
    }
}

/// What was learnt by earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    /// As it was published.
    pub content: Vec<u8>,
    /// Whether a run that put pages was cut short before it had learnt from them.
    pub is_unfinished: bool,
}

/// How the files are called that say by whom it was decided which pages are alike.
pub(super) const LEADERS: &str = "leaders-";
/// How the files are called that say which pages are alike.
pub(super) const KINSHIPS: &str = "kinships-";

/// A file that is written anew whenever its content changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sidecar {
    Learnt,
    Takedowns,
    Kinships,
    Leaders,
}

impl Sidecar {
    const ALL: [Self; 4] = [Self::Learnt, Self::Takedowns, Self::Kinships, Self::Leaders];

    fn ending(self) -> &'static str {
        match self {
            Self::Learnt | Self::Takedowns => ".json",
            Self::Kinships | Self::Leaders => ".bin",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Learnt => "learnt-",
            Self::Takedowns => "takedowns-",
            Self::Kinships => KINSHIPS,
            Self::Leaders => LEADERS,
        }
    }

    pub(super) fn is_named(self, name: &str) -> bool {
        let middle = name.strip_prefix(self.prefix()).and_then(|rest| rest.strip_suffix(self.ending()));
        middle.is_some_and(is_hash)
    }

    /// Writes `content` under a name of its own, unless it is there already as `current`; returns the name when it is
    /// safe on disk.
    pub(super) fn write(
        self,
        (data, access): (&Path, &Access),
        content: &[u8],
        current: Option<&String>,
    ) -> io::Result<String> {
        let name = format!("{}{}{}", self.prefix(), hash_name(blake3::hash(content)), self.ending());
        if current != Some(&name) {
            access.replace(data, &name, content)?;
        }
        Ok(name)
    }
}

/// The content of the file that a commit names; nothing where it names none. Its name says what its hash must be.
pub(super) fn read(data: &Path, name: Option<&String>) -> io::Result<Vec<u8>> {
    let Some(name) = name else { return Ok(vec![]) };
    let content =
        fs::read(data.join(name)).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    if !name.contains(&hash_name(blake3::hash(&content))) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{name} is not what was written")));
    }
    Ok(content)
}

/// Removes the files of earlier commits.
pub(super) fn remove_others(data: &Path, current: &Payload, access: &Access) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        if current.is_unnamed(&entry.file_name().to_string_lossy()) {
            // It costs a little space, no more; the next run tries again.
            let _ = access.disk.remove_file(&entry.path());
        }
    }
}

/// The part of a hash by which files are named.
pub(super) fn hash_name(hash: blake3::Hash) -> String {
    hash.to_hex().as_str().chars().take(16).collect()
}

/// Whether `text` can be the part of a hash by which a file is named.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
