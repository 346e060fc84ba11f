//! Many queries at once: one a line, or TSV whose header names `qid` and `query`. A line without a query is one that is
//! not asked, and no reason to leave the others out.

use std::io;
use std::path::Path;

use super::failure::{Exit, Failure, plain};
use super::whole;

/// One line of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BatchQuery {
    /// What it is called: its `qid`, else the number of its line.
    pub(super) id: String,
    /// The words; where the line has none, what is wrong with it.
    pub(super) text: Result<String, String>,
}

/// The queries of a file.
pub(super) fn of_file(path: &Path) -> Result<Vec<BatchQuery>, Failure> {
    if path.as_os_str() == "-" {
        return of_standard_input();
    }
    read(whole::file(path), &path.to_string_lossy())
}

/// The queries of standard input.
pub(super) fn of_standard_input() -> Result<Vec<BatchQuery>, Failure> {
    read(whole::standard_input(), "standard input")
}

fn read(bytes: io::Result<Vec<u8>>, name: &str) -> Result<Vec<BatchQuery>, Failure> {
    let bytes = bytes.map_err(|error| {
        Failure::new(Exit::Usage, "queries", format!("cannot read {name}: {}", plain(&error)))
            .or_try("search --queries FILE     one query a line; search - reads standard input")
    })?;
    parsed(&decoded(bytes, name)?)
}

fn decoded(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    whole::text(bytes).map_err(|line| {
        let what = format!("{name}: line {line} is not UTF-8, in which queries are read");
        Failure::new(Exit::Usage, "queries", what).or_try("iconv -f GB18030 -t UTF-8   where it is in another charset")
    })
}

fn parsed(text: &str) -> Result<Vec<BatchQuery>, Failure> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let header: Vec<&str> = text.lines().next().unwrap_or_default().split('\t').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|title| *title == name);
    let lines = text.lines().zip(1_usize..).filter(|(line, _)| !line.trim().is_empty());
    let Some(query) = column("query").filter(|_| header.len() > 1) else {
        let queries =
            lines.map(|(line, number)| BatchQuery { id: number.to_string(), text: Ok(line.trim().to_owned()) });
        return Ok(queries.collect());
    };
    let Some(id) = column("qid") else {
        let what = "the queries' header names `query` but no `qid`";
        return Err(Failure::new(Exit::Usage, "queries", what).or_try("begin the file with: qid<TAB>query"));
    };
    let queries = lines.skip(1).map(|(line, number)| {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let cell = |at: usize| cells.get(at).filter(|cell| !cell.is_empty()).map(|&cell| cell.to_owned());
        BatchQuery {
            id: cell(id).unwrap_or_else(|| number.to_string()),
            text: cell(query)
                .ok_or_else(|| format!("line {number} of the queries has no cell for `query`; it is left out")),
        }
    });
    Ok(queries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let asked = |id: &str, text: &str| (id.to_owned(), Some(text.to_owned()));
        let bad = |id: &str| (id.to_owned(), None);
        for (name, text, expected) in [
            ("one a line", "a b\n\n c \n", vec![asked("1", "a b"), asked("3", "c")]),
            ("a table", "\u{FEFF}qid\tquery\r\nx\ta b\r\n", vec![asked("x", "a b")]),
            ("columns in any order", "query\tkind\tqid\na\tk\tx\n", vec![asked("x", "a")]),
            ("a cell short", "qid\tquery\nx\n\ny\tb\n", vec![bad("x"), asked("y", "b")]),
            ("an empty cell", "qid\tquery\nx\t \n\ta\n", vec![bad("x"), asked("3", "a")]),
            ("nothing", "", vec![]),
        ] {
            let queries = parsed(text).expect("queries").into_iter().map(|query| (query.id, query.text.ok()));
            assert_eq!(queries.collect::<Vec<_>>(), expected, "{name}");
        }
        assert!(parsed("query\tkind\na\tb").is_err(), "a query needs a name");
    }
}
