//! A run: for each query the pages that were found, best first, as TREC writes it.
//!
//! ```text
//! qid Q0 page rank score tag
//! ```

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;

use super::{EvaluationError, read};

/// Pages and scores by query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run(BTreeMap<String, HashMap<String, f64>>);

impl Run {
    /// Reads a run; of a page that stands twice under a query the better score counts.
    ///
    /// # Errors
    /// [`EvaluationError`] when the file cannot be read, or a line does not have its six columns.
    pub fn read(file: &Path) -> Result<Self, EvaluationError> {
        let text = read(file)?;
        let mut run = Self::default();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let parsed = match columns.as_slice() {
                [query, _, page, _, score, ..] => score.parse().ok().map(|score| (query, page, score)),
                _ => None,
            };
            let Some((query, page, score)) = parsed else {
                let what = "a line of a run is: qid Q0 page rank score tag";
                return Err(EvaluationError::Malformed { file: file.to_owned(), line: number, what });
            };
            run.add(query, page, score);
        }
        Ok(run)
    }

    /// Adds a page that was found for a query.
    pub fn add(&mut self, query: &str, page: &str, score: f64) {
        let held = self.0.entry(query.to_owned()).or_default().entry(page.to_owned()).or_insert(score);
        *held = held.max(score);
    }

    /// The pages of a query, best first; those of one score by name, as other programs order them.
    #[must_use]
    pub fn pages(&self, query: &str) -> Vec<&str> {
        self.scored(query).into_iter().map(|(page, _)| page).collect()
    }

    fn scored(&self, query: &str) -> Vec<(&str, f64)> {
        let mut scored: Vec<(&str, f64)> =
            self.0.get(query).into_iter().flatten().map(|(page, &score)| (page.as_str(), score)).collect();
        scored.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        scored
    }

    /// Writes the run. White space in a page's name, which would break the format, is written as `%20`.
    ///
    /// # Errors
    /// When `output` refuses.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        for query in self.0.keys() {
            for ((page, score), rank) in self.scored(query).into_iter().zip(1..) {
                let page = page.replace(char::is_whitespace, "%20");
                writeln!(output, "{query} Q0 {page} {rank} {score} article-search")?;
            }
        }
        Ok(())
    }
}
