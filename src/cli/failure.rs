//! What went wrong, as people and scripts read it: `error:` what, `cause:` why, `try:` what to do; and the exit code.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use article_search::Error;
use article_search::backend::embedded::{BackendError, is_vacant};
use article_search::eval::EvaluationError;
use article_search::knowledge::error::KnowledgeError;
use article_search::text::safe::shown;
use serde_json::{Value, json};

use super::grammar::quoted;
use super::print::counted;

/// Pages that are read, cleaned and indexed in a second, with care: half of what the README's table of a million pages tells.
const PAGES_A_SECOND: u64 = 1000;

/// The file by which a folder is an index.
const MARKER: &str = "search-index.json";

/// Exit codes: a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done = 0,
    NothingFound = 1,
    Usage = 2,
    NoIndex = 3,
    Skipped = 4,
    Busy = 5,
    Failed = 6,
    Interrupted = 130,
}

/// A command that could not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    code: &'static str,
    exit: Exit,
    what: String,
    cause: Option<String>,
    tries: Vec<String>,
}

impl Failure {
    pub(super) fn new(exit: Exit, code: &'static str, what: impl Into<String>) -> Self {
        Self { code, exit, what: what.into(), cause: None, tries: vec![] }
    }

    /// Adds a command that can be pasted.
    pub(super) fn or_try(mut self, command: impl Into<String>) -> Self {
        self.tries.push(command.into());
        self
    }

    /// What a file or a stream refused: `what` could not be done, and why.
    pub(super) fn io(what: impl Into<String>, error: &io::Error) -> Self {
        Self { cause: Some(plain(error)), ..Self::new(Exit::Failed, "io", what) }.or_try(advice(error.kind()))
    }

    /// The same with why it is so.
    pub(super) fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// The same with one thing to try, and no other.
    pub(super) fn instead_try(mut self, command: impl Into<String>) -> Self {
        self.tries = vec![command.into()];
        self
    }

    /// The same of a file `to`, of which `from` was but a copy.
    pub(super) fn renaming(mut self, from: &str, to: &str) -> Self {
        self.what = self.what.replace(from, to);
        self.cause = self.cause.map(|cause| cause.replace(from, to));
        self
    }

    /// Whether the index is at fault.
    pub(super) fn is_damage(&self) -> bool {
        self.code == "index_damaged"
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// What went wrong, in one line.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// A reader that went away (`| head`) is no failure.
    pub(super) fn is_closed_pipe(&self) -> bool {
        self.code == "closed_pipe"
    }

    /// For people: several lines; every text from outside made safe.
    pub(super) fn lines(&self) -> String {
        let mut lines = format!("error: {}\n", shown(&self.what));
        if let Some(cause) = &self.cause {
            let _ = writeln!(lines, "cause: {}", shown(cause));
        }
        for (index, command) in self.tries.iter().enumerate() {
            let _ = writeln!(lines, "  {} {}", if index == 0 { "try:" } else { "    " }, shown(command));
        }
        lines
    }

    /// For machines: what the key `error` holds.
    pub(super) fn json(&self) -> Value {
        json!({"code": self.code, "message": self.what, "cause": self.cause, "try": self.tries})
    }

    fn caused_by(mut self, error: &dyn StdError) -> Self {
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(without_debug(without_number(&cause.to_string())));
            next = cause.source();
        }
        // A cause often repeats its own.
        causes.dedup_by(|next, before| before.ends_with(next.as_str()));
        causes.retain(|cause| !cause.is_empty());
        self.cause = (!causes.is_empty()).then(|| causes.join(": "));
        self
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Done, "closed_pipe", "the reader went away"),
            // What it is about stands before why.
            _ => match plain(&error).split_once(": ") {
                Some((what, cause)) => Self::io(what, &io::Error::new(error.kind(), cause)),
                None => Self::io("cannot read or write", &error),
            },
        }
    }
}

/// What helps against an error of the system.
fn advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some room, or write to another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "ls -ld there: who may do that",
        _ => "search help                what commands take",
    }
}

/// What an error of the system says, without its number.
pub(super) fn plain(error: &io::Error) -> String {
    without_number(&error.to_string()).to_owned()
}

fn without_number(text: &str) -> &str {
    text.split(" (os error ").next().unwrap_or(text)
}

/// A text without the values of a program that some libraries put behind their messages (`IoError { io_error: ...`), but
/// with the message that is among them.
fn without_debug(text: &str) -> String {
    let begins = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).unwrap_or_default();
        let name = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| before.len() - name.len())
    };
    let opened = [" {", "("].into_iter().flat_map(|open| text.match_indices(open));
    let Some(start) = opened.filter_map(|found| begins(&found)).min() else { return text.to_owned() };
    let (kept, values) = text.split_at_checked(start).unwrap_or((text, ""));
    let kept = kept.trim_end_matches([' ', ':', '\'', '"', '`']);
    let message = ["error: \"", "message: \""].into_iter().find_map(|key| values.split_once(key)?.1.split('"').next());
    let parts = [Some(kept), message].into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(": ")
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let what = error.to_string();
        let failure = match &error {
            Error::Sink(_) => {
                return match error {
                    Error::Sink(inner) => inner.into(),
                    other => Self::new(Exit::Failed, "failed", other.to_string()),
                };
            }
            Error::Index(index) => index_failure(index, what),
            Error::Knowledge(KnowledgeError::Unreadable { .. }) => {
                Self::new(Exit::Usage, "knowledge", what).or_try("name a folder of knowledge files that is there")
            }
            Error::Knowledge(_) => Self::new(Exit::Usage, "knowledge", what).or_try("correct that line, and run again"),
            Error::Cancelled => Self::new(Exit::Interrupted, "interrupted", "interrupted: the index is as it was"),
            Error::NoSuchPath(_) => Self::new(Exit::Usage, "no_such_path", what),
            Error::Filter(_) => Self::new(Exit::Usage, "unknown_filter", what)
                .or_try("search facets city         (or topic: what there is)"),
            Error::NoSuchPage(_) => Self::new(Exit::NothingFound, "no_such_page", what)
                .or_try("search WORDS               (hits show the ids of their pages)"),
            Error::AmbiguousPage { ids, .. } => {
                ids.iter().fold(Self::new(Exit::Usage, "ambiguous_page", what), |failure, id| {
                    failure.or_try(format!("search show {id}"))
                })
            }
            _ => Self::new(Exit::Failed, "failed", what),
        };
        failure.caused_by(&error)
    }
}

impl From<EvaluationError> for Failure {
    fn from(error: EvaluationError) -> Self {
        Self::new(Exit::Usage, "evaluation", error.to_string()).or_try("search help eval").caused_by(&error)
    }
}

/// How many pages are to be read, and about how long that takes.
fn in_time(pages: u64) -> String {
    let minutes = pages.div_ceil(60 * PAGES_A_SECOND);
    format!("{}, about {minutes} min", counted(usize::try_from(pages).unwrap_or(usize::MAX), "page"))
}

fn index_failure(error: &BackendError, what: String) -> Failure {
    let at = |directory: &Path| {
        let is_usual = directory == Path::new("index");
        if is_usual { "search".to_owned() } else { format!("search -i {}", quoted(&directory.to_string_lossy())) }
    };
    match error {
        BackendError::Missing { directory } if !is_vacant(directory) => {
            Failure::new(Exit::NoIndex, "index_missing", what)
                .or_try("search -i OTHER_DIR index corpus/       there are other files in this one")
        }
        BackendError::Missing { directory } => Failure::new(Exit::NoIndex, "index_missing", what)
            .or_try(format!("{} index corpus/       read the pages in corpus/ and build it", at(directory))),
        BackendError::Foreign { .. } => Failure::new(Exit::NoIndex, "index_foreign", what)
            .or_try("search -i OTHER_DIR index  build the index somewhere else"),
        BackendError::OtherFormat { found, expected, .. } if found > expected => {
            Failure::new(Exit::NoIndex, "index_format", what)
                .or_try("search -i NEW_DIR index    or use the newer program that wrote it")
        }
        BackendError::OtherFormat { directory, pages, .. } => {
            let again = format!("{} index --full", at(directory));
            let what_again = pages.map(|pages| format!(" ({})", in_time(pages))).unwrap_or_default();
            Failure::new(Exit::NoIndex, "index_format", what).or_try(format!(
                "{again}    reads corpus/ again{what_again}, or the paths behind it; the old index stays until then"
            ))
        }
        BackendError::Busy { .. } => {
            Failure::new(Exit::Busy, "index_busy", what).or_try("the same with --wait; searching works meanwhile")
        }
        BackendError::Io { path, source } if source.kind() == io::ErrorKind::NotADirectory => {
            let named = if path.ends_with(MARKER) { path.parent().unwrap_or(path) } else { path };
            Failure::new(Exit::NoIndex, "index_foreign", format!("{}: an index is a folder", named.display()))
                .or_try("search -i OTHER_DIR index  build the index somewhere else")
        }
        BackendError::Io { .. } | BackendError::Engine { .. } | BackendError::Damaged { .. } => {
            let is_damage = error.is_damage();
            let (exit, code) = if is_damage { (Exit::NoIndex, "index_damaged") } else { (Exit::Failed, "failed") };
            let of_marker = match error {
                BackendError::Io { path, .. } if path.ends_with(MARKER) => path.parent(),
                _ => None,
            };
            let at = error.directory().or(of_marker).map_or_else(|| "search".to_owned(), at);
            let failure = Failure::new(exit, code, what);
            match error {
                BackendError::Io { source, .. } if !is_damage => failure.or_try(advice(source.kind())),
                _ => failure.or_try(format!("{at} doctor      which files are damaged, and what to do")),
            }
        }
        _ => Failure::new(Exit::Failed, "failed", what).or_try("search doctor"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_program_are_no_causes() {
        for (text, expected) in [
            ("the file is cut off", "the file is cut off"),
            (
                "Failed to open file for read: 'IoError { io_error: Custom { kind: Other } }'",
                "Failed to open file for read",
            ),
            ("An IO error occurred: 'Os(2)'", "An IO error occurred"),
            ("meta.json: expected `,` at line 3 (column 4)", "meta.json: expected `,` at line 3 (column 4)"),
            ("IoError { x }", ""),
        ] {
            assert_eq!(without_debug(text), expected, "{text}");
        }
    }
}
