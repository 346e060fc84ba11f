//! THE analyzer: a text becomes the terms under which it is indexed, searched and highlighted.
//!
//! * Words of letters and digits are folded ([`super::normalize`]) and, where they are plain Latin, stemmed
//!   (Snowball English). An apostrophe inside a word belongs to it and is dropped ("Xi'an" = "Xian").
//! * Runs of Chinese and kana characters give every character and every pair of neighbours: no dictionary, no wrong
//!   segmentation, and the best measured quality without one. A pair stands at the position of its first character.
//! * A word that has a stem is also a term as it was written ([`Forms::Written`]), for those who want no other form of it.
//! * Positions count words and characters; spans are exact byte ranges of the source.
//!
//! Stop words are indexed too, so that phrases find them; queries leave them out (`search::understand`).

use serde::{Deserialize, Serialize};

use super::normalize::{fold_char, is_han};
use super::span::Span;
use super::stems::stem;

/// Longer words are cut here: nobody types them, and the index refuses terms of 64 KiB.
const MAX_WORD_BYTES: usize = 120;

/// Begins the term of a word as it was written; no other term begins so.
const WRITTEN: char = '=';

/// In what form words that have a stem become terms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forms {
    /// By their stem: `reimbursed` is found by `reimburse`.
    #[default]
    Stems,
    /// As written, but for case, width and accents.
    Written,
}

/// A term and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The folded, stemmed form: what the index holds.
    pub text: String,
    /// Bytes of the source text that it stands for.
    pub span: Span,
    /// Ordinal of the word, or of the first character of a pair, in its text.
    pub position: usize,
}

/// All terms of `text`, in order of position; of two at one position the single character comes first.
#[must_use]
pub fn terms(text: &str) -> Vec<Term> {
    terms_by(text, Forms::Stems)
}

/// [`terms`], by the forms of words that are wanted.
#[must_use]
pub fn terms_by(text: &str, forms: Forms) -> Vec<Term> {
    let mut stream = TermStream::by(text, forms);
    let mut out = Vec::new();
    while stream.advance() {
        out.push(Term { text: stream.text().to_owned(), span: stream.span(), position: stream.position() });
    }
    out
}

/// The word of a term that stands for a word as it was written; `None` of other terms.
#[must_use]
pub fn written_word(term: &str) -> Option<&str> {
    term.strip_prefix(WRITTEN)
}

/// The term of all forms of the word of a term.
#[must_use]
pub fn stem_term(term: &str) -> String {
    let mut word = written_word(term).unwrap_or(term).to_owned();
    if word.len() < term.len() {
        stem(&mut word);
    }
    word
}

/// The terms of a text one after another, in one reused buffer: for indexing millions of pages.
pub struct TermStream<'a> {
    source: &'a str,
    forms: Forms,
    next_byte: usize,
    next_position: usize,
    pending_pair: Option<Span>,
    text: String,
    span: Span,
    position: usize,
}

impl<'a> TermStream<'a> {
    /// A stream before the first term of `source`.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        Self::by(source, Forms::Stems)
    }

    /// [`TermStream::new`], by the forms of words that are wanted.
    #[must_use]
    pub fn by(source: &'a str, forms: Forms) -> Self {
        Self {
            source,
            forms,
            next_byte: 0,
            next_position: 0,
            pending_pair: None,
            text: String::new(),
            span: Span::new(0, 0),
            position: 0,
        }
    }

    /// Moves to the next term; false at the end of the text.
    pub fn advance(&mut self) -> bool {
        if let Some(pair) = self.pending_pair.take() {
            self.text.clear();
            self.span = pair;
            fold_into(pair.of(self.source), &mut self.text);
            return true;
        }
        while let Some(character) = self.rest().chars().next() {
            let found = if is_ngram_script(character) {
                self.take_character(character);
                true
            } else if begins_word(character) {
                self.take_word()
            } else {
                self.next_byte += character.len_utf8();
                false
            };
            if found {
                self.position = self.next_position;
                self.next_position += 1;
                return true;
            }
        }
        false
    }

    /// The current term.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the current term stands in the source.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The current term's ordinal.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.next_byte..).unwrap_or_default()
    }

    fn take_character(&mut self, character: char) {
        let start = self.next_byte;
        let end = start + character.len_utf8();
        self.next_byte = end;
        self.span = Span::new(start, end);
        self.text.clear();
        fold_char(character, |folded| self.text.push(folded));
        self.pending_pair = match self.rest().chars().next() {
            Some(next) if is_ngram_script(next) => Some(Span::new(start, end + next.len_utf8())),
            _ => None,
        };
    }

    /// Takes the word that starts here; false when nothing of it survives folding.
    fn take_word(&mut self) -> bool {
        let start = self.next_byte;
        let word = word_at(self.rest());
        self.next_byte = start + word.len();
        self.span = Span::new(start, self.next_byte);
        self.text.clear();
        if word.bytes().all(|byte| byte.is_ascii_alphabetic()) && word.len() <= MAX_WORD_BYTES {
            self.text.push_str(word);
            self.text.make_ascii_lowercase();
            self.put_in_form();
            return true;
        }
        fold_into(word, &mut self.text);
        let cut = floor_char_boundary(&self.text, MAX_WORD_BYTES);
        self.text.truncate(cut);
        if self.text.ends_with("'s") {
            self.text.truncate(self.text.len() - 2);
        }
        self.text.retain(|character| character != '\'');
        if self.text.is_empty() {
            return false;
        }
        if self.text.bytes().all(|byte| byte.is_ascii_lowercase()) {
            self.put_in_form();
        }
        true
    }

    fn put_in_form(&mut self) {
        match self.forms {
            Forms::Stems => stem(&mut self.text),
            Forms::Written => self.text.insert(0, WRITTEN),
        }
    }
}

/// Characters of scripts without spaces, indexed singly and in pairs; the combining marks among them fold to nothing.
fn is_ngram_script(character: char) -> bool {
    (character as u32) >= 0x3007
        && (is_han(character) || matches!(character, '\u{3041}'..='\u{3096}' | '\u{309B}'..='\u{30FF}'))
}

/// Whether a word can begin with a character: an apostrophe only joins, though Unicode calls one of them a letter.
fn begins_word(character: char) -> bool {
    character.is_alphanumeric() && !is_apostrophe(character)
}

/// The word at the start of `text`: letters, digits, combining marks, and apostrophes between two of them.
fn word_at(text: &str) -> &str {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let inside = if is_apostrophe(character) {
            characters.peek().is_some_and(|&(_, next)| is_word_character(next))
        } else {
            is_word_character(character) || unicode_normalization::char::is_combining_mark(character)
        };
        if !inside {
            break;
        }
        end = index + character.len_utf8();
    }
    text.get(..end).unwrap_or_default()
}

/// Whether a character is a letter or digit of a script that has spaces between its words.
#[must_use]
pub fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() && !is_ngram_script(character)
}

/// Whether a character joins what stands beside it to one word, between two letters.
pub(crate) fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | 'ʼ')
}

fn fold_into(text: &str, out: &mut String) {
    for character in text.chars() {
        if is_apostrophe(character) {
            out.push('\'');
        } else {
            fold_char(character, |folded| out.push(folded));
        }
    }
}

fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(source: &str) -> Vec<String> {
        terms(source).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn analysis() {
        for (name, source, expected) in [
            ("words", "Medical insurance, 2024", vec!["medic", "insur", "2024"]),
            ("possessive and apostrophe", "Chongqing's Xi’an don't", vec!["chongq", "xian", "dont"]),
            ("han", "重慶市", vec!["重", "重庆", "庆", "庆市", "市"]),
            ("mixed", "做CT检查", vec!["做", "ct", "检", "检查", "查"]),
            ("an apostrophe that is a letter", "ʼ ʼa aʼ ʼʼ", vec!["a", "a"]),
            ("a combining mark of kana alone", "\u{3099} か\u{3099}", vec!["か"]),
            ("full width", "ＡＢＣ", vec!["abc"]),
            ("punctuation only", "—— …", vec![]),
            ("accents", "Ürümqi café", vec!["urumqi", "cafe"]),
        ] {
            assert_eq!(texts(source), expected, "{name}");
        }
        let positions: Vec<_> = terms("a 重庆 b").iter().map(|term| term.position).collect();
        assert_eq!(positions, [0, 1, 1, 2, 3], "a pair stands at its first character");
    }

    #[test]
    fn words_as_written() {
        for (source, expected) in [
            ("Insured insurances", vec!["=insured", "=insurances"]),
            ("Chongqing's ＡＢＣ Café 2024 重慶", vec!["=chongqing", "=abc", "=cafe", "2024", "重", "重庆", "庆"]),
        ] {
            let written: Vec<String> = terms_by(source, Forms::Written).into_iter().map(|term| term.text).collect();
            assert_eq!(written, expected);
            assert_eq!(written.iter().map(|term| stem_term(term)).collect::<Vec<_>>(), texts(source));
        }
    }

    #[test]
    fn a_word_without_end_is_cut() {
        let long = "x".repeat(100_000);
        assert_eq!(texts(&long), [("x").repeat(MAX_WORD_BYTES)]);
    }

    proptest! {
        #[test]
        fn spans_are_exact_and_positions_ascend(source in "[\\PC重庆慶'’ıK\u{301}]{0,60}") {
            let mut last = 0;
            for term in terms(&source) {
                prop_assert!(source.get(term.span.start..term.span.end).is_some_and(|slice| !slice.is_empty()));
                prop_assert!(term.position >= last);
                prop_assert!(!term.text.is_empty());
                last = term.position;
            }
        }
    }
}
