//! Says whether a sentence answers yes, no, or "it depends". Data: `verdicts.toml`.
//!
//! A sentence about the matter is read for cues: phrases that judge by themselves, and acts ("reimbursed") with a word
//! of ability ("can be") or a negation ("nothing … is") before them in the same clause. A condition outweighs both.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::KnowledgeError;
use super::files::{PhraseLists, texts_of};
use super::folded::{Folded, folded_phrase};
use super::lexicon::{Endings, Lexicon};
use crate::model::facets::Verdict;
use crate::text::normalize::is_han;
use crate::text::span::Span;

/// The phrases by which a sentence judges.
#[derive(Debug)]
pub struct VerdictCues {
    lexicon: Lexicon,
    /// By phrase of the lexicon.
    roles: Vec<Vec<Role>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Subject,
    Act,
    Ability,
    Negation,
    Negative,
    Positive,
    Condition,
    Embedded,
    Neutral,
    Hedge,
    Rule,
    Concession,
    Conclusion,
    Question,
    QuestionEnd,
}

const SECTIONS: [(&str, Role); 15] = [
    ("subject", Role::Subject),
    ("act", Role::Act),
    ("ability", Role::Ability),
    ("negation", Role::Negation),
    ("negative", Role::Negative),
    ("positive", Role::Positive),
    ("condition", Role::Condition),
    ("embedded", Role::Embedded),
    ("neutral", Role::Neutral),
    ("hedge", Role::Hedge),
    ("rule", Role::Rule),
    ("concession", Role::Concession),
    ("conclusion", Role::Conclusion),
    ("question", Role::Question),
    ("question_end", Role::QuestionEnd),
];

/// How far before an act, in bytes, a negation or a word of ability still belongs to it.
const NEGATION_REACH: usize = 48;
const ABILITY_REACH: usize = 32;
/// An opener counts within so many bytes of the start of a sentence.
const OPENER_REACH: usize = 24;
/// How far a "whether" reaches.
const EMBEDDED_REACH: usize = 100;
/// Strength of a judgement.
const PLAIN: f32 = 1.0;
const HEDGED: f32 = 0.3;
const RULE: f32 = 0.3;
/// Strength of a condition without a yes or no beside it.
const BARE_CONDITION: f32 = 0.4;

/// A phrase found in a sentence; places count in the folded text.
#[derive(Debug, Clone, Copy)]
struct Cue {
    role: Role,
    start: usize,
    end: usize,
}

impl VerdictCues {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let texts = texts_of("verdicts.toml", include_str!("verdicts.toml"), directory)?;
        let known: Vec<&str> = SECTIONS.iter().map(|&(section, _)| section).collect();
        let lists = PhraseLists::read(&texts, &known)?;
        let mut by_phrase: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        for (section, role) in SECTIONS {
            for phrase in lists.phrases(section) {
                by_phrase.entry(folded_phrase(phrase)).or_default().push(role);
            }
        }
        let (phrases, roles) = by_phrase.into_iter().unzip();
        Ok(Self { lexicon: Lexicon::new(phrases, Endings::Exact), roles })
    }

    /// Whether a sentence, or a heading, announces the conclusion of its article.
    #[must_use]
    pub fn is_conclusion(&self, sentence: &str) -> bool {
        let cues = self.cues(&Folded::new(sentence));
        cues.iter().any(|cue| cue.role == Role::Conclusion && cue.start <= OPENER_REACH)
    }

    /// Whether a title or sentence asks something.
    #[must_use]
    pub fn is_question(&self, text: &str) -> bool {
        let text = text.trim();
        let folded = Folded::new(text);
        let is_chinese = text.chars().any(is_han);
        let cues = self.cues(&folded);
        let opens = cues.iter().any(|cue| cue.role == Role::Question && (is_chinese || cue.start == 0));
        opens || ends_as_question(&cues, &folded)
    }

    /// The verdict of a sentence, with its strength from 0 to 1; none when the sentence does not judge.
    ///
    /// "Cannot be reimbursed unless" is conditional; a hedge ("special circumstances") only weakens a yes or no.
    #[must_use]
    pub fn judge(&self, sentence: &str) -> Option<(Verdict, f32)> {
        let folded = Folded::new(sentence);
        let cues = self.cues(&folded);
        let is_about_it = [Role::Subject, Role::Negative, Role::Positive].into_iter().any(|role| has(&cues, role));
        if !is_about_it || ends_as_question(&cues, &folded) {
            return None;
        }
        let reading = Reading::new(folded.text(), &cues);
        let (no, yes, condition) = (reading.says_no(), reading.says_yes(), reading.has_condition());
        let rule = if has(&cues, Role::Rule) { RULE } else { PLAIN };
        let hedged = if has(&cues, Role::Hedge) { HEDGED } else { PLAIN };
        match (no, yes, condition) {
            (false, false, false) => None,
            (false, false, true) if has(&cues, Role::Embedded) => Some((Verdict::Conditional, PLAIN)),
            (false, false, true) => Some((Verdict::Conditional, BARE_CONDITION * rule)),
            (_, _, true) | (true, true, false) => Some((Verdict::Conditional, PLAIN)),
            (true, false, false) => Some((Verdict::No, rule.min(hedged))),
            (false, true, false) => Some((Verdict::Yes, rule.min(hedged))),
        }
    }

    fn cues(&self, folded: &Folded<'_>) -> Vec<Cue> {
        let found = self.lexicon.find(folded).into_iter();
        let cues = found.flat_map(|found| {
            let roles = self.roles.get(found.phrase).into_iter().flatten();
            roles.map(move |&role| Cue { role, start: found.folded.start, end: found.folded.end })
        });
        cues.collect()
    }
}

fn has(cues: &[Cue], role: Role) -> bool {
    cues.iter().any(|cue| cue.role == role)
}

fn ends_as_question(cues: &[Cue], folded: &Folded<'_>) -> bool {
    let length = folded.text().len();
    cues.iter().any(|cue| cue.role == Role::QuestionEnd && cue.end == length)
}

/// A sentence with its cues.
struct Reading<'r> {
    text: &'r str,
    /// Ascending; several roles of one phrase share its place.
    cues: &'r [Cue],
    /// Ends of the concessions among them, ascending.
    concession_ends: Vec<usize>,
    /// Where clauses end, ascending.
    clause_ends: Vec<Span>,
}

impl<'r> Reading<'r> {
    fn new(text: &'r str, cues: &'r [Cue]) -> Self {
        let concessions = cues.iter().filter(|cue| cue.role == Role::Concession);
        Self { text, cues, concession_ends: concessions.map(|cue| cue.end).collect(), clause_ends: clause_ends(text) }
    }

    fn says_no(&self) -> bool {
        let mut acts = self.of(Role::Act).chain(self.of(Role::Positive));
        let negated_act = acts.any(|act| self.is_negated(act));
        let cut_short = self.of(Role::Negation).any(|negation| self.ends_clause(negation));
        negated_act || self.of(Role::Negative).next().is_some() || cut_short
    }

    fn says_yes(&self) -> bool {
        let by_act =
            self.of(Role::Act).any(|act| !self.is_negated(act) && self.reaches(Role::Ability, act, ABILITY_REACH));
        by_act || self.of(Role::Positive).any(|positive| !self.is_negated(positive))
    }

    fn has_condition(&self) -> bool {
        self.of(Role::Condition).next().is_some()
    }

    /// Cues of a role that no concession takes back, and that are not merely asked.
    fn of(&self, role: Role) -> impl Iterator<Item = &Cue> {
        let judges = move |cue: &Cue| !self.is_conceded(cue) && !self.reaches(Role::Embedded, cue, EMBEDDED_REACH);
        self.cues.iter().filter(move |cue| cue.role == role && (role == Role::Condition || judges(cue)))
    }

    /// Whether a concession opens the clause of this cue.
    fn is_conceded(&self, cue: &Cue) -> bool {
        // A farther one has every clause end between it and the cue that the nearest has.
        let after = self.concession_ends.partition_point(|&end| end <= cue.start);
        let nearest = after.checked_sub(1).and_then(|last| self.concession_ends.get(last));
        nearest.is_some_and(|&end| !self.has_clause_end(end, cue.start))
    }

    fn is_negated(&self, cue: &Cue) -> bool {
        self.reaches(Role::Negation, cue, NEGATION_REACH)
    }

    /// Whether a cue of `role` stands shortly before `cue` in its clause.
    fn reaches(&self, role: Role, cue: &Cue, reach: usize) -> bool {
        let after = self.cues.partition_point(|other| other.end <= cue.start);
        let before = self.cues.iter().take(after).rev().take_while(|other| cue.start - other.end <= reach);
        let nearest = before.into_iter().find(|other| other.role == role);
        nearest.is_some_and(|other| !self.has_clause_end(other.end, cue.start))
    }

    /// "..., purely aesthetic work cannot.": a negation with nothing behind it.
    fn ends_clause(&self, cue: &Cue) -> bool {
        let rest = self.text.get(cue.end..).unwrap_or_default();
        let is_verbal = self.text.get(cue.start..cue.end).is_some_and(|word| {
            matches!(word, "cannot" | "can not" | "never" | "not" | "不能" | "不行" | "不可以" | "不可")
        });
        is_verbal && rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != ' ')
    }

    fn has_clause_end(&self, from: usize, to: usize) -> bool {
        let first = self.clause_ends.partition_point(|end| end.start < from);
        self.clause_ends.get(first).is_some_and(|end| end.end <= to)
    }
}

/// The marks and words of a folded text that end a clause, ascending.
fn clause_ends(text: &str) -> Vec<Span> {
    let marks = text.char_indices().filter_map(|(at, character)| match character {
        ',' | ';' | ':' | '，' | '；' | '。' | '、' | '但' => Some(Span::new(at, at + character.len_utf8())),
        ' ' if text.get(at..).is_some_and(|rest| rest.starts_with(" but ")) => Some(Span::new(at, at + " but ".len())),
        _ => None,
    });
    marks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_judge() {
        let cues = VerdictCues::load(None).unwrap();
        for (sentence, expected) in [
            ("It cannot be reimbursed through medical insurance.", Some(Verdict::No)),
            ("The project cannot be reimbursed unless it is medical in nature.", Some(Verdict::Conditional)),
            ("Therefore the items are usually not reimbursed through medical insurance.", Some(Verdict::No)),
            ("Nothing you pay there is reimbursed.", Some(Verdict::No)),
            ("All items must be paid at the patient's own expense.", Some(Verdict::No)),
            ("The clinic is a designated institution, and the treatment can be reimbursed.", Some(Verdict::Yes)),
            ("Yes, your social security card can be used and the bill is settled directly.", Some(Verdict::Yes)),
            ("Usually it is not reimbursed, but treatment can be reimbursed.", Some(Verdict::Conditional)),
            ("Whether it can be reimbursed depends on the item.", Some(Verdict::Conditional)),
            ("Many people ask whether it can be reimbursed.", None),
            ("Can it be reimbursed?", None),
            ("Burns can be claimed there, wrinkle treatment never.", Some(Verdict::Conditional)),
            ("The doctor is kind.", None),
            ("该院项目不能通过医保报销。", Some(Verdict::No)),
            ("该院可以用医保报销。", Some(Verdict::Yes)),
            ("除非能证明属于治疗，否则不能报销。", Some(Verdict::Conditional)),
            ("能不能报销要看项目性质。", Some(Verdict::Conditional)),
            ("能不能用医保报销？", None),
        ] {
            assert_eq!(cues.judge(sentence).map(|(verdict, _)| verdict), expected, "{sentence}");
        }
        let plain = cues.judge("It cannot be reimbursed.").unwrap().1;
        let hedged = cues.judge("Under special circumstances it may be reimbursed.").unwrap().1;
        assert!(hedged < plain, "a hedge weakens");
    }

    #[test]
    fn a_sentence_of_many_cues_is_read_once() {
        const BYTES: usize = 2_000_000;
        let cues = VerdictCues::load(None).unwrap();
        for phrase in
            ["can be reimbursed ", "although it can be reimbursed ", "虽然能报销", "但不能报销", "whether reimbursed "]
        {
            let sentence = phrase.repeat(BYTES / phrase.len());
            assert_eq!(cues.judge(&sentence).is_some(), cues.judge(&phrase.repeat(20)).is_some(), "{phrase}");
        }
    }

    #[test]
    fn openers() {
        let cues = VerdictCues::load(None).unwrap();
        for (text, question, conclusion) in [
            ("Can it be reimbursed", true, false),
            ("To sum up, it cannot.", false, true),
            ("综上所述，不能报销。", false, true),
            ("能报销吗", true, false),
            ("It is what it is.", false, false),
        ] {
            assert_eq!((cues.is_question(text), cues.is_conclusion(text)), (question, conclusion), "{text}");
        }
    }
}
