//! The one rule of the command line: the first argument that is no flag is a command if it is exactly a reserved word;
//! otherwise everything is the query.
//!
//! clap alone would take `search -i X stats` for a search for "stats". So before clap sees the arguments, this walk finds
//! the first word and puts the command `q` before a query.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command};

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

/// Inserts `q` where the arguments are a query. `command` knows which flags take a value.
pub(super) fn with_command(mut arguments: Vec<OsString>, command: &Command) -> Vec<OsString> {
    match first_word(&arguments, command) {
        Word::At(index) if arguments.get(index).is_some_and(|word| is_reserved(word)) && index > 1 => {
            // A global flag before a command: clap wants the command first.
            let word = arguments.remove(index);
            arguments.insert(1, word);
        }
        Word::At(index) if arguments.get(index).is_some_and(|word| is_reserved(word)) => {}
        Word::At(_) | Word::AfterDashes => arguments.insert(1, OsString::from("q")),
        // Flags alone are a query too (`search --queries FILE`, `search -c Dalian`), unless they ask for help.
        Word::None if arguments.len() > 1 && !asks_for_help(&arguments) => arguments.insert(1, OsString::from("q")),
        Word::None => {}
    }
    arguments
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

fn first_word(arguments: &[OsString], command: &Command) -> Word {
    let mut index = 1;
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

fn takes_value(command: &Command, is_it: impl Fn(&clap::Arg) -> bool) -> bool {
    let query = command.find_subcommand("q");
    let known = command.get_arguments().chain(query.into_iter().flat_map(Command::get_arguments));
    known
        .filter(|argument| is_it(argument))
        .any(|argument| matches!(argument.get_action(), ArgAction::Set | ArgAction::Append))
}

fn is_reserved(word: &OsStr) -> bool {
    RESERVED.iter().any(|reserved| word == OsStr::new(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

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
            let arguments = line.split(' ').map(OsString::from).collect();
            let found = with_command(arguments, &crate::cli::arguments::Arguments::command());
            let found: Vec<_> = found.iter().map(|word| word.to_string_lossy()).collect();
            assert_eq!(found.join(" "), expected, "{line}");
        }
        let spaced = vec![OsString::from("search"), OsString::from("index corpus")];
        let found = with_command(spaced, &crate::cli::arguments::Arguments::command());
        assert_eq!(found.get(1).map(|word| word.to_string_lossy()).as_deref(), Some("q"), "a space makes a query");
    }
}
