//! The commands about pages rather than queries: `extract`, `facets`, `stats`.

use std::io::Write;

use article_search::model::answer::FacetCount;
use article_search::model::plan::FacetField;
use article_search::model::report::Skipped;
use article_search::text::pinyin::{pinyin, squashed};
use article_search::text::safe::shown;
use article_search::{Document, Engine, Query, Row, extract};

use unicode_width::UnicodeWidthStr;

use super::arguments::{ExtractArguments, FacetsArguments, StatsArguments};
use super::export::{Stripped, write_row};
use super::failure::{Exit, Failure};
use super::index::{sources, use_threads};
use super::print::fold::{folded, with_facts};
use super::print::{counted, megabytes, moment, rows, style};
use super::session::Session;
use super::summary::skipped_lines;

/// `search extract`: rows of pages, without an index.
pub(super) fn extract_pages(session: &Session, arguments: &ExtractArguments) -> Result<Exit, Failure> {
    let sources = sources("extract", &arguments.paths, &arguments.reading)?;
    use_threads(session, &arguments.reading)?;
    let mut output = session.output();
    let mut skipped: Vec<Skipped> = Vec::new();
    extract(&sources, &session.config(), &mut |document| {
        match document {
            Ok(document) => write_row(&mut output, &Stripped::from_flag(arguments.removed).row(&document))?,
            Err(skip) => skipped.push(skip),
        }
        Ok(())
    })?;
    output.flush()?;
    if !skipped.is_empty() {
        session.note(&skipped_lines(&skipped));
    }
    Ok(if arguments.strict && !skipped.is_empty() { Exit::Skipped } else { Exit::Done })
}

/// `search facets [FIELD]`: values and counts.
pub(super) fn facets(session: &Session, arguments: &FacetsArguments) -> Result<Exit, Failure> {
    let fields = match arguments.field.as_deref() {
        None => FacetField::ALL.to_vec(),
        Some(name) => vec![FacetField::named(name).ok_or_else(|| unknown_field(name))?],
    };
    let engine = session.open()?;
    if let (true, Some(field)) = (arguments.none, fields.first()) {
        return pages_without(session, &engine, (*field, arguments.json));
    }
    let terminal = session.terminal();
    let mut output = session.screen(terminal);
    let mut found = 0;
    let answer = arguments.of.as_ref().map(|text| engine.search(&Query::new(text).limit(1))).transpose()?;
    for field in &fields {
        let counts = match &answer {
            Some(answer) => answer.facets.get(field.name()).cloned().unwrap_or_default(),
            None => engine.facets(*field)?,
        };
        let counts: Vec<FacetCount> = counts.into_iter().filter(|count| is_found(count, arguments)).collect();
        found += counts.len();
        if fields.len() > 1 && !arguments.json {
            writeln!(output, "{}", style::strong(field.name()))?;
        }
        for count in counts {
            if arguments.json {
                let row = serde_json::json!({"v": 1, "field": field.name(), "value": count.value, "label": count.label, "pages": count.pages, "aliases": count.aliases});
                rows::row(&mut output, &row)?;
            } else {
                let value = Some(count.value.clone()).filter(|value| *value != count.label);
                let aliases = (!count.aliases.is_empty()).then(|| format!("also {}", count.aliases.join(", ")));
                let facts: Vec<String> = value.into_iter().chain(aliases).collect();
                let columns = terminal.columns.map(|columns| columns.saturating_sub(9));
                for (at, line) in with_facts(&count.label, &facts.join("  "), columns).iter().enumerate() {
                    let pages = if at == 0 { count.pages.to_string() } else { String::new() };
                    writeln!(output, "{pages:>7}  {line}")?;
                }
            }
        }
    }
    output.finish()?;
    Ok(if found == 0 { Exit::NothingFound } else { Exit::Done })
}

/// Pages that have no value of a facet, in the order of their ids.
fn pages_without(session: &Session, engine: &Engine, (field, as_rows): (FacetField, bool)) -> Result<Exit, Failure> {
    let terminal = session.terminal();
    let mut output = session.screen(terminal);
    let mut found = 0;
    engine.for_each_document(|document| {
        if has_value(&document, field) {
            return Ok(());
        }
        found += 1;
        if as_rows {
            let row = Row::of(&document).with_kinship(engine.kinships().of(document.id));
            return Ok(rows::row(&mut output, &row)?);
        }
        let place = document.origin.label();
        let facts = format!("{}  {place}", document.id);
        if terminal.columns.is_none_or(|columns| facts.width() + 2 + document.article.title.width() <= columns) {
            return Ok(writeln!(output, "{}  {}", style::faint(&facts), shown(&document.article.title))?);
        }
        let lines = folded(&facts, &[], terminal.columns).into_iter().map(|line| style::faint(&line));
        let mut lines = lines.chain(folded(&document.article.title, &[], terminal.columns));
        Ok(lines.try_for_each(|line| writeln!(output, "{line}"))?)
    })?;
    output.finish()?;
    session.note(&format!("{} without {}", counted(found, "page"), field.name()));
    Ok(if found == 0 { Exit::NothingFound } else { Exit::Done })
}

fn has_value(document: &Document, field: FacetField) -> bool {
    let facets = &document.facets;
    match field {
        FacetField::City => !facets.cities.is_empty(),
        FacetField::Clinic => !facets.clinics.is_empty(),
        FacetField::Topic => !facets.topics.is_empty(),
        FacetField::Lang => facets.language.is_some(),
        FacetField::Verdict => facets.verdict.is_some(),
    }
}

/// Whether the name of a value holds the text that is looked for, in either script or pinyin.
fn is_found(count: &FacetCount, arguments: &FacetsArguments) -> bool {
    let Some(text) = arguments.find.as_deref().map(squashed) else { return true };
    let names = [&count.label, &count.value].into_iter().chain(&count.aliases);
    let mut spellings = names.flat_map(|name| [Some(squashed(name)), pinyin(name)]).flatten();
    spellings.any(|spelling| spelling.contains(&text))
}

fn unknown_field(name: &str) -> Failure {
    let names: Vec<_> = FacetField::ALL.iter().map(|field| field.name()).collect();
    let what = format!("no facet is called `{name}`; there are {}", names.join(", "));
    Failure::new(Exit::Usage, "unknown_facet", what).or_try("search facets city")
}

/// `search stats`: what is in the index.
pub(super) fn stats(session: &Session, arguments: &StatsArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let stats = engine.stats()?;
    let mut output = session.output();
    if arguments.json {
        rows::row(&mut output, &rows::Versioned::new(&stats))?;
    } else {
        let languages: Vec<_> =
            stats.languages.iter().map(|count| format!("{} {}", count.value, count.pages)).collect();
        let index = &stats.index;
        let (pages, segments) = (counted(index.pages, "page"), counted(index.segments, "segment"));
        let written = engine.written_at().map(|time| format!(", of {}", moment(time))).unwrap_or_default();
        let mut parts: Vec<(&String, u64)> = index.parts.iter().map(|(name, bytes)| (name, *bytes)).collect();
        parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let parts: Vec<_> = parts.into_iter().map(|(name, bytes)| format!("{name} {}", megabytes(bytes))).collect();
        let (cities, clinics, topics) = (stats.cities, stats.clinics, stats.topics);
        for line in [
            format!("{pages} in {segments}, {}{written}", megabytes(index.bytes)),
            format!("cities {cities} · clinics {clinics} · topics {topics} · languages {}", languages.join(", ")),
            format!("terms {}", index.terms),
            format!("on disk: {}", parts.join(" · ")),
        ] {
            folded(&line, &[], session.terminal().columns).iter().try_for_each(|line| writeln!(output, "{line}"))?;
        }
    }
    output.flush()?;
    Ok(Exit::Done)
}
