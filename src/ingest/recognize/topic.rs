//! The topics of an article, the main one first.
//!
//! The title decides the main topic; every heading adds what it announces; a section whose heading announces nothing
//! adds an aspect that its paragraphs speak of again and again, and so does an article that announces nothing. Treatments
//! named in passing are no topics.

use std::collections::BTreeMap;

use super::Findings;
use super::subject::{Line, LineRole, Subject};
use crate::knowledge::clinics::ClinicSort;
use crate::knowledge::topics::{Topic, TopicKind, TopicMention, TopicScope, Topics, TriggerStrength};
use crate::model::facets::{CityFacet, ClinicFacet, Place, TopicFacet};
use crate::text::span::Span;

/// Confidence by the place that announces the topic.
const TITLE: f32 = 0.95;
const HEADING: f32 = 0.85;
const PROSE: f32 = 0.6;
/// An aspect that no heading announces must be spoken of so often in one section.
const MIN_PROSE_MENTIONS: usize = 3;
/// The topic of articles that compare clinics.
const COMPARISON: &str = "hospital_ranking";

/// A topic and what announces it.
#[derive(Clone, Copy)]
struct Announced<'k> {
    topic: &'k Topic,
    span: Span,
    confidence: f32,
}

/// What the article is about, the main topic first.
pub(super) fn topics(
    subject: &Subject,
    findings: &Findings<'_>,
    known: &Topics,
    (cities, clinics): (&[CityFacet], &[ClinicFacet]),
) -> Vec<TopicFacet> {
    let reader = Reader { subject, findings, known, asked: Vec::new() };
    let clinics_in_title = clinics.iter().filter(|clinic| clinic.evidence.place == Place::Title).count();
    let mut found = reader.in_title(clinics_in_title, !cities.is_empty());
    let asked: Vec<&str> = found.iter().map(|announced| announced.topic.id.as_str()).collect();
    let reader = Reader { asked, ..reader };
    for line in subject.body() {
        let announced = match line.role {
            LineRole::Heading => reader.in_heading(line),
            LineRole::TableHead => reader.in_line(line, HEADING),
            _ => Vec::new(),
        };
        found.extend(announced.into_iter().filter(|announced| announced.topic.scope == TopicScope::Anywhere));
    }
    if found.is_empty() {
        found.extend(reader.in_prose(subject.body()));
    }
    let mut facets: Vec<TopicFacet> = Vec::new();
    for Announced { topic, span, confidence } in found {
        if !facets.iter().any(|facet| facet.id == topic.id) {
            facets.push(TopicFacet { id: topic.id.clone(), evidence: subject.evidence(span, confidence) });
        }
    }
    facets
}

struct Reader<'s, 'k> {
    subject: &'s Subject,
    findings: &'s Findings<'k>,
    known: &'k Topics,
    /// What the title is about.
    asked: Vec<&'k str>,
}

impl<'k> Reader<'_, 'k> {
    /// Aspects before treatments, a comparison before all; what a title may only be about first stands first or not.
    fn in_title(&self, clinics: usize, has_city: bool) -> Vec<Announced<'k>> {
        let Some(title) = self.subject.title() else { return Vec::new() };
        let mut announced = self.in_line(title, TITLE);
        announced.sort_by_key(|announced| announced.topic.kind == TopicKind::Procedure);
        if clinics == 0 && has_city {
            for announced in &mut announced {
                announced.topic = self.known.refining(&announced.topic.id).unwrap_or(announced.topic);
            }
        }
        if clinics > 1
            && let Some(topic) = self.known.get(COMPARISON)
        {
            let place = announced.iter().position(|announced| announced.topic.id == COMPARISON);
            let first = Announced { topic, span: title.span, confidence: TITLE };
            let comparison = place.map_or(first, |place| announced.remove(place));
            announced.insert(0, comparison);
        }
        let main = announced.first().map(|announced| announced.topic);
        announced.retain(|announced| announced.topic.scope == TopicScope::Anywhere || Some(announced.topic) == main);
        announced
    }

    /// What a heading announces, or else what the paragraphs below it speak of.
    fn in_heading(&self, heading: &Line) -> Vec<Announced<'k>> {
        let announced = self.in_line(heading, HEADING);
        if announced.is_empty() { self.in_section(heading).into_iter().collect() } else { announced }
    }

    /// What a line announces, in order. Weak triggers count only where nothing else does, but in a table's head every
    /// column stands for itself. Beside a narrower topic the wider one is left out.
    fn in_line(&self, line: &Line, confidence: f32) -> Vec<Announced<'k>> {
        let mentions = self.mentions_in(line);
        let names_city = self.names_city(line);
        let aspects = mentions.iter().filter(|mention| mention.topic.kind == TopicKind::Aspect);
        let strongest = aspects.map(|mention| mention.strength).max().unwrap_or(TriggerStrength::InTitle);
        let counts_weak = line.role == LineRole::TableHead || strongest <= TriggerStrength::Weak;
        let counts_in_title = line.role == LineRole::Title && strongest == TriggerStrength::InTitle;
        let mut announced: Vec<Announced<'k>> = Vec::new();
        for (index, mention) in mentions.iter().enumerate() {
            let so_far = if line.role == LineRole::Title { announced.as_slice() } else { &[] };
            if self.means_another(&mentions, index, so_far) {
                continue;
            }
            let topic = match mention.strength {
                TriggerStrength::InTitle if !counts_in_title || has_aspect(&announced) => continue,
                TriggerStrength::Weak if !counts_weak => continue,
                TriggerStrength::BesideCity if !names_city => match self.wider(mention.topic) {
                    Some(wider) if mention.span.of(&self.subject.text).len() > SHORT_TRIGGER_BYTES => wider,
                    _ => continue,
                },
                _ => mention.topic,
            };
            if !announced.iter().any(|known| known.topic.id == topic.id) {
                announced.push(Announced { topic, span: mention.span, confidence });
            }
        }
        let wider: Vec<&str> = announced.iter().filter_map(|known| known.topic.refines.as_deref()).collect();
        announced.retain(|known| !wider.contains(&known.topic.id.as_str()));
        announced
    }

    /// Whether the phrase also announces another topic that the title, or the line before it, is about.
    fn means_another(&self, mentions: &[&TopicMention<'k>], index: usize, announced: &[Announced<'k>]) -> bool {
        let Some(mention) = mentions.get(index) else { return false };
        let is_known = |id: &str| self.asked.contains(&id) || announced.iter().any(|known| known.topic.id == id);
        if is_known(&mention.topic.id) {
            return false;
        }
        // Those of one phrase stand side by side.
        let is_same = |other: &&&TopicMention<'k>| other.span == mention.span;
        let before = mentions.iter().take(index).rev().take_while(is_same);
        let behind = mentions.iter().skip(index + 1).take_while(is_same);
        before.chain(behind).any(|other| is_known(&other.topic.id))
    }

    fn wider(&self, topic: &Topic) -> Option<&'k Topic> {
        topic.refines.as_deref().and_then(|id| self.known.get(id))
    }

    /// Whether a line names a city by itself, and not as the first word of a clinic's name.
    fn names_city(&self, line: &Line) -> bool {
        let clinics = &self.findings.clinics;
        let belongs_to_clinic = |city: Span| {
            let from = clinics.partition_point(|clinic| clinic.span.end < city.end);
            let near = clinics.iter().skip(from).take_while(|clinic| clinic.span.start <= city.end + 2);
            near.filter(|clinic| clinic.sort == ClinicSort::Named)
                .any(|clinic| clinic.span.contains(city) || city.end <= clinic.span.start)
        };
        self.findings.cities_in(line.span).any(|city| !belongs_to_clinic(city.span))
    }

    /// The aspect that the paragraphs below a heading speak of most.
    fn in_section(&self, heading: &Line) -> Option<Announced<'k>> {
        let section = self.subject.section(heading.section).iter();
        self.in_prose(section.filter(|line| line.role == LineRole::Prose))
    }

    /// The aspect that these lines speak of most.
    fn in_prose<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> Option<Announced<'k>> {
        let mut counts: BTreeMap<&str, (usize, Announced<'k>)> = BTreeMap::new();
        for mention in lines.flat_map(|line| self.mentions_in(line)) {
            let is_aspect = mention.topic.kind == TopicKind::Aspect && mention.strength == TriggerStrength::Strong;
            if is_aspect && !self.is_wider_than_asked(mention.topic) {
                let first = Announced { topic: mention.topic, span: mention.span, confidence: PROSE };
                counts.entry(&mention.topic.id).or_insert((0, first)).0 += 1;
            }
        }
        let most =
            counts.into_values().max_by_key(|(count, announced)| (*count, std::cmp::Reverse(announced.span.start)))?;
        (most.0 >= MIN_PROSE_MENTIONS).then_some(most.1)
    }

    /// Whether the title is about a narrower topic: a page about a city's policy speaks of insurance all along.
    fn is_wider_than_asked(&self, topic: &Topic) -> bool {
        self.known.refining(&topic.id).is_some_and(|narrower| self.asked.contains(&narrower.id.as_str()))
    }

    /// The phrases of a line that announce topics; those in a clinic's name say only what kind of clinic it is.
    fn mentions_in(&self, line: &Line) -> Vec<&TopicMention<'k>> {
        let mentions = &self.findings.topics;
        let from = mentions.partition_point(|mention| mention.span.start < line.span.start);
        let in_line = mentions.iter().skip(from).take_while(|mention| mention.span.start < line.span.end);
        in_line.filter(|mention| !self.findings.is_in_clinic_name(mention.span)).collect()
    }
}

fn has_aspect(announced: &[Announced<'_>]) -> bool {
    announced.iter().any(|known| known.topic.kind == TopicKind::Aspect)
}

/// A phrase of a narrower topic as short as "policy" or 政策 says nothing of the wider one.
const SHORT_TRIGGER_BYTES: usize = 7;
