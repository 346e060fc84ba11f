//! The text of the article as JSON-LD has it, as a witness: it is believed where the page shows the same text.
//!
//! In: the lines, why each is chrome, the claimed texts. Out: lines that are chrome by their names or their place only,
//! and that an agreeing text holds, are lines of the article again. Nothing that the page does not show comes in.

use crate::model::article::Reason;
use crate::text::normalize::comparison_key;

use super::decision::Decision;
use super::outline::{Outline, Piece};

/// A text agrees when it holds so much of the prose that is taken for the article, in percent.
const MIN_AGREED_SHARE: usize = 60;
/// A longer text is not compared, in bytes.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Takes back the reasons of prose that a text of the page's JSON-LD holds, if that text agrees with the page.
pub(super) fn confirm(outline: &Outline, reasons: &mut [Option<Decision>], bodies: &[String]) {
    let bodies: Vec<String> =
        bodies.iter().filter(|body| body.len() <= MAX_BODY_BYTES).map(|body| comparison_key(body)).collect();
    if bodies.is_empty() {
        return;
    }
    let keys: Vec<String> = outline.pieces.iter().map(key_of_prose).collect();
    let of_article: Vec<&String> =
        keys.iter().zip(&*reasons).filter(|(_, reason)| reason.is_none()).map(|(key, _)| key).collect();
    let all: usize = of_article.iter().map(|key| key.len()).sum();
    let agrees = |body: &&String| {
        let held: usize = of_article.iter().filter(|key| body.contains(key.as_str())).map(|key| key.len()).sum();
        held > 0 && held * 100 >= all * MIN_AGREED_SHARE
    };
    let Some(body) = bodies.iter().find(agrees) else { return };
    for (key, reason) in keys.iter().zip(reasons) {
        let is_certain = reason.is_some_and(|known| matches!(known.reason, Reason::Repeat | Reason::Site));
        if !key.is_empty() && !is_certain && body.contains(key) {
            *reason = None;
        }
    }
}

/// The comparison key of a line of prose; empty for any other.
fn key_of_prose(piece: &Piece) -> String {
    if piece.prose() > 0 { comparison_key(&piece.text) } else { String::new() }
}
