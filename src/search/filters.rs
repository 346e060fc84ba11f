//! Facet values as a reader names them → the values that the index holds.

use crate::knowledge::Knowledge;
use crate::knowledge::topics::Topic;
use crate::model::plan::{FacetField, Filter};

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

/// The identifiers of the topic called `name`, by identifier or label, and of those that refine it.
///
/// # Errors
/// [`FilterError::UnknownTopic`].
pub fn topic_ids(name: &str, knowledge: &Knowledge) -> Result<Vec<String>, FilterError> {
    let topic = knowledge.topics.named(name);
    let topic = topic.ok_or_else(|| FilterError::UnknownTopic { name: name.to_owned() })?;
    Ok(with_refining(topic, knowledge))
}

/// A topic's identifier, then that of the narrower topic that takes its place where a page is about a whole city: who
/// asks for the wider one wants both.
#[must_use]
pub fn with_refining(topic: &Topic, knowledge: &Knowledge) -> Vec<String> {
    let refining = knowledge.topics.refining(&topic.id).map(|refining| refining.id.clone());
    std::iter::once(topic.id.clone()).chain(refining).collect()
}

/// One filter that accepts any of `values`.
#[must_use]
pub fn any_of(field: FacetField, values: Vec<String>) -> Filter {
    Filter { field, values }
}
