//! What a page is in one line: the named values that tables and templates are made of.

use article_search::model::article::Removed;
use article_search::{Hit, Row, TextRow};

/// A value, as text.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Value {
    /// Of every page.
    Page(fn(&Row) -> String),
    /// Of a page that a query has found.
    Hit(fn(&Hit) -> String),
}

impl Value {
    /// Of a hit.
    pub(in crate::cli) fn of(self, hit: &Hit) -> String {
        match self {
            Self::Page(value) => value(&hit.row),
            Self::Hit(value) => value(hit),
        }
    }

    /// Of a page, where no hit is needed or there is one.
    pub(in crate::cli) fn of_page(self, row: &Row, hit: Option<&Hit>) -> Option<String> {
        match self {
            Self::Page(value) => Some(value(row)),
            Self::Hit(value) => hit.map(value),
        }
    }
}

/// Every value by its name, in the order of the columns of a table. What is unknown is empty; lists are joined by `; `.
pub(in crate::cli) const COLUMNS: [(&str, Value); 21] = [
    ("rank", Value::Hit(|hit| hit.rank.to_string())),
    ("qid", Value::Hit(|hit| hit.qid.clone().unwrap_or_default())),
    ("id", Value::Page(|row| row.id.to_string())),
    ("score", Value::Hit(|hit| format!("{:.3}", hit.score))),
    ("title", Value::Page(|row| row.title.clone())),
    ("url", Value::Page(|row| row.url.clone().unwrap_or_default())),
    ("path", Value::Page(|row| row.path.clone())),
    ("record", Value::Page(|row| row.record.map(|record| record.to_string()).unwrap_or_default())),
    ("key", Value::Page(|row| row.key.clone().unwrap_or_default())),
    ("lang", Value::Page(|row| row.lang.clone().unwrap_or_default())),
    ("date", Value::Page(|row| row.date.clone().unwrap_or_default())),
    ("verdict", Value::Page(|row| row.verdict.clone().unwrap_or_default())),
    ("city", Value::Page(|row| joined(row.city.iter().map(|city| city.name.as_str())))),
    ("clinic", Value::Page(|row| joined(row.clinic.iter().map(String::as_str)))),
    ("topics", Value::Page(|row| joined(row.topics.iter().map(String::as_str)))),
    ("flags", Value::Page(|row| joined(row.flags.iter().map(String::as_str)))),
    ("group_size", Value::Hit(|hit| hit.group.as_ref().map_or(1, |group| group.size).to_string())),
    ("missing", Value::Hit(|hit| joined(hit.missing.iter().map(String::as_str)))),
    ("answer", Value::Hit(|hit| hit.answer.as_ref().map(|answer| answer.text.clone()).unwrap_or_default())),
    ("passage", Value::Hit(|hit| hit.passages.first().map(|passage| passage.text.clone()).unwrap_or_default())),
    ("passages", Value::Hit(|hit| joined(hit.passages.iter().map(|passage| passage.text.as_str())))),
];

/// A value of a page that may be several lines.
type Lines = fn(&TextRow) -> Vec<String>;

/// What a page has beside them where all of it is printed.
pub(in crate::cli) const EXPORTED: [(&str, Lines); 4] = [
    ("status", |page| vec![page.row.status.clone()]),
    ("duplicate_of", |page| page.row.duplicate_of.iter().map(ToString::to_string).collect()),
    ("template_group", |page| page.row.template_group.iter().cloned().collect()),
    ("text", |page| page.text.clone()),
];

/// What was stripped from a page, a line each: the reason, the rule and the text.
pub(in crate::cli) fn stripped(page: &TextRow) -> Vec<String> {
    let line = |removed: &Removed| format!("{} ({}): {}", removed.reason.name(), removed.rule, removed.text);
    page.removed.iter().flatten().map(line).collect()
}

fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.collect::<Vec<_>>().join("; ")
}
