//! `search completions`, `search man`: what packagers install beside the program.
//!
//! A search needs no command, so its flags are those of the program, too: in completions and on its manual page.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap::builder::{PossibleValuesParser, Resettable};
use clap_mangen::Man;

use super::arguments::{CompletionsArguments, ManArguments};
use super::failure::{Exit, Failure};
use super::help::TOPICS;
use super::screen::of_standard_output;

/// The name under which the program is installed.
const PROGRAM: &str = "search";

/// What the manual page of the program tells beside its flags: name of the section, lines as they are.
const SECTIONS: [(&str, &str); 4] = [
    (
        "ENVIRONMENT",
        "SEARCH_INDEX      which index: -i
SEARCH_CORPUS     what search index reads when no path is given
SEARCH_KNOWLEDGE  a folder of knowledge files: --knowledge
SEARCH_CONFIG     a file in the place of search.toml
SEARCH_OUTPUT     how to print: -o
SEARCH_LOG        info for what -v tells, debug for what -vv tells
SEARCH_PAGER      then PAGER, else less -FRX
NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, FORCE_HYPERLINK, TERM, COLUMNS
VISUAL, EDITOR    for search settings edit
One that is set to nothing counts as unset. A flag goes before a variable, a variable before search.toml.",
    ),
    (
        "FILES",
        "index/            the nearest one here or above that holds search-index.json
index/reports/    what the last runs skipped
index/settings/   knowledge that is saved with the index
corpus/           read into index/ where there is none yet
search.toml       here or above: what flags are otherwise (search help config)",
    ),
    (
        "EXIT STATUS",
        "0     found or done
1     nothing found; doctor: leftovers only; eval: below the bar
2     wrong usage
3     no usable index; doctor: broken
4     inputs skipped (--strict)
5     index busy
6     failed
130   interrupted",
    ),
    (
        "EXAMPLES",
        "search index corpus/
search \"Chongqing medical insurance beauty\"
search '\"medical insurance\" -surgery city:Chongqing'
search -c Dalian --since 2024 --sort -date implants
search -j -n 100 implants | jq .title
search -- index fees",
    ),
];

/// `search completions SHELL`: a script that completes commands, flags and topics of help.
pub(super) fn completions(arguments: &CompletionsArguments, command: &Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let topics: Vec<String> =
        TOPICS.into_iter().chain(command.get_subcommands().map(Command::get_name)).map(str::to_owned).collect();
    let mut command = with_flags_of_a_search(command).mut_subcommand("help", |help| {
        help.mut_arg("topic", |topic| topic.value_parser(PossibleValuesParser::new(topics)))
    });
    clap_complete::generate(arguments.shell, &mut command, PROGRAM, &mut script);
    print(&script)
}

/// `search man [DIR]`: manual pages.
pub(super) fn man(arguments: &ManArguments, command: &Command) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    Man::new(with_flags_of_a_search(command)).render(&mut page)?;
    SECTIONS.into_iter().try_for_each(|section| preformatted(&mut page, section))?;
    let Some(directory) = &arguments.directory else { return print(&page) };
    let refused = |error: io::Error| Failure::io(format!("cannot write to {}", directory.display()), &error);
    fs::create_dir_all(directory).map_err(refused)?;
    fs::write(directory.join(format!("{PROGRAM}.1")), page).map_err(refused)?;
    pages_below(command, (PROGRAM, directory)).map_err(refused)?;
    Ok(Exit::Done)
}

/// Writes a page for each command of `command`, and for each of theirs.
fn pages_below(command: &Command, (name, directory): (&str, &Path)) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        let name = format!("{name}-{}", subcommand.get_name());
        let mut page = Vec::new();
        Man::new(subcommand.clone()).title(name.clone()).render(&mut page)?;
        fs::write(directory.join(format!("{name}.1")), page)?;
        pages_below(subcommand, (&name, directory))?;
    }
    Ok(())
}

/// `command`, which is built, with the flags of a search beside those of every command.
fn with_flags_of_a_search(command: &Command) -> Command {
    let is_new = |id: &clap::Id| !command.get_arguments().any(|own| own.get_id() == id);
    let query = command.find_subcommand("q").into_iter().flat_map(Command::get_arguments);
    let flags = query.filter(|flag| !flag.is_positional() && is_new(flag.get_id())).cloned();
    // What they cannot stand with is not all of the program: the words are not.
    command.clone().args(flags.map(|flag| flag.conflicts_with(Resettable::Reset)))
}

/// Writes a section of lines that are not filled, in the language of manual pages.
fn preformatted(page: &mut impl Write, (name, lines): (&str, &str)) -> io::Result<()> {
    writeln!(page, ".SH \"{name}\"\n.nf")?;
    for line in lines.lines() {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        // A line that begins so would be an order.
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        writeln!(page, "{guard}{line}")?;
    }
    writeln!(page, ".fi")
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let mut output = io::stdout();
    output.write_all(text).and_then(|()| output.flush()).map_err(|error| of_standard_output(&error))?;
    Ok(Exit::Done)
}
