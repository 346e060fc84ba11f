//! The command line: arguments in, text out. Uses nothing but the public library.
//!
//! [`grammar`] decides between query and command, [`arguments`] parses; one file a command; [`print`] lays out text,
//! [`failure`] words errors and decides exit codes.

mod arguments;
mod failure;
mod grammar;
mod help;
mod index;
mod locate;
mod pages;
mod print;
mod query;
mod session;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use self::arguments::{Arguments, CommandLine, OutputFormat};
use self::failure::{Exit, Failure};
use self::session::Session;

/// Runs the program with these arguments, the program's name first.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let given: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let arguments = grammar::with_command(arguments, &Arguments::command());
    let (exit, machine) = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => {
            let machine = wants_json(&parsed);
            (run(parsed), machine)
        }
        Err(error) => (usage(&error, &given), Machine::No),
    };
    match exit {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            if !failure.is_closed_pipe() {
                let text = if machine == Machine::Yes { failure.json() + "\n" } else { failure.lines() };
                // Standard error may be closed; the exit code still tells.
                let _ = io::stderr().write_all(text.as_bytes());
            }
            ExitCode::from(failure.exit() as u8)
        }
    }
}

/// Whether errors are for a program to read.
#[derive(PartialEq, Eq)]
enum Machine {
    Yes,
    No,
}

fn wants_json(arguments: &Arguments) -> Machine {
    let is_json = match &arguments.command {
        Some(CommandLine::Q(query)) => query.ndjson || query.output != OutputFormat::Pretty,
        Some(CommandLine::Show(show)) => show.json,
        Some(CommandLine::Facets(facets)) => facets.json,
        Some(CommandLine::Stats(stats)) => stats.json,
        _ => false,
    };
    if is_json { Machine::Yes } else { Machine::No }
}

fn run(arguments: Arguments) -> Result<Exit, Failure> {
    let session = Session { common: arguments.common, here: std::env::current_dir()? };
    match &arguments.command {
        Some(CommandLine::Q(arguments)) => query::main(&session, arguments),
        Some(CommandLine::Index(arguments)) => index::main(&session, arguments),
        Some(CommandLine::Extract(arguments)) => pages::extract_pages(&session, arguments),
        Some(CommandLine::Export(arguments)) => pages::export(&session, arguments),
        Some(CommandLine::Show(arguments)) => pages::show(&session, arguments),
        Some(CommandLine::Facets(arguments)) => pages::facets(&session, arguments),
        Some(CommandLine::Stats(arguments)) => pages::stats(&session, arguments),
        Some(CommandLine::Help) => help::print(),
        None => {
            help::print()?;
            Ok(if io::stdin().is_terminal() { Exit::Done } else { Exit::Usage })
        }
    }
}

/// What clap refused, in our words where we know better.
fn usage(error: &clap::Error, given: &[String]) -> Result<Exit, Failure> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        error.print()?;
        return Ok(Exit::Done);
    }
    let refused = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) if error.kind() == ErrorKind::UnknownArgument => flag.clone(),
        _ => String::new(),
    };
    let command = given.iter().find(|word| grammar::RESERVED.contains(&word.as_str()));
    if let Some(command) = command.filter(|_| !refused.is_empty() && is_query_flag(&refused)) {
        let words: Vec<_> = given.iter().filter(|word| *word != command).map(String::as_str).collect();
        let what = format!("{refused} belongs to a search, and “{command}” is a command");
        return Err(Failure::new(Exit::Usage, "usage", what)
            .or_try(format!("search {} -- {command}        to search for the word", words.join(" ")))
            .or_try(format!("search {command}                       to run the command")));
    }
    let excluded =
        given.iter().find(|word| !refused.is_empty() && word.starts_with(&refused) && !word.starts_with("--"));
    if let Some(excluded) = excluded {
        let words: Vec<_> = given.iter().map(String::as_str).collect();
        let what = format!("unknown flag {excluded}");
        return Err(Failure::new(Exit::Usage, "usage", what).or_try(format!(
            "search '{}'        to leave out pages with “{}”",
            words.join(" "),
            excluded.trim_start_matches('-')
        )));
    }
    if error.kind() == ErrorKind::InvalidSubcommand || command.is_some_and(|word| help::is_planned(word)) {
        let word = command.map_or("this", String::as_str);
        let what = format!("the command “{word}” is not part of this version");
        return Err(Failure::new(Exit::Usage, "usage", what)
            .or_try(format!("search -- {}        to search for these words", given.join(" "))));
    }
    let text = error.to_string();
    let what = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Err(Failure::new(Exit::Usage, "usage", what).or_try("search help"))
}

fn is_query_flag(flag: &str) -> bool {
    let command = Arguments::command();
    let Some(query) = command.find_subcommand("q") else { return false };
    let name = flag.trim_start_matches('-');
    let is_it = |argument: &clap::Arg| {
        argument.get_long() == Some(name) || argument.get_short().is_some_and(|short| name == short.to_string())
    };
    query.get_arguments().any(is_it)
}
