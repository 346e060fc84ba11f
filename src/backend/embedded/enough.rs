//! Pages that hold a number of the groups of a query, the way in which most queries are searched.
//!
//! A page with `minimum` of `n` groups holds one of any `n - minimum + 1` of them. So only the rarest that many are walked
//! through, and the frequent ones are asked for the pages that these find; and only pages that hold enough are scored.

use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// Finds pages that hold at least `minimum` of `groups`; their score is the sum over those they hold.
#[derive(Debug)]
pub(super) struct Enough {
    pub(super) groups: Vec<Box<dyn Query>>,
    pub(super) minimum: usize,
}

impl Clone for Enough {
    fn clone(&self) -> Self {
        Self { groups: self.groups.iter().map(|group| group.box_clone()).collect(), minimum: self.minimum }
    }
}

impl Query for Enough {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let groups: tantivy::Result<Vec<_>> = self.groups.iter().map(|group| group.weight(scoring)).collect();
        Ok(Box::new(EnoughWeight { groups: groups?, minimum: self.minimum }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.groups.iter().for_each(|group| group.query_terms(visitor));
    }
}

struct EnoughWeight {
    groups: Vec<Box<dyn Weight>>,
    minimum: usize,
}

impl Weight for EnoughWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let groups: tantivy::Result<Vec<_>> = self.groups.iter().map(|group| group.scorer(reader, boost)).collect();
        let mut groups = groups?;
        groups.retain(|group| group.doc() != TERMINATED);
        if groups.len() < self.minimum {
            return Ok(Box::new(EmptyScorer));
        }
        let mut enough = EnoughScorer::new(groups, self.minimum.max(1));
        enough.settle();
        Ok(Box::new(enough))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = if scorer.doc() < doc { scorer.seek(doc) } else { scorer.doc() };
        Ok(Explanation::new("the groups that it holds", if found == doc { scorer.score() } else { 0.0 }))
    }
}

struct EnoughScorer {
    /// In the order of the query, so that scores are added up in the same order in every segment.
    groups: Vec<Box<dyn Scorer>>,
    /// Where each group stands, but for the frequent ones beyond every page.
    docs: Vec<DocId>,
    /// The most frequent groups, one less than the minimum: places in `groups`, the most frequent first.
    frequent: Vec<usize>,
    minimum: usize,
    doc: DocId,
}

impl EnoughScorer {
    /// Of groups that all have a page, at least as many as `minimum`.
    fn new(groups: Vec<Box<dyn Scorer>>, minimum: usize) -> Self {
        let mut frequent: Vec<usize> = (0..groups.len()).collect();
        frequent.sort_by_key(|&at| std::cmp::Reverse(groups.get(at).map(DocSet::cost)));
        frequent.truncate(minimum - 1);
        let is_frequent = |at: usize| frequent.contains(&at);
        let docs = groups.iter().enumerate();
        let docs = docs.map(|(at, group)| if is_frequent(at) { TERMINATED } else { group.doc() }).collect();
        Self { groups, docs, frequent, minimum, doc: 0 }
    }

    /// Goes on to the first page that holds enough, from where the rarer groups stand.
    fn settle(&mut self) {
        loop {
            self.doc = self.docs.iter().copied().min().unwrap_or(TERMINATED);
            if self.doc == TERMINATED || self.holds_enough() {
                return;
            }
            self.leave();
        }
    }

    /// Whether enough groups stand at this page; if so, all that can do.
    fn holds_enough(&mut self) -> bool {
        let mut held = self.docs.iter().filter(|doc| **doc == self.doc).count();
        let mut left = self.frequent.len();
        for &at in &self.frequent {
            if held + left < self.minimum {
                return false;
            }
            let Some(group) = self.groups.get_mut(at) else { continue };
            let doc = if group.doc() < self.doc { group.seek(self.doc) } else { group.doc() };
            held += usize::from(doc == self.doc);
            left -= 1;
        }
        held >= self.minimum
    }

    /// Moves the rarer groups on that stand at this page.
    fn leave(&mut self) {
        for (doc, group) in self.docs.iter_mut().zip(&mut self.groups) {
            if *doc == self.doc {
                *doc = group.advance();
            }
        }
    }
}

impl DocSet for EnoughScorer {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.leave();
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            for (doc, group) in self.docs.iter_mut().zip(&mut self.groups) {
                if *doc < target {
                    *doc = group.seek(target);
                }
            }
            self.settle();
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let rarer = self.groups.iter().enumerate().filter(|(at, _)| !self.frequent.contains(at));
        rarer.map(|(_, group)| group.size_hint()).fold(0, u32::saturating_add)
    }
}

impl Scorer for EnoughScorer {
    fn score(&mut self) -> Score {
        let doc = self.doc;
        self.groups.iter_mut().filter(|group| group.doc() == doc).map(Scorer::score).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use tantivy::collector::{Count, DocSetCollector, TopDocs};
    use tantivy::query::{BooleanQuery, Occur, TermQuery};
    use tantivy::schema::{IndexRecordOption, Schema, TEXT};
    use tantivy::{Index, TantivyDocument};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn finds_and_scores_as_the_engine_does(
            pages in prop::collection::vec(prop::collection::vec(0..9_u8, 0..7), 1..200),
            words in prop::collection::vec(0..10_u8, 1..7),
            minimum in 1..5_usize,
            needed in 0..9_u8,
        ) {
            let said = |words: &[u8]| words.iter().map(|word| format!("w{word} ")).collect::<Vec<_>>().concat();
            let mut schema = Schema::builder();
            let field = schema.add_text_field("text", TEXT);
            let index = Index::create_in_ram(schema.build());
            let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 20_000_000).unwrap();
            for (number, page) in pages.iter().enumerate() {
                let mut document = TantivyDocument::new();
                document.add_text(field, said(page));
                writer.add_document(document).unwrap();
                if number == pages.len() / 2 {
                    writer.commit().unwrap();
                }
            }
            writer.commit().unwrap();
            let one = |word: u8| -> Box<dyn Query> {
                let term = Term::from_field_text(field, &format!("w{word}"));
                Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
            };
            let ours: Box<dyn Query> =
                Box::new(Enough { groups: words.iter().map(|&word| one(word)).collect(), minimum });
            let should = words.iter().map(|&word| (Occur::Should, one(word))).collect();
            let engines: Box<dyn Query> = Box::new(BooleanQuery::with_minimum_required_clauses(should, minimum));
            let searcher = index.reader().unwrap().searcher();
            let scored = |query: &dyn Query| {
                let all = searcher.search(query, &TopDocs::with_limit(200).order_by_score()).unwrap();
                all.into_iter().map(|(score, page)| (page, score)).collect::<BTreeMap<_, _>>()
            };
            let (found, expected) = (scored(&*ours), scored(&*engines));
            prop_assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            prop_assert!(found.iter().all(|(page, score)| (score - expected[page]).abs() <= score * 1e-5));
            prop_assert_eq!(searcher.search(&*ours, &Count).unwrap(), expected.len());
            // Sought from page to page beside another word, and beside one that is left out.
            for occur in [Occur::Must, Occur::MustNot] {
                let found = |query: &dyn Query| {
                    let both = BooleanQuery::new(vec![(occur, one(needed)), (Occur::Must, query.box_clone())]);
                    searcher.search(&both, &DocSetCollector).unwrap()
                };
                prop_assert_eq!(found(&*ours), found(&*engines));
            }
        }
    }
}
