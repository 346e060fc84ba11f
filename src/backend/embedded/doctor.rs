//! Looks whether anything is wrong with an index, byte by byte, and puts right what can be.
//!
//! What was left over goes; what is known of the sources and the sites is forgotten where it is damaged, and the next run
//! finds it out again. Pages that are damaged have to be read again: nothing here makes up their content.

use std::fs;
use std::path::Path;

use super::EmbeddedIndex;
use super::disk::{Access, Checks};
use super::error::BackendError;
use super::files::{Files, is_of_segment, is_temporary};
use super::lock::{Patience, WriterLock};
use super::marker::{FILE_NAME, Marker, remove_other_generations, remove_temporary_files};
use super::payload::{self, Payload};
use super::salvage::Salvage;

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Left over by a run that was cut short: [`repair`] removes it, and so does the next run.
    Remove,
    /// [`repair`] writes it anew from the rest of the index.
    Rewrite,
    /// [`repair`] forgets it, and the next run over the sources finds it out again.
    Forget,
    /// The pages have to be read again into a new generation, where what was taken down stays so.
    ReadAgain,
    /// Somebody wrote it so, who can correct it.
    Correct,
    /// It cannot be had again: an index has to be built in another folder, and what was taken down removed there again.
    Lost,
}

/// Something that is wrong with an index.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The file, as seen from the folder of the index.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
    /// What can be done.
    pub remedy: Remedy,
}

/// What an examination came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Examination {
    /// What is wrong, in the order of the remedies.
    pub findings: Vec<Finding>,
    /// Files that were read whole.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Pages, where the index can be opened.
    pub pages: Option<usize>,
    /// Whether leftovers were looked for: not while another process writes, or where this one may not.
    pub is_complete: bool,
}

impl Examination {
    /// Whether searches or runs suffer from what was found; leftovers only take room.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.findings.iter().any(|finding| finding.remedy != Remedy::Remove)
    }

    /// Counts a file that the commit may name beside its pages.
    fn count(&mut self, salvage: &Salvage, file: Option<&String>) {
        let length = file.and_then(|file| fs::metadata(salvage.data.join(file)).ok()).map(|metadata| metadata.len());
        self.files += usize::from(file.is_some());
        self.bytes += length.unwrap_or(0);
    }

    fn add(&mut self, file: impl Into<String>, what: impl Into<String>, remedy: Remedy) {
        self.findings.push(Finding { file: file.into(), what: what.into(), remedy });
    }
}

/// Reads every file of the index in `directory` and says what is wrong.
///
/// # Errors
/// [`BackendError::Missing`], [`BackendError::OtherFormat`], [`BackendError::Damaged`] when there is no telling which of
/// several generations is the one; [`BackendError::Io`].
pub fn examine(directory: &Path) -> Result<Examination, BackendError> {
    // Where there is no index, no lock is made either.
    Salvage::of(directory)?;
    let lock = WriterLock::take(directory, Patience::Refuse).ok();
    // One process may publish while this one reads: the second look tells damage from change.
    let found = examined(directory, lock.as_ref())?;
    if lock.is_none() && found.is_broken() { examined(directory, None) } else { Ok(found) }
}

/// Puts right what can be, and examines what is then.
///
/// # Errors
/// As [`examine`]; [`BackendError::Busy`] while another process writes; when the disk refuses.
pub fn repair(directory: &Path, patience: Patience) -> Result<Examination, BackendError> {
    // Where there is no index, no lock is made either.
    Salvage::of(directory)?;
    let lock = WriterLock::take(directory, patience)?;
    // Another one may have published before the lock was free.
    let salvage = Salvage::of(directory)?;
    let access = lock.access().clone();
    if !salvage.has_marker() {
        Marker::of(&salvage.generation).write(directory, &access)?;
    }
    let found = examined(directory, Some(&lock))?;
    let is_readable = found.findings.iter().all(|finding| finding.remedy < Remedy::ReadAgain);
    let salvage = if is_readable && found.findings.iter().any(|finding| finding.remedy == Remedy::Forget) {
        salvage.forget(&access).map_err(|source| BackendError::Io { path: salvage.data.clone(), source })?;
        Salvage::of(directory)?
    } else {
        salvage
    };
    remove_temporary_files(directory, &access);
    remove_temporary_files(&salvage.data, &access);
    // What of a damaged index may still be of use stays.
    if let Ok((payload, _)) = &salvage.commit {
        payload::remove_others(&salvage.data, payload, &access);
        let collected = Files::open(&salvage.data, &access).and_then(|files| files.collect());
        collected.map_err(|source| BackendError::Engine { directory: directory.to_owned(), source })?;
        remove_other_generations(directory, &salvage.generation, &access);
    }
    examined(directory, Some(&lock))
}

fn examined(directory: &Path, lock: Option<&WriterLock>) -> Result<Examination, BackendError> {
    let salvage = Salvage::of(directory)?;
    let mut found = Examination { is_complete: lock.is_some(), ..Examination::default() };
    if !salvage.has_marker() {
        found.add(FILE_NAME, "it is missing or damaged", Remedy::Rewrite);
    }
    match &salvage.commit {
        Err(what) => {
            found.add(salvage.label("meta.json"), what.clone(), Remedy::ReadAgain);
            if let Err(error) = salvage.takedowns() {
                found.add(salvage.label("takedowns"), error.to_string(), Remedy::Lost);
            }
        }
        Ok((payload, manifest)) => {
            for (name, sum) in &manifest.files {
                found.files += 1;
                found.bytes += sum.bytes;
                if let Some(what) = sum.wrong_content(&salvage.data.join(name)) {
                    found.add(salvage.label(name), what, Remedy::ReadAgain);
                }
            }
            examine_named(&salvage, payload, &mut found);
        }
    }
    // Pages are not shown without what says which are alike.
    let can_open = |finding: &Finding| finding.remedy == Remedy::Forget && !finding.file.contains(payload::KINSHIPS);
    if found.findings.iter().all(can_open) {
        examine_pages(directory, &salvage, &mut found);
    }
    if lock.is_some() {
        look_for_leftovers(directory, &salvage, &mut found);
    }
    found.findings.sort_by(|left, right| (left.remedy, &left.file).cmp(&(right.remedy, &right.file)));
    Ok(found)
}

/// The files that a commit names beside its pages.
fn examine_named(salvage: &Salvage, payload: &Payload, found: &mut Examination) {
    let name = |name: Option<&String>| salvage.label(name.map_or("", String::as_str));
    let journal = payload.journal.as_ref().map(|journal| &journal.file);
    for (file, read, remedy) in [
        (payload.learnt.as_ref(), payload::read(&salvage.data, payload.learnt.as_ref()).err(), Remedy::Forget),
        (payload.kinships.as_ref(), payload::read(&salvage.data, payload.kinships.as_ref()).err(), Remedy::Forget),
        (payload.leaders.as_ref(), payload::read(&salvage.data, payload.leaders.as_ref()).err(), Remedy::Forget),
        (payload.takedowns.as_ref(), payload::read(&salvage.data, payload.takedowns.as_ref()).err(), Remedy::Lost),
    ] {
        found.count(salvage, file);
        if let Some(error) = read {
            found.add(name(file), error.to_string(), remedy);
        }
    }
    found.count(salvage, journal);
    if let Err(error) = salvage.journal() {
        found.add(name(journal), error.to_string(), Remedy::Forget);
    }
}

/// Opens the index as a search does, and looks whether a page is there twice.
fn examine_pages(directory: &Path, salvage: &Salvage, found: &mut Examination) {
    let access = Access { checks: Checks::Lengths, ..Access::default() };
    let pages = EmbeddedIndex::open_with(directory, &access).and_then(|index| {
        let mut ids = Vec::new();
        index.view().for_each_page(|id, _, _| ids.push(id))?;
        Ok(ids)
    });
    match pages {
        Err(error) => found.add(salvage.label(""), error.to_string(), Remedy::ReadAgain),
        Ok(mut ids) => {
            found.pages = Some(ids.len());
            ids.sort_unstable();
            let before = ids.len();
            ids.dedup();
            if ids.len() < before {
                let what = format!("{} pages are there twice", before - ids.len());
                found.add(salvage.label(""), what, Remedy::ReadAgain);
            }
        }
    }
}

fn look_for_leftovers(directory: &Path, salvage: &Salvage, found: &mut Examination) {
    const LEFT: &str = "left over by a run that was cut short";
    for name in names(directory).filter(|name| is_temporary(name)) {
        found.add(name, LEFT, Remedy::Remove);
    }
    for generation in salvage.others() {
        found.add(generation, LEFT, Remedy::Remove);
    }
    for name in names(&salvage.data) {
        let is_dead = salvage.commit.as_ref().is_ok_and(|(payload, manifest)| {
            is_of_segment(&name) && !manifest.files.contains_key(&name) || payload.is_unnamed(&name)
        });
        if is_dead || is_temporary(&name) {
            found.add(salvage.label(&name), LEFT, Remedy::Remove);
        }
    }
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}
