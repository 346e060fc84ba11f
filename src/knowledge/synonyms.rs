//! The bilingual thesaurus: phrases of the field that mean the same. Data: `synonyms.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::KnowledgeError;
use super::files::{PhraseLists, texts_of};
use super::folded::{Folded, folded_phrase};
use super::lexicon::{Endings, Lexicon};
use crate::text::span::Span;

/// Groups of phrases, English and Chinese, that mean the same.
#[derive(Debug)]
pub struct Synonyms {
    groups: Vec<Group>,
    lexicon: Lexicon,
    /// By phrase of the lexicon: the group.
    group_of: Vec<usize>,
}

#[derive(Debug)]
struct Group {
    name: String,
    phrases: Vec<String>,
}

/// A phrase of a text that has synonyms.
#[derive(Debug, Clone, Copy)]
pub struct SynonymMention<'k> {
    /// Where.
    pub span: Span,
    /// Name of its group, e.g. `medical_insurance`.
    pub group: &'k str,
    /// All phrases of the group, the one that stands here included; the first is the commonest.
    pub alternatives: &'k [String],
}

impl Synonyms {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let texts = texts_of("synonyms.toml", include_str!("synonyms.toml"), directory)?;
        let lists = PhraseLists::read(&texts, &[])?;
        let mut groups = Vec::new();
        let mut by_phrase: BTreeMap<String, usize> = BTreeMap::new();
        for (name, phrases) in lists.lists() {
            for phrase in phrases {
                by_phrase.entry(folded_phrase(phrase)).or_insert(groups.len());
            }
            groups.push(Group { name: name.to_owned(), phrases: phrases.to_vec() });
        }
        let (phrases, group_of) = by_phrase.into_iter().unzip();
        Ok(Self { groups, lexicon: Lexicon::new(phrases, Endings::Plural), group_of })
    }

    /// Number of groups.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is no group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The phrases of `text` that have synonyms, in order, the longest where several start.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<SynonymMention<'_>> {
        let found = self.lexicon.find(&Folded::new(text)).into_iter();
        let mentions = found.filter_map(|found| {
            let group = self.groups.get(*self.group_of.get(found.phrase)?)?;
            Some(SynonymMention { span: found.span, group: &group.name, alternatives: &group.phrases })
        });
        mentions.collect()
    }
}
