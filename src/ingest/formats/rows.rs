//! A row of a feed → a page: which of its fields is what.
//!
//! Feeds name their fields as their writers pleased. [`FIELDS`] lists the names that are known: those of Scrapy
//! projects, trafilatura, news-please and our own `export`, schema.org, and of Chinese table tools. A [`FieldMap`] says it
//! for a feed that is named otherwise.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::claim;
use crate::model::capture::CaptureTime;
use crate::model::page::{Content, Format, Hints, Origin, Page};

/// Longest row of a feed, in bytes; longer ones are skipped.
pub(super) const MAX_ROW_BYTES: usize = 8 << 20;

/// What is said of a longer one.
pub(super) const OVERLONG: &str = "row longer than 8 MiB";

/// A row: its fields by name.
pub(super) type Row = Map<String, Value>;

/// What a field of a row can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The page's address.
    Url,
    /// Its title.
    Title,
    /// Its content as text: a string, or a list of paragraphs.
    Text,
    /// Its content as HTML.
    Html,
    /// The id that the row itself carries.
    Id,
    /// When it was published.
    Date,
    /// When it was fetched.
    Captured,
}

/// What a user calls each field, and the names that feeds give it, most trusted first; case, `_`, `-` and spaces of names
/// do not count.
const FIELDS: [(Field, &str, &str); 7] = [
    (
        Field::Url,
        "url",
        "url link pageurl sourceurl canonicalurl permalink href uri source 网址 链接 页面网址 原文链接",
    ),
    (Field::Title, "title", "title headline heading articletitle pagetitle 标题 文章标题"),
    (
        Field::Text,
        "text",
        "text articletext articlebody maintext fulltext plaintext cleanedtext content article body rawtext 正文 内容 文章内容",
    ),
    (Field::Html, "html", "html rawhtml pagehtml htmlcontent contenthtml bodyhtml pagesource sourcehtml"),
    (Field::Id, "id", "id key docid itemid articleid guid uid 编号"),
    (
        Field::Date,
        "date",
        "date published publishedat datepublished publishdate datepublish pubdate publishtime publishedtime publishedon \
         posted 日期 发布时间 发布日期",
    ),
    (
        Field::Captured,
        "captured",
        "captured capturedat fetchedat scrapedat crawledat fetched scraped crawled retrievedat fetchtime crawltime \
         crawldate datedownload downloadedat filedate timestamp 采集时间 抓取时间",
    ),
];

/// Fields of rows that mean something else than their names tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldMap(BTreeMap<Field, String>);

/// A mapping that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFieldMap {
    /// A part of it is no `field=name`.
    #[error("`{0}` is no mapping: write field=name, e.g. url=link,text=body")]
    NoPair(String),
    /// It names a field that pages do not have.
    #[error("pages have no field `{0}`; there are {known}", known = FieldMap::known())]
    UnknownField(String),
}

impl FieldMap {
    /// Takes `field` from what rows call `name`; a dot goes into an object: `meta.link`.
    #[must_use]
    pub fn with(mut self, field: Field, name: impl Into<String>) -> Self {
        self.0.insert(field, name.into());
        self
    }

    fn known() -> String {
        FIELDS.map(|(_, name, _)| name).join(", ")
    }
}

impl std::str::FromStr for FieldMap {
    type Err = InvalidFieldMap;

    /// Reads `url=link,text=body`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').filter(|pair| !pair.trim().is_empty()).try_fold(Self::default(), |map, pair| {
            let (field, name) = pair.split_once('=').ok_or_else(|| InvalidFieldMap::NoPair(pair.to_owned()))?;
            let known = FIELDS.iter().find(|(_, known, _)| *known == field.trim());
            let (field, ..) = known.ok_or_else(|| InvalidFieldMap::UnknownField(field.trim().to_owned()))?;
            match name.trim() {
                "" => Err(InvalidFieldMap::NoPair(pair.to_owned())),
                name => Ok(map.with(*field, name)),
            }
        })
    }
}

/// The page of a row, or what is wrong with it.
pub(super) fn page(row: &Row, mut origin: Origin, map: &FieldMap) -> Result<Page, String> {
    if map.0.is_empty() && is_own(row) {
        return Ok(own_page(row, origin));
    }
    let fields = Fields::of(row, map);
    let claims = |field| fields.texts(field).find_map(|text| claim(&text));
    // `source` is often the name of a site.
    let address = |text: String| claim(&text).filter(|url| url.contains('/') || url.contains('.'));
    origin.url = fields.texts(Field::Url).find_map(address);
    origin.key = claims(Field::Id);
    origin.captured = fields.texts(Field::Captured).find_map(|text| CaptureTime::parse(&text));
    let is_filled = |text: &String| !text.trim().is_empty();
    let html = fields.texts(Field::Html).find(is_filled).map(|html| (Format::Html, html));
    let text = || fields.named_texts(Field::Text).find(|(_, text)| is_filled(text));
    let content = html.or_else(|| text().map(|(name, text)| (format_of(name, &text), text)));
    let hints = Hints { title: claims(Field::Title), date: claims(Field::Date), content: Content::Page };
    let Some((format, content)) = content else { return fields.without_content(row, origin, hints) };
    Ok(Page { hints, ..Page::new(origin, format, content) })
}

/// What is called `content` or `body` is as often HTML; what is called text is text, whatever it holds.
fn format_of(name: &str, content: &str) -> Format {
    let is_certain = name.contains("text") || !content.trim_start().starts_with('<');
    if is_certain || !content.contains("</") { Format::Text } else { Format::Html }
}

/// Whether a row was written by our own `export` or `extract`.
fn is_own(row: &Row) -> bool {
    let id = row.get("id").and_then(Value::as_str);
    row.get("v").is_some_and(Value::is_u64)
        && id.is_some_and(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && ["text", "flags", "topics"].iter().all(|name| row.get(*name).is_some_and(Value::is_array))
}

/// The article of a row of ours, as it was.
fn own_page(row: &Row, mut origin: Origin) -> Page {
    let string = |name: &str| row.get(name).and_then(Value::as_str).and_then(claim);
    (origin.url, origin.key) = (string("url"), string("key"));
    origin.captured = string("captured").and_then(|time| CaptureTime::parse(&time));
    let text = row.get("text").and_then(|text| as_text(text, "\n")).unwrap_or_default();
    let hints = Hints { title: string("title"), date: string("date"), content: Content::Article };
    Page { hints, ..Page::new(origin, Format::Text, text) }
}

/// The fields of a row under the names by which they are known.
struct Fields<'a> {
    row: &'a Row,
    folded: BTreeMap<String, &'a Value>,
    map: &'a FieldMap,
}

impl<'a> Fields<'a> {
    fn of(row: &'a Row, map: &'a FieldMap) -> Self {
        let mut folded = BTreeMap::new();
        for (name, value) in row {
            folded.entry(folded_name(name)).or_insert(value);
        }
        Self { row, folded, map }
    }

    /// The texts that can be `field`, best first.
    fn texts(&self, field: Field) -> impl Iterator<Item = String> + '_ {
        self.named_texts(field).map(|(_, text)| text)
    }

    fn named_texts(&self, field: Field) -> impl Iterator<Item = (&'a str, String)> + '_ {
        let mapped = self.map.0.get(&field).map(|name| (name.as_str(), self.mapped(name)));
        let known = FIELDS.iter().filter(move |(known, ..)| *known == field && !self.map.0.contains_key(known));
        let names = known.flat_map(|(_, _, names)| names.split_whitespace());
        let guessed = names.map(|name| (name, self.folded.get(name).copied()));
        mapped.into_iter().chain(guessed).filter_map(|(name, value)| Some((name, as_text(value?, "\n\n")?)))
    }

    /// The value of a name that the caller gave: as it stands, as a path into objects, or in another spelling.
    fn mapped(&self, name: &str) -> Option<&'a Value> {
        let path = || {
            let (first, rest) = name.split_once('.')?;
            rest.split('.').try_fold(self.row.get(first)?, |value, part| value.get(part))
        };
        self.row.get(name).or_else(path).or_else(|| self.folded.get(&folded_name(name)).copied())
    }

    /// A row of nothing but a title is a page; else there is something wrong with it.
    fn without_content(&self, row: &Row, origin: Origin, hints: Hints) -> Result<Page, String> {
        let mapped: Vec<&String> =
            [Field::Text, Field::Html].iter().filter_map(|field| self.map.0.get(field)).collect();
        let is_there = self.named_texts(Field::Text).chain(self.named_texts(Field::Html)).next().is_some();
        if is_there {
            return Ok(Page { hints, ..Page::new(origin, Format::Text, "") });
        }
        if let Some(name) = mapped.first() {
            return Err(format!("row has no `{name}`"));
        }
        let names: Vec<String> = row.keys().take(8).map(|name| claim(name).unwrap_or_default()).collect();
        Err(format!("row has neither `text` nor `html`, but {} (name them with --map text=...)", names.join(", ")))
    }
}

fn folded_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '\u{FEFF}')).flat_map(char::to_lowercase).collect()
}

/// A string, a number, or a list of strings, joined.
fn as_text(value: &Value, joint: &str) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(parts) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            parts.map(|parts| parts.join(joint))
        }
        _ => None,
    }
}

/// Whether a table with these columns has one that can hold content.
pub(super) fn has_content<'a>(columns: impl Iterator<Item = &'a str>, map: &FieldMap) -> bool {
    let row: Row = columns.map(|name| (name.to_owned(), Value::String("x".to_owned()))).collect();
    let fields = Fields::of(&row, map);
    fields.texts(Field::Text).chain(fields.texts(Field::Html)).next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &Value, map: &str) -> Result<Page, String> {
        page(row.as_object().unwrap(), Origin::at("f"), &map.parse().unwrap())
    }

    /// The title and the content of a row, after a check of its address.
    fn of_row(row: &str) -> (Option<String>, Format, String) {
        let page = read(&serde_json::from_str(row).unwrap(), "").unwrap();
        assert_eq!(page.origin.url.as_deref(), row.contains("http:").then_some("http://a.example/1"), "{row}");
        (page.hints.title, page.format, String::from_utf8(page.bytes).unwrap())
    }

    #[test]
    fn rows_of_known_tools() {
        for row in [
            r#"{"url":"http://a.example/1","title":["A"],"body":["b"]}"#,
            r#"{"title":"A","source":"http://a.example/1","source-hostname":"A","raw_text":"B","text":"b","comments":"c","id":null}"#,
            r#"{"maintext":"b","title":"A","url":"http://a.example/1","date_publish":"2024-01-01","title_page":"x"}"#,
            r#"{"headline":"A","articleBody":"b","datePublished":"2024-01-01"}"#,
            r#"{"标题":"A","正文":"b","链接":"http://a.example/1"}"#,
        ] {
            assert_eq!(of_row(row), (Some("A".to_owned()), Format::Text, "b".to_owned()), "{row}");
        }
    }

    #[test]
    fn content_is_text_or_html() {
        for (row, format, content) in [
            (r#"{"link":"http://a.example/1","content":"<p>b</p>"}"#, Format::Html, "<p>b</p>"),
            (r#"{"body":["b","c"]}"#, Format::Text, "b\n\nc"),
            (r#"{"text":"t","html":"<p>b"}"#, Format::Html, "<p>b"),
            (r#"{"text":"t","html":" "}"#, Format::Text, "t"),
            (r#"{"text":"t","source":"weibo"}"#, Format::Text, "t"),
            (r#"{"text":"<p>t</p>"}"#, Format::Text, "<p>t</p>"),
        ] {
            assert_eq!(of_row(row), (None, format, content.to_owned()), "{row}");
        }
    }

    #[test]
    fn publication_and_capture_are_two_times() {
        let row =
            serde_json::json!({"text": "a", "date": "2024-01-02", "scraped_at": "2024-03-01 12:30:05", "crawled": 7});
        let page = read(&row, "").unwrap();
        assert_eq!(page.hints.date.as_deref(), Some("2024-01-02"));
        assert_eq!(page.origin.captured, CaptureTime::parse("2024-03-01T12:30:05Z"));
    }

    #[test]
    fn mapped_fields_replace_guessed_ones() {
        let row =
            serde_json::json!({"text": "a", "title": "T", "b": {"c": "<p>d"}, "My Link": "http://a.example/1", "n": 5});
        let page = read(&row, "html=b.c, url=my_link,id=n").unwrap();
        assert_eq!((page.format, page.bytes.as_slice()), (Format::Html, b"<p>d".as_slice()));
        assert_eq!((page.origin.url.as_deref(), page.origin.key.as_deref()), (Some("http://a.example/1"), Some("5")));
        assert_eq!(page.hints.title.as_deref(), Some("T"), "what is not mapped is guessed");
        assert_eq!(read(&row, "text=nowhere"), Err("row has no `nowhere`".to_owned()));
        for (map, error) in [
            ("body=text", "pages have no field `body`; there are url, title, text, html, id, date, captured"),
            ("text", "`text` is no mapping: write field=name, e.g. url=link,text=body"),
            ("text=", "`text=` is no mapping: write field=name, e.g. url=link,text=body"),
        ] {
            assert_eq!(map.parse::<FieldMap>().unwrap_err().to_string(), error);
        }
    }

    #[test]
    fn a_row_without_content_says_what_it_has() {
        let reason = read(&serde_json::json!({"a\u{1b}": 1, "c": 2}), "").unwrap_err();
        assert!(reason.contains("neither") && reason.contains("but a, c"), "{reason}");
        assert!(read(&serde_json::json!({"title": "T", "text": ""}), "").is_ok_and(|page| page.bytes.is_empty()));
    }

    #[test]
    fn rows_of_our_own_are_articles() {
        let own = serde_json::json!({"v": 1, "id": "00ff00ff00ff00ff", "key": "k", "url": null, "title": "T", "date": null,
            "text": ["a", "b"], "flags": [], "topics": []});
        let page = read(&own, "").unwrap();
        assert_eq!((page.hints.content, page.bytes.as_slice()), (Content::Article, b"a\nb".as_slice()));
        assert_eq!(page.origin.key.as_deref(), Some("k"), "not our id");
        let mut other = own.clone();
        other["id"] = "x".into();
        assert!(read(&other, "").is_ok_and(|page| page.hints.content == Content::Page));
    }
}
