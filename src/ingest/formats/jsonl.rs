//! JSON lines: one page a row, in the fields that [`super::rows`] knows. One bad row never ends a feed.

use std::io::{BufRead, Read};

use super::rows::{self, MAX_ROW_BYTES};
use super::{Feed, Sink};
use crate::model::page::Page;

/// Calls `sink` with the page of each row of `reader`, or with what is wrong with the row.
pub(in crate::ingest) fn for_each_page(mut reader: impl BufRead, feed: &Feed<'_>, sink: &mut Sink<'_>) {
    let mut line = Vec::new();
    for record in 1.. {
        line.clear();
        let read = (&mut reader).take(MAX_ROW_BYTES as u64 + 1).read_until(b'\n', &mut line);
        match read {
            Ok(0) => return,
            Ok(_) if line.strip_suffix(b"\n").unwrap_or(&line).len() > MAX_ROW_BYTES => {
                sink(Err(feed.skipped(record, rows::OVERLONG)));
                if let Err(error) = skip_line(&mut reader) {
                    sink(Err(feed.skipped(record, error.to_string())));
                }
            }
            Ok(_) => {
                if let Some(page) = page(&line, feed, record) {
                    sink(page.map_err(|reason| feed.skipped(record, reason)));
                }
            }
            // What follows may be readable.
            Err(error) => sink(Err(feed.skipped(record, error.to_string()))),
        }
    }
}

/// The page of a line; none of an empty one.
fn page(line: &[u8], feed: &Feed<'_>, record: u64) -> Option<Result<Page, String>> {
    let row = line.trim_ascii();
    let row = row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row);
    // Zeros are left by writers that were cut off.
    let zeros = row.iter().take_while(|&&byte| byte == 0).count();
    let row = row.get(zeros..).unwrap_or_default();
    if row.is_empty() {
        return (zeros > 0).then(|| Err("row of zeros".to_owned()));
    }
    let row = serde_json::from_slice(row).map_err(|error| format!("not JSON: {error}"));
    Some(row.and_then(|row| rows::page(&row, feed.at(record), feed.map)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page::Format;
    use crate::model::report::Skipped;

    fn read(feed: &[u8]) -> Vec<Result<Page, Skipped>> {
        let mut pages = Vec::new();
        Feed::test("f.jsonl", |origin| for_each_page(feed, origin, &mut |page| pages.push(page)));
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
        assert!(pages[4].as_ref().is_ok_and(|page| page.bytes == b"c\n\nd"));
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
