//! `search remove`: takes pages or a whole site down for good, lists what was taken down, takes it back.

use std::io::{self, IsTerminal, Write};

use article_search::text::safe::shown;
use article_search::{Engine, Error, Takedown};
use serde_json::json;

use super::arguments::RemoveArguments;
use super::failure::{Exit, Failure};
use super::index::patiently;
use super::locate::{self, Located};
use super::named;
use super::print::{counted, rows};
use super::session::Session;

/// Fewer digits of an id are taken for none.
const SHORTEST_ID: usize = 4;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &RemoveArguments) -> Result<Exit, Failure> {
    let engine = match locate::index_to_search(session.common.index.as_deref(), (&session.here, &session.corpus()))? {
        Located::Index(directory) => Engine::open(directory, &session.config())?,
        Located::Corpus { .. } => {
            let what = "there is no index yet from which something could be removed";
            return Err(Failure::new(Exit::NoIndex, "index_missing", what).or_try("search index corpus/"));
        }
    };
    if arguments.list {
        return list(session, &engine, arguments.json);
    }
    if arguments.undo {
        return undo(session, &engine, arguments);
    }
    let takedowns = arguments.names.iter().map(|name| {
        // Sites, and addresses of pages that may come, need no page.
        let is_path = !name.starts_with("site:") && !name.contains("://");
        if is_path { engine.takedown(&named::known(session, &engine, name)?.0) } else { engine.takedown(name) }
    });
    let takedowns = takedowns.collect::<Result<Vec<Takedown>, Error>>()?;
    let pages = takedowns.iter().map(|takedown| engine.taken_by(takedown)).sum::<Result<usize, _>>()?;
    if !arguments.yes && !is_wanted(arguments, pages)? {
        session.note("nothing was removed");
        return Ok(Exit::Done);
    }
    let report = patiently(session, arguments.wait, |options| Ok(engine.take_down(takedowns.clone(), &options)?))?;
    if arguments.json {
        let mut output = session.output();
        let names: Vec<&str> = takedowns.iter().map(|takedown| takedown.name.as_str()).collect();
        rows::row(&mut output, &json!({"v": 1, "removed": names, "pages": report.taken_down}))?;
        output.flush()?;
    }
    if report.taken_down == 0 {
        let names = shown(&arguments.names.join(" ")).to_string();
        session.note(&format!(
            "no page of the index is of {names}; pages of it that come later are left out (search remove --undo NAME \
             takes that back)"
        ));
        return Ok(Exit::Done);
    }
    let removed = counted(report.taken_down, "page");
    session
        .note(&format!("removed {removed} for good; no later run brings them back (search remove --undo NAME does)"));
    Ok(Exit::Done)
}

/// Asks, where somebody is there to answer.
fn is_wanted(arguments: &RemoveArguments, pages: usize) -> Result<bool, Failure> {
    let names = arguments.names.join(" ");
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let what = format!("removing is for good, and there is nobody to ask: {} of {names}", counted(pages, "page"));
        let command = format!("search remove --yes {names}");
        return Err(Failure::new(Exit::Usage, "not_confirmed", what).or_try(command));
    }
    let mut stderr = io::stderr();
    write!(stderr, "remove {} of {} for good? [y/N] ", counted(pages, "page"), shown(&names))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn list(session: &Session, engine: &Engine, as_rows: bool) -> Result<Exit, Failure> {
    let mut output = session.output();
    for takedown in engine.takedowns()? {
        if as_rows {
            rows::row(&mut output, &rows::Versioned::new(&takedown))?;
            continue;
        }
        writeln!(output, "{}", shown(&takedown.name))?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn undo(session: &Session, engine: &Engine, arguments: &RemoveArguments) -> Result<Exit, Failure> {
    let known = engine.takedowns()?;
    let mut names = Vec::new();
    for typed in &arguments.names {
        let seen = named::seen_from_index(session, typed);
        let by_name = |name: &str| known.iter().find(|takedown| takedown.name == name);
        let found = by_name(typed).or_else(|| by_name(seen.as_deref()?)).or_else(|| of_page(&known, typed));
        let Some(takedown) = found else {
            let what = format!("nothing was removed under the name `{typed}`");
            return Err(Failure::new(Exit::NothingFound, "no_such_page", what).or_try("search remove --list"));
        };
        names.push(takedown.name.clone());
    }
    patiently(session, arguments.wait, |options| Ok(engine.take_back(&names, &options)?))?;
    if arguments.json {
        let mut output = session.output();
        for takedown in known.iter().filter(|takedown| names.contains(&takedown.name)) {
            rows::row(&mut output, &rows::Versioned::new(takedown))?;
        }
        output.flush()?;
    }
    session.note("taken back; the next search index reads the pages again");
    Ok(Exit::Done)
}

/// The one removal of a single page whose id begins so: a page that is gone goes by no other name.
pub(super) fn of_page<'a>(known: &'a [Takedown], prefix: &str) -> Option<&'a Takedown> {
    let is_it = |takedown: &&Takedown| match takedown.pages.as_slice() {
        [id] => id.to_string().starts_with(prefix),
        _ => false,
    };
    let mut found = known.iter().filter(is_it);
    let first = found.next().filter(|_| prefix.len() >= SHORTEST_ID);
    if found.next().is_none() { first } else { None }
}
