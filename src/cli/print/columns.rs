//! What a hit is in one line: the named values that tables and templates are made of.

use article_search::Hit;

/// A value of a hit, as text.
type Value = fn(&Hit) -> String;

/// Every value by its name, in the order of the columns of a table. What is unknown is empty; lists are joined by `; `.
pub(in crate::cli) const COLUMNS: [(&str, Value); 21] = [
    ("rank", |hit| hit.rank.to_string()),
    ("qid", |hit| hit.qid.clone().unwrap_or_default()),
    ("id", |hit| hit.row.id.to_string()),
    ("score", |hit| format!("{:.3}", hit.score)),
    ("title", |hit| hit.row.title.clone()),
    ("url", |hit| hit.row.url.clone().unwrap_or_default()),
    ("path", |hit| hit.row.path.clone()),
    ("record", |hit| hit.row.record.map(|record| record.to_string()).unwrap_or_default()),
    ("key", |hit| hit.row.key.clone().unwrap_or_default()),
    ("lang", |hit| hit.row.lang.clone().unwrap_or_default()),
    ("date", |hit| hit.row.date.clone().unwrap_or_default()),
    ("verdict", |hit| hit.row.verdict.clone().unwrap_or_default()),
    ("city", |hit| joined(hit.row.city.iter().map(|city| city.name.as_str()))),
    ("clinic", |hit| joined(hit.row.clinic.iter().map(String::as_str))),
    ("topics", |hit| joined(hit.row.topics.iter().map(String::as_str))),
    ("flags", |hit| joined(hit.row.flags.iter().map(String::as_str))),
    ("group_size", |hit| hit.group.as_ref().map_or(1, |group| group.size).to_string()),
    ("missing", |hit| joined(hit.missing.iter().map(String::as_str))),
    ("answer", |hit| hit.answer.as_ref().map(|answer| answer.text.clone()).unwrap_or_default()),
    ("passage", |hit| hit.passages.first().map(|passage| passage.text.clone()).unwrap_or_default()),
    ("passages", |hit| joined(hit.passages.iter().map(|passage| passage.text.as_str()))),
];

fn joined<'a>(values: impl Iterator<Item = &'a str>) -> String {
    values.collect::<Vec<_>>().join("; ")
}
