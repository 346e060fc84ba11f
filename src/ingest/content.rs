//! The content of one input → its pages: unpacked, told by its first bytes, and handed to its format.
//!
//! One packing and one archive may lie around a page or a feed, and a file in an archive may be packed once more; nothing
//! is nested deeper. Memory is that of one page or row, however large the input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use super::decode::binary_format;
use super::formats::rows::FieldMap;
use super::formats::{Entry, Feed, Sink, csv, json, jsonl, tar, warc, zip};
use super::kind::InputFormat;
use super::open::{Links, Opened};
use super::unpack::{Budget, Counted, Packing, unpacked};
use crate::model::page::{Format, Origin, Page};
use crate::model::report::Skipped;

/// Longest page that is read whole, after decompression; of a longer one the beginning is read.
pub(crate) const MAX_PAGE_BYTES: usize = 4 << 20;
/// Bytes by which content is known.
const HEAD_BYTES: u64 = 1024;

/// What is read, and how.
pub(super) struct Input<'a> {
    pub(super) origin: Origin,
    pub(super) format: InputFormat,
    pub(super) fields: &'a FieldMap,
    pub(super) budget: &'a Rc<Budget>,
}

impl Input<'_> {
    fn skipped(&self, reason: impl Into<String>) -> Skipped {
        Skipped { label: self.origin.label(), reason: reason.into() }
    }
}

/// Calls `sink` with each page of `reader`, or with what is wrong with it, in order.
pub(super) fn read(reader: Box<dyn BufRead + '_>, input: &Input<'_>, sink: &mut Sink<'_>) {
    if let Some((format, reader)) = read_unless_archive(reader, input, sink) {
        let visit = &mut |entry: Entry<'_>| read_entry(entry, format, input, sink);
        if format.is_zip() {
            zip::for_each_in_row(reader, input.budget, visit);
        } else {
            tar::for_each_file(reader, visit);
        }
    }
}

/// [`read`] of a file so many bytes long, in which one can go to and fro as a zip archive asks for.
pub(super) fn read_file(mut file: &File, length: u64, input: &Input<'_>, sink: &mut Sink<'_>) {
    let is_archive = input.format.is_zip() && {
        let mut head = Vec::new();
        let has_head = file.take(HEAD_BYTES).read_to_end(&mut head).and_then(|_| file.rewind());
        has_head.is_ok() && zip::is_archive(&head)
    };
    if is_archive {
        let visit = &mut |entry: Entry<'_>| read_entry(entry, input.format, input, sink);
        return zip::for_each_file(Counted::new(file, input.budget), input.budget, visit);
    }
    let file = Counted::new(file.take(length), input.budget);
    read(Box::new(BufReader::with_capacity(1 << 16, file)), input, sink);
}

/// What a file in an archive holds.
fn read_entry(entry: Entry<'_>, archive: InputFormat, input: &Input<'_>, sink: &mut Sink<'_>) {
    match entry {
        Entry::Bad(reason) => sink(Err(input.skipped(reason))),
        Entry::File(name, content) => {
            let Some(format) = archive.within(&name) else { return };
            let within = |archive: &str| format!("{archive}/{name}");
            let (path, relative) = (within(&input.origin.path), within(&input.origin.relative));
            let origin = Origin { path, relative, site: input.origin.site.clone(), ..Origin::default() };
            let entry = Input { origin, format, ..*input };
            if read_unless_archive(Box::new(content), &entry, sink).is_some() {
                sink(Err(entry.skipped("an archive within an archive is not read; unpack it first")));
            }
        }
    }
}

/// Reads anything but an archive, which is given back unpacked with its format.
fn read_unless_archive<'r>(
    reader: Box<dyn BufRead + 'r>,
    input: &Input<'_>,
    sink: &mut Sink<'_>,
) -> Option<(InputFormat, Box<dyn BufRead + 'r>)> {
    let opened = Unwrapped::of(reader, input.budget);
    if let Some(problem) = opened.problem {
        sink(Err(input.skipped(problem)));
        return None;
    }
    let Unwrapped { head, reader, .. } = opened;
    let format = input.format.corrected(&head);
    if let Some(format) = format.page() {
        sink(single_page(reader, input, format));
        return None;
    }
    let feed = Feed { origin: &input.origin, map: input.fields };
    match format {
        InputFormat::Zip | InputFormat::Wacz if !zip::is_archive(&head) => {
            sink(Err(input.skipped("no zip archive")));
        }
        InputFormat::Tar | InputFormat::Zip | InputFormat::Wacz => return Some((format, reader)),
        InputFormat::Warc => warc::for_each_page(reader, &feed, sink),
        _ => match no_rows(&head) {
            Some(reason) => sink(Err(input.skipped(reason))),
            None if format == InputFormat::Csv => csv::for_each_page(reader, &feed, sink),
            None if format == InputFormat::Json => json::for_each_page(reader, &feed, sink),
            None => jsonl::for_each_page(reader, &feed, sink),
        },
    }
    None
}

/// Why content that begins so holds no rows.
fn no_rows(head: &[u8]) -> Option<String> {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Some("rows in UTF-16 are not read; convert the file to UTF-8".to_owned());
    }
    binary_format(head).map(|looks_like| format!("not text (looks like {looks_like})"))
}

fn single_page(reader: impl Read, input: &Input<'_>, format: Format) -> Result<Page, Skipped> {
    let mut bytes = Vec::new();
    match reader.take(MAX_PAGE_BYTES as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) => Ok(Page::new(input.origin.clone(), format, bytes)),
        Err(error) => Err(input.skipped(error.to_string())),
    }
}

/// Content without what it was packed in.
struct Unwrapped<'a> {
    /// Its first bytes; they are read again.
    head: Vec<u8>,
    reader: Box<dyn BufRead + 'a>,
    problem: Option<&'static str>,
}

impl<'a> Unwrapped<'a> {
    fn of(reader: Box<dyn BufRead + 'a>, budget: &Rc<Budget>) -> Self {
        let opened = Self::peek(reader);
        let Some(packing) = Packing::of(&opened.head) else { return opened };
        let mut unpacked = Self::peek(unpacked(opened.reader, packing, budget));
        if Packing::of(&unpacked.head).is_some() {
            unpacked.problem = Some("compressed twice; unpack it once first");
        }
        unpacked
    }

    fn peek(mut reader: Box<dyn BufRead + 'a>) -> Self {
        let mut head = Vec::new();
        let error = Failing((&mut reader).take(HEAD_BYTES).read_to_end(&mut head).err());
        let reader = Box::new(Cursor::new(head.clone()).chain(error).chain(reader));
        Self { head, reader, problem: None }
    }
}

/// Gives an error in the place where it was met.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl BufRead for Failing {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.take().map_or(Ok(&[]), Err)
    }

    fn consume(&mut self, _: usize) {}
}

/// The format of a file whose name does not tell it, when its first bytes do.
pub(super) fn format_of(path: &Path, links: Links) -> Option<InputFormat> {
    let opened = Opened::at(path, links).ok()?;
    let budget = Rc::default();
    let reader = BufReader::new(Counted::new(&opened.file, &budget));
    let head = Unwrapped::of(Box::new(reader), &budget).head;
    InputFormat::of_content(&head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    /// Content of every format, plain and packed, each with pages in it.
    fn samples() -> Vec<(InputFormat, Vec<u8>)> {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n2\r\nyz\r\n0\r\n\r\n";
        let record = format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{html}\r\n\r\n", html.len());
        let mut header = ::tar::Header::new_gnu();
        header.set_size(14);
        let mut archive = ::tar::Builder::new(Vec::new());
        archive.append_data(&mut header, "a/feed.jsonl", &b"{\"text\":\"abc\"}"[..]).unwrap();
        let mut zipped = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
        zipped.start_file("a/feed.jsonl", ::zip::write::SimpleFileOptions::default()).unwrap();
        zipped.write_all(b"{\"text\":\"abc\"}").unwrap();
        let plain = [
            (InputFormat::Text, b"a text".to_vec()),
            (InputFormat::Html, b"<p>a page".to_vec()),
            (InputFormat::JsonLines, b"{\"text\":\"a\"}\n{\"html\":\"b\"}\n".repeat(5)),
            (InputFormat::Json, br#"{"n":1,"items":[{"text":"a \" \\"},{"text":["b"]}],"m":{}}"#.repeat(3)),
            (InputFormat::Csv, b"url,text\n1,\"a\n\"\"b\"\n2,c\n".repeat(3)),
            (InputFormat::Warc, record.repeat(3).into_bytes()),
            (InputFormat::Tar, archive.into_inner().unwrap()),
            (InputFormat::Zip, zipped.finish().unwrap().into_inner()),
        ];
        let gzip = |content: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        };
        let zstd =
            |content: &[u8]| ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest);
        let packed = plain.iter().flat_map(|(format, content)| {
            [content.clone(), gzip(content).repeat(2), zstd(content)].map(|content| (*format, content))
        });
        packed.collect()
    }

    fn outcomes(content: &[u8], format: InputFormat) -> Vec<Result<Page, Skipped>> {
        let budget = Rc::default();
        let fields = FieldMap::default();
        let input = Input { origin: Origin::at("f"), format, fields: &fields, budget: &budget };
        let mut outcomes = Vec::new();
        read(Box::new(Counted::new(content, &budget).into_buffer()), &input, &mut |page| outcomes.push(page));
        outcomes
    }

    impl<R: Read> Counted<R> {
        fn into_buffer(self) -> BufReader<Self> {
            BufReader::with_capacity(50, self)
        }
    }

    #[test]
    fn every_sample_has_pages() {
        for (format, content) in samples() {
            assert!(outcomes(&content, format).iter().any(Result::is_ok), "{format:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn damage_is_survived(
            sample in 0..24_usize,
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
            cut in any::<prop::sample::Index>(),
            how in 0..3_u8,
        ) {
            let (format, mut content) = samples().swap_remove(sample);
            for (at, byte) in changes {
                let at = at.index(content.len());
                content[at] = byte;
            }
            match how {
                0 => content.truncate(cut.index(content.len())),
                1 => drop(content.drain(..cut.index(content.len()))),
                _ => {}
            }
            // A file of a hundred bytes has no more pages than bytes.
            prop_assert!(outcomes(&content, format).len() <= 2 * content.len() + 2);
        }
    }
}
