//! CSV: a header that names the columns, then one page a row, in the fields that [`super::rows`] knows.
//!
//! Separated by comma, semicolon or tab, as the header shows; fields in quotes may hold lines. A row is numbered as a
//! table program numbers it: the header is row 1. A quote that is never closed costs its line, not the file.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};
use memchr::{memchr, memchr_iter};
use serde_json::Value;

use super::super::decode::guessed;
use super::super::rewind::Rewind;
use super::rows::{self, MAX_ROW_BYTES, Row};
use super::{Feed, Sink};
use crate::model::report::Skipped;

/// More columns than this has only a table that is there to do harm.
const MAX_COLUMNS: usize = 4096;

/// Calls `sink` with the page of each row of `reader`, or with what is wrong with the row.
pub(in crate::ingest) fn for_each_page(mut reader: impl BufRead, feed: &Feed<'_>, sink: &mut Sink<'_>) {
    let head = reader.fill_buf().unwrap_or_else(|error| {
        sink(Err(Skipped { label: feed.origin.label(), reason: error.to_string() }));
        &[]
    });
    let (delimiter, encoding) = (delimiter_of(head), guessed(head));
    let mut table = Table::new(reader, delimiter, encoding);
    let mut header: Option<Vec<String>> = None;
    for record in 1.. {
        let fields = match table.next_row() {
            Ok(Some(fields)) => fields,
            Ok(None) => return,
            Err(reason) => {
                sink(Err(feed.skipped(record, reason)));
                continue;
            }
        };
        let Some(names) = &header else {
            if !rows::has_content(fields.iter().map(String::as_str), feed.map) {
                let named: Vec<&str> = fields.iter().take(8).map(String::as_str).collect();
                let reason =
                    format!("no column for text or html among {} (name it with --map text=...)", named.join(", "));
                return sink(Err(feed.skipped(record, reason)));
            }
            header = Some(fields);
            continue;
        };
        let page = row(names, fields).and_then(|row| rows::page(&row, feed.at(record), feed.map));
        sink(page.map_err(|reason| feed.skipped(record, reason)));
    }
}

/// The fields under their names.
fn row(names: &[String], fields: Vec<String>) -> Result<Row, String> {
    let filled = fields.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
    if fields.len() < names.len() || filled > names.len() {
        return Err(format!("row has {} fields, and the header {}", fields.len(), names.len()));
    }
    // Of two columns of one name the first counts.
    let mut row = Row::new();
    for (name, field) in names.iter().zip(fields) {
        row.entry(name.as_str()).or_insert(Value::String(field));
    }
    Ok(row)
}

/// The separator of which the first line has most.
fn delimiter_of(head: &[u8]) -> u8 {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter| memchr_iter(delimiter, line).count();
    let all = [b',', b';', b'\t'];
    // Of equal ones the first.
    all.into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

struct Table<R> {
    reader: Rewind<R>,
    core: Reader,
    encoding: &'static Encoding,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// No going back before this offset: it was done once.
    tried: u64,
}

impl<R: BufRead> Table<R> {
    fn new(reader: R, delimiter: u8, encoding: &'static Encoding) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        let reader = Rewind::new(reader, MAX_ROW_BYTES + (1 << 16));
        Self { reader, core, encoding, fields: vec![0; 1 << 16], ends: vec![0; 64], tried: 0 }
    }

    /// The fields of the next row; none at the end.
    fn next_row(&mut self) -> Result<Option<Vec<String>>, String> {
        self.reader.mark();
        let (mut length, mut count) = (0, 0);
        loop {
            let input = match self.reader.fill_buf() {
                Ok(input) => input,
                Err(error) => {
                    self.core.reset();
                    return Err(error.to_string());
                }
            };
            let (fields, ends) = (self.fields.get_mut(length..), self.ends.get_mut(count..));
            let (result, read, written, ended) =
                self.core.read_record(input, fields.unwrap_or_default(), ends.unwrap_or_default());
            self.reader.consume(read);
            length += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => return Ok(Some(self.strings(count))),
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::OutputFull if length <= MAX_ROW_BYTES => {
                    self.fields.resize((2 * length).min(MAX_ROW_BYTES + 1), 0);
                }
                ReadRecordResult::OutputEndsFull if count < MAX_COLUMNS => self.ends.resize(2 * count, 0),
                ReadRecordResult::OutputEndsFull => return Err(self.pass_over("row of too many fields")),
                ReadRecordResult::OutputFull => {
                    return Err(self.pass_over("row longer than 8 MiB, or a quote in it is not closed"));
                }
            }
        }
    }

    /// Goes on behind the first line of the row; behind what was read of it, where that was tried before.
    fn pass_over(&mut self, reason: &str) -> String {
        self.core.reset();
        let end = self.reader.offset();
        if end > self.tried {
            self.tried = end;
            self.reader.rewind(0);
        }
        // An error comes again when the next row is read.
        while let Ok(buffer) = self.reader.fill_buf() {
            let line = memchr(b'\n', buffer);
            let used = line.map_or(buffer.len(), |at| at + 1);
            if used == 0 {
                break;
            }
            self.reader.consume(used);
            if line.is_some() {
                break;
            }
        }
        reason.to_owned()
    }

    fn strings(&self, count: usize) -> Vec<String> {
        let mut start = 0;
        let ends = self.ends.iter().take(count);
        let fields = ends.map(|&end| {
            let field = self.fields.get(start..end).unwrap_or_default();
            start = end;
            text_of(field, self.encoding)
        });
        fields.collect()
    }
}

fn text_of(field: &[u8], encoding: &'static Encoding) -> String {
    let field = field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field);
    match std::str::from_utf8(field) {
        Ok(text) => text.to_owned(),
        Err(_) if encoding == UTF_8 => guessed(field).decode_without_bom_handling(field).0.into_owned(),
        Err(_) => encoding.decode_without_bom_handling(field).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page::{Format, Page};
    use std::io::BufReader;

    fn read(table: &[u8]) -> Vec<Result<Page, Skipped>> {
        let mut pages = Vec::new();
        Feed::test("t.csv", |feed| {
            for_each_page(BufReader::with_capacity(256, table), feed, &mut |page| pages.push(page));
        });
        pages
    }

    #[test]
    fn rows_become_pages() {
        for (name, table) in [
            ("plain", "url,title,text\nhttp://a.example/1,T,\"a, \"\"b\"\"\nc\"\n"),
            (
                "a mark and line ends of Windows",
                "\u{FEFF}url,title,text\r\nhttp://a.example/1,T,\"a, \"\"b\"\"\nc\"\r\n",
            ),
            ("semicolons", "url;title;text\nhttp://a.example/1;T;\"a, \"\"b\"\"\nc\""),
            (
                "tabs, and a field too many that is empty",
                "url\ttitle\ttext\nhttp://a.example/1\tT\t\"a, \"\"b\"\"\nc\"\t\n",
            ),
        ] {
            let pages = read(table.as_bytes());
            let [Ok(page)] = pages.as_slice() else { panic!("{name}: {pages:?}") };
            assert_eq!((page.bytes.as_slice(), page.format), (b"a, \"b\"\nc".as_slice(), Format::Text), "{name}");
            assert_eq!(page.origin.url.as_deref(), Some("http://a.example/1"), "{name}");
            assert_eq!((page.hints.title.as_deref(), page.origin.record), (Some("T"), Some(2)), "{name}");
        }
        assert!(read(b"").is_empty() && read(b"url,text\n").is_empty());
    }

    #[test]
    fn bad_rows_are_numbered_and_the_rest_goes_on() {
        let pages = read(b"url,text\n1,a\n2\n3,b,c\n\n,d\n");
        let labels: Vec<_> =
            pages.iter().filter_map(|page| page.as_ref().err()).map(|skipped| skipped.label.as_str()).collect();
        assert_eq!((labels, pages.len()), (vec!["t.csv#3", "t.csv#4"], 4));
        let headless = read(b"a page,of a table\nwithout,header\n");
        assert!(matches!(headless.as_slice(), [Err(skipped)] if skipped.reason.contains("no column for text")));
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_line() {
        let rows = "2,good\n".repeat(MAX_ROW_BYTES / 7 + 100);
        let pages = read(format!("url,text\n1,\"open\n{rows}").as_bytes());
        let bad: Vec<_> = pages.iter().filter(|page| page.is_err()).collect();
        assert_eq!((bad.len(), pages.len()), (1, MAX_ROW_BYTES / 7 + 101));
        let endless = format!("url,text\n1,{}\n2,b\n", "x".repeat(MAX_ROW_BYTES + 10));
        assert!(matches!(read(endless.as_bytes()).as_slice(), [Err(_), Ok(_)]));
    }

    #[test]
    fn older_charsets() {
        let table = "标题,正文\n重庆医保,重庆医保能报销整形美容吗？这家诊所的项目一般不能报销。\n";
        let (gbk, ..) = encoding_rs::GBK.encode(table);
        let pages = read(&gbk);
        let page = pages[0].as_ref().unwrap();
        assert_eq!(page.hints.title.as_deref(), Some("重庆医保"));
        assert!(String::from_utf8_lossy(&page.bytes).starts_with("重庆医保能报销"));
    }
}
