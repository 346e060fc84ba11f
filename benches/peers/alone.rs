//! tantivy alone, as its users set it up: title and body, positions on, its English stemmer, the same text stored.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use frostem::{Algorithm, Stemmer};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::QueryParser;
use tantivy::schema::{Field, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{
    LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, TantivyDocument};

use super::text::{Kind, Row};

/// Memory for postings in each of the two threads: no segment is written before it must be.
const BUDGET_BYTES: usize = 256 << 20;

/// An index of tantivy alone.
pub(crate) struct Alone {
    index: Index,
    reader: IndexReader,
    title: Field,
    body: Field,
}

impl Alone {
    /// Indexes a file of rows; returns when they can be searched.
    pub(crate) fn index(rows: &Path, folder: &Path, is_stemmed: bool) -> Self {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(if is_stemmed { "stemmed" } else { "default" })
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = TextOptions::default().set_indexing_options(indexing).set_stored();
        let url = builder.add_text_field("url", STORED);
        let (title, body) = (builder.add_text_field("title", text.clone()), builder.add_text_field("body", text));
        std::fs::create_dir_all(folder).expect("a folder");
        let index = Index::create_in_dir(folder, builder.build()).expect("an index");
        index.tokenizers().register("stemmed", stemmed());
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(2, 2 * BUDGET_BYTES).expect("a writer");
        for line in BufReader::new(File::open(rows).expect("rows")).lines() {
            let row: Row = serde_json::from_str(&line.expect("a line")).expect("a row");
            let mut document = TantivyDocument::new();
            document.add_text(url, &row.url);
            document.add_text(title, &row.title);
            document.add_text(body, &row.text);
            writer.add_document(document).expect("added");
        }
        writer.commit().expect("committed");
        writer.wait_merging_threads().expect("merged");
        Self::of(index)
    }

    /// Opens an index that was made before.
    pub(crate) fn open(folder: &Path) -> Self {
        Self::of(Index::open_in_dir(folder).expect("an index"))
    }

    fn of(index: Index) -> Self {
        index.tokenizers().register("stemmed", stemmed());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().expect("a reader");
        let (title, body) = (field(&index, "title"), field(&index, "body"));
        Self { index, reader, title, body }
    }

    pub(crate) fn segments(&self) -> usize {
        self.reader.searcher().segment_readers().len()
    }

    /// Looks for the ten best and their count, and makes a fragment of each with its matches, if `has_snippets`; a number that
    /// depends on all of it.
    pub(crate) fn search(&self, (kind, words): &(Kind, String), has_snippets: bool) -> usize {
        let searcher = self.reader.searcher();
        let mut parser = QueryParser::for_index(&self.index, vec![self.title, self.body]);
        if *kind == Kind::All {
            parser.set_conjunction_by_default();
        }
        let text = if *kind == Kind::Phrase { format!("\"{words}\"") } else { words.clone() };
        let query = parser.parse_query(&text).expect("a query");
        let (best, count) =
            searcher.search(&query, &(TopDocs::with_limit(10).order_by_score(), Count)).expect("results");
        let mut length = 0;
        if has_snippets {
            let generator = SnippetGenerator::create(&searcher, &query, self.body).expect("a generator");
            length = best.iter().map(|(_, address)| self.fragment(&searcher, *address, &generator)).sum();
        }
        count + length
    }

    fn fragment(&self, searcher: &Searcher, address: tantivy::DocAddress, generator: &SnippetGenerator) -> usize {
        let document: TantivyDocument = searcher.doc(address).expect("a document");
        let title = document.get_first(self.title).and_then(|value| value.as_str()).map_or(0, str::len);
        title + generator.snippet_from_doc(&document).to_html().len()
    }
}

fn field(index: &Index, name: &str) -> Field {
    index.schema().get_field(name).expect("a field")
}

/// The analyzer that tantivy calls `en_stem`; the crate is built without the feature that has it.
fn stemmed() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(English)
        .build()
}

/// What tantivy's own filter does, with the stemmer that it uses.
#[derive(Clone)]
struct English;

impl TokenFilter for English {
    type Tokenizer<T: Tokenizer> = Stemmed<T>;

    fn transform<T: Tokenizer>(self, tokenizer: T) -> Stemmed<T> {
        Stemmed(tokenizer)
    }
}

#[derive(Clone)]
struct Stemmed<T>(T);

impl<T: Tokenizer> Tokenizer for Stemmed<T> {
    type TokenStream<'a> = StemmedStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        StemmedStream { inner: self.0.token_stream(text), stemmer: Stemmer::new(Algorithm::English) }
    }
}

struct StemmedStream<T> {
    inner: T,
    stemmer: Stemmer,
}

impl<T: TokenStream> TokenStream for StemmedStream<T> {
    fn advance(&mut self) -> bool {
        if !self.inner.advance() {
            return false;
        }
        let token = self.inner.token_mut();
        let stem = self.stemmer.stem(&token.text);
        if *stem != *token.text {
            token.text = stem.into_owned();
        }
        true
    }

    fn token(&self) -> &Token {
        self.inner.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.inner.token_mut()
    }
}
