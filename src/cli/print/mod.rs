//! Layout of text for people, and of rows for machines. Everything from a page passes through `style` or `safe::shown`.

pub(super) mod answer;
pub(super) mod article;
mod columns;
#[cfg(test)]
mod fixture;
pub(super) mod fold;
pub(super) mod html;
pub(super) mod markdown;
#[cfg(feature = "parquet")]
pub(super) mod parquet;
pub(super) mod rows;
pub(super) mod style;
pub(super) mod table;
mod target;
pub(super) mod template;

use std::path::Path;
use std::time::SystemTime;

use article_search::Hit;
use article_search::model::capture::CaptureTime;
use unicode_width::UnicodeWidthStr;

/// How an answer is laid out for the one who reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    /// Columns to fold to; `None` folds nothing.
    pub(super) columns: Option<usize>,
    /// Where relative paths begin, when titles are to be links.
    pub(super) links_from: Option<&'a Path>,
    /// Whether the first hit is the best of the whole answer: it gives the answer, and the others are measured by it.
    pub(super) has_best: bool,
}

impl Look<'_> {
    /// What is left of the columns beside `taken` ones.
    fn beside(self, taken: usize) -> Option<usize> {
        self.columns.map(|columns| columns.saturating_sub(taken))
    }

    /// Where the title of a hit links to.
    fn target(self, hit: &Hit) -> Option<String> {
        let here = self.links_from?;
        hit.row.url.as_deref().and_then(target::web).or_else(|| target::file(&hit.row.path, here))
    }
}

/// Lines that `text` takes on a screen of so many columns; escapes take none.
pub(super) fn lines_on_screen(text: &str, columns: usize) -> usize {
    let plain = anstream::adapter::strip_str(text).to_string();
    plain.lines().map(|line| line.width().div_ceil(columns.max(1)).max(1)).sum()
}

/// `text` and so many spaces that it takes `columns` columns, where it is no wider.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

/// A number and its noun: `1 page`, `1,204 pages`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Digits in groups of three.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A moment to the minute: `2026-11-21 16:52 UTC`.
pub(super) fn moment(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let written = CaptureTime::parse(&seconds.to_string()).map(|time| time.to_string()).unwrap_or_default();
    format!("{} UTC", written.get(..16).unwrap_or_default().replace('T', " "))
}

/// Bytes in a unit that people read.
pub(super) fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.0} kB", bytes as f64 / 1e3) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn columns_of_text() {
        assert_eq!(padded("重庆", 6), "重庆  ");
        assert_eq!(padded("abc", 2), "abc");
        let linked = style::linked("重庆", Some("https://a.example"));
        for (name, text, columns, lines) in [
            ("nothing", "", 80, 0),
            ("an empty line is a line", "a\n\nb", 80, 3),
            ("wrapped", "abcdef", 5, 2),
            ("Han is twice as wide", "重庆重庆重", 5, 2),
            ("escapes take no room", linked.as_str(), 4, 1),
        ] {
            assert_eq!(lines_on_screen(text, columns), lines, "{name}");
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(counted(1, "page"), "1 page");
        assert_eq!(counted(1_234_567, "page"), "1,234,567 pages");
        assert_eq!(megabytes(96_400_000), "96.4 MB");
        assert_eq!(moment(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_279_979)), "2026-11-21 16:52 UTC");
    }
}
