//! The command line: arguments in, text out. Uses nothing but the public library.
//!
//! [`grammar`] decides between query and command, [`arguments`] parses, [`usage`] explains what was
//! wrong; one file a command; [`print`] lays out text, [`terminal`] and [`screen`] bring it to its reader, [`failure`] words
//! errors and decides exit codes.

mod answers;
mod arguments;
mod batch;
mod browse;
mod config;
mod doctor;
mod evaluate;
mod examples;
mod export;
mod failure;
mod grammar;
mod help;
mod index;
mod interrupt;
mod judged;
mod locate;
mod named;
mod packaging;
mod pages;
mod preview;
mod print;
mod query;
mod remove;
mod report;
mod screen;
mod session;
mod settings;
mod show;
mod summary;
mod temporary;
mod terminal;
mod usage;
mod verbosity;
mod watch;
mod whole;
mod why;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches};

use self::arguments::{Arguments, CommandLine, Dash};
use self::config::FileSettings;
use self::failure::{Exit, Failure};
use self::interrupt::Interrupt;
use self::session::Session;
use self::verbosity::Verbosity;

/// Runs the program with these arguments, the program's name first.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let command = terminal::as_wide(examples::added(Arguments::command()));
    let mut command = grammar::with_environment(command, &arguments);
    let settings = if grammar::needs_settings(&arguments, &command) {
        file_settings(&command)
    } else {
        Ok(FileSettings::default())
    };
    if let Ok(settings) = &settings {
        command = settings.applied(command);
    }
    command.build();
    let mut reader = if grammar::asks_for_rows(&arguments, &command) || grammar::is_set_to_rows(&arguments) {
        Reader::Program
    } else {
        Reader::Person
    };
    let outcome = settings.and_then(|settings| Ok((parsed(arguments, &command)?, settings)));
    let outcome = outcome.and_then(|(parsed, settings)| match parsed {
        Parsed::Help(help) => Ok(help.print().map(|()| Exit::Done)?),
        Parsed::Run(arguments) => {
            reader = reader_of(&arguments);
            contained(|| run(*arguments, settings, &mut command))
        }
    });
    match outcome {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            if !failure.is_closed_pipe() {
                // Standard error may be closed; the exit code still tells.
                let _ = report(&failure, reader);
            }
            ExitCode::from(failure.exit() as u8)
        }
    }
}

fn file_settings(command: &Command) -> Result<FileSettings, Failure> {
    config::read(&current_folder()?, command)
}

fn current_folder() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| {
        Failure::io("the current folder is not there any more", &error).instead_try("cd .. or elsewhere")
    })
}

/// What `work` comes to. A panic of a page is an error of that page and not told twice; any other one is told as what it
/// is, a mistake of ours, and with `SEARCH_LOG=debug` where it was made.
fn contained(work: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    if Verbosity::of(0, &log_filter()) < Verbosity::Debug {
        panic::set_hook(Box::new(|_| ()));
    }
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Failure::new(Exit::Failed, "panicked", "the program has made a mistake and cannot go on")
            .or_try("search doctor              whether the index is damaged")
            .or_try("SEARCH_LOG=debug search …  where it was made, to be reported"))
    })
}

/// Whom errors are for.
#[derive(Clone, Copy)]
enum Reader {
    Person,
    Program,
}

fn report(failure: &Failure, reader: Reader) -> io::Result<()> {
    match reader {
        Reader::Person => io::stderr().write_all(failure.lines().as_bytes()),
        Reader::Program => print::rows::row(&mut io::stderr(), &serde_json::json!({ "error": failure.json() })),
    }
}

fn reader_of(arguments: &Arguments) -> Reader {
    let wants_rows = match &arguments.command {
        Some(CommandLine::Q(query)) => query.wants_json(),
        Some(CommandLine::Similar(similar)) => similar.format().is_json(),
        Some(CommandLine::Suggest(suggest)) => suggest.json,
        Some(CommandLine::Show(show)) => show.json,
        Some(CommandLine::Facets(facets)) => facets.json,
        Some(CommandLine::Stats(stats)) => stats.json,
        Some(CommandLine::Doctor(doctor)) => doctor.json,
        Some(CommandLine::Eval(eval)) => eval.json,
        Some(CommandLine::Why(why)) => why.json,
        Some(CommandLine::Index(index)) => index.json,
        Some(CommandLine::Watch(watch)) => watch.json,
        Some(CommandLine::Remove(remove)) => remove.json,
        Some(CommandLine::Extract(extract)) => extract.json,
        Some(CommandLine::Export(export)) => export.json,
        Some(CommandLine::Settings(settings)) => settings.json,
        Some(CommandLine::Completions(_) | CommandLine::Man(_) | CommandLine::Help(_)) | None => false,
    };
    if wants_rows { Reader::Program } else { Reader::Person }
}

/// What the arguments ask for.
enum Parsed {
    Run(Box<Arguments>),
    /// clap's own text: `--help`, `--version`.
    Help(clap::Error),
}

fn parsed(arguments: Vec<OsString>, command: &Command) -> Result<Parsed, Failure> {
    let given = arguments.clone();
    let decision = grammar::decide(&given, command);
    usage::check(&given, decision, command)?;
    let prepared = grammar::with_command(arguments, decision);
    let matches = command.clone().try_get_matches_from(prepared);
    match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(mut parsed) => {
            if let Some(CommandLine::Q(query)) = &mut parsed.command {
                query.dash = if grammar::is_dash_a_word(&given) { Dash::Word } else { Dash::StandardInput };
            }
            Ok(Parsed::Run(Box::new(parsed)))
        }
        Err(help) if matches!(help.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            Ok(Parsed::Help(help))
        }
        Err(error) => Err(usage::refused(&error, &given, (decision, command))),
    }
}

fn log_filter() -> String {
    std::env::var("SEARCH_LOG").unwrap_or_default()
}

/// The variables of ours that are set.
fn variables(all: &mut dyn Iterator<Item = (OsString, OsString)>) -> String {
    let ours = all.filter(|(name, _)| name.to_string_lossy().starts_with("SEARCH_"));
    let mut ours: Vec<String> =
        ours.map(|(name, value)| format!("{}={}", name.to_string_lossy(), value.to_string_lossy())).collect();
    ours.sort();
    if ours.is_empty() { "no variable is set".to_owned() } else { ours.join(" ") }
}

fn run(arguments: Arguments, settings: FileSettings, command: &mut Command) -> Result<Exit, Failure> {
    // Help, and what packagers ask for, are of no folder.
    let is_of_a_folder = !matches!(
        arguments.command,
        Some(CommandLine::Help(_) | CommandLine::Completions(_) | CommandLine::Man(_)) | None
    );
    let here = if is_of_a_folder { current_folder()? } else { PathBuf::from(".") };
    let verbosity = Verbosity::of(arguments.common.verbose, &log_filter());
    let session = Session { common: arguments.common, here, interrupt: Interrupt::handled(), settings, verbosity };
    session.debug(|| format!("search {} in {}", env!("CARGO_PKG_VERSION"), session.here.display()));
    session.debug(|| variables(&mut std::env::vars_os()));
    if let Some(path) = &session.settings.path {
        session.detail(&format!("settings: {}", path.display()));
    }
    match &arguments.command {
        Some(CommandLine::Q(arguments)) => query::main(&session, arguments),
        Some(CommandLine::Index(arguments)) => index::main(&session, arguments),
        Some(CommandLine::Watch(arguments)) => watch::main(&session, arguments),
        Some(CommandLine::Remove(arguments)) => remove::main(&session, arguments),
        Some(CommandLine::Extract(arguments)) => pages::extract_pages(&session, arguments),
        Some(CommandLine::Export(arguments)) => export::main(&session, arguments),
        Some(CommandLine::Show(arguments)) => show::main(&session, arguments),
        Some(CommandLine::Facets(arguments)) => pages::facets(&session, arguments),
        Some(CommandLine::Similar(arguments)) => browse::similar(&session, arguments),
        Some(CommandLine::Suggest(arguments)) => browse::suggest(&session, arguments),
        Some(CommandLine::Settings(arguments)) => settings::main(&session, arguments),
        Some(CommandLine::Completions(arguments)) => packaging::completions(arguments, command),
        Some(CommandLine::Man(arguments)) => packaging::man(arguments, command),
        Some(CommandLine::Stats(arguments)) => pages::stats(&session, arguments),
        Some(CommandLine::Doctor(arguments)) => doctor::main(&session, arguments),
        Some(CommandLine::Why(arguments)) => why::main(&session, arguments),
        Some(CommandLine::Eval(arguments)) => evaluate::main(&session, arguments),
        Some(CommandLine::Help(arguments)) => help::main(&session, arguments, command),
        None => {
            help::first_screen(&session)?;
            Ok(if io::stdin().is_terminal() { Exit::Done } else { Exit::Usage })
        }
    }
}
