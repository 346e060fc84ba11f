//! Facet values as a reader names them → the values that the index holds.

use std::collections::HashSet;

use super::answer::{SearchError, Searcher};
use super::parse::Parsed;
use crate::knowledge::Knowledge;
use crate::knowledge::topics::Topic;
use crate::model::plan::{FacetField, Filter};
use crate::model::query::Query;

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
    Filter { field, values, typed: String::new() }
}

impl Searcher<'_> {
    /// The filters of a query, flags and words: of each facet one that accepts any of the values that are named.
    pub(super) fn filters(&self, query: &Query, parsed: &Parsed) -> Result<Vec<Filter>, SearchError> {
        let flags = [
            (FacetField::City, query.cities()),
            (FacetField::Topic, query.topics()),
            (FacetField::Clinic, query.clinics()),
            (FacetField::Lang, query.languages()),
            (FacetField::Verdict, &[]),
        ];
        let filters = flags.into_iter().map(|(field, flags)| {
            let names: Vec<&str> = flags.iter().map(String::as_str).chain(named(&parsed.filters, field)).collect();
            self.filter(field, &names)
        });
        Ok(filters.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The filters of which a page must have no value.
    pub(super) fn left_out(&self, parsed: &Parsed) -> Result<Vec<Filter>, SearchError> {
        let filters = FacetField::ALL.into_iter().map(|field| {
            let names: Vec<&str> = named(&parsed.left_out, field).collect();
            self.filter(field, &names)
        });
        Ok(filters.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The filter that accepts what any of `names` means; none where there are no names.
    fn filter(&self, field: FacetField, names: &[&str]) -> Result<Option<Filter>, SearchError> {
        if names.is_empty() {
            return Ok(None);
        }
        let mut once = HashSet::new();
        let names: Vec<&str> = names.iter().copied().filter(|name| once.insert(*name)).collect();
        let (each, knowledge) = (names.iter(), self.knowledge);
        let values = match field {
            FacetField::City => each.map(|name| city_codes(name, knowledge)).collect::<Result<Vec<_>, _>>()?.concat(),
            FacetField::Topic => each.map(|name| topic_ids(name, knowledge)).collect::<Result<Vec<_>, _>>()?.concat(),
            FacetField::Clinic => self.clinics().called_in_filter(&names)?.iter().map(ToString::to_string).collect(),
            FacetField::Lang | FacetField::Verdict => each.map(|name| name.to_lowercase()).collect(),
        };
        Ok(Some(Filter { field, values, typed: names.join(" or ") }))
    }
}

/// The values of a facet among those that the query language names.
fn named(typed: &[(FacetField, String)], wanted: FacetField) -> impl Iterator<Item = &str> {
    typed.iter().filter(move |(field, _)| *field == wanted).map(|(_, value)| value.as_str())
}
