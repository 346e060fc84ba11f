//! An answer, or whole articles, as Markdown: for notes, issues and prompts.

use std::io::{self, Write};

use article_search::model::article::Part;
use article_search::model::block::BlockKind;
use article_search::text::safe::shown;
use article_search::{Answer, Document, Hit, TextRow};

use super::answer::only_nearest;
use super::article::facts;
use super::columns::stripped;
use super::target;

/// Writes the hits of an answer as a numbered list: titles, linked where there is an address, and quoted passages.
pub(in crate::cli) fn answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    writeln!(output, "## {}\n", escaped(&answer.query))?;
    if let Some(nearest) = only_nearest(answer) {
        writeln!(output, "{}:\n", escaped(&nearest))?;
    }
    if answer.hits.is_empty() {
        writeln!(output, "Nothing found.\n")?;
    }
    answer.hits.iter().try_for_each(|hit| entry(output, hit))
}

fn entry(output: &mut impl Write, hit: &Hit) -> io::Result<()> {
    let title = if hit.row.title.is_empty() { "(no title)" } else { &hit.row.title };
    let title = escaped(title);
    match hit.row.url.as_deref().and_then(target::web) {
        Some(address) => write!(output, "{}. **[{title}](<{address}>)**", hit.rank)?,
        None => write!(output, "{}. **{title}**", hit.rank)?,
    }
    let place = hit.row.record.map_or_else(|| hit.row.path.clone(), |record| format!("{}#{record}", hit.row.path));
    let date = hit.row.date.as_deref().unwrap_or("no date");
    writeln!(output, " — {} · {} · {}", escaped(&place), escaped(date), hit.row.id)?;
    let sentence = hit.answer.as_ref().map(|answer| format!("**{}**", escaped(&answer.text)));
    let passages = hit.passages.iter().map(|passage| escaped(&passage.text));
    for text in sentence.into_iter().chain(passages) {
        write!(output, "\n   > {text}\n")?;
    }
    writeln!(output)
}

/// Writes an article, with the hit that it is, and what was stripped from it where the row tells.
pub(in crate::cli) fn page(
    output: &mut impl Write,
    document: &Document,
    (row, hit): (&TextRow, Option<&Hit>),
) -> io::Result<()> {
    let Document { id, origin, article, .. } = document;
    let title = if article.title.is_empty() { "(no title)" } else { &article.title };
    writeln!(output, "# {}\n", escaped(title))?;
    let place = hit.map(|hit| format!("rank {} · score {:.3}", hit.rank, hit.score));
    let place = place.into_iter().chain([id.to_string(), escaped(&origin.label())]);
    let address = origin.url.as_deref().map(|url| match target::web(url) {
        Some(target) => format!("[{}](<{target}>)", escaped(url)),
        None => escaped(url),
    });
    let facts = facts(document);
    let all: Vec<String> = place.chain(address).chain(facts.iter().map(|fact| escaped(fact))).collect();
    writeln!(output, "{}\n", all.join(" · "))?;
    article.parts.iter().try_for_each(|part| paragraph(output, part))?;
    let stripped = stripped(row);
    if !stripped.is_empty() {
        writeln!(output, "## (stripped)\n")?;
        stripped.iter().try_for_each(|line| writeln!(output, "- {}\n", begun(line)))?;
    }
    writeln!(output, "---\n")
}

fn paragraph(output: &mut impl Write, part: &Part) -> io::Result<()> {
    let text = begun(&part.text);
    match part.kind {
        // The title is the only one of the first level.
        BlockKind::Heading(level) => writeln!(output, "{} {text}\n", "#".repeat(usize::from(level.clamp(2, 6)))),
        BlockKind::ListItem => writeln!(output, "- {text}\n"),
        BlockKind::Paragraph | BlockKind::Caption | BlockKind::TableRow => writeln!(output, "{text}\n"),
    }
}

/// Text that Markdown takes as it is at the beginning of a line, too.
fn begun(text: &str) -> String {
    let text = escaped(text.trim_start());
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let is_item = !number.is_empty() && rest.starts_with(['.', ')']);
    if is_item || number.is_empty() && rest.starts_with(['-', '+', '=']) { format!("{number}\\{rest}") } else { text }
}

/// Text that Markdown takes as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in shown(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '!' | '~') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::fixture::hit;

    #[test]
    fn a_line_begins_nothing() {
        for (text, expected) in [
            ("- a", r"\- a"),
            ("+ a", r"\+ a"),
            ("---", r"\---"),
            ("===", r"\==="),
            ("    code", "code"),
            ("12. a", r"12\. a"),
            ("1) a", r"1\) a"),
            ("1,000 yuan", "1,000 yuan"),
            ("a - b", "a - b"),
            ("# a", r"\# a"),
            ("", ""),
        ] {
            assert_eq!(begun(text), expected);
        }
    }

    #[test]
    fn text_of_a_page_is_no_markup() {
        assert_eq!(escaped("[x](javascript:1) <b> *a* #1"), r"\[x\](javascript:1) \<b\> \*a\* \#1");
        let mut out = Vec::new();
        entry(&mut out, &hit()).expect("in memory");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.starts_with("1. **[=Fees in Dalian](<https://a.example/x?a=1>)** — a.txt · no date · "), "{text}");
        assert!(
            text.contains("\n   > **It costs \"1,000\" yuan.**\n") && text.contains("\n   > one ␛\\[31mtwo\n"),
            "{text}"
        );
    }
}
