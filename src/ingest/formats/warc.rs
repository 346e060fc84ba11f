//! WARC: the pages among the records of a crawl, each an HTTP response or a plain resource.
//!
//! Lengths in headers are claims: memory grows with bytes read, never with a length that is only promised. After a
//! broken record reading goes on at the next `WARC/1.` line.

use std::io::{self, BufRead, Read};

use super::super::source::MAX_PAGE_BYTES;
use super::claim;
use crate::model::page::{Format, Origin, Page};
use crate::model::report::Skipped;

/// Longest header block of a record or of an HTTP response.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Calls `sink` with each page of the archive, or with what is wrong with a record, or with a file that has none.
///
/// The record of a page is the offset of its WARC record in the decompressed archive.
pub(in crate::ingest) fn for_each_page(
    reader: impl BufRead,
    origin: &Origin,
    sink: &mut dyn FnMut(Result<Page, Skipped>),
) {
    let mut archive = Archive { reader, offset: 0 };
    let mut is_archive = false;
    loop {
        match archive.next_record() {
            Ok(None) if is_archive => return,
            Ok(None) => return sink(Err(Skipped { label: origin.label(), reason: "no WARC record".to_owned() })),
            Ok(Some(record)) => {
                is_archive = true;
                let here = Origin { record: Some(record.offset), ..origin.clone() };
                if let Some(result) = page_of(record, here) {
                    sink(result);
                }
            }
            Err(error) => {
                let here = Origin { record: Some(archive.offset), ..origin.clone() };
                return sink(Err(Skipped { label: here.label(), reason: error.to_string() }));
            }
        }
    }
}

struct Archive<R> {
    reader: R,
    offset: u64,
}

struct Record {
    offset: u64,
    headers: Vec<(String, String)>,
    /// At most [`MAX_PAGE_BYTES`] and a header block of it.
    content: Vec<u8>,
    /// None when the header gives no length: the content is passed over then, to the next record.
    promised: Option<u64>,
    received: u64,
}

impl<R: BufRead> Archive<R> {
    /// The next record; `None` at the end. Lines that belong to no record are passed over.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let offset = self.offset;
            let Some(line) = self.line()? else { return Ok(None) };
            if !line.starts_with(b"WARC/1.") {
                continue;
            }
            let headers = self.headers()?;
            let promised = find(&headers, "content-length").and_then(|length| length.parse::<u64>().ok());
            let length = promised.unwrap_or(0);
            let mut content = Vec::new();
            let kept = length.min((MAX_PAGE_BYTES + MAX_HEADER_BYTES) as u64);
            let mut received = (&mut self.reader).take(kept).read_to_end(&mut content)? as u64;
            received += io::copy(&mut (&mut self.reader).take(length - kept), &mut io::sink())?;
            self.offset += received;
            return Ok(Some(Record { offset, headers, content, promised, received }));
        }
    }

    fn headers(&mut self) -> io::Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        let mut bytes = 0;
        while let Some(line) = self.line()? {
            bytes += line.len();
            let line = line.trim_ascii();
            if line.is_empty() || bytes > MAX_HEADER_BYTES {
                break;
            }
            headers.extend(header(line));
        }
        Ok(headers)
    }

    /// The next line, at most [`MAX_HEADER_BYTES`] of it.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = (&mut self.reader).take(MAX_HEADER_BYTES as u64).read_until(b'\n', &mut line)?;
        self.offset += read as u64;
        Ok((read > 0).then_some(line))
    }
}

fn header(line: &[u8]) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_lowercase(), value.trim().to_owned()))
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

/// The page that a record holds; `None` for records that hold none (requests, metadata, pictures, redirects).
fn page_of(record: Record, mut origin: Origin) -> Option<Result<Page, Skipped>> {
    let Some(promised) = record.promised else {
        let reason = "record without a readable Content-Length".to_owned();
        return Some(Err(Skipped { label: origin.label(), reason }));
    };
    let kind = find(&record.headers, "warc-type")?.to_lowercase();
    origin.url = find(&record.headers, "warc-target-uri").and_then(|url| claim(url.trim_matches(['<', '>'])));
    if record.received < promised {
        let reason = format!("record ends after {} of {promised} bytes", record.received);
        return Some(Err(Skipped { label: origin.label(), reason }));
    }
    let (content_type, body) = match kind.as_str() {
        "resource" | "conversion" => {
            (find(&record.headers, "content-type").unwrap_or_default().to_owned(), Ok(record.content))
        }
        "response" => {
            let response = Response::parse(&record.content)?;
            (find(&response.headers, "content-type").unwrap_or("text/html").to_owned(), response.body())
        }
        _ => return None,
    };
    let format = format_of(&content_type)?;
    let label = origin.label();
    let charset = content_type
        .split_once("charset=")
        .map(|(_, charset)| charset.split(';').next().unwrap_or(charset).trim_matches(['"', '\'', ' ']).to_owned());
    Some(match body {
        Ok(bytes) => Ok(Page { charset, ..Page::new(origin, format, bytes) }),
        Err(error) => Err(Skipped { label, reason: error.to_string() }),
    })
}

fn format_of(content_type: &str) -> Option<Format> {
    match content_type.split(';').next().unwrap_or_default().trim().to_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => Some(Format::Html),
        "text/plain" => Some(Format::Text),
        _ => None,
    }
}

/// A successful HTTP response.
struct Response<'a> {
    headers: Vec<(String, String)>,
    payload: &'a [u8],
}

impl<'a> Response<'a> {
    /// `None` unless the status is 200.
    fn parse(content: &'a [u8]) -> Option<Self> {
        let mut rest = content;
        let status = next_line(&mut rest);
        let code = status.split(|&byte| byte == b' ').nth(1)?;
        if !status.starts_with(b"HTTP/") || code.trim_ascii() != b"200" {
            return None;
        }
        let mut headers = Vec::new();
        loop {
            let line = next_line(&mut rest).trim_ascii();
            if line.is_empty() {
                return Some(Self { headers, payload: rest });
            }
            headers.extend(header(line));
        }
    }

    /// The payload without transfer and content coding, at most [`MAX_PAGE_BYTES`] and one more.
    fn body(&self) -> io::Result<Vec<u8>> {
        let is_chunked = find(&self.headers, "transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
        // Some crawlers keep the header and store the payload already joined.
        let payload = if is_chunked {
            unchunked(self.payload).unwrap_or_else(|| self.payload.to_vec())
        } else {
            self.payload.to_vec()
        };
        let limit = MAX_PAGE_BYTES as u64 + 1;
        let mut body = Vec::new();
        match find(&self.headers, "content-encoding").map(str::to_lowercase).as_deref() {
            Some("gzip" | "x-gzip") if payload.starts_with(b"\x1F\x8B") => {
                flate2::read::MultiGzDecoder::new(payload.as_slice()).take(limit).read_to_end(&mut body)?;
                Ok(body)
            }
            Some("deflate") => {
                flate2::read::ZlibDecoder::new(payload.as_slice()).take(limit).read_to_end(&mut body)?;
                Ok(body)
            }
            Some("br" | "zstd") => Err(io::Error::other("content coding of the response is not supported")),
            _ => Ok(payload),
        }
    }
}

fn next_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
    let (line, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    *rest = tail;
    line
}

/// The joined chunks of a chunked payload; `None` when it is not chunked in truth.
fn unchunked(mut payload: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    loop {
        let line = next_line(&mut payload).trim_ascii();
        let digits = line.split(|&byte| byte == b';').next()?;
        let size = usize::from_str_radix(std::str::from_utf8(digits).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(joined);
        }
        let (chunk, tail) = payload.split_at_checked(size.min(payload.len()))?;
        joined.extend_from_slice(chunk);
        payload = tail.strip_prefix(b"\r\n").unwrap_or(tail);
        if payload.is_empty() {
            return Some(joined);
        }
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
        for_each_page(archive.as_bytes(), &Origin::at("a.warc"), &mut |page| pages.push(page));
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
}
