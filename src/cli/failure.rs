//! What went wrong, as people and scripts read it: `error:` what, `cause:` why, `try:` what to do; and the exit code.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;

use article_search::Error;
use article_search::backend::embedded::BackendError;
use article_search::eval::EvaluationError;
use article_search::text::safe::shown;
use serde_json::{Value, json};

use super::grammar::quoted;

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
            causes.push(cause.to_string());
            next = cause.source();
        }
        self.cause = (!causes.is_empty()).then(|| causes.join(": "));
        self
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Done, "closed_pipe", "the reader went away"),
            _ => Self::new(Exit::Failed, "io", error.to_string()),
        }
    }
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

fn index_failure(error: &BackendError, what: String) -> Failure {
    match error {
        BackendError::Missing { .. } => Failure::new(Exit::NoIndex, "index_missing", what)
            .or_try("search index corpus/       read the pages in corpus/ and build ./index"),
        BackendError::Foreign { .. } => Failure::new(Exit::NoIndex, "index_foreign", what)
            .or_try("search -i OTHER_DIR index  build the index somewhere else"),
        BackendError::OtherFormat { found, expected, .. } if found > expected => {
            Failure::new(Exit::NoIndex, "index_format", what)
                .or_try("search -i NEW_DIR index    or use the newer program that wrote it")
        }
        BackendError::OtherFormat { directory, .. } => Failure::new(Exit::NoIndex, "index_format", what)
            .or_try(format!("search -i {} index --full PATHS    read the pages again", directory.display())),
        BackendError::Damaged { directory, .. } => {
            let index = quoted(&directory.to_string_lossy());
            Failure::new(Exit::NoIndex, "index_damaged", what)
                .or_try(format!("search -i {index} doctor      which files are damaged, and what to do"))
        }
        BackendError::Busy { .. } => {
            Failure::new(Exit::Busy, "index_busy", what).or_try("the same with --wait; searching works meanwhile")
        }
        _ => Failure::new(Exit::Failed, "failed", what),
    }
}
