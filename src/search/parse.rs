//! The query language: what a reader typed → words, phrases, exclusions, filters.
//!
//! ```text
//! medical insurance     words, in any order
//! "medical insurance"   a phrase: these words in this order
//! -surgery -"eye bag"   pages without
//! -city:Chongqing       not this city; also with the other filters
//! city:Chongqing        only this city; also clinic: and topic:, with quotes where the name has spaces
//! ```
//! Anything else is words: no input is an error. One pass, no recursion.
//!
//! People also paste sentences. In a long text quotation marks and dashes are punctuation, and so are quotation marks
//! that the text runs on behind without a space, as in Chinese prose.

use crate::model::plan::FacetField;

/// Most phrases, exclusions and filters of one query; more of them are words.
const MAX_OPERATORS: usize = 32;

/// A text of more words is prose: its quotation marks and dashes are no operators.
const MAX_OPERATED_WORDS: usize = 12;

/// A query in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Words without operator, joined by one space.
    pub words: String,
    /// Required phrases.
    pub phrases: Vec<String>,
    /// Words and phrases that a page must not hold.
    pub excluded: Vec<String>,
    /// Required facet values, as typed.
    pub filters: Vec<(FacetField, String)>,
    /// Facet values that a page must not have, as typed.
    pub left_out: Vec<(FacetField, String)>,
    /// Among the words are some that were quoted: they stay as typed.
    pub has_quoted_words: bool,
}

impl Parsed {
    /// Other words under the same filters and exclusions.
    #[must_use]
    pub fn with_words(&self, words: &str) -> Self {
        Self { words: words.to_owned(), phrases: vec![], has_quoted_words: false, ..self.clone() }
    }

    /// The query in the query language: its words, then what it excludes, then its filters. Phrases are left out.
    #[must_use]
    pub fn written(&self) -> String {
        let quoted = |text: &str| if text.contains(' ') { format!("\"{text}\"") } else { text.to_owned() };
        let excluded = self.excluded.iter().map(|text| format!("-{}", quoted(text)));
        let filter = |(field, value): &(FacetField, String)| format!("{}:{}", field.name(), quoted(value));
        let filters = self.filters.iter().map(filter);
        let left_out = self.left_out.iter().map(|part| format!("-{}", filter(part)));
        let parts = std::iter::once(self.words.clone()).chain(excluded).chain(filters).chain(left_out);
        parts.collect::<Vec<_>>().join(" ")
    }

    /// The same with its phrases as words: they may stand anywhere in a page.
    #[must_use]
    pub fn with_phrases_as_words(mut self) -> Self {
        self.has_quoted_words = !self.phrases.is_empty();
        for phrase in self.phrases.drain(..) {
            if !self.words.is_empty() {
                self.words.push(' ');
            }
            self.words.push_str(&phrase);
        }
        self
    }
}

/// Takes a query apart.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let style = Style::of(text);
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return parsed;
        }
        let filters = parsed.filters.len() + parsed.left_out.len();
        let operators = parsed.phrases.len() + parsed.excluded.len() + filters;
        let style = if operators < MAX_OPERATORS { style } else { Style::Words };
        rest = take_part(rest, style, &mut parsed);
    }
}

/// How a query is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Words and operators.
    Operated,
    /// Sentences: filters only.
    Prose,
    /// Nothing but words.
    Words,
}

impl Style {
    fn of(text: &str) -> Self {
        let mut is_inside = false;
        let outside: String = text
            .chars()
            .filter(|&character| {
                let was_inside = is_inside;
                is_inside ^= is_quotation_mark(character);
                !was_inside && !is_inside
            })
            .collect();
        let words =
            outside.split_whitespace().filter(|word| !word.starts_with('-') && word.chars().any(char::is_alphanumeric));
        if words.count() > MAX_OPERATED_WORDS { Self::Prose } else { Self::Operated }
    }
}

/// Takes one part off the front of `text` and returns what follows.
fn take_part<'a>(text: &'a str, style: Style, parsed: &mut Parsed) -> &'a str {
    let is_operated = style == Style::Operated;
    if let Some((field, value, rest)) = text.strip_prefix('-').and_then(filter).filter(|_| style != Style::Words) {
        parsed.left_out.push((field, value.to_owned()));
        return rest;
    }
    if let Some(after_minus) = text.strip_prefix('-').filter(|_| is_operated) {
        let (value, rest) = value(after_minus);
        if value.chars().any(char::is_alphanumeric) {
            parsed.excluded.push(value.to_owned());
            return rest;
        }
    }
    if let Some((phrase, rest)) = quoted(text).filter(|(_, rest)| is_operated && !runs_on(rest)) {
        if phrase.chars().any(char::is_alphanumeric) {
            parsed.phrases.push(phrase.to_owned());
        }
        return rest;
    }
    if let Some((field, value, rest)) = filter(text).filter(|_| style != Style::Words) {
        parsed.filters.push((field, value.to_owned()));
        return rest;
    }
    let (word, rest) = word(text);
    if !parsed.words.is_empty() {
        parsed.words.push(' ');
    }
    parsed.words.push_str(word);
    rest
}

/// The facet and the value of a filter such as `city:Chongqing`, and what follows it.
fn filter(text: &str) -> Option<(FacetField, &str, &str)> {
    let (name, rest) = text.split_once([':', '：'])?;
    let field = FacetField::named(&name.to_lowercase())?;
    let (value, rest) = value(rest);
    (!value.is_empty()).then_some((field, value, rest))
}

/// A quoted text, or else a word.
fn value(text: &str) -> (&str, &str) {
    quoted(text).unwrap_or_else(|| word(text))
}

/// The text between quotation marks of any kind; `None` where the closing one is missing.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let opening = text.chars().next().filter(|&character| is_quotation_mark(character))?;
    let inner = text.get(opening.len_utf8()..)?;
    inner.split_once(is_quotation_mark)
}

fn is_quotation_mark(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '＂')
}

/// Whether a sentence goes on right behind a quotation.
fn runs_on(rest: &str) -> bool {
    rest.chars().next().is_some_and(char::is_alphanumeric)
}

fn word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts() {
        let parsed = parse(r#"fees “medical insurance” -surgery -"eye bag" city:Chongqing clinic:"Xin Mei" a-b 3:4"#);
        assert_eq!(parsed.words, "fees a-b 3:4");
        assert_eq!(parsed.phrases, ["medical insurance"]);
        assert_eq!(parsed.excluded, ["surgery", "eye bag"]);
        let filters = [(FacetField::City, "Chongqing".to_owned()), (FacetField::Clinic, "Xin Mei".to_owned())];
        assert_eq!(parsed.filters, filters);
        let parsed = parse("fees -city:Chongqing -clinic:\"Xin Mei\" -topic： -town:x");
        let left_out = [(FacetField::City, "Chongqing".to_owned()), (FacetField::Clinic, "Xin Mei".to_owned())];
        assert_eq!(parsed.left_out, left_out);
        assert_eq!(parsed.excluded, ["topic：", "town:x"], "no value, no facet: words");
    }

    #[test]
    fn nothing_is_an_error() {
        for (name, text, words) in [
            ("lone minus", "- a", "- a"),
            ("open quote", "\"a b", "\"a b"),
            ("unknown filter", "town:x", "town:x"),
            ("empty quotes", "\"\" a", "a"),
            ("full-width", "city：重庆 医保", "医保"),
            ("a quotation in a sentence", "“孔雀女”这一称呼", "“孔雀女”这一称呼"),
            ("prose", "a b c d e f g h i j k l -m \"n o\" p", "a b c d e f g h i j k l -m \"n o\" p"),
        ] {
            let parsed = parse(text);
            assert_eq!(parsed.words, words, "{name}");
        }
        let parsed = parse(&"-a ".repeat(MAX_OPERATORS + 1));
        assert_eq!((parsed.excluded.len(), parsed.words.as_str()), (MAX_OPERATORS, "-a"), "bounded");
    }

    proptest! {
        #[test]
        fn never_panics(text in "[\\PC\"“”:： -]{0,80}") {
            let parsed = parse(&text);
            prop_assert!(parsed.phrases.iter().all(|phrase| !phrase.is_empty()));
        }
    }
}
