//! WARC: the pages among the records of a crawl, each an HTTP response or a plain resource.
//!
//! Records that repeat a page captured before (`revisit`) hold no page, nor do requests, metadata, pictures and redirects.
//! A record that its crawler cut off (`WARC-Truncated`) gives a page that is marked as cut.
//!
//! Lengths in headers are claims: memory grows with bytes read, never with a length that is only promised, and where a
//! length does not lead to the end of its record, the next `WARC/1.` line is that end.

use std::io::{self, BufRead, Read};

use memchr::memmem;

use super::super::content::MAX_PAGE_BYTES;
use super::super::rewind::Rewind;
use super::http::{Headers, Response, find, header};
use super::{Feed, Sink, claim};
use crate::model::capture::CaptureTime;
use crate::model::page::{Extent, Format, Origin, Page};
use crate::model::report::Skipped;

/// Longest header block of a record or of an HTTP response.
const MAX_HEADER_BYTES: usize = 64 << 10;
/// So much is kept of the content of a record.
const MAX_CONTENT_BYTES: usize = MAX_PAGE_BYTES + MAX_HEADER_BYTES;
/// Bytes by which the first line of a record is known.
const START_BYTES: usize = 7;
/// Bytes within which the version and the beginning of a header stand.
const START_LINES_BYTES: usize = 32;

/// Calls `sink` with each page of the archive, or with what is wrong with a record, or with a file that has none.
///
/// The record of a page is the offset of its WARC record in the decompressed archive.
pub(in crate::ingest) fn for_each_page(reader: impl BufRead, feed: &Feed<'_>, sink: &mut Sink<'_>) {
    let mut archive = Archive { reader: Rewind::new(reader, MAX_CONTENT_BYTES), record: 0, late: None };
    let mut is_archive = false;
    loop {
        match archive.next_record() {
            Ok(None) if is_archive => return,
            Ok(None) => {
                return sink(Err(Skipped { label: feed.origin.label(), reason: "no WARC record".to_owned() }));
            }
            Ok(Some(record)) => {
                is_archive = true;
                let here = feed.at(record.offset);
                if let Some(result) = page_of(record, here) {
                    sink(result);
                }
            }
            Err(error) => {
                is_archive = true;
                sink(Err(feed.skipped(archive.record, error.to_string())));
            }
        }
    }
}

struct Archive<R> {
    reader: Rewind<R>,
    /// Offset of the record that is being read.
    record: u64,
    /// What was met behind a whole record, to be told after it.
    late: Option<io::Error>,
}

struct Record {
    offset: u64,
    headers: Headers,
    /// At most [`MAX_CONTENT_BYTES`] of it.
    content: Vec<u8>,
    /// None when the header gives no length: the content is passed over then, to the next record.
    promised: Option<u64>,
    received: u64,
    extent: Extent,
}

impl<R: BufRead> Archive<R> {
    /// The next record; `None` at the end. Lines that belong to no record are passed over.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        if let Some(error) = self.late.take() {
            self.record = self.reader.offset();
            return Err(error);
        }
        loop {
            let offset = self.reader.offset();
            let Some(line) = self.line(MAX_HEADER_BYTES as u64)? else { return Ok(None) };
            if !is_start(&line) {
                continue;
            }
            self.record = offset;
            let headers = self.headers()?;
            let promised = find(&headers, "content-length").and_then(|length| length.parse::<u64>().ok());
            let extent = if find(&headers, "warc-truncated").is_some() { Extent::Cut } else { Extent::Whole };
            let record = Record { offset, headers, content: Vec::new(), promised, received: 0, extent };
            return self.content(record).map(Some);
        }
    }

    /// Reads the content of `record`, to where it ends in truth.
    fn content(&mut self, mut record: Record) -> io::Result<Record> {
        let Some(promised) = record.promised else { return Ok(record) };
        self.reader.mark();
        let kept = promised.min(MAX_CONTENT_BYTES as u64);
        record.received = (&mut self.reader).take(kept).read_to_end(&mut record.content)? as u64;
        let is_long = promised > kept && record.received == kept;
        if !is_long && record.received == promised {
            match self.is_at_end() {
                Ok(false) => {}
                Ok(true) => return Ok(record),
                Err(error) => {
                    self.late = Some(error);
                    return Ok(record);
                }
            }
        }
        // A few bytes more, where the length ends within the first lines of the next record.
        let length = record.content.len();
        record.content.extend_from_slice(self.reader.ahead(START_LINES_BYTES)?);
        let end = start_in(&record.content).filter(|&end| end <= length);
        record.content.truncate(length);
        if let Some(end) = end {
            self.reader.rewind(end);
            record.content.truncate(end);
            (record.promised, record.received, record.extent) = (Some(end as u64), end as u64, Extent::Cut);
        } else if is_long {
            record.received += self.pass_over(promised - kept)?;
            // Only the beginning is kept of it; that it is cut says the length.
            record.promised = Some(record.received);
        } else if record.received == promised {
            self.extend(&mut record)?;
        }
        Ok(record)
    }

    /// Whether what follows is no more of the record: the empty lines behind it, the next one, or nothing.
    fn is_at_end(&mut self) -> io::Result<bool> {
        let ahead = self.reader.ahead(4 + START_BYTES)?;
        let rest = ahead.iter().position(|byte| !b"\r\n".contains(byte)).and_then(|at| ahead.get(at..));
        Ok(ahead.starts_with(b"\r\n\r\n")
            || ahead.starts_with(b"\n\n")
            || rest.is_none_or(|rest| b"WARC/".starts_with(rest.get(..5).unwrap_or(rest))))
    }

    /// Adds what stands before the next record.
    fn extend(&mut self, record: &mut Record) -> io::Result<()> {
        record.extent = Extent::Cut;
        while !is_start(self.reader.ahead(START_BYTES)?) {
            let Some(line) = self.line(MAX_HEADER_BYTES as u64)? else { break };
            if record.content.len() + line.len() <= MAX_CONTENT_BYTES {
                record.content.extend(line);
            }
        }
        Ok(())
    }

    /// Passes over the rest of a long record, to the next record at most.
    fn pass_over(&mut self, length: u64) -> io::Result<u64> {
        let mut passed = 0;
        let mut is_line_start = false;
        while passed < length {
            if is_line_start && is_start(self.reader.ahead(START_BYTES)?) {
                break;
            }
            let Some(line) = self.line((length - passed).min(MAX_HEADER_BYTES as u64))? else { break };
            passed += line.len() as u64;
            is_line_start = line.ends_with(b"\n");
        }
        Ok(passed)
    }

    fn headers(&mut self) -> io::Result<Headers> {
        let mut headers = Vec::new();
        let mut bytes = 0;
        while let Some(line) = self.line(MAX_HEADER_BYTES as u64)? {
            bytes += line.len();
            let line = line.trim_ascii();
            if line.is_empty() || bytes > MAX_HEADER_BYTES {
                break;
            }
            headers.extend(header(line));
        }
        Ok(headers)
    }

    /// The next line, at most `limit` bytes of it.
    fn line(&mut self, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut line)?;
        Ok((read > 0).then_some(line))
    }
}

/// Whether a record begins so.
fn is_start(line: &[u8]) -> bool {
    line.starts_with(b"WARC/1.") || line.starts_with(b"WARC/0.")
}

/// Where in the content of a record another one begins: the version on a line of its own, and a header below it.
fn start_in(content: &[u8]) -> Option<usize> {
    memmem::find_iter(content, b"\nWARC/").map(|at| at + 1).find(|&at| {
        let mut lines = content.get(at..).unwrap_or_default().split(|&byte| byte == b'\n');
        let version = lines.next().unwrap_or_default().trim_ascii_end();
        let header = lines.next().unwrap_or_default();
        is_start(version) && version.len() <= START_BYTES + 2 && header.to_ascii_lowercase().starts_with(b"warc-")
    })
}

/// The page that a record holds; `None` for records that hold none.
fn page_of(record: Record, mut origin: Origin) -> Option<Result<Page, Skipped>> {
    let Some(promised) = record.promised else {
        let reason = "record without a readable Content-Length".to_owned();
        return Some(Err(Skipped { label: origin.label(), reason }));
    };
    let kind = find(&record.headers, "warc-type")?.to_lowercase();
    origin.url = find(&record.headers, "warc-target-uri").and_then(|url| claim(url.trim_matches(['<', '>'])));
    origin.captured = find(&record.headers, "warc-date").and_then(CaptureTime::parse);
    if record.received < promised {
        let reason = format!("record ends after {} of {promised} bytes", record.received);
        return Some(Err(Skipped { label: origin.label(), reason }));
    }
    let (content_type, body) = match kind.as_str() {
        "resource" | "conversion" => {
            let content_type = find(&record.headers, "content-type").unwrap_or_default().to_owned();
            (content_type, Ok((record.content, Extent::Whole)))
        }
        "response" => {
            let response = Response::parse(&record.content)?;
            let content_type = find(&response.headers, "content-type").unwrap_or("text/html").to_owned();
            // Only what can be a page is worth unpacking.
            format_of(&content_type)?;
            (content_type, response.body())
        }
        _ => return None,
    };
    let format = format_of(&content_type)?;
    let label = origin.label();
    Some(match body {
        Ok((bytes, extent)) => {
            let extent = if extent == Extent::Cut { extent } else { record.extent };
            Ok(Page { charset: charset_of(&content_type), extent, ..Page::new(origin, format, bytes) })
        }
        Err(error) => Err(Skipped { label, reason: error.to_string() }),
    })
}

fn charset_of(content_type: &str) -> Option<String> {
    let content_type = content_type.to_lowercase();
    let (_, charset) = content_type.split_once("charset=")?;
    Some(charset.split(';').next().unwrap_or(charset).trim_matches(['"', '\'', ' ']).to_owned())
}

fn format_of(content_type: &str) -> Option<Format> {
    match content_type.split(';').next().unwrap_or_default().trim().to_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => Some(Format::Html),
        "text/plain" => Some(Format::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &str, http: &str) -> String {
        let head = format!("WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <http://a.example/1>\r\n");
        format!("{head}Content-Length: {}\r\n\r\n{http}\r\n\r\n", http.len())
    }

    fn read(archive: &str) -> Vec<Result<Page, Skipped>> {
        let mut pages = Vec::new();
        Feed::test("a.warc", |feed| for_each_page(archive.as_bytes(), feed, &mut |page| pages.push(page)));
        pages
    }

    #[test]
    fn responses_become_pages() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n<p>x";
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n2\r\nyz\r\n0\r\n\r\n";
        let archive = [
            record("warcinfo", "software: x"),
            record("response", html),
            "garbage between records\n".to_owned(),
            record("response", "HTTP/1.1 404 Not Found\r\n\r\nnothing"),
            record("response", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG"),
            record("response", chunked),
        ]
        .concat();
        let pages = read(&archive);
        assert_eq!(pages.len(), 2);
        let first = pages[0].as_ref().expect("a page");
        assert_eq!(first.charset.as_deref(), Some("gb2312"));
        assert_eq!(first.origin.url.as_deref(), Some("http://a.example/1"));
        let offset = usize::try_from(first.origin.record.expect("an offset")).expect("small");
        let found = archive.get(offset..).expect("within the archive");
        assert!(found.starts_with("WARC/1.0\r\nWARC-Type: response"));
        assert!(pages[1].as_ref().is_ok_and(|page| page.bytes == b"<p>yz"));
    }

    #[test]
    fn a_record_without_a_length_is_named_and_passed_over() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x";
        let good = record("response", html);
        for length in ["12x", "-1", "", "99999999999999999999999"] {
            let head = format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {length}\r\n\r\n");
            let pages = read(&[head.as_str(), html, "\r\n\r\n", &good].concat());
            assert!(matches!(pages.as_slice(), [Err(skipped), Ok(_)] if skipped.reason.contains("Content-Length")));
            assert_eq!(pages[0].as_ref().err().map(|skipped| skipped.label.as_str()), Some("a.warc#0"));
        }
    }

    #[test]
    fn a_file_without_a_record_is_named() {
        for (file, count) in [("", 1), ("<html><p>no archive", 1), (record("warcinfo", "software: x").as_str(), 0)] {
            let pages = read(file);
            assert_eq!(pages.len(), count, "{file}");
            assert!(
                pages.iter().filter_map(|page| page.as_ref().err()).all(|skipped| skipped.reason == "no WARC record")
            );
        }
    }

    #[test]
    fn an_address_is_one_clean_line() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x";
        let archive = record("response", html).replace("/1>", "/\u{1b}[7m1\u{202E}>");
        assert!(read(&archive)[0].as_ref().is_ok_and(|page| page.origin.url.as_deref() == Some("http://a.example/1")));
    }

    #[test]
    fn a_truncated_record_is_named() {
        let whole = record("response", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>long enough text");
        let pages = read(whole.get(..whole.len() - 12).expect("ASCII"));
        assert!(matches!(pages.as_slice(), [Err(skipped)] if skipped.reason.contains("ends after")));
        assert_eq!(read("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nx").len(), 1);
    }

    #[test]
    fn a_length_that_lies_costs_no_record() {
        let page =
            |text: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{text}\n<p>WARC/1.0\r\n</p>");
        let (first, third) = (record("response", &page("first")), record("response", &page("third")));
        let second = record("response", &page("second"));
        let length = page("second").len();
        for (name, lie) in [
            ("too large by a few bytes", length + 6),
            ("too large by a line", length + 30),
            ("too large by a record", length + third.len() + 8),
            ("larger than the file", length + 1_000_000),
            ("larger than what is kept", 60_000_000),
            ("without an end", 99_999_999_999_999),
            ("too small", length - 9),
            ("almost nothing", 17),
        ] {
            let lying = second.replace(&format!("Content-Length: {length}"), &format!("Content-Length: {lie}"));
            let pages = read(&[first.clone(), lying, third.clone()].concat());
            let texts: Vec<_> =
                pages.iter().flatten().map(|page| String::from_utf8_lossy(&page.bytes).into_owned()).collect();
            assert_eq!(texts.len(), 3, "{name}: {pages:?}");
            for (text, expected) in texts.iter().zip(["first", "second", "third"]) {
                assert!(text.contains(expected) && text.trim_end().ends_with("</p>"), "{name}: {text}");
            }
            let extents: Vec<_> = pages.iter().flatten().map(|page| page.extent).collect();
            assert_eq!(extents, [Extent::Whole, Extent::Cut, Extent::Whole], "{name}");
        }
    }

    #[test]
    fn a_page_about_archives_is_a_page() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<pre>\nWARC/1.0\r\nWARC-Type: response\r\n</pre>";
        let pages = read(&[record("response", html), record("response", html)].concat());
        assert!(pages.len() == 2 && pages.iter().flatten().all(|page| page.extent == Extent::Whole), "{pages:?}");
    }

    #[test]
    fn long_records_are_passed_over() {
        let video = format!("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n{}", "x\n".repeat(MAX_PAGE_BYTES));
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x";
        let pages = read(&[record("response", &video), record("response", html)].concat());
        assert!(matches!(pages.as_slice(), [Ok(page)] if page.bytes == b"<p>x"));
    }

    #[test]
    fn captures_revisits_and_records_cut_off() {
        let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html; Charset=\"GBK\"\r\n\r\n<p>x";
        let dated = record("response", html)
            .replace("\r\nContent-Length", "\r\nWARC-Date: 2024-03-01T12:30:05Z\r\nContent-Length");
        let cut =
            record("response", html).replace("\r\nContent-Length", "\r\nWARC-Truncated: length\r\nContent-Length");
        let revisit = record("revisit", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        let pages = read(&[dated, revisit, cut].concat());
        let [Ok(dated), Ok(cut)] = pages.as_slice() else { panic!("{pages:?}") };
        assert_eq!(dated.origin.captured, CaptureTime::parse("2024-03-01T12:30:05Z"));
        assert_eq!((dated.charset.as_deref(), dated.extent), (Some("gbk"), Extent::Whole));
        assert_eq!((cut.origin.captured.as_ref(), cut.extent), (None, Extent::Cut));
    }
}
