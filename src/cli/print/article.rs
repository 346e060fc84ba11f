//! A cleaned article for people: its title, what is known of it, and its text.

use std::io::{self, Write};

use article_search::Document;
use unicode_width::UnicodeWidthStr;

use super::fold::folded;
use super::style;

/// Prints an article, or one section of it, folded to so many columns.
pub(in crate::cli) fn page(
    output: &mut impl Write,
    document: &Document,
    (section, columns): (Option<usize>, Option<usize>),
) -> io::Result<()> {
    let Document { id, origin, article, .. } = document;
    for line in folded(&article.title, &[], columns) {
        writeln!(output, "{}", style::strong(&line))?;
    }
    let source = origin.url.as_ref().map_or_else(|| origin.label(), |url| format!("{}  {url}", origin.label()));
    for text in [facts(document).join(" · "), format!("{id}  {source}")] {
        folded(&text, &[], columns).iter().try_for_each(|line| writeln!(output, "{}", style::faint(line)))?;
    }
    for (part, number) in article.parts.iter().zip(article.sections()) {
        if section.is_some_and(|wanted| wanted != number) {
            continue;
        }
        if part.is_heading() {
            let place = format!("§{number}");
            let lines = folded(&part.text, &[], columns.map(|columns| columns.saturating_sub(1 + place.width())));
            let lines: Vec<_> = lines.iter().map(|line| style::strong(line)).collect();
            writeln!(output, "\n{} {}", lines.join("\n"), style::faint(&place))?;
        } else {
            writeln!(output, "\n{}", folded(&part.text, &[], columns).join("\n"))?;
        }
    }
    Ok(())
}

/// What is known of a page: cities, clinics, topics, date, verdict, flags.
pub(super) fn facts(document: &Document) -> Vec<String> {
    let Document { article, facets, .. } = document;
    let mut facts: Vec<String> = facets.cities.iter().map(|city| format!("{} {}", city.name, city.hanzi)).collect();
    facts.extend(facets.clinics.iter().map(|clinic| clinic.name.clone()));
    facts.extend(facets.topics.iter().map(|topic| topic.id.clone()));
    facts.extend(facets.date.clone());
    facts.extend(facets.verdict.as_ref().map(|facet| format!("verdict {}", facet.verdict.name())));
    facts.extend(article.flags.iter().map(|flag| flag.name().to_owned()));
    facts
}
