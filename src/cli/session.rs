//! What every command needs: the common flags, where it stands, and where text goes.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use anstream::{AutoStream, ColorChoice};
use article_search::text::safe::shown;
use article_search::{Config, Engine, RunOptions};

use super::arguments::{ColorWhen, CommonArguments};
use super::failure::{Exit, Failure};
use super::index;
use super::interrupt::Interrupt;
use super::locate::{self, Located};

/// One run of the program.
pub(super) struct Session {
    pub(super) common: CommonArguments,
    pub(super) here: PathBuf,
    pub(super) interrupt: Interrupt,
}

impl Session {
    /// Standard output, buffered, with or without colour as the flag, the environment and the terminal say.
    pub(super) fn output(&self) -> io::BufWriter<AutoStream<io::StdoutLock<'static>>> {
        let choice = match self.common.color {
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
            ColorWhen::Auto => AutoStream::choice(&io::stdout()),
        };
        io::BufWriter::new(AutoStream::new(io::stdout().lock(), choice))
    }

    /// Tells a person something beside the results; silent with `--quiet`. Lines stay, what steers a terminal does not.
    pub(super) fn note(&self, text: &str) {
        if !self.common.quiet {
            let lines: String = text.lines().flat_map(|line| [shown(line), "\n".into()]).collect();
            // Standard error may be closed; there is nobody left to tell.
            let _ = io::stderr().write_all(lines.as_bytes());
        }
    }

    /// Columns to fold text to; `None` where nobody looks at it on a terminal.
    pub(super) fn width() -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Some(terminal.unwrap_or(100).clamp(40, 120))
    }

    /// Settings of the engine.
    pub(super) fn config(&self) -> Config {
        let config = Config::default();
        let config = if self.common.verify { config.verifying() } else { config };
        let config = if self.common.no_mmap { config.without_maps() } else { config };
        match &self.common.knowledge {
            Some(directory) => config.with_knowledge(directory),
            None => config,
        }
    }

    /// Says so when the `corpus/` beside an index that was not named holds what the index has not seen.
    pub(super) fn note_newer_corpus(&self, engine: &Engine) {
        let Ok(Located::Index(directory)) = locate::index_to_search(None, &self.here) else { return };
        let corpus = directory.with_file_name("corpus");
        // A hint, no more: the answer is there already.
        if self.common.index.is_none() && engine.is_behind(&corpus).unwrap_or(false) {
            self.note("corpus/ has changed since it was indexed: search index");
        }
    }

    /// Opens the index to be read; where there is none but a `corpus/`, builds it first.
    pub(super) fn open(&self) -> Result<Engine, Failure> {
        self.open_with(&self.config())
    }

    /// [`Session::open`] with settings of the command's own.
    pub(super) fn open_with(&self, config: &Config) -> Result<Engine, Failure> {
        match locate::index_to_search(self.common.index.as_deref(), &self.here)? {
            Located::Index(directory) => Ok(Engine::open(directory, config)?),
            Located::Corpus { corpus, index: directory } => {
                self.note("no index yet: reading corpus/ into index/ first");
                let engine = Engine::create(&directory, config)?;
                let options = RunOptions::default().until(self.interrupt.cancel());
                let report = index::run(self, &engine, (&[corpus], &options))?;
                index::summarise(self, &report, &directory);
                if self.interrupt.cancel().is_cancelled() {
                    return Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted before the search")
                        .or_try("search index               go on from there"));
                }
                Ok(engine)
            }
        }
    }
}
