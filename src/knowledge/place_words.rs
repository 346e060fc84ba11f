//! The words around a name that say whether it is a city. Data: `places.toml`.

use std::path::Path;

use super::error::KnowledgeError;
use super::files::{PhraseLists, texts_of};
use super::folded::folded_phrase;
use crate::text::normalize::is_han;

/// Words beside names of places, folded as they stand in a text: a Latin word behind a name has a space before it, one
/// before a name has a space behind it.
#[derive(Debug)]
pub(super) struct PlaceWords {
    /// Behind a name: it is a road.
    pub(super) road: Vec<String>,
    /// Behind a name: it is a city.
    pub(super) city: Vec<String>,
    /// Behind a name that a city and a province share: the city.
    pub(super) called_city: Vec<String>,
    /// Behind a name that a city and a province share: the province.
    pub(super) province: Vec<String>,
    /// The word for district or county.
    pub(super) district: Vec<String>,
    /// Before a name: a place follows.
    pub(super) before: Vec<String>,
    /// Somewhere behind a name: it opens a clinic's name.
    pub(super) clinic: Vec<String>,
    /// Right behind a name: it is itself a clinic's brand.
    pub(super) kind: Vec<String>,
}

const SECTIONS: [&str; 8] = ["road", "city", "called_city", "province", "district", "before", "clinic", "kind"];

impl PlaceWords {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let texts = texts_of("places.toml", include_str!("places.toml"), directory)?;
        let lists = PhraseLists::read(&texts, &SECTIONS)?;
        let words = |section| lists.phrases(section).map(folded_phrase).collect::<Vec<String>>();
        let behind = |section| {
            words(section)
                .into_iter()
                .map(|word| if word.contains(is_han) { word } else { format!(" {word}") })
                .collect()
        };
        let before = words("before").into_iter().map(|word| {
            if word.contains(char::is_alphabetic) && !word.contains(is_han) { format!("{word} ") } else { word }
        });
        Ok(Self {
            road: behind("road"),
            city: behind("city"),
            called_city: behind("called_city"),
            province: behind("province"),
            district: words("district"),
            before: before.collect(),
            clinic: words("clinic"),
            kind: words("kind"),
        })
    }
}
