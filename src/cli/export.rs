//! `search export`: the pages of the index, or those that a query finds, with all their text.

#[cfg(feature = "parquet")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::time::Duration;

use article_search::model::article::Removed;
use article_search::model::query::{MAX_LIMIT, MAX_REACH};
use article_search::{Document, Engine, Error, Hit, Query, TextRow};
use serde::Serialize;

use super::arguments::{ExportArguments, ExportFormat};
use super::failure::{Exit, Failure};
use super::print::answer::{corrected, nearest_follow};
#[cfg(feature = "parquet")]
use super::print::parquet::ParquetTable;
use super::print::table::PageTable;
use super::print::{counted, markdown, rows};
use super::query::told;
use super::screen::Screen;
use super::session::Session;

/// How long pages are looked for: nobody waits at a screen, and all of them are wanted.
const TIME: Duration = Duration::from_secs(3600);

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &ExportArguments) -> Result<Exit, Failure> {
    if arguments.query.as_deref().is_some_and(|words| words.trim().is_empty()) {
        let what = "--query holds no words; without it every page is printed";
        return Err(Failure::new(Exit::Usage, "usage", what).or_try("search export --query \"medical insurance\""));
    }
    #[cfg(feature = "parquet")]
    if arguments.format() == ExportFormat::Parquet && io::stdout().is_terminal() {
        let what = "a Parquet file is nothing for a terminal";
        return Err(Failure::new(Exit::Usage, "usage", what).or_try("search export -o parquet > pages.parquet"));
    }
    let engine = session.open()?;
    if let Some(words) = &arguments.query {
        return hits(session, &engine, (words, arguments));
    }
    let mut printer = Printer::new(session, arguments)?;
    engine.for_each_document(|document| Ok(printer.print(&engine, &document, None)?))?;
    printer.finish()?;
    Ok(Exit::Done)
}

/// Prints what a query finds, as far as it can be reached, and says how it was taken and how much that is.
fn hits(session: &Session, engine: &Engine, (words, arguments): (&str, &ExportArguments)) -> Result<Exit, Failure> {
    let query = Query::new(words).limit(MAX_LIMIT).within(TIME);
    let first = engine.search(&query)?;
    told(session, &query, &first);
    let corrected = corrected(&first);
    let nearest = nearest_follow(&first);
    let nothing = (first.no_match && nearest.is_none()).then(|| "nothing found".to_owned());
    corrected.into_iter().chain(nearest).chain(nothing).for_each(|note| session.note(&note));
    let exit = if first.no_match { Exit::NothingFound } else { Exit::Done };
    // What cannot be asked leaves no beginning of a table.
    let mut printer = Printer::new(session, arguments)?;
    let (mut answer, mut pages, mut is_partial) = (first, 1, false);
    loop {
        for hit in &answer.hits {
            let document = engine.document(&hit.row.id.to_string())?;
            printer.print(engine, &document, Some(hit))?;
        }
        is_partial |= answer.partial;
        if !answer.more {
            break;
        }
        pages += 1;
        answer = engine.search(&Query::new(words).limit(MAX_LIMIT).page(pages).within(TIME))?;
    }
    if is_partial {
        session.note("time ran out: there may be more hits");
    }
    if pages * MAX_LIMIT >= MAX_REACH && answer.hits.len() == MAX_LIMIT {
        session.note(&format!("the first {}; narrow the query for the others", counted(MAX_REACH, "hit")));
    }
    printer.finish()?;
    Ok(exit)
}

/// Writes pages in the format that was asked for.
struct Printer {
    sink: Sink,
    stripped: Stripped,
}

/// Where pages go.
enum Sink {
    Rows(Screen),
    Csv(Screen, PageTable),
    Markdown(Screen),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetTable>),
}

/// A hit with all its text.
#[derive(Serialize)]
struct HitRow<'a> {
    #[serde(flatten)]
    hit: &'a Hit,
    text: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<&'a [Removed]>,
}

/// A page, or a hit, with all its text.
#[derive(Serialize)]
#[serde(untagged)]
enum AnyRow<'a> {
    Page(&'a TextRow),
    Hit(HitRow<'a>),
}

impl Printer {
    fn new(session: &Session, arguments: &ExportArguments) -> Result<Self, Failure> {
        let table = PageTable { has_hits: arguments.query.is_some(), has_removed: arguments.removed };
        let sink = match arguments.format() {
            ExportFormat::Ndjson => Sink::Rows(session.output()),
            ExportFormat::Csv => {
                let mut output = session.output();
                table.header(&mut output)?;
                Sink::Csv(output, table)
            }
            ExportFormat::Md => Sink::Markdown(session.output()),
            #[cfg(feature = "parquet")]
            ExportFormat::Parquet => Sink::Parquet(Box::new(ParquetTable::new(table)?)),
        };
        Ok(Self { sink, stripped: Stripped::from_flag(arguments.removed) })
    }

    fn print(&mut self, engine: &Engine, document: &Document, hit: Option<&Hit>) -> io::Result<()> {
        let page = self.stripped.row(document).with_kinship(engine.kinships().of(document.id));
        let row = match hit {
            Some(hit) => AnyRow::Hit(HitRow { hit, text: &page.text, removed: page.removed.as_deref() }),
            None => AnyRow::Page(&page),
        };
        match &mut self.sink {
            Sink::Rows(output) => rows::row(output, &row),
            Sink::Csv(output, table) => table.row(output, &page, hit),
            Sink::Markdown(output) => markdown::page(output, document, (&page, hit)),
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.row(&row),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::Rows(mut output) | Sink::Csv(mut output, _) | Sink::Markdown(mut output) => output.flush(),
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.finish(),
        }
    }
}

/// Whether rows carry what was stripped.
#[derive(Clone, Copy)]
pub(super) enum Stripped {
    Left,
    Shown,
}

impl Stripped {
    /// Shown, where the flag is given.
    pub(super) fn from_flag(flag: bool) -> Self {
        if flag { Self::Shown } else { Self::Left }
    }

    /// The row of a page.
    pub(super) fn row(self, document: &Document) -> TextRow {
        match self {
            Self::Shown => TextRow::with_removed(document),
            Self::Left => TextRow::of(document),
        }
    }
}

/// Writes a row on a line of its own.
pub(super) fn write_row(output: &mut impl Write, row: &TextRow) -> Result<(), Error> {
    Ok(rows::row(output, row)?)
}
