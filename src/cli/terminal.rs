//! What standard output understands: colours, links, how wide it is. Decided from the flags, the environment and whether
//! it is a terminal; nothing here writes.

use std::io::{self, IsTerminal};

use clap::Command;

use super::arguments::{CommonArguments, When};

/// Terminals that show links (OSC 8), by the variable that gives them away and how its value begins.
const LINKING: [(&str, &str); 14] = [
    ("TERM_PROGRAM", "iTerm.app"),
    ("TERM_PROGRAM", "WezTerm"),
    ("TERM_PROGRAM", "vscode"),
    ("TERM_PROGRAM", "ghostty"),
    ("TERM_PROGRAM", "Hyper"),
    ("TERM_PROGRAM", "rio"),
    ("TERM", "xterm-kitty"),
    ("TERM", "alacritty"),
    ("TERM", "foot"),
    ("DOMTERM", ""),
    ("WT_SESSION", ""),
    ("KONSOLE_VERSION", ""),
    ("COLORTERM", "xfce4-terminal"),
    ("TERMINAL_EMULATOR", "JetBrains"),
];
/// The first version of the terminal under GNOME's and others that shows links.
const LINKING_VTE: u32 = 5000;

/// Narrower and wider text is hard to read.
const COLUMNS: std::ops::RangeInclusive<usize> = 40..=120;
/// Where a terminal does not say how wide it is.
const USUAL_COLUMNS: usize = 100;

/// What standard output understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terminal {
    /// Whether to use colour.
    pub(super) has_colour: bool,
    /// Whether to make links.
    pub(super) has_links: bool,
    /// Columns to fold text to; `None` where nobody looks at it on a terminal.
    pub(super) columns: Option<usize>,
    /// Lines of the screen, where there is one.
    pub(super) lines: Option<usize>,
}

impl Terminal {
    /// What it is for this run of the program.
    pub(super) fn of(common: &CommonArguments) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let is_terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size_of(io::stdout()).filter(|_| is_terminal);
        let said = variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let columns = said.or_else(|| size.map(|(columns, _)| usize::from(columns.0))).unwrap_or(USUAL_COLUMNS);
        let columns = columns.clamp(*COLUMNS.start(), *COLUMNS.end());
        Self {
            has_colour: has_colour(common.color, &variable, is_terminal),
            has_links: has_links(common.hyperlinks, &variable, is_terminal),
            columns: is_terminal.then_some(columns),
            lines: size.map(|(_, lines)| usize::from(lines.0)),
        }
    }

    /// Text that nobody decorates or folds.
    pub(super) const PLAIN: Self = Self { has_colour: false, has_links: false, columns: None, lines: None };
}

/// `command` with help folded to `COLUMNS`, where that is set and a terminal shows it; clap asks the terminal first.
pub(super) fn as_wide(command: Command) -> Command {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    match said.filter(|_| io::stdout().is_terminal()) {
        Some(columns) => command.term_width(columns.clamp(*COLUMNS.start(), *COLUMNS.end())),
        None => command,
    }
}

/// The flag decides; else a variable that forces or forbids, the forbidding one first; else the terminal.
fn has_colour(when: When, variable: &dyn Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let forced = |name: &str| variable(name).filter(|value| !value.is_empty()).map(|value| is_yes(&value));
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        When::Auto => {
            let is_forced = forced("CLICOLOR_FORCE").filter(|&is| is).or_else(|| forced("FORCE_COLOR"));
            let is_off = variable("CLICOLOR").is_some_and(|value| value == "0");
            is_forced.unwrap_or(is_terminal && !is_off && is_capable(variable))
        }
    }
}

fn has_links(when: When, variable: &dyn Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let forced = variable("FORCE_HYPERLINK").filter(|value| !value.is_empty());
            let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
            let is_known = LINKING
                .iter()
                .any(|(name, value)| variable(name).is_some_and(|own| !own.is_empty() && own.starts_with(value)));
            let is_known = is_known || vte.is_some_and(|version| version >= LINKING_VTE);
            forced.map_or(is_terminal && is_known && is_capable(variable), |value| is_yes(&value))
        }
    }
}

fn is_yes(value: &str) -> bool {
    !matches!(value, "0" | "false" | "no")
}

/// Whether the terminal says that it understands more than text. Consoles of Windows say nothing and understand.
fn is_capable(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable("TERM").map_or(cfg!(windows), |term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(line: &'static str) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        }
    }

    #[test]
    fn colour() {
        for (name, when, environment, is_terminal, expected) in [
            ("a terminal", When::Auto, "TERM=xterm", true, true),
            ("a pipe", When::Auto, "TERM=xterm", false, false),
            ("a dumb terminal", When::Auto, "TERM=dumb", true, false),
            ("NO_COLOR", When::Auto, "TERM=xterm NO_COLOR=1", true, false),
            ("NO_COLOR that is empty", When::Auto, "TERM=xterm NO_COLOR=", true, true),
            ("NO_COLOR before what forces", When::Auto, "NO_COLOR=1 CLICOLOR_FORCE=1", false, false),
            ("CLICOLOR_FORCE", When::Auto, "CLICOLOR_FORCE=1", false, true),
            ("CLICOLOR_FORCE that is not", When::Auto, "CLICOLOR_FORCE=0", false, false),
            ("FORCE_COLOR", When::Auto, "FORCE_COLOR=1", false, true),
            ("FORCE_COLOR that forbids", When::Auto, "TERM=xterm FORCE_COLOR=0", true, false),
            ("CLICOLOR", When::Auto, "TERM=xterm CLICOLOR=0", true, false),
            ("the flag before all", When::Always, "NO_COLOR=1 TERM=dumb", false, true),
            ("the flag that forbids", When::Never, "FORCE_COLOR=1 TERM=xterm", true, false),
        ] {
            assert_eq!(has_colour(when, &variables(environment), is_terminal), expected, "{name}");
        }
    }

    #[test]
    fn links() {
        for (name, when, environment, is_terminal, expected) in [
            ("an unknown terminal", When::Auto, "TERM=xterm", true, false),
            ("a known one", When::Auto, "TERM=xterm-kitty", true, true),
            ("a known one behind a pipe", When::Auto, "TERM=xterm-kitty", false, false),
            ("by version", When::Auto, "TERM=xterm VTE_VERSION=6003", true, true),
            ("by an old version", When::Auto, "TERM=xterm VTE_VERSION=4999", true, false),
            ("dumb", When::Auto, "TERM=dumb WT_SESSION=1", true, false),
            ("forced", When::Auto, "FORCE_HYPERLINK=1", false, true),
            ("forbidden", When::Auto, "TERM=xterm-kitty FORCE_HYPERLINK=0", true, false),
            ("the flag", When::Always, "TERM=dumb", false, true),
            ("the flag that forbids", When::Never, "FORCE_HYPERLINK=1", true, false),
        ] {
            assert_eq!(has_links(when, &variables(environment), is_terminal), expected, "{name}");
        }
    }
}
