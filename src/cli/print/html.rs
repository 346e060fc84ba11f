//! A cleaned article as a page of the web that stands alone: no script, nothing that is loaded, every text escaped.

use std::io::{self, Write};

use article_search::Document;
use article_search::model::article::Part;
use article_search::model::block::BlockKind;
use article_search::text::safe::shown;

use super::article::facts;
use super::target;

/// What stands before the title. A browser runs and loads nothing, even where an escape were forgotten.
const HEAD: &str = "<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<style>
body { max-width: 42em; margin: 2em auto; padding: 0 1em; font-family: serif; line-height: 1.6; }
.facts, .caption { color: #666; font-size: 0.85em; }
td { border: 1px solid #ccc; padding: 0.2em 0.5em; }
</style>
";
/// Between the cells of a row.
const CELL: &str = " | ";

/// Writes an article, or one section of it. Sections are anchors: `#s2`.
pub(in crate::cli) fn page(output: &mut impl Write, document: &Document, section: Option<usize>) -> io::Result<()> {
    let Document { id, origin, article, facets, .. } = document;
    let title = escaped(&article.title);
    let language = facets.language.as_deref().map(|code| format!(" lang=\"{}\"", escaped(code))).unwrap_or_default();
    write!(output, "<!DOCTYPE html>\n<html{language}>\n<head>\n{HEAD}<title>{title}</title>\n</head>\n<body>\n")?;
    writeln!(output, "<article>\n<h1>{title}</h1>")?;
    writeln!(output, "<p class=\"facts\">{}</p>", escaped(&facts(document).join(" · ")))?;
    write!(output, "<p class=\"facts\">{id} · {}", escaped(&origin.label()))?;
    if let Some(url) = &origin.url {
        match target::web(url) {
            Some(target) => write!(output, " · <a href=\"{}\">{}</a>", escaped(&target), escaped(url))?,
            None => write!(output, " · {}", escaped(url))?,
        }
    }
    writeln!(output, "</p>")?;
    let parts = article.parts.iter().zip(article.sections());
    let parts: Vec<(&Part, usize)> =
        parts.filter(|(_, number)| section.is_none_or(|wanted| wanted == *number)).collect();
    for group in parts.chunk_by(|left, right| enclosing(left.0.kind).is_some() && left.0.kind == right.0.kind) {
        let tag = group.first().and_then(|(part, _)| enclosing(part.kind));
        tag.map_or(Ok(()), |tag| writeln!(output, "<{tag}>"))?;
        group.iter().try_for_each(|(part, number)| write_part(output, part, *number))?;
        tag.map_or(Ok(()), |tag| writeln!(output, "</{tag}>"))?;
    }
    writeln!(output, "</article>\n</body>\n</html>")
}

/// The element around neighbours of one kind.
fn enclosing(kind: BlockKind) -> Option<&'static str> {
    match kind {
        BlockKind::ListItem => Some("ul"),
        BlockKind::TableRow => Some("table"),
        BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::Caption => None,
    }
}

fn write_part(output: &mut impl Write, part: &Part, section: usize) -> io::Result<()> {
    let text = escaped(&part.text);
    match part.kind {
        // The title is the only one of the first level.
        BlockKind::Heading(level) => {
            let level = level.clamp(2, 6);
            writeln!(output, "<h{level} id=\"s{section}\">{text}</h{level}>")
        }
        BlockKind::Paragraph => writeln!(output, "<p>{text}</p>"),
        BlockKind::Caption => writeln!(output, "<p class=\"caption\">{text}</p>"),
        BlockKind::ListItem => writeln!(output, "<li>{text}</li>"),
        BlockKind::TableRow => {
            let cells: Vec<String> = text.split(CELL).map(|cell| format!("<td>{cell}</td>")).collect();
            writeln!(output, "<tr>{}</tr>", cells.concat())
        }
    }
}

/// Text that is text in an element as in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in shown(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}
