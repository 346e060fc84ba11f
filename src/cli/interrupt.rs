//! Ctrl-C: a run saves what it has read and ends with the exit code that scripts expect; everything else ends at once.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use article_search::Cancel;

use super::failure::Exit;

/// What the handler of Ctrl-C knows of a run.
pub(super) struct Interrupt {
    cancel: Cancel,
    /// Whether there is something to be saved.
    is_writing: Arc<AtomicBool>,
}

impl Interrupt {
    /// Sets the handler. Where the system allows none, Ctrl-C ends the program as it ends any other; the index is then as
    /// it was.
    pub(super) fn handled() -> Self {
        let (cancel, is_writing) = (Cancel::default(), Arc::new(AtomicBool::new(false)));
        let (asked, writing) = (cancel.clone(), Arc::clone(&is_writing));
        let _ = ctrlc::set_handler(move || {
            if asked.is_cancelled() || !writing.load(Ordering::SeqCst) {
                std::process::exit(Exit::Interrupted as i32);
            }
            asked.cancel();
            // Standard error may be closed; there is nobody left to tell.
            let _ = io::stderr().write_all(b"\ninterrupted: saving what was read; once more leaves at once\n");
        });
        Self { cancel, is_writing }
    }

    /// What a run is cancelled by.
    pub(super) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// From now on there is something to be saved.
    pub(super) fn something_is_read(&self) {
        self.is_writing.store(true, Ordering::SeqCst);
    }

    /// All is saved.
    pub(super) fn all_is_saved(&self) {
        self.is_writing.store(false, Ordering::SeqCst);
    }
}
