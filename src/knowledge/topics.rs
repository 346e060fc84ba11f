//! The topics of the field and the phrases that announce them. Data: `topics.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::error::KnowledgeError;
use super::files::texts_of;
use super::folded::{Folded, folded_phrase};
use super::lexicon::{Endings, Lexicon};
use crate::text::span::Span;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Identifier, e.g. `medical_insurance`.
    pub id: String,
    /// What is asked, or what is done.
    pub kind: TopicKind,
    /// English label.
    pub label: String,
    /// Chinese label.
    pub label_zh: String,
    /// Phrases that announce it, English and Chinese, as the file gives them.
    pub triggers: Vec<String>,
    /// Identifier of the wider topic that this one replaces where a line names a city.
    pub refines: Option<String>,
    /// Where it can be found.
    pub scope: TopicScope,
    /// Whether a page about it gives a verdict.
    pub answer: AnswerKind,
    /// Whose the texts about it are.
    pub texts: TopicTexts,
}

/// Whose the texts about a topic are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TopicTexts {
    /// Each was written once; where another page has it, too, that is a copy.
    #[default]
    Own,
    /// Notices and advice that many sites print alike, each of its own accord.
    Standing,
}

/// What sort of thing a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TopicKind {
    /// What is asked of a clinic: price, insurance, doctors.
    Aspect,
    /// What is done there: a treatment.
    Procedure,
}

/// Where a topic can be found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TopicScope {
    /// Titles, headings and paragraphs.
    #[default]
    Anywhere,
    /// Only a title that is about it first of all.
    Title,
}

/// What sort of answer a page about a topic gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// Yes, no or conditional.
    Verdict,
    /// Prose only.
    #[default]
    Prose,
}

/// How strongly a phrase announces its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriggerStrength {
    /// Only in a title without any other trigger of an aspect.
    InTitle,
    /// Only where its line has no trigger of an aspect.
    Weak,
    /// Where its line names a city; else it announces the wider topic.
    BesideCity,
    /// Always.
    Strong,
}

/// A place of a text where a phrase announces a topic.
#[derive(Debug, Clone, Copy)]
pub struct TopicMention<'k> {
    /// Where.
    pub span: Span,
    /// Which.
    pub topic: &'k Topic,
    /// How strongly.
    pub strength: TriggerStrength,
}

/// All topics.
#[derive(Debug)]
pub struct Topics {
    by_id: BTreeMap<String, Topic>,
    pub(super) lexicon: Lexicon,
    /// By phrase of the lexicon: the topics it announces.
    announced: Vec<Vec<(String, TriggerStrength)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    topic: BTreeMap<String, Spanned<RawTopic>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTopic {
    kind: TopicKind,
    en: String,
    zh: String,
    triggers: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    in_title: Vec<String>,
    refines: Option<String>,
    #[serde(default)]
    beside_city: Vec<String>,
    #[serde(default)]
    texts: TopicTexts,
    #[serde(default)]
    scope: TopicScope,
    #[serde(default)]
    answer: AnswerKind,
}

impl Topics {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let mut raw: BTreeMap<String, RawTopic> = BTreeMap::new();
        for text in texts_of("topics.toml", include_str!("topics.toml"), directory)? {
            let file: RawFile = text.toml()?;
            for (id, topic) in file.topic {
                let start = topic.span().start;
                let topic = topic.into_inner();
                check(&id, &topic).map_err(|problem| text.malformed(text.line_at(start), problem))?;
                raw.insert(id, topic);
            }
        }
        let mut by_phrase: BTreeMap<String, Vec<(String, TriggerStrength)>> = BTreeMap::new();
        let mut topics = BTreeMap::new();
        for (id, topic) in raw {
            let strong = topic.triggers.iter().map(|phrase| (phrase, TriggerStrength::Strong));
            let weak = topic.weak.iter().map(|phrase| (phrase, TriggerStrength::Weak));
            let beside_city = topic.beside_city.iter().map(|phrase| (phrase, TriggerStrength::BesideCity));
            let in_title = topic.in_title.iter().map(|phrase| (phrase, TriggerStrength::InTitle));
            for (phrase, strength) in strong.chain(beside_city).chain(weak).chain(in_title) {
                let announced = by_phrase.entry(folded_phrase(phrase)).or_default();
                if !announced.iter().any(|(known, _)| *known == id) {
                    announced.push((id.clone(), strength));
                }
            }
            topics.insert(id.clone(), topic.named(id));
        }
        let (phrases, announced) = by_phrase.into_iter().unzip();
        Ok(Self { by_id: topics, lexicon: Lexicon::new(phrases, Endings::Plural), announced })
    }

    /// The topic with this identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Topic> {
        self.by_id.get(id)
    }

    /// Every topic, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.by_id.values()
    }

    /// The topic of an identifier or a label, English or Chinese; case, width and hyphens do not count.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Topic> {
        let wanted = folded_phrase(name);
        let is_it = |topic: &&Topic| {
            [&topic.id, &topic.label, &topic.label_zh].into_iter().any(|label| folded_phrase(label) == wanted)
        };
        self.by_id.values().find(is_it)
    }

    /// The topic that refines the one with this identifier.
    #[must_use]
    pub fn refining(&self, id: &str) -> Option<&Topic> {
        self.by_id.values().find(|topic| topic.refines.as_deref() == Some(id))
    }

    /// The phrases of `text` that announce topics, in order; one phrase can announce several.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<TopicMention<'_>> {
        self.mentions_in(&Folded::new(text))
    }

    /// The same for a text that is folded already.
    #[must_use]
    pub fn mentions_in(&self, text: &Folded<'_>) -> Vec<TopicMention<'_>> {
        let found = self.lexicon.find(text).into_iter();
        let mentions = found.flat_map(|found| {
            let announced = self.announced.get(found.phrase).into_iter().flatten();
            announced.filter_map(move |(id, strength)| {
                Some(TopicMention { span: found.span, topic: self.by_id.get(id)?, strength: *strength })
            })
        });
        mentions.collect()
    }
}

impl RawTopic {
    fn named(self, id: String) -> Topic {
        Topic {
            id,
            kind: self.kind,
            label: self.en,
            label_zh: self.zh,
            triggers: self.triggers,
            refines: self.refines,
            scope: self.scope,
            texts: self.texts,
            answer: self.answer,
        }
    }
}

/// What is wrong with a topic of a file.
fn check(id: &str, topic: &RawTopic) -> Result<(), String> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(format!("topic `{id}`: an identifier is of lower-case letters, digits and _"));
    }
    if topic.en.trim().is_empty() || topic.zh.trim().is_empty() || topic.triggers.is_empty() {
        return Err(format!("topic `{id}` needs a label in en and zh, and triggers"));
    }
    if topic.refines.is_none() && !topic.beside_city.is_empty() {
        return Err(format!("topic `{id}` has beside_city, but refines no wider topic"));
    }
    let mut phrases = [&topic.triggers, &topic.weak, &topic.in_title, &topic.beside_city].into_iter().flatten();
    if phrases.any(|phrase| folded_phrase(phrase).is_empty()) {
        return Err(format!("topic `{id}` has an empty trigger"));
    }
    Ok(())
}
