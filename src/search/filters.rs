//! Facet values as a reader names them → the values that the index holds.

use crate::knowledge::Knowledge;
use crate::model::plan::{FacetField, Filter};
use crate::text::normalize::comparison_key;

/// A name in a filter that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No city or province is called so.
    #[error("no city or province is called `{name}`")]
    UnknownCity {
        /// As typed.
        name: String,
    },
    /// No topic is called so.
    #[error("no topic is called `{name}`")]
    UnknownTopic {
        /// As typed.
        name: String,
    },
}

/// The codes of the cities called `name` in any spelling, or of those in the province of that name.
///
/// # Errors
/// [`FilterError::UnknownCity`].
pub fn city_codes(name: &str, knowledge: &Knowledge) -> Result<Vec<String>, FilterError> {
    let mut cities = knowledge.cities.named(name);
    if cities.is_empty() {
        cities = knowledge.cities.in_province(name);
    }
    if cities.is_empty() {
        return Err(FilterError::UnknownCity { name: name.to_owned() });
    }
    Ok(cities.into_iter().map(|city| city.adcode.clone()).collect())
}

/// The identifier of the topic called `name`, by identifier or label.
///
/// # Errors
/// [`FilterError::UnknownTopic`].
pub fn topic_id(name: &str, knowledge: &Knowledge) -> Result<String, FilterError> {
    let topic = knowledge.topics.named(name);
    topic.map(|topic| topic.id.clone()).ok_or_else(|| FilterError::UnknownTopic { name: name.to_owned() })
}

/// The clinics among `known` whose name holds all words of `name`, in order.
#[must_use]
pub fn clinic_names<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Vec<String> {
    let wanted = comparison_key(name);
    known.filter(|clinic| comparison_key(clinic).contains(&wanted)).cloned().collect()
}

/// One filter that accepts any of `values`.
#[must_use]
pub fn any_of(field: FacetField, values: Vec<String>) -> Filter {
    Filter { field, values }
}
