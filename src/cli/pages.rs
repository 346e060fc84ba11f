//! The commands about pages rather than queries: `extract`, `export`, `show`, `facets`, `stats`.

use std::collections::BTreeSet;
use std::io::Write;

use article_search::model::answer::TextRow;
use article_search::model::article::Removed;
use article_search::model::document::Document;
use article_search::model::plan::FacetField;
use article_search::model::report::Skipped;
use article_search::text::safe::shown;
use article_search::{DocumentId, Engine, Error, extract};

use super::arguments::{ExportArguments, ExtractArguments, FacetsArguments, ShowArguments, StatsArguments};
use super::failure::{Exit, Failure};
use super::index::{skipped_lines, sources};
use super::print::{counted, megabytes, rows, style};
use super::session::Session;

/// Copies of an article that `show` names.
const SHOWN_COPIES: usize = 20;

/// `search extract`: rows of pages, without an index.
pub(super) fn extract_pages(session: &Session, arguments: &ExtractArguments) -> Result<Exit, Failure> {
    let sources = sources(&arguments.paths, &arguments.reading)?;
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

/// `search export`: rows of all pages of the index.
pub(super) fn export(session: &Session, arguments: &ExportArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let mut output = session.output();
    let stripped = Stripped::from_flag(arguments.removed);
    let kinships = engine.kinships();
    engine.for_each_document(|document| {
        write_row(&mut output, &stripped.row(&document).with_kinship(kinships.of(document.id)))
    })?;
    output.flush()?;
    Ok(Exit::Done)
}

/// Whether rows carry what was stripped.
#[derive(Clone, Copy)]
enum Stripped {
    Left,
    Shown,
}

impl Stripped {
    fn from_flag(flag: bool) -> Self {
        if flag { Self::Shown } else { Self::Left }
    }

    fn row(self, document: &Document) -> TextRow {
        match self {
            Self::Shown => TextRow::with_removed(document),
            Self::Left => TextRow::of(document),
        }
    }
}

fn write_row(output: &mut impl Write, row: &TextRow) -> Result<(), Error> {
    Ok(rows::row(output, row)?)
}

/// `search show ID`: one article, a section of it, or what was stripped from it.
pub(super) fn show(session: &Session, arguments: &ShowArguments) -> Result<Exit, Failure> {
    let (id, section) = match arguments.id.split_once('#') {
        Some((id, section)) => (id, Some(section)),
        None => (arguments.id.as_str(), None),
    };
    let engine = session.open()?;
    let document = engine.document(id)?;
    let section = section.map(|section| section_of(&document, section)).transpose()?;
    let mut output = session.output();
    if arguments.json {
        let row = Stripped::from_flag(arguments.removed).row(&document);
        write_row(&mut output, &row.with_kinship(engine.kinships().of(document.id)))?;
    } else if arguments.removed {
        document.article.removed.iter().try_for_each(|removed| show_removed(&mut output, removed))?;
    } else {
        show_article(&mut output, &document, section)?;
        show_copies(&mut output, &engine, &document)?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

/// The section that `name` numbers, when the article has it.
fn section_of(document: &Document, name: &str) -> Result<usize, Failure> {
    let sections = BTreeSet::from_iter(document.article.sections());
    if let Some(section) = name.parse().ok().filter(|section| sections.contains(section)) {
        return Ok(section);
    }
    let what = match (sections.first(), sections.last()) {
        (Some(first), Some(last)) if first < last => {
            format!("page {} has no section `{name}`; it has sections {first} to {last}", document.id)
        }
        (Some(only), _) => format!("page {} has no section `{name}`; it has section {only} only", document.id),
        _ => format!("page {} has no section `{name}`; nothing was left of it after cleaning", document.id),
    };
    let failure = Failure::new(Exit::Usage, "no_such_section", what);
    Err(failure.or_try(format!("search show {}           the whole article", document.id)))
}

fn show_article(output: &mut impl Write, document: &Document, section: Option<usize>) -> std::io::Result<()> {
    let Document { id, origin, article, facets, .. } = document;
    writeln!(output, "{}", style::strong(&article.title))?;
    let mut facts: Vec<String> = facets.cities.iter().map(|city| format!("{} {}", city.name, city.hanzi)).collect();
    facts.extend(facets.clinics.iter().map(|clinic| clinic.name.clone()));
    facts.extend(facets.topics.iter().map(|topic| topic.id.clone()));
    facts.extend(facets.date.clone());
    facts.extend(facets.verdict.as_ref().map(|facet| format!("verdict {}", facet.verdict.name())));
    facts.extend(article.flags.iter().map(|flag| flag.name().to_owned()));
    writeln!(output, "{}", style::faint(&facts.join(" · ")))?;
    let source = origin.url.as_ref().map_or_else(|| origin.label(), |url| format!("{}  {url}", origin.label()));
    writeln!(output, "{}", style::faint(&format!("{id}  {source}")))?;
    for (part, number) in article.parts.iter().zip(article.sections()) {
        if section.is_some_and(|wanted| wanted != number) {
            continue;
        }
        if part.is_heading() {
            writeln!(output, "\n{} {}", style::strong(&part.text), style::faint(&format!("§{number}")))?;
        } else {
            writeln!(output, "\n{}", shown(&part.text))?;
        }
    }
    Ok(())
}

/// Where else the article stands, and which of its pages stands for it.
fn show_copies(output: &mut impl Write, engine: &Engine, document: &Document) -> Result<(), Failure> {
    let kinships = engine.kinships();
    let head = kinships.of(document.id).map_or(document.id, |kinship| DocumentId::from_u64(kinship.head));
    for copy in kinships.copies_of(head).into_iter().filter(|copy| *copy != document.id).take(SHOWN_COPIES) {
        let origin = engine.document(&copy.to_string())?.origin;
        let place = origin.url.clone().unwrap_or_else(|| origin.label());
        let what = if copy == head { "stands for it" } else { "the same article" };
        writeln!(output, "\n{}", style::faint(&format!("{copy}  {place}  {what}")))?;
    }
    Ok(())
}

fn show_removed(output: &mut impl Write, removed: &Removed) -> std::io::Result<()> {
    let why = format!("{:<15} {}", removed.reason.name(), removed.rule);
    writeln!(output, "{}\n  {}", style::faint(&why), shown(&removed.text))
}

/// `search facets [FIELD]`: values and counts.
pub(super) fn facets(session: &Session, arguments: &FacetsArguments) -> Result<Exit, Failure> {
    let fields = match arguments.field.as_deref() {
        None => FacetField::ALL.to_vec(),
        Some(name) => vec![FacetField::named(name).ok_or_else(|| unknown_field(name))?],
    };
    let engine = session.open()?;
    let mut output = session.output();
    let mut found = 0;
    for field in &fields {
        let counts = engine.facets(*field)?;
        found += counts.len();
        if fields.len() > 1 && !arguments.json {
            writeln!(output, "{}", style::strong(field.name()))?;
        }
        for count in counts {
            if arguments.json {
                let row = serde_json::json!({"v": 1, "field": field.name(), "value": count.value, "label": count.label, "pages": count.pages, "aliases": count.aliases});
                rows::row(&mut output, &row)?;
            } else {
                let mut value = if count.label == count.value { String::new() } else { format!("  {}", count.value) };
                if !count.aliases.is_empty() {
                    value += "  also ";
                    value += &shown(&count.aliases.join(", "));
                }
                writeln!(output, "{:>7}  {}{}", count.pages, shown(&count.label), style::faint(&value))?;
            }
        }
    }
    output.flush()?;
    Ok(if found == 0 { Exit::NothingFound } else { Exit::Done })
}

fn unknown_field(name: &str) -> Failure {
    let names: Vec<_> = FacetField::ALL.iter().map(|field| field.name()).collect();
    let what = format!("no facet is called `{name}`; there are {}", names.join(", "));
    Failure::new(Exit::Usage, "unknown_facet", what).or_try("search facets city")
}

/// `search stats`: what is in the index.
pub(super) fn stats(session: &Session, arguments: &StatsArguments) -> Result<Exit, Failure> {
    let stats = session.open()?.stats()?;
    let mut output = session.output();
    if arguments.json {
        rows::row(&mut output, &rows::Versioned::new(&stats))?;
    } else {
        let languages: Vec<_> =
            stats.languages.iter().map(|count| format!("{} {}", count.value, count.pages)).collect();
        let index = &stats.index;
        writeln!(
            output,
            "{} in {}, {}",
            counted(index.pages, "page"),
            counted(index.segments, "segment"),
            megabytes(index.bytes)
        )?;
        writeln!(
            output,
            "cities {} · clinics {} · topics {} · languages {}",
            stats.cities,
            stats.clinics,
            stats.topics,
            languages.join(", ")
        )?;
        writeln!(output, "terms {}", index.terms)?;
    }
    output.flush()?;
    Ok(Exit::Done)
}
