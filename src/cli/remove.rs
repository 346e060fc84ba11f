//! `search remove`: takes pages or a whole site down for good, lists what was taken down, takes it back.

use std::io::{self, IsTerminal, Write};

use article_search::text::safe::shown;
use article_search::{Engine, Error, Takedown};

use super::arguments::RemoveArguments;
use super::failure::{Exit, Failure};
use super::index::patiently;
use super::locate::{self, Located};
use super::named;
use super::print::counted;
use super::session::Session;

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
        return list(session, &engine);
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

fn list(session: &Session, engine: &Engine) -> Result<Exit, Failure> {
    let mut output = session.output();
    for takedown in engine.takedowns()? {
        writeln!(output, "{}", shown(&takedown.name))?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn undo(session: &Session, engine: &Engine, arguments: &RemoveArguments) -> Result<Exit, Failure> {
    let known = engine.takedowns()?;
    let is_known = |name: &String| known.iter().any(|takedown| takedown.name == *name);
    let mut names = Vec::new();
    for typed in &arguments.names {
        let seen = named::seen_from_index(session, typed);
        let Some(name) = std::iter::once(typed.clone()).chain(seen).find(is_known) else {
            let what = format!("nothing was removed under the name `{typed}`");
            return Err(Failure::new(Exit::NothingFound, "no_such_page", what).or_try("search remove --list"));
        };
        names.push(name);
    }
    patiently(session, arguments.wait, |options| Ok(engine.take_back(&names, &options)?))?;
    session.note("taken back; the next search index reads the pages again");
    Ok(Exit::Done)
}
