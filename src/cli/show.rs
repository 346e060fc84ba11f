//! `search show`: one page of the index, as it was cleaned, as it came, or as a page of the web.

use std::collections::BTreeSet;
use std::io::Write;

use article_search::model::article::Removed;
use article_search::{Document, DocumentId, Engine};

use super::arguments::ShowArguments;
use super::export::{Stripped, write_row};
use super::failure::{Exit, Failure};
use super::named::document_and_section;
use super::print::fold::folded;
use super::print::{article, html, style};
use super::session::Session;
use super::terminal::Terminal;

/// Copies of an article that are named.
const SHOWN_COPIES: usize = 20;

/// `search show PAGE`: one article, a section of it, what was stripped from it, or both together as the page had them.
pub(super) fn main(session: &Session, arguments: &ShowArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let (document, section) = document_and_section(session, &engine, &arguments.page)?;
    if let Some(section) = section.filter(|_| arguments.raw) {
        let what = format!("sections are of the cleaned article; --raw shows the whole page, not section `{section}`");
        return Err(Failure::new(Exit::Usage, "usage", what).or_try(format!("search show {} --raw", document.id)));
    }
    let section = section.map(|section| section_of(&document, section)).transpose()?;
    let terminal = session.terminal();
    let mut output = session.screen(terminal);
    if arguments.json {
        let row = Stripped::from_flag(arguments.removed).row(&document);
        write_row(&mut output, &row.with_kinship(engine.kinships().of(document.id)))?;
    } else if arguments.removed {
        document.article.removed.iter().try_for_each(|removed| show_removed(&mut output, removed, terminal))?;
    } else if arguments.raw {
        show_raw(&mut output, &document, terminal)?;
    } else if arguments.html {
        html::page(&mut output, &document, section)?;
    } else {
        article::page(&mut output, &document, (section, terminal.columns))?;
        show_copies(&mut output, &engine, &document, terminal)?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// The section that `name` numbers, when the article has it.
fn section_of(document: &Document, name: &str) -> Result<usize, Failure> {
    let sections = BTreeSet::from_iter(document.article.sections());
    if let Some(section) = name.parse().ok().filter(|section| sections.contains(section)) {
        return Ok(section);
    }
    let what = match (sections.first(), sections.last()) {
        (Some(first), Some(last)) if first < last => {
            format!("page {} has no section `{name}`; it has sections {first} to {last}", document.id)
        }
        (Some(only), _) => format!("page {} has no section `{name}`; it has section {only} only", document.id),
        _ => format!("page {} has no section `{name}`; nothing was left of it after cleaning", document.id),
    };
    let failure = Failure::new(Exit::Usage, "no_such_section", what);
    Err(failure.or_try(format!("search show {}           the whole article", document.id)))
}

/// Every line of the page as it stood there, whether it was stripped or not.
fn show_raw(output: &mut impl Write, document: &Document, terminal: Terminal) -> std::io::Result<()> {
    let blocks = document.article.blocks();
    let mut lines = blocks.iter().map(|block| folded(&block.text, &[], terminal.columns).join("\n"));
    lines.try_for_each(|line| writeln!(output, "{line}"))
}

/// Where else the article stands, and which of its pages stands for it.
fn show_copies(
    output: &mut impl Write,
    engine: &Engine,
    document: &Document,
    terminal: Terminal,
) -> Result<(), Failure> {
    let kinships = engine.kinships();
    let head = kinships.of(document.id).map_or(document.id, |kinship| DocumentId::from_u64(kinship.head));
    for copy in kinships.copies_of(head).into_iter().filter(|copy| *copy != document.id).take(SHOWN_COPIES) {
        let origin = engine.document(&copy.to_string())?.origin;
        let place = origin.url.clone().unwrap_or_else(|| origin.label());
        let what = if copy == head { "stands for it" } else { "the same article" };
        let lines = folded(&format!("{copy}  {place}  {what}"), &[], terminal.columns);
        let lines: Vec<_> = lines.iter().map(|line| style::faint(line)).collect();
        writeln!(output, "\n{}", lines.join("\n"))?;
    }
    Ok(())
}

fn show_removed(output: &mut impl Write, removed: &Removed, terminal: Terminal) -> std::io::Result<()> {
    let why = format!("{:<15} {}", removed.reason.name(), removed.rule);
    writeln!(output, "{}", style::faint(&why))?;
    let lines = folded(&removed.text, &[], terminal.columns.map(|columns| columns.saturating_sub(2)));
    lines.iter().try_for_each(|line| writeln!(output, "  {line}"))
}
