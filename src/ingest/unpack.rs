//! Compressed files → their content: gzip with all its members, zstd with all its frames.
//!
//! What a file is packed in is told by its first bytes, not by its name. A reader of unpacked content may be read on
//! after an error: content goes on at the next member or frame that is whole, or is at its end. What unpacks to far more
//! than it is packed in is not read to its end.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use flate2::bufread::GzDecoder;
use memchr::memchr;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::rewind::Rewind;
use crate::model::cancel::Cancel;

/// So much content is never suspicious, in bytes.
const FREE_BYTES: u64 = 16 << 20;
/// Of more than that, content so many times larger than what it is packed in is a decompression bomb. Pages in gzip come
/// to 10, logs in zstd to 50.
const MAX_RATIO: u64 = 200;
/// Largest window that a zstd frame may ask for, in bytes; `zstd -19` asks for 8 MiB.
const MAX_WINDOW_BYTES: u64 = 16 << 20;
/// Of a broken member or frame so much is searched for the next one, in bytes.
const KEPT_BYTES: usize = 1 << 20;

const FRAME_MAGIC: &[u8] = b"\x28\xB5\x2F\xFD";
/// A member's head without the optional parts.
const MEMBER_HEAD_BYTES: usize = 10;

/// How many bytes were read from a file, how many they unpacked to, and whether they are wanted at all.
#[derive(Debug, Default)]
pub(super) struct Budget {
    cancel: Cancel,
    packed: Cell<u64>,
    unpacked: Cell<u64>,
}

impl Budget {
    /// Of a file that is at its end when it is cancelled.
    pub(super) fn until(cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..Self::default() }
    }

    /// Counts bytes that came out of the file's packing.
    ///
    /// # Errors
    /// When there are so many that the file is a decompression bomb.
    pub(super) fn unpack(&self, bytes: usize) -> io::Result<()> {
        self.unpacked.set(self.unpacked.get() + bytes as u64);
        let is_bomb = self.unpacked.get() > FREE_BYTES.max(MAX_RATIO.saturating_mul(self.packed.get()));
        if is_bomb {
            let what = format!("unpacks to more than {MAX_RATIO} times its size, as a decompression bomb does");
            return Err(io::Error::other(format!("{what}; the rest is not read (unpack it first to have all of it)")));
        }
        Ok(())
    }
}

/// Counts what is read of a file; after an error, or when it is cancelled, the file is at its end.
pub(super) struct Counted<R> {
    inner: R,
    budget: Rc<Budget>,
    has_failed: bool,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(inner: R, budget: &Rc<Budget>) -> Self {
        Self { inner, budget: Rc::clone(budget), has_failed: false }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.has_failed || self.budget.cancel.is_cancelled() {
            return Ok(0);
        }
        let read = self.inner.read(target);
        self.has_failed = read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        let count = read?;
        self.budget.packed.set(self.budget.packed.get() + count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// What bytes are packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// Tells by the first bytes.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"\x1F\x8B\x08") {
            return Some(Self::Gzip);
        }
        let is_skippable = matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]);
        (is_skippable || head.starts_with(FRAME_MAGIC)).then_some(Self::Zstd)
    }
}

/// The content of `reader`, which is packed so.
pub(super) fn unpacked<'a>(reader: impl BufRead + 'a, packing: Packing, budget: &Rc<Budget>) -> Box<dyn BufRead + 'a> {
    let state = State::Between(Rewind::new(reader, KEPT_BYTES));
    let unpacker = Unpacker { state, packing, budget: Rc::clone(budget), start: 0, content: 0 };
    Box::new(BufReader::with_capacity(1 << 16, unpacker))
}

struct Unpacker<R> {
    state: State<R>,
    packing: Packing,
    budget: Rc<Budget>,
    /// Offset of the member or frame.
    start: u64,
    /// Bytes of content that it has given.
    content: u64,
}

enum State<R> {
    Between(Rewind<R>),
    Member(GzDecoder<Rewind<R>>),
    Frame(Rewind<R>, Box<FrameDecoder>),
    Over,
}

impl<R: BufRead> Read for Unpacker<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        loop {
            let (count, next) = match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Ok(0),
                State::Between(source) => (0, self.begin(source)?),
                State::Member(mut decoder) => match decoder.read(target) {
                    Ok(0) => (0, State::Between(decoder.into_inner())),
                    Ok(count) => (count, State::Member(decoder)),
                    Err(error) => return Err(self.broken(decoder.into_inner(), &error)),
                },
                State::Frame(mut source, mut decoder) => match decode(&mut source, &mut decoder, target) {
                    Ok(0) => (0, State::Between(source)),
                    Ok(count) => (count, State::Frame(source, decoder)),
                    Err(error) => return Err(self.broken(source, &error)),
                },
            };
            if count > 0 {
                self.content += count as u64;
                // After an error here it is over.
                self.budget.unpack(count)?;
            }
            self.state = next;
            if count > 0 {
                return Ok(count);
            }
        }
    }
}

impl<R: BufRead> Unpacker<R> {
    /// The next member or frame; zeros that fill up a file are passed over.
    fn begin(&mut self, mut source: Rewind<R>) -> io::Result<State<R>> {
        while let Some(zeros) = leading_zeros(&mut source)? {
            source.consume(zeros);
        }
        if source.fill_buf()?.is_empty() {
            return Ok(State::Over);
        }
        source.mark();
        (self.start, self.content) = (source.offset(), 0);
        if self.packing == Packing::Gzip {
            return Ok(State::Member(GzDecoder::new(source)));
        }
        let mut decoder = Box::new(FrameDecoder::new());
        decoder.set_max_window_size(MAX_WINDOW_BYTES);
        match contained(|| decoder.reset(&mut source)) {
            Ok(Ok(())) => Ok(State::Frame(source, decoder)),
            Ok(Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. }))) => {
                io::copy(&mut (&mut source).take(u64::from(length)), &mut io::sink())?;
                Ok(State::Between(source))
            }
            Ok(Err(FrameDecoderError::WindowSizeTooBig { requested, .. })) => {
                let what =
                    format!("a window of {} MiB is asked for, more than {}", requested >> 20, MAX_WINDOW_BYTES >> 20);
                Err(self.broken(source, &io::Error::other(what)))
            }
            Ok(Err(error)) => Err(self.broken(source, &io::Error::other(error))),
            Err(error) => Err(self.broken(source, &error)),
        }
    }

    /// Words what is wrong, and moves on to the next member or frame.
    fn broken(&mut self, mut source: Rewind<R>, error: &io::Error) -> io::Error {
        let (start, content) = (self.start, self.content);
        source.rewind(0);
        let next = self.find_next(&mut source).ok().flatten();
        let name = if self.packing == Packing::Gzip { "gzip member" } else { "zstd frame" };
        let rest = match next {
            Some(next) => {
                self.state = State::Between(source);
                format!("reading goes on at byte {next}")
            }
            None => "nothing that can be read follows".to_owned(),
        };
        io::Error::other(format!("{name} at byte {start} is broken after {content} bytes of content ({error}); {rest}"))
    }

    /// Moves to the next byte after this one at which a member or frame seems to begin.
    fn find_next(&self, source: &mut Rewind<R>) -> io::Result<Option<u64>> {
        let (first, is_head): (u8, fn(&[u8]) -> bool) = match self.packing {
            Packing::Gzip => (0x1F, is_member_head),
            Packing::Zstd => (0x28, |head| head.starts_with(FRAME_MAGIC)),
        };
        let is_over = source.fill_buf()?.is_empty();
        source.consume(usize::from(!is_over));
        loop {
            let buffer = source.fill_buf()?;
            let length = buffer.len();
            match memchr(first, buffer) {
                _ if length == 0 => return Ok(None),
                None => source.consume(length),
                Some(at) => {
                    source.consume(at);
                    if is_head(source.ahead(MEMBER_HEAD_BYTES)?) {
                        return Ok(Some(source.offset()));
                    }
                    source.fill_buf()?;
                    source.consume(1);
                }
            }
        }
    }
}

/// The zeros at the front of the buffer; none where something else stands there.
fn leading_zeros(source: &mut impl BufRead) -> io::Result<Option<usize>> {
    let zeros = source.fill_buf()?.iter().take_while(|&&byte| byte == 0).count();
    Ok((zeros > 0).then_some(zeros))
}

/// Whether a gzip member can begin so: known method, no reserved flag, a compression level and a system that exist.
fn is_member_head(head: &[u8]) -> bool {
    matches!(head, [0x1F, 0x8B, 8, flags, _, _, _, _, 0 | 2 | 4, 0..=13 | 255, ..] if flags & 0xE0 == 0)
}

/// Content of a frame; nothing at its end.
fn decode(source: &mut impl Read, decoder: &mut FrameDecoder, target: &mut [u8]) -> io::Result<usize> {
    while decoder.can_collect() == 0 && !decoder.is_finished() {
        let block = contained(|| decoder.decode_blocks(&mut *source, BlockDecodingStrategy::UptoBlocks(1)))?;
        block.map_err(io::Error::other)?;
    }
    let count = decoder.read(target)?;
    let declared = decoder.get_checksum_from_data();
    if count == 0 && declared.is_some() && declared != decoder.get_calculated_checksum() {
        return Err(io::Error::other("its checksum does not match"));
    }
    Ok(count)
}

/// What `work` gives; a panic in the decoder is the file's error.
fn contained<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| io::Error::other("the decoder gave up"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    fn member(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn frame(content: &[u8]) -> Vec<u8> {
        compress_to_vec(content, CompressionLevel::Fastest)
    }

    /// All content, and all errors on the way.
    fn read(packed: &[u8]) -> (Vec<u8>, Vec<String>) {
        let budget = Rc::new(Budget::default());
        let packing = Packing::of(packed).expect("packed");
        let mut reader = unpacked(BufReader::with_capacity(100, Counted::new(packed, &budget)), packing, &budget);
        let (mut content, mut errors) = (Vec::new(), Vec::new());
        while let Err(error) = reader.read_to_end(&mut content) {
            errors.push(error.to_string());
            assert!(errors.len() < 10, "{errors:?}");
        }
        (content, errors)
    }

    /// Three texts that are hard to compress.
    fn texts() -> [Vec<u8>; 3] {
        [1, 2, 3].map(|seed: u32| {
            (0..3000u32).flat_map(|n| blake3::hash(&(n * seed).to_le_bytes()).as_bytes()[..2].to_vec()).collect()
        })
    }

    #[test]
    fn members_and_frames_are_read_to_the_last() {
        let [first, second, third] = texts();
        for pack in [member, frame] {
            let zeros = vec![0; 600];
            let packed = [pack(&first), pack(b""), pack(&second), pack(&third), zeros].concat();
            assert_eq!(read(&packed), ([first.clone(), second.clone(), third.clone()].concat(), vec![]));
        }
        let skippable = [&[0x5D, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 7, 7, 7], frame(&first).as_slice()].concat();
        assert_eq!(read(&skippable), (first, vec![]));
    }

    #[test]
    fn a_broken_member_costs_itself_alone() {
        let [first, second, third] = texts();
        for pack in [member, frame] {
            let (before, broken, after) = (pack(&first), pack(&second), pack(&third));
            let damaged = |damage: &dyn Fn(&mut Vec<u8>)| {
                let mut middle = broken.clone();
                damage(&mut middle);
                [before.clone(), middle, after.clone()].concat()
            };
            let half = broken.len() / 2;
            for (name, packed) in [
                ("its end is missing", damaged(&|bytes| bytes.truncate(half))),
                ("a byte is wrong", damaged(&|bytes| bytes[half] ^= 0xFF)),
                ("its beginning is missing", damaged(&|bytes| drop(bytes.drain(..half)))),
                (
                    "its checksum is wrong",
                    damaged(&|bytes| {
                        let at = bytes.len() - 5;
                        bytes[at] ^= 0xFF;
                    }),
                ),
                ("it is filled with zeros", damaged(&|bytes| bytes[10..].fill(0))),
            ] {
                let (content, errors) = read(&packed);
                assert!(content.starts_with(&first) && content.ends_with(&third), "{name}");
                assert!(errors[0].contains(&format!("at byte {}", before.len())), "{name}: {errors:?}");
                let next = packed.len() - after.len();
                assert!(
                    errors.iter().any(|error| error.contains(&format!("goes on at byte {next}"))),
                    "{name}: {errors:?}"
                );
            }
            let (content, errors) = read(&[before.as_slice(), &broken[..half]].concat());
            assert!(content.starts_with(&first) && errors.len() == 1, "{errors:?}");
            assert!(errors[0].ends_with("nothing that can be read follows"), "{errors:?}");
        }
    }

    #[test]
    fn bombs_are_not_unpacked() {
        let zeros = vec![0; 64 << 20];
        for pack in [member, frame] {
            let (content, errors) = read(&pack(&zeros));
            assert!(content.len() as u64 <= FREE_BYTES + (1 << 17), "{}", content.len());
            assert!(errors.len() == 1 && errors[0].contains("decompression bomb"), "{errors:?}");
        }
        let [text, ..] = texts();
        let honest = member(&text.repeat(100));
        assert_eq!(read(&honest).1, Vec::<String>::new());
    }

    #[test]
    fn a_frame_that_asks_for_much_memory_is_named() {
        // 128 MiB: 10 + 17 bits.
        let asking = [FRAME_MAGIC, &[0x00, 17 << 3], &[1, 0, 0]].concat();
        let (_, errors) = read(&asking);
        assert!(errors[0].contains("a window of 128 MiB"), "{errors:?}");
    }
}
