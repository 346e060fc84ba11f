//! From judged lines to [`Parsed`]: blocks with their zones, and the page's claims in order of trust.

use std::sync::Arc;

use crate::ingest::formats::{MAX_CLAIM_BYTES, Parsed};
use crate::model::article::Reason;
use crate::model::block::{Block, BlockKind, Zone};
use crate::text::normalize::comparison_key;

use super::decision::{Decider, Decision};
use super::metadata::Metadata;
use super::outline::{Outline, Piece};

/// Marks between a title and the name of the site.
const SUFFIX_MARKS: [char; 7] = ['-', '–', '—', '_', '|', '｜', '·'];

/// Puts the result together; `reasons` says for each line why it is chrome, or nothing.
pub(super) fn parsed(outline: Outline, reasons: &[Option<Decision>], metadata: Metadata) -> Parsed {
    let shown_dates = shown_dates(reasons, &metadata);
    let degraded = outline.is_cut;
    let claimed: Vec<String> = [metadata.social_titles, metadata.data_titles].concat();
    let claimed: Vec<String> = claimed.into_iter().chain(metadata.head_title).collect();
    let heading = title_heading(&outline.pieces, reasons, (&claimed, metadata.site_name.as_deref()));
    let titles = heading.map(|piece| piece.text.clone()).into_iter().chain(claimed).collect();
    let blocks = blocks(outline.pieces, reasons);
    Parsed {
        blocks,
        titles,
        dates: metadata.data_dates.into_iter().chain(metadata.meta_dates).chain(shown_dates).collect(),
        canonical_url: metadata.canonical_url.or(metadata.social_url),
        language: metadata.language,
        degraded,
        is_titled_row: false,
        is_article: false,
    }
}

/// The lines as blocks; neighbours of one decision share its words.
fn blocks(pieces: Vec<Piece>, reasons: &[Option<Decision>]) -> Vec<Block> {
    let mut last: Option<(Decider, Arc<str>)> = None;
    let blocks = pieces.into_iter().zip(reasons).map(|(piece, reason)| {
        let link_share = piece.link_share();
        let Some(Decision { reason, decider }) = *reason else {
            return Block { kind: piece.kind, text: piece.text, link_share, zone: Zone::Article, decided_by: None };
        };
        let known = last.take().filter(|(before, _)| *before == decider);
        let (_, words) = last.insert(known.unwrap_or_else(|| (decider, decider.shown())));
        let decided_by = Some(Arc::clone(words));
        Block { kind: piece.kind, text: piece.text, link_share, zone: Zone::Chrome(reason), decided_by }
    });
    blocks.collect()
}

/// The highest heading that agrees with what the page calls itself, else the last one before the prose of the article:
/// logos are headings too. What the page calls its site is no title.
fn title_heading<'a>(
    pieces: &'a [Piece],
    reasons: &[Option<Decision>],
    (claimed, site_name): (&[String], Option<&str>),
) -> Option<&'a Piece> {
    let site_names = claimed.iter().filter_map(|title| title.rsplit_once(SUFFIX_MARKS)).map(|(_, name)| name);
    let site_names: Vec<String> = site_names.chain(site_name).map(comparison_key).collect();
    let is_title = |piece: &Piece| {
        piece.kind == BlockKind::Heading(1)
            && piece.text.len() <= MAX_CLAIM_BYTES
            && !site_names.contains(&comparison_key(&piece.text))
    };
    let highest = || pieces.iter().enumerate().filter(|(_, piece)| is_title(piece));
    let claimed: Vec<String> = claimed.iter().map(|title| comparison_key(title)).collect();
    let agrees = |piece: &Piece| {
        let key = comparison_key(&piece.text);
        claimed.iter().any(|title| !key.is_empty() && (*title == key || is_most_of(&key, title)))
    };
    let prose_start = pieces.iter().zip(reasons).position(|(piece, reason)| reason.is_none() && piece.prose() > 0);
    let prose_start = prose_start.unwrap_or(pieces.len());
    let before_prose = || highest().take_while(|&(index, _)| index < prose_start).last();
    let found = highest().find(|(_, piece)| agrees(piece)).or_else(before_prose).or_else(|| highest().next());
    found.map(|(_, piece)| piece)
}

/// Whether `title` is `heading` with the name of the site, and not the other way round.
fn is_most_of(heading: &str, title: &str) -> bool {
    title.starts_with(heading) && heading.len() * 2 >= title.len()
}

/// Dates of `time` elements that belong to the article: not behind it, and not in chrome about other pages.
fn shown_dates(reasons: &[Option<Decision>], metadata: &Metadata) -> Vec<String> {
    let end = reasons.iter().rposition(Option::is_none).unwrap_or(reasons.len());
    let is_own = |line: usize| {
        let reason = reasons.get(line).copied().flatten().map(|decision| decision.reason);
        line <= end
            && !matches!(
                reason,
                Some(Reason::Comments | Reason::Related | Reason::Navigation | Reason::Sidebar | Reason::Footer)
            )
    };
    metadata.shown_dates.iter().filter(|(line, _)| is_own(*line)).map(|(_, date)| date.clone()).collect()
}
