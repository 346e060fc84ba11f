//! Runs our analyzer ([`crate::text::terms`]) as a tantivy tokenizer.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::text::terms::TermStream;

/// Name under which the index knows the analyzer.
pub(super) const NAME: &str = "article_terms";

/// The tokenizer; holds nothing.
#[derive(Clone)]
pub(super) struct ArticleTokenizer;

impl Tokenizer for ArticleTokenizer {
    type TokenStream<'a> = ArticleTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        ArticleTokenStream { terms: TermStream::new(text), token: Token::default() }
    }
}

/// The terms of one text as tantivy tokens.
pub(super) struct ArticleTokenStream<'a> {
    terms: TermStream<'a>,
    token: Token,
}

impl TokenStream for ArticleTokenStream<'_> {
    fn advance(&mut self) -> bool {
        if !self.terms.advance() {
            return false;
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
