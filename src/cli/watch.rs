//! `search watch`: indexes a folder again whenever its files change.
//!
//! It looks at the files now and then, as a run does: that works on every file system, costs a look at each file, and
//! misses nothing that a run would see.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use article_search::backend::embedded::holds_index;
use article_search::ingest::source::STANDARD_INPUT;
use article_search::model::source::Stamp;
use article_search::{Engine, ReadOptions, RunOptions, Sources};

use super::arguments::WatchArguments;
use super::failure::{Exit, Failure};
use super::session::Session;
use super::summary::summarise;
use super::{index, locate, report};

/// How often files are looked at, at most ...
const INTERVAL: Duration = Duration::from_secs(1);
/// ... and so many times longer than looking takes.
const REST: u32 = 20;

/// How the files look.
type Looks = Vec<(PathBuf, Stamp)>;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &WatchArguments) -> Result<Exit, Failure> {
    if arguments.paths.iter().any(|path| path.as_os_str() == STANDARD_INPUT) {
        let what = "standard input cannot be watched";
        return Err(Failure::new(Exit::Usage, "not_a_file", what).or_try("search watch FOLDER"));
    }
    index::check_paths(session, "watch", &arguments.paths)?;
    // What no folder holds is for a run of its own.
    let reading = index::read_options("index", &arguments.paths, &arguments.reading)?;
    index::use_threads(session, &arguments.reading)?;
    let directory = locate::index_to_write(session.common.index.as_deref(), &session.here);
    session.detail(&format!("index: {}", directory.display()));
    let config = session.config();
    let engine =
        if holds_index(&directory) { Engine::open(&directory, &config)? } else { Engine::create(&directory, &config)? };
    let options = RunOptions::default().until(session.interrupt.cancel()).waiting().reading(reading.clone());
    let options = if arguments.prune { options.pruning() } else { options };
    loop {
        let before = looks(&arguments.paths, &reading);
        let report = index::run(session, &engine, (&arguments.paths, &options))?;
        summarise(session, &report, &directory);
        if arguments.json {
            report::print(session, &report)?;
        }
        if session.interrupt.cancel().is_cancelled() {
            return Ok(Exit::Interrupted);
        }
        if !has_settled_otherwise(arguments, &reading, &before) {
            return Ok(Exit::Done);
        }
    }
}

/// Waits until the files have changed and then stayed as they are for a while; false, when it is to end instead.
fn has_settled_otherwise(arguments: &WatchArguments, reading: &ReadOptions, indexed: &Looks) -> bool {
    let (mut last, mut since) = (indexed.clone(), Instant::now());
    loop {
        let started = Instant::now();
        let now = looks(&arguments.paths, reading);
        if now != last {
            (last, since) = (now, started);
        }
        let has_settled = since.elapsed() >= arguments.debounce;
        // A folder that is gone is waited for.
        if has_settled && last != *indexed && !last.is_empty() {
            return true;
        }
        if has_settled && arguments.once_idle {
            return false;
        }
        thread::sleep(arguments.debounce.min(INTERVAL).max(started.elapsed() * REST));
    }
}

fn looks(paths: &[PathBuf], reading: &ReadOptions) -> Looks {
    let sources = Sources::with(paths, reading).map_or_else(|_| vec![], |sources| sources.files);
    sources.iter().map(|file| (file.path().to_owned(), file.stamp())).collect()
}
