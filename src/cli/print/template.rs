//! `--template '{title}\t{url}'`: each hit as its user words it.

use std::io::{self, Write};
use std::str::FromStr;

use article_search::Hit;
use article_search::text::safe::shown;

use super::columns::{COLUMNS, Value};

/// A text with values of a hit in it.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Value(Value),
}

impl FromStr for Template {
    type Err = String;

    /// Reads `{name}`, `\t`, `\n`, `\\`, `{{` and `}}`; the rest stands for itself.
    fn from_str(template: &str) -> Result<Self, String> {
        let (mut parts, mut text) = (vec![], String::new());
        let mut rest = template.chars();
        while let Some(character) = rest.next() {
            let mut ahead = rest.clone();
            let next = ahead.next();
            match (character, next) {
                ('{', Some('{')) | ('}', Some('}')) => {
                    text.push(character);
                    rest = ahead;
                }
                ('\\', Some(escaped @ ('t' | 'n' | '\\'))) => {
                    text.push(match escaped {
                        't' => '\t',
                        'n' => '\n',
                        _ => '\\',
                    });
                    rest = ahead;
                }
                ('{', _) => {
                    let (name, after) =
                        rest.as_str().split_once('}').ok_or("a `{` is not closed; write `{{` for it")?;
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Value(value_of(name)?));
                    rest = after.chars();
                }
                _ => text.push(character),
            }
        }
        parts.push(Part::Text(text));
        Ok(Self { parts })
    }
}

fn value_of(name: &str) -> Result<Value, String> {
    let known = COLUMNS.iter().find(|(own, _)| *own == name.trim());
    known.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
        format!("no value is called `{name}`; there are {}", names.join(", "))
    })
}

impl Template {
    /// Writes a hit, and ends the line.
    pub(in crate::cli) fn write(&self, output: &mut impl Write, hit: &Hit) -> io::Result<()> {
        for part in &self.parts {
            match part {
                Part::Text(text) => output.write_all(text.as_bytes())?,
                Part::Value(value) => output.write_all(shown(&value.of(hit)).as_bytes())?,
            }
        }
        output.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::fixture::hit;

    #[test]
    fn templates() {
        for (name, template, expected) in [
            ("values", r"{rank}\t{title}\n{url}", "1\t=Fees in Dalian\nhttps://a.example/x?a=1\n"),
            ("braces and backslashes", r"{{{id}}} \\ \x", "{00000000000000ab} \\ \\x\n"),
            ("lists", "{city}", "Dalian; Harbin\n"),
            ("what is unknown", "[{date}]", "[]\n"),
            ("escapes of a page", "{passage}", "one ␛[31mtwo\n"),
        ] {
            let template: Template = template.parse().expect(name);
            let mut out = Vec::new();
            template.write(&mut out, &hit()).expect("in memory");
            assert_eq!(String::from_utf8_lossy(&out), expected, "{name}");
        }
        let wrong = |template: &str| template.parse::<Template>().expect_err("wrong");
        assert!(wrong("{colour}").contains("no value is called `colour`; there are rank, qid"));
        assert!(wrong("{title").contains("not closed"));
    }
}
