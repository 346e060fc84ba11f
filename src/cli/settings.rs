//! `search settings`: knowledge that is saved with the index. It adds to what is built in, as the folder of `--knowledge`
//! does, which takes its place where it is given.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use article_search::knowledge::{Knowledge, file_names, text_of};
use article_search::text::safe::shown;
use article_search::{Error, saved_knowledge};

use super::arguments::{JudgementArguments, SettingsAction, SettingsArguments};
use super::failure::{Exit, Failure};
use super::locate::{self, Located};
use super::preview::{self, Change};
use super::print::{counted, style};
use super::session::Session;
use super::temporary::TemporaryFolder;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &SettingsArguments) -> Result<Exit, Failure> {
    let saved = saved_knowledge(&index(session)?);
    match &arguments.action {
        None | Some(SettingsAction::Get { file: None }) => list(session, &saved),
        Some(SettingsAction::Get { file: Some(file) }) => get(session, &saved, file),
        Some(SettingsAction::Set { file, from, dry_run, judged }) => {
            let text = if from.as_os_str() == "-" { read_standard_input()? } else { read(from)? };
            let trial = Trial::of(&saved, checked_name(file)?, &text)?;
            if *dry_run {
                return preview::main(session, Change { saved: &saved, new: trial.folder() }, judged);
            }
            refuse_without_change(judged, "with --dry-run")?;
            save(session, &saved, (file, &text))
        }
        Some(SettingsAction::Edit { file }) => edit(session, &saved, checked_name(file)?),
        Some(SettingsAction::Check { directory: None, judged }) => {
            refuse_without_change(judged, "for a folder of knowledge files")?;
            check(&saved)?;
            session.note("what is saved with the index is right");
            Ok(Exit::Done)
        }
        Some(SettingsAction::Check { directory: Some(directory), judged }) => {
            check(directory)?;
            preview::main(session, Change { saved: &saved, new: directory }, judged)
        }
    }
}

/// Judged queries tell about a change that is tried, and nothing else.
fn refuse_without_change(judged: &JudgementArguments, when: &str) -> Result<(), Failure> {
    if judged.queries.is_none() {
        return Ok(());
    }
    let what = format!("--queries and --qrels are taken {when} only");
    Err(Failure::new(Exit::Usage, "usage", what).or_try("search settings check DIR --queries FILE --qrels FILE"))
}

fn index(session: &Session) -> Result<PathBuf, Failure> {
    let here = (session.here.as_path(), session.corpus());
    match locate::index_to_search(session.common.index.as_deref(), (here.0, &here.1))? {
        Located::Index(directory) => Ok(directory),
        Located::Corpus { .. } => {
            let what = "there is no index yet with which settings could be saved";
            Err(Failure::new(Exit::NoIndex, "index_missing", what).or_try("search index corpus/"))
        }
    }
}

fn checked_name(file: &str) -> Result<&str, Failure> {
    if file_names().any(|name| name == file) {
        return Ok(file);
    }
    let names: Vec<_> = file_names().collect();
    let what = format!("no knowledge file is called `{file}`; there are {}", names.join(", "));
    Err(Failure::new(Exit::Usage, "unknown_file", what).or_try("search settings get"))
}

fn list(session: &Session, saved: &Path) -> Result<Exit, Failure> {
    let mut output = session.output();
    for name in file_names() {
        let state = match fs::metadata(saved.join(name)) {
            Ok(found) => format!("saved, {}", counted(usize::try_from(found.len()).unwrap_or(usize::MAX), "byte")),
            Err(_) => "built in".to_owned(),
        };
        writeln!(output, "{name:<16} {}", style::faint(&state))?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn get(session: &Session, saved: &Path, file: &str) -> Result<Exit, Failure> {
    let own = saved.join(checked_name(file)?);
    let text = if own.is_file() { read(&own)? } else { text_of(file).unwrap_or_default().to_owned() };
    let mut output = session.output();
    for line in text.lines() {
        writeln!(output, "{}", shown(line))?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn edit(session: &Session, saved: &Path, file: &str) -> Result<Exit, Failure> {
    let own = saved.join(file);
    let before = if own.is_file() { read(&own)? } else { String::new() };
    let trial = Trial::of(saved, file, &before)?;
    let copy = trial.folder().join(file);
    fs::write(&copy, &before)?;
    let editor =
        ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|own| !own.is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let status = Command::new(words.next().unwrap_or("vi")).args(words).arg(&copy).status();
    let is_done = status.is_ok_and(|status| status.success());
    if !is_done {
        let what = format!("the editor `{editor}` did not end well; nothing was saved");
        return Err(Failure::new(Exit::Failed, "editor", what).or_try("EDITOR=nano search settings edit FILE"));
    }
    let text = read(&copy)?;
    if text == before {
        session.note("nothing was changed");
        return Ok(Exit::Done);
    }
    check(trial.folder())?;
    save(session, saved, (file, &text))
}

/// Saves a text that was checked; an empty one takes away what was saved.
fn save(session: &Session, saved: &Path, (file, text): (&str, &str)) -> Result<Exit, Failure> {
    let own = saved.join(file);
    if text.trim().is_empty() {
        if own.exists() {
            fs::remove_file(&own)?;
        }
        session.note(&format!("{file} is as built in; the next search index makes the pages anew"));
        return Ok(Exit::Done);
    }
    fs::create_dir_all(saved)?;
    let new = saved.join(format!("{file}.new"));
    fs::write(&new, text)?;
    fs::rename(&new, &own)?;
    session.note(&format!("{file} is saved with the index; the next search index makes the pages anew by it"));
    Ok(Exit::Done)
}

/// Knowledge files as they would be, in a folder that goes away by itself.
struct Trial(TemporaryFolder);

impl Trial {
    /// What is saved, with `text` as `file`, checked.
    fn of(saved: &Path, file: &str, text: &str) -> Result<Self, Failure> {
        let trial = Self(TemporaryFolder::new("settings")?);
        for name in file_names().filter(|name| *name != file && saved.join(name).is_file()) {
            fs::copy(saved.join(name), trial.folder().join(name))?;
        }
        if !text.trim().is_empty() {
            fs::write(trial.folder().join(file), text)?;
        }
        check(trial.folder())?;
        Ok(trial)
    }

    fn folder(&self) -> &Path {
        &self.0.path
    }
}

fn check(directory: &Path) -> Result<(), Failure> {
    if directory.is_dir() {
        Knowledge::with_directory(directory).map_err(Error::from)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(Exit::Usage, "no_such_path", format!("cannot read {}: {error}", path.display())))
}

fn read_standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}
