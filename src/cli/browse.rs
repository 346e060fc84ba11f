//! `search similar`, `search suggest`: finding without a question.

use std::io::Write;

use article_search::Query;
use article_search::model::plan::Order;
use article_search::text::safe::shown;

use super::answers::{Printer, Wish};
use super::arguments::{SimilarArguments, SuggestArguments};
use super::failure::{Exit, Failure};
use super::named;
use super::print::fold::with_facts;
use super::print::{padded, rows};
use super::session::Session;

/// Columns in which suggestions stand before what is said of them, and what that takes.
const TEXT_COLUMNS: usize = 50;
const FACTS_COLUMNS: usize = 16;

/// `search similar PAGE`: pages like a page, or those with its text for other clinics.
pub(super) fn similar(session: &Session, arguments: &SimilarArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let page = usize::try_from(arguments.page).unwrap_or(usize::MAX);
    let query = Query::new("").limit(usize::from(arguments.limit)).page(page);
    let id = named::page(session, &engine, &arguments.page_name)?.to_string();
    let answer =
        if arguments.template { engine.of_same_template(&id, &query)? } else { engine.similar(&id, &query)? };
    let is_alone = answer.hits.is_empty() && (answer.total == 0 || query.skipped() == 0);
    if is_alone {
        let what = if arguments.template { "the same text for another clinic" } else { "words in common with it" };
        session.note(&format!("no other page has {what}"));
    }
    let wish = Wish {
        format: arguments.format(),
        template: None,
        is_explained: false,
        order: Order::Relevance,
        page: arguments.page,
        words: &[],
    };
    let mut printer = Printer::new(session, &engine, wish);
    if !is_alone || !arguments.format().is_screen() {
        printer.print(&answer)?;
    }
    printer.finish()?;
    Ok(if answer.hits.is_empty() { Exit::NothingFound } else { Exit::Done })
}

/// `search suggest PREFIX`: how it may go on.
pub(super) fn suggest(session: &Session, arguments: &SuggestArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let suggestions = engine.suggest(&arguments.prefix.join(" "), usize::from(arguments.limit))?;
    let mut output = session.output();
    for suggestion in &suggestions {
        if arguments.json {
            rows::row(&mut output, &rows::Versioned::new(suggestion))?;
        } else {
            let kind = serde_json::to_value(suggestion.kind).unwrap_or_default();
            let facts = format!("{:<6} {}", kind.as_str().unwrap_or_default(), suggestion.pages);
            let columns = session.terminal().columns;
            let text = padded(
                &shown(&suggestion.text),
                columns.map_or(TEXT_COLUMNS, |all| TEXT_COLUMNS.min(all - FACTS_COLUMNS)),
            );
            with_facts(&text, &facts, columns).iter().try_for_each(|line| writeln!(output, "{line}"))?;
        }
    }
    output.flush()?;
    Ok(if suggestions.is_empty() { Exit::NothingFound } else { Exit::Done })
}
