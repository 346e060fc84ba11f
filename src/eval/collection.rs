//! Judged queries as files: what is asked, which pages are right, which texts answer.
//!
//! ```text
//! queries   qid<TAB>text, or a header that names the columns `qid`, `query` and perhaps `kind`
//! qrels     qid<TAB>page<TAB>grade, or TREC's four columns: qid 0 page grade
//! answers   {"qid": ..., "answers": [text, ...]}, one object a line
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::{EvaluationError, cells, read};

/// A query of which is known what is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedQuery {
    /// Its name.
    pub id: String,
    /// What is typed.
    pub text: String,
    /// What sort of query it is, where the file says.
    pub kind: Option<String>,
}

/// Reads queries.
///
/// # Errors
/// [`EvaluationError`] when the file cannot be read, or a line has no text.
pub fn queries(file: &Path) -> Result<Vec<JudgedQuery>, EvaluationError> {
    let text = read(file)?;
    let header: Vec<&str> = text.lines().next().unwrap_or_default().split('\t').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|title| *title == name);
    let (has_header, id, query, kind) = match (column("qid"), column("query")) {
        (Some(id), Some(query)) => (true, id, query, column("kind")),
        _ => (false, 0, 1, None),
    };
    let mut queries = Vec::new();
    for (line, number) in text.lines().zip(1..).skip(usize::from(has_header)) {
        if line.trim().is_empty() {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let (Some(id), Some(text)) = (cells.get(id), cells.get(query)) else {
            let what = "a query needs a name, a tab and its text";
            return Err(EvaluationError::Malformed { file: file.to_owned(), line: number, what });
        };
        let kind = kind.and_then(|kind| cells.get(kind)).map(|&kind| kind.to_owned());
        queries.push(JudgedQuery { id: (*id).to_owned(), text: (*text).to_owned(), kind });
    }
    Ok(queries)
}

/// How right pages are for queries: 0 is wrong, more is better.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgements(BTreeMap<String, BTreeMap<String, i64>>);

impl Judgements {
    /// Reads judgements; a first line whose grade is no number is a header.
    ///
    /// # Errors
    /// [`EvaluationError`] when the file cannot be read, or a line is not one of the two forms.
    pub fn read(file: &Path) -> Result<Self, EvaluationError> {
        let text = read(file)?;
        let mut judgements = Self::default();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let cells = cells(line);
            let (query, page, grade) = match cells.as_slice() {
                [query, page, grade] | [query, _, page, grade] => (query, page, grade.parse()),
                _ => {
                    let what = "a judgement is: query, page, grade";
                    return Err(EvaluationError::Malformed { file: file.to_owned(), line: number, what });
                }
            };
            match grade {
                Ok(grade) => judgements.add(query, page, grade),
                Err(_) if number == 1 => {}
                Err(_) => {
                    let what = "the grade, the last column, is a whole number";
                    return Err(EvaluationError::Malformed { file: file.to_owned(), line: number, what });
                }
            }
        }
        Ok(judgements)
    }

    /// Adds a judgement; of two of one page the later holds.
    pub fn add(&mut self, query: &str, page: &str, grade: i64) {
        self.0.entry(query.to_owned()).or_default().insert(page.to_owned(), grade);
    }

    /// The grades of a query's pages, where one of them is right.
    #[must_use]
    pub fn of(&self, query: &str) -> Option<&BTreeMap<String, i64>> {
        self.0.get(query).filter(|grades| grades.values().any(|&grade| grade > 0))
    }

    /// The names by which pages are judged.
    #[must_use]
    pub fn pages(&self) -> BTreeSet<&str> {
        self.0.values().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }
}

/// The texts that answer a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(HashMap<String, Vec<String>>);

#[derive(Deserialize)]
struct AnswerLine {
    qid: String,
    answers: Vec<String>,
}

impl Answers {
    /// Reads answers; a query may have several lines.
    ///
    /// # Errors
    /// [`EvaluationError`] when the file cannot be read, or a line is no such object.
    pub fn read(file: &Path) -> Result<Self, EvaluationError> {
        let text = read(file)?;
        let mut answers = Self::default();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let Ok(parsed) = serde_json::from_str::<AnswerLine>(line) else {
                let what = "an answer is an object with `qid` and a list `answers`";
                return Err(EvaluationError::Malformed { file: file.to_owned(), line: number, what });
            };
            let of_query = answers.0.entry(parsed.qid).or_default();
            of_query.extend(parsed.answers.iter().map(|answer| folded(answer)));
        }
        Ok(answers)
    }

    /// Whether the first `characters` of `passage` hold an answer to a query, letter case and white space aside.
    #[must_use]
    pub fn holds(&self, query: &str, passage: &str, characters: usize) -> bool {
        let shown: String = passage.chars().take(characters).collect();
        let shown = folded(&shown);
        self.0.get(query).into_iter().flatten().any(|answer| shown.contains(answer))
    }
}

fn folded(text: &str) -> String {
    let folded: String = text.nfkc().collect::<String>().to_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
