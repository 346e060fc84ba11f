//! The sentence of a page that answers.

use super::super::weights::{AnswerWeights, PassageWeights};
use super::{Excerpts, Sentence};
use crate::knowledge::Knowledge;
use crate::model::answer::{AnswerSentence, Passage};
use crate::model::document::Document;
use crate::model::facets::Place;

impl Excerpts<'_> {
    /// The sentence that answers: holds the query's words, and rather concludes and judges than asks.
    #[must_use]
    pub fn answer(
        &self,
        document: &Document,
        knowledge: &Knowledge,
        weights: (&AnswerWeights, &PassageWeights),
    ) -> Option<AnswerSentence> {
        let (answer, passage) = weights;
        let verdict = document.facets.verdict.as_ref().map(|facet| &facet.evidence);
        let verdict = verdict.filter(|evidence| evidence.place == Place::Body).map(|evidence| evidence.span);
        // Every sentence of a page about one clinic is about that clinic, whether it says its name or not.
        let own_name = if document.facets.clinics.len() > 1 { 1.0 } else { answer.own_name };
        let candidates =
            self.sentences.iter().filter(|sentence| !sentence.is_heading && sentence.length <= answer.characters);
        let score = |sentence| self.scaled(sentence, self.weight_beside(sentence, own_name), passage);
        let mut scored: Vec<(&Sentence, f32)> = candidates.map(|sentence| (sentence, score(sentence))).collect();
        scored.retain(|(_, score)| *score > 0.0);
        scored.sort_by(|left, right| right.1.total_cmp(&left.1));
        let mut best: Option<(&Sentence, f32)> = None;
        for (sentence, score) in scored {
            // Looking at what a sentence says costs most: not done where that cannot make it the best.
            if best.is_some_and(|(_, least)| score * answer.most() < least) {
                break;
            }
            let text = sentence.span.of(&self.body);
            let is_verdict = verdict.is_some_and(|span| span.overlaps(sentence.span));
            let score = score * if is_verdict { answer.verdict } else { 1.0 } * said(text, knowledge, answer);
            // Of equals the first in the article.
            let is_better = |(other, least): (&Sentence, f32)| {
                score.total_cmp(&least).then(other.span.start.cmp(&sentence.span.start)).is_gt()
            };
            if score > 0.0 && best.is_none_or(is_better) {
                best = Some((sentence, score));
            }
        }
        let (best, _) = best?;
        let Passage { section, start, end, text, hits, .. } = self.passage(best.span, best.section);
        Some(AnswerSentence { section, start, end, text, hits })
    }
}

/// What a sentence counts for by what it says.
fn said(text: &str, knowledge: &Knowledge, weights: &AnswerWeights) -> f32 {
    let said = [
        (knowledge.verdicts.is_conclusion(text), weights.conclusion),
        (knowledge.verdicts.judge(text).is_some(), weights.judgement),
        (knowledge.verdicts.is_question(text), weights.question),
    ];
    said.into_iter().filter(|(holds, _)| *holds).map(|(_, factor)| factor).product()
}
