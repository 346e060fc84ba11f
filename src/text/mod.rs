//! Strings only: spans, folding, the analyzer, sentences, hostile characters. Knows no page and no article.

pub mod ascii;
pub mod normalize;
pub mod pinyin;
pub mod safe;
pub mod sentences;
pub mod span;
mod stems;
pub mod terms;
pub mod units;
