//! A reader that goes back to a mark: what reading needs that may find out late that it went wrong.
//!
//! What is read since the mark is kept, up to a limit; of more than that only the last part can be read again.

use std::io::{self, BufRead, Read};

/// See the module.
pub(super) struct Rewind<R> {
    inner: R,
    /// Bytes from `base` on, read before or looked at ahead.
    kept: Vec<u8>,
    /// The next byte to be read is `kept[at]`, or comes from `inner` when all of them are read.
    at: usize,
    mark: usize,
    limit: usize,
    /// Offset of `kept[0]` in the source.
    base: u64,
}

impl<R: BufRead> Rewind<R> {
    /// Reads `inner`, keeping at least the last `limit` bytes since the mark.
    pub(super) fn new(inner: R, limit: usize) -> Self {
        Self { inner, kept: Vec::new(), at: 0, mark: 0, limit, base: 0 }
    }

    /// The offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Sets the mark here.
    pub(super) fn mark(&mut self) {
        self.mark = self.at;
        if self.at == self.kept.len() {
            self.forget(self.at);
        }
    }

    /// Goes back to `behind` bytes behind the mark, or, where too much was read since the mark, as far as possible.
    pub(super) fn rewind(&mut self, behind: usize) {
        self.at = (self.mark + behind).min(self.at);
    }

    /// The next `count` bytes without reading them; fewer at the end.
    pub(super) fn ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.kept.len() - self.at < count {
            let buffer = fill(&mut self.inner)?;
            let taken = buffer.len().min(count + self.at - self.kept.len());
            if taken == 0 {
                break;
            }
            self.kept.extend_from_slice(buffer.get(..taken).unwrap_or_default());
            self.inner.consume(taken);
        }
        let rest = self.kept.get(self.at..).unwrap_or_default();
        Ok(rest.get(..count).unwrap_or(rest))
    }

    fn forget(&mut self, count: usize) {
        self.kept.drain(..count);
        self.base += count as u64;
        self.at -= count;
        self.mark = self.mark.saturating_sub(count);
    }
}

/// Fills the buffer of `reader`, however often it is interrupted.
fn fill<R: BufRead>(reader: &mut R) -> io::Result<&[u8]> {
    loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    reader.fill_buf()
}

impl<R: BufRead> BufRead for Rewind<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.kept.len() {
            return Ok(self.kept.get(self.at..).unwrap_or_default());
        }
        fill(&mut self.inner)
    }

    fn consume(&mut self, count: usize) {
        if self.at < self.kept.len() {
            self.at = (self.at + count).min(self.kept.len());
            return;
        }
        // The buffer is full already, so that this reads nothing and cannot fail.
        let buffer = self.inner.fill_buf().unwrap_or_default();
        self.kept.extend_from_slice(buffer.get(..count).unwrap_or(buffer));
        self.inner.consume(count);
        self.at = self.kept.len();
        if self.kept.len() > 2 * self.limit {
            self.forget(self.kept.len() - self.limit);
        }
    }
}

impl<R: BufRead> Read for Rewind<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(target)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn what_was_read_since_the_mark_is_read_again() {
        let source: Vec<u8> = (0..200).collect();
        for capacity in [1, 7, 64, 500] {
            let mut reader = Rewind::new(BufReader::with_capacity(capacity, source.as_slice()), 100);
            let mut bytes = [0; 20];
            reader.read_exact(&mut bytes).unwrap();
            reader.mark();
            assert_eq!(reader.ahead(30).unwrap(), &source[20..50], "{capacity}");
            for _ in 0..2 {
                assert_eq!(reader.offset(), 20, "{capacity}");
                let mut bytes = [0; 80];
                reader.read_exact(&mut bytes).unwrap();
                assert_eq!(bytes, source[20..100], "{capacity}");
                reader.rewind(0);
            }
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, &source[20..], "{capacity}");
            assert_eq!((reader.offset(), reader.ahead(5).unwrap()), (200, &[][..]), "{capacity}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let source = vec![7; 100_000];
        let mut reader = Rewind::new(BufReader::with_capacity(64, source.as_slice()), 1000);
        reader.mark();
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert!(reader.kept.len() <= 2000 + 64);
        reader.rewind(0);
        assert!(reader.offset() >= 98_000 && reader.offset() < 100_000);
    }
}
