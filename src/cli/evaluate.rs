//! `search eval`: asks judged queries and says how good the order of the pages is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use article_search::eval::collection::{Answers, JudgedQuery, Judgements, queries};
use article_search::eval::compare::paired_bootstrap;
use article_search::eval::measures::{DEPTH, Figures, Measure};
use article_search::eval::run::Run;
use article_search::eval::{EvaluationError, compare::Difference};
use article_search::model::page::Origin;
use article_search::model::query::Query;
use article_search::text::safe::shown;
use article_search::{Config, Engine, Error, RunOptions};
use serde_json::json;

use super::arguments::EvalArguments;
use super::failure::{Exit, Failure};
use super::index;
use super::print::rows::{self, Versioned};
use super::print::style;
use super::session::Session;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &EvalArguments) -> Result<Exit, Failure> {
    let files = Files::of(arguments)?;
    let judged = Judged::read(&files)?;
    let asked = match &arguments.collection {
        Some(folder) => {
            let place = TemporaryFolder::new()?;
            let engine = Engine::create(place.path.join("index"), &config(session, arguments))?;
            index::run(session, &engine, (&[folder.join("corpus.jsonl")], &RunOptions::default()))?;
            ask(&engine, &judged, arguments)?
        }
        None => ask(&session.open_with(&config(session, arguments))?, &judged, arguments)?,
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
    let figures = judged.figures(&asked, arguments);
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

/// Where the judged queries are.
struct Files {
    queries: PathBuf,
    qrels: PathBuf,
    answers: Option<PathBuf>,
}

impl Files {
    fn of(arguments: &EvalArguments) -> Result<Self, Failure> {
        if let Some(folder) = &arguments.collection {
            let answers = folder.join("answers.jsonl");
            let answers = arguments.answers.clone().or_else(|| answers.is_file().then_some(answers));
            return Ok(Self { queries: folder.join("queries.tsv"), qrels: folder.join("qrels.trec"), answers });
        }
        match (&arguments.queries, &arguments.qrels) {
            (Some(queries), Some(qrels)) => {
                Ok(Self { queries: queries.clone(), qrels: qrels.clone(), answers: arguments.answers.clone() })
            }
            _ => Err(Failure::new(Exit::Usage, "usage", "name a collection, or queries and their judgements")
                .or_try("search eval COLLECTION")
                .or_try("search eval --queries queries.tsv --qrels judgements.tsv")),
        }
    }
}

/// Queries with at least one page that is right, and what is right.
struct Judged {
    queries: Vec<JudgedQuery>,
    /// Queries left out because no page is right for them.
    unjudged: usize,
    judgements: Judgements,
    answers: Option<Answers>,
}

impl Judged {
    fn read(files: &Files) -> Result<Self, Failure> {
        let judgements = Judgements::read(&files.qrels)?;
        let all = queries(&files.queries)?;
        let answers = files.answers.as_deref().map(Answers::read).transpose()?;
        let (queries, unjudged): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|query| judgements.of(&query.id).is_some());
        if queries.is_empty() {
            return Err(EvaluationError::NothingJudged { queries: files.queries.clone() }.into());
        }
        Ok(Self { queries, unjudged: unjudged.len(), judgements, answers })
    }

    /// The figures of each query, in order.
    fn figures(&self, asked: &Asked, arguments: &EvalArguments) -> Vec<Figures> {
        let passages: BTreeMap<&str, &FirstPassage> =
            asked.passages.iter().map(|first| (first.qid.as_str(), first)).collect();
        let figures = self.queries.iter().map(|query| {
            let grades = self.judgements.of(&query.id).cloned().unwrap_or_default();
            let mut figures = Figures::of(&grades, &asked.run.pages(&query.id));
            if let (Some(answers), Some(first)) = (&self.answers, passages.get(query.id.as_str())) {
                let is_right = grades.get(&first.id).is_some_and(|&grade| grade > 0);
                let holds = is_right && answers.holds(&query.id, &first.passage, arguments.passage_chars);
                figures.answered = f64::from(u8::from(holds));
            }
            figures
        });
        figures.collect()
    }

    /// What is worth printing: passages are judged only where answers are known.
    fn measures(&self) -> Vec<Measure> {
        let all = Measure::ALL.into_iter();
        all.filter(|&measure| measure != Measure::Answered || self.answers.is_some()).collect()
    }

    /// The kinds of the queries and the places of theirs.
    fn kinds(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, query) in self.queries.iter().enumerate() {
            if let Some(kind) = &query.kind {
                kinds.entry(kind).or_default().push(at);
            }
        }
        kinds
    }
}

/// What the engine answered.
struct Asked {
    run: Run,
    passages: Vec<FirstPassage>,
}

/// The first passage of the first hit.
#[derive(serde::Serialize)]
struct FirstPassage {
    qid: String,
    id: String,
    passage: String,
}

fn ask(engine: &Engine, judged: &Judged, arguments: &EvalArguments) -> Result<Asked, Failure> {
    let named = judged.judgements.pages();
    let mut asked = Asked { run: Run::default(), passages: vec![] };
    let wants_passages = arguments.passages.is_some() || judged.answers.is_some();
    for query in &judged.queries {
        let order = match engine.order(&Query::new(&query.text).limit(DEPTH)) {
            // A filter in the words that names nothing finds nothing.
            Err(Error::Filter(_)) => continue,
            order => order?,
        };
        for placed in &order {
            let score: f64 = placed.score.to_string().parse().unwrap_or_default();
            asked.run.add(&query.id, &name_of(&placed.origin, &placed.id.to_string(), &named), score);
        }
        if wants_passages {
            let shortest = Query::new(&query.text).limit(1).passages(1).passage_characters(arguments.passage_chars);
            let answer = engine.search(&shortest)?;
            asked.passages.extend(answer.hits.first().map(|hit| {
                let row = &hit.row;
                let (path, record, key, url) = (row.path.clone(), row.record, row.key.clone(), row.url.clone());
                let origin = Origin { record, key, url, ..Origin::at(path) };
                let passage = hit.passages.first().map(|passage| passage.text.clone()).unwrap_or_default();
                FirstPassage { qid: query.id.clone(), id: name_of(&origin, &row.id.to_string(), &named), passage }
            }));
        }
    }
    Ok(asked)
}

/// The name under which a page is judged; where it is not, its key, else its address, else its path.
fn name_of(origin: &Origin, id: &str, judged: &BTreeSet<&str>) -> String {
    let place = origin.record.map(|record| format!("{}#{record}", origin.path));
    let names = [origin.key.clone(), origin.url.clone(), place, Some(origin.path.clone()), Some(id.to_owned())];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let name = names.iter().find(|name| judged.contains(name.as_str())).or(names.first());
    name.cloned().unwrap_or_default()
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

/// A folder that goes away with its value.
struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    /// Names that are tried before giving up.
    const TRIES: u32 = 100;

    fn new() -> Result<Self, Failure> {
        let place = std::env::temp_dir();
        for attempt in 0..Self::TRIES {
            let path = place.join(format!("search-eval-{}-{attempt}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(Failure::new(Exit::Failed, "io", format!("{}: {error}", path.display())));
                }
            }
        }
        Err(Failure::new(Exit::Failed, "io", format!("{}: no free name for a folder", place.display())))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What is left there is the system's to clear away.
        let _ = fs::remove_dir_all(&self.path);
    }
}
