//! The ways to say one thing, words and phrases, where phrases cost little.
//!
//! Whether words stand beside each other is read from their positions, which costs many times what looking up a word costs;
//! and nearly every question has synonyms that are phrases, in two languages. So a phrase is looked at only in pages that
//! hold all of its words, and in those that hold a way of one word, too, only where it could score more than that: the best
//! way counts, and what another one would add is a tenth of its own score.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use super::compile::OTHER_WAYS;

/// Finds pages that hold one of several words or phrases.
#[derive(Debug)]
pub(super) struct Ways {
    /// The words, and phrases that always count.
    pub(super) words: Box<dyn Query>,
    /// Each with the words at their distances, two at least, and its weight.
    pub(super) phrases: Vec<(Vec<(usize, Term)>, f32)>,
}

impl Clone for Ways {
    fn clone(&self) -> Self {
        Self { words: self.words.box_clone(), phrases: self.phrases.clone() }
    }
}

impl Query for Ways {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let phrase = |(words, weight): &(Vec<(usize, Term)>, f32)| -> tantivy::Result<PhraseWeight> {
            let terms: Vec<Term> = words.iter().map(|(_, term)| term.clone()).collect();
            let bm25 = match scoring {
                EnableScoring::Enabled { statistics_provider, .. } => {
                    Some(Bm25Weight::for_terms(statistics_provider, &terms)?.boost_by(*weight))
                }
                EnableScoring::Disabled { .. } => None,
            };
            Ok(PhraseWeight { words: words.clone(), bm25 })
        };
        let phrases: tantivy::Result<Vec<PhraseWeight>> = self.phrases.iter().map(phrase).collect();
        Ok(Box::new(WaysWeight { words: self.words.weight(scoring)?, phrases: phrases? }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.words.query_terms(visitor);
        self.phrases.iter().flat_map(|(words, _)| words).for_each(|(_, term)| visitor(term, true));
    }
}

struct PhraseWeight {
    words: Vec<(usize, Term)>,
    /// `None` where nothing is scored.
    bm25: Option<Bm25Weight>,
}

struct WaysWeight {
    words: Box<dyn Weight>,
    phrases: Vec<PhraseWeight>,
}

impl Weight for WaysWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut phrases = Vec::with_capacity(self.phrases.len());
        for phrase in &self.phrases {
            phrases.extend(Phrase::open(reader, phrase, boost)?);
        }
        let words = self.words.scorer(reader, boost)?;
        if phrases.is_empty() {
            return Ok(words);
        }
        let mut ways = WaysScorer { words, phrases, doc: 0 };
        ways.settle(0);
        Ok(if ways.doc == TERMINATED { Box::new(EmptyScorer) } else { Box::new(ways) })
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = if scorer.doc() < doc { scorer.seek(doc) } else { scorer.doc() };
        Ok(Explanation::new("the best way to say it", if found == doc { scorer.score() } else { 0.0 }))
    }
}

/// A phrase in one segment.
struct Phrase {
    /// The words at their distances, the rarest first.
    words: Vec<(u32, SegmentPostings)>,
    bm25: Option<Bm25Weight>,
    lengths: FieldNormReader,
    /// Where all the words are.
    doc: DocId,
    /// How often the phrase stands there, once that was looked at.
    count: Option<u32>,
    starts: Vec<u32>,
    others: Vec<u32>,
}

impl Phrase {
    /// Nothing, where one of the words is in no page.
    fn open(reader: &SegmentReader, weight: &PhraseWeight, boost: Score) -> tantivy::Result<Option<Self>> {
        let mut words = Vec::with_capacity(weight.words.len());
        for (at, term) in &weight.words {
            let inverted = reader.inverted_index(term.field())?;
            let postings = inverted.read_postings(term, IndexRecordOption::WithFreqsAndPositions)?;
            let Some(postings) = postings else { return Ok(None) };
            words.push((u32::try_from(*at).unwrap_or(u32::MAX), postings));
        }
        words.sort_by_key(|(_, postings)| postings.doc_freq());
        let lengths = match weight.words.first() {
            Some((_, term)) => reader.get_fieldnorms_reader(term.field())?,
            None => return Ok(None),
        };
        let bm25 = weight.bm25.as_ref().map(|bm25| bm25.boost_by(boost));
        Ok(Some(Self { words, bm25, lengths, doc: 0, count: None, starts: vec![], others: vec![] }))
    }

    /// Goes on to the first page from `target` on that holds all the words.
    fn find(&mut self, mut target: DocId) {
        self.count = None;
        'pages: loop {
            for (_, postings) in &mut self.words {
                let doc = if postings.doc() < target { postings.seek(target) } else { postings.doc() };
                if doc > target {
                    target = doc;
                    if doc == TERMINATED {
                        break 'pages;
                    }
                    continue 'pages;
                }
            }
            break;
        }
        self.doc = target;
    }

    /// How often the phrase stands in the page.
    fn count(&mut self) -> u32 {
        if let Some(count) = self.count {
            return count;
        }
        let Self { words, starts, others, .. } = self;
        for (number, (at, postings)) in words.iter_mut().enumerate() {
            // Where the phrase would begin: a word stands so far behind that.
            if number == 0 {
                postings.positions(starts);
                starts.retain_mut(|position| {
                    let start = position.checked_sub(*at);
                    *position = start.unwrap_or(0);
                    start.is_some()
                });
            } else if !starts.is_empty() {
                postings.positions(others);
                starts.retain(|start| others.binary_search(&(start + *at)).is_ok());
            }
        }
        let count = u32::try_from(starts.len()).unwrap_or(u32::MAX);
        self.count = Some(count);
        count
    }

    /// No more than that can it score in the page: it stands there no oftener than any of its words.
    fn most(&self) -> Score {
        self.score_of(self.words.iter().map(|(_, postings)| postings.term_freq()).min().unwrap_or(0))
    }

    fn score(&self) -> Score {
        self.score_of(self.count.unwrap_or(0))
    }

    fn score_of(&self, count: u32) -> Score {
        self.bm25.as_ref().map_or(1.0, |bm25| bm25.score(self.lengths.fieldnorm_id(self.doc), count))
    }
}

struct WaysScorer {
    words: Box<dyn Scorer>,
    phrases: Vec<Phrase>,
    doc: DocId,
}

impl WaysScorer {
    /// Goes on to the first page from `target` on that holds a way.
    fn settle(&mut self, mut target: DocId) {
        loop {
            if target >= TERMINATED {
                self.doc = TERMINATED;
                return;
            }
            if self.words.doc() < target {
                self.words.seek(target);
            }
            let mut next = self.words.doc();
            for phrase in &mut self.phrases {
                if phrase.doc < target || target == 0 {
                    phrase.find(target);
                }
                next = next.min(phrase.doc);
            }
            let is_said = |phrase: &mut Phrase| phrase.doc == next && phrase.count() > 0;
            if next == TERMINATED || self.words.doc() == next || self.phrases.iter_mut().any(is_said) {
                self.doc = next;
                return;
            }
            target = next + 1;
        }
    }
}

impl DocSet for WaysScorer {
    fn advance(&mut self) -> DocId {
        self.seek(self.doc.saturating_add(1))
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.settle(target);
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let of_phrase = |phrase: &Phrase| phrase.words.first().map_or(0, |(_, postings)| postings.doc_freq());
        self.phrases.iter().map(of_phrase).fold(self.words.size_hint(), u32::saturating_add)
    }
}

impl Scorer for WaysScorer {
    fn score(&mut self) -> Score {
        let said = (self.words.doc() == self.doc).then(|| self.words.score());
        let (mut best, mut sum) = (said.unwrap_or(0.0), said.unwrap_or(0.0));
        for phrase in self.phrases.iter_mut().filter(|phrase| phrase.doc == self.doc) {
            if said.is_none_or(|said| phrase.most() > said) && phrase.count() > 0 {
                let score = phrase.score();
                best = best.max(score);
                sum += score;
            }
        }
        best + OTHER_WAYS * (sum - best)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use tantivy::collector::{DocSetCollector, TopDocs};
    use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, TermQuery};
    use tantivy::schema::{Schema, TEXT};
    use tantivy::{Index, TantivyDocument};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pages_are_those_that_hold_a_word_or_a_phrase(
            pages in prop::collection::vec(prop::collection::vec(0..5_u8, 0..12), 1..40),
            phrases in prop::collection::vec((prop::collection::vec(0..5_u8, 2..4), 1..3_usize), 1..4),
            word in 0..6_u8,
            needed in 0..5_u8,
        ) {
            let said = |words: &[u8]| words.iter().map(|word| format!("w{word} ")).collect::<Vec<_>>().concat();
            let mut schema = Schema::builder();
            let field = schema.add_text_field("text", TEXT);
            let index = Index::create_in_ram(schema.build());
            let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 20_000_000).unwrap();
            for page in &pages {
                let mut document = TantivyDocument::new();
                document.add_text(field, said(page));
                writer.add_document(document).unwrap();
            }
            writer.commit().unwrap();
            let term = |word: u8| Term::from_field_text(field, &format!("w{word}"));
            let one = |word: u8| Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs));
            let phrases: Vec<(Vec<(usize, Term)>, f32)> = phrases
                .iter()
                .map(|(words, step)| (words.iter().enumerate().map(|(at, word)| (at * step, term(*word))).collect(), 0.5))
                .collect();
            let ways = Ways { words: one(word), phrases: phrases.clone() };
            let mut each: Vec<Box<dyn Query>> = vec![one(word)];
            each.extend(phrases.iter().map(|(words, weight)| {
                Box::new(BoostQuery::new(Box::new(PhraseQuery::new_with_offset(words.clone())), *weight)) as Box<dyn Query>
            }));
            let best: Box<dyn Query> = Box::new(DisjunctionMaxQuery::with_tie_breaker(each, OTHER_WAYS));
            let mut usual: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Should, one(word))];
            usual.extend(phrases.into_iter().map(|(words, _)| {
                (Occur::Should, Box::new(PhraseQuery::new_with_offset(words)) as Box<dyn Query>)
            }));
            let usual: Box<dyn Query> = Box::new(BooleanQuery::new(usual));
            let searcher = index.reader().unwrap().searcher();
            let top = |query: &dyn Query| {
                let all = searcher.search(query, &TopDocs::with_limit(100).order_by_score()).unwrap();
                all.into_iter().map(|(score, page)| (page, score)).collect::<BTreeMap<_, _>>()
            };
            // What ways of less score would add is left out, no more.
            let (cheap, whole) = (top(&ways), top(&*best));
            for (page, score) in &whole {
                let cheap = cheap.get(page).copied().unwrap_or(0.0);
                prop_assert!(cheap <= score * 1.001 && cheap * (1.0 + OTHER_WAYS * 4.0) * 1.001 >= *score);
            }
            // Alone, and sought from page to page beside another word.
            for with_other in [false, true] {
                let found = |query: Box<dyn Query>| {
                    let both = BooleanQuery::new(vec![(Occur::Must, one(needed)), (Occur::Must, query.box_clone())]);
                    searcher.search(if with_other { &both } else { &*query }, &DocSetCollector).unwrap()
                };
                prop_assert_eq!(found(Box::new(ways.clone())), found(usual.box_clone()));
            }
        }
    }
}
