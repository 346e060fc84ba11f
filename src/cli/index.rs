//! `search index`: reads pages into the index, and says what it did.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use article_search::backend::embedded::{Patience, holds_index};
use article_search::ingest::preview::Preview;
use article_search::ingest::source::STANDARD_INPUT;
use article_search::model::report::{IngestReport, Progress};
use article_search::text::safe::shown;
use article_search::{Config, Engine, Error, ReadOptions, RunOptions, Sources, preview, rebuild};
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::{IndexArguments, ReadingArguments};
use super::failure::{Exit, Failure};
use super::grammar::quoted;
use super::locate;
use super::print::{counted, style};
use super::report;
use super::session::Session;
use super::summary::{summarise, summarise_as};
use super::temporary::TemporaryFolder;

/// How often progress is said where nobody watches a terminal.
const QUIET_INTERVAL: Duration = Duration::from_secs(10);

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &IndexArguments) -> Result<Exit, Failure> {
    check_paths(session, "index", &arguments.paths)?;
    let reading = read_options("index", &arguments.paths, &arguments.reading)?;
    use_threads(session, &arguments.reading)?;
    let directory = locate::index_to_write(session.common.index.as_deref(), &session.here);
    session.detail(&format!("index: {}", directory.display()));
    if arguments.dry_run {
        let sources = Sources::with(&arguments.paths, &reading).map_err(Error::from)?;
        return dry_run(session, arguments, (&sources, &directory));
    }
    let report = patiently(session, arguments.wait, |options| {
        let options = if arguments.prune { options.pruning() } else { options };
        write(session, arguments, (&directory, &options.reading(reading.clone())))
    })?;
    summarise(session, &report, &directory);
    if let Some(file) = &arguments.report {
        report::write(&report, file)?;
    }
    if arguments.json {
        report::print(session, &report)?;
    }
    if session.interrupt.cancel().is_cancelled() {
        return Ok(Exit::Interrupted);
    }
    Ok(if arguments.strict && !report.skipped.is_empty() { Exit::Skipped } else { Exit::Done })
}

/// Refuses paths where there is nothing: they may be the words of a search that begins with the name of `command`.
pub(super) fn check_paths(session: &Session, command: &str, paths: &[PathBuf]) -> Result<(), Failure> {
    let Some(missing) = paths.iter().find(|path| !is_standard_input(path) && !path.exists()) else { return Ok(()) };
    let failure = Failure::new(Exit::Usage, "no_such_path", format!("{}: no such file or folder", missing.display()));
    // What nobody typed is no word of a search.
    if paths == [session.corpus()] && std::env::args_os().all(|typed| typed != missing.as_os_str()) {
        return Err(failure.or_try(format!("search {command} PATHS      name what is to be read")));
    }
    let words: Vec<_> = paths.iter().map(|path| quoted(&path.to_string_lossy())).collect();
    Err(failure.or_try(format!("search -- {command} {}      to search for these words", words.join(" "))))
}

/// Does the `work` of a run with its options; while another run writes, waits for it if that is `wanted`, and says so.
pub(super) fn patiently<T>(
    session: &Session,
    wanted: bool,
    work: impl Fn(RunOptions) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let options = RunOptions::default().until(session.interrupt.cancel());
    with_patience(session, wanted, |patience| match patience {
        Patience::Refuse => work(options.clone()),
        Patience::Wait => work(options.clone().waiting()),
    })
}

/// [`patiently`] for what is no run.
pub(super) fn with_patience<T>(
    session: &Session,
    wanted: bool,
    work: impl Fn(Patience) -> Result<T, Failure>,
) -> Result<T, Failure> {
    match work(Patience::Refuse) {
        Err(failure) if wanted && failure.exit() == Exit::Busy => {
            session.note(&format!("waiting: {}", failure.what()));
            work(Patience::Wait)
        }
        done => done,
    }
}

fn write(
    session: &Session,
    arguments: &IndexArguments,
    (directory, options): (&Path, &RunOptions),
) -> Result<IngestReport, Failure> {
    let config = session.config();
    if arguments.full {
        let rebuilt = metered(session, |progress| rebuild(directory, &config, (&arguments.paths, options), progress));
        return Ok(rebuilt?.1);
    }
    let engine =
        if holds_index(directory) { Engine::open(directory, &config)? } else { Engine::create(directory, &config)? };
    run(session, &engine, (&arguments.paths, options))
}

/// What is to be read.
pub(super) fn sources(command: &str, paths: &[PathBuf], reading: &ReadingArguments) -> Result<Sources, Failure> {
    Ok(Sources::with(paths, &read_options(command, paths, reading)?).map_err(Error::from)?)
}

/// How `paths` are read; `command` is one that takes standard input instead.
///
/// A pipe, a device or a socket is never opened by its name: it could block the run for good.
pub(super) fn read_options(
    command: &str,
    paths: &[PathBuf],
    reading: &ReadingArguments,
) -> Result<ReadOptions, Failure> {
    let is_special = |path: &&PathBuf| path.exists() && !path.is_dir() && !path.is_file();
    if let Some(special) = paths.iter().find(is_special) {
        let what = format!("{}: not a regular file", special.display());
        return Err(Failure::new(Exit::Usage, "not_a_file", what)
            .or_try("save it as a file, and name that")
            .or_try(format!("... | search {command} --format jsonl -        to read what another program writes")));
    }
    if paths.iter().any(|path| is_standard_input(path)) && reading.format.is_none() {
        let what = "the format of standard input is not named";
        return Err(
            Failure::new(Exit::Usage, "no_format", what).or_try(format!("... | search {command} --format jsonl -"))
        );
    }
    let mut options = ReadOptions::default();
    if let Some(format) = reading.format {
        options = options.with_format(format);
    }
    if let Some(fields) = &reading.map {
        options = options.with_fields(fields.clone());
    }
    if let Some(site) = &reading.site {
        options = options.of_site(site.clone());
    }
    Ok(options)
}

/// Has pages read by as many threads as are asked for; to be called before anything is read.
pub(super) fn use_threads(session: &Session, reading: &ReadingArguments) -> Result<(), Failure> {
    if let Some(jobs) = reading.jobs {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
        threads
            .map_err(|error| Failure::new(Exit::Failed, "threads", format!("cannot start {jobs} threads: {error}")))?;
    }
    session.debug(|| format!("{} to clean pages", counted(rayon::current_num_threads(), "thread")));
    Ok(())
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// Says what a run would do.
fn dry_run(
    session: &Session,
    arguments: &IndexArguments,
    (sources, directory): (&Sources, &Path),
) -> Result<Exit, Failure> {
    let mut meter = Meter::new(session);
    let index = holds_index(directory).then_some(directory);
    let started = Instant::now();
    let mut preview = preview(sources, index, &session.config(), &mut |progress| meter.show(session, progress))?;
    meter.bar.finish_and_clear();
    preview.report.took_seconds = started.elapsed().as_secs_f64();
    summarise_as(session, &preview.report, ("would index", directory));
    if let Some(file) = &arguments.report {
        report::write(&preview.report, file)?;
    }
    if arguments.json {
        report::print(session, &preview.report)?;
    }
    if arguments.removed {
        let mut output = session.output();
        show_removals(&mut output, &preview)?;
        output.flush()?;
    }
    Ok(if arguments.strict && !preview.report.skipped.is_empty() { Exit::Skipped } else { Exit::Done })
}

/// For each site what would be cut, by rule, the most frequent rule first.
fn show_removals(output: &mut impl Write, preview: &Preview) -> io::Result<()> {
    for (site, removals) in preview.removed.iter().filter(|(_, removals)| !removals.is_empty()) {
        writeln!(output, "{}", style::strong(&shown(site)))?;
        let mut removals: Vec<_> = removals.iter().collect();
        removals.sort_by(|left, right| right.1.lines.cmp(&left.1.lines).then(left.0.cmp(right.0)));
        for ((reason, rule), removal) in removals {
            let why = format!("{:>7}  {:<15} {}", removal.lines, reason.name(), rule);
            writeln!(output, "{}\n         {}", style::faint(&shown(&why)), shown(&removal.example))?;
        }
    }
    Ok(())
}

/// Indexes `paths`, showing how far it has come on standard error.
pub(super) fn run(
    session: &Session,
    engine: &Engine,
    (paths, options): (&[PathBuf], &RunOptions),
) -> Result<IngestReport, Failure> {
    Ok(metered(session, |progress| engine.ingest_with(paths, options, progress))?)
}

/// Indexes `paths` for as long as `place` is there; once pages were read, Ctrl-C ends it, and the folder goes.
pub(super) fn for_now(
    session: &Session,
    place: &TemporaryFolder,
    config: &Config,
    (paths, reading): (&[PathBuf], ReadOptions),
) -> Result<Engine, Failure> {
    let engine = Engine::create(place.path.join("index"), config)?;
    let options = RunOptions::default().until(session.interrupt.cancel()).reading(reading);
    run(session, &engine, (paths, &options))?;
    if session.interrupt.cancel().is_cancelled() {
        return Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted before all pages were read"));
    }
    Ok(engine)
}

/// Does `work`, showing how far it has come. Once it has come to something, Ctrl-C saves that before it ends the program.
fn metered<T>(session: &Session, work: impl FnOnce(&mut dyn FnMut(Progress)) -> T) -> T {
    let mut meter = Meter::new(session);
    let started = Instant::now();
    let done = work(&mut |progress| {
        session.interrupt.something_is_read();
        session.debug(|| {
            let Progress { pages, skipped, files, files_total } = progress;
            let seconds = started.elapsed().as_secs_f64();
            format!("after {seconds:.2} s: {files} / {files_total} files, {pages} pages, {skipped} skipped")
        });
        meter.show(session, progress);
    });
    session.interrupt.all_is_saved();
    meter.bar.finish_and_clear();
    done
}

/// A bar on a terminal, a line now and then elsewhere.
struct Meter {
    bar: ProgressBar,
    is_watched: bool,
    last_line: Instant,
}

impl Meter {
    fn new(session: &Session) -> Self {
        let is_watched = io::stderr().is_terminal() && !session.common.quiet && !session.common.no_progress;
        let bar = if is_watched { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = " reading   {bar:26} {pos} / {len} files   {msg}   eta {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, is_watched, last_line: Instant::now() }
    }

    fn show(&mut self, session: &Session, progress: Progress) {
        self.bar.set_length(progress.files_total as u64);
        self.bar.set_position(progress.files as u64);
        let rate = progress.pages as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        let message = format!("{} pages   {rate:.0}/s   {} skipped", progress.pages, progress.skipped);
        if !self.is_watched && !session.common.no_progress && self.last_line.elapsed() >= QUIET_INTERVAL {
            self.last_line = Instant::now();
            session.note(&format!("reading {} / {} files, {message}", progress.files, progress.files_total));
        }
        self.bar.set_message(message);
    }
}
