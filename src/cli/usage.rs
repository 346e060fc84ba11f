//! Wrong usage, in our words where we know better than clap.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::failure::{Exit, Failure};
use super::grammar::{self, Decision};

/// What is wrong before clap sees it: a command of a later version, a word to be left out that looks like a flag.
pub(super) fn check(arguments: &[OsString], decision: Decision, command: &Command) -> Result<(), Failure> {
    let word = |index: usize| arguments.get(index).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    if let Decision::Command(index) = decision
        && grammar::is_planned(&word(index), command)
    {
        return Err(later(&word(index)).or_try(to_search_for(arguments)));
    }
    match grammar::excluded_word(arguments, decision, command) {
        Some(index) => Err(looks_like_a_flag(&word(index), arguments, command)),
        None => Ok(()),
    }
}

/// What clap refused.
pub(super) fn refused(
    error: &clap::Error,
    arguments: &[OsString],
    (decision, command): (Decision, &Command),
) -> Failure {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg)
    {
        let words = || arguments.iter().skip(1).map(|word| word.to_string_lossy());
        let named = |index: usize| arguments.get(index).map(|word| word.to_string_lossy());
        if let Decision::Command(index) = decision
            && let Some(name) = named(index).filter(|name| name != "q" && is_query_flag(flag, command))
        {
            return flag_of_a_search(flag, &name, arguments, command);
        }
        // clap names the first letter it does not know; the word is what was meant.
        let whole = words().find(|word| word.starts_with(flag.as_str()) && !word.starts_with("--"));
        let is_query = !matches!(decision, Decision::Command(index) if named(index).is_some_and(|name| name != "q"));
        if let Some(whole) = whole.filter(|_| is_query) {
            return looks_like_a_flag(&whole, arguments, command);
        }
    }
    let text = error.to_string();
    // What is missing stands on the lines below.
    let lines = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
    let what = lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned();
    let variable = variable_at_fault(error, arguments, (decision, command));
    let failure = match &variable {
        Some(name) => Failure::new(Exit::Usage, "usage", format!("{name}: {what}")).or_try(format!("unset {name}")),
        None => Failure::new(Exit::Usage, "usage", what),
    };
    failure.or_try("search help")
}

/// The variable whose value was refused, where no argument has that value.
fn variable_at_fault(
    error: &clap::Error,
    arguments: &[OsString],
    (decision, command): (Decision, &Command),
) -> Option<String> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return None };
    let has_value = |text: &str| text == value || text.starts_with('-') && text.ends_with(value.as_str());
    if arguments.iter().any(|argument| has_value(&argument.to_string_lossy())) {
        return None;
    }
    let name = match decision {
        Decision::Command(index) => arguments.get(index)?.to_string_lossy().into_owned(),
        _ => "q".to_owned(),
    };
    let flags = command.find_subcommand(name)?.get_arguments();
    let mut variables = flags.filter_map(Arg::get_env);
    let found = variables.find(|name| std::env::var(name).is_ok_and(|own| own == *value));
    found.map(|name| name.to_string_lossy().into_owned())
}

/// Help was asked for on something that has none.
pub(super) fn no_help(name: &str, command: &Command) -> Failure {
    if grammar::is_planned(name, command) {
        return later(name).or_try("search help");
    }
    let commands: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    let what = format!("there is no help on `{name}`; there is on query, output, config, {}", commands.join(", "));
    Failure::new(Exit::Usage, "usage", what).or_try("search help")
}

fn later(name: &str) -> Failure {
    Failure::new(Exit::Usage, "usage", format!("the command “{name}” is not part of this version"))
}

fn to_search_for(arguments: &[OsString]) -> String {
    let words: Vec<_> = arguments.iter().skip(1).map(|word| grammar::quoted(&word.to_string_lossy())).collect();
    format!("search -- {}        to search for these words", words.join(" "))
}

fn flag_of_a_search(flag: &str, name: &str, arguments: &[OsString], command: &Command) -> Failure {
    let quoted = |texts: &[String]| texts.iter().map(|text| grammar::quoted(text)).collect::<Vec<_>>().join(" ");
    let words = grammar::words_of_search(arguments, command);
    // Flags of the command alone are none of a search.
    let of_search = grammar::flags_of(arguments, command, "q");
    let of_command = grammar::flags_of(arguments, command, name);
    let alone = format!("search {}", quoted(&[of_command, words.clone()].concat()));
    Failure::new(Exit::Usage, "usage", format!("{flag} belongs to a search, and “{name}” is a command"))
        .or_try(format!("search {} -- {}        to search for the word", quoted(&of_search), quoted(&words)))
        .or_try(format!("{alone:<28}            to run the command"))
}

fn looks_like_a_flag(word: &str, arguments: &[OsString], command: &Command) -> Failure {
    let failure = Failure::new(Exit::Usage, "usage", format!("unknown flag {word}"));
    let query = grammar::as_one_query(arguments, word, command);
    let bare = word.trim_start_matches('-');
    let is_long = |argument: &Arg| argument.get_long() == Some(bare);
    let is_misspelt = command.find_subcommand("q").is_some_and(|query| query.get_arguments().any(is_long));
    let failure =
        if is_misspelt { failure.or_try(format!("--{bare}        is a flag, with two dashes")) } else { failure };
    let first = bare.split(' ').next().unwrap_or_default();
    let by_flag =
        if is_misspelt || bare.contains([':', ' ']) { String::new() } else { format!("   (or --not {bare})") };
    failure.or_try(format!("search {query}        to leave out pages with “{first}”{by_flag}"))
}

fn is_query_flag(flag: &str, command: &Command) -> bool {
    let Some(query) = command.find_subcommand("q") else { return false };
    let name = flag.trim_start_matches('-');
    let is_it = |argument: &Arg| {
        argument.get_long() == Some(name) || argument.get_short().is_some_and(|short| name == short.to_string())
    };
    query.get_arguments().any(is_it)
}
