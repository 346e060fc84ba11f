//! Of a text, its runs of words, and the sketch by which many texts are compared.
//!
//! One-permutation `MinHash`: each run falls into one slot by its hash, and the least hash of a slot stays; an empty slot
//! borrows from the next. The share of equal slots estimates the Jaccard similarity of two sets of runs.

use std::collections::{HashMap, HashSet};

use crate::model::likeness::{BANDS, SLOTS};
use crate::text::normalize::{fold_char, is_han};
use crate::text::span::Span;

/// Words in a run that is compared exactly.
const RUN_WORDS: usize = 5;
/// Chinese characters in one.
const RUN_CHARACTERS: usize = 8;
/// Words of a paragraph that two articles of one subject do not share by chance.
const LEAD_WORDS: usize = 20;
/// Chinese characters of one.
const LEAD_CHARACTERS: usize = 30;
/// Words in a run of the sketch: fewer, so that a name left out costs few runs.
const SKETCH_WORDS: usize = 3;
/// Chinese characters in one.
const SKETCH_CHARACTERS: usize = 5;
/// Slots whose hashes make one key.
const BAND_SLOTS: usize = SLOTS / BANDS;

/// A word, a number or a Chinese character of a text.
struct Token {
    hash: u64,
    span: Span,
    is_han: bool,
    is_number: bool,
}

/// A text as words.
pub(super) struct Words {
    tokens: Vec<Token>,
    is_chinese: bool,
}

impl Words {
    /// The words of `text`, folded.
    pub(super) fn of(text: &str) -> Self {
        let mut tokens: Vec<Token> = Vec::new();
        let mut is_open = false;
        for (start, character) in text.char_indices() {
            let span = Span::new(start, start + character.len_utf8());
            let is_han = is_han(character);
            if !character.is_alphanumeric() && !is_han {
                is_open = false;
                continue;
            }
            if is_han || !is_open {
                tokens.push(Token { hash: 0, span, is_han, is_number: true });
            }
            is_open = !is_han;
            if let Some(token) = tokens.last_mut() {
                token.span.end = span.end;
                token.is_number &= character.is_ascii_digit();
                fold_char(character, |folded| token.hash = mixed(token.hash ^ u64::from(u32::from(folded))));
            }
        }
        let han = tokens.iter().filter(|token| token.is_han).count();
        let is_chinese = han * 2 > tokens.len();
        Self { tokens, is_chinese }
    }

    /// The hashes of all runs of words, ascending, each once.
    pub(super) fn runs(&self) -> Vec<u64> {
        let words: Vec<u64> = self.tokens.iter().map(|token| token.hash).collect();
        runs(&words, self.run_length())
    }

    /// The hash of the run that the text begins with; none, of a text that is shorter than a run.
    pub(super) fn opening(&self) -> Option<u64> {
        let words: Vec<u64> = self.tokens.iter().take(self.run_length()).map(|token| token.hash).collect();
        (words.len() == self.run_length()).then(|| runs(&words, words.len()).first().copied()).flatten()
    }

    /// The hash of all its words in their order, when they are too many to be the same by chance.
    pub(super) fn lead(&self) -> Option<u64> {
        let least = if self.is_chinese { LEAD_CHARACTERS } else { LEAD_WORDS };
        let hash = || self.tokens.iter().fold(0, |hash, token| mixed(hash ^ token.hash));
        (self.tokens.len() >= least).then(hash)
    }

    /// Hashes of its numbers that tell something: of three digits and more, or of two that are no part of a time or date.
    pub(super) fn figures(&self) -> impl Iterator<Item = u64> + '_ {
        let joins = |left: &Token, right: &Token| left.is_number && left.span.end + 1 == right.span.start;
        self.tokens.iter().enumerate().filter_map(move |(at, token)| {
            let before = at.checked_sub(1).and_then(|at| self.tokens.get(at));
            let is_joined = before.is_some_and(|before| joins(before, token))
                || self.tokens.get(at + 1).is_some_and(|next| next.is_number && joins(token, next));
            let telling = if is_joined { 3 } else { 2 };
            (token.is_number && token.span.len() >= telling).then_some(token.hash)
        })
    }

    fn run_length(&self) -> usize {
        if self.is_chinese { RUN_CHARACTERS } else { RUN_WORDS }
    }

    /// The hashes of all runs of words of what is left without `names`, in places of the text, ascending, and without
    /// `brands`, wherever they stand.
    pub(super) fn nameless_runs(&self, names: &[Span], brands: &[&str]) -> Vec<u64> {
        let mut hidden = vec![false; self.tokens.len()];
        for name in names {
            let from = self.tokens.partition_point(|token| token.span.end <= name.start);
            let within = self.tokens.iter().skip(from).take_while(|token| token.span.start < name.end).count();
            hidden.iter_mut().skip(from).take(within).for_each(|hidden| *hidden = true);
        }
        self.hide(brands, &mut hidden);
        let left = self.tokens.iter().zip(&hidden).filter(|(_, is_hidden)| !**is_hidden);
        let words: Vec<u64> = left.map(|(token, _)| token.hash).collect();
        runs(&words, if self.is_chinese { SKETCH_CHARACTERS } else { SKETCH_WORDS })
    }

    fn hide(&self, brands: &[&str], hidden: &mut [bool]) {
        let mut by_first: HashMap<u64, Vec<Vec<u64>>> = HashMap::new();
        for brand in brands {
            let words: Vec<u64> = Self::of(brand).tokens.iter().map(|token| token.hash).collect();
            if let Some(first) = words.first() {
                by_first.entry(*first).or_default().push(words);
            }
        }
        for (start, token) in self.tokens.iter().enumerate() {
            for brand in by_first.get(&token.hash).into_iter().flatten() {
                let here = self.tokens.iter().skip(start).map(|token| &token.hash);
                if here.take(brand.len()).eq(brand) {
                    hidden.iter_mut().skip(start).take(brand.len()).for_each(|hidden| *hidden = true);
                }
            }
        }
    }
}

fn runs(words: &[u64], length: usize) -> Vec<u64> {
    let hash = |run: &[u64]| run.iter().fold(0, |hash, word| mixed(hash ^ word));
    let runs: HashSet<u64> = match words.len() {
        0 => HashSet::new(),
        short if short < length => HashSet::from([hash(words)]),
        _ => words.windows(length).map(hash).collect(),
    };
    let mut runs: Vec<u64> = runs.into_iter().collect();
    runs.sort_unstable();
    runs
}

/// The sketch of a set of runs, and its bands.
pub(super) fn sketch(runs: &[u64]) -> ([u8; SLOTS], [u32; BANDS]) {
    let mut least = [u64::MAX; SLOTS];
    for run in runs {
        let hash = mixed(*run);
        let number = usize::try_from(hash % SLOTS as u64).unwrap_or(0);
        if let Some(slot) = least.get_mut(number) {
            *slot = (*slot).min(hash);
        }
    }
    let borrowed = |at: usize| {
        let next = (0_u64..).zip(least.iter().cycle().skip(at)).take(SLOTS).find(|(_, hash)| **hash != u64::MAX);
        next.map_or(0, |(distance, hash)| mixed(hash.wrapping_add(distance)))
    };
    let mut slots = [0; SLOTS];
    slots.iter_mut().enumerate().for_each(|(at, slot)| *slot = borrowed(at));
    let mut bands = [0; BANDS];
    for (band, slots) in bands.iter_mut().zip(slots.chunks_exact(BAND_SLOTS)) {
        *band = (slots.iter().fold(0, |hash, slot| mixed(hash ^ slot)) >> 32) as u32;
    }
    // A byte tells two slots apart as often as is needed to compare.
    (slots.map(|slot| (slot >> 56) as u8), bands)
}

/// How much of two ascending sets is in both: of all, and of the smaller one.
pub(super) fn overlap(left: &[u64], right: &[u64]) -> (f32, f32) {
    let both = left.iter().filter(|run| right.binary_search(run).is_ok()).count();
    let all = left.len() + right.len() - both;
    (both as f32 / all.max(1) as f32, both as f32 / left.len().min(right.len()).max(1) as f32)
}

/// A number by which small differences spread over all bits.
pub(super) fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
