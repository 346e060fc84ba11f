//! The note `search-index.json` by which an index of ours is known, and its folder told from anybody else's.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disk::Access;
use super::error::BackendError;
use super::files::is_temporary;
use super::lock::WriterLock;
use super::payload::hash_name;

pub(super) const FILE_NAME: &str = "search-index.json";
/// Raised with every change of fields, analyzer or stored form that old indexes do not follow.
const FORMAT: u32 = 7;

/// The names of generations are this and a number.
const GENERATION: &str = "generation-";

/// What the note says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Marker {
    format: u32,
    written_by: String,
    generation: String,
    /// Of format and generation; older formats have none.
    #[serde(default)]
    hash: Option<String>,
}

impl Marker {
    /// The note of an index of this format, the current generation of which is `generation`.
    pub(super) fn of(generation: &str) -> Self {
        let (written_by, generation) = (env!("CARGO_PKG_VERSION").to_owned(), generation.to_owned());
        let hash = Some(hash(FORMAT, &generation));
        Self { format: FORMAT, written_by, generation, hash }
    }

    /// The folder of the current generation, within the index.
    pub(super) fn generation(&self) -> &str {
        &self.generation
    }

    /// Reads the note of the index in `directory`.
    pub(super) fn read(directory: &Path) -> Result<Self, BackendError> {
        let path = directory.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(BackendError::Missing { directory: directory.to_owned() });
            }
            Err(source) => return Err(BackendError::Io { path, source }),
        };
        let marker: Self = serde_json::from_str(&text).map_err(|error| BackendError::Damaged {
            directory: directory.to_owned(),
            what: format!("{FILE_NAME}: {error}"),
        })?;
        let is_as_written = match &marker.hash {
            Some(written) => *written == hash(marker.format, &marker.generation),
            None => marker.format != FORMAT,
        };
        if !is_as_written {
            let what = format!("{FILE_NAME} is not what was written");
            return Err(BackendError::Damaged { directory: directory.to_owned(), what });
        }
        let is_folder_name = !marker.generation.is_empty()
            && marker.generation.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_folder_name {
            let what = format!("{FILE_NAME}: `{}` is no generation", marker.generation);
            return Err(BackendError::Damaged { directory: directory.to_owned(), what });
        }
        if marker.format != FORMAT {
            let pages = pages_of(&directory.join(&marker.generation));
            let (directory, written_by, found) = (directory.to_owned(), marker.written_by, marker.format);
            return Err(BackendError::OtherFormat { directory, written_by, found, expected: FORMAT, pages });
        }
        Ok(marker)
    }

    /// Writes the note so that a crash leaves the old one or the new one.
    pub(super) fn write(&self, directory: &Path, access: &Access) -> Result<(), BackendError> {
        let write = || -> std::io::Result<()> {
            let content = serde_json::to_string_pretty(self)? + "\n";
            access.replace(directory, FILE_NAME, content.as_bytes())?;
            // The folder itself may be new, too.
            directory.canonicalize()?.parent().map_or(Ok(()), |parent| access.disk.sync_folder(parent))
        };
        write().map_err(|source| BackendError::Io { path: directory.join(FILE_NAME), source })
    }
}

fn hash(format: u32, generation: &str) -> String {
    hash_name(blake3::hash(format!("{format} {generation}").as_bytes()))
}

/// The pages of a generation of whatever format: what the engine below writes of its segments has been the same in all.
fn pages_of(generation: &Path) -> Option<u64> {
    let commit: Value = serde_json::from_str(&fs::read_to_string(generation.join("meta.json")).ok()?).ok()?;
    let pages = commit.get("segments")?.as_array()?.iter().map(|segment| {
        let deleted = segment.pointer("/deletes/num_deleted_docs").and_then(Value::as_u64).unwrap_or(0);
        Some(segment.get("max_doc")?.as_u64()?.saturating_sub(deleted))
    });
    pages.sum()
}

/// Whether `directory` holds an index of ours, whatever its format.
#[must_use]
pub fn holds_index(directory: &Path) -> bool {
    directory.join(FILE_NAME).is_file()
}

/// Whether an index may be made in `directory`: it does not exist, or holds nothing but a README, a `.gitignore`, or
/// what a creation that was cut short left behind.
#[must_use]
pub fn is_vacant(directory: &Path) -> bool {
    let Ok(entries) = fs::read_dir(directory) else { return !directory.exists() };
    entries.flatten().all(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_note =
            name.eq_ignore_ascii_case("readme.md") || name.eq_ignore_ascii_case("readme") || name == ".gitignore";
        is_note || number_of(&name).is_some() || is_temporary(&name) || WriterLock::names(&name)
    })
}

/// A name for a generation beside those that are there.
pub(super) fn next_generation(directory: &Path) -> String {
    let numbers = generations(directory).filter_map(|name| number_of(&name));
    format!("{GENERATION}{}", numbers.max().unwrap_or(0).saturating_add(1))
}

/// Removes what earlier generations, and ones that were never finished, have left. The caller holds the lock.
pub(super) fn remove_other_generations(directory: &Path, current: &str, access: &Access) {
    for name in generations(directory).filter(|name| name != current) {
        let folder = directory.join(name);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            // It costs space, no more; the next run tries again.
            let _ = access.disk.remove_file(&entry.path());
        }
        let _ = access.disk.remove_folder(&folder);
    }
}

/// Removes the half-written files that a crash leaves in a folder, which the engine below never collects. The caller holds
/// the lock.
pub(super) fn remove_temporary_files(folder: &Path, access: &Access) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_temporary(&entry.file_name().to_string_lossy()) {
            let _ = access.disk.remove_file(&entry.path());
        }
    }
}

pub(super) fn generations(directory: &Path) -> impl Iterator<Item = String> {
    let names = fs::read_dir(directory).into_iter().flatten().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| number_of(name).is_some())
}

/// The number of a generation's folder; none of what somebody else has put there.
fn number_of(name: &str) -> Option<u64> {
    let number = name.strip_prefix(GENERATION)?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok()).flatten()
}
