//! How the furniture of pages is worded: breadcrumbs, share lines, related lists, disclaimers, bylines.
//!
//! In: `chrome.toml` (built in) or a user's file of the same form. Out: for one line, the rules that it matches. A
//! match is evidence about wording only; `ingest::extract` weighs it with shape, place and neighbours.

use std::cell::OnceCell;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::phrases::{Find, Phrases};
pub use super::roles::Role;
use crate::text::normalize::{comparison_key, folded};
use crate::text::span::Span;
use crate::text::units::units;

const BUILTIN: &str = include_str!("chrome.toml");

/// Longest line, in words or Han characters, that a rule without `most` can match.
const DEFAULT_MOST_UNITS: usize = 30;

/// All rules, ready to be matched.
#[derive(Debug, Clone)]
pub struct ChromeRules {
    rules: Vec<Rule>,
    phrases: Phrases,
    /// Longest line that any rule matches, in words or Han characters.
    most: usize,
}

/// One kind of wording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What the rule is called where a removal is explained.
    pub name: String,
    /// What a matching line is.
    pub role: Role,
    /// How the phrases must stand in the line.
    pub form: Form,
    /// Phrases of which one must be there.
    any: Vec<String>,
    /// Phrases of which one must be there as well; empty asks for none.
    #[serde(default)]
    and: Vec<String>,
    /// Longest line that can match, in words or Han characters.
    #[serde(default = "default_most")]
    most: usize,
    /// How many phrases a [`Form::Bag`] must hold.
    #[serde(default = "default_least")]
    least: usize,
    /// Where on a page such a line may be cut.
    #[serde(default)]
    pub place: Place,
    /// Lines that must match.
    #[serde(default)]
    examples: Vec<Spanned<String>>,
    /// Lines of an article that look alike and must not match.
    #[serde(default)]
    counter_examples: Vec<Spanned<String>>,
}

fn default_most() -> usize {
    DEFAULT_MOST_UNITS
}

fn default_least() -> usize {
    1
}

/// How a rule's phrases must stand in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One phrase is the whole line, digits apart.
    Whole,
    /// The line consists of the rule's phrases, digits apart.
    Bag,
    /// The line begins with one.
    Start,
    /// Somewhere.
    Within,
    /// The line begins with one, followed by a colon or in brackets.
    Lead,
    /// Somewhere, followed by a colon.
    Label,
    /// Next to a number.
    Count,
}

/// Where a line may be cut for its wording alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before the article's first or after its last prose.
    #[default]
    Edges,
    /// Between its paragraphs too: the form is unmistakable.
    Anywhere,
}

/// What is wrong with a file of rules.
#[derive(Debug, thiserror::Error)]
pub enum ChromeError {
    /// The file is not TOML, or an entry lacks a field or has one too many.
    #[error("{file}:{line}: {problem}")]
    Invalid {
        /// The file.
        file: PathBuf,
        /// 1-based line of the entry.
        line: usize,
        /// What the reader said.
        problem: String,
    },
    /// A rule names no phrase.
    #[error("{file}:{line}: rule `{name}` has no phrase in `any`")]
    NoPhrase {
        /// The file.
        file: PathBuf,
        /// 1-based line of the rule.
        line: usize,
        /// The rule.
        name: String,
    },
    /// A rule shows no line that it must catch, or none that it must leave.
    #[error("{file}:{line}: rule `{name}` needs a line in `examples` and one in `counter_examples`")]
    NoExample {
        /// The file.
        file: PathBuf,
        /// 1-based line of the rule.
        line: usize,
        /// The rule.
        name: String,
    },
    /// A rule's own example does not match it, or its counter-example does.
    #[error("{file}:{line}: rule `{name}` gives the wrong answer for its own example `{example}`")]
    WrongExample {
        /// The file.
        file: PathBuf,
        /// 1-based line of the example.
        line: usize,
        /// The rule.
        name: String,
        /// The line that it should have decided otherwise.
        example: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<Spanned<Rule>>,
}

/// A rule that a line matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Whether one of its phrases begins the line.
    pub at_start: bool,
    /// How many of its phrases are there; overlapping ones count once.
    pub count: usize,
    /// Words and Han characters that they cover.
    pub units: usize,
}

impl ChromeRules {
    /// The rules that come with the program.
    #[must_use]
    pub fn builtin() -> Self {
        // Their examples are tried by a unit test.
        match Self::read("chrome.toml", BUILTIN) {
            Ok((rules, _)) => rules,
            Err(error) => unreachable!("the built-in rules are parsed by a unit test: {error}"),
        }
    }

    /// The rules of a user's file; `file_name` is for messages only.
    ///
    /// # Errors
    /// When the text is no file of rules, a rule has no phrase or no example, or a rule contradicts its own example.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, ChromeError> {
        let (rules, starts) = Self::read(file_name, text)?;
        let file = PathBuf::from(file_name);
        let is_untried = |rule: &Rule| rule.examples.is_empty() || rule.counter_examples.is_empty();
        if let Some((rule, &start)) = rules.rules.iter().zip(&starts).find(|(rule, _)| is_untried(rule)) {
            let line = line_of(text, start);
            return Err(ChromeError::NoExample { file, line, name: rule.name.clone() });
        }
        match rules.first_wrong_example() {
            None => Ok(rules),
            Some((rule, example)) => Err(ChromeError::WrongExample {
                file,
                line: line_of(text, example.span().start),
                name: rule.name.clone(),
                example: example.get_ref().clone(),
            }),
        }
    }

    /// The rules of a file, whatever their examples say, and where each starts.
    fn read(file_name: &str, text: &str) -> Result<(Self, Vec<usize>), ChromeError> {
        let file: RulesFile = toml::from_str(text).map_err(|error| ChromeError::Invalid {
            file: PathBuf::from(file_name),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        let starts: Vec<usize> = file.rule.iter().map(|rule| rule.span().start).collect();
        let rules: Vec<Rule> = file.rule.into_iter().map(Spanned::into_inner).collect();
        if let Some((rule, &start)) = rules.iter().zip(&starts).find(|(rule, _)| rule.any.is_empty()) {
            let (file, line) = (PathBuf::from(file_name), line_of(text, start));
            return Err(ChromeError::NoPhrase { file, line, name: rule.name.clone() });
        }
        Ok((Self::new(rules), starts))
    }

    /// These rules and those of `other`.
    #[must_use]
    pub fn extend(self, other: Self) -> Self {
        let mut rules = self.rules;
        rules.extend(other.rules);
        Self::new(rules)
    }

    /// Lines of articles that look like wording of a rule and are not, each with its rule.
    pub fn counter_examples(&self) -> impl Iterator<Item = (&Rule, &str)> {
        self.rules.iter().flat_map(|rule| rule.counter_examples.iter().map(move |line| (rule, line.get_ref().as_str())))
    }

    /// The rules that a line matches; `key` is its comparison key.
    #[must_use]
    pub fn matches(&self, line: &str, key: &str) -> Vec<Match<'_>> {
        // A unit is at least a byte: most lines need not be counted.
        if key.len() > self.most && units(key) > self.most {
            return Vec::new();
        }
        let finds = self.phrases.find(key);
        if finds.is_empty() {
            return Vec::new();
        }
        let line_units = units(key);
        let line = Line { text: line, folded: OnceCell::new(), key };
        let of_one_rule = |left: &Find, right: &Find| left.owner / 2 == right.owner / 2;
        let groups = finds.chunk_by(of_one_rule);
        groups
            .filter_map(|finds| {
                let rule = self.rules.get(finds.first()?.owner / 2)?;
                if line_units > rule.most { None } else { rule.matched(&line, finds) }
            })
            .collect()
    }

    fn new(rules: Vec<Rule>) -> Self {
        // Owner 2n is the `any` of rule n, 2n + 1 its `and`.
        let numbered = rules.iter().enumerate().flat_map(|(number, rule)| {
            let any = rule.any.iter().map(move |phrase| (2 * number, phrase.as_str()));
            let and = rule.and.iter().map(move |phrase| (2 * number + 1, phrase.as_str()));
            any.chain(and)
        });
        let phrases = Phrases::new(numbered);
        let most = rules.iter().map(|rule| rule.most).max().unwrap_or(0);
        Self { rules, phrases, most }
    }

    /// The first example that its rule does not match, or counter-example that it does.
    fn first_wrong_example(&self) -> Option<(&Rule, &Spanned<String>)> {
        let is_matched = |rule: &Rule, line: &str| {
            self.matches(line, &comparison_key(line)).iter().any(|found| found.rule.name == rule.name)
        };
        self.rules.iter().find_map(|rule| {
            let missed = rule.examples.iter().find(|line| !is_matched(rule, line.get_ref()));
            let wrong = missed.or_else(|| rule.counter_examples.iter().find(|line| is_matched(rule, line.get_ref())));
            wrong.map(|line| (rule, line))
        })
    }
}

struct Line<'a> {
    text: &'a str,
    folded: OnceCell<String>,
    key: &'a str,
}

impl Line<'_> {
    fn folded(&self) -> &str {
        self.folded.get_or_init(|| folded(self.text))
    }
}

impl Rule {
    /// The match of this rule, if `finds`, all its phrases in the line, stand as its form demands.
    fn matched(&self, line: &Line<'_>, finds: &[Find]) -> Option<Match<'_>> {
        let split = finds.partition_point(|find| find.owner % 2 == 0);
        let (any, and) = finds.split_at_checked(split)?;
        if !self.and.is_empty() && and.is_empty() {
            return None;
        }
        let fitting: Vec<Span> = any.iter().map(|find| find.span).filter(|&span| self.fits(line, span)).collect();
        if fitting.is_empty() {
            return None;
        }
        // A phrase of `and` must not be the very phrase of `any`: "more" and "more" are one word.
        let apart = |and: &Find| fitting.iter().any(|&any| !any.contains(and.span) && !and.span.contains(any));
        if !self.and.is_empty() && !and.iter().any(apart) {
            return None;
        }
        let runs = merged(fitting);
        let covers = self.form != Form::Bag || covers_letters(line.key, &runs);
        (covers && runs.len() >= self.least).then(|| Match {
            rule: self,
            at_start: runs.first().is_some_and(|span| span.start == 0),
            count: runs.len(),
            units: runs.iter().map(|span| units(span.of(line.key))).sum(),
        })
    }

    fn fits(&self, line: &Line<'_>, span: Span) -> bool {
        match self.form {
            Form::Within | Form::Bag => true,
            Form::Start => span.start == 0,
            Form::Whole => covers_letters(line.key, &[span]),
            Form::Lead => span.start == 0 && is_closed(line.folded(), span.of(line.key), is_lead_end),
            Form::Label => is_closed(line.folded(), span.of(line.key), |c| c == ':'),
            Form::Count => is_beside_digit(line.key, span),
        }
    }
}

/// Spans in order, those that overlap joined.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// Whether every letter of `key` lies in one of the ascending, disjoint `spans`.
fn covers_letters(key: &str, spans: &[Span]) -> bool {
    let mut start = 0;
    for span in spans {
        if has_letters(Span::new(start, span.start).of(key)) {
            return false;
        }
        start = span.end;
    }
    !has_letters(Span::new(start, key.len()).of(key))
}

fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn is_lead_end(character: char) -> bool {
    matches!(character, ':' | ']' | '】' | ')' | '〕' | '」' | '』' | '|')
}

/// Whether `phrase` stands somewhere in `folded` with a character that `closes` behind it.
fn is_closed(folded: &str, phrase: &str, closes: impl Fn(char) -> bool) -> bool {
    folded.match_indices(phrase).any(|(start, _)| {
        let rest = folded.get(start + phrase.len()..).unwrap_or_default();
        rest.trim_start().starts_with(&closes)
    })
}

fn is_beside_digit(key: &str, span: Span) -> bool {
    let before = key.get(..span.start).unwrap_or_default().trim_end();
    let after = key.get(span.end..).unwrap_or_default().trim_start();
    before.ends_with(|c: char| c.is_ascii_digit()) || after.starts_with(|c: char| c.is_ascii_digit())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_rules_agree_with_their_examples() {
        ChromeRules::parse("chrome.toml", BUILTIN).unwrap();
    }

    #[test]
    fn forms() {
        let rule = |form: &str| {
            let text = format!("[[rule]]\nname='r'\nrole='share'\nform='{form}'\nany=['share', 'like']");
            ChromeRules::read("t", &text).unwrap().0
        };
        for (form, line, expected) in [
            ("whole", "Share (12)", true),
            ("whole", "Share like", false),
            ("bag", "Share like", true),
            ("bag", "Share it", false),
            ("start", "Share it", true),
            ("start", "To share", false),
            ("within", "To share it", true),
            ("lead", "[Share] it", true),
            ("lead", "Share：it", true),
            ("lead", "We share: it", false),
            ("label", "We share: it", true),
            ("label", "We share it", false),
            ("count", "12 like it", true),
            ("count", "12 or more like it", false),
        ] {
            let rules = rule(form);
            let found = !rules.matches(line, &comparison_key(line)).is_empty();
            assert_eq!(found, expected, "{form}: {line}");
        }
    }

    #[test]
    fn mistakes_name_file_and_line() {
        let head = "[[rule]]\nname='r'\nrole='share'\nform='whole'\n";
        let tried = "examples=['a']\ncounter_examples=['b']\n";
        for (name, text, expected) in [
            ("syntax", "\n[[rule\n".to_owned(), "a.toml:2: "),
            ("unknown field", format!("{head}any=['a']\n{tried}colour='red'\n"), "a.toml:8: "),
            ("no phrase", format!("\n{head}any=[]\n{tried}"), "a.toml:2: rule `r` has no phrase"),
            ("no example", format!("{head}any=['a']\nexamples=[]\ncounter_examples=['b']"), "a.toml:1: rule `r` needs"),
            ("no counter-example", format!("{head}any=['a']\nexamples=['a']"), "a.toml:1: rule `r` needs"),
            (
                "example",
                format!("{head}any=['a']\nexamples=['a',\n'b']\ncounter_examples=['c']"),
                "a.toml:7: rule `r` gives the wrong answer for its own example `b`",
            ),
            (
                "counter-example",
                format!("{head}any=['a']\nexamples=['a']\ncounter_examples=['A']"),
                "a.toml:7: rule `r` gives the wrong answer for its own example `A`",
            ),
        ] {
            let error = ChromeRules::parse("a.toml", &text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{name}: {error}");
        }
    }

    #[test]
    fn every_phrase_of_every_rule_can_match() {
        let rules = ChromeRules::builtin();
        for rule in &rules.rules {
            let and = rule.and.iter().map(|and| and.trim_end_matches('*'));
            for phrase in rule.any.iter().map(|phrase| phrase.trim_end_matches('*')) {
                let and = and.clone().find(|and| !and.contains(phrase) && !phrase.contains(and)).unwrap_or_default();
                let line = match rule.form {
                    Form::Whole => phrase.to_owned(),
                    Form::Bag => format!("{phrase} | ").repeat(rule.least),
                    Form::Start | Form::Within => format!("{phrase} {and}"),
                    Form::Lead | Form::Label => format!("{phrase}: {and}"),
                    Form::Count => format!("12 {phrase}"),
                };
                let found = rules.matches(&line, &comparison_key(&line));
                assert!(found.iter().any(|found| found.rule.name == rule.name), "{}: {line}", rule.name);
            }
        }
    }

    #[test]
    fn extending_keeps_both() {
        let own = "[[rule]]\nname='own'\nrole='share'\nform='whole'\nany=['zap it']\n\
                   examples=['Zap it!']\ncounter_examples=['They zap it again']";
        let rules = ChromeRules::builtin().extend(ChromeRules::parse("own", own).unwrap());
        let names = |line: &str| -> Vec<String> {
            rules.matches(line, &comparison_key(line)).iter().map(|found| found.rule.name.clone()).collect()
        };
        assert_eq!(names("Zap it!"), ["own"]);
        assert!(names("Related articles").contains(&"heading of other articles".to_owned()));
    }
}
