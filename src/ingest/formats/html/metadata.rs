//! What a page says of itself: titles, dates, address and language, from its head, its JSON-LD and its `time` elements.

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::Node;
use scraper::node::Element;
use serde_json::Value;

use crate::ingest::formats::claim;
use crate::text::normalize::one_line;
use crate::text::safe::cleaned;

use super::attributes::Attributes;

/// The claims of a page, unjudged.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) social_titles: Vec<String>,
    pub(super) data_titles: Vec<String>,
    pub(super) head_title: Option<String>,
    /// What the site is called.
    pub(super) site_name: Option<String>,
    pub(super) data_dates: Vec<String>,
    pub(super) meta_dates: Vec<String>,
    /// Dates of `time` elements, with the number of lines before them.
    pub(super) shown_dates: Vec<(usize, String)>,
    pub(super) canonical_url: Option<String>,
    pub(super) social_url: Option<String>,
    pub(super) language: Option<String>,
    /// Text of the article as JSON-LD has it.
    pub(super) data_bodies: Vec<String>,
}

/// Names of `meta` elements that hold the day of publication.
const DATE_NAMES: [&str; 14] = [
    "article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "dc.date",
    "dc.date.issued",
    "sailthru.date",
    "parsely-pub-date",
];
/// More titles than this a page claims only to do harm; of its `meta` elements, and of its JSON-LD.
const MAX_CLAIMED_TITLES: usize = 16;
/// Dates beyond so many are not those of the article.
const MAX_SHOWN_DATES: usize = 1_000;
/// JSON-LD deeper or longer than this is not searched, in values.
const MAX_DATA_VALUES: usize = 5_000;

impl Metadata {
    /// Reads an element that a reader does not see.
    pub(super) fn read_unseen(&mut self, element: &Element, node: NodeRef<'_, Node>) {
        let text =
            || node.children().filter_map(|child| child.value().as_text()).map(|text| &**text).collect::<String>();
        match element.name.local {
            local_name!("title") if self.head_title.is_none() => self.head_title = claim(&text()),
            local_name!("script") if is_data(element) => self.read_data(&text()),
            _ => {}
        }
    }

    /// Reads any other element; `lines_before` tells where it stands.
    pub(super) fn read(&mut self, element: &Element, attributes: &Attributes<'_>, lines_before: usize) {
        match element.name.local {
            local_name!("meta") => self.read_meta(element, attributes),
            local_name!("link") => self.read_link(element),
            local_name!("html") => self.language = element.attr("lang").and_then(claim),
            _ if attributes.itemprop == Some("datePublished") => {
                let date = element.attr("content").or(attributes.datetime);
                self.show_date(lines_before, date.and_then(claim));
            }
            _ => {}
        }
    }

    /// Reads a `time` element.
    pub(super) fn read_time(&mut self, node: NodeRef<'_, Node>, attributes: &Attributes<'_>, lines_before: usize) {
        let text =
            || node.children().filter_map(|child| child.value().as_text()).map(|text| &**text).collect::<String>();
        let date = attributes.datetime.and_then(claim).or_else(|| claim(&text()));
        self.show_date(lines_before, date);
    }

    fn show_date(&mut self, lines_before: usize, date: Option<String>) {
        if self.shown_dates.len() < MAX_SHOWN_DATES {
            self.shown_dates.extend(date.map(|date| (lines_before, date)));
        }
    }

    fn read_meta(&mut self, element: &Element, attributes: &Attributes<'_>) {
        let Some(content) = element.attr("content").and_then(claim) else { return };
        let name = element.attr("property").or_else(|| element.attr("name")).or(attributes.itemprop);
        let name = name.unwrap_or_default().trim().to_ascii_lowercase();
        match name.as_str() {
            "og:title" | "twitter:title" if self.social_titles.len() >= MAX_CLAIMED_TITLES => {}
            "og:title" => self.social_titles.insert(0, content),
            "twitter:title" => self.social_titles.push(content),
            "og:site_name" => self.site_name = Some(content),
            "og:url" => self.social_url = Some(content),
            name if DATE_NAMES.contains(&name) => self.meta_dates.push(content),
            _ => {}
        }
    }

    fn read_link(&mut self, element: &Element) {
        let is_canonical = element.attr("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
        if is_canonical && self.canonical_url.is_none() {
            self.canonical_url = element.attr("href").and_then(claim);
        }
    }

    fn read_data(&mut self, text: &str) {
        let Ok(root) = serde_json::from_str::<Value>(text.trim()) else { return };
        let mut waiting = vec![&root];
        for _ in 0..MAX_DATA_VALUES {
            let Some(value) = waiting.pop() else { return };
            match value {
                Value::Array(values) => waiting.extend(values.iter().rev()),
                Value::Object(fields) => {
                    self.read_object(fields);
                    let inner =
                        ["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|name| fields.get(*name));
                    waiting.extend(inner);
                }
                _ => {}
            }
        }
    }

    fn read_object(&mut self, fields: &serde_json::Map<String, Value>) {
        if !is_article(fields.get("@type")) {
            return;
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).and_then(claim);
        self.data_titles.extend(text("headline").filter(|_| self.data_titles.len() < MAX_CLAIMED_TITLES));
        self.data_dates.extend(text("datePublished"));
        self.data_bodies.extend(fields.get("articleBody").and_then(Value::as_str).and_then(line));
    }
}

/// Whether a script holds JSON-LD.
pub(super) fn is_data(element: &Element) -> bool {
    element.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"))
}

/// Whether a `@type` of JSON-LD names a page with text of its own.
fn is_article(kind: Option<&Value>) -> bool {
    let is_article = |value: &Value| {
        value.as_str().is_some_and(|name| {
            ["Article", "Posting", "WebPage", "Report", "Review", "FAQPage", "QAPage"]
                .iter()
                .any(|end| name.ends_with(end))
        })
    };
    match kind {
        Some(Value::Array(kinds)) => kinds.iter().any(is_article),
        Some(kind) => is_article(kind),
        None => false,
    }
}

/// The text on one line, safe; nothing when it is empty.
fn line(text: &str) -> Option<String> {
    let text = one_line(&cleaned(text));
    (!text.is_empty()).then_some(text)
}
