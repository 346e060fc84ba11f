//! The one rule of the command line: the first argument that is no flag is a command if it is exactly a reserved word;
//! otherwise everything is the query.
//!
//! clap alone would take `search -i X stats` for a search for "stats". So before clap sees the arguments, this walk finds
//! the first word and puts the command `q` before a query. It sees to four more things that clap would get wrong: a word
//! to leave out that looks like a flag with a value (`-chin`), a text that is nothing but a dash, variables that are set
//! to nothing, and whether errors are for a program to read.

use std::ffi::{OsStr, OsString};

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command};

/// Words that are commands, now or later. A fixed set: a word that became one later would change what scripts mean.
pub(super) const RESERVED: [&str; 20] = [
    "q",
    "index",
    "watch",
    "extract",
    "serve",
    "mcp",
    "show",
    "facets",
    "similar",
    "suggest",
    "stats",
    "doctor",
    "why",
    "eval",
    "export",
    "remove",
    "settings",
    "completions",
    "man",
    "help",
];

/// What the arguments after the program's name are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// A command: the argument at this place.
    Command(usize),
    /// A query, whose first word is the argument at this place.
    Query(usize),
    /// A query behind `--`, or of flags alone (`search --queries FILE`, `search -c Dalian`).
    BareQuery,
    /// Nothing, or a wish for help.
    Nothing,
}

/// Applies the one rule. `command` knows which flags take a value.
pub(super) fn decide(arguments: &[OsString], command: &Command) -> Decision {
    match first_word(arguments, 1, command) {
        Word::At(index) if arguments.get(index).is_some_and(|word| is_reserved(word)) => Decision::Command(index),
        Word::At(index) => Decision::Query(index),
        Word::AfterDashes => Decision::BareQuery,
        Word::None if arguments.len() > 1 && !asks_for_help(arguments) => Decision::BareQuery,
        Word::None => Decision::Nothing,
    }
}

/// Puts the command first, which clap wants there: `q` where the arguments are a query.
pub(super) fn with_command(mut arguments: Vec<OsString>, decision: Decision) -> Vec<OsString> {
    let command = match decision {
        Decision::Command(index) => arguments.remove(index),
        Decision::Query(_) | Decision::BareQuery => OsString::from("q"),
        Decision::Nothing => return arguments,
    };
    arguments.insert(1, command);
    arguments
}

/// `command` for these arguments: a variable that is set to nothing counts as unset, and so does that of `--output` where
/// a flag asks for rows, since clap would take `SEARCH_OUTPUT=json` and `-j` for a contradiction.
pub(super) fn with_environment(command: Command, arguments: &[OsString]) -> Command {
    let asks_for_rows = asks_for_rows(arguments, &command);
    without_variables(command, &|argument, variable| {
        let is_overruled = asks_for_rows && argument.get_long() == Some("output");
        is_overruled || std::env::var_os(variable).is_some_and(|value| value.is_empty())
    })
}

/// `command` with each variable for which `is_unset` holds passed over.
pub(super) fn without_variables(command: Command, is_unset: &dyn Fn(&Arg, &OsStr) -> bool) -> Command {
    command
        .mut_args(|argument| match argument.get_env() {
            Some(variable) if is_unset(&argument, variable) => argument.env(Resettable::Reset),
            _ => argument,
        })
        .mut_subcommands(|subcommand| without_variables(subcommand, is_unset))
}

/// Whether what is asked for heeds `search.toml`: help does not, so that it is there when the file is wrong.
pub(super) fn needs_settings(arguments: &[OsString], command: &Command) -> bool {
    match decide(arguments, command) {
        Decision::Command(index) => {
            let is_it = |name: &&str| arguments.get(index).is_some_and(|word| word == OsStr::new(name));
            !["help", "completions", "man"].iter().any(is_it) && !asks_for_help(arguments)
        }
        Decision::Query(_) | Decision::BareQuery => !asks_for_help(arguments),
        Decision::Nothing => false,
    }
}

/// Whether `word` is a command that a later version brings.
pub(super) fn is_planned(word: &str, command: &Command) -> bool {
    RESERVED.contains(&word) && command.find_subcommand(word).is_none()
}

/// The first argument of a query that is meant to be left out of it (`-chin`, `-city:Dalian`, `'-chin beauty'`), and that
/// clap would take for a flag with a value. Before the first word `-cDalian` is a flag with its value, and so is
/// `-c"Hong Kong"`; a filter or other words in one argument are none anywhere.
pub(super) fn excluded_word(arguments: &[OsString], decision: Decision, command: &Command) -> Option<usize> {
    let (start, first) = match decision {
        Decision::Query(index) => (1, index),
        Decision::BareQuery => (1, usize::MAX),
        Decision::Command(index) if arguments.get(index).is_some_and(|word| word == "q") => {
            match first_word(arguments, index + 1, command) {
                Word::At(first) => (1, first),
                Word::AfterDashes | Word::None => (1, usize::MAX),
            }
        }
        _ => return None,
    };
    let mut index = start;
    while let Some(argument) = arguments.get(index) {
        let text = argument.to_string_lossy();
        if text == "--" {
            return None;
        }
        let is_word = index > first || text.contains([':', ' ']) && !has_name_as_value(&text, command);
        if is_word && looks_excluded(&text, command) {
            return Some(index);
        }
        index += if text.starts_with('-') && wants_next(&text, command) { 2 } else { 1 };
    }
    None
}

/// Whether a lone `-` stands behind `--`: it is a word then, as any text of a script is, and not standard input.
pub(super) fn is_dash_a_word(arguments: &[OsString]) -> bool {
    arguments.iter().skip_while(|argument| *argument != "--").skip(1).any(|argument| argument == "-")
}

/// The arguments of a search that are no flags or their values.
pub(super) fn words_of_search(arguments: &[OsString], command: &Command) -> Vec<String> {
    parted(arguments, command).1
}

/// The flags among `arguments` that the command `name` takes, with their values.
pub(super) fn flags_of(arguments: &[OsString], command: &Command, name: &str) -> Vec<String> {
    let own = command.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
    let own: Vec<&Arg> = own.chain(command.get_arguments()).collect();
    let takes = |flag: &str| match flag.strip_prefix("--") {
        Some(long) => own.iter().any(|argument| argument.get_long() == long.split('=').next()),
        None => flag.chars().nth(1).is_some_and(|short| own.iter().any(|argument| argument.get_short() == Some(short))),
    };
    let flags = parted(arguments, command).0.into_iter().filter(|flag| flag.first().is_some_and(|flag| takes(flag)));
    flags.flatten().collect()
}

/// Flags, each with its value, and words.
fn parted(arguments: &[OsString], command: &Command) -> (Vec<Vec<String>>, Vec<String>) {
    let (mut flags, mut words) = (vec![], vec![]);
    let mut texts = arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    while let Some(text) = texts.next() {
        if text == "--" {
            words.extend(texts);
            break;
        }
        if !text.starts_with('-') || text == "-" {
            words.push(text);
            continue;
        }
        let value = if wants_next(&text, command) { texts.next() } else { None };
        flags.push(std::iter::once(text).chain(value).collect());
    }
    (flags, words)
}

/// The arguments as a command line to paste: flags as they are, the words of the query in one pair of quotes, and among
/// them `excluded`, which looks like a flag.
pub(super) fn as_one_query(arguments: &[OsString], excluded: &str, command: &Command) -> String {
    let (mut flags, mut words) = (vec![], vec![]);
    let mut index = 1;
    while let Some(argument) = arguments.get(index) {
        let text = argument.to_string_lossy();
        let is_word = !words.is_empty() || text.contains([':', ' ']);
        let is_excluded = text == excluded || is_word && looks_excluded(&text, command);
        let is_flag = text.starts_with('-') && text.len() > 1 && !is_excluded;
        if is_flag && wants_next(&text, command) {
            flags.push(text);
            index += 1;
            flags.extend(arguments.get(index).map(|value| quoted(&value.to_string_lossy()).into()));
        } else if is_flag {
            flags.push(text);
        } else if !(words.is_empty() && text == "q") {
            words.push(text);
        }
        index += 1;
    }
    let query = format!("'{}'", words.join(" ").replace('\'', "'\\''"));
    // One that begins with what is left out would be taken for a flag again.
    flags.extend(query.starts_with("'-").then(|| "--".into()));
    flags.push(query.into());
    flags.join(" ")
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=+@,%#".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Whether `SEARCH_OUTPUT` asks for rows, and no flag for another format.
pub(super) fn is_set_to_rows(arguments: &[OsString]) -> bool {
    let flags = arguments.iter().skip(1).map(|argument| argument.to_string_lossy()).take_while(|text| text != "--");
    let has_flag = flags.into_iter().any(|text| text.starts_with("-o") || text.starts_with("--output"));
    !has_flag && std::env::var("SEARCH_OUTPUT").is_ok_and(|format| ["json", "ndjson"].contains(&&*format))
}

/// Whether the flags ask for rows, so that errors are for a program to read too.
pub(super) fn asks_for_rows(arguments: &[OsString], command: &Command) -> bool {
    let mut texts = arguments.iter().skip(1).map(|argument| argument.to_string_lossy()).take_while(|text| text != "--");
    let mut asks = false;
    while let Some(text) = texts.next() {
        let flag = match text.strip_prefix('-') {
            None | Some("") => continue,
            Some(flag) => flag,
        };
        let is_run = !flag.starts_with('-');
        let before_value: String =
            flag.chars().take_while(|&short| !takes_value(command, |a| a.get_short() == Some(short))).collect();
        asks |= is_run && before_value.contains('j');
        let value = if wants_next(&text, command) { texts.next().unwrap_or_default() } else { flag.into() };
        let is_output =
            flag.starts_with("-output") || is_run && flag.chars().nth(before_value.chars().count()) == Some('o');
        asks |= is_output && value.ends_with("json");
    }
    asks
}

fn looks_excluded(text: &str, command: &Command) -> bool {
    let Some(text) = text.strip_prefix('-').filter(|word| !word.starts_with('-')) else { return false };
    let word = text.split([' ', ':']).next().unwrap_or_default();
    let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '\'');
    let letters = word.chars().filter(char::is_ascii_alphabetic).count();
    // What stands behind a colon is no value of a flag.
    let is_filter = text.starts_with(&format!("{word}:"));
    is_word && letters >= 3 && (is_filter || !is_run_of_flags(word, command))
}

/// Whether it is a short flag and a name of several words: `-c"Hong Kong"`. Names begin with a capital letter.
fn has_name_as_value(text: &str, command: &Command) -> bool {
    let mut letters = text.strip_prefix('-').unwrap_or_default().chars();
    let is_flag = |short| takes_value(command, |argument| argument.get_short() == Some(short));
    letters.next().is_some_and(is_flag) && letters.next().is_some_and(char::is_uppercase) && !text.contains(':')
}

/// Whether each letter is a short flag, none but the last taking a value.
fn is_run_of_flags(word: &str, command: &Command) -> bool {
    let takes = |short| takes_value(command, |argument| argument.get_short() == Some(short));
    let is_known = |short| matches!(short, 'h' | 'V') || known(command).any(|flag| flag.get_short() == Some(short));
    let last = word.chars().count().saturating_sub(1);
    word.chars().enumerate().all(|(index, short)| is_known(short) && (index == last || !takes(short)))
}

fn asks_for_help(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| ["-h", "--help", "-V", "--version"].iter().any(|flag| argument == OsStr::new(flag)))
}

/// Where the first word of a command line is.
enum Word {
    At(usize),
    /// Behind `--`: never a command.
    AfterDashes,
    None,
}

fn first_word(arguments: &[OsString], start: usize, command: &Command) -> Word {
    let mut index = start;
    while let Some(argument) = arguments.get(index) {
        let text = argument.to_string_lossy();
        if text == "--" {
            return Word::AfterDashes;
        }
        if text == "-" || !text.starts_with('-') {
            return Word::At(index);
        }
        index += if wants_next(&text, command) { 2 } else { 1 };
    }
    Word::None
}

/// Whether the flag `text` takes the following argument as its value.
fn wants_next(text: &str, command: &Command) -> bool {
    if let Some(long) = text.strip_prefix("--") {
        return !long.contains('=') && takes_value(command, |argument| argument.get_long() == Some(long));
    }
    // Of joined short flags (`-qn 5`) the first that takes a value ends the run; the rest of the run is its value.
    let shorts: Vec<char> = text.chars().skip(1).collect();
    let taker = shorts.iter().position(|&short| takes_value(command, |argument| argument.get_short() == Some(short)));
    taker.is_some_and(|at| at + 1 == shorts.len())
}

fn takes_value(command: &Command, is_it: impl Fn(&Arg) -> bool) -> bool {
    known(command)
        .filter(|argument| is_it(argument))
        .any(|argument| matches!(argument.get_action(), ArgAction::Set | ArgAction::Append))
}

/// The flags of every command and of a search.
fn known(command: &Command) -> impl Iterator<Item = &Arg> {
    let query = command.find_subcommand("q");
    command.get_arguments().chain(query.into_iter().flat_map(Command::get_arguments))
}

fn is_reserved(word: &OsStr) -> bool {
    RESERVED.iter().any(|reserved| word == OsStr::new(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    use crate::cli::arguments::Arguments;

    fn split(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn prepared(arguments: Vec<OsString>) -> Vec<String> {
        let decision = decide(&arguments, &Arguments::command());
        let prepared = with_command(arguments, decision);
        prepared.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_first_word_decides() {
        for (line, expected) in [
            ("search medical insurance", "search q medical insurance"),
            ("search index corpus/", "search index corpus/"),
            ("search -i X stats", "search stats -i X"),
            ("search --index=X stats", "search stats --index=X"),
            ("search -n 5 fees", "search q -n 5 fees"),
            ("search -n5 stats", "search stats -n5"),
            ("search -jn 5 fees index", "search q -jn 5 fees index"),
            ("search -- index corpus", "search q -- index corpus"),
            ("search q index corpus", "search q index corpus"),
            ("search idnex corpus/", "search q idnex corpus/"),
            ("search -", "search q -"),
            ("search", "search"),
            ("search --help", "search --help"),
            ("search --queries FILE", "search q --queries FILE"),
            ("search -c Chongqing index", "search index -c Chongqing"),
        ] {
            assert_eq!(prepared(split(line)).join(" "), expected, "{line}");
        }
        let spaced = vec![OsString::from("search"), OsString::from("index corpus")];
        assert_eq!(prepared(spaced)[1], "q", "a space makes a query");
    }

    #[test]
    fn words_to_be_left_out_are_no_flags() {
        let command = Arguments::command();
        for (line, excluded, query) in [
            ("search beauty -chin", Some("-chin"), "'beauty -chin'"),
            ("search fees -implant -n 5", Some("-implant"), "-n 5 'fees -implant'"),
            ("search -c Dalian beauty -nose", Some("-nose"), "-c Dalian 'beauty -nose'"),
            ("search q beauty -post-op", Some("-post-op"), "'beauty -post-op'"),
            ("search beauty -n5", None, "-n5 'beauty'"),
            ("search beauty -jn 5", None, "-jn 5 'beauty'"),
            ("search beauty -qjn 5", None, "-qjn 5 'beauty'"),
            ("search beauty -c重庆医", None, "-c重庆医 'beauty'"),
            ("search beauty --city -chin", None, "--city -chin 'beauty'"),
            ("search -- beauty -chin", None, "-- 'beauty -chin'"),
            ("search it's -chin", Some("-chin"), r"'it'\''s -chin'"),
            ("search beauty -city:Dalian", Some("-city:Dalian"), "'beauty -city:Dalian'"),
            ("search -n 5 beauty -verdict:no", Some("-verdict:no"), "-n 5 'beauty -verdict:no'"),
            ("search -nose:x beauty", Some("-nose:x"), "-- '-nose:x beauty'"),
            ("search q -city:Dalian fees", Some("-city:Dalian"), "-- '-city:Dalian fees'"),
            ("search -cDalian fees", None, "-cDalian 'fees'"),
            ("search -i c:/index fees", None, "-i c:/index 'fees'"),
        ] {
            let arguments = split(line);
            let found = excluded_word(&arguments, decide(&arguments, &command), &command);
            let found = found.map(|index| arguments[index].to_string_lossy());
            assert_eq!(found.as_deref(), excluded, "{line}");
            assert_eq!(as_one_query(&arguments, "", &command), query, "{line}");
        }
        let spaced = ["search", "-insurance beauty"].map(OsString::from);
        assert_eq!(excluded_word(&spaced, decide(&spaced, &command), &command), Some(1), "words in one argument");
        assert_eq!(as_one_query(&spaced, "", &command), "-- '-insurance beauty'");
        let named = ["search", "-cHong Kong", "fees"].map(OsString::from);
        assert_eq!(excluded_word(&named, decide(&named, &command), &command), None, "a name as the value of a flag");
        let arguments = split("search index -chin");
        assert_eq!(excluded_word(&arguments, decide(&arguments, &command), &command), None, "a command has no words");
    }

    #[test]
    fn a_dash_behind_dashes_is_a_word() {
        for (line, is_word) in [
            ("search -", false),
            ("search q -", false),
            ("search - --", false),
            ("search -- -", true),
            ("search q -n 3 -- -", true),
        ] {
            assert_eq!(is_dash_a_word(&split(line)), is_word, "{line}");
        }
    }

    #[test]
    fn programs_ask_for_rows() {
        for (line, asks) in [
            ("search -j x", true),
            ("search x -qjn 5", true),
            ("search -o json x", true),
            ("search -o=ndjson x", true),
            ("search -qojson x", true),
            ("search --output=json x", true),
            ("search --output ndjson x", true),
            ("search stats -j", true),
            ("search -c j x", false),
            ("search -cj x", false),
            ("search -o pretty json", false),
            ("search -- -j", false),
            ("search --knowledge json x", false),
        ] {
            assert_eq!(asks_for_rows(&split(line), &Arguments::command()), asks, "{line}");
        }
    }

    #[test]
    fn later_commands_are_reserved_words() {
        let command = Arguments::command();
        assert!(is_planned("serve", &command) && !is_planned("index", &command) && !is_planned("fees", &command));
        let commands = command.get_subcommands().map(Command::get_name);
        assert!(commands.into_iter().all(|name| RESERVED.contains(&name)), "every command is reserved");
    }
}
