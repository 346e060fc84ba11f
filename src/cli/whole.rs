//! Texts that are read whole, within bounds: settings, knowledge files, queries. A device has no end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Longest text that is read whole, in bytes: a million queries.
const MAX_BYTES: u64 = 64 << 20;

/// The bytes of a file; of a pipe, too, as shells make them of `<(...)`.
///
/// # Errors
/// When it cannot be read, or is longer than any such text.
pub(super) fn file(path: &Path) -> io::Result<Vec<u8>> {
    all_of(File::open(path)?)
}

/// The bytes of standard input.
///
/// # Errors
/// As [`file`].
pub(super) fn standard_input() -> io::Result<Vec<u8>> {
    all_of(io::stdin().lock())
}

fn all_of(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("longer than {} MB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

/// `bytes` as text.
///
/// # Errors
/// The first line, from 1, that is not UTF-8.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, usize> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        good.split(|&byte| byte == b'\n').count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused() {
        let error = all_of(io::repeat(b'a')).expect_err("too long");
        assert_eq!(error.to_string(), "longer than 64 MB");
        assert_eq!(text(b"a\n\xFF".to_vec()), Err(2));
        assert_eq!(text("重庆\n".into()).as_deref(), Ok("重庆\n"));
    }
}
