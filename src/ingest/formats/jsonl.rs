//! JSON lines: one page a row, its content in `text` (a string or a list of paragraphs) or `html`.
//!
//! A row may also carry `url` (or `link`), `title`, `id` (or `key`), `date` (or `published`). One bad row never ends a
//! feed.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::claim;
use crate::model::page::{Format, Hints, Origin, Page};
use crate::model::report::Skipped;

/// Longer rows are skipped.
const MAX_ROW_BYTES: usize = 8 << 20;

/// Calls `sink` with the page of each row of `reader`, or with what is wrong with the row.
pub(in crate::ingest) fn for_each_page(
    mut reader: impl BufRead,
    origin: &Origin,
    sink: &mut dyn FnMut(Result<Page, Skipped>),
) {
    let mut line = Vec::new();
    for record in 1.. {
        line.clear();
        let here = Origin { record: Some(record), ..origin.clone() };
        let skipped = |reason: String| Skipped { label: here.label(), reason };
        let read = (&mut reader).take(MAX_ROW_BYTES as u64 + 1).read_until(b'\n', &mut line);
        match read {
            Ok(0) => return,
            Ok(_) if line.strip_suffix(b"\n").unwrap_or(&line).len() > MAX_ROW_BYTES => {
                sink(Err(skipped(format!("row longer than {} MiB", MAX_ROW_BYTES >> 20))));
                if skip_line(&mut reader).is_err() {
                    return;
                }
            }
            Ok(_) => {
                let row = line.trim_ascii();
                let row = row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row);
                if !row.is_empty() {
                    sink(page(row, here.clone()).map_err(skipped));
                }
            }
            Err(error) => return sink(Err(skipped(error.to_string()))),
        }
    }
}

/// Moves past the rest of an overlong row without keeping it.
fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn page(row: &[u8], mut origin: Origin) -> Result<Page, String> {
    let row: Map<String, Value> = serde_json::from_slice(row).map_err(|error| format!("not JSON: {error}"))?;
    let text = |names: &[&str]| names.iter().find_map(|name| row.get(*name)).and_then(as_text);
    let claim = |names: &[&str]| text(names).and_then(|text| claim(&text));
    origin.url = claim(&["url", "link"]);
    origin.key = claim(&["id", "key"]);
    let (format, content) = match (text(&["html"]), text(&["text"])) {
        (Some(html), _) => (Format::Html, html),
        (None, Some(text)) => (Format::Text, text),
        (None, None) => return Err("row has neither `text` nor `html`".to_owned()),
    };
    let hints = Hints { title: claim(&["title"]), date: claim(&["date", "published"]) };
    Ok(Page { hints, ..Page::new(origin, format, content) })
}

/// A string, a number, or a list of strings, one a line.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(parts) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            parts.map(|parts| parts.join("\n"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(feed: &[u8]) -> Vec<Result<Page, Skipped>> {
        let mut pages = Vec::new();
        for_each_page(feed, &Origin::at("f.jsonl"), &mut |page| pages.push(page));
        pages
    }

    #[test]
    fn rows_become_pages_and_bad_ones_are_named() {
        let feed = b"\xEF\xBB\xBF{\"text\":\"a\",\"url\":\"http://a.example/1\",\"id\":7}\n\nnot json\n{\"x\":1}\n\
                     {\"html\":\"<p>b\",\"title\":\"T\"}\n{\"text\":[\"c\",\"d\"]}";
        let pages = read(feed);
        assert_eq!(pages.len(), 5);
        let first = pages[0].as_ref().expect("a page");
        assert_eq!((first.origin.key.as_deref(), first.origin.record), (Some("7"), Some(1)));
        assert!(
            pages[1].as_ref().is_err_and(|skipped| skipped.label == "f.jsonl#3" && skipped.reason.contains("JSON"))
        );
        assert!(pages[2].as_ref().is_err_and(|skipped| skipped.reason.contains("neither")));
        assert!(pages[3].as_ref().is_ok_and(|page| page.format == Format::Html && page.hints.title.is_some()));
        assert!(pages[4].as_ref().is_ok_and(|page| page.bytes == b"c\nd"));
    }

    #[test]
    fn what_a_row_claims_is_one_clean_line() {
        let feed = br#"{"text":"a","url":" http://a.example/\u001b[7m1\u202e\n","id":"\u001b","title":"A\u2066 B\n C","date":"\t"}"#;
        let pages = read(feed);
        let page = pages[0].as_ref().expect("a page");
        assert_eq!(page.origin.url.as_deref(), Some("http://a.example/1"));
        assert_eq!((&page.origin.key, &page.hints.date), (&None, &None), "nothing is left of them");
        assert_eq!(page.hints.title.as_deref(), Some("A B C"));
        let endless = format!("{{\"text\":\"a\",\"title\":\"{}\"}}", "x ".repeat(100_000));
        assert!(read(endless.as_bytes())[0].as_ref().is_ok_and(|page| page.hints.title.is_none()));
    }

    #[test]
    fn an_overlong_row_costs_itself_alone() {
        let feed = [vec![b'x'; MAX_ROW_BYTES + 100], b"\n{\"text\":\"a\"}\n".to_vec()].concat();
        let pages = read(&feed);
        assert!(matches!(pages.as_slice(), [Err(_), Ok(_)]));
    }

    #[test]
    fn a_row_of_the_longest_length_costs_no_other() {
        for (extra, is_page) in [(0, true), (1, false), (2, false)] {
            let head = b"{\"text\":\"a\",\"x\":\"";
            let filling = vec![b'x'; MAX_ROW_BYTES + extra - head.len() - 2];
            let feed = [head.as_slice(), &filling, b"\"}\n{\"text\":\"b\"}\n"].concat();
            let pages = read(&feed);
            assert_eq!(pages.len(), 2, "{extra}");
            assert_eq!(pages[0].is_ok(), is_page, "{extra}");
            assert!(pages[1].as_ref().is_ok_and(|page| page.origin.record == Some(2)), "{extra}");
        }
    }
}
