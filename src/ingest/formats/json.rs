//! JSON: an array of rows, rows one after another, one row, or an object that holds an array of rows.
//!
//! The file is cut into rows byte by byte and never held whole, so that an array of any size takes the memory of one
//! row. A row that is broken costs itself: the next one begins where no valid row could go on.

use std::io::BufRead;

use memchr::memchr3;

use super::rows::{self, MAX_ROW_BYTES};
use super::{Feed, Sink};
use crate::model::page::Page;

/// Names under which an object holds the array of rows.
const WRAPPERS: [&str; 14] = [
    "items",
    "data",
    "results",
    "articles",
    "pages",
    "rows",
    "records",
    "documents",
    "docs",
    "entries",
    "posts",
    "hits",
    "list",
    "news",
];
/// Deeper rows are not read by the parser either.
const MAX_DEPTH: usize = 128;

/// Calls `sink` with the page of each row of `reader`, or with what is wrong with the row.
pub(in crate::ingest) fn for_each_page(mut reader: impl BufRead, feed: &Feed<'_>, sink: &mut Sink<'_>) {
    let mut splitter = Splitter::default();
    let mut record = 0;
    let mut take = |piece: Result<&[u8], String>| {
        record += 1;
        let page = piece.and_then(|row| page(row, feed, record));
        sink(page.map_err(|reason| feed.skipped(record, reason)));
    };
    loop {
        let buffer = match reader.fill_buf() {
            Ok([]) => break,
            Ok(buffer) => buffer,
            Err(error) => {
                splitter.give_up();
                take(Err(error.to_string()));
                continue;
            }
        };
        let mut rest = buffer;
        while !rest.is_empty() {
            let (used, piece) = splitter.step(rest);
            rest = rest.get(used..).unwrap_or_default();
            match piece {
                None => {}
                Some(Piece::Row) => take(Ok(&splitter.row)),
                Some(Piece::Bad(reason)) => take(Err(reason.to_owned())),
            }
        }
        let length = buffer.len();
        reader.consume(length);
    }
    if let Some(reason) = splitter.end() {
        take(Err(reason.to_owned()));
    }
}

fn page(row: &[u8], feed: &Feed<'_>, record: u64) -> Result<Page, String> {
    let row = serde_json::from_slice(row).map_err(|error| format!("not JSON: {error}"))?;
    rows::page(&row, feed.at(record), feed.map)
}

/// What ends at a byte.
#[derive(Clone, Copy)]
enum Piece {
    /// The row that is kept.
    Row,
    Bad(&'static str),
}

/// Where in the file the next byte stands.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between rows.
    #[default]
    Between,
    /// Among what is no row: text, numbers.
    Junk,
    /// In a row.
    Row,
    /// In an object behind its array of rows.
    Tail,
}

#[derive(Default)]
struct Splitter {
    place: Place,
    row: Vec<u8>,
    /// The brackets that are open in the row.
    open: Vec<u8>,
    string: Quotes,
    /// The last byte that is no space.
    last: u8,
    is_line_start: bool,
    is_in_wrapper: bool,
    /// A complete row was handed out and is to be forgotten.
    is_done: bool,
}

/// Whether a byte stands in a string.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    #[default]
    Outside,
    Inside,
    /// Behind a backslash.
    Escaped,
}

const NO_OBJECT: &str = "not JSON: no object";
const OVERLONG: Option<Piece> = Some(Piece::Bad(rows::OVERLONG));
const BROKEN: Option<Piece> = Some(Piece::Bad("not JSON: the row is not closed"));

impl Splitter {
    /// Takes some of `bytes`: how many, and the piece that ends there.
    fn step(&mut self, bytes: &[u8]) -> (usize, Option<Piece>) {
        if self.is_done {
            self.row.clear();
            self.is_done = false;
        }
        if self.string == Quotes::Inside {
            let plain = memchr3(b'"', b'\\', b'\n', bytes).unwrap_or(bytes.len());
            if plain > 0 {
                self.keep(bytes.get(..plain).unwrap_or_default());
                return (plain, None);
            }
        }
        let Some(&byte) = bytes.first() else { return (0, None) };
        let piece = match self.place {
            Place::Between | Place::Junk => self.between(byte),
            Place::Row => self.in_row(byte),
            Place::Tail => self.in_tail(byte),
        };
        self.is_line_start = byte == b'\n';
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        (1, piece)
    }

    fn between(&mut self, byte: u8) -> Option<Piece> {
        let was_junk = self.place == Place::Junk;
        match byte {
            b'{' => self.begin(),
            b']' if self.is_in_wrapper => {
                self.is_in_wrapper = false;
                self.place = Place::Tail;
                self.open = vec![b'{'];
            }
            b',' | b'[' | b']' | b'\n' => self.place = Place::Between,
            // Zeros are left by writers that were cut off; the byte order mark stands in front.
            b'\0' | 0xEF | 0xBB | 0xBF => return None,
            byte if byte.is_ascii_whitespace() => return None,
            _ => {
                self.place = Place::Junk;
                return None;
            }
        }
        was_junk.then_some(Piece::Bad(NO_OBJECT))
    }

    fn begin(&mut self) {
        self.place = Place::Row;
        self.row.clear();
        self.row.push(b'{');
        self.open = vec![b'{'];
        self.string = Quotes::Outside;
    }

    fn in_row(&mut self, byte: u8) -> Option<Piece> {
        if self.string != Quotes::Outside {
            return self.in_string(byte);
        }
        let is_member = self.open.last() == Some(&b'{');
        match byte {
            b'"' => self.string = Quotes::Inside,
            // Nothing but a name can stand there in an object: a new row begins.
            b'{' if is_member && self.last != b':' || self.is_line_start && self.is_overlong() => {
                let is_overlong = self.is_overlong();
                self.begin();
                return if is_overlong { OVERLONG } else { BROKEN };
            }
            b'[' if self.open.len() == 1 && self.names_rows() => {
                self.is_in_wrapper = true;
                self.place = Place::Between;
                return None;
            }
            b'{' | b'[' if self.open.len() < MAX_DEPTH => self.open.push(byte),
            b'{' | b'[' => {
                self.give_up();
                return Some(Piece::Bad("not JSON: nested too deeply"));
            }
            b'}' | b']' => {
                self.open.pop();
            }
            _ => {}
        }
        self.keep(&[byte]);
        if !self.open.is_empty() {
            return None;
        }
        let is_overlong = self.is_overlong();
        self.give_up();
        if is_overlong { OVERLONG } else { Some(Piece::Row) }
    }

    fn in_string(&mut self, byte: u8) -> Option<Piece> {
        self.string = match (self.string, byte) {
            // No string goes on in the next line.
            (_, b'\n') => {
                let is_in_row = self.place == Place::Row;
                self.give_up();
                return if is_in_row { BROKEN } else { None };
            }
            (Quotes::Escaped, _) => Quotes::Inside,
            (_, b'\\') => Quotes::Escaped,
            (_, b'"') => Quotes::Outside,
            _ => Quotes::Inside,
        };
        self.keep(&[byte]);
        None
    }

    fn in_tail(&mut self, byte: u8) -> Option<Piece> {
        if self.string != Quotes::Outside {
            return self.in_string(byte);
        }
        match byte {
            b'"' => self.string = Quotes::Inside,
            b'{' | b'[' if self.open.len() < MAX_DEPTH => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
                if self.open.is_empty() {
                    self.place = Place::Between;
                }
            }
            _ => {}
        }
        None
    }

    /// Whether the array that begins now, as a member of the outermost object, is one of rows.
    fn names_rows(&self) -> bool {
        let named = |row: &[u8]| {
            let before = row.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
            let start = before.iter().rposition(|&byte| byte == b'"')?;
            let name = std::str::from_utf8(before.get(start + 1..)?).ok()?;
            Some(WRAPPERS.contains(&name.to_lowercase().as_str()))
        };
        named(&self.row).unwrap_or(false)
    }

    /// Keeps bytes of a row, and of a longer one only so many that it is known to be too long.
    fn keep(&mut self, bytes: &[u8]) {
        if self.place == Place::Row && !self.is_overlong() {
            self.row.extend_from_slice(bytes);
        }
    }

    fn is_overlong(&self) -> bool {
        self.row.len() > MAX_ROW_BYTES
    }

    /// What follows is looked at as if a new row could begin.
    fn give_up(&mut self) {
        (self.place, self.string, self.is_done) = (Place::Between, Quotes::Outside, true);
        self.open.clear();
    }

    /// What is wrong with the end of the file.
    fn end(&self) -> Option<&'static str> {
        match self.place {
            Place::Between | Place::Tail => None,
            Place::Junk => Some(NO_OBJECT),
            Place::Row => Some("not JSON: the file ends within the row"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Skipped;
    use std::io::BufReader;

    fn read(json: &[u8]) -> Vec<Result<Page, Skipped>> {
        let mut all = Vec::new();
        for capacity in [3, 1 << 16] {
            let mut pages = Vec::new();
            Feed::test("f.json", |feed| {
                for_each_page(BufReader::with_capacity(capacity, json), feed, &mut |page| pages.push(page));
            });
            all.push(pages);
        }
        assert_eq!(all[0], all[1], "however it is buffered");
        all.remove(0)
    }

    /// The texts of the pages, `!` for what was skipped.
    fn texts(json: &str) -> Vec<String> {
        let text =
            |page: Result<Page, Skipped>| page.map_or("!".to_owned(), |page| String::from_utf8(page.bytes).unwrap());
        read(json.as_bytes()).into_iter().map(text).collect()
    }

    #[test]
    fn arrays_objects_and_rows_one_after_another() {
        for (name, json, expected) in [
            ("array", r#"[{"text":"a"}, {"text":"b"}]"#, vec!["a", "b"]),
            (
                "pretty array with a mark",
                "\u{FEFF}[\n  {\n    \"text\": \"a\"\n  },\n  {\"text\": \"b\", \"tags\": [{\"x\": 1}]}\n]\n",
                vec!["a", "b"],
            ),
            ("one row", r#"{"text":"a","images":[{"url":"x"}],"meta":{"a":"}"}}"#, vec!["a"]),
            ("rows on lines", "{\"text\":\"a\"}\n\n{\"text\":\"b\"}", vec!["a", "b"]),
            (
                "an object with an array",
                r#"{"count":2,"next":"{[","items":[{"text":"a"},{"text":"b"}],"meta":{"text":"x"}}"#,
                vec!["a", "b"],
            ),
            ("one such object a line", "{\"data\":[{\"text\":\"a\"}]}\n{\"data\":[{\"text\":\"b\"}]}", vec!["a", "b"]),
            ("quotes and brackets in strings", r#"[{"text":"a \"}] {[ \\"},{"text":"b"}]"#, vec!["a \"}] {[ \\", "b"]),
            ("empty array", "[]", vec![]),
            ("empty", "", vec![]),
        ] {
            assert_eq!(texts(json), expected, "{name}");
        }
    }

    #[test]
    fn a_broken_row_costs_itself_alone() {
        for (name, json, expected) in [
            ("an open string", "[{\"text\":\"oops},\n{\"text\":\"b\"}]", vec!["!", "b"]),
            ("an open object", "[{\"text\":\"oops\",\n{\"text\":\"b\"}]", vec!["!", "b"]),
            ("an open object on a line", "{\"text\":\"oops\"\n{\"text\":\"b\"}", vec!["!", "b"]),
            ("no object", "[7, null, {\"text\":\"b\"}, \"x\"]", vec!["!", "!", "b", "!"]),
            ("no content", "[{\"x\":1},{\"text\":\"b\"}]", vec!["!", "b"]),
            ("a wrong escape", "[{\"text\":\"\\ud800\"},{\"text\":\"b\"}]", vec!["!", "b"]),
            ("the end is missing", "[{\"text\":\"b\"},{\"text\":\"c", vec!["b", "!"]),
            ("zeros", "{\"text\":\"b\"}\n\0\0\0\0{\"text\":\"c\"}", vec!["b", "c"]),
            ("brackets too many", "]]}}{\"text\":\"b\"}", vec!["!", "b"]),
        ] {
            assert_eq!(texts(json), expected, "{name}: {:?}", read(json.as_bytes()));
        }
        let rows = read(b"[{\"text\":\"a\"},{\"x\":1}]");
        assert!(rows[1].as_ref().is_err_and(|skipped| skipped.label == "f.json#2"));
        let deep = [vec![b'{'; 1], b"\"a\":".to_vec(), vec![b'['; 100_000], b"\n{\"text\":\"b\"}".to_vec()].concat();
        assert!(read(&deep).last().is_some_and(Result::is_ok));
    }

    #[test]
    fn an_overlong_row_costs_itself_alone() {
        let long = "x".repeat(MAX_ROW_BYTES + 100);
        for json in [
            format!("[{{\"text\":\"a\"}},{{\"x\":\"{long}\"}},{{\"text\":\"b\"}}]"),
            format!("{{\"text\":\"a\"}}\n{{\"x\":[{{\"y\":\"{long}\"}}\n{{\"text\":\"b\"}}"),
        ] {
            assert_eq!(texts(&json), ["a", "!", "b"]);
        }
    }
}
