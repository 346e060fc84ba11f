//! Finding without a question: pages like a page, and how what was typed may go on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::Engine;
use crate::backend::embedded::IndexView;
use crate::error::Error;
use crate::model::answer::Answer;
use crate::model::query::Query;
use crate::search::suggest::{Names, Suggestion, SuggestionKind};
use crate::text::pinyin::squashed;

/// Most suggestions for one beginning.
const MAX_SUGGESTIONS: usize = 100;

/// The names of the state of the index for which they were asked last.
#[derive(Default)]
pub(super) struct NamesInUse(Mutex<Option<(StateName, Arc<Names>)>>);

/// The generation of an index and the number of its state.
type StateName = (String, u64);

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
    /// The first call after a change of the index reads all names; those after it take well below a millisecond, and for
    /// titles a look at a column of numbers.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, Error> {
        let limit = limit.min(MAX_SUGGESTIONS);
        self.reading(|index| {
            let view = index.view();
            let names = self.names_of(&view)?;
            let mut suggestions = names.suggest(prefix, limit);
            let missing = limit - suggestions.len();
            // Of marks alone every title begins so.
            if missing > 0 && !squashed(prefix).is_empty() {
                let titles = view.titles_from(prefix, missing)?.into_iter();
                let kind = SuggestionKind::Title;
                suggestions.extend(titles.map(|text| Suggestion { text, kind, pages: 1 }));
            }
            Ok(suggestions)
        })
    }

    /// The names of the state that `view` shows, read when they are first asked for.
    fn names_of(&self, view: &IndexView<'_>) -> Result<Arc<Names>, Error> {
        // What is held is whole at any time.
        let mut held = self.names.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = view.state();
        if let Some((_, names)) = held.as_ref().filter(|(of, _)| *of == state) {
            return Ok(Arc::clone(names));
        }
        let names = Arc::new(Names::of(view, &self.knowledge)?);
        *held = Some((state, Arc::clone(&names)));
        Ok(names)
    }
}
