//! An answer as Markdown: for notes, issues and prompts.

use std::io::{self, Write};

use article_search::text::safe::shown;
use article_search::{Answer, Hit};

use super::target;

/// Writes the hits of an answer as a numbered list: titles, linked where there is an address, and quoted passages.
pub(in crate::cli) fn answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    writeln!(output, "## {}\n", escaped(&answer.query))?;
    if !answer.absent.is_empty() {
        writeln!(output, "No page is about {}. The nearest pages:\n", escaped(&answer.absent.join(" or ")))?;
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
