//! Runs our analyzer ([`crate::text::terms`]) as a tantivy tokenizer.

use tantivy::Index;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::terms::{Forms, TermStream, written_word};

/// Name under which the index knows the analyzer.
const NAME: &str = "article_terms";
const WRITTEN_NAME: &str = "written_words";

/// Name under which the index knows the analyzer by these forms.
pub(super) fn name(forms: Forms) -> &'static str {
    match forms {
        Forms::Stems => NAME,
        Forms::Written => WRITTEN_NAME,
    }
}

/// Makes the analyzer known to an index.
pub(super) fn register(index: &Index) {
    for forms in [Forms::Stems, Forms::Written] {
        index.tokenizers().register(name(forms), ArticleTokenizer(forms));
    }
}

/// The tokenizer: all terms, or the words as written and nothing else, each at the position that it has among all.
#[derive(Clone)]
struct ArticleTokenizer(Forms);

impl Tokenizer for ArticleTokenizer {
    type TokenStream<'a> = ArticleTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        ArticleTokenStream { forms: self.0, terms: TermStream::by(text, self.0), token: Token::default() }
    }
}

/// The terms of one text as tantivy tokens.
struct ArticleTokenStream<'a> {
    forms: Forms,
    terms: TermStream<'a>,
    token: Token,
}

impl TokenStream for ArticleTokenStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if !self.terms.advance() {
                return false;
            }
            if self.forms == Forms::Stems || written_word(self.terms.text()).is_some() {
                break;
            }
        }
        self.token.text.clear();
        self.token.text.push_str(self.terms.text());
        self.token.position = self.terms.position();
        self.token.offset_from = self.terms.span().start;
        self.token.offset_to = self.terms.span().end;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
