//! What a change of saved knowledge would do: to the pages of the corpus, and, by judged queries, to their order.
//!
//! Pages are read twice, with what is saved and with what would be; for the order twice more, into indexes that go away
//! again.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use article_search::eval::compare::paired_bootstrap;
use article_search::eval::measures::{Figures, Measure};
use article_search::text::safe::shown;
use article_search::{Config, Document, Sources, extract};

use super::arguments::{ReadingArguments, TrialArguments};
use super::failure::{Exit, Failure};
use super::index;
use super::judged::{Files, Judged};
use super::print::{counted, grouped, style};
use super::session::Session;
use super::temporary::TemporaryFolder;

/// Pages that are shown of those that would come out otherwise.
const SHOWN_PAGES: usize = 10;
/// Queries that are shown of those whose pages would stand otherwise.
const SHOWN_QUERIES: usize = 10;

/// Knowledge files as they are saved, and as they would be.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) saved: &'a Path,
    pub(super) new: &'a Path,
}

/// Says what a change would do.
pub(super) fn main(session: &Session, change: Change<'_>, trial: &TrialArguments) -> Result<Exit, Failure> {
    index::use_threads(session, &trial.reading)?;
    let corpus = session.corpus();
    let is_there = session.here.join(&corpus).exists();
    let (Some(queries), Some(qrels)) = (&trial.queries, &trial.qrels) else {
        if is_there {
            pages(session, change, (corpus, &trial.reading))?;
        } else {
            session.note("right; there is no corpus/ here to show what it would do (SEARCH_CORPUS names one)");
        }
        return Ok(Exit::Done);
    };
    if !is_there {
        let what = format!("{}: no such folder, and the pages are read from there to be ordered", corpus.display());
        return Err(
            Failure::new(Exit::Usage, "no_such_path", what).or_try("SEARCH_CORPUS=pages/ search settings check …")
        );
    }
    let judged = Judged::read(&Files { queries: queries.clone(), qrels: qrels.clone(), answers: None })?;
    pages(session, change, (corpus.clone(), &trial.reading))?;
    order(session, change, (&corpus, &trial.reading), &judged)?;
    Ok(Exit::Done)
}

/// Says by judged queries how the order of the pages would change.
fn order(
    session: &Session,
    change: Change<'_>,
    (corpus, reading): (&Path, &ReadingArguments),
    judged: &Judged,
) -> Result<(), Failure> {
    let corpus = [corpus.to_owned()];
    let reading = index::read_options("settings", &corpus, reading)?;
    let figures = |folder: &Path| -> Result<Vec<Figures>, Failure> {
        let place = TemporaryFolder::new("settings")?;
        let engine = index::for_now(session, &place, &config(folder), (&corpus, reading.clone()))?;
        Ok(judged.figures(&judged.ask(&engine, None)?, 0))
    };
    let (before, after) = (figures(change.saved)?, figures(change.new)?);
    let mut output = session.output();
    table(&mut output, judged, [&before, &after])?;
    let ndcg = |figures: &[Figures]| figures.iter().map(|figures| figures.ndcg).collect::<Vec<f64>>();
    let (before, after) = (ndcg(&before), ndcg(&after));
    let difference = paired_bootstrap(&before, &after);
    writeln!(
        output,
        "{} {:+.4}, 95 % between {:+.4} and {:+.4}, p {:.3}; of {} queries {} better, {} worse",
        Measure::Ndcg,
        difference.mean,
        difference.low,
        difference.high,
        difference.p,
        grouped(judged.queries.len()),
        difference.better,
        difference.worse
    )?;
    let moved = judged.queries.iter().zip(before.iter().zip(&after));
    let mut moved: Vec<_> = moved.filter(|(_, (before, after))| before.total_cmp(after).is_ne()).collect();
    moved.sort_by(|left, right| (left.1.1 - left.1.0).total_cmp(&(right.1.1 - right.1.0)));
    for (query, (before, after)) in moved.into_iter().take(SHOWN_QUERIES) {
        writeln!(output, "  {before:.4} → {after:.4}  {}  {}", shown(&query.id), style::faint(&query.text))?;
    }
    Ok(output.flush()?)
}

/// The means before and after, and by how much they differ.
fn table(output: &mut impl Write, judged: &Judged, [before, after]: [&[Figures]; 2]) -> Result<(), Failure> {
    let (before, after) = (Figures::mean(before), Figures::mean(after));
    let measures = judged.measures();
    let names: Vec<String> = measures.iter().map(|measure| format!("{:>9}", measure.name())).collect();
    writeln!(output, "{}", style::faint(&format!("{:<6}{}", "", names.concat())))?;
    for (name, figures) in [("before", before), ("after", after)] {
        let values: Vec<String> = measures.iter().map(|&measure| format!("{:>9.4}", figures.get(measure))).collect();
        writeln!(output, "{name:<6}{}", values.concat())?;
    }
    let change = measures.iter().map(|&measure| format!("{:>+9.4}", after.get(measure) - before.get(measure)));
    Ok(writeln!(output, "change{}", change.collect::<Vec<_>>().concat())?)
}

/// What a page is, as far as knowledge decides it.
type Outcome = BTreeMap<&'static str, String>;

/// Says which pages of the corpus would come out otherwise.
fn pages(
    session: &Session,
    change: Change<'_>,
    (corpus, reading): (PathBuf, &ReadingArguments),
) -> Result<(), Failure> {
    let sources = index::sources("settings", &[corpus], reading)?;
    let before = outcomes(&sources, &config(change.saved))?;
    let after = outcomes(&sources, &config(change.new))?;
    let mut output = session.output();
    let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
    let mut changed = 0;
    for (page, new) in &after {
        let old = before.get(page);
        let differing: Vec<_> =
            new.iter().filter(|(key, value)| old.and_then(|old| old.get(*key)) != Some(value)).collect();
        if differing.is_empty() {
            continue;
        }
        changed += 1;
        for (key, _) in &differing {
            *by_key.entry(key).or_default() += 1;
        }
        if changed <= SHOWN_PAGES {
            writeln!(output, "{}", style::strong(page))?;
            for (key, value) in differing {
                let was = old.and_then(|old| old.get(key)).map(String::as_str).unwrap_or_default();
                writeln!(output, "  {key:<8} {} → {}", shown(was), shown(value))?;
            }
        }
    }
    output.flush()?;
    let by_key: Vec<_> = by_key.iter().map(|(key, pages)| format!("{key} {pages}")).collect();
    let by_key = if by_key.is_empty() { String::new() } else { format!("   ({})", by_key.join(" · ")) };
    session.note(&format!("would change {} of {}{by_key}", counted(changed, "page"), after.len()));
    Ok(())
}

fn config(folder: &Path) -> Config {
    if folder.is_dir() { Config::default().with_knowledge(folder) } else { Config::default() }
}

fn outcomes(sources: &Sources, config: &Config) -> Result<BTreeMap<String, Outcome>, Failure> {
    let mut outcomes = BTreeMap::new();
    extract(sources, config, &mut |document| {
        if let Ok(document) = document {
            outcomes.insert(document.origin.label(), outcome(&document));
        }
        Ok(())
    })?;
    Ok(outcomes)
}

fn outcome(document: &Document) -> Outcome {
    let facets = &document.facets;
    let list = |values: Vec<&str>| values.join("; ");
    let characters: usize = document.article.parts.iter().map(|part| part.text.chars().count()).sum();
    BTreeMap::from([
        ("title", document.article.title.clone()),
        ("city", list(facets.cities.iter().map(|city| city.name.as_str()).collect())),
        ("clinic", list(facets.clinics.iter().map(|clinic| clinic.name.as_str()).collect())),
        ("topics", list(facets.topics.iter().map(|topic| topic.id.as_str()).collect())),
        ("verdict", facets.verdict.as_ref().map(|facet| facet.verdict.name().to_owned()).unwrap_or_default()),
        ("text", counted(characters, "character")),
    ])
}
