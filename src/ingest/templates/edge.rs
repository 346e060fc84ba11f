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
/// Longest text that can be a comment, and how much of the text of a page comments can be, in percent.
const MOST_COMMENT_CHARACTERS: u16 = 200;
const MOST_COMMENT_PERCENT: usize = 15;
/// Longest name of one who comments.
const MOST_NAME_CHARACTERS: u16 = 40;
/// Shared labels that must stand above names and comments.
const LEAST_LABELS: usize = 2;

/// The end of an article from which a line is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Zone {
    /// From the top.
    Head,
    /// From the bottom.
    Tail,
    /// Wherever it stands.
    Inside,
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

/// From the bottom: foreign lines go too when a shared line stands above them, if they look like titles, dates or counts.
///
/// Names, and short texts such as comments, say less: they go when two labels that the site shares stand above them
/// before any other text does. The heading of a last paragraph stands alone below the text before it.
fn tail(lines: &[EdgeLine], from: usize, is_shared: &impl Fn(&EdgeLine, Zone) -> bool) -> Vec<Reached> {
    let from = from.max(lines.len().saturating_sub(TAIL_LINES));
    let mut run = Vec::new();
    let mut waiting =
        Waiting { characters_left: MOST_COMMENT_PERCENT * text_characters(lines) / 100, ..Waiting::default() };
    for (number, line) in lines.iter().enumerate().skip(from).rev() {
        if is_shared(line, Zone::Tail) {
            waiting.explain(number, line);
            if !waiting.is_weak || waiting.labels.len() >= LEAST_LABELS {
                run.append(&mut waiting.lines);
                waiting = Waiting { characters_left: waiting.characters_left, ..Waiting::default() };
            }
            continue;
        }
        let above = number.checked_sub(1).and_then(|above| lines.get(above));
        if waiting.foreign >= MOST_FOREIGN_LINES || !waiting.takes(line, above) {
            break;
        }
        waiting.foreign += 1;
        waiting.lines.push(Reached::Between(number));
    }
    run
}

/// Characters of the texts of a page.
fn text_characters(lines: &[EdgeLine]) -> usize {
    lines.iter().filter(|line| line.is_solid).map(|line| usize::from(line.characters)).sum()
}

/// Lines of the tail that nothing above explains yet.
#[derive(Default)]
struct Waiting {
    lines: Vec<Reached>,
    /// Foreign lines since the last shared one.
    foreign: usize,
    /// What comments can still be long, in all.
    characters_left: usize,
    /// Whether there is more among the lines than titles.
    is_weak: bool,
    /// Shared labels since the last text.
    labels: Vec<u64>,
}

impl Waiting {
    /// A shared line stands above.
    fn explain(&mut self, number: usize, line: &EdgeLine) {
        self.lines.push(Reached::Shared(number, Zone::Tail));
        self.foreign = 0;
        if !line.is_solid && !self.labels.contains(&line.key) {
            self.labels.push(line.key);
        }
    }

    /// Whether a foreign line can stand in the tail: a title, a name, or a comment with its author.
    fn takes(&mut self, line: &EdgeLine, above: Option<&EdgeLine>) -> bool {
        if !line.is_solid && line.is_passable && line.characters <= MOST_TITLE_CHARACTERS {
            return true;
        }
        let is_name = |line: &EdgeLine| line.is_label && line.characters <= MOST_NAME_CHARACTERS;
        self.is_weak = true;
        if !line.is_solid {
            return is_name(line);
        }
        let length = usize::from(line.characters);
        let is_comment = line.is_signed || above.is_some_and(is_name);
        let fits = line.characters <= MOST_COMMENT_CHARACTERS && length <= self.characters_left;
        self.characters_left = self.characters_left.saturating_sub(length);
        self.labels.clear();
        is_comment && fits
    }
}
