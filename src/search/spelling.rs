//! Spelling: words of a query that no page holds → the words that were probably meant.
//!
//! One letter too many, too few, wrong, or two swapped; a letter on the wrong side of a space; a name written in one word or
//! in several. Only what some page holds is proposed, and used only where it is clearly better ([`super::neighbours`]): else
//! it is offered. Numbers, quoted words, words under four letters and recognised names stay as they are, and so do stop
//! words. The index holds stems, so each way to write the word is stemmed and looked up: no dictionary of its own is kept.
//!
//! The words of a query explain each other: beside a city a misspelt name is rather one of that city's clinics, and a
//! misspelt city is rather one that has the clinic.

use super::neighbours::{clearly_better, is_vocabulary, neighbours};
use super::slips::{is_near, is_pinyin};
use super::understand::{Sense, Understanding};
use crate::knowledge::Knowledge;
use crate::text::span::Span;
use crate::text::terms::{Term, is_apostrophe, terms};

/// Shorter words have too many neighbours.
const MIN_LETTERS: usize = 4;
/// Longer ones are no words.
const MAX_LETTERS: usize = 24;
/// Shortest part of a word that was written together, and shortest name of several syllables.
const MIN_PART_LETTERS: usize = 3;
/// Shorter parts stand inside of many a word: they are taken apart only where both together mean something.
const MIN_SURE_PART_LETTERS: usize = 4;
/// Most words of one query that are looked into.
const MAX_WORDS: usize = 8;
/// Most words that are one name.
const MAX_JOINED: usize = 3;
/// Cities that a misspelt word can be which are looked into for the clinics that the query may name.
const MAX_CITIES: usize = 6;
/// Most words of one query for which a better known one is offered.
const MAX_OFFERS: usize = 3;
/// A word on more pages is known well enough.
const FEW_PAGES: usize = 3;
/// A neighbour on this many times more pages is better known.
const BETTER_KNOWN: usize = 20;

/// The words of a query as they were probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// All words.
    pub words: String,
    /// What was changed, by position.
    pub corrections: Vec<Correction>,
}

/// A word that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// As typed.
    pub typed: String,
    /// What is searched for.
    pub used: String,
    /// Where that stands in [`Corrected::words`].
    pub span: Span,
    /// What else could have been meant, likeliest first.
    pub others: Vec<String>,
    /// How sure the change is.
    pub doubt: Doubt,
}

/// How sure a correction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// What was typed is no word.
    None,
    /// What was typed can be a name that no page holds.
    MayBeName,
}

/// What an index holds, as far as spelling asks.
pub struct Held<'a, E> {
    /// How many pages hold a term.
    pub pages_with: &'a dyn Fn(&str) -> Result<usize, E>,
    /// Whether some page that holds a term shows it in this form.
    pub shows: &'a dyn Fn(&str, &str) -> Result<bool, E>,
    /// The brands of the clinics in the city with this code, squashed.
    pub brands_in: &'a dyn Fn(&str) -> Result<Vec<String>, E>,
}

/// Corrects the words of a query; `None` where there is nothing to correct.
///
/// # Errors
/// The first error of `held`.
pub fn corrected<E>(
    understanding: &Understanding,
    knowledge: &Knowledge,
    held: &Held<'_, E>,
) -> Result<Option<Corrected>, E> {
    let cities = understanding.cities().flatten().cloned().collect();
    let mut speller = Speller { knowledge, held, cities };
    speller.cities.extend(speller.meant_cities(understanding)?);
    let words: Vec<Term> = terms(&understanding.words);
    let mut out = Corrected { words: String::new(), corrections: vec![] };
    let (mut copied_to, mut index) = (0, 0);
    while let Some(word) = words.get(index) {
        let may_change = out.corrections.len() < MAX_WORDS && is_open(word, understanding, knowledge);
        let change = if may_change { speller.change(&words, index, understanding)? } else { None };
        let Some((taken, correction)) = change else {
            index += 1;
            continue;
        };
        let end = words.get(index + taken - 1).map_or(word.span.end, |last| last.span.end);
        out.words.push_str(Span::new(copied_to, word.span.start).of(&understanding.words));
        let start = out.words.len();
        out.words.push_str(&correction.used);
        let typed = Span::new(word.span.start, end).of(&understanding.words).to_owned();
        out.corrections.push(Correction { typed, span: Span::new(start, out.words.len()), ..correction });
        copied_to = end;
        index += taken;
    }
    out.words.push_str(Span::new(copied_to, understanding.words.len()).of(&understanding.words));
    Ok((!out.corrections.is_empty()).then_some(out))
}

/// Better known neighbours of words that no page or few pages hold, to be offered and not used: a word one slip away that
/// far more pages hold, or a clinic of the city asked for.
///
/// # Errors
/// The first error of `held`.
pub fn better_known<E>(
    understanding: &Understanding,
    knowledge: &Knowledge,
    held: &Held<'_, E>,
) -> Result<Vec<Correction>, E> {
    let speller = Speller { knowledge, held, cities: understanding.cities().flatten().cloned().collect() };
    let mut better = Vec::new();
    for word in terms(&understanding.words) {
        let typed = letters(&word, &understanding.words);
        let is_word = (MIN_LETTERS..=MAX_LETTERS).contains(&typed.len());
        let is_meant = understanding.meanings.iter().any(|meaning| meaning.span.overlaps(word.span));
        if !is_word || is_meant || !is_open(&word, understanding, knowledge) || better.len() >= MAX_OFFERS {
            continue;
        }
        let pages = (held.pages_with)(&word.text)?;
        let brand = if is_pinyin(&typed) { speller.clinic_near(&typed)? } else { None };
        let found = match brand {
            None if pages <= FEW_PAGES => speller.better_than(&typed, pages)?,
            brand => brand,
        };
        let typed = word.span.of(&understanding.words).to_owned();
        better.extend(found.map(|used| Correction { typed, span: word.span, ..correction(used, vec![], Doubt::None) }));
    }
    Ok(better)
}

/// Whether a word may be changed: plain Latin letters, no stop word, and nothing that was recognised.
fn is_open(word: &Term, understanding: &Understanding, knowledge: &Knowledge) -> bool {
    let is_meant = understanding.meanings.iter().any(|meaning| {
        meaning.span.overlaps(word.span) && matches!(meaning.sense, Sense::City(_) | Sense::Synonyms(_))
    });
    let is_plain = is_plain(&letters(word, &understanding.words));
    is_plain
        && !is_contracted(word.span.of(&understanding.words))
        && !is_meant
        && !knowledge.stop_words.is_stop_word(&word.text)
}

/// A word in small letters, without apostrophes, which come and go in names ("Xi'an"), and not as somebody's.
pub(super) fn letters(word: &Term, text: &str) -> String {
    let written = word.span.of(text);
    let own = written.strip_suffix(['s', 'S']).and_then(|own| own.strip_suffix(is_apostrophe)).unwrap_or(written);
    own.chars().filter(|letter| !is_apostrophe(*letter)).collect::<String>().to_ascii_lowercase()
}

/// Whether a word is two with letters left out: "aren't".
fn is_contracted(written: &str) -> bool {
    let ending = written.rsplit_once(is_apostrophe).map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ["t", "re", "ll", "ve", "d", "m"].contains(&ending.as_str()))
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

struct Speller<'a, E> {
    knowledge: &'a Knowledge,
    held: &'a Held<'a, E>,
    /// Codes of the cities that the query names or probably means.
    cities: Vec<String>,
}

impl<E> Speller<'_, E> {
    /// The cities that misspelt words mean, where the query names none: of those one slip away one that has a clinic of
    /// which the query speaks, else the likeliest.
    fn meant_cities(&self, understanding: &Understanding) -> Result<Vec<String>, E> {
        if !self.cities.is_empty() {
            return Ok(vec![]);
        }
        let words: Vec<Term> = terms(&understanding.words);
        let typed = |word: &Term| letters(word, &understanding.words);
        let open = words.iter().filter(|word| is_open(word, understanding, self.knowledge));
        let open: Vec<String> = open.map(typed).filter(|word| word.len() >= MIN_LETTERS).take(MAX_WORDS).collect();
        for word in &open {
            if word.len() > MAX_LETTERS || self.pages_of(word)? > 0 {
                continue;
            }
            let mut likeliest = vec![];
            for candidate in neighbours(word, self.knowledge, self.held)?.iter().take(MAX_CITIES) {
                let codes = self.codes_of(&candidate.word);
                let others: Vec<&String> = open.iter().filter(|other| *other != word).collect();
                if self.has_clinic(&codes, &others)? {
                    return Ok(codes);
                }
                likeliest = if likeliest.is_empty() { codes } else { likeliest };
            }
            if !likeliest.is_empty() {
                return Ok(likeliest);
            }
        }
        Ok(vec![])
    }

    fn codes_of(&self, name: &str) -> Vec<String> {
        self.knowledge.cities.named(name).into_iter().map(|city| city.adcode.clone()).collect()
    }

    /// Whether a clinic of one of these cities is called as one of `words`, or nearly so.
    fn has_clinic(&self, cities: &[String], words: &[&String]) -> Result<bool, E> {
        for city in cities {
            let brands = (self.held.brands_in)(city)?;
            if words.iter().any(|word| brands.iter().any(|brand| is_near(word, brand))) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The clinic of the cities asked for whose brand is one slip away: the one with the same initial and length first.
    fn clinic_near(&self, typed: &str) -> Result<Option<String>, E> {
        let initial = typed.bytes().next();
        let mut found: Vec<(bool, usize, String)> = vec![];
        for city in &self.cities {
            let near = (self.held.brands_in)(city)?.into_iter().filter(|brand| brand.len() >= MIN_LETTERS);
            let near = near.filter(|brand| brand != typed && is_near(typed, brand));
            found.extend(near.map(|brand| (brand.bytes().next() != initial, brand.len().abs_diff(typed.len()), brand)));
        }
        Ok(found.into_iter().min().map(|(_, _, brand)| brand))
    }

    /// What to put in the place of the word at `index`, and how many words it takes; `None` where it is well.
    fn change(
        &self,
        words: &[Term],
        index: usize,
        understanding: &Understanding,
    ) -> Result<Option<(usize, Correction)>, E> {
        let Some(word) = words.get(index) else { return Ok(None) };
        let typed = letters(word, &understanding.words);
        if let Some((taken, joined)) = self.joined(words, index, &understanding.words)? {
            return Ok(Some((taken, correction(joined, vec![], Doubt::None))));
        }
        if let Some(moved) = self.moved(words, index, understanding)? {
            return Ok(Some((2, correction(moved, vec![], Doubt::None))));
        }
        let is_word = (MIN_LETTERS..=MAX_LETTERS).contains(&typed.len());
        if !is_word || (self.held.pages_with)(&word.text)? > 0 {
            return Ok(None);
        }
        let near = neighbours(&typed, self.knowledge, self.held)?;
        let is_city_meant = |name: &String| self.codes_of(name).iter().any(|code| self.cities.contains(code));
        if let Some(city) = near.iter().map(|neighbour| &neighbour.word).find(|name| is_city_meant(name)) {
            return Ok(Some((1, correction(city.clone(), vec![], Doubt::None))));
        }
        if let Some(brand) = self.clinic_near(&typed)? {
            return Ok(Some((1, correction(brand, vec![], Doubt::None))));
        }
        if let Some(best) = clearly_better(&typed, &near) {
            let is_name = is_pinyin(&typed) && is_pinyin(&best.word) && !best.is_known();
            let doubt = if is_name { Doubt::MayBeName } else { Doubt::None };
            let others = near.iter().filter(|other| other.word != best.word).map(|other| other.word.clone());
            return Ok(Some((1, correction(best.word.clone(), others.collect(), doubt))));
        }
        if !near.is_empty() {
            return Ok(None);
        }
        Ok(self.parted(&typed)?.map(|parts| (1, correction(parts, vec![], Doubt::None))))
    }

    /// The words from `index` on as one, where some page holds it so and one of them is in no page.
    fn joined(&self, words: &[Term], index: usize, text: &str) -> Result<Option<(usize, String)>, E> {
        for count in (2..=MAX_JOINED).rev() {
            let Some(parts) = words.get(index..index + count) else { continue };
            let joined: String = parts.iter().map(|part| letters(part, text)).collect();
            if !is_plain(&joined) || joined.len() < 2 * MIN_PART_LETTERS || joined.len() > MAX_LETTERS {
                continue;
            }
            let mut is_missing = false;
            for part in parts {
                is_missing |= (self.held.pages_with)(&part.text)? == 0;
            }
            if is_missing && self.is_shown(&joined)? {
                return Ok(Some((count, joined)));
            }
        }
        Ok(None)
    }

    /// Two words as they are when a letter beside the space between them goes to its other side, where pages then hold
    /// both and not yet.
    fn moved(&self, words: &[Term], index: usize, understanding: &Understanding) -> Result<Option<String>, E> {
        let text = &understanding.words;
        let Some([left, right]) = words.get(index..index + 2) else { return Ok(None) };
        let is_one_space = Span::new(left.span.end, right.span.start.max(left.span.end)).of(text) == " ";
        let [typed_left, typed_right] = [left, right].map(|word| letters(word, text));
        let is_long = typed_left.len() + typed_right.len() >= 2 * MIN_PART_LETTERS;
        if !is_one_space || !is_long || !is_plain(&typed_left) || !is_plain(&typed_right) {
            return Ok(None);
        }
        let is_missing = |word: &Term, typed: &str| -> Result<bool, E> {
            Ok(typed.len() >= MIN_LETTERS && (self.held.pages_with)(&word.text)? == 0)
        };
        if !is_missing(left, &typed_left)? && !is_missing(right, &typed_right)? {
            return Ok(None);
        }
        let to_left =
            typed_right.split_at_checked(1).map(|(first, rest)| (format!("{typed_left}{first}"), rest.to_owned()));
        let last = typed_left.len().saturating_sub(1);
        let to_right =
            typed_left.split_at_checked(last).map(|(rest, last)| (rest.to_owned(), format!("{last}{typed_right}")));
        for (left, right) in to_left.into_iter().chain(to_right) {
            if left.len() >= 2 && right.len() >= 2 && self.is_shown(&left)? && self.is_shown(&right)? {
                return Ok(Some(format!("{left} {right}")));
            }
        }
        Ok(None)
    }

    /// The likeliest word one slip away, where many times more pages hold it.
    fn better_than(&self, typed: &str, pages: usize) -> Result<Option<String>, E> {
        let Some(best) = neighbours(typed, self.knowledge, self.held)?.into_iter().next() else { return Ok(None) };
        let is_better = pages == 0 || self.pages_of(&best.word)? >= BETTER_KNOWN * pages;
        Ok(is_better.then_some(best.word))
    }

    /// The word in two, where pages hold both.
    fn parted(&self, typed: &str) -> Result<Option<String>, E> {
        let mut best: Option<(usize, String)> = None;
        for at in MIN_PART_LETTERS..=typed.len().saturating_sub(MIN_PART_LETTERS) {
            let Some((left, right)) = typed.split_at_checked(at) else { continue };
            if [left, right].iter().any(|part| self.knowledge.stop_words.is_stop_word(part)) {
                continue;
            }
            let is_short = left.len().min(right.len()) < MIN_SURE_PART_LETTERS;
            let parts = format!("{left} {right}");
            if is_short && !is_pinyin(typed) && !is_vocabulary(&parts, self.knowledge) {
                continue;
            }
            let pages = self.pages_of(left)?.min(self.pages_of(right)?);
            let is_better = pages > best.as_ref().map_or(0, |(pages, _)| *pages);
            if is_better && self.is_shown(left)? && self.is_shown(right)? {
                best = Some((pages, parts));
            }
        }
        Ok(best.map(|(_, parts)| parts))
    }

    /// Whether some page shows a word in this form.
    fn is_shown(&self, word: &str) -> Result<bool, E> {
        let Some(term) = terms(word).into_iter().next() else { return Ok(false) };
        Ok((self.held.pages_with)(&term.text)? > 0 && (self.held.shows)(&term.text, word)?)
    }

    fn pages_of(&self, word: &str) -> Result<usize, E> {
        terms(word).first().map_or(Ok(0), |term| (self.held.pages_with)(&term.text))
    }
}

fn correction(used: String, others: Vec<String>, doubt: Doubt) -> Correction {
    Correction { typed: String::new(), used, span: Span::new(0, 0), others, doubt }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const FORMS: [&str; 14] = [
        "medical",
        "price",
        "how",
        "eye",
        "bag",
        "zaomeifang",
        "yunli",
        "ruijia",
        "clinic",
        "baizi",
        "much",
        "wuhai",
        "wenzhou",
        "root",
    ];

    fn correct(words: &str) -> Option<Corrected> {
        let knowledge = Knowledge::builtin().expect("valid");
        let held = [
            "medic",
            "insur",
            "price",
            "chongq",
            "zaomeifang",
            "yun",
            "eye",
            "bag",
            "clinic",
            "ruijia",
            "any",
            "one",
            "yunli",
            "much",
            "how",
            "wuhai",
            "wenzhou",
            "wuzhou",
            "basi",
            "instal",
            "root",
            "patch",
            "xian",
            "guangan",
        ];
        let clinics = [("420100", "yanlihui"), ("450300", "baizi"), ("330300", "yunli")];
        let pages_with = |term: &str| Ok::<_, Infallible>(usize::from(held.contains(&term)) * 9);
        let brands_in = |city: &str| {
            let there = clinics.iter().filter(|(code, _)| *code == city);
            Ok(there.map(|(_, brand)| (*brand).to_owned()).collect())
        };
        let shows = |_: &str, form: &str| Ok(FORMS.contains(&form));
        let held = Held { pages_with: &pages_with, shows: &shows, brands_in: &brands_in };
        corrected(&Understanding::of(words, &knowledge), &knowledge, &held).expect("in memory")
    }

    #[test]
    fn words_that_no_page_holds() {
        for (name, typed, words) in [
            ("swapped, too few", "medcial inurance", Some("medical insurance")),
            ("too many, in the middle of a sentence", "the priice of it", Some("the price of it")),
            ("wrong letter, city", "Chongqang price", Some("chongqing price")),
            ("a name in several words", "zao mei fang price", Some("zaomeifang price")),
            ("words written together", "eyebag price", Some("eye bag price")),
            ("a letter before a name that may be another", "price nRuijia", None),
            ("held as they are", "medical insurance price", None),
            ("numbers, short words, stop words", "2O24 pri hwo 12345", None),
            ("a city that no page holds", "Lhasa price", None),
            ("Chinese", "医保报消", None),
            ("nothing near", "xylophone", None),
            ("never into stop words", "anyone", None),
            ("a clinic of the city", "Wuhan Yalihui price", Some("Wuhan yanlihui price")),
            ("a clinic of the city before a word of some page", "Guilin Bazi price", Some("Guilin baizi price")),
            ("a clinic of another city", "Dalian Yalihui price", None),
            ("a clinic without its first letter", "Wuhan anlihui price", Some("Wuhan yanlihui price")),
            ("the city that has the clinic", "Wnzhou Yunli price", Some("wenzhou Yunli price")),
            ("a letter on the wrong side", "Wuha iYunli ho wmuch", Some("wuhai yunli how much")),
            ("an apostrophe, one letter too many", "Xi'ann price", Some("xian price")),
            ("an apostrophe, one letter too few", "Guang’n price", Some("guangan price")),
            ("an apostrophe where it belongs", "Xi'an price", None),
            ("of somebody", "a clinic's price", None),
            ("of a city that no page holds", "Hangzhou's dentists, Lhasa’s price", None),
            ("of a misspelt one", "Chongqang's price", Some("chongqing price")),
            ("letters left out", "they patchn't we'll", None),
            ("another word, one letter away", "robot", None),
            ("a form that no page shows", "paths", None),
            ("the form of a stem that is a word", "pay by installsents", Some("pay by installments")),
        ] {
            assert_eq!(correct(typed).map(|found| found.words).as_deref(), words, "{name}");
        }
    }

    #[test]
    fn what_may_be_a_name_is_said() {
        let found = correct("zaomeifnag zaomeifeng price").expect("two changes");
        assert_eq!(found.words, "zaomeifang zaomeifang price");
        let doubts: Vec<Doubt> = found.corrections.iter().map(|correction| correction.doubt).collect();
        assert_eq!(doubts, [Doubt::None, Doubt::MayBeName]);
        assert!(found.corrections.iter().all(|c| c.span.of(&found.words) == c.used), "{found:?}");
        for (word, is) in
            [("zaomeifang", true), ("douyunge", true), ("ruilli", false), ("price", false), ("xin", false)]
        {
            assert_eq!(is_pinyin(word), is, "{word}");
        }
    }
}
