//! What can be had of an index that cannot be opened: what the commit says, what was taken down, what is known of the
//! sources. Pages are not read here.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::disk::Access;
use super::error::BackendError;
use super::files::COMMIT;
use super::journal::Journal;
use super::manifest::Manifest;
use super::marker::{self, Marker, generations};
use super::payload::{self, Payload, Sidecar};

/// An index, or what is left of one.
pub struct Salvage {
    directory: PathBuf,
    pub(super) generation: String,
    pub(super) data: PathBuf,
    /// What the last commit says; an error where that is damaged.
    pub(super) commit: Result<(Payload, Manifest), String>,
}

/// The part of what the engine writes that is ours.
#[derive(serde::Deserialize)]
struct Told {
    payload: Option<String>,
}

impl Salvage {
    /// What is in `directory`. Where the marker is damaged or missing, the one generation that was published counts.
    ///
    /// # Errors
    /// [`BackendError::Missing`], [`BackendError::OtherFormat`]; [`BackendError::Damaged`] when there is no telling which
    /// generation is the one.
    pub fn of(directory: &Path) -> Result<Self, BackendError> {
        let error = match Marker::read(directory) {
            Ok(marker) => return Ok(Self::generation(directory, marker.generation())),
            Err(error @ BackendError::OtherFormat { .. }) => return Err(error),
            Err(error @ BackendError::Io { .. }) if !error.is_damage() => return Err(error),
            Err(error) => error,
        };
        let mut published = generations(directory).map(|name| Self::generation(directory, &name));
        let is_published = |salvage: &Self| salvage.commit.as_ref().is_ok_and(|(payload, _)| payload.rules.is_some());
        let (found, other) = (published.find(is_published), published.find(is_published));
        found.filter(|_| other.is_none()).ok_or(error)
    }

    fn generation(directory: &Path, name: &str) -> Self {
        let data = directory.join(name);
        let commit = read(&data).map_err(|error| format!("{COMMIT}: {error}"));
        Self { directory: directory.to_owned(), generation: name.to_owned(), data, commit }
    }

    /// What was taken down; where the commit is damaged, what the only list of takedowns says that is there.
    ///
    /// # Errors
    /// [`BackendError::Damaged`] when it is not what was published, or there are several.
    pub fn takedowns(&self) -> Result<Vec<u8>, BackendError> {
        let name = match &self.commit {
            Ok((payload, _)) => payload.takedowns.clone(),
            Err(what) => {
                let entries = fs::read_dir(&self.data).into_iter().flatten().flatten();
                let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
                let name = names.find(|name| Sidecar::Takedowns.is_named(name));
                if names.any(|name| Sidecar::Takedowns.is_named(&name)) {
                    return Err(self.damaged(format!("{what}; there are several lists of what was taken down")));
                }
                name
            }
        };
        let content = payload::read(&self.data, name.as_ref());
        content.map_err(|error| self.damaged(format!("what was taken down: {error}")))
    }

    /// What is known of the sources.
    ///
    /// # Errors
    /// [`BackendError::Damaged`] when it is not what was published.
    pub fn journal(&self) -> Result<Journal, BackendError> {
        let (payload, _) = self.commit.as_ref().map_err(|what| self.damaged(what.clone()))?;
        let journal = Journal::read(&self.data, payload.journal.as_ref());
        journal.map_err(|error| self.damaged(format!("what is known of the sources: {error}")))
    }

    /// Publishes that nothing is known of the sources and sites, so that the next run finds it out again.
    pub(super) fn forget(&self, access: &Access) -> io::Result<()> {
        let (meta, manifest) = Manifest::unseal(&fs::read(self.data.join(COMMIT))?)?;
        let mut meta: BTreeMap<String, Value> = serde_json::from_slice(&meta)?;
        let before = Payload::parse(meta.get("payload").and_then(Value::as_str));
        let Payload { rules, takedowns, .. } = before;
        let payload = Payload { is_learning: true, rules, takedowns, ..Payload::default() };
        meta.insert("payload".to_owned(), Value::String(serde_json::to_string(&payload)?));
        let mut meta = serde_json::to_vec_pretty(&meta)?;
        meta.push(b'\n');
        access.replace(&self.data, COMMIT, &manifest.seal(&meta)?)
    }

    /// Whether the marker says which generation is current.
    pub(super) fn has_marker(&self) -> bool {
        Marker::read(&self.directory).is_ok()
    }

    /// How a file of the generation is called within the index.
    pub(super) fn label(&self, file: &str) -> String {
        format!("{}/{file}", self.generation)
    }

    /// Whether the folder of another generation is there.
    pub(super) fn others(&self) -> impl Iterator<Item = String> {
        marker::generations(&self.directory).filter(|name| *name != self.generation)
    }

    fn damaged(&self, what: String) -> BackendError {
        BackendError::Damaged { directory: self.directory.clone(), what }
    }
}

fn read(data: &Path) -> io::Result<(Payload, Manifest)> {
    let (meta, manifest) = Manifest::unseal(&fs::read(data.join(COMMIT))?)?;
    let told: Told = serde_json::from_slice(&meta)?;
    Ok((Payload::parse(told.payload.as_deref()), manifest))
}
