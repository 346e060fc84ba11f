//! Hits, or pages with all their text, as a table for spreadsheets: CSV as RFC 4180 has it, or cells between tabs.
//!
//! A spreadsheet computes a cell that begins like a formula, wherever its text came from. Such text gets a `'` in front,
//! which spreadsheets take for "this is text".

use std::io::{self, Write};

use article_search::text::safe::shown;
use article_search::{Hit, TextRow};

use super::columns::{COLUMNS, EXPORTED, Value, stripped};

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Separator {
    /// Cells with commas, quotation marks or line ends in them are quoted.
    Comma,
    /// Cells hold no tabs.
    Tab,
}

/// Writes the names of the columns.
pub(in crate::cli) fn header(output: &mut impl Write, separator: Separator) -> io::Result<()> {
    line(output, separator, COLUMNS.iter().map(|(name, _)| (*name).to_owned()))
}

/// Writes one row a hit.
pub(in crate::cli) fn rows(output: &mut impl Write, hits: &[Hit], separator: Separator) -> io::Result<()> {
    let cells = |hit: &Hit| COLUMNS.map(|(_, value)| harmless(&shown(&value.of(hit))));
    hits.iter().try_for_each(|hit| line(output, separator, cells(hit).into_iter()))
}

/// A table of pages with all their text.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct PageTable {
    /// Whether a query has found them.
    pub(in crate::cli) has_hits: bool,
    /// Whether what was stripped is in it.
    pub(in crate::cli) has_removed: bool,
}

impl PageTable {
    /// Writes the names of the columns.
    pub(in crate::cli) fn header(self, output: &mut impl Write) -> io::Result<()> {
        let columns = COLUMNS.iter().filter(|(_, value)| self.has_hits || matches!(value, Value::Page(_)));
        let names = columns.map(|(name, _)| *name).chain(EXPORTED.iter().map(|(name, _)| *name));
        let names = names.chain(self.has_removed.then_some("removed"));
        line(output, Separator::Comma, names.map(str::to_owned))
    }

    /// Writes a page, with the hit that it is.
    pub(in crate::cli) fn row(self, output: &mut impl Write, page: &TextRow, hit: Option<&Hit>) -> io::Result<()> {
        let values = COLUMNS.iter().filter_map(|(_, value)| value.of_page(&page.row, hit));
        let values = values.map(|value| harmless(&shown(&value)));
        let texts = EXPORTED.iter().map(|(_, lines)| lines(page)).chain(self.has_removed.then(|| stripped(page)));
        let texts = texts.map(|lines| {
            let lines: Vec<_> = lines.iter().map(|line| shown(line)).collect();
            harmless(&lines.join("\n"))
        });
        line(output, Separator::Comma, values.chain(texts))
    }
}

fn line(output: &mut impl Write, separator: Separator, cells: impl Iterator<Item = String>) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        let between: &[u8] = match (index, separator) {
            (0, _) => b"",
            (_, Separator::Comma) => b",",
            (_, Separator::Tab) => b"\t",
        };
        output.write_all(between)?;
        let is_quoted = separator == Separator::Comma && cell.contains([',', '"', '\n']);
        if is_quoted {
            write!(output, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            // Nothing is quoted between tabs, but a spreadsheet takes a mark in front for one that does.
            let before = if separator == Separator::Tab && cell.starts_with('"') { "'" } else { "" };
            write!(output, "{before}{cell}")?;
        }
    }
    output.write_all(b"\n")
}

/// The text of a cell that no spreadsheet takes for a formula, also behind spaces and in full-width signs.
fn harmless(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::fixture::hit;

    #[test]
    fn formulas_are_defused() {
        for (text, expected) in [
            ("=HYPERLINK(\"http://a\")", "'=HYPERLINK(\"http://a\")"),
            ("+1", "'+1"),
            ("-1+2", "'-1+2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            ("1 = 1", "1 = 1"),
            ("重庆", "重庆"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn tables_are_read_back() {
        for (separator, delimiter) in [(Separator::Comma, b','), (Separator::Tab, b'\t')] {
            let mut out = Vec::new();
            header(&mut out, separator).expect("in memory");
            rows(&mut out, &[hit(), hit()], separator).expect("in memory");
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).quoting(delimiter == b',').from_reader(out.as_slice());
            let names = reader.headers().expect("a header").clone();
            let records: Vec<csv::StringRecord> =
                reader.records().collect::<Result<_, _>>().expect("rows of one length");
            assert_eq!(records.len(), 2);
            let cell = |name: &str| {
                let at = names.iter().position(|own| own == name).expect("a column");
                records[0][at].to_owned()
            };
            assert_eq!(cell("title"), "'=Fees in Dalian");
            assert_eq!(cell("answer"), "It costs \"1,000\" yuan.");
            assert_eq!(cell("city"), "Dalian; Harbin");
            assert_eq!(cell("passage"), "one ␛[31mtwo");
        }
    }
}
