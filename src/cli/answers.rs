//! Answers on their way out, in the format that was asked for: results to standard output, notes to standard error.

use std::collections::HashSet;
use std::io::{self, Write};

use article_search::backend::embedded::holds_index;
use article_search::model::plan::Order;
use article_search::text::safe::shown;
use article_search::{Answer, Engine};
use clap::CommandFactory;

use super::arguments::{Arguments, OutputFormat, QueryArguments};
use super::failure::Failure;
use super::grammar;
use super::print::answer::{corrected, did_you_mean, empty_answer, footer, nearest_follow, pretty, understood};
use super::print::fold::folded;
use super::print::rows::{self, Unanswered, Versioned};
use super::print::style::faint;
use super::print::table::{self, Separator};
use super::print::template::Template;
use super::print::{Look, counted, markdown};
use super::screen::Screen;
use super::session::Session;
use super::terminal::Terminal;

/// How answers are to be printed.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) format: OutputFormat,
    /// Goes before the format.
    pub(super) template: Option<&'a Template>,
    /// Whether to say what a query was taken for.
    pub(super) is_explained: bool,
    /// What comes first.
    pub(super) order: Order,
    /// The page, from 1.
    pub(super) page: u32,
    /// As typed.
    pub(super) words: &'a [String],
}

impl<'a> From<&'a QueryArguments> for Wish<'a> {
    fn from(arguments: &'a QueryArguments) -> Self {
        Self {
            format: arguments.format(),
            template: arguments.template.as_ref(),
            is_explained: arguments.explain,
            order: arguments.sort.order(),
            page: arguments.page,
            words: &arguments.words,
        }
    }
}

/// Prints the answers of one run.
pub(super) struct Printer<'a> {
    session: &'a Session,
    engine: &'a Engine,
    wish: Wish<'a>,
    terminal: Terminal,
    screen: Screen,
    /// Notes that follow an answer, held back while it may go through a pager.
    notes: Vec<String>,
    /// Whether the names of the columns stand above the table.
    has_header: bool,
    /// Source files that were named.
    paths: HashSet<String>,
    /// Hits without an address, where addresses were asked for.
    without_address: usize,
}

impl<'a> Printer<'a> {
    /// A printer of answers of `engine`.
    pub(super) fn new(session: &'a Session, engine: &'a Engine, wish: impl Into<Wish<'a>>) -> Self {
        let wish = wish.into();
        let is_pretty = wish.template.is_none() && wish.format == OutputFormat::Pretty;
        let terminal = if is_pretty { session.terminal() } else { Terminal::PLAIN };
        let (notes, paths) = (vec![], HashSet::new());
        let screen = session.screen(terminal);
        Self { session, engine, wish, terminal, screen, notes, has_header: false, paths, without_address: 0 }
    }

    /// Prints an answer.
    pub(super) fn print(&mut self, answer: &Answer) -> Result<(), Failure> {
        let is_for_people = self.wish.template.is_none() && self.wish.format.is_screen();
        if !is_for_people {
            self.tell_beside(answer)?;
        }
        let output = &mut self.screen;
        if let Some(template) = self.wish.template {
            return Ok(answer.hits.iter().try_for_each(|hit| template.write(output, hit))?);
        }
        match self.wish.format {
            OutputFormat::Pretty | OutputFormat::Plain => return self.for_people(answer),
            OutputFormat::Ndjson => rows::hits(output, answer)?,
            OutputFormat::Json => rows::answer(output, answer)?,
            OutputFormat::Csv => self.table(answer, Separator::Comma)?,
            OutputFormat::Tsv => self.table(answer, Separator::Tab)?,
            OutputFormat::Md => markdown::answer(output, answer)?,
            OutputFormat::Urls => self.addresses(answer)?,
            OutputFormat::Paths => self.source_files(answer)?,
        }
        Ok(())
    }

    /// Says that a query could not be asked.
    pub(super) fn refuse(&mut self, (id, text): (&str, &str), failure: &Failure) -> Result<(), Failure> {
        self.session.note(&format!("query {}: {}", shown(id), shown(failure.what())));
        if self.wish.template.is_none() && self.wish.format == OutputFormat::Json {
            rows::row(&mut self.screen, &Versioned::new(Unanswered::new(id, text, failure.json())))?;
        }
        Ok(())
    }

    /// Ends the output; the notes follow.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        if self.without_address > 0 {
            let what = counted(self.without_address, "hit");
            self.notes.push(format!("{what} without an address left out; -o paths names their files"));
        }
        self.screen.finish()?;
        self.notes.iter().for_each(|note| self.session.note(note));
        Ok(())
    }

    fn for_people(&mut self, answer: &Answer) -> Result<(), Failure> {
        if self.wish.is_explained {
            let width = self.terminal.columns.map(|columns| columns.saturating_sub(1));
            for line in folded(&understood(answer), &[], width) {
                writeln!(self.screen, " {}", faint(&line))?;
            }
            writeln!(self.screen)?;
        }
        let corrected = corrected(answer).map(|note| format!(" {note}       (as typed: --exact)"));
        for note in [corrected, did_you_mean(answer)].into_iter().flatten() {
            self.session.note(&note);
        }
        if answer.hits.is_empty() && self.wish.page > 1 && answer.total > 0 {
            let (pages, number) = (counted(answer.total, "page"), self.wish.page);
            return Ok(self.note(&format!(" {pages}: there is no page {number} of the answer"))?);
        }
        if answer.hits.is_empty() {
            if let Some(id) = &answer.qid {
                writeln!(self.screen, "{}: nothing found", shown(id))?;
            }
            let typed: Vec<_> = std::env::args_os().filter(|_| answer.qid.is_none()).collect();
            let flags = grammar::flags_of(&typed, &Arguments::command(), "q");
            self.note(&empty_answer(answer, self.engine.written_at(), &flags))?;
            return Ok(self.note_mistyped_command()?);
        }
        let ids: Vec<_> = answer.hits.iter().map(|hit| hit.row.id).collect();
        let short_ids = self.engine.short_ids(&ids)?;
        let has_best = self.wish.page == 1 && self.wish.order == Order::Relevance;
        pretty(&mut self.screen, answer, &short_ids, Look { has_best, ..self.session.look(self.terminal) })?;
        let page = self.wish.page.saturating_add(1);
        let next = if answer.more { format!(" · next: -p {page}") } else { String::new() };
        Ok(self.note(&(footer(answer, &short_ids) + &next))?)
    }

    /// Says beside rows what people read above an answer: what was searched for instead, and that hits are only near.
    /// An object of `-o json` holds it.
    fn tell_beside(&mut self, answer: &Answer) -> io::Result<()> {
        if self.wish.template.is_none() && self.wish.format == OutputFormat::Json {
            return Ok(());
        }
        let name = answer.qid.as_ref().map(|id| format!("{}: ", shown(id))).unwrap_or_default();
        let corrected = corrected(answer).map(|note| format!("{note}   (as typed: --exact)"));
        let understood = self.wish.is_explained.then(|| understood(answer));
        for note in [understood, corrected, did_you_mean(answer), nearest_follow(answer)].into_iter().flatten() {
            self.session.note(&format!("{name}{note}"));
        }
        if answer.hits.is_empty() && answer.total == 0 { self.note_mistyped_command() } else { Ok(()) }
    }

    /// Tells something behind what was printed so far.
    fn note(&mut self, text: &str) -> io::Result<()> {
        if self.screen.is_holding() {
            self.notes.push(text.to_owned());
            return Ok(());
        }
        self.screen.flush()?;
        self.session.note(text);
        Ok(())
    }

    /// `search idnex corpus/` is a query; an existing path among its words says that it was meant otherwise.
    fn note_mistyped_command(&mut self) -> io::Result<()> {
        let here = &self.session.here;
        // The folder of the index is mostly there, and nothing to be read.
        let looks_like_path = |word: &&String| {
            let path = here.join(word.as_str());
            !word.trim().is_empty() && path.exists() && !holds_index(&path)
        };
        // Whoever wrote the command and has it taken for a word meant that.
        let is_command = self.wish.words.first().is_some_and(|word| word == "index");
        let mut after = self.wish.words.iter().skip(1).filter(|_| !is_command);
        let Some(path) = after.find(looks_like_path) else { return Ok(()) };
        self.note(&format!("did you mean the command: search index {}", shown(path)))
    }

    fn table(&mut self, answer: &Answer, separator: Separator) -> io::Result<()> {
        if !std::mem::replace(&mut self.has_header, true) {
            table::header(&mut self.screen, separator)?;
        }
        table::rows(&mut self.screen, &answer.hits, separator)
    }

    fn addresses(&mut self, answer: &Answer) -> io::Result<()> {
        for hit in &answer.hits {
            match &hit.row.url {
                Some(address) => writeln!(self.screen, "{}", shown(address))?,
                None => self.without_address += 1,
            }
        }
        Ok(())
    }

    fn source_files(&mut self, answer: &Answer) -> io::Result<()> {
        for hit in &answer.hits {
            if self.paths.insert(hit.row.path.clone()) {
                writeln!(self.screen, "{}", shown(&hit.row.path))?;
            }
        }
        Ok(())
    }
}
