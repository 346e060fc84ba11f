//! `search completions`, `search man`: what packagers install beside the program.

use std::fs;
use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

use super::arguments::{CompletionsArguments, ManArguments};
use super::failure::{Exit, Failure};

/// The name under which the program is installed.
const PROGRAM: &str = "search";

/// `search completions SHELL`: a script that completes commands and flags.
pub(super) fn completions(arguments: &CompletionsArguments, command: &Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command.clone(), PROGRAM, &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}

/// `search man [DIR]`: manual pages.
pub(super) fn man(arguments: &ManArguments, command: &Command) -> Result<Exit, Failure> {
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page)?;
        io::stdout().write_all(&page)?;
        return Ok(Exit::Done);
    };
    fs::create_dir_all(directory)?;
    Man::new(command.clone()).render(&mut fs::File::create(directory.join(format!("{PROGRAM}.1")))?)?;
    for subcommand in command.get_subcommands() {
        let name = format!("{PROGRAM}-{}", subcommand.get_name());
        let page = Man::new(subcommand.clone()).title(name.clone());
        page.render(&mut fs::File::create(directory.join(format!("{name}.1")))?)?;
    }
    Ok(Exit::Done)
}
