//! Bylines: author, editor, source, day, number of readers.
//!
//! In: one line. Out: whether it is one. Wording alone does not decide: next to nothing may be left of the line when
//! its labels, its day and its numbers are taken away.

use std::borrow::Cow;

use super::line::Line;
use crate::knowledge::chrome::{Form, Match, Role};
use crate::text::normalize::is_han;

/// Longest byline, in words or Han characters.
const MOST_UNITS: usize = 45;
/// Longest byline that ends as a sentence does.
const MOST_SAID_UNITS: usize = 16;
/// Words that the name beside one of several counts can take.
const NAME_UNITS: usize = 4;
/// Words that the value of one label can take: a name, a site.
const VALUE_UNITS: usize = 8;

/// The rule by which a line is a byline, if it is one.
pub(super) fn rule_of<'r>(line: &Line<'r>) -> Option<Cow<'r, str>> {
    if line.units > MOST_UNITS || is_said(line.text()) || line.is_prose && line.units > MOST_SAID_UNITS {
        return None;
    }
    let labels: Vec<&Match<'r>> = line.matches().iter().filter(|found| found.rule.role == Role::Byline).collect();
    // `Words: Li Na. Pictures: none.` ends as sentences do; several labels with a colon tell it from one.
    // `Noted down by Li Na, 1 August 2024.` is one by its first words and its day.
    let is_signed = line.day().is_some() && labels.iter().any(|label| label.at_start && label.rule.form == Form::Start);
    if line.is_prose
        && !is_signed
        && labels.iter().filter(|label| label.rule.form == Form::Label).map(|label| label.count).sum::<usize>() < 2
    {
        return None;
    }
    let day = line.day();
    if labels.is_empty() && day.is_none() {
        return None;
    }
    let begins = labels.iter().any(|label| label.at_start);
    let count: usize = labels.iter().map(|label| label.count).sum();
    let label_units: usize = labels.iter().map(|label| label.units).sum();
    let day_units = day.map_or(0, |_| if line.text().contains('年') { 3 } else { 1 });
    let left = lettered_units(line.key()).saturating_sub(label_units + day_units);
    let allowed = match (day, begins) {
        (Some(_), true) if line.is_prose => VALUE_UNITS,
        (Some(_), true) => 8 + VALUE_UNITS * count,
        (Some(day), false) if day.at_start => 4 + VALUE_UNITS * count,
        (Some(_), false) => 4 + count,
        (None, true) => VALUE_UNITS * count,
        (None, false) if count > 1 => NAME_UNITS * count,
        (None, false) => 2,
    };
    let name = labels.first().map_or("day of publication", |label| label.rule.name.as_str());
    (left <= allowed).then_some(name.into())
}

/// Whether a line holds a mark of sentences.
fn is_said(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'?') || !text.is_ascii() && text.contains(['。', '？', '；', '！'])
}

/// Words with a letter in them, and Han characters.
fn lettered_units(key: &str) -> usize {
    let of_word = |word: &str| {
        let han = word.chars().filter(|&character| is_han(character)).count();
        han + usize::from(word.chars().any(|character| character.is_alphabetic() && !is_han(character)))
    };
    key.split(' ').map(of_word).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::chrome::ChromeRules;
    use crate::model::block::{Block, BlockKind};

    #[test]
    fn bylines_and_what_is_none() {
        let rules = ChromeRules::builtin();
        for (text, expected) in [
            ("2024-03-01 15:33 Source: Beauty Daily 8460 people have read", true),
            ("更新时间：2020/04/27 04:48 来源：美丽在线", true),
            ("2018年12月29日 阅读 8209 次", true),
            ("March 14, 2020", true),
            ("By Li Na, medically reviewed by Chen Wei", true),
            ("Posted on 3 May 2021 by admin", true),
            ("作者：高国强 编辑：赵", true),
            ("（责任编辑：罗）", true),
            ("3,021 views", true),
            ("Asked by user_76437", true),
            ("Words: Li Na. Photos: Chen Wei.", true),
            ("Noted down by Li Na, 1 August 2024.", true),
            ("2023年1月31日 第 780 期 今日 24 版", true),
            ("Published on 3 May 2021, the list of drugs names the ones that insurance pays for.", false),
            ("Source: the patient's own pocket, in four cases out of five.", false),
            ("2024-03-01 the clinic opened its new building in the south of the town", false),
            ("The author of the study explains what the source of the money was", false),
            ("2024年3月1日起，重庆医保目录有新的规定。", false),
            ("Medical insurance in Dalian", false),
            ("Price list 2023", false),
        ] {
            let line = Line::new(Block::plain(BlockKind::Paragraph, text), &rules);
            assert_eq!(rule_of(&line).is_some(), expected, "{text}");
        }
    }
}
