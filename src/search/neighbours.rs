//! Words one slip away from a word that no page holds, and which of them is clearly what was meant.
//!
//! The index holds stems, and many a slip makes a stem of no word at all: only forms that some page shows count, and words
//! of the knowledge. A word that is one slip from another is often right itself and merely on no page, the more so the
//! shorter it is: what is clear depends on the slip, where it is, and whether the knowledge knows the other word.

use std::collections::BTreeMap;

use super::slips::{Slip, are_confused, slip_between, slips};
use super::spelling::Held;
use crate::knowledge::Knowledge;
use crate::text::terms::terms;

/// Other readings of a misspelt word that are searched for beside the likeliest.
const MAX_OTHERS: usize = 3;
/// Factor of a candidate that begins with another letter: people rarely miss the first.
const OTHER_INITIAL: f32 = 0.6;
/// Factor of a candidate that is a city.
const KNOWN_CITY: f32 = 1.5;
/// Candidates of a smaller share of the best one's score are not worth a look.
const MIN_SHARE: f32 = 0.3;
/// How many times the score of the next one a word must have that is no word of the knowledge.
const MARGIN: f32 = 1.25;
/// Letters from which a slip is one wherever it is; a wrong letter among the first two makes another word of shorter ones.
const LONG: usize = 9;
const FIRST_LETTERS: usize = 2;

/// A word that may have been meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Neighbour {
    /// As some page writes it, or the knowledge.
    pub(super) word: String,
    score: f32,
    sort: Sort,
}

/// What is known of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    City,
    /// A topic, or a word with synonyms.
    Vocabulary,
    /// Only that some page has it.
    Other,
}

/// Words that some page holds and that are one slip away from `typed`, likeliest first.
pub(super) fn neighbours<E>(typed: &str, knowledge: &Knowledge, held: &Held<'_, E>) -> Result<Vec<Neighbour>, E> {
    let mut by_stem: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for candidate in slips(typed) {
        let Some(stem) = terms(&candidate).into_iter().next().map(|term| term.text) else { continue };
        if !knowledge.stop_words.is_stop_word(&stem) {
            by_stem.entry(stem).or_default().push(candidate);
        }
    }
    let mut scored: Vec<(String, Vec<String>, f32)> = Vec::new();
    for (stem, candidates) in by_stem {
        let pages = (held.pages_with)(&stem)?;
        if pages > 0 {
            let share = |candidate: &String| share_of(candidate, typed, knowledge);
            let best = candidates.iter().map(share).fold(0.0, f32::max);
            scored.push((stem, candidates, (1.0 + pages as f32).ln() * best));
        }
    }
    scored.sort_by(|left, right| right.2.total_cmp(&left.2).then(left.1.cmp(&right.1)));
    let mut found: Vec<Neighbour> = Vec::new();
    for (stem, candidates, score) in scored {
        let least = found.first().map_or(0.0, |best| best.score * MIN_SHARE);
        if found.len() > MAX_OTHERS || score < least {
            break;
        }
        if let Some(word) = word_of(&stem, &candidates, knowledge, held)? {
            let sort = sort_of(&word, knowledge);
            found.push(Neighbour { word, score, sort });
        }
    }
    Ok(found)
}

/// The one of `neighbours` that is clearly better than what was typed and than the others: the first, or the first that the
/// knowledge knows.
pub(super) fn clearly_better<'n>(typed: &str, neighbours: &'n [Neighbour]) -> Option<&'n Neighbour> {
    let known = neighbours.iter().find(|neighbour| neighbour.sort != Sort::Other);
    let best = known.or(neighbours.first())?;
    let second = neighbours.iter().find(|other| other.word != best.word);
    let is_alone = second.is_none_or(|second| best.score >= MARGIN * second.score);
    let is_known = best.sort != Sort::Other;
    let is_slip = best.sort == Sort::City || is_clear(typed, &best.word, is_known);
    (is_slip && (is_known || is_alone)).then_some(best)
}

impl Neighbour {
    /// Whether it is a word of the knowledge.
    pub(super) fn is_known(&self) -> bool {
        self.sort != Sort::Other
    }
}

/// Whether a slip is rather what happened than that `typed` is another word.
fn is_clear(typed: &str, word: &str, is_known: bool) -> bool {
    let Some((slip, at)) = slip_between(typed, word) else { return false };
    let letters = typed.len();
    let is_inside = at >= FIRST_LETTERS || letters >= LONG;
    match slip {
        Slip::Swapped => letters >= if is_known { 4 } else { 5 },
        Slip::Doubled => letters >= 5,
        Slip::Missing => letters >= if is_known { 4 } else { 7 },
        Slip::Extra => is_inside && letters >= if is_known { 6 } else { 8 },
        Slip::Wrong if is_known => is_inside && letters >= 6,
        // At its end it makes another form of the same word.
        Slip::Wrong => is_inside && letters >= 8 && (confuses(typed, word, at) || at + 2 >= letters),
    }
}

/// Whether the letters at a place are easily taken for each other.
fn confuses(typed: &str, word: &str, at: usize) -> bool {
    let letters = typed.as_bytes().get(at).zip(word.as_bytes().get(at));
    letters.is_some_and(|(&one, &other)| are_confused(one, other))
}

fn share_of(candidate: &str, typed: &str, knowledge: &Knowledge) -> f32 {
    let initial = if candidate.bytes().next() == typed.bytes().next() { 1.0 } else { OTHER_INITIAL };
    let city = if knowledge.cities.named(candidate).is_empty() { 1.0 } else { KNOWN_CITY };
    initial * city
}

/// The one of `candidates`, which have one stem, that is a word: one of the knowledge, or one that a page shows.
fn word_of<E>(
    stem: &str,
    candidates: &[String],
    knowledge: &Knowledge,
    held: &Held<'_, E>,
) -> Result<Option<String>, E> {
    if let Some(known) = candidates.iter().find(|candidate| sort_of(candidate, knowledge) != Sort::Other) {
        return Ok(Some(known.clone()));
    }
    for candidate in candidates {
        if (held.shows)(stem, candidate)? {
            return Ok(Some(candidate.clone()));
        }
    }
    Ok(None)
}

fn sort_of(word: &str, knowledge: &Knowledge) -> Sort {
    if !knowledge.cities.named(word).is_empty() {
        Sort::City
    } else if is_vocabulary(word, knowledge) {
        Sort::Vocabulary
    } else {
        Sort::Other
    }
}

/// Whether a word or phrase alone means something to the knowledge: a topic, or a word with synonyms.
pub(super) fn is_vocabulary(word: &str, knowledge: &Knowledge) -> bool {
    let is_phrase = |word: &str| {
        let mut spans = knowledge.topics.mentions(word).into_iter().map(|mention| mention.span);
        let mut others = knowledge.synonyms.mentions(word).into_iter().map(|mention| mention.span);
        spans.any(|span| span.len() == word.len()) || others.any(|span| span.len() == word.len())
    };
    // The knowledge takes `s` and `es` for a plural behind any letter; a slip does not.
    let singular =
        ["es", "s"].into_iter().filter_map(|end| word.strip_suffix(end)).find(|singular| is_phrase(singular));
    is_phrase(word) && singular.is_none_or(|singular| word == plural_of(singular))
}

/// The plural of a word without one of its own.
fn plural_of(singular: &str) -> String {
    let is_hissed = ["s", "x", "z", "ch", "sh"].into_iter().any(|end| singular.ends_with(end));
    match singular.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
        Some(stem) => format!("{stem}ies"),
        None if is_hissed => format!("{singular}es"),
        None => format!("{singular}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_clear() {
        for (name, typed, word, is_known, is) in [
            ("swapped", "medcial", "medical", true, true),
            ("a letter twice", "priice", "price", true, true),
            ("a letter missing", "inurance", "insurance", true, true),
            ("a wrong letter in a long word", "reimbersement", "reimbursement", true, true),
            ("a wrong letter near the end", "docter", "doctor", true, true),
            ("another word", "paris", "parts", false, false),
            ("without its first letter", "masks", "asks", false, false),
            ("without a letter inside", "robot", "root", true, false),
            ("another second letter", "swimming", "slimming", true, false),
            ("without its first letter, a known word", "flight", "light", true, false),
            ("short, and a letter missing", "desert", "dessert", false, false),
            ("another word, long", "resolution", "revolution", false, false),
            ("another form", "septicemia", "septicemic", false, true),
            ("the next key", "porcekain", "porcelain", false, true),
            ("another vowel", "porcelian", "porceluan", false, true),
            ("two slips", "porclian", "porcelain", false, false),
        ] {
            assert_eq!(is_clear(typed, word, is_known), is, "{name}: {typed} → {word}");
        }
    }

    #[test]
    fn plurals_are_spelt_as_such() {
        let knowledge = Knowledge::builtin().expect("valid");
        for (word, is) in [
            ("clinic", true),
            ("clinics", true),
            ("policy", true),
            ("policys", false),
            ("clinices", false),
            ("eye bag", true),
            ("xylophone", false),
        ] {
            assert_eq!(is_vocabulary(word, &knowledge), is, "{word}");
        }
    }
}
