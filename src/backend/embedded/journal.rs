//! A file that most runs append a little to: what is known of the sources, however many they are.
//!
//! The commit names it by its length and the hash of so much of it, so that it changes together with the pages: what a
//! run wrote that was cut short lies beyond that length, and the next run writes over it. Its content is the caller's.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{Access, Opening};
use super::payload::{hash_name, is_hash};

const PREFIX: &str = "sources-";

/// A state of the journal, as a commit names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalName {
    pub(super) file: String,
    length: u64,
    hash: String,
}

impl JournalName {
    pub(super) fn is_ours(&self) -> bool {
        Self::names(&self.file)
    }

    /// Whether a file is called as journals are.
    pub(super) fn names(file: &str) -> bool {
        file.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(".bin")).is_some_and(is_hash)
    }
}

/// What is known of the sources, in memory and in part on disk.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    content: Vec<u8>,
    /// The file that holds the beginning of the content, so many bytes.
    saved: Option<(String, usize)>,
    /// Of what is saved.
    hasher: blake3::Hasher,
}

impl Journal {
    /// All of it.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Adds to its end.
    pub fn append(&mut self, bytes: &[u8]) {
        self.content.extend_from_slice(bytes);
    }

    /// Puts `content` in the place of all of it.
    pub fn rewrite(&mut self, content: Vec<u8>) {
        *self = Self { content, ..Self::default() };
    }

    /// Whether all of it is on disk.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.saved.as_ref().map_or(0, |(_, length)| *length) == self.content.len()
    }

    /// Reads what a commit names, and checks that it is what was written then.
    pub(super) fn read(data: &Path, name: Option<&JournalName>) -> io::Result<Self> {
        let Some(name) = name else { return Ok(Self::default()) };
        let mut content = Vec::with_capacity(usize::try_from(name.length).unwrap_or(0));
        File::open(data.join(&name.file))?.take(name.length).read_to_end(&mut content)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&content);
        if content.len() as u64 != name.length || hash_name(hasher.finalize()) != name.hash {
            let what = format!("{} is not what was written", name.file);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let saved = Some((name.file.clone(), content.len()));
        Ok(Self { content, saved, hasher })
    }

    /// Writes what is not on disk yet; returns how a commit names it, when it is safe there.
    pub(super) fn save(&mut self, data: &Path, access: &Access) -> io::Result<Option<JournalName>> {
        let (file, from) = self.saved.clone().unwrap_or_default();
        let new = self.content.get(from..).unwrap_or_default();
        self.hasher.update(new);
        let hash = hash_name(self.hasher.finalize());
        let file = if file.is_empty() { unused_name(data, &hash) } else { file };
        if self.content.is_empty() {
            return Ok(None);
        }
        if !new.is_empty() {
            let mut opened = access.disk.open(&data.join(&file), Opening::Behind(from as u64))?;
            opened.write_all(new)?;
            opened.sync()?;
            if from == 0 {
                access.disk.sync_folder(data)?;
            }
        }
        self.saved = Some((file.clone(), self.content.len()));
        Ok(Some(JournalName { file, length: self.content.len() as u64, hash }))
    }
}

/// A name for a new file: one that is there may be that of the last commit, and must stay as it is.
fn unused_name(data: &Path, hash: &str) -> String {
    let mut named = hash.to_owned();
    while data.join(format!("{PREFIX}{named}.bin")).exists() {
        named = hash_name(blake3::hash(named.as_bytes()));
    }
    format!("{PREFIX}{named}.bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cut_short_run_wrote_is_written_over_and_damage_is_seen() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut journal = Journal::default();
        assert_eq!(journal.save(folder.path(), &Access::default()).unwrap(), None);
        journal.append(b"first");
        let first = journal.save(folder.path(), &Access::default()).unwrap().unwrap();
        let mut cut_short = journal.clone();
        cut_short.append(b" and something long that no commit names");
        cut_short.save(folder.path(), &Access::default()).unwrap();
        let mut again = Journal::read(folder.path(), Some(&first)).unwrap();
        assert_eq!(again.content(), b"first");
        again.append(b" second");
        let second = again.save(folder.path(), &Access::default()).unwrap().unwrap();
        assert_eq!(second.file, first.file, "appended to");
        assert_eq!(Journal::read(folder.path(), Some(&second)).unwrap().content(), b"first second");
        let path = folder.path().join(&second.file);
        assert_eq!(std::fs::read(&path).unwrap(), b"first second", "nothing is left of the run that was cut short");
        for damaged in [&b"first sec0nd"[..], b"first"] {
            std::fs::write(&path, damaged).unwrap();
            assert!(Journal::read(folder.path(), Some(&second)).is_err());
        }
    }
}
