//! Reading an index that is damaged in a way that nobody foresaw: a panic below is an error here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::backend::embedded::BackendError;
use crate::error::Error;

/// What `work` gives, which reads the index in `directory`; a panic in it says that the index is damaged, as far as anybody knows.
pub(super) fn guarded<T>(directory: &Path, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // What is read is not changed, so that nothing is left half done.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        // What a panic says is for those who know the code; they have it by its hook.
        let what = "a part of it cannot be made sense of".to_owned();
        Err(BackendError::Damaged { directory: directory.to_owned(), what }.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        let error = guarded::<()>(Path::new("index"), || panic!("at byte {}", 7)).unwrap_err();
        assert!(error.to_string().ends_with("is damaged: a part of it cannot be made sense of"), "{error}");
        assert_eq!(guarded(Path::new("index"), || Ok(1)).unwrap(), 1);
    }
}
