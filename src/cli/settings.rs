//! `search settings`: knowledge that is saved with the index. It adds to what is built in, as the folder of `--knowledge`
//! does, which takes its place where it is given.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use article_search::backend::embedded::{BackendError, WriterLock, holds_index, is_vacant};
use article_search::knowledge::{Knowledge, file_names, text_of};
use article_search::text::safe::shown;
use article_search::{Error, saved_knowledge};
use serde_json::json;

use super::arguments::{SettingsAction, SettingsArguments, TrialArguments};
use super::failure::{Exit, Failure, plain};
use super::grammar::quoted;
use super::index::with_patience;
use super::locate::{self, Located};
use super::preview::{self, Change};
use super::print::{counted, rows, style};
use super::screen::words_of;
use super::session::Session;
use super::temporary::TemporaryFolder;
use super::whole;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &SettingsArguments) -> Result<Exit, Failure> {
    let index = index(session)?;
    let saved = saved_knowledge(&index);
    match &arguments.action {
        None | Some(SettingsAction::Get { file: None }) => list(session, &saved, arguments.json),
        Some(SettingsAction::Get { file: Some(file) }) => get(session, &saved, file),
        Some(SettingsAction::Set { file, from, dry_run, trial: tried, wait }) => {
            let text = if from.as_os_str() == "-" { read_standard_input()? } else { read(from)? };
            let trial = Trial::of(&saved, checked_name(file)?, &text)?;
            // What is saved can be taken away, however wrong the rest is.
            if !text.trim().is_empty() {
                trial.check(&saved, file, from)?;
            }
            if *dry_run {
                return preview::main(session, Change { saved: &saved, new: trial.folder() }, tried);
            }
            refuse_without_change(tried, "with --dry-run")?;
            save(session, (&index, *wait), (file, &text), None)
        }
        Some(SettingsAction::Edit { file, wait }) => edit(session, (&index, *wait), checked_name(file)?),
        Some(SettingsAction::Check { directory: None, trial }) => {
            refuse_without_change(trial, "for a folder of knowledge files")?;
            check(&saved)?;
            session.note("what is saved with the index is right");
            Ok(Exit::Done)
        }
        Some(SettingsAction::Check { directory: Some(directory), trial }) => {
            if !directory.is_dir() {
                let what = format!("{}: no such folder", directory.display());
                return Err(Failure::new(Exit::Usage, "no_such_path", what)
                    .or_try("search settings check           what is saved with the index"));
            }
            check(directory)?;
            note_unknown_files(session, directory)?;
            preview::main(session, Change { saved: &saved, new: directory }, trial)
        }
    }
}

/// Names the files of a folder that look like knowledge files and are none: a misspelt name would go unnoticed.
fn note_unknown_files(session: &Session, directory: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    let mut unknown: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    unknown.retain(|path| {
        let is_like = path.extension().is_some_and(|ending| ending == "toml" || ending == "csv");
        is_like && !file_names().any(|name| path.ends_with(name))
    });
    unknown.sort_unstable();
    for path in unknown {
        session
            .note(&format!("warning: {} is no knowledge file and is not read (search settings get)", path.display()));
    }
    Ok(())
}

/// Judged queries and how pages are read are for a change that is tried, and nothing else.
fn refuse_without_change(tried: &TrialArguments, when: &str) -> Result<(), Failure> {
    if tried.queries.is_none() && tried.reading.is_usual() {
        return Ok(());
    }
    let what = format!("--queries, --qrels and how pages are read are taken {when} only");
    Err(Failure::new(Exit::Usage, "usage", what).or_try("search settings check DIR --queries FILE --qrels FILE"))
}

fn index(session: &Session) -> Result<PathBuf, Failure> {
    let here = (session.here.as_path(), session.corpus());
    match locate::index_to_search(session.common.index.as_deref(), (here.0, &here.1))? {
        Located::Index(directory) if holds_index(&directory) => Ok(directory),
        Located::Index(directory) => {
            let is_free = is_vacant(&directory);
            let why = if is_free { BackendError::Missing { directory } } else { BackendError::Foreign { directory } };
            Err(Error::from(why).into())
        }
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

fn list(session: &Session, saved: &Path, as_rows: bool) -> Result<Exit, Failure> {
    let mut output = session.output();
    for name in file_names() {
        let bytes = fs::metadata(saved.join(name)).ok().map(|found| found.len());
        if as_rows {
            rows::row(&mut output, &json!({"v": 1, "file": name, "saved": bytes.is_some(), "bytes": bytes}))?;
            continue;
        }
        let state = match bytes {
            Some(bytes) => format!("saved, {}", counted(usize::try_from(bytes).unwrap_or(usize::MAX), "byte")),
            None => "built in".to_owned(),
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
    if session.terminal().columns.is_none() {
        // Byte for byte, so that it can be changed and set again.
        output.write_all(text.as_bytes())?;
    } else {
        text.lines().try_for_each(|line| writeln!(output, "{}", shown(line)))?;
    }
    output.flush()?;
    Ok(Exit::Done)
}

fn edit(session: &Session, (index, wait): (&Path, bool), file: &str) -> Result<Exit, Failure> {
    let saved = saved_knowledge(index);
    let own = saved.join(file);
    let before = if own.is_file() { read(&own)? } else { String::new() };
    let trial = Trial::of(&saved, file, &before)?;
    let copy = trial.folder().join(file);
    fs::write(&copy, &before).map_err(|error| Failure::io(format!("cannot write {}", copy.display()), &error))?;
    let editor =
        ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|own| !own.is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let mut words = words_of(&editor).into_iter();
    let status = Command::new(words.next().unwrap_or_else(|| "vi".to_owned())).args(words).arg(&copy).status();
    let is_done = status.is_ok_and(|status| status.success());
    let is_same = fs::read(&copy).is_ok_and(|now| now == before.as_bytes());
    if is_done && is_same {
        session.note("nothing was changed");
        return Ok(Exit::Done);
    }
    let done = if is_done {
        let text = read(&copy);
        text.and_then(|text| {
            trial.check(&saved, file, &copy)?;
            save(session, (index, wait), (file, &text), Some(&before))
        })
    } else {
        let what = format!("the editor `{editor}` did not end well; nothing was saved");
        Err(Failure::new(Exit::Failed, "editor", what).or_try("EDITOR=nano search settings edit FILE"))
    };
    done.map_err(|failure| {
        if is_same || !copy.is_file() {
            return failure;
        }
        // What was written is not lost with a mistake in it.
        trial.0.keep();
        let again = format!("search settings set {file} {}", quoted(&copy.to_string_lossy()));
        failure.instead_try(format!("{again}        once that is put right; your text is kept there"))
    })
}

/// Saves a text that was checked, while no run reads or writes by what is saved; an empty one takes away what was saved.
/// Where it was made from what was saved `before`, nothing else may have been saved since.
fn save(
    session: &Session,
    (index, wait): (&Path, bool),
    (file, text): (&str, &str),
    before: Option<&str>,
) -> Result<Exit, Failure> {
    let _lock = with_patience(session, wait, |patience| Ok(WriterLock::take(index, patience).map_err(Error::from)?))?;
    let saved = saved_knowledge(index);
    let own = saved.join(file);
    let refused = |error: std::io::Error| Failure::io(format!("cannot write {}", own.display()), &error);
    if before.is_some_and(|before| fs::read(&own).unwrap_or_default() != before.as_bytes()) {
        return Err(Failure::new(Exit::Failed, "changed", format!("{file} was saved by another one meanwhile")));
    }
    if text.trim().is_empty() {
        if own.exists() {
            fs::remove_file(&own).map_err(refused)?;
        }
        session.note(&format!("{file} is as built in; the next search index makes the pages anew"));
        return Ok(Exit::Done);
    }
    let new = saved.join(format!("{file}.new"));
    fs::create_dir_all(&saved)
        .and_then(|()| fs::write(&new, text))
        .and_then(|()| fs::rename(&new, &own))
        .map_err(refused)?;
    session.note(&format!("{file} is saved with the index; the next search index makes the pages anew by it"));
    if let Some(directory) = &session.common.knowledge {
        let name = directory.display();
        session.note(&format!("warning: while {name} is named as --knowledge or in search.toml, that counts instead"));
    }
    Ok(Exit::Done)
}

/// Knowledge files as they would be, in a folder that goes away by itself.
struct Trial(TemporaryFolder);

impl Trial {
    /// What is saved, with `text` as `file`.
    fn of(saved: &Path, file: &str, text: &str) -> Result<Self, Failure> {
        let trial = Self(TemporaryFolder::new("settings")?);
        for name in file_names().filter(|name| *name != file && saved.join(name).is_file()) {
            fs::copy(saved.join(name), trial.folder().join(name))?;
        }
        if !text.trim().is_empty() {
            fs::write(trial.folder().join(file), text)?;
        }
        Ok(trial)
    }

    /// Checks all of it; what is wrong with `file` is told of the file `from` that it comes from, what is wrong with others of
    /// what is `saved`.
    fn check(&self, saved: &Path, file: &str, from: &Path) -> Result<(), Failure> {
        let from = if from.as_os_str() == "-" { "standard input".into() } else { from.to_string_lossy() };
        let told = |name: &str| {
            if name == file { from.clone() } else { saved.join(name).to_string_lossy().into_owned().into() }
        };
        check(self.folder()).map_err(|failure| {
            let own = |name: &str| self.folder().join(name).to_string_lossy().into_owned();
            file_names().fold(failure, |failure, name| failure.renaming(&own(name), &told(name)))
        })
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
    let bytes = whole::file(path).map_err(|error| unreadable(path, &error))?;
    text_in(bytes, &path.to_string_lossy())
}

fn read_standard_input() -> Result<String, Failure> {
    text_in(whole::standard_input()?, "standard input")
}

fn text_in(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    whole::text(bytes).map_err(|line| {
        Failure::new(Exit::Usage, "knowledge", format!("{name}:{line}: not UTF-8"))
            .or_try("iconv -f GB18030 -t UTF-8   where it is in another charset")
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Usage, "no_such_path", format!("cannot read {}: {}", path.display(), plain(error)))
        .or_try("search help settings")
}
