//! The figures of one query, and their means.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Places that count for nDCG and MRR.
const TOP: usize = 10;
/// Places that count for recall.
pub const DEPTH: usize = 100;

/// How good the answer to one query is, or the mean of many; each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// nDCG of the first ten pages: the gain is the grade, the discount log2(place + 1), as `trec_eval` has it.
    pub ndcg: f64,
    /// Share of the right pages among the first hundred.
    pub recall: f64,
    /// 1 / place of the first right page, 0 behind the tenth.
    pub reciprocal_rank: f64,
    /// Whether the passage of the first page, a right one, holds an answer.
    pub answered: f64,
}

impl Figures {
    /// The figures of the pages `found`, best first, for a query whose pages have these `grades`.
    #[must_use]
    pub fn of(grades: &BTreeMap<String, i64>, found: &[&str]) -> Self {
        let gains: Vec<f64> = found.iter().map(|&page| gain(grades.get(page).copied().unwrap_or(0))).collect();
        let mut ideal: Vec<f64> = grades.values().map(|&grade| gain(grade)).filter(|&gain| gain > 0.0).collect();
        ideal.sort_by(|left, right| right.total_cmp(left));
        let right_pages = ideal.len();
        if right_pages == 0 {
            return Self::default();
        }
        let first = gains.iter().take(TOP).zip(1..).find(|(gain, _)| **gain > 0.0);
        let seen = gains.iter().take(DEPTH).filter(|gain| **gain > 0.0).count();
        Self {
            ndcg: discounted(&gains) / discounted(&ideal),
            recall: seen as f64 / right_pages as f64,
            reciprocal_rank: first.map_or(0.0, |(_, place)| 1.0 / f64::from(place)),
            answered: 0.0,
        }
    }

    /// The mean of the figures of queries; zeros for none.
    #[must_use]
    pub fn mean(all: &[Self]) -> Self {
        let mean = |part: fn(&Self) -> f64| all.iter().map(part).sum::<f64>() / all.len().max(1) as f64;
        Self {
            ndcg: mean(|figures| figures.ndcg),
            recall: mean(|figures| figures.recall),
            reciprocal_rank: mean(|figures| figures.reciprocal_rank),
            answered: mean(|figures| figures.answered),
        }
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Ndcg => self.ndcg,
            Measure::Recall => self.recall,
            Measure::ReciprocalRank => self.reciprocal_rank,
            Measure::Answered => self.answered,
        }
    }
}

fn gain(grade: i64) -> f64 {
    f64::from(u32::try_from(grade.max(0)).unwrap_or(u32::MAX))
}

fn discounted(gains: &[f64]) -> f64 {
    gains.iter().take(TOP).zip(2..).map(|(gain, place)| gain / f64::from(place).log2()).sum()
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// [`Figures::ndcg`].
    Ndcg,
    /// [`Figures::recall`].
    Recall,
    /// [`Figures::reciprocal_rank`].
    ReciprocalRank,
    /// [`Figures::answered`].
    Answered,
}

impl Measure {
    /// All of them, in the order in which they are printed.
    pub const ALL: [Self; 4] = [Self::Ndcg, Self::Recall, Self::ReciprocalRank, Self::Answered];

    /// Its usual name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndcg => "nDCG@10",
            Self::Recall => "R@100",
            Self::ReciprocalRank => "MRR@10",
            Self::Answered => "ans@1",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Text that is no [`Measure`], or no number behind it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write MEASURE=VALUE, as in ndcg@10=0.8; measures: ndcg@10, r@100, mrr@10, ans@1; values: 0 to 1")]
pub struct InvalidFloor;

/// A value that a measure must reach: `ndcg@10=0.8`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    /// What is measured.
    pub measure: Measure,
    /// What it must reach.
    pub least: f64,
}

impl FromStr for Floor {
    type Err = InvalidFloor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or(InvalidFloor)?;
        let measure = Measure::ALL.into_iter().find(|measure| measure.name().eq_ignore_ascii_case(name.trim()));
        let least = value.trim().parse().ok().filter(|value| (0.0..=1.0).contains(value));
        Ok(Self { measure: measure.ok_or(InvalidFloor)?, least: least.ok_or(InvalidFloor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let grades: BTreeMap<String, i64> =
            [("a", 3), ("b", 1), ("c", 0)].map(|(page, grade)| (page.to_owned(), grade)).into();
        let ideal = 3.0 + 1.0 / 3f64.log2();
        for (name, found, ndcg, recall, reciprocal_rank) in [
            ("best", vec!["a", "b"], 1.0, 1.0, 1.0),
            ("turned", vec!["b", "a"], (1.0 + 3.0 / 3f64.log2()) / ideal, 1.0, 1.0),
            ("wrong first", vec!["c", "x", "a"], 3.0 / 4f64.log2() / ideal, 0.5, 1.0 / 3.0),
            ("nothing", vec![], 0.0, 0.0, 0.0),
        ] {
            let figures = Figures::of(&grades, &found);
            let expected = Figures { ndcg, recall, reciprocal_rank, answered: 0.0 };
            for measure in Measure::ALL {
                assert!((figures.get(measure) - expected.get(measure)).abs() < 1e-12, "{name}: {measure}");
            }
        }
        let late = ["x"; 10].into_iter().chain(["a"]).collect::<Vec<_>>();
        let figures = Figures::of(&grades, &late);
        assert!(figures.ndcg + figures.reciprocal_rank < 1e-12 && (figures.recall - 0.5).abs() < 1e-12, "place 11");
    }

    #[test]
    fn floors() {
        let floor = Floor { measure: Measure::Ndcg, least: 0.8 };
        assert_eq!("ndcg@10=0.8".parse(), Ok(floor));
        for wrong in ["ndcg@10", "ndcg@10=2", "map=0.5", "=", ""] {
            assert_eq!(wrong.parse::<Floor>(), Err(InvalidFloor), "{wrong}");
        }
    }
}
