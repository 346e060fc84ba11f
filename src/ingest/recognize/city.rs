//! The cities that an article is about.
//!
//! The cities of the title, and those of its clinics, are kept; without them the breadcrumb, the headings and the
//! body are weighed, and what is named once in passing is left out.

use std::collections::BTreeMap;

use super::Findings;
use super::subject::{LineRole, Subject};
use crate::knowledge::cities::City;
use crate::knowledge::places::{Certainty, CityMention, NamedBy};
use crate::model::facets::{CityFacet, ClinicFacet};

/// Weights of a mention by its place; a title outweighs any number of passing mentions.
const TITLE: f32 = 100.0;
const BREADCRUMB: f32 = 12.0;
const HEADING: f32 = 6.0;
const LEAD: f32 = 3.0;
const PROSE: f32 = 1.0;
/// A city that no title names needs this weight: a heading, the first paragraph and another mention, or four.
const MIN_WEIGHT: f32 = 4.0;
/// A further city that no title names needs this share of the first one's weight.
const MIN_SHARE: f32 = 0.7;
/// Confidence of a city by where it stands.
const SURE: f32 = 0.98;
const LIKELY: f32 = 0.8;
const AMBIGUOUS: f32 = 0.6;

/// A city and what speaks for it.
struct Candidate<'k, 'f> {
    city: &'k City,
    weight: f32,
    first: &'f CityMention<'k>,
}

/// The cities of the article, likeliest first, and the other readings of those whose name is ambiguous.
pub(super) fn cities(
    subject: &Subject,
    findings: &Findings<'_>,
    clinics: &[ClinicFacet],
) -> (Vec<CityFacet>, Vec<CityFacet>) {
    let candidates = candidates(subject, findings);
    let of_clinics = |candidate: &&Candidate<'_, '_>| {
        clinics.iter().any(|clinic| clinic.city.as_deref() == Some(candidate.city.adcode.as_str()))
    };
    let mut chosen: Vec<&Candidate<'_, '_>> = candidates.iter().filter(|candidate| candidate.weight >= TITLE).collect();
    if chosen.is_empty() {
        chosen = candidates.iter().filter(of_clinics).collect();
    }
    if chosen.is_empty() {
        chosen = weighed(&candidates);
    }
    let mut facets = Vec::new();
    let mut alternatives = Vec::new();
    for candidate in chosen {
        let is_ambiguous = is_ambiguous(candidate.first);
        let confidence = match candidate.weight >= TITLE {
            _ if is_ambiguous => AMBIGUOUS,
            true => SURE,
            false => LIKELY,
        };
        facets.push(facet(subject, candidate.city, candidate.first, confidence));
        if is_ambiguous {
            let others = candidate.first.readings.iter().filter(|city| city.adcode != candidate.city.adcode);
            alternatives.extend(others.map(|city| facet(subject, city, candidate.first, 1.0 - AMBIGUOUS)));
        }
    }
    (facets, alternatives)
}

/// Several readings that are different places: a prefecture and its own seat of the same name are not.
fn is_ambiguous(mention: &CityMention<'_>) -> bool {
    let Some(best) = mention.city() else { return false };
    let is_elsewhere = |city: &&City| city.adcode.get(..4) != best.adcode.get(..4);
    mention.certainty == Certainty::Ambiguous && mention.readings.iter().any(is_elsewhere)
}

fn facet(subject: &Subject, city: &City, mention: &CityMention<'_>, confidence: f32) -> CityFacet {
    CityFacet {
        name: city.name.clone(),
        hanzi: city.hanzi.clone(),
        adcode: city.adcode.clone(),
        evidence: subject.evidence(mention.span, confidence),
    }
}

/// Every city named, heaviest first; of equal weight the one named first.
fn candidates<'k, 'f>(subject: &Subject, findings: &'f Findings<'k>) -> Vec<Candidate<'k, 'f>> {
    let mut by_adcode: BTreeMap<&str, Candidate<'k, 'f>> = BTreeMap::new();
    for mention in &findings.places.cities {
        // "Suizhou Kaili Hospital": Kaili is a city elsewhere, but here a brand.
        let Some(city) = mention.city().filter(|_| !findings.is_in_clinic_name(mention.span)) else { continue };
        let weight = weight(subject, mention);
        let candidate = by_adcode.entry(&city.adcode).or_insert(Candidate { city, weight: 0.0, first: mention });
        candidate.weight += if candidate.weight >= TITLE { weight.min(PROSE) } else { weight };
    }
    let mut candidates: Vec<Candidate<'k, 'f>> = by_adcode.into_values().collect();
    candidates.sort_by(|left, right| {
        let both_in_title = left.weight >= TITLE && right.weight >= TITLE;
        let by_weight = if both_in_title { std::cmp::Ordering::Equal } else { right.weight.total_cmp(&left.weight) };
        by_weight.then_with(|| left.first.span.cmp(&right.first.span))
    });
    candidates
}

fn weight(subject: &Subject, mention: &CityMention<'_>) -> f32 {
    let Some(line) = subject.line_at(mention.span) else { return 0.0 };
    let weight = match line.role {
        LineRole::Title => TITLE,
        LineRole::Breadcrumb => BREADCRUMB,
        LineRole::Heading => HEADING,
        LineRole::Lead => LEAD,
        LineRole::TableHead | LineRole::Prose => PROSE,
    };
    if mention.named_by == NamedBy::District && line.role == LineRole::Title { TITLE } else { weight }
}

/// The cities of an article whose title and clinics name none.
fn weighed<'c, 'k, 'f>(candidates: &'c [Candidate<'k, 'f>]) -> Vec<&'c Candidate<'k, 'f>> {
    let best = candidates.first().map_or(0.0, |candidate| candidate.weight);
    let enough =
        |candidate: &&Candidate<'k, 'f>| candidate.weight >= MIN_WEIGHT && candidate.weight >= best * MIN_SHARE;
    candidates.iter().filter(enough).collect()
}
