//! The walk from the edges of an article inwards: which lines go when the lines that a site shares are known.
//!
//! In: the edge lines and which of them the site shares. Out: the lines of the two runs. Learning and cutting walk the
//! same way, so that a line counts as chrome only where it could be cut.

use crate::model::site::{EdgeLine, HEAD_LINES, TAIL_LINES};

/// Foreign characters that may lie between the shared lines of the run from the top.
const MOST_FOREIGN_CHARACTERS: usize = 240;
/// Foreign lines, and the length of one, that may lie between two shared lines of the run from the bottom: the titles of
/// a box of other articles.
const MOST_FOREIGN_LINES: usize = 10;
const MOST_TITLE_CHARACTERS: u16 = 120;

/// The end of an article from which a line is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Zone {
    /// From the top.
    Head,
    /// From the bottom.
    Tail,
}

/// A line of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// It is shared, and connected to the edge.
    Shared(usize, Zone),
    /// It is foreign, and lies below a shared line of the tail: a title that changes under a heading that does not.
    Between(usize),
}

/// Walks both edges. A line that carries an article and is not shared ends a run; nothing behind it is reached.
pub(super) fn walk(lines: &[EdgeLine], is_shared: impl Fn(&EdgeLine, Zone) -> bool) -> Vec<Reached> {
    let mut reached = head(lines, &is_shared);
    let below_head = reached.iter().map(|line| line.number() + 1).max().unwrap_or(0);
    reached.extend(tail(lines, below_head, &is_shared));
    reached
}

impl Reached {
    /// Its number among the edge lines.
    pub(super) fn number(self) -> usize {
        match self {
            Self::Shared(number, _) | Self::Between(number) => number,
        }
    }
}

/// From the top: foreign lines are passed, never cut. The heading right above text that stays belongs to that text.
fn head(lines: &[EdgeLine], is_shared: &impl Fn(&EdgeLine, Zone) -> bool) -> Vec<Reached> {
    let mut run = Vec::new();
    let mut foreign = 0;
    for (number, line) in lines.iter().enumerate().take(HEAD_LINES) {
        if is_shared(line, Zone::Head) {
            run.push(Reached::Shared(number, Zone::Head));
            continue;
        }
        foreign += usize::from(line.characters);
        if line.is_solid || foreign > MOST_FOREIGN_CHARACTERS {
            break;
        }
    }
    let is_heading_of_next = run.last().is_some_and(|last| {
        let heading = lines.get(last.number()).is_some_and(|line| line.is_heading && !line.is_solid);
        heading && last.number() + 1 < lines.len()
    });
    if is_heading_of_next {
        run.pop();
    }
    run
}

/// From the bottom: foreign lines go too when they look like titles, dates or counts and a shared line stands above.
fn tail(lines: &[EdgeLine], from: usize, is_shared: &impl Fn(&EdgeLine, Zone) -> bool) -> Vec<Reached> {
    let from = from.max(lines.len().saturating_sub(TAIL_LINES));
    let mut run = Vec::new();
    let mut waiting = Vec::new();
    for (number, line) in lines.iter().enumerate().skip(from).rev() {
        if is_shared(line, Zone::Tail) {
            run.append(&mut waiting);
            run.push(Reached::Shared(number, Zone::Tail));
            continue;
        }
        let is_title = !line.is_solid && line.is_passable && line.characters <= MOST_TITLE_CHARACTERS;
        if !is_title || waiting.len() >= MOST_FOREIGN_LINES {
            break;
        }
        waiting.push(Reached::Between(number));
    }
    run
}
