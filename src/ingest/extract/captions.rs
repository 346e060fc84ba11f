//! Captions, and the title said once more: as alternative text of a picture, as caption, above the article and again in it.
//!
//! In: the open lines and the title. Out: cuts of lines that say the title and nothing else, wherever they stand.

use super::page::{Cut, Open};
use super::title::Title;
use crate::model::article::Reason;
use crate::model::block::BlockKind;
use crate::text::units::units;

/// Words that a caption can add to the title: `picture`, `figure 1`, `第1张`.
const CAPTION_UNITS: usize = 2;
/// Shorter titles are words of the text as well; only the very same line repeats them.
const LONG_TITLE_UNITS: usize = 5;

/// Cuts what the markup calls a caption: it speaks of a picture that is not there.
pub(super) fn of_pictures(open: &Open<'_, '_>) -> Vec<Cut> {
    let captions = open.iter().enumerate().filter(|(_, line)| line.block.kind == BlockKind::Caption);
    captions.map(|(index, _)| Cut::new(index, Reason::Caption, "caption of a picture")).collect()
}

/// Cuts every line that repeats the title.
pub(super) fn title_repeats(open: &Open<'_, '_>, title: &Title) -> Vec<Cut> {
    if title.key.is_empty() {
        return Vec::new();
    }
    let title_units = units(&title.key);
    let repeats = open.iter().enumerate().filter(|(_, line)| {
        if line.units > title_units + CAPTION_UNITS + 1 {
            return false;
        }
        let key = line.key();
        let with_caption = title_units >= LONG_TITLE_UNITS
            && (key.starts_with(&title.key) || key.ends_with(&title.key))
            && units(key) <= title_units + CAPTION_UNITS
            && !line.is_prose;
        key == title.key || with_caption
    });
    repeats.map(|(index, _)| Cut::new(index, Reason::TitleRepeat, "says the title")).collect()
}
