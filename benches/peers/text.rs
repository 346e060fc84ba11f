//! Text that the bench makes itself, and queries taken out of text.

use std::fmt::Write as _;

/// Words of the made text; as many as a heap of a gigabyte of English has.
const VOCABULARY: u64 = 300_000;
/// Clinics that made pages are about, and their cities.
const CLINICS: u64 = 20_000;
const CITIES: [&str; 8] = ["Chongqing", "Dalian", "Wuhan", "Xiamen", "Jinan", "Harbin", "Kunming", "Lanzhou"];
/// Sentences of a made page.
const SENTENCES: usize = 24;
/// One word in so many is one of the few that its page is about.
const BURST: u64 = 6;

/// A page as an engine alone is given it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Row {
    /// Its address.
    pub(crate) url: String,
    /// Its title.
    pub(crate) title: String,
    /// Its paragraphs, a line each.
    pub(crate) text: String,
}

/// How the words of a query are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of them is enough.
    Any,
    /// All must be there.
    All,
    /// They follow each other.
    Phrase,
}

/// Numbers that are the same in every run (Marsaglia 2003, "Xorshift RNGs").
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn from(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    /// The rank of a word as words are spread in text: the second is half as frequent as the first (Zipf).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below the vocabulary, and positive")]
    fn rank(&mut self) -> u64 {
        let share = self.below(1 << 40) as f64 / (1_u64 << 40) as f64;
        ((VOCABULARY as f64).powf(share) as u64).min(VOCABULARY - 1)
    }
}

/// A word of a rank: frequent ones are short.
fn word(rank: u64, out: &mut String) {
    const SYLLABLES: [&str; 20] = [
        "ba", "ten", "ri", "cos", "lu", "ment", "da", "per", "no", "ing", "si", "ter", "ma", "con", "ve", "tion", "po",
        "al", "ge", "den",
    ];
    let mut rest = rank;
    loop {
        let syllable = usize::try_from(rest % 20).unwrap_or(0);
        out.push_str(SYLLABLES.get(syllable).copied().unwrap_or_default());
        rest /= 20;
        if rest == 0 {
            return;
        }
    }
}

/// Page `number` of the made text.
pub(crate) fn made(number: u64) -> Row {
    let mut numbers = Numbers::from(number + 1);
    let own: Vec<u64> = (0..12).map(|_| 200 + numbers.below(VOCABULARY - 200)).collect();
    let mut next_word = |out: &mut String| {
        let rank = if numbers.below(BURST) == 0 {
            let chosen = numbers.below(12);
            own.get(usize::try_from(chosen).unwrap_or(0)).copied().unwrap_or(0)
        } else {
            numbers.rank()
        };
        word(rank, out);
    };
    let mut brand = String::new();
    word(200 + number % CLINICS, &mut brand);
    let first = brand.remove(0).to_ascii_uppercase();
    let city = CITIES.get(usize::try_from(number % CLINICS).unwrap_or(0) % CITIES.len()).copied().unwrap_or_default();
    let mut title = format!("What {city} {first}{brand} Dental Clinic says about");
    for _ in 0..3 {
        title.push(' ');
        next_word(&mut title);
    }
    let mut text = String::new();
    for sentence in 0..SENTENCES {
        text.push_str("The");
        for _ in 0..14 {
            text.push(' ');
            next_word(&mut text);
        }
        text.push_str(if sentence % 4 == 3 { ".\n" } else { ". " });
    }
    let mut url = String::new();
    write!(url, "https://made{}.example/{number}", number % 50).expect("a string");
    Row { url, title, text }
}

/// A query of 1 to 6 words that stand in a text, a phrase of 2 to 4.
pub(crate) fn query(text: &str, numbers: &mut Numbers) -> Option<(Kind, String)> {
    let words: Vec<&str> = text
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .collect();
    let count = words.len() as u64;
    let (kind, length) = match numbers.below(20) {
        0..3 => (Kind::Any, 1),
        3..9 => (Kind::All, 2 + numbers.below(5)),
        9..15 => (Kind::Any, 2 + numbers.below(5)),
        _ => (Kind::Phrase, 2 + numbers.below(3)),
    };
    if count < length + 8 {
        return None;
    }
    let begin = numbers.below(count - length);
    let chosen: Vec<&str> = (0..length)
        .filter_map(|number| {
            let at = if kind == Kind::Phrase { begin + number } else { numbers.below(count) };
            words.get(usize::try_from(at).ok()?).copied()
        })
        .collect();
    Some((kind, chosen.join(" ").to_lowercase()))
}
