//! By what pages are compared to find the same article at other addresses, and the same text for other clinics.
//!
//! Small by intent: a page is compared with those that share a key, by a sketch of its text without the names of
//! cities and clinics. How likenesses are made, and what is decided from them, is the work of `ingest::duplicates`.

use std::collections::BTreeMap;

/// Slots of a sketch.
pub const SLOTS: usize = 64;
/// Keys that are made of the sketch; pages with one key in common are compared.
pub const BANDS: usize = 12;
/// Numbers by which a likeness is stored.
const WORDS: usize = 2 + SLOTS / 8;

/// What a page is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// Hash of the clinics, cities, main topic and title of the page.
    pub subject: u64,
    /// Different runs of words in its body.
    pub size: u64,
    /// Of the body without names: the share of equal slots is the share of equal runs of words.
    pub sketch: [u8; SLOTS],
    /// Hashes of some slots each, from before they were cut down to a byte.
    pub bands: [u32; BANDS],
}

impl Default for Likeness {
    fn default() -> Self {
        Self { subject: 0, size: 0, sketch: [0; SLOTS], bands: [0; BANDS] }
    }
}

/// A key that pages share which may be alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LikenessKey(pub u64);

impl LikenessKey {
    const OF_SUBJECT: u64 = 1 << 63;

    /// Whether pages with this key may be one article; else they may be of one template.
    #[must_use]
    pub fn is_of_subject(self) -> bool {
        self.0 & Self::OF_SUBJECT != 0
    }
}

impl Likeness {
    /// Whether there is a text to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The keys of the page: of its subject, then of each band. None, of a page without text.
    #[must_use]
    pub fn keys(&self) -> Vec<LikenessKey> {
        if self.is_empty() {
            return vec![];
        }
        let bands = (0_u64..).zip(self.bands).map(|(band, hash)| LikenessKey(band << 32 | u64::from(hash)));
        std::iter::once(LikenessKey(self.subject | LikenessKey::OF_SUBJECT)).chain(bands).collect()
    }

    /// The share of equal slots, 0 to 1.
    #[must_use]
    pub fn resemblance(&self, other: &Self) -> f32 {
        let equal = self.sketch.iter().zip(&other.sketch).filter(|(left, right)| left == right).count();
        equal as f32 / SLOTS as f32
    }

    /// As the index stores it, but for its keys; nothing, of a page without text.
    #[must_use]
    pub fn to_words(&self) -> Vec<u64> {
        if self.is_empty() {
            return vec![];
        }
        let slots = self.sketch.chunks(8).map(|slots| slots.iter().fold(0, |word, &slot| word << 8 | u64::from(slot)));
        [self.subject, self.size].into_iter().chain(slots).collect()
    }

    /// From what [`Likeness::to_words`] and [`Likeness::keys`] gave.
    #[must_use]
    pub fn from_words(words: &[u64], keys: &[u64]) -> Self {
        let (&[subject, size], slots) = words.split_first_chunk().unwrap_or((&[0; 2], &[]));
        let mut likeness = Self { subject, size, ..Self::default() };
        if words.len() != WORDS {
            return Self::default();
        }
        let bytes = slots.iter().flat_map(|word| word.to_be_bytes());
        likeness.sketch.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        let bands = keys.iter().filter(|key| !LikenessKey(**key).is_of_subject());
        // The upper half numbers the band.
        let hashes = bands.map(|key| u32::try_from(key & u64::from(u32::MAX)).unwrap_or(0));
        likeness.bands.iter_mut().zip(hashes).for_each(|(band, hash)| *band = hash);
        likeness
    }
}

/// A page, to be compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Likened {
    /// Its id, as a number.
    pub id: u64,
    /// What it is compared by.
    pub likeness: Likeness,
    /// When it was captured, as [`super::capture::CaptureTime::as_number`]; 0 where nobody says.
    pub captured: u64,
}

/// What was decided of a page that is like another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kinship {
    /// The page.
    pub id: u64,
    /// The page that stands for it: itself, or another one with the same article.
    pub head: u64,
    /// Names the articles with the same text but for the names in it, mostly for other clinics; 0 where there are none.
    pub template: u64,
}

/// The pages that others of a key are compared with, for keys that many pages have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaders(BTreeMap<LikenessKey, Vec<u64>>);

impl Leaders {
    /// Those of a key, by id; nothing, where it is not known.
    #[must_use]
    pub fn of(&self, key: LikenessKey) -> Option<&[u64]> {
        self.0.get(&key).map(Vec::as_slice)
    }

    /// Says who leads; nobody, where it is not to be remembered.
    pub fn set(&mut self, key: LikenessKey, leaders: Vec<u64>) {
        if leaders.is_empty() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, leaders);
        }
    }

    /// All that is known, by key.
    pub fn iter(&self) -> impl Iterator<Item = (LikenessKey, &[u64])> {
        self.0.iter().map(|(key, leaders)| (*key, leaders.as_slice()))
    }
}

/// What was decided of all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kin {
    /// Of those that are like another one, by id.
    pub rows: Vec<Kinship>,
    /// By whom it was decided.
    pub leaders: Leaders,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likenesses_are_read_as_they_are_stored() {
        let mut likeness = Likeness { subject: u64::MAX >> 1, size: 9, ..Likeness::default() };
        likeness.sketch.iter_mut().zip(1..).for_each(|(slot, number)| *slot = number);
        likeness.bands.iter_mut().zip(u32::MAX - 20..).for_each(|(band, number)| *band = number);
        let keys: Vec<u64> = likeness.keys().iter().map(|key| key.0).collect();
        assert_eq!(Likeness::from_words(&likeness.to_words(), &keys), likeness);
        assert_eq!(Likeness::from_words(&[], &[]), Likeness::default());
        assert!(likeness.keys()[0].is_of_subject() && !likeness.keys()[1].is_of_subject());
    }
}
