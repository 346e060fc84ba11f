//! Judged queries: asked of an index, and how good the order of the pages is. `search eval` prints it, `search settings
//! check` compares it before and after a change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use article_search::eval::EvaluationError;
use article_search::eval::collection::{Answers, JudgedQuery, Judgements, queries};
use article_search::eval::measures::{DEPTH, Figures, Measure};
use article_search::eval::run::Run;
use article_search::model::page::Origin;
use article_search::{Engine, Error, Query};

use super::failure::Failure;

/// Where the judged queries are.
pub(super) struct Files {
    pub(super) queries: PathBuf,
    pub(super) qrels: PathBuf,
    pub(super) answers: Option<PathBuf>,
}

/// Queries with at least one page that is right, and what is right.
pub(super) struct Judged {
    pub(super) queries: Vec<JudgedQuery>,
    /// Queries left out because no page is right for them.
    pub(super) unjudged: usize,
    pub(super) judgements: Judgements,
    pub(super) answers: Option<Answers>,
}

impl Judged {
    /// Reads them.
    pub(super) fn read(files: &Files) -> Result<Self, Failure> {
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

    /// Asks the queries; for the first passages of the first hits, too, where a length is given, in characters.
    pub(super) fn ask(&self, engine: &Engine, passages: Option<usize>) -> Result<Asked, Failure> {
        let named = self.judgements.pages();
        let mut asked = Asked { run: Run::default(), passages: vec![] };
        for query in &self.queries {
            let order = match engine.order(&Query::new(&query.text).limit(DEPTH)) {
                // A filter in the words that names nothing finds nothing.
                Err(Error::Filter(_)) => continue,
                order => order?,
            };
            for placed in &order {
                let score: f64 = placed.score.to_string().parse().unwrap_or_default();
                asked.run.add(&query.id, &name_of(&placed.origin, &placed.id.to_string(), &named), score);
            }
            if let Some(length) = passages {
                let shortest = Query::new(&query.text).limit(1).passages(1).passage_characters(length);
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

    /// The figures of each query, in order; `length` is that of the passages.
    pub(super) fn figures(&self, asked: &Asked, length: usize) -> Vec<Figures> {
        let passages: BTreeMap<&str, &FirstPassage> =
            asked.passages.iter().map(|first| (first.qid.as_str(), first)).collect();
        let figures = self.queries.iter().map(|query| {
            let grades = self.judgements.of(&query.id).cloned().unwrap_or_default();
            let mut figures = Figures::of(&grades, &asked.run.pages(&query.id));
            // The gains of no pages sum up to -0.0, which nobody wants to read.
            figures.ndcg += 0.0;
            if let (Some(answers), Some(first)) = (&self.answers, passages.get(query.id.as_str())) {
                let is_right = grades.get(&first.id).is_some_and(|&grade| grade > 0);
                let holds = is_right && answers.holds(&query.id, &first.passage, length);
                figures.answered = f64::from(u8::from(holds));
            }
            figures
        });
        figures.collect()
    }

    /// What is worth printing: passages are judged only where answers are known.
    pub(super) fn measures(&self) -> Vec<Measure> {
        let all = Measure::ALL.into_iter();
        all.filter(|&measure| measure != Measure::Answered || self.answers.is_some()).collect()
    }

    /// The kinds of the queries and the places of theirs.
    pub(super) fn kinds(&self) -> BTreeMap<&str, Vec<usize>> {
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
pub(super) struct Asked {
    pub(super) run: Run,
    pub(super) passages: Vec<FirstPassage>,
}

/// The first passage of the first hit.
#[derive(serde::Serialize)]
pub(super) struct FirstPassage {
    qid: String,
    id: String,
    passage: String,
}

/// The name under which a page is judged; where it is not, its key, else its address, else its path.
fn name_of(origin: &Origin, id: &str, judged: &BTreeSet<&str>) -> String {
    let place = origin.record.map(|record| format!("{}#{record}", origin.path));
    let names = [origin.key.clone(), origin.url.clone(), place, Some(origin.path.clone()), Some(id.to_owned())];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let name = names.iter().find(|name| judged.contains(name.as_str())).or(names.first());
    name.cloned().unwrap_or_default()
}
