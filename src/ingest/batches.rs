//! The pages of files in batches, in the order of the files, so that a run holds only one batch in memory.

use super::source::SourceFile;
use crate::model::cancel::Cancel;
use crate::model::page::Page;
use crate::model::report::Skipped;

/// A batch ends at this many pages ...
const BATCH_PAGES: usize = 512;
/// ... or at this many bytes.
const BATCH_BYTES: usize = 32 << 20;

/// A page, or what was wrong with it, and the number of its file among those of the run.
pub(super) type Numbered = (usize, Result<Page, Skipped>);

/// Hands the pages of `files` to `handle` in batches, with the number of files begun, until they end or are cancelled.
/// Returns how many of the files were read to their end.
pub(super) fn batches<'f, E>(
    files: impl Iterator<Item = &'f SourceFile>,
    cancel: &Cancel,
    handle: &mut dyn FnMut(Vec<Numbered>, usize) -> Result<(), E>,
) -> Result<usize, E> {
    let mut batch = Batch::default();
    let (mut begun, mut whole) = (0, 0);
    for (number, file) in files.enumerate() {
        if cancel.is_cancelled() {
            break;
        }
        begun = number + 1;
        let mut outcome = Ok(());
        file.for_each_page_until(cancel, &mut |page| {
            // What comes after may be cut short.
            if outcome.is_ok() && !cancel.is_cancelled() && batch.push((number, page)) {
                outcome = handle(batch.take(), begun);
            }
        });
        outcome?;
        whole += usize::from(!cancel.is_cancelled());
    }
    handle(batch.take(), begun)?;
    Ok(whole)
}

#[derive(Default)]
pub(super) struct Batch {
    pages: Vec<Numbered>,
    bytes: usize,
}

impl Batch {
    /// Adds a page; true when the batch is full.
    pub(super) fn push(&mut self, (number, page): Numbered) -> bool {
        self.bytes += page.as_ref().map_or(0, |page| page.bytes.len());
        self.pages.push((number, page));
        self.pages.len() >= BATCH_PAGES || self.bytes >= BATCH_BYTES
    }

    pub(super) fn take(&mut self) -> Vec<Numbered> {
        self.bytes = 0;
        std::mem::take(&mut self.pages)
    }
}
