//! `search.toml`, in this folder or the nearest above it: what flags are when neither a flag nor a variable says otherwise.
//!
//! Every key is a flag of a search and takes its values; paths count from the folder of the file. What is wrong is told
//! with file and line.

use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use serde::Deserialize;
use toml::{Spanned, Value};

use super::failure::{Exit, Failure, plain};
use super::{grammar, whole};

/// The name of the file.
const FILE_NAME: &str = "search.toml";
/// The variable that names another one.
const VARIABLE: &str = "SEARCH_CONFIG";

/// What may stand in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    index: Option<Spanned<Value>>,
    corpus: Option<Spanned<Value>>,
    knowledge: Option<Spanned<Value>>,
    color: Option<Spanned<Value>>,
    hyperlinks: Option<Spanned<Value>>,
    pager: Option<Spanned<Value>>,
    output: Option<Spanned<Value>>,
    limit: Option<Spanned<Value>>,
    passages: Option<Spanned<Value>>,
    passage_chars: Option<Spanned<Value>>,
    context: Option<Spanned<Value>>,
    sort: Option<Spanned<Value>>,
    group: Option<Spanned<Value>>,
}

/// What a file says that was found.
#[derive(Debug, Default)]
pub(super) struct FileSettings {
    /// Where it is.
    pub(super) path: Option<PathBuf>,
    /// Where pages are read from when no path is given.
    pub(super) corpus: Option<PathBuf>,
    /// The pager.
    pub(super) pager: Option<String>,
    /// Flags of every command, and their values.
    common: Vec<(&'static str, String)>,
    /// Flags of a search, and their values.
    query: Vec<(&'static str, String)>,
}

/// Reads the file that `SEARCH_CONFIG` names, else the nearest `search.toml` from `here` upwards; `command` knows which
/// values flags take.
pub(super) fn read(here: &Path, command: &Command) -> Result<FileSettings, Failure> {
    let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let nearest = || here.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file());
    let Some(path) = named.or_else(nearest) else { return Ok(FileSettings::default()) };
    let text = text_of(&path)?;
    // A value of a variable is no mistake of the file.
    parsed(&text, path, &grammar::without_variables(command.clone(), &|_, _| true))
}

/// The text of the file; a pipe, which may never end, is none.
fn text_of(path: &Path) -> Result<String, Failure> {
    // The usual name of nothing.
    if path == Path::new("/dev/null") {
        return Ok(String::new());
    }
    let bytes = match path.metadata() {
        Ok(found) if !found.is_file() => Err("not a regular file".to_owned()),
        _ => whole::file(path).map_err(|error| plain(&error)),
    };
    let is_named = std::env::var_os(VARIABLE).is_some_and(|name| path == Path::new(&name));
    let bytes = bytes.map_err(|why| {
        let what = format!("cannot read {}: {why}", path.display());
        let failure = Failure::new(Exit::Usage, "config", what);
        let advice = if is_named {
            format!("unset {VARIABLE}, or name a file that is there")
        } else {
            "search help config".to_owned()
        };
        failure.or_try(advice)
    })?;
    whole::text(bytes).map_err(|line| wrong(path, line, "not UTF-8, in which settings are read"))
}

fn parsed(text: &str, path: PathBuf, command: &Command) -> Result<FileSettings, Failure> {
    let keys: Keys = toml::from_str(text)
        .map_err(|error| wrong(&path, line_of(text, error.span().map_or(0, |span| span.start)), error.message()))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut settings = FileSettings::default();
    let place = |value: String| folder.join(value).to_string_lossy().into_owned();
    for (name, value) in [("index", keys.index.as_ref()), ("knowledge", keys.knowledge.as_ref())] {
        settings.common.extend(path_in(value, (text, &path))?.map(|value| (name, place(value))));
    }
    for (name, value) in [("color", keys.color.as_ref()), ("hyperlinks", keys.hyperlinks.as_ref())] {
        settings.common.extend(checked((name, value), (text, &path), command)?.map(|value| (name, value)));
    }
    for (name, value) in [
        ("output", keys.output.as_ref()),
        ("limit", keys.limit.as_ref()),
        ("passages", keys.passages.as_ref()),
        ("passage-chars", keys.passage_chars.as_ref()),
        ("context", keys.context.as_ref()),
        ("sort", keys.sort.as_ref()),
        ("group", keys.group.as_ref()),
    ] {
        settings.query.extend(checked((name, value), (text, &path), command)?.map(|value| (name, value)));
    }
    settings.corpus = path_in(keys.corpus.as_ref(), (text, &path))?.map(|value| PathBuf::from(place(value)));
    settings.pager = named(keys.pager.as_ref(), (text, &path))?;
    Ok(FileSettings { path: Some(path), ..settings })
}

/// A value that is a text.
fn named(value: Option<&Spanned<Value>>, (text, path): (&str, &Path)) -> Result<Option<String>, Failure> {
    match value.map(|value| (value, value.get_ref())) {
        None => Ok(None),
        Some((_, Value::String(value))) => Ok(Some(value.clone())),
        Some((value, _)) => Err(wrong(path, line_of(text, value.span().start), "a text in quotes is expected")),
    }
}

/// A value that is a path; an empty one would be the folder of the file.
fn path_in(value: Option<&Spanned<Value>>, (text, path): (&str, &Path)) -> Result<Option<String>, Failure> {
    let named = named(value, (text, path))?;
    match value.filter(|_| named.as_ref().is_some_and(|named| named.trim().is_empty())) {
        Some(empty) => Err(wrong(path, line_of(text, empty.span().start), "a path is expected")),
        None => Ok(named),
    }
}

/// A value as a flag would take it.
fn as_flag(value: Option<&Spanned<Value>>, (text, path): (&str, &Path)) -> Result<Option<String>, Failure> {
    let Some(value) = value else { return Ok(None) };
    match value.get_ref() {
        Value::String(value) => Ok(Some(value.clone())),
        Value::Integer(number) => Ok(Some(number.to_string())),
        _ => Err(wrong(path, line_of(text, value.span().start), "a text or a whole number is expected")),
    }
}

/// [`as_flag`], when the flag takes it.
fn checked(
    (name, value): (&str, Option<&Spanned<Value>>),
    (text, path): (&str, &Path),
    command: &Command,
) -> Result<Option<String>, Failure> {
    let Some(given) = as_flag(value, (text, path))? else { return Ok(None) };
    let line = ["search".to_owned(), "q".to_owned(), format!("--{name}={given}"), "words".to_owned()];
    if let Err(error) = command.clone().try_get_matches_from(line) {
        let what = error.to_string();
        let what = what.lines().take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ");
        let at = value.map_or(0, |value| value.span().start);
        return Err(wrong(path, line_of(text, at), what.trim_start_matches("error: ")));
    }
    Ok(Some(given))
}

fn wrong(path: &Path, line: usize, what: &str) -> Failure {
    let what = format!("{}:{line}: {what}", path.display());
    Failure::new(Exit::Usage, "config", what).or_try("search help config")
}

/// The number of the line in which the byte `at` stands.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

impl FileSettings {
    /// `command` with these settings as what its flags are when nobody says otherwise.
    pub(super) fn applied(&self, command: Command) -> Command {
        let set = |command: Command, flags: &[(&'static str, String)]| {
            command.mut_args(|argument| {
                let value = flags.iter().find(|(name, _)| argument.get_long() == Some(name)).map(|(_, value)| value);
                value.map_or_else(|| argument.clone(), |value| argument.clone().default_value(value.clone()))
            })
        };
        let command = set(command, &self.common);
        command.mut_subcommands(|subcommand| match (subcommand.get_name(), &self.corpus) {
            ("q" | "similar", _) => set(subcommand, &self.query),
            ("index" | "watch" | "extract", Some(corpus)) => {
                let corpus = corpus.clone().into_os_string();
                let is_paths = |argument: &Arg| argument.is_positional();
                subcommand.mut_args(
                    |argument| {
                        if is_paths(&argument) { argument.default_value(corpus.clone()) } else { argument }
                    },
                )
            }
            _ => subcommand,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    use crate::cli::arguments::Arguments;

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("limit = 5\ncolour = \"never\"\n", "search.toml:2: unknown field `colour`"),
            ("\n\noutput = \"xml\"", "search.toml:3: invalid value 'xml'"),
            ("limit = 0", "search.toml:1: 0 is not in 1..=1000"),
            ("limit = [1]", "search.toml:1: a text or a whole number is expected"),
            ("limit 5", "search.toml:1: "),
            ("\nindex = 3", "search.toml:2: a text in quotes is expected"),
            ("limit = 3\ncorpus = \"\"", "search.toml:2: a path is expected"),
            ("pager = 1", "search.toml:1: a text in quotes is expected"),
        ] {
            let failure = parsed(text, PathBuf::from("search.toml"), &Arguments::command()).expect_err("wrong");
            let what = failure.what();
            let is_told =
                what.contains(expected) || what.contains("search.toml:1") && what.contains("0 is not in 1..=1000");
            assert!(is_told, "{text}: {what}");
        }
    }

    #[test]
    fn settings_are_what_flags_are_otherwise() {
        let text = "index = \"i\"\ncorpus = \"c\"\nlimit = 7\nsort = \"-date\"\npager = \"more\"\ncolor = \"never\"\n";
        let settings = parsed(text, PathBuf::from("/a/search.toml"), &Arguments::command()).expect("right");
        assert_eq!(settings.corpus.as_deref(), Some(Path::new("/a/c")));
        assert_eq!(settings.pager.as_deref(), Some("more"));
        let command = settings.applied(Arguments::command());
        let matches = command.clone().get_matches_from(["search", "q", "words"]);
        let (_, query) = matches.subcommand().expect("a search");
        assert_eq!(query.get_one::<u16>("limit"), Some(&7));
        assert_eq!(query.get_one::<PathBuf>("index").map(PathBuf::as_path), Some(Path::new("/a/i")));
        let matches = command.get_matches_from(["search", "-i", "x", "q", "-n", "3", "words"]);
        let (_, query) = matches.subcommand().expect("a search");
        assert_eq!(query.get_one::<u16>("limit"), Some(&3));
        assert_eq!(query.get_one::<PathBuf>("index").map(PathBuf::as_path), Some(Path::new("x")));
    }
}
