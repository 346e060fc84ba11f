//! The HTTP response in a WARC record: headers, and the payload without transfer and content coding.
//!
//! What is in it is bounded, however much it claims or unpacks to; of a payload that is cut off or damaged the beginning
//! is read.

use std::io::{self, Read};
use std::rc::Rc;

use super::super::content::MAX_PAGE_BYTES;
use super::super::unpack::{Budget, Packing, unpacked};
use crate::model::page::Extent;

/// Read at once while a payload in `br` is unpacked.
const BUFFER_BYTES: usize = 4096;

/// Names, in lower case, and values of headers.
pub(super) type Headers = Vec<(String, String)>;

/// The header in a line.
pub(super) fn header(line: &[u8]) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_lowercase(), value.trim().to_owned()))
}

/// The first header of this name.
pub(super) fn find<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

/// A successful HTTP response.
pub(super) struct Response<'a> {
    pub(super) headers: Headers,
    payload: &'a [u8],
}

impl<'a> Response<'a> {
    /// `None` unless the status is 200.
    pub(super) fn parse(content: &'a [u8]) -> Option<Self> {
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

    /// The payload without transfer and content coding, at most [`MAX_PAGE_BYTES`] and one more, and whether that is all.
    pub(super) fn body(&self) -> io::Result<(Vec<u8>, Extent)> {
        let is_chunked =
            find(&self.headers, "transfer-encoding").is_some_and(|coding| coding.to_lowercase().contains("chunked"));
        // Some crawlers keep the header and store the payload already joined.
        let payload = if is_chunked { unchunked(self.payload) } else { None };
        let payload = payload.unwrap_or_else(|| self.payload.to_vec());
        let codings = find(&self.headers, "content-encoding").unwrap_or_default().to_lowercase();
        let mut body = (payload, Extent::Whole);
        for coding in codings.split(',').rev().map(str::trim) {
            let (bytes, extent) = decoded(&body.0, coding)?;
            body = (bytes, if extent == Extent::Cut { Extent::Cut } else { body.1 });
        }
        Ok(body)
    }
}

/// `payload` without one content coding. A payload that does not look coded was stored as it is.
fn decoded(payload: &[u8], coding: &str) -> io::Result<(Vec<u8>, Extent)> {
    let budget = Rc::new(Budget::default());
    match (coding, Packing::of(payload)) {
        ("gzip" | "x-gzip", Some(packing @ Packing::Gzip)) | ("zstd", Some(packing @ Packing::Zstd)) => {
            beginning(unpacked(payload, packing, &budget))
        }
        ("deflate", _) => beginning(flate2::read::ZlibDecoder::new(payload))
            // Servers that take the name at its word leave out the frame of zlib.
            .or_else(|_| beginning(flate2::read::DeflateDecoder::new(payload)))
            .or_else(|error| as_stored(payload).ok_or(error)),
        ("br", _) => beginning(brotli_decompressor::Decompressor::new(payload, BUFFER_BYTES))
            .or_else(|error| as_stored(payload).ok_or(error)),
        ("" | "identity" | "none" | "utf-8" | "gzip" | "x-gzip" | "zstd", _) => Ok((payload.to_vec(), Extent::Whole)),
        _ => as_stored(payload)
            .ok_or_else(|| io::Error::other(format!("content coding `{coding}` of the response is not known"))),
    }
}

/// As much of the content as can be read; an error where that is nothing.
fn beginning(reader: impl Read) -> io::Result<(Vec<u8>, Extent)> {
    let mut bytes = Vec::new();
    match reader.take(MAX_PAGE_BYTES as u64 + 1).read_to_end(&mut bytes) {
        Ok(_) => Ok((bytes, Extent::Whole)),
        Err(_) if !bytes.is_empty() => Ok((bytes, Extent::Cut)),
        Err(error) => Err(error),
    }
}

/// A payload that is plain text, whatever its header says.
fn as_stored(payload: &[u8]) -> Option<(Vec<u8>, Extent)> {
    let is_markup = payload.trim_ascii_start().starts_with(b"<");
    is_markup.then(|| (payload.to_vec(), Extent::Whole))
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
    use std::io::Write;

    fn body(headers: &str, payload: &[u8]) -> io::Result<(String, Extent)> {
        let content = [format!("HTTP/1.1 200 OK\r\n{headers}\r\n").as_bytes(), payload].concat();
        let response = Response::parse(&content).expect("a response");
        response.body().map(|(bytes, extent)| (String::from_utf8_lossy(&bytes).into_owned(), extent))
    }

    #[test]
    fn every_coding_is_undone() {
        let page = "<p>The clinic explains what is paid and what is not, and what is not paid. </p>".repeat(40);
        let text = page.as_bytes();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text).unwrap();
        zlib.write_all(text).unwrap();
        raw.write_all(text).unwrap();
        let (gzip, zlib, raw) = (gzip.finish().unwrap(), zlib.finish().unwrap(), raw.finish().unwrap());
        let zstd = ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest);
        let chunked = [format!("{:x}\r\n", gzip.len()).as_bytes(), &gzip, b"\r\n0\r\n\r\n"].concat();
        for (name, headers, payload) in [
            ("none", "", text),
            ("gzip", "Content-Encoding: gzip\r\n", &gzip),
            ("gzip in chunks", "Content-Encoding: GZIP\r\nTransfer-Encoding: Chunked\r\n", &chunked),
            ("deflate", "Content-Encoding: deflate\r\n", &zlib),
            ("deflate without a frame", "Content-Encoding: deflate\r\n", &raw),
            ("zstd", "Content-Encoding: zstd\r\n", &zstd),
            ("stored without the coding that is named", "Content-Encoding: gzip\r\n", text),
            ("the same of br", "Content-Encoding: br\r\n", text),
            ("unknown, and not applied", "Content-Encoding: x-none\r\n", text),
        ] {
            assert_eq!(body(headers, payload).unwrap(), (page.clone(), Extent::Whole), "{name}");
        }
        // `<p>brotli brotli brotli</p>` by the reference encoder is longer than its plain form: one stored block.
        let stored = [b"\x0b\x02\x80".as_slice(), b"<p>br", b"\x03"].concat();
        assert_eq!(body("Content-Encoding: br\r\n", &stored).unwrap(), ("<p>br".to_owned(), Extent::Whole));
        let (beginning, extent) = body("Content-Encoding: gzip\r\n", &gzip[..gzip.len() - 12]).unwrap();
        assert!(page.starts_with(&beginning) && extent == Extent::Cut);
        assert!(body("Content-Encoding: br\r\n", b"\xFF\xFF\xFF").is_err());
        assert!(body("Content-Encoding: x-odd\r\n", b"\xFF\xFF\xFF").is_err());
    }
}
