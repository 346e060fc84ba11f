//! Golden pages: for every rule and step of cleaning a whole page of which something goes, and one of which what looks
//! alike stays. The pages stand in `tests/golden/rules/`, a file for each step; a new case is an entry there.
//!
//! Each line of a page says what becomes of it: `fate| line`. The fate is `keep`, `title`, the reason for which the line
//! goes, `gone` where any reason will do, or nothing for a line without text of its own. What the program makes of the page must be exactly that.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use article_search::Document;
use article_search::ingest::{self, templates};
use article_search::knowledge::Knowledge;
use article_search::model::article::Removed;
use article_search::model::page::{Format, Origin, Page};
use serde::Deserialize;
use tempfile::TempDir;

use crate::workbench::walk;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    page: Vec<Golden>,
}

/// A page and what must become of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    name: String,
    #[serde(default)]
    html: bool,
    /// Its address; pages of one host are learnt from together.
    url: Option<String>,
    lines: String,
    /// The title, where no line is it.
    title: Option<String>,
    #[serde(default)]
    date: String,
    #[serde(default)]
    flags: Vec<String>,
    /// The sections that the breadcrumb leaves.
    #[serde(default)]
    sections: Vec<String>,
}

/// A line of a page and what must become of it.
struct Line<'a> {
    fate: &'a str,
    source: &'a str,
    /// What a reader sees of it.
    text: String,
}

impl Golden {
    fn lines(&self) -> Vec<Line<'_>> {
        let lines = self.lines.trim_matches('\n').lines().map(|line| {
            let (fate, source) = line.split_once('|').unwrap_or_else(|| panic!("{}: no fate: {line}", self.name));
            let text = if self.html { visible(source) } else { source.trim().to_owned() };
            Line { fate: fate.trim(), source: source.strip_prefix(' ').unwrap_or(source), text }
        });
        lines.collect()
    }

    fn page(&self) -> Page {
        let format = if self.html { Format::Html } else { Format::Text };
        let text = self.lines().iter().map(|line| line.source).collect::<Vec<_>>().join("\n");
        // A folder of its own: nothing is learnt from pages of other entries.
        let origin = Origin { url: self.url.clone(), ..Origin::at(format!("{}/page", self.name)) };
        Page::new(origin, format, text)
    }

    /// What is wrong with the document that the page became.
    fn differences(&self, document: &Document) -> Vec<String> {
        let lines = self.lines();
        let article = &document.article;
        let title = lines.iter().find(|line| line.fate == "title").map(|line| line.text.clone());
        let kept = lines.iter().filter(|line| line.fate == "keep").map(|line| line.text.clone());
        let gone = lines.iter().filter(|line| !matches!(line.fate, "" | "keep"));
        let gone = gone.map(|line| (if line.fate == "title" { "title_repeat" } else { line.fate }, line.text.clone()));
        let gone: Vec<(&str, String)> = gone.collect();
        let fate = |at: usize, removed: &Removed| match gone.get(at) {
            Some(("gone", _)) => "gone",
            _ => removed.reason.name(),
        };
        let removed = article.removed.iter().enumerate();
        let removed: Vec<(&str, String)> =
            removed.map(|(at, removed)| (fate(at, removed), removed.text.clone())).collect();
        let mut found = Vec::new();
        let mut compare = |what: &str, is: String, should: String| {
            if is != should {
                found.push(format!("{}: {what}\n     is {is}\n should {should}", self.name));
            }
        };
        let parts: Vec<String> = article.parts.iter().map(|part| part.text.clone()).collect();
        compare("parts", format!("{parts:#?}"), format!("{:#?}", kept.collect::<Vec<_>>()));
        compare("removed", format!("{removed:#?}"), format!("{gone:#?}"));
        if article.has_content() {
            compare("title", article.title.clone(), self.title.clone().or(title).unwrap_or_default());
        }
        compare("date", document.facets.date.clone().unwrap_or_default(), self.date.clone());
        let flags: Vec<&str> = article.flags.iter().map(|flag| flag.name()).collect();
        compare("flags", format!("{flags:?}"), format!("{:?}", self.flags));
        compare("sections", format!("{:?}", article.breadcrumb), format!("{:?}", self.sections));
        if article.removed.iter().any(|removed| removed.rule.is_empty()) {
            found.push(format!("{}: a line is removed without a rule", self.name));
        }
        found
    }
}

/// The text of a line of HTML: without tags, with plain entities only.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => text.push(character),
            _ => {}
        }
    }
    text.replace("&gt;", ">").replace("&amp;", "&").trim().to_owned()
}

#[test]
fn golden_pages_for_and_against_every_rule() {
    let knowledge = Knowledge::builtin().expect("built in");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rules");
    let mut differences = Vec::new();
    let mut pages = 0;
    for path in walk(&folder) {
        let text = fs::read_to_string(&path).expect("readable");
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut learnt = templates::Templates::default();
        let alone: Vec<Document> = file.page.iter().map(|golden| read(golden, &knowledge, &learnt)).collect();
        let mut sites = BTreeMap::new();
        for document in &alone {
            sites.entry(document.site()).or_insert_with(Vec::new).push(&document.edges);
        }
        for (site, edges) in sites {
            learnt.set(site, templates::learn(edges));
        }
        for golden in &file.page {
            differences.extend(golden.differences(&read(golden, &knowledge, &learnt)));
            pages += 1;
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    assert!(pages > 60, "{pages} pages");
}

fn read(golden: &Golden, knowledge: &Knowledge, learnt: &templates::Templates) -> Document {
    ingest::read(&golden.page(), knowledge, learnt).unwrap_or_else(|error| panic!("{}: {error}", golden.name))
}

#[test]
fn odd_characters_of_all_kinds_are_plain_in_the_article() {
    let knowledge = Knowledge::builtin().expect("built in");
    let text = "What a\u{A0}crown co\u{AD}sts in Ning\u{200B}bo\r\n发布时间：２０２２年０３月１４日\r\n\
                A\u{3000}crown costs a thou\u{AD}sand yuan,\u{2003}and the\u{FEFF} price depends on the material.\r\n";
    let html =
        format!("<h1>{}</h1>", text.trim_end().replacen("\r\n", "</h1>\r\n<p>", 1).replace("日\r\n", "日</p>\r\n<p>"));
    for (format, source) in [(Format::Text, text.to_owned()), (Format::Html, html)] {
        let page = Page::new(Origin::at("a"), format, source);
        let document = ingest::read(&page, &knowledge, &templates::Templates::default()).expect("read");
        assert_eq!(document.article.title, "What a crown costs in Ningbo", "{format:?}");
        assert_eq!(document.facets.date.as_deref(), Some("2022-03-14"), "{format:?}");
        let body = "A crown costs a thousand yuan, and the price depends on the material.";
        assert_eq!(document.article.body(), body, "{format:?}");
    }
}

const SITES: &str = "
[[site]]
host = \"harbour.example\"
drop = [\"^Words from the quay\"]
drop_classes = [\"quay-box\"]
keep = [\"related rules of the port\"]
examples = [\"Words from the quay, no. 12\"]
";

#[test]
fn an_entry_for_a_site_drops_and_keeps_lines_of_its_pages_only() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("sites.toml"), SITES).expect("written");
    let knowledge = Knowledge::with_directory(folder.path()).expect("a sound file");
    let above = "Ships wait outside the port until the office calls them, which takes an hour or two on most days.";
    let below = "Whoever comes at night should wait for the morning, as the office opens at eight and not before.";
    let html = format!(
        "<h1>A port and its rules</h1><p>{above}</p><p>Words from the quay today</p>\
         <div class='box quay-box'>Moor here</div><p>{below}</p><h3>Related rules of the port</h3>"
    );
    let text = format!(
        "A port and its rules\n{above}\nWords from the quay today\nMoor here\n{below}\nRelated articles\nRelated rules of the port"
    );
    for (name, host, format, source, expected) in [
        ("html", "www.harbour.example", Format::Html, &html, vec![above, below, "Related rules of the port"]),
        ("text", "harbour.example", Format::Text, &text, vec![above, "Moor here", below, "Related rules of the port"]),
        (
            "another host",
            "lake.example",
            Format::Text,
            &text,
            vec![above, "Words from the quay today", "Moor here", below],
        ),
    ] {
        let origin = Origin { url: Some(format!("https://{host}/port")), ..Origin::at("a") };
        let page = Page::new(origin, format, source.as_str());
        let document = ingest::read(&page, &knowledge, &templates::Templates::default()).expect(name);
        let parts: Vec<&str> = document.article.parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(parts, expected, "{name}");
        let site_rules = document.article.removed.iter().filter(|removed| removed.reason.name() == "site");
        let expected = if host == "lake.example" { 0 } else { 3 - usize::from(format == Format::Text) * 2 };
        assert_eq!(site_rules.count(), expected.min(2), "{name}");
    }
}
