//! Finding without a question: pages like a page, and how what was typed may go on.

use std::time::Instant;

use super::Engine;
use crate::error::Error;
use crate::model::answer::Answer;
use crate::model::query::Query;
use crate::search::suggest::Suggestion;

/// Most suggestions for one beginning.
const MAX_SUGGESTIONS: usize = 100;

impl Engine {
    /// The pages most like the page called `name` (as for [`Engine::page_id`]), without it and its copies. Filters, limits,
    /// order and grouping are those of `query`; its words do not count.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`]; as [`Engine::search`].
    pub fn similar(&self, name: &str, query: &Query) -> Result<Answer, Error> {
        let (id, started) = (self.page_id(name)?, Instant::now());
        let deadline = Some(started + query.time());
        let answer = self.reading(|index| Ok(self.searcher(index, deadline).similar(id, query, started)?))?;
        answer.ok_or_else(|| Error::NoSuchPage(name.to_owned()))
    }

    /// The pages with the text of the page called `name` for other clinics, by id; of `query` its limit and page count.
    ///
    /// # Errors
    /// [`Error::NoSuchPage`], [`Error::AmbiguousPage`], [`Error::Index`].
    pub fn of_same_template(&self, name: &str, query: &Query) -> Result<Answer, Error> {
        let (id, started) = (self.page_id(name)?, Instant::now());
        let deadline = Some(started + query.time());
        let answer =
            self.reading(|index| Ok(self.searcher(index, deadline).of_same_template(id, query, started)?))?;
        answer.ok_or_else(|| Error::NoSuchPage(name.to_owned()))
    }

    /// Up to `limit` cities, clinics and titles that begin with `prefix`, at most 100: names in either
    /// script, those of most pages first, Chinese ones also by pinyin or its initials, then titles.
    ///
    /// Nothing is made ready for it: names are found in the dictionary of the index, titles in a column of it.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, Error> {
        let limit = limit.min(MAX_SUGGESTIONS);
        self.reading(|index| Ok(self.searcher(index, None).suggest(prefix, limit)?))
    }
}
