//! `search export`: the pages of the index, for other programs.

use std::io::Write;

use article_search::model::answer::TextRow;
use article_search::{Document, Error};

use super::arguments::ExportArguments;
use super::failure::{Exit, Failure};
use super::print::rows;
use super::session::Session;

/// `search export`: rows of all pages of the index.
pub(super) fn main(session: &Session, arguments: &ExportArguments) -> Result<Exit, Failure> {
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
