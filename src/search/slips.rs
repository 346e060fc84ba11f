//! Slips of the fingers: which words are one slip apart, and which may be Chinese names in Latin letters.

/// Every word that is one slip away: two letters swapped, one too many, one too few, one wrong; each once at most often.
pub(super) fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let spelt = |before: &[char], inside: &[char], after: &[char]| -> String {
        before.iter().chain(inside).chain(after).collect()
    };
    let (mut swapped, mut shorter, mut longer, mut other) = (vec![], vec![], vec![], vec![]);
    for at in 0..=letters.len() {
        let (before, after) = letters.split_at_checked(at).unwrap_or_default();
        if let [first, second, rest @ ..] = after {
            swapped.push(spelt(before, &[*second, *first], rest));
        }
        if let [_, rest @ ..] = after {
            shorter.push(spelt(before, &[], rest));
            // Nobody misses the first letter: another one makes another word.
            other.extend(('a'..='z').filter(|_| at > 0).map(|letter| spelt(before, &[letter], rest)));
        }
        longer.extend(('a'..='z').map(|letter| spelt(before, &[letter], after)));
    }
    [shorter, swapped, other, longer].concat().into_iter().filter(|slip| slip != word).collect()
}

/// What a slip did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// Two letters stand in each other's place.
    Swapped,
    /// A letter stands twice.
    Doubled,
    /// A letter is missing.
    Missing,
    /// There is another letter.
    Extra,
    /// There is another letter in the place of one.
    Wrong,
}

/// The slip by which `typed` stands for `word`, and where, in letters; `None` where it takes more than one.
pub(super) fn slip_between(typed: &str, word: &str) -> Option<(Slip, usize)> {
    let (typed, word) = (typed.as_bytes(), word.as_bytes());
    let same = typed.iter().zip(word).take_while(|(one, other)| one == other).count();
    let slip = match (typed.get(same..)?, word.get(same..)?) {
        ([a, b, rest @ ..], [c, d, other @ ..]) if a == d && b == c && rest == other => Slip::Swapped,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => Slip::Wrong,
        ([extra, rest @ ..], other) if rest == other => {
            let before = same.checked_sub(1).and_then(|at| typed.get(at));
            if before == Some(extra) { Slip::Doubled } else { Slip::Extra }
        }
        (rest, [_, other @ ..]) if rest == other => Slip::Missing,
        _ => return None,
    };
    Some((slip, same))
}

/// The keys of a keyboard, in rows.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Whether one letter often comes in the place of another: its neighbour on the keyboard, or both vowels.
pub(super) fn are_confused(one: u8, other: u8) -> bool {
    let is_vowel = |letter: u8| b"aeiou".contains(&letter);
    let place = |row: &str, letter: u8| row.bytes().position(|key| key == letter);
    let are_neighbours = |row: &&str| place(row, one).zip(place(row, other)).is_some_and(|(a, b)| a.abs_diff(b) == 1);
    is_vowel(one) && is_vowel(other) || KEYS.iter().any(are_neighbours)
}

/// Whether two words are the same but for one slip: two letters swapped, one too many, one too few, one wrong.
pub(super) fn is_near(left: &str, right: &str) -> bool {
    left == right || slip_between(left, right).is_some()
}

/// Whether a word can be a Chinese name in Latin letters: two syllables or more, each well formed.
pub(super) fn is_pinyin(word: &str) -> bool {
    syllables(word).is_some_and(|syllables| syllables >= 2)
}

/// Of how many syllables of Chinese names in Latin letters a word is made, at least; `None` of another word.
pub(super) fn syllables(word: &str) -> Option<usize> {
    // reachable.get(n) is the least number of syllables that make the first n letters.
    let mut reachable: Vec<Option<usize>> = vec![None; word.len() + 1];
    if let Some(start) = reachable.first_mut() {
        *start = Some(0);
    }
    for from in 0..word.len() {
        let Some(count) = reachable.get(from).copied().flatten() else { continue };
        for to in from + 1..=word.len().min(from + 6) {
            // A syllable without an initial stands first only: elsewhere names have an apostrophe before it.
            let is_syllable =
                word.get(from..to).is_some_and(|part| is_syllable(part) || from == 0 && ALONE.contains(&part));
            if let (true, Some(place)) = (is_syllable, reachable.get_mut(to)) {
                *place = Some(place.map_or(count + 1, |least| least.min(count + 1)));
            }
        }
    }
    reachable.last().copied().flatten()
}

/// Syllables without an initial.
const ALONE: [&str; 11] = ["a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "er"];
/// Initials and the finals that follow them, in the order in which they are tried.
const SYLLABLES: [(&[&str], &str); 8] = [
    (&["zh", "ch", "sh", "r", "z", "c", "s"], "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    (&["f"], "a o ei ou an en ang eng u"),
    (&["b", "p", "m"], "a o ai ei ao ou an en ang eng i ie iao iu ian in ing u"),
    (&["d", "t", "n", "l"], "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing u uo ui uan un v ve ue"),
    (&["g", "k", "h"], "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    (&["j", "q", "x"], "i ia ie iao iu ian in iang ing iong u ue uan un"),
    (&["y"], "a e ao ou an ang i in ing o ong u ue uan un"),
    (&["w"], "a o ai ei an en ang eng u"),
];

/// Whether `text` is an initial and a final that go together.
fn is_syllable(text: &str) -> bool {
    SYLLABLES.iter().any(|(initials, finals)| {
        let rest = initials.iter().find_map(|initial| text.strip_prefix(initial));
        rest.is_some_and(|rest| finals.split(' ').any(|last| last == rest))
    })
}
