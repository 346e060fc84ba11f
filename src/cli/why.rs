//! `search why`: why a page is, or is not, in an answer; and why there is none of this name.

use std::io::Write;

use article_search::{DocumentId, Engine, Query};

use super::arguments::WhyArguments;
use super::failure::{Exit, Failure};
use super::grammar::quoted;
use super::named;
use super::print::answer::print_why;
use super::print::rows;
use super::remove::of_page;
use super::report;
use super::session::Session;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &WhyArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let id = match named::page(session, &engine, &arguments.page) {
        Err(failure) if failure.exit() == Exit::NothingFound => {
            return Err(explained(session, &engine, &arguments.page, failure));
        }
        found => found?,
    };
    let why = engine.why(&id.to_string(), &Query::new(arguments.words.join(" ")))?;
    let head = engine.kinships().of(id).map(|kinship| DocumentId::from_u64(kinship.head));
    let mut output = session.output();
    if arguments.json {
        rows::row(&mut output, &why)?;
    } else {
        print_why(&mut output, &why, (head.filter(|head| *head != id), session.terminal().columns))?;
    }
    output.flush()?;
    Ok(if why.rank.is_some() { Exit::Done } else { Exit::NothingFound })
}

/// `failure` to find a page, with what is known of its absence: it was removed, or the last run that skipped inputs
/// skipped it.
fn explained(session: &Session, engine: &Engine, typed: &str, failure: Failure) -> Failure {
    let names = [Some(typed.to_owned()), named::seen_from_index(session, typed)];
    let is_it = |name: &str| names.iter().flatten().any(|own| own == name);
    // What cannot be read here explains nothing; the failure stays.
    let removals = engine.takedowns().unwrap_or_default();
    let by_name = removals.iter().find(|removal| is_it(&removal.name));
    if let Some(removal) = by_name.or_else(|| of_page(&removals, typed)) {
        return failure
            .because("it was removed for good")
            .instead_try(format!("search remove --undo {}", quoted(&removal.name)));
    }
    let skipped = session.index_directory().and_then(|directory| report::last_skipped(&directory, &is_it));
    match skipped {
        Some(reason) => failure.because(format!("it was skipped: {reason}")),
        None => failure,
    }
}
