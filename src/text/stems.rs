//! The stems of English words, kept for the words that come again.
//!
//! Stemming a word costs many times what looking it up does, and of the words of a text nine in ten have just been seen.
//! The cache is a table of fixed size in each thread; a word takes the place of another with the same slot.

use std::cell::RefCell;

use frostem::{Algorithm, Stemmer};

/// Longer words are stemmed each time.
const MAX_BYTES: usize = 16;
const SLOT_BITS: u32 = 13;

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache::new());
}

/// A word and its stem; without a word nothing was kept here yet.
#[derive(Clone, Copy, Default)]
struct Slot {
    word: [u8; MAX_BYTES],
    stem: [u8; MAX_BYTES],
    stem_length: u8,
}

struct Cache {
    stemmer: Stemmer,
    slots: Vec<Slot>,
}

/// Puts the stem of `word`, lower-case ASCII letters, in its place.
pub(super) fn stem(word: &mut String) {
    CACHE.with_borrow_mut(|cache| cache.stem(word));
}

impl Cache {
    fn new() -> Self {
        Self { stemmer: Stemmer::new(Algorithm::English), slots: vec![Slot::default(); 1 << SLOT_BITS] }
    }

    fn stem(&mut self, word: &mut String) {
        let Some(key) = padded(word) else {
            let stem = self.stemmer.stem(word).into_owned();
            return Self::replace(word, &stem);
        };
        let Some(slot) = self.slots.get_mut(slot_of(key)) else { return };
        if slot.word != key {
            let stem = self.stemmer.stem(word).into_owned();
            let Some(padded) = padded(&stem) else { return Self::replace(word, &stem) };
            *slot = Slot { word: key, stem: padded, stem_length: u8::try_from(stem.len()).unwrap_or(0) };
        }
        let stem = slot.stem.get(..usize::from(slot.stem_length)).unwrap_or_default();
        Self::replace(word, std::str::from_utf8(stem).unwrap_or_default());
    }

    fn replace(word: &mut String, stem: &str) {
        if word != stem {
            word.clear();
            word.push_str(stem);
        }
    }
}

/// The bytes of a word with zeros behind them, which no word holds; `None` of a longer one and of none.
fn padded(word: &str) -> Option<[u8; MAX_BYTES]> {
    let mut bytes = [0; MAX_BYTES];
    bytes.get_mut(..word.len()).filter(|_| !word.is_empty())?.copy_from_slice(word.as_bytes());
    Some(bytes)
}

fn slot_of(word: [u8; MAX_BYTES]) -> usize {
    // Multiplying by the golden ratio of 2^64 spreads the bits to the top (Knuth 1973, volume 3, section 6.4).
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let number = u128::from_le_bytes(word);
    let [low, high] = [number, number >> 64].map(|half| u64::try_from(half & u128::from(u64::MAX)).unwrap_or(0));
    let mixed = (low.wrapping_mul(SPREAD) ^ high).wrapping_mul(SPREAD);
    usize::try_from(mixed >> (u64::BITS - SLOT_BITS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stemmed(word: &str) -> String {
        let mut word = word.to_owned();
        stem(&mut word);
        word
    }

    #[test]
    fn words_that_come_again() {
        for _ in 0..2 {
            for (word, expected) in [
                ("insurance", "insur"),
                ("medical", "medic"),
                ("the", "the"),
                ("a", "a"),
                ("internationalisation", "internationalis"),
                ("", ""),
            ] {
                assert_eq!(stemmed(word), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn a_kept_stem_is_the_stem(words in proptest::collection::vec("[a-z]{1,20}", 1..50)) {
            let stemmer = Stemmer::new(Algorithm::English);
            for word in words.iter().chain(&words) {
                prop_assert_eq!(stemmed(word), stemmer.stem(word).into_owned());
            }
        }
    }
}
