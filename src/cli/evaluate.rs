//! `search eval`: asks judged queries and says how good the order of the pages is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use article_search::eval::compare::{Difference, paired_bootstrap};
use article_search::eval::measures::{Figures, Measure};
use article_search::eval::run::Run;
use article_search::text::safe::shown;
use article_search::{Config, ReadOptions};
use serde_json::json;

use super::arguments::EvalArguments;
use super::failure::{Exit, Failure};
use super::index;
use super::judged::{Files, Judged};
use super::print::rows::{self, Versioned};
use super::print::style;
use super::session::Session;
use super::temporary::TemporaryFolder;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &EvalArguments) -> Result<Exit, Failure> {
    let files = files(arguments)?;
    let judged = Judged::read(&files)?;
    let wants_passages = arguments.passages.is_some() || judged.answers.is_some();
    let passages = wants_passages.then_some(arguments.passage_chars);
    let asked = match &arguments.collection {
        Some(folder) => {
            let place = TemporaryFolder::new("eval")?;
            let corpus = [folder.join("corpus.jsonl")];
            let engine =
                index::for_now(session, &place, &config(session, arguments), (&corpus, ReadOptions::default()))?;
            judged.ask(&engine, passages)?
        }
        None => judged.ask(&session.open_with(&config(session, arguments))?, passages)?,
    };
    if let Some(path) = &arguments.run {
        let mut output = writable(path)?;
        asked.run.write(&mut output)?;
        output.flush()?;
    }
    if let Some(path) = &arguments.passages {
        let mut output = writable(path)?;
        asked.passages.iter().try_for_each(|passage| rows::row(&mut output, passage))?;
        output.flush()?;
    }
    let baseline = arguments.baseline.as_deref().map(Run::read).transpose()?;
    let figures = judged.figures(&asked, arguments.passage_chars);
    print(session, (&judged, &figures), baseline.as_ref(), arguments)?;
    let all = Figures::mean(&figures);
    let below: Vec<String> = arguments
        .min
        .iter()
        .filter(|floor| all.get(floor.measure) < floor.least)
        .map(|floor| format!("{} {:.4} is below {}", floor.measure, all.get(floor.measure), floor.least))
        .collect();
    for what in &below {
        session.note(what);
    }
    Ok(if below.is_empty() { Exit::Done } else { Exit::NothingFound })
}

fn config(session: &Session, arguments: &EvalArguments) -> Config {
    match &arguments.weights {
        Some(file) => session.config().with_weights(file),
        None => session.config(),
    }
}

/// Where the judged queries are that are asked for.
fn files(arguments: &EvalArguments) -> Result<Files, Failure> {
    if let Some(folder) = &arguments.collection {
        let answers = folder.join("answers.jsonl");
        let answers = arguments.answers.clone().or_else(|| answers.is_file().then_some(answers));
        return Ok(Files { queries: folder.join("queries.tsv"), qrels: folder.join("qrels.trec"), answers });
    }
    match (&arguments.queries, &arguments.qrels) {
        (Some(queries), Some(qrels)) => {
            Ok(Files { queries: queries.clone(), qrels: qrels.clone(), answers: arguments.answers.clone() })
        }
        _ => Err(Failure::new(Exit::Usage, "usage", "name a collection, or queries and their judgements")
            .or_try("search eval COLLECTION")
            .or_try("search eval --queries queries.tsv --qrels judgements.tsv")),
    }
}

fn print(
    session: &Session,
    (judged, figures): (&Judged, &[Figures]),
    baseline: Option<&Run>,
    arguments: &EvalArguments,
) -> Result<(), Failure> {
    let mut output = session.output();
    let difference = baseline.map(|baseline| difference(judged, figures, baseline));
    if arguments.json {
        let part = |figures: &[Figures]| {
            let mean = Figures::mean(figures);
            let values: BTreeMap<&str, f64> = judged.measures().iter().map(|m| (m.name(), mean.get(*m))).collect();
            json!({ "queries": figures.len(), "measures": values })
        };
        let kinds: BTreeMap<&str, _> =
            judged.kinds().into_iter().map(|(kind, places)| (kind, part(&chosen(figures, &places)))).collect();
        let difference = difference.map(|(before, d)| {
            json!({ "before": before, "ndcg@10": d.mean, "low": d.low, "high": d.high, "p": d.p,
                    "better": d.better, "worse": d.worse })
        });
        let row = json!({ "all": part(figures), "kinds": kinds, "without_judgement": judged.unjudged,
                          "baseline": difference });
        rows::row(&mut output, &Versioned::new(row))?;
    } else {
        table(&mut output, judged, figures)?;
        if let Some((before, d)) = difference {
            writeln!(
                output,
                "against the baseline ({before:.4}): {} {:+.4}, 95 % between {:+.4} and {:+.4}, p {:.3}; {} queries better, {} worse",
                Measure::Ndcg,
                d.mean,
                d.low,
                d.high,
                d.p,
                d.better,
                d.worse
            )?;
        }
    }
    output.flush()?;
    if judged.unjudged > 0 {
        session.note(&format!("{} more without a relevant page: not counted", judged.unjudged));
    }
    Ok(())
}

/// One line for all queries, one for each kind.
fn table(output: &mut impl Write, judged: &Judged, figures: &[Figures]) -> Result<(), Failure> {
    let kinds = judged.kinds();
    let measures = judged.measures();
    let width = kinds.keys().map(|kind| kind.chars().count()).max().unwrap_or(0).max(3);
    let names: Vec<String> = measures.iter().map(|measure| format!("{:>9}", measure.name())).collect();
    let names = names.concat();
    writeln!(output, "{}", style::faint(&format!("{:<width$}  queries{names}", "")))?;
    let mut line = |name: &str, figures: &[Figures]| {
        let mean = Figures::mean(figures);
        let values: Vec<String> = measures.iter().map(|&measure| format!("{:>9.4}", mean.get(measure))).collect();
        let values = values.concat();
        writeln!(output, "{:<width$}  {:>7}{values}", shown(name), figures.len())
    };
    for (kind, places) in &kinds {
        line(kind, &chosen(figures, places))?;
    }
    Ok(line("all", figures)?)
}

fn chosen(figures: &[Figures], places: &[usize]) -> Vec<Figures> {
    places.iter().filter_map(|&at| figures.get(at).copied()).collect()
}

/// The baseline's mean, and how far these figures are from it.
fn difference(judged: &Judged, figures: &[Figures], baseline: &Run) -> (f64, Difference) {
    let before = judged.queries.iter().map(|query| {
        let grades = judged.judgements.of(&query.id).cloned().unwrap_or_default();
        Figures::of(&grades, &baseline.pages(&query.id))
    });
    let before: Vec<Figures> = before.collect();
    let of = |figures: &[Figures]| figures.iter().map(|figures| figures.ndcg).collect::<Vec<f64>>();
    (Figures::mean(&before).ndcg, paired_bootstrap(&of(&before), &of(figures)))
}

fn writable(path: &Path) -> Result<BufWriter<File>, Failure> {
    let file =
        File::create(path).map_err(|error| Failure::new(Exit::Failed, "io", format!("{}: {error}", path.display())))?;
    Ok(BufWriter::new(file))
}
