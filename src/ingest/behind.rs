//! Whether a folder holds files that the index has not seen as they are: what a run would read, told by looks alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::ledger::Ledger;
use super::source::{SourceFile, Sources};
use crate::backend::embedded::{BackendError, EmbeddedIndex, Salvage};
use crate::model::source::SourceKey;

/// Larger folders are not looked at: it is asked at every search.
const MOST_ENTRIES: usize = 2_000;

/// The folders and files that earlier runs into the index in `directory` have read, also where it cannot be opened.
///
/// # Errors
/// When it cannot be read which they are.
pub fn roots(directory: &Path) -> Result<Vec<PathBuf>, BackendError> {
    let ledger = Ledger::new(Salvage::of(directory)?.journal()?, directory);
    let mut roots = BTreeSet::new();
    ledger.placed(|_, root, _| {
        roots.insert(ledger.folder(root));
        false
    });
    Ok(roots.into_iter().collect())
}

/// Whether `folder`, as a whole an input of earlier runs, holds new or changed files. False where it is not known, or
/// would take long to tell; files that are gone do not count.
///
/// # Errors
/// When the index cannot be read.
pub fn is_behind(index: &EmbeddedIndex, folder: &Path) -> Result<bool, BackendError> {
    let Ok(resolved) = folder.canonicalize() else { return Ok(false) };
    if WalkDir::new(folder).into_iter().take(MOST_ENTRIES + 1).count() > MOST_ENTRIES {
        return Ok(false);
    }
    let ledger = Ledger::new(index.journal()?, index.directory());
    let root = ledger.root_name(&resolved);
    if ledger.placed(|_, other, _| other == root).is_empty() {
        return Ok(false);
    }
    let Ok(sources) = Sources::at(&[PathBuf::from(folder)]) else { return Ok(false) };
    let is_news = |file: &SourceFile| match ledger.glance(SourceKey::of(&root, file.relative())) {
        // Without a stamp nothing is known of when it was changed.
        Some(glance) => glance.stamp.is_some_and(|stamp| stamp != file.stamp()),
        None => file.unreadable().is_none(),
    };
    Ok(sources.files.iter().any(is_news))
}
