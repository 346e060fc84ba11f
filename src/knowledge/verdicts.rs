//! Says whether a sentence answers yes, no, or "it depends". Data: `verdicts.toml`.
//!
//! A sentence about the matter is read for cues: phrases that judge by themselves, acts ("reimbursed") with a word of
//! ability ("can be") or a negation ("nothing … is") before them in the same clause, and payers that pay ("the fund does
//! not cover"). A condition outweighs yes and no.

use std::collections::{BTreeMap, BTreeSet};
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
    Denial,
    Payer,
    Payment,
    Clause,
    Negative,
    Positive,
    Condition,
    Embedded,
    Neutral,
    Hedge,
    Rule,
    Concession,
    Past,
    Former,
    Refutation,
    Conclusion,
    Question,
    QuestionEnd,
}

const SECTIONS: [(&str, Role); 22] = [
    ("subject", Role::Subject),
    ("act", Role::Act),
    ("ability", Role::Ability),
    ("negation", Role::Negation),
    ("denial", Role::Denial),
    ("payer", Role::Payer),
    ("payment", Role::Payment),
    ("clause", Role::Clause),
    ("negative", Role::Negative),
    ("positive", Role::Positive),
    ("condition", Role::Condition),
    ("embedded", Role::Embedded),
    ("neutral", Role::Neutral),
    ("hedge", Role::Hedge),
    ("rule", Role::Rule),
    ("concession", Role::Concession),
    ("past", Role::Past),
    ("former", Role::Former),
    ("refutation", Role::Refutation),
    ("conclusion", Role::Conclusion),
    ("question", Role::Question),
    ("question_end", Role::QuestionEnd),
];

/// How far before an act, in bytes, a negation or a word of ability still belongs to it.
const NEGATION_REACH: usize = 48;
const ABILITY_REACH: usize = 32;
/// How far before a payment, in bytes, a payer still makes it.
const PAYER_REACH: usize = 28;
/// An opener counts within so many bytes of the start of a sentence.
const OPENER_REACH: usize = 24;
/// A word of the past opens a sentence within so many bytes of its start.
const PAST_OPENER_REACH: usize = 12;
/// How far a "whether" reaches.
const EMBEDDED_REACH: usize = 100;
/// Strength of a judgement.
const PLAIN: f32 = 1.0;
const HEDGED: f32 = 0.3;
const RULE: f32 = 0.3;
/// Strength of a condition without a yes or no beside it, and of one that says of what act it speaks.
const BARE_CONDITION: f32 = 0.4;
const CONDITION_OF_ACT: f32 = 0.8;

/// A phrase found in a sentence; places count in the folded text.
#[derive(Debug, Clone, Copy)]
struct Cue {
    role: Role,
    phrase: usize,
    start: usize,
    end: usize,
}

/// What an article is asked, as far as it is also said of rules in general: of an article about burns, a sentence about
/// burns is no general remark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked(BTreeSet<usize>);

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

    /// What a title asks about.
    #[must_use]
    pub fn asked(&self, title: &str) -> Asked {
        let cues = self.cues(&Folded::new(title));
        Asked(cues.iter().filter(|cue| cue.role == Role::Rule).map(|cue| cue.phrase).collect())
    }

    /// The verdict of a sentence, with its strength from 0 to 1; none when the sentence does not judge.
    ///
    /// "Cannot be reimbursed unless" is conditional; a hedge ("special circumstances") only weakens a yes or no.
    #[must_use]
    pub fn judge(&self, sentence: &str) -> Option<(Verdict, f32)> {
        self.judge_for(&Asked::default(), sentence)
    }

    /// The same in an article that is asked this.
    #[must_use]
    pub fn judge_for(&self, asked: &Asked, sentence: &str) -> Option<(Verdict, f32)> {
        let folded = Folded::new(sentence);
        let cues = self.cues(&folded);
        let is_about_it = ABOUT_IT.into_iter().any(|role| has(&cues, role));
        if !is_about_it || ends_as_question(&cues, &folded) {
            return None;
        }
        if has(&cues, Role::Refutation) {
            return Reading::new(folded.text(), &cues, Heed::Claims).refuted();
        }
        let reading = Reading::new(folded.text(), &cues, Heed::All);
        let yes = reading.affirms();
        let (no, condition) = (reading.says_no(yes), reading.has_condition());
        let is_rule = cues.iter().any(|cue| cue.role == Role::Rule && !asked.0.contains(&cue.phrase));
        let rule = if is_rule { RULE } else { PLAIN };
        let hedged = if has(&cues, Role::Hedge) { HEDGED } else { PLAIN };
        match (no, yes, condition) {
            (false, false, false) => None,
            (false, false, true) if has(&cues, Role::Embedded) => Some((Verdict::Conditional, PLAIN)),
            (false, false, true) if has(&cues, Role::Act) => Some((Verdict::Conditional, CONDITION_OF_ACT * rule)),
            (false, false, true) => Some((Verdict::Conditional, BARE_CONDITION * rule)),
            (_, _, true) | (true, true, false) => Some((Verdict::Conditional, PLAIN)),
            (true, false, false) => Some((Verdict::No, rule.min(hedged))),
            (false, true, false) => Some((Verdict::Yes, rule.min(hedged))),
        }
    }

    /// Whether a sentence says that what stands before it is wrong, and does not say what.
    #[must_use]
    pub fn refutes(&self, sentence: &str) -> bool {
        let folded = Folded::new(sentence);
        let cues = self.cues(&folded);
        has(&cues, Role::Refutation) && self.judge(sentence).is_none() && !ends_as_question(&cues, &folded)
    }

    /// The verdict of a sentence that the next one refutes, whoever says it and of whatever time.
    #[must_use]
    pub fn judge_refuted(&self, sentence: &str) -> Option<(Verdict, f32)> {
        let folded = Folded::new(sentence);
        Reading::new(folded.text(), &self.cues(&folded), Heed::Claims).refuted()
    }

    fn cues(&self, folded: &Folded<'_>) -> Vec<Cue> {
        let found = self.lexicon.find(folded).into_iter();
        let cues = found.flat_map(|found| {
            let roles = self.roles.get(found.phrase).into_iter().flatten();
            roles.map(move |&role| Cue { role, phrase: found.phrase, start: found.folded.start, end: found.folded.end })
        });
        cues.collect()
    }
}

/// What makes a sentence be about the matter.
const ABOUT_IT: [Role; 4] = [Role::Subject, Role::Negative, Role::Positive, Role::Payer];

fn has(cues: &[Cue], role: Role) -> bool {
    cues.iter().any(|cue| cue.role == role)
}

fn ends_as_question(cues: &[Cue], folded: &Folded<'_>) -> bool {
    let length = folded.text().len();
    cues.iter().any(|cue| cue.role == Role::QuestionEnd && cue.end == length)
}

/// What of a sentence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heed {
    /// What it says itself, of today.
    All,
    /// Also what it reports that others say, or that held once.
    Claims,
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
    /// Where words of the past stand, ascending, and whether they count for what stands before them too.
    past: Vec<(Span, bool)>,
    heed: Heed,
}

impl<'r> Reading<'r> {
    fn new(text: &'r str, cues: &'r [Cue], heed: Heed) -> Self {
        let concessions = cues.iter().filter(|cue| cue.role == Role::Concession);
        let clause_ends = clause_ends(text, cues);
        let past = cues.iter().filter(|cue| matches!(cue.role, Role::Past | Role::Former));
        let past = past.map(|cue| (Span::new(cue.start, cue.end), cue.role == Role::Past)).collect();
        Self { text, cues, concession_ends: concessions.map(|cue| cue.end).collect(), clause_ends, past, heed }
    }

    /// The opposite of what it says; none where that is no plain yes or no.
    fn refuted(&self) -> Option<(Verdict, f32)> {
        let yes = self.affirms();
        match (self.says_no(yes), yes) {
            (true, false) => Some((Verdict::Yes, PLAIN)),
            (false, true) => Some((Verdict::No, PLAIN)),
            _ => None,
        }
    }

    /// Whether it denies; `affirms` is what it says otherwise.
    fn says_no(&self, affirms: bool) -> bool {
        let mut acts = self.of(Role::Act).chain(self.of(Role::Positive)).chain(self.payments());
        let negated_act = acts.any(|act| self.is_negated(act));
        let mut denials = self.of(Role::Denial);
        let denied = denials.any(|denial| self.ends_clause(denial) || affirms && self.opens_clause(denial));
        negated_act || self.of(Role::Negative).next().is_some() || denied
    }

    /// Whether an act can be done, a positive phrase stands, or a payer pays.
    fn affirms(&self) -> bool {
        let is_affirmed = |act: &Cue| !self.is_negated(act);
        let by_act = self.of(Role::Act).any(|act| is_affirmed(act) && self.reaches(Role::Ability, act, ABILITY_REACH));
        by_act || self.of(Role::Positive).chain(self.payments()).any(is_affirmed)
    }

    /// What payers do.
    fn payments(&self) -> impl Iterator<Item = &Cue> {
        self.of(Role::Payment).filter(|payment| self.reaches(Role::Payer, payment, PAYER_REACH))
    }

    fn has_condition(&self) -> bool {
        self.of(Role::Condition).next().is_some()
    }

    /// Cues of a role that no concession takes back, and that are not merely asked.
    fn of(&self, role: Role) -> impl Iterator<Item = &Cue> {
        let is_own = move |cue: &Cue| !self.is_past(cue) && !self.reaches(Role::Embedded, cue, EMBEDDED_REACH);
        let judges = move |cue: &Cue| !self.is_conceded(cue) && (self.heed == Heed::Claims || is_own(cue));
        self.cues.iter().filter(move |cue| cue.role == role && (role == Role::Condition || judges(cue)))
    }

    /// Whether a concession opens the clause of this cue.
    fn is_conceded(&self, cue: &Cue) -> bool {
        // A farther one has every clause end between it and the cue that the nearest has.
        let after = self.concession_ends.partition_point(|&end| end <= cue.start);
        let nearest = after.checked_sub(1).and_then(|last| self.concession_ends.get(last));
        nearest.is_some_and(|&end| !self.has_clause_end(end, cue.start))
    }

    /// Whether the clause of this cue speaks of the past, or follows a word of it that opens the sentence.
    fn is_past(&self, cue: &Cue) -> bool {
        let behind = self.past.partition_point(|(span, _)| span.end <= cue.start);
        let before = behind.checked_sub(1).and_then(|last| self.past.get(last));
        let after = self.past.get(behind).filter(|(span, is_either_side)| *is_either_side && span.start >= cue.end);
        let opens = |span: &Span| span.start <= PAST_OPENER_REACH;
        before.is_some_and(|(span, _)| {
            let clauses = self.clauses_between(span.end, cue.start);
            clauses == 0 || clauses == 1 && opens(span)
        }) || after.is_some_and(|(span, _)| !self.has_clause_end(cue.end, span.start))
    }

    /// How many clauses end between two places.
    fn clauses_between(&self, from: usize, to: usize) -> usize {
        let first = self.clause_ends.partition_point(|end| end.start < from);
        let last = self.clause_ends.partition_point(|end| end.end <= to);
        last.saturating_sub(first)
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
        rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != ' ')
    }

    /// "Treatment is covered, not beauty.": a negation right behind the end of a clause.
    fn opens_clause(&self, cue: &Cue) -> bool {
        let after = self.clause_ends.partition_point(|end| end.end <= cue.start);
        let before = after.checked_sub(1).and_then(|last| self.clause_ends.get(last));
        before.is_some_and(|end| self.text.get(end.end..cue.start).is_some_and(|gap| gap.trim().is_empty()))
    }

    fn has_clause_end(&self, from: usize, to: usize) -> bool {
        let first = self.clause_ends.partition_point(|end| end.start < from);
        self.clause_ends.get(first).is_some_and(|end| end.end <= to)
    }
}

/// The marks and words of a folded text that end a clause, ascending.
fn clause_ends(text: &str, cues: &[Cue]) -> Vec<Span> {
    let is_mark = |character: char| matches!(character, ',' | ';' | ':' | '，' | '；' | '。' | '、');
    let marks = text.char_indices().filter(|&(_, character)| is_mark(character));
    let marks = marks.map(|(at, character)| Span::new(at, at + character.len_utf8()));
    let words = cues.iter().filter(|cue| cue.role == Role::Clause).map(|cue| Span::new(cue.start, cue.end));
    let mut ends: Vec<Span> = marks.chain(words).collect();
    ends.sort_unstable();
    ends
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
            ("The fund pays nothing for this operation.", Some(Verdict::No)),
            ("Health insurance covers the stay.", Some(Verdict::Yes)),
            ("Always confirm with the insurer before you pay.", None),
            ("The patient bears the whole cost.", Some(Verdict::No)),
            ("Medical insurance covers treatment, not beautification.", Some(Verdict::Conditional)),
            ("Functional repair is covered; looks are not.", Some(Verdict::Conditional)),
            ("It is reimbursed for a listed illness, but not as health maintenance.", Some(Verdict::Conditional)),
            ("Packages are not reimbursed by medical insurance, not even in part.", Some(Verdict::No)),
            ("体检费用医保一分钱都不报。", Some(Verdict::No)),
            ("近视手术医保不管，费用由本人承担。", Some(Verdict::No)),
            ("和其他疾病一样由医保支付。", Some(Verdict::Yes)),
            ("面部的可以申请报销，平坦的不行。", Some(Verdict::Conditional)),
            ("只有遮挡瞳孔的才能申请报销。", Some(Verdict::Conditional)),
            ("报价单要保存好。", None),
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
    fn what_was_and_what_others_say_is_no_verdict() {
        let cues = VerdictCues::load(None).unwrap();
        for (sentence, expected) in [
            ("Until 2022 it could be reimbursed through medical insurance.", None),
            ("In the past, it was covered; now nothing is reimbursed.", Some(Verdict::No)),
            ("It cannot be reimbursed until the deductible is reached.", Some(Verdict::No)),
            ("The card can be used to pay for treatment.", Some(Verdict::Yes)),
            ("Since then it can no longer be reimbursed.", Some(Verdict::No)),
            ("Many websites say that it can be reimbursed.", None),
            ("The bureau says that it cannot be reimbursed.", Some(Verdict::No)),
            ("That it can be reimbursed is a myth.", Some(Verdict::No)),
            ("该院以前能用医保，但现在不行了。", Some(Verdict::No)),
            ("以前，该院可以报销。", None),
            ("该院并非不能用医保。", Some(Verdict::Yes)),
            ("该院不是不可以报销医保。", Some(Verdict::Yes)),
            ("很多人以为该院不能用医保，其实可以。", Some(Verdict::Yes)),
            ("有人认为可以用医保报销，这是错误的。", Some(Verdict::No)),
        ] {
            assert_eq!(cues.judge(sentence).map(|(verdict, _)| verdict), expected, "{sentence}");
        }
        assert!(cues.refutes("That is wrong.") && !cues.refutes("That it can be reimbursed is a myth."));
        let claim = cues.judge_refuted("Many websites say that it can be reimbursed.");
        assert_eq!(claim.map(|(verdict, _)| verdict), Some(Verdict::No));
    }

    #[test]
    fn a_sentence_of_many_cues_is_read_once() {
        const BYTES: usize = 2_000_000;
        let cues = VerdictCues::load(None).unwrap();
        for phrase in
            ["can be reimbursed ", "although it can be reimbursed ", "虽然能报销", "但不能报销", "whether reimbursed "]
        {
            let sentence = phrase.repeat(BYTES / phrase.len());
            let verdict = |text: &str| cues.judge(text).is_some();
            assert_eq!(verdict(&sentence), verdict(&phrase.repeat(20)), "{phrase}");
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
