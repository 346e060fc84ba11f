//! `search export`: the pages of the index, or those that a query finds, with all their text.

#[cfg(feature = "parquet")]
use std::io::IsTerminal;
use std::io::{self, Write};
use std::time::Duration;

use article_search::model::article::Removed;
use article_search::model::query::{MAX_LIMIT, MAX_REACH};
use article_search::{Answer, Document, Engine, Error, Hit, Query, TextRow};
use serde::Serialize;

use super::arguments::{ExportArguments, ExportFormat};
use super::failure::{Exit, Failure};
#[cfg(feature = "parquet")]
use super::print::parquet::{Extras, ParquetTable};
use super::print::table::PageTable;
use super::print::{counted, markdown, rows};
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
    let engine = session.open()?;
    let mut printer = Printer::new(session, arguments)?;
    let exit = if let Some(words) = &arguments.query {
        hits(session, &engine, (words, &mut printer))?
    } else {
        engine.for_each_document(|document| Ok(printer.print(&engine, &document, None)?))?;
        Exit::Done
    };
    printer.finish()?;
    Ok(exit)
}

/// Prints what a query finds, as far as it can be reached, and says how much that is.
fn hits(session: &Session, engine: &Engine, (words, printer): (&str, &mut Printer)) -> Result<Exit, Failure> {
    for page in 1.. {
        let query = Query::new(words).limit(MAX_LIMIT).page(page).within(TIME);
        let answer = engine.search(&query)?;
        for hit in &answer.hits {
            let document = engine.document(&hit.row.id.to_string())?;
            printer.print(engine, &document, Some(hit))?;
        }
        let is_cut = page * MAX_LIMIT >= MAX_REACH;
        if is_cut || answer.hits.len() < MAX_LIMIT {
            if answer.no_match {
                session.note(&nothing(&answer));
            }
            if answer.partial {
                session.note("time ran out: there may be more hits");
            }
            if is_cut {
                session.note(&format!("the first {}; narrow the query for the others", counted(MAX_REACH, "hit")));
            }
            return Ok(if answer.no_match { Exit::NothingFound } else { Exit::Done });
        }
    }
    Ok(Exit::Done)
}

fn nothing(answer: &Answer) -> String {
    match answer.absent.as_slice() {
        [] => "nothing found".to_owned(),
        absent => format!("no page is about {}; the hits are the nearest pages", absent.join(" or ")),
    }
}

/// Writes pages in the format that was asked for.
struct Printer {
    output: Screen,
    format: ExportFormat,
    stripped: Stripped,
    table: PageTable,
    #[cfg(feature = "parquet")]
    parquet: Option<ParquetTable>,
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

impl Printer {
    fn new(session: &Session, arguments: &ExportArguments) -> Result<Self, Failure> {
        let table = PageTable { has_hits: arguments.query.is_some(), has_removed: arguments.removed };
        let stripped = Stripped::from_flag(arguments.removed);
        let mut printer = Self {
            output: session.output(),
            format: arguments.output,
            stripped,
            table,
            #[cfg(feature = "parquet")]
            parquet: parquet_table(arguments)?,
        };
        if printer.format == ExportFormat::Csv {
            table.header(&mut printer.output)?;
        }
        Ok(printer)
    }

    fn print(&mut self, engine: &Engine, document: &Document, hit: Option<&Hit>) -> io::Result<()> {
        let page = self.stripped.row(document).with_kinship(engine.kinships().of(document.id));
        let output = &mut self.output;
        match (self.format, hit) {
            (ExportFormat::Ndjson, Some(hit)) => {
                rows::row(output, &HitRow { hit, text: &page.text, removed: page.removed.as_deref() })
            }
            (ExportFormat::Ndjson, None) => rows::row(output, &page),
            (ExportFormat::Csv, hit) => self.table.row(output, &page, hit),
            (ExportFormat::Md, hit) => markdown::page(output, document, (&page, hit)),
            #[cfg(feature = "parquet")]
            (ExportFormat::Parquet, hit) => match (self.parquet.as_mut(), hit) {
                (Some(table), Some(hit)) => {
                    table.row(&HitRow { hit, text: &page.text, removed: page.removed.as_deref() })
                }
                (Some(table), None) => table.row(&page),
                (None, _) => Ok(()),
            },
        }
    }

    fn finish(mut self) -> io::Result<()> {
        #[cfg(feature = "parquet")]
        if let Some(table) = self.parquet.take() {
            return table.finish();
        }
        self.output.flush()
    }
}

/// A table of pages, where it is asked for and somebody is there to take it.
#[cfg(feature = "parquet")]
fn parquet_table(arguments: &ExportArguments) -> Result<Option<ParquetTable>, Failure> {
    if arguments.output != ExportFormat::Parquet {
        return Ok(None);
    }
    if io::stdout().is_terminal() {
        let what = "a Parquet file is nothing for a terminal";
        return Err(Failure::new(Exit::Usage, "usage", what).or_try("search export -o parquet > pages.parquet"));
    }
    let extras = Extras { has_hits: arguments.query.is_some(), has_removed: arguments.removed };
    Ok(Some(ParquetTable::new(extras)?))
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
