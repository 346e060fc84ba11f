//! The verdict of an article that is asked whether something is covered or paid.
//!
//! Every sentence of the body is judged; the conclusion and the sentences about the clinic, or the city, that the title
//! asks about weigh most, so that general rules and hedges do not outvote the answer.

use std::collections::BTreeMap;

use super::Findings;
use super::subject::{Line, LineRole, Subject};
use crate::knowledge::Knowledge;
use crate::knowledge::clinics::ClinicSort;
use crate::knowledge::topics::AnswerKind;
use crate::knowledge::verdicts::Asked;
use crate::model::facets::{ClinicFacet, TopicFacet, Verdict, VerdictFacet};
use crate::text::sentences::sentences;
use crate::text::span::Span;

/// How much more a sentence weighs that concludes, that names the clinic, that names the city.
const CONCLUSION: f32 = 4.0;
const NAMES_CLINIC: f32 = 3.0;
const NAMES_CITY: f32 = 1.5;
/// How much more one weighs before the first heading, where an article gives its answer first.
const LEAD: f32 = 1.25;
/// Of an article without a clinic in its title the city is what is asked about.
const NAMES_CITY_ASKED_ABOUT: f32 = 3.0;

/// The verdict, with the sentence that says it most clearly; none where the main topic asks no such question.
pub(super) fn verdict(
    subject: &Subject,
    findings: &Findings<'_>,
    knowledge: &Knowledge,
    (topics, clinics): (&[TopicFacet], &[ClinicFacet]),
) -> Option<VerdictFacet> {
    let main = knowledge.topics.get(&topics.first()?.id)?;
    if main.answer != AnswerKind::Verdict {
        return None;
    }
    let city = if main.refines.is_some() { NAMES_CITY_ASKED_ABOUT } else { NAMES_CITY };
    let asked = subject.title().map(|title| knowledge.verdicts.asked(subject.written(title))).unwrap_or_default();
    let judge = Judge { subject, findings, knowledge, brands: brands(clinics, knowledge), city, asked };
    let mut tally = Tally::default();
    let mut in_conclusion = false;
    for line in subject.body() {
        if line.role == LineRole::Heading {
            in_conclusion = knowledge.verdicts.is_conclusion(subject.written(line));
        } else {
            judge.line(line, in_conclusion, &mut tally);
        }
    }
    let (verdict, span, share) = tally.decision()?;
    Some(VerdictFacet { verdict, evidence: subject.evidence(span, share) })
}

fn brands(clinics: &[ClinicFacet], knowledge: &Knowledge) -> Vec<String> {
    let brands = clinics.iter().map(|clinic| knowledge.clinics.brand_of(&clinic.name));
    brands.filter(|brand| !brand.is_empty()).collect()
}

/// Weight of each verdict, and its weightiest sentence.
#[derive(Default)]
struct Tally {
    weights: BTreeMap<Verdict, f32>,
    best: BTreeMap<Verdict, (f32, Span)>,
}

impl Tally {
    fn add(&mut self, verdict: Verdict, weight: f32, span: Span) {
        *self.weights.entry(verdict).or_default() += weight;
        let best = self.best.entry(verdict).or_insert((weight, span));
        if weight > best.0 {
            *best = (weight, span);
        }
    }

    /// The heaviest verdict, its sentence, and its share of all weight.
    fn decision(&self) -> Option<(Verdict, Span, f32)> {
        let (&verdict, &weight) = self.weights.iter().max_by(|left, right| left.1.total_cmp(right.1))?;
        let total: f32 = self.weights.values().sum();
        let &(_, span) = self.best.get(&verdict)?;
        Some((verdict, span, weight / total))
    }
}

struct Judge<'j> {
    subject: &'j Subject,
    findings: &'j Findings<'j>,
    knowledge: &'j Knowledge,
    /// Folded.
    brands: Vec<String>,
    city: f32,
    asked: Asked,
}

impl Judge<'_> {
    fn line(&self, line: &Line, in_conclusion: bool, tally: &mut Tally) {
        let text = self.subject.written(line);
        let cues = &self.knowledge.verdicts;
        let spans = sentences(text);
        for (at, span) in spans.iter().enumerate() {
            let sentence = span.of(text);
            let refutation = spans.get(at + 1).filter(|next| cues.refutes(next.of(text)));
            let judged =
                refutation.map_or_else(|| cues.judge_for(&self.asked, sentence), |_| cues.judge_refuted(sentence));
            let Some((verdict, strength)) = judged else { continue };
            // What is refuted says nothing without what refutes it.
            let span = refutation.map_or(*span, |next| Span::new(span.start, next.end));
            let place = span.shifted(line.span.start);
            let concludes = in_conclusion || cues.is_conclusion(sentence);
            let lead = if line.section == 0 { LEAD } else { 1.0 };
            let conclusion = if concludes { CONCLUSION } else { 1.0 };
            tally.add(verdict, strength * conclusion * self.relevance(sentence, place) * lead, place);
        }
    }

    fn relevance(&self, sentence: &str, place: Span) -> f32 {
        let lower = sentence.to_lowercase();
        let named = self.brands.iter().any(|brand| lower.contains(brand.as_str()));
        let translated = !self.brands.is_empty()
            && self.findings.clinics_in(place).any(|clinic| clinic.sort == ClinicSort::Translated);
        let clinic = if named || translated { NAMES_CLINIC } else { 1.0 };
        let names_city = self.findings.cities_in(place).next().is_some();
        let city = if names_city { self.city } else { 1.0 };
        clinic.max(city)
    }
}
