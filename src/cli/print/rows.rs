//! Answers for machines: stable keys, one JSON object a line, and nothing in it that steers a terminal.
//!
//! JSON allows most steering characters as they are; a row printed on a terminal would obey them. They are written as
//! `\uXXXX`, which every reader of JSON takes for the same text.

use std::io::{self, Write};

use article_search::model::answer::{Answer, ROW_VERSION};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// A row that does not bear the version of the schema by itself.
#[derive(Serialize)]
pub(in crate::cli) struct Versioned<T> {
    v: u32,
    #[serde(flatten)]
    row: T,
}

impl<T> Versioned<T> {
    pub(in crate::cli) fn new(row: T) -> Self {
        Self { v: ROW_VERSION, row }
    }
}

/// In the place of an answer: a query that could not be asked.
#[derive(Serialize)]
pub(in crate::cli) struct Unanswered {
    #[serde(flatten)]
    nothing: Answer,
    error: Value,
}

impl Unanswered {
    pub(in crate::cli) fn new(qid: &str, query: &str, error: Value) -> Self {
        let mut nothing = Answer::default();
        (nothing.qid, nothing.query, nothing.no_match) = (Some(qid.to_owned()), query.to_owned(), true);
        Self { nothing, error }
    }
}

/// One object on a line of its own.
pub(in crate::cli) fn row(output: &mut impl Write, row: &impl Serialize) -> io::Result<()> {
    row.serialize(&mut Serializer::with_formatter(&mut *output, Harmless))?;
    output.write_all(b"\n")
}

/// One object for the whole answer.
pub(in crate::cli) fn answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    row(output, &Versioned::new(answer))
}

/// One object for each hit.
pub(in crate::cli) fn hits(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    answer.hits.iter().try_for_each(|hit| row(output, hit))
}

/// Compact JSON whose strings hold no steering character. Those below U+0020 are escaped by every formatter.
struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, character)| is_steering(*character)) {
            let (harmless, after) = rest.split_at(at);
            writer.write_all(harmless.as_bytes())?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.split_at(character.len_utf8()).1;
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Delete and the C1 controls, bidirectional marks and overrides, separators of lines, and what is not seen at all.
fn is_steering(character: char) -> bool {
    matches!(character,
        '\u{7F}'..='\u{9F}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn written(value: &impl Serialize) -> String {
        let mut line = Vec::new();
        row(&mut line, value).expect("in memory");
        String::from_utf8(line).expect("UTF-8")
    }

    #[test]
    fn steering_characters_are_escaped() {
        for (name, text, expected) in [
            ("plain", "a \"b\" 重庆", r#""a \"b\" 重庆""#),
            ("escape", "a\u{1b}b", r#""a\u001bb""#),
            ("delete and C1", "\u{7f}\u{80}x\u{9b}\u{9f}\u{a0}", "\"\\u007f\\u0080x\\u009b\\u009f\u{a0}\""),
            ("bidi", "\u{202e}\u{2066}\u{200f}\u{61c}", r#""\u202e\u2066\u200f\u061c""#),
            ("line separators", "\u{2028}\u{2029}", r#""\u2028\u2029""#),
            ("tags, as two units", "\u{e0041}", r#""\udb40\udc41""#),
        ] {
            assert_eq!(written(&text).trim_end_matches('\n'), expected, "{name}");
        }
        let keyed = BTreeMap::from([("k\u{9b}", 1)]);
        assert_eq!(written(&keyed), "{\"k\\u009b\":1}\n", "keys too");
    }

    proptest! {
        #[test]
        fn rows_are_read_back_as_they_were(text in "\\PC{0,40}[\\x00-\\x9f\u{2028}\u{202e}\u{e0041}]{0,20}\\PC{0,40}") {
            let line = written(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
            prop_assert!(line.trim_end_matches('\n').chars().all(|c| !c.is_control() && !is_steering(c)));
        }
    }
}
