//! Pages on their way into segments: few at a time. tantivy would let ten thousand wait in memory, however long they are.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

/// Bytes of text that may wait: enough that no thread of the writer runs out of pages.
const MOST_BYTES: usize = 4 << 20;
/// What a page without text counts for.
const LEAST_BYTES: usize = 1 << 10;
/// So long a page waits for room, and then goes in all the same: whatever the threads of the writer do (they write a full
/// segment for seconds, and may die), a run slows down and does not stand still.
const PATIENCE: Duration = Duration::from_secs(1);

/// The pages that wait.
#[derive(Debug, Default)]
pub(super) struct Queue(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    bytes: Mutex<usize>,
    has_room: Condvar,
}

impl Waiting {
    fn bytes(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// A page with so many bytes of text, once there is room for it or its patience ends; alone it always has room.
    pub(super) fn place(&self, document: TantivyDocument, bytes: usize) -> Queued {
        let (waiting, bytes) = (&*self.0, bytes.max(LEAST_BYTES));
        let is_full = |before: &mut usize| *before > 0 && *before + bytes > MOST_BYTES;
        let waited = waiting.has_room.wait_timeout_while(waiting.bytes(), PATIENCE, is_full);
        let (mut before, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *before += bytes;
        Queued { document, _place: Place { waiting: Arc::clone(&self.0), bytes } }
    }
}

/// A page that waits.
#[derive(Debug)]
pub(super) struct Queued {
    document: TantivyDocument,
    _place: Place,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.document
    }
}

/// Room in the queue; free again when dropped.
#[derive(Debug)]
struct Place {
    waiting: Arc<Waiting>,
    bytes: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.waiting.bytes() -= self.bytes;
        self.waiting.has_room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::thread;

    use super::*;

    #[test]
    fn a_page_waits_until_there_is_room() {
        let queue = Queue::default();
        let placed = |bytes| queue.place(TantivyDocument::new(), bytes);
        let first = placed(2 * MOST_BYTES);
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            scope.spawn(move || sender.send(placed(1)));
            assert_eq!(receiver.recv_timeout(PATIENCE / 10).map(drop), Err(RecvTimeoutError::Timeout));
            drop(first.into_tantivy_document());
            assert!(receiver.recv_timeout(PATIENCE / 2).is_ok());
        });
        assert_eq!(*queue.0.bytes(), 0, "all have left");
        let _kept = placed(MOST_BYTES);
        assert_eq!(placed(1).document, TantivyDocument::new(), "patience ends");
    }
}
