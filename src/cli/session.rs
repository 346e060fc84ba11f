//! What every command needs: the common flags, where it stands, and where text goes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use article_search::text::safe::shown;
use article_search::{Config, Engine, RunOptions, saved_knowledge};

use super::arguments::CommonArguments;
use super::config::FileSettings;
use super::failure::{Exit, Failure};
use super::index;
use super::interrupt::Interrupt;
use super::locate::{self, Located};
use super::print::{Look, counted, megabytes};
use super::screen::{Screen, USUAL, pager_of};
use super::summary;
use super::terminal::Terminal;
use super::verbosity::Verbosity;

/// One run of the program.
pub(super) struct Session {
    pub(super) common: CommonArguments,
    pub(super) here: PathBuf,
    pub(super) interrupt: Interrupt,
    pub(super) settings: FileSettings,
    pub(super) verbosity: Verbosity,
}

impl Session {
    /// Standard output for rows and short texts: with or without colour as the flag, the environment and the terminal say.
    pub(super) fn output(&self) -> Screen {
        Screen::new(Terminal::of(&self.common), None)
    }

    /// Standard output for texts that may be longer than the screen.
    pub(super) fn screen(&self, terminal: Terminal) -> Screen {
        let own = |name: &str| (name == USUAL).then(|| self.settings.pager.clone()).flatten();
        let pager = pager_of(&|name| std::env::var(name).ok().or_else(|| own(name)));
        Screen::new(terminal, pager.filter(|_| !self.common.no_pager))
    }

    /// What standard output understands.
    pub(super) fn terminal(&self) -> Terminal {
        Terminal::of(&self.common)
    }

    /// How an answer is laid out on `terminal`.
    pub(super) fn look(&self, terminal: Terminal) -> Look<'_> {
        let links_from = terminal.has_links.then_some(self.here.as_path());
        Look { columns: terminal.columns, links_from, has_best: true }
    }

    /// Tells a person something beside the results; silent with `--quiet`. Lines stay, what steers a terminal does not.
    pub(super) fn note(&self, text: &str) {
        if !self.common.quiet {
            let lines: String = text.lines().flat_map(|line| [shown(line), "\n".into()]).collect();
            // Standard error may be closed; there is nobody left to tell.
            let _ = io::stderr().write_all(lines.as_bytes());
        }
    }

    /// [`Session::note`] for those who want to know more.
    pub(super) fn detail(&self, text: &str) {
        if self.verbosity >= Verbosity::Info {
            self.note(text);
        }
    }

    /// [`Session::note`] for those who want to know all; `text` is made for them alone.
    pub(super) fn debug(&self, text: impl FnOnce() -> String) {
        if self.verbosity >= Verbosity::Debug {
            self.note(&format!("debug: {}", text()));
        }
    }

    /// Where pages are read from when no path is given: `SEARCH_CORPUS`, else what `search.toml` says, else `corpus/`.
    pub(super) fn corpus(&self) -> PathBuf {
        let named = std::env::var_os("SEARCH_CORPUS").filter(|name| !name.is_empty()).map(PathBuf::from);
        named.or_else(|| self.settings.corpus.clone()).unwrap_or_else(|| PathBuf::from("corpus"))
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
        let Ok(Located::Index(directory)) = locate::index_to_search(None, (&self.here, &self.corpus())) else { return };
        let corpus = directory.with_file_name("corpus");
        // A hint, no more: the answer is there already.
        if self.common.index.is_none() && engine.is_behind(&corpus).unwrap_or(false) {
            self.note("corpus/ has changed since it was indexed: search index");
        }
    }

    /// Where the index is that is read; `None` before there is one.
    pub(super) fn index_directory(&self) -> Option<PathBuf> {
        match locate::index_to_search(self.common.index.as_deref(), (&self.here, &self.corpus())) {
            Ok(Located::Index(directory) | Located::Corpus { index: directory, .. }) => Some(directory),
            Err(_) => None,
        }
    }

    /// Opens the index to be read; where there is none but a `corpus/`, builds it first.
    pub(super) fn open(&self) -> Result<Engine, Failure> {
        self.open_with(&self.config())
    }

    /// [`Session::open`] with settings of the command's own.
    pub(super) fn open_with(&self, config: &Config) -> Result<Engine, Failure> {
        match locate::index_to_search(self.common.index.as_deref(), (&self.here, &self.corpus()))? {
            Located::Index(directory) => {
                self.detail(&format!("index: {}", directory.display()));
                let started = Instant::now();
                let engine = Engine::open(&directory, config)?;
                self.debug(|| opened(&engine, &directory, started.elapsed()));
                Ok(engine)
            }
            Located::Corpus { corpus, index: directory } => {
                self.detail(&format!("index: {}", directory.display()));
                self.note("no index yet: reading corpus/ into index/ first");
                let engine = Engine::create(&directory, config)?;
                let options = RunOptions::default().until(self.interrupt.cancel());
                let report = index::run(self, &engine, (&[corpus], &options))?;
                summary::summarise(self, &report, &directory);
                if self.interrupt.cancel().is_cancelled() {
                    return Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted before the search")
                        .or_try("search index               go on from there"));
                }
                Ok(engine)
            }
        }
    }
}

/// What an index holds, how long opening it took, and whether knowledge is saved with it.
fn opened(engine: &Engine, directory: &Path, time: Duration) -> String {
    let figures = engine.stats().map(|stats| stats.index);
    let figures = figures.map_or_else(
        |error| error.to_string(),
        |index| {
            let (pages, segments) = (counted(index.pages, "page"), counted(index.segments, "segment"));
            format!("{pages} in {segments}, {}", megabytes(index.bytes))
        },
    );
    let saved = if saved_knowledge(directory).is_dir() { ", with knowledge of its own" } else { "" };
    format!("opened in {:.1} ms: {figures}{saved}", time.as_secs_f64() * 1e3)
}
