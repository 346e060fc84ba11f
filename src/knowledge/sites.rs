//! What holds for the pages of one site only: lines and elements that go, lines that stay. Data: `sites.toml`.
//!
//! In: the file that is built in (no entry) and a user's. Out: the [`SiteEntry`] of a site, by the name of the site.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::error::KnowledgeError;
use super::files::{SourceText, texts_of};
use super::phrases::{Find, Phrases};
use crate::text::normalize::comparison_key;

/// The file's name.
pub(super) const FILE: &str = "sites.toml";
/// What is built in.
pub(super) const BUILTIN: &str = include_str!("sites.toml");

/// The entries, by host.
#[derive(Debug, Default)]
pub struct Sites(BTreeMap<String, SiteEntry>);

/// What is known of one site beforehand.
#[derive(Debug, Default)]
pub struct SiteEntry {
    drop: Lines,
    keep: Lines,
    drop_classes: Vec<String>,
}

/// What an entry says of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish<'e> {
    /// It goes, by this phrase.
    Drop(&'e str),
    /// It stays, whatever the rules say.
    Keep,
    /// Nothing.
    None,
}

impl Sites {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let mut sites = Self::default();
        for source in texts_of(FILE, BUILTIN, directory)? {
            let file: File = source.toml()?;
            for entry in file.site {
                let line = source.line_at(entry.span().start);
                let (host, entry) = entry.into_inner().checked(&source, line)?;
                sites.0.insert(host, entry);
            }
        }
        Ok(sites)
    }

    /// What is known of the site called `name`: of its host, or of the nearest host above it.
    #[must_use]
    pub fn of(&self, name: &str) -> &SiteEntry {
        static NOTHING: SiteEntry = SiteEntry { drop: Lines::NONE, keep: Lines::NONE, drop_classes: Vec::new() };
        let mut host = name;
        loop {
            if let Some(entry) = self.0.get(host) {
                return entry;
            }
            let Some((_, above)) = host.split_once('.').filter(|_| !self.0.is_empty()) else { return &NOTHING };
            host = above;
        }
    }
}

impl SiteEntry {
    /// What the entry says of a line; `key` is the line's comparison key.
    #[must_use]
    pub fn wish(&self, key: &str) -> Wish<'_> {
        if self.keep.find(key).is_some() {
            return Wish::Keep;
        }
        self.drop.find(key).map_or(Wish::None, Wish::Drop)
    }

    /// Whether an element of this class or id goes.
    #[must_use]
    pub fn drops_class(&self, name: &str) -> bool {
        self.drop_classes.iter().any(|class| class.eq_ignore_ascii_case(name))
    }

    /// Whether it speaks of lines at all.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        self.drop.phrases.is_some() || self.keep.phrases.is_some()
    }

    /// Whether it speaks of elements at all.
    #[must_use]
    pub fn has_classes(&self) -> bool {
        !self.drop_classes.is_empty()
    }
}

/// Phrases and where in a line they must stand.
#[derive(Debug, Default)]
struct Lines {
    lines: Vec<Wording>,
    phrases: Option<Phrases>,
}

#[derive(Debug)]
struct Wording {
    /// As the file has it.
    text: String,
    at_start: bool,
    at_end: bool,
}

impl Lines {
    const NONE: Self = Self { lines: Vec::new(), phrases: None };

    fn new(texts: Vec<String>) -> Self {
        let wording = |text: String| Wording { at_start: text.starts_with('^'), at_end: text.ends_with('$'), text };
        let lines: Vec<Wording> = texts.into_iter().map(wording).collect();
        let phrases = lines.iter().enumerate().map(|(number, line)| (number, line.text.as_str()));
        let phrases = (!lines.is_empty()).then(|| Phrases::new(phrases));
        Self { lines, phrases }
    }

    /// The first wording that a line fits.
    fn find(&self, key: &str) -> Option<&str> {
        let fits = |find: &Find| {
            let wording = self.lines.get(find.owner)?;
            let is_placed =
                (!wording.at_start || find.span.start == 0) && (!wording.at_end || find.span.end == key.len());
            is_placed.then_some(wording.text.as_str())
        };
        self.phrases.as_ref()?.find(key).iter().find_map(fits)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    site: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    host: String,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    drop_classes: Vec<String>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    counter_examples: Vec<Spanned<String>>,
}

impl Entry {
    /// The entry with its host, if its examples agree with it; `line` is where it stands.
    fn checked(self, source: &SourceText, line: usize) -> Result<(String, SiteEntry), KnowledgeError> {
        let host = self.host.trim().to_lowercase();
        let host = host.strip_prefix("www.").map(str::to_owned).unwrap_or(host);
        let is_empty = |text: &String| comparison_key(text).is_empty();
        if host.is_empty() {
            return Err(source.malformed(line, "`host` is empty"));
        }
        if self.drop.iter().chain(&self.keep).any(is_empty) {
            return Err(source.malformed(line, format!("a phrase of `{host}` is empty")));
        }
        let entry = SiteEntry {
            drop: Lines::new(self.drop),
            keep: Lines::new(self.keep),
            drop_classes: self
                .drop_classes
                .iter()
                .map(|class| class.trim_start_matches(['.', '#']).to_owned())
                .collect(),
        };
        let goes = |text: &str| matches!(entry.wish(&comparison_key(text)), Wish::Drop(_));
        let stays = self.examples.iter().find(|text| !goes(text.get_ref()));
        if let Some(wrong) = stays.or_else(|| self.counter_examples.iter().find(|text| goes(text.get_ref()))) {
            let problem = format!("`{host}` gives the wrong answer for its own example `{}`", wrong.get_ref());
            return Err(source.malformed(source.line_at(wrong.span().start), problem));
        }
        let alone = |wording: &Wording| Lines::new(vec![wording.text.clone()]);
        let untried = entry.drop.lines.iter().find(|wording| {
            let alone = alone(wording);
            !self.examples.iter().any(|text| alone.find(&comparison_key(text.get_ref())).is_some())
        });
        if let Some(wording) = untried {
            let problem = format!("no line in `examples` of `{host}` shows what `{}` drops", wording.text);
            return Err(source.malformed(line, problem));
        }
        Ok((host, entry))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn load(text: &str) -> Result<Sites, String> {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), text).unwrap();
        let shown = format!("{}/", directory.path().display());
        Sites::load(Some(directory.path())).map_err(|error| error.to_string().replace(&shown, ""))
    }

    /// The entry that the head of the built-in file shows.
    fn documented() -> String {
        BUILTIN.lines().filter_map(|line| line.strip_prefix("#   ")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_documented_entry_works() {
        let sites = load(&documented()).unwrap();
        let wish = |host: &str, line: &str| match sites.of(host).wish(&comparison_key(line)) {
            Wish::Drop(phrase) => phrase.to_owned(),
            wish => format!("{wish:?}"),
        };
        for (host, line, expected) in [
            ("harbour.example", "Words from the quay", "^Words from the quay"),
            ("m.harbour.example", "words FROM the quay: today", "^Words from the quay"),
            ("harbour.example", "It is lent by the harbour office.", "lent by the harbour office"),
            ("harbour.example", "Moor here.", "^Moor here$"),
            ("harbour.example", "Moor here at night", "None"),
            ("harbour.example", "Related rules of the port", "Keep"),
            ("other-harbour.example", "Words from the quay", "None"),
            ("example", "Words from the quay", "None"),
        ] {
            assert_eq!(wish(host, line), expected, "{host}: {line}");
        }
        assert!(sites.of("harbour.example").drops_class("Quay-Box"));
        assert!(!sites.of("harbour.example").drops_class("quay"));
    }

    #[test]
    fn mistakes_name_file_and_line() {
        for (name, text, expected) in [
            ("no host", "\n[[site]]\ndrop=['a']", "sites.toml:2: missing field `host`"),
            (
                "no example",
                "[[site]]\nhost='a'\ndrop=['b']",
                "sites.toml:1: no line in `examples` of `a` shows what `b`",
            ),
            ("example", "[[site]]\nhost='a'\ndrop=['b']\nexamples=['b',\n'c']", "sites.toml:5: `a` gives the wrong"),
            (
                "counter-example",
                "[[site]]\nhost='a'\ndrop=['b']\nexamples=['b']\ncounter_examples=['a b']",
                "sites.toml:5: `a` gives the wrong answer for its own example `a b`",
            ),
            ("empty phrase", "[[site]]\nhost='a'\nkeep=['^']", "sites.toml:1: a phrase of `a` is empty"),
            ("unknown field", "[[site]]\nhost='a'\ncolour='red'", "sites.toml:3: "),
        ] {
            let error = load(text).unwrap_err();
            assert!(error.starts_with(expected), "{name}: {error}");
        }
    }
}
