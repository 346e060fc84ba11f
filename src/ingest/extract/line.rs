//! One block with what the rules ask of it: length, shape, comparison key, wording.
//!
//! In: a block. Out: the same with features, worked out when first asked for and then kept. Judges nothing.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::dates::{self, FoundDay};
use super::forms;
use crate::ingest::formats::text::without_numbering;
use crate::knowledge::chrome::{ChromeRules, Match, Role};
use crate::model::article::Reason;
use crate::model::block::{Block, BlockKind};
use crate::text::normalize::comparison_key;
use crate::text::sentences::Sentences;
use crate::text::units::units;

/// A line this long is prose whatever ends it.
const LONG_UNITS: usize = 60;
/// A line this long is prose if commas part it.
const COMMA_UNITS: usize = 45;
/// Shortest declarative sentence that makes a line prose, in words or Han characters.
const SENTENCE_UNITS: usize = 4;

/// What opens a quotation, or a title.
const OPENING_QUOTES: [char; 5] = ['“', '"', '「', '『', '《'];

/// A block and its features.
#[derive(Debug)]
pub(super) struct Line<'r> {
    /// The block.
    pub(super) block: Block,
    /// Its length in words and Han characters.
    pub(super) units: usize,
    /// Whether it is running text: sentences, not a title, an item or a label.
    pub(super) is_prose: bool,
    rules: &'r ChromeRules,
    key: OnceCell<String>,
    /// The same without numbering, where there is one.
    bare_key: OnceCell<Option<Box<str>>>,
    matches: OnceCell<Vec<Match<'r>>>,
    /// The same outside of quotation marks, where there are any.
    spoken: OnceCell<Option<Vec<Match<'r>>>>,
    day: OnceCell<Option<FoundDay>>,
    at_edge: OnceCell<Option<(Reason, Cow<'r, str>)>>,
    is_numbered: OnceCell<bool>,
    is_row_of_buttons: OnceCell<bool>,
}

impl<'r> Line<'r> {
    /// A block to be judged by `rules`.
    pub(super) fn new(block: Block, rules: &'r ChromeRules) -> Self {
        let units = units(&block.text);
        let is_prose = !is_row(&block) && is_prose(&block.text, units);
        Self {
            block,
            units,
            is_prose,
            rules,
            key: OnceCell::new(),
            bare_key: OnceCell::new(),
            matches: OnceCell::new(),
            spoken: OnceCell::new(),
            day: OnceCell::new(),
            at_edge: OnceCell::new(),
            is_numbered: OnceCell::new(),
            is_row_of_buttons: OnceCell::new(),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.block.text
    }

    /// The text as lines are compared.
    pub(super) fn key(&self) -> &str {
        self.key.get_or_init(|| comparison_key(&self.block.text))
    }

    /// The key without numbering.
    pub(super) fn bare_key(&self) -> &str {
        let unnumbered = || {
            let bare = without_numbering(&self.block.text);
            (bare.len() < self.block.text.len()).then(|| comparison_key(bare).into_boxed_str())
        };
        let key = self.bare_key.get_or_init(unnumbered).as_deref().unwrap_or_else(|| self.key());
        match key.split_once(' ') {
            Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
            _ => key,
        }
    }

    /// Whether the line is a row of a table. A single cell is a line as any other: old pages are tables.
    pub(super) fn is_row(&self) -> bool {
        is_row(&self.block)
    }

    /// Whether the line carries an article: prose or a table row.
    pub(super) fn is_solid(&self) -> bool {
        self.is_prose || self.is_row()
    }

    /// Whether a section number stands in front.
    pub(super) fn is_numbered(&self) -> bool {
        *self.is_numbered.get_or_init(|| without_numbering(&self.block.text).len() < self.block.text.len())
    }

    /// The rules that the line's wording matches.
    pub(super) fn matches(&self) -> &[Match<'r>] {
        self.matches.get_or_init(|| self.rules.matches(&self.block.text, self.key()))
    }

    /// The rules that the line's wording matches outside of quotation marks.
    pub(super) fn spoken(&self) -> &[Match<'r>] {
        let quotes = || self.block.text.contains(OPENING_QUOTES);
        let unquoted = || quotes().then(|| self.matches_of(&without_quotations(&self.block.text)));
        self.spoken.get_or_init(unquoted).as_deref().unwrap_or_else(|| self.matches())
    }

    /// Why the line is chrome where it stands at the head or the tail of a page.
    pub(super) fn at_edge(&self) -> Option<&(Reason, Cow<'r, str>)> {
        self.at_edge.get_or_init(|| forms::at_edge(self)).as_ref()
    }

    /// Whether the line is buttons side by side.
    pub(super) fn is_row_of_buttons(&self) -> bool {
        *self.is_row_of_buttons.get_or_init(|| forms::is_row_of_buttons(self))
    }

    /// The first day that the line names.
    pub(super) fn day(&self) -> Option<FoundDay> {
        *self.day.get_or_init(|| dates::find(&self.block.text))
    }

    /// The rules that another wording of the line matches.
    pub(super) fn matches_of(&self, text: &str) -> Vec<Match<'r>> {
        self.rules.matches(text, &comparison_key(text))
    }

    /// The first match of a role.
    pub(super) fn find(&self, role: Role) -> Option<&Match<'r>> {
        self.matches().iter().find(|found| found.rule.role == role)
    }

    /// Whether the line's wording is of a role.
    pub(super) fn is(&self, role: Role) -> bool {
        self.find(role).is_some()
    }
}

fn is_row(block: &Block) -> bool {
    block.kind == BlockKind::TableRow && block.text.contains(" | ")
}

fn without_quotations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut closing = None;
    for character in text.chars() {
        match closing {
            Some(mark) if character == mark => closing = None,
            Some(_) => {}
            None => {
                closing = match character {
                    '“' => Some('”'),
                    '"' => Some('"'),
                    '「' => Some('」'),
                    '『' => Some('』'),
                    _ => None,
                };
                out.push(if closing.is_some() { ' ' } else { character });
            }
        }
    }
    out
}

/// Whether a text runs on in sentences. Questions and exclamations alone are how titles end.
fn is_prose(text: &str, units: usize) -> bool {
    if units >= LONG_UNITS || units >= COMMA_UNITS && text.contains([',', '，', ';', '；', '。']) {
        return true;
    }
    units >= SENTENCE_UNITS
        && text.contains(['.', '。', '；'])
        && Sentences::of(text).any(|span| {
            let sentence = span.of(text).trim_end_matches(['"', '\'', '”', '’', ')', '）', '」', '』']);
            let declares = sentence.ends_with(['。', '；']) || sentence.ends_with('.') && !sentence.ends_with("...");
            declares && self::units(sentence) >= SENTENCE_UNITS
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_and_labels() {
        for (text, expected) in [
            ("The cost depends on the hospital.", true),
            ("价格过低要谨慎。", true),
            ("Is Nanjing Kairong formal? Is it reliable?", false),
            ("Which is good? Dr. Sun Xiaoyan and Dr. Zhou Guoqiang are on the list", false),
            ("Summary", false),
            ("重庆美容诊所怎么样？植发口碑评价", false),
            ("A teaser that was cut off ...", false),
        ] {
            assert_eq!(is_prose(text, units(text)), expected, "{text}");
        }
    }
}
