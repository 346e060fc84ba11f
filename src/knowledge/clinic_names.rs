//! Reads one clinic's name around its words for the kind: where the brand starts, and which city stands beside it.
//!
//! A Latin brand is of capitalised words that are not generic, back to a city; a Chinese brand reaches back to a city,
//! or to a word that cannot be part of it.

use super::clinics::{ClinicMention, ClinicPatterns, ClinicSort, Role};
use super::folded::{Folded, folded_phrase};
use super::lexicon::Found;
use super::places::CityMention;
use crate::text::normalize::is_han;
use crate::text::span::Span;

/// A brand of more words than this is prose.
const MAX_BRAND_WORDS: usize = 4;
/// A Chinese brand of more characters than this is prose.
const MAX_BRAND_CHARACTERS: usize = 8;
/// "beauty clinic of beauty shop": so many words may follow "of".
const MAX_TRANSLATED_WORDS: usize = 3;

/// A text whose clinic words are found, and in which names are read.
pub(super) struct NameReader<'r> {
    pub(super) patterns: &'r ClinicPatterns,
    pub(super) text: &'r Folded<'r>,
    pub(super) tokens: &'r [Found],
    pub(super) cities: &'r [CityMention<'r>],
    pub(super) has_capitals: bool,
}

impl NameReader<'_> {
    fn source(&self) -> &str {
        self.text.source()
    }

    fn written(&self, found: &Found) -> &str {
        found.span.of(self.source())
    }

    /// One past the last token of the run that starts at `first`: neighbours with nothing, or one space, between.
    pub(super) fn chain_end(&self, first: usize) -> usize {
        let mut end = first + 1;
        while let (Some(last), Some(next)) = (self.tokens.get(end - 1), self.tokens.get(end)) {
            let gap = Span::new(last.folded.end, next.folded.start).of(self.text.text());
            if !gap.is_empty() && gap != " " {
                break;
            }
            end += 1;
        }
        end
    }

    /// The clinic named by the run of tokens `first..end`.
    pub(super) fn mention(&self, first: usize, end: usize) -> Option<ClinicMention> {
        let run = self.tokens.get(first..end)?;
        let is_type = |token: &&Found| self.patterns.is_of_type(token);
        let start = run.iter().position(|token| is_type(&token))?;
        let run = run.get(start..)?;
        let head = (0..run.len()).rev().find(|&index| self.is_head(run, index));
        let Some(head) = head else { return self.short(run) };
        let run = run.get(..=self.end_behind_of(run, head))?;
        let (first_token, head_token) = (run.first()?, run.last()?);
        let is_plural = self.written(head_token).ends_with(['s', 'S']) && !self.written(head_token).contains(is_han);
        let span = Span::new(first_token.span.start, head_token.span.end);
        if self.written(first_token).contains(is_han) {
            Some(self.chinese(span))
        } else if is_plural {
            Some(self.generic(span, None))
        } else {
            Some(self.latin(span))
        }
    }

    /// "Hospital of Stomatology": the last of the words for the kind that follow the head and "of", if capitalised.
    fn end_behind_of(&self, run: &[Found], head: usize) -> usize {
        let is_of = run.get(head + 1).is_some_and(|token| matches!(self.written(token), "of" | "for"));
        let kinds = run.iter().skip(head + 2).take_while(|token| {
            self.patterns.has(token, Role::Kind) && self.written(token).starts_with(|c: char| c.is_ascii_uppercase())
        });
        let count = kinds.count();
        if is_of && count > 0 { head + 1 + count } else { head }
    }

    /// Whether a name can end in the token at `index` of a run.
    fn is_head(&self, run: &[Found], index: usize) -> bool {
        let has = |index: usize, role| run.get(index).is_some_and(|token| self.patterns.has(token, role));
        let is_behind_kind = index.checked_sub(1).is_some_and(|before| has(before, Role::Kind));
        has(index, Role::Head) || (has(index, Role::WeakHead) && is_behind_kind)
    }

    /// A name without its head: "Dalian Zhiling Medical Beauty", 上海美莱医疗美容: only right behind its city.
    fn short(&self, run: &[Found]) -> Option<ClinicMention> {
        let is_kind = |token: &&Found| self.patterns.has(token, Role::Kind);
        let length = run.iter().take_while(is_kind).count();
        let (first, last) = (run.first()?, run.get(length.checked_sub(1)?)?);
        let kind = Span::new(first.span.start, last.span.end);
        let rest = self.source().get(kind.end..).unwrap_or_default();
        let next = rest.trim_start_matches(' ').chars().next();
        let ends_here = next.is_none_or(|next| !next.is_alphanumeric() || next.is_ascii_lowercase())
            || self.starts_with_boundary(rest);
        let is_chinese = self.written(first).contains(is_han);
        let mention = if is_chinese { self.chinese(kind) } else { self.latin(kind) };
        let is_name = mention.sort == ClinicSort::Named && ends_here && mention.city.is_some();
        let is_written_as_name = is_chinese || self.written(first).starts_with(|c: char| c.is_ascii_uppercase());
        let follows_city = self.city_before(mention.span.start).is_some();
        (is_name && is_written_as_name && follows_city).then_some(ClinicMention { sort: ClinicSort::Short, ..mention })
    }

    fn generic(&self, span: Span, city: Option<String>) -> ClinicMention {
        let name = span.of(self.source()).to_owned();
        ClinicMention { span, name, brand: String::new(), city, sort: ClinicSort::Generic }
    }

    fn named(&self, kind: Span, brand: Span, city: Option<String>) -> ClinicMention {
        let span = Span::new(brand.start, kind.end);
        ClinicMention {
            span,
            name: span.of(self.source()).to_owned(),
            brand: Span::new(brand.start, brand.end).of(self.source()).to_owned(),
            city: city.or_else(|| self.city_after(kind.end)),
            sort: ClinicSort::Named,
        }
    }

    /// The city whose name ends at `offset`, or just before it with a space or 's between.
    fn city_before(&self, offset: usize) -> Option<&CityMention<'_>> {
        let after = self.cities.partition_point(|city| city.span.end <= offset);
        let city = self.cities.get(after.checked_sub(1)?)?;
        let gap = Span::new(city.span.end, offset).of(self.source());
        matches!(gap, "" | " " | "'s " | "’s " | "的" | "-").then_some(city)
    }

    /// The city whose name this word is of.
    fn city_at(&self, word: Span) -> Option<&CityMention<'_>> {
        let after = self.cities.partition_point(|city| city.span.start < word.end);
        self.cities.get(after.checked_sub(1)?).filter(|city| city.span.overlaps(word))
    }

    /// The city in "Clinic (City)", "Clinic in City", "Clinic, City".
    fn city_after(&self, offset: usize) -> Option<String> {
        let after = self.cities.partition_point(|city| city.span.start < offset);
        let city = self.cities.get(after)?;
        let gap = Span::new(offset, city.span.start).of(self.source());
        let is_beside = matches!(gap, " (" | "(" | "（" | " in " | ", " | " of " | "，" | " at ");
        is_beside.then(|| city.city().map(|city| city.adcode.clone())).flatten()
    }

    fn latin(&self, kind: Span) -> ClinicMention {
        let mut start = kind.start;
        let mut city = None;
        let mut words = 0;
        while words < MAX_BRAND_WORDS {
            let Some(word) = self.word_before(start) else { break };
            let in_city = self.city_at(word);
            if let Some(in_city) = in_city
                && !(words == 0 && self.is_brand_named_like_city(in_city))
            {
                city = in_city.city().map(|city| city.adcode.clone());
                break;
            }
            if !self.is_brand_word(word) {
                break;
            }
            start = word.start;
            words += 1;
        }
        if words == 0 {
            return self.latin_without_brand(kind, city);
        }
        let city = city.or_else(|| self.city_before(start)?.city().map(|city| city.adcode.clone()));
        let brand = Span::new(start, kind.start);
        let brand = Span::new(start, start + brand.of(self.source()).trim_end().len());
        self.named(kind, brand, city)
    }

    /// "Shanghai Huangshan Clinic": a city's name right behind another city, not its own, is a brand.
    fn is_brand_named_like_city(&self, city: &CityMention<'_>) -> bool {
        let Some(before) = self.city_before(city.span.start) else { return false };
        let (Some(outer), Some(inner)) = (before.city(), city.city()) else { return false };
        outer.adcode != inner.adcode && outer.adcode.get(..4) != inner.adcode.get(..4)
    }

    /// The word that ends one space before `offset`.
    fn word_before(&self, offset: usize) -> Option<Span> {
        let head = self.source().get(..offset)?;
        let trimmed = head.strip_suffix([' ', '-'])?;
        let is_part = |c: char| c.is_alphanumeric() && !is_han(c) || matches!(c, '\'' | '’' | '&' | '+' | '·');
        let length: usize = trimmed.chars().rev().take_while(|&c| is_part(c)).map(char::len_utf8).sum();
        if length == 0 {
            let title = trimmed.strip_suffix("Dr.").map(|rest| Span::new(rest.len(), trimmed.len()));
            return title;
        }
        Some(Span::new(trimmed.len() - length, trimmed.len()))
    }

    fn is_brand_word(&self, word: Span) -> bool {
        let written = word.of(self.source());
        let is_marked = written.chars().next().is_some_and(|first| first.is_uppercase() || first.is_ascii_digit());
        let folded = folded_phrase(written);
        let is_single_letter = folded.len() == 1;
        (is_marked || !self.has_capitals)
            && !is_single_letter
            && !self.patterns.is_generic(&folded)
            && !folded.ends_with(" s")
    }

    fn latin_without_brand(&self, kind: Span, city: Option<String>) -> ClinicMention {
        let is_lower = !kind.of(self.source()).bytes().any(|byte| byte.is_ascii_uppercase());
        let translated = is_lower && self.has_capitals;
        let words_after = if translated { self.translated_after(kind.end) } else { None };
        if let Some(end) = words_after {
            let span = Span::new(kind.start, end);
            return ClinicMention { sort: ClinicSort::Translated, ..self.generic(span, city) };
        }
        if translated && let Some(span) = self.translated_before(kind) {
            return ClinicMention { sort: ClinicSort::Translated, ..self.generic(span, city) };
        }
        self.generic(kind, city)
    }

    /// "... of beauty shop": the end of the lower-case words behind "of".
    fn translated_after(&self, offset: usize) -> Option<usize> {
        let rest = self.source().get(offset..)?;
        let behind = rest.strip_prefix(" of ")?;
        let mut end = offset + " of ".len();
        let mut words = 0;
        for word in behind.split(' ').take(MAX_TRANSLATED_WORDS) {
            let letters = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            let is_word = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_lowercase());
            if !is_word || self.patterns.is_generic(letters) {
                break;
            }
            end += letters.len() + usize::from(words > 0);
            words += 1;
            if letters.len() < word.len() {
                break;
            }
        }
        (words > 0).then_some(end)
    }

    /// "star beauty dental clinic": kind words doubled, or up to two lower-case words that are not generic.
    fn translated_before(&self, kind: Span) -> Option<Span> {
        let mut start = kind.start;
        for _ in 0..2 {
            let Some(word) = self.word_before(start) else { break };
            let written = word.of(self.source());
            if written.bytes().any(|byte| !byte.is_ascii_lowercase()) || self.patterns.is_generic(written) {
                break;
            }
            start = word.start;
        }
        let span = Span::new(start, kind.end);
        let words = kind.of(self.source()).split(' ').count();
        (start < kind.start || words >= 4).then_some(span)
    }

    fn chinese(&self, kind: Span) -> ClinicMention {
        let head = self.source().get(..kind.start).unwrap_or_default();
        let run: usize = head
            .chars()
            .rev()
            .take_while(|&c| is_han(c) || c.is_ascii_alphanumeric() || c == '·')
            .take(2 * MAX_BRAND_CHARACTERS)
            .map(char::len_utf8)
            .sum();
        let run_start = kind.start - run;
        let after = self.cities.partition_point(|city| city.span.end <= kind.start);
        let city = after.checked_sub(1).and_then(|last| self.cities.get(last));
        let city = city.filter(|city| city.span.start >= run_start);
        let city = match city {
            // 安康瑞丽口腔门诊部: 瑞丽 is the brand.
            Some(inner) if self.is_brand_named_like_city(inner) => self.city_before(inner.span.start),
            city => city,
        };
        let adcode = city.and_then(CityMention::city).map(|city| city.adcode.clone());
        let from = city.map_or(run_start, |city| city.span.end);
        let text = Span::new(from, kind.start).of(self.source());
        let cut = if city.is_some() { self.cut_after_city(text) } else { self.cut_at_boundary(text) };
        let brand = Span::new(from + cut, kind.start);
        let written = brand.of(self.source());
        let length = written.chars().count();
        if length == 0 || length > MAX_BRAND_CHARACTERS || self.is_generic_chinese(written) {
            let city = if cut == 0 || length == 0 { adcode } else { None };
            return self.generic(kind, city);
        }
        self.named(kind, brand, adcode)
    }

    /// Where the brand starts in `text`, the characters between a city and the words for the kind.
    fn cut_after_city(&self, text: &str) -> usize {
        let stripped = text.strip_prefix("市").unwrap_or(text);
        let stripped = stripped.strip_prefix("的").unwrap_or(stripped);
        let lead = text.len() - stripped.len();
        let cut = self.cut_at_boundary(stripped);
        let has_long = self.patterns.boundaries.find(&Folded::new(stripped)).iter().any(|found| found.span.len() > 3);
        let is_short_brand = stripped.chars().count() <= 4 && cut < stripped.len();
        if is_short_brand && !has_long { lead } else { lead + cut }
    }

    fn starts_with_boundary(&self, text: &str) -> bool {
        let start: String = text.chars().take(MAX_BRAND_CHARACTERS).collect();
        let found = self.patterns.boundaries.find(&Folded::new(&start));
        found.first().is_some_and(|found| found.span.start == 0)
    }

    /// One past the last boundary word of `text`.
    fn cut_at_boundary(&self, text: &str) -> usize {
        let folded = Folded::new(text);
        let ends = self.patterns.boundaries.find(&folded).into_iter().map(|found| found.span.end);
        ends.max().unwrap_or(0)
    }

    /// Whether a Chinese brand is a generic word, or two of them.
    fn is_generic_chinese(&self, brand: &str) -> bool {
        let is_all_generic = |at: usize| {
            let (head, rest) = brand.split_at_checked(at).unwrap_or((brand, ""));
            self.patterns.is_generic(head) && self.patterns.is_generic(rest)
        };
        self.patterns.is_generic(brand) || brand.char_indices().any(|(at, _)| is_all_generic(at))
    }
}
