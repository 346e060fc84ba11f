//! A query as it is understood: its words corrected, its names resolved, its plan made.

use std::collections::{BTreeSet, HashSet};

use super::answer::{SearchError, Searcher};
use super::clinics::Clinics;
use super::filters::any_of;
use super::order::facet_of;
use super::parse::Parsed;
use super::plan::plan;
use super::ranking::{Script, Wanted};
use super::spelling::{Correction, Held, better_known, corrected, letters};
use super::understand::{Meaning, Sense, Understanding};
use crate::backend::embedded::BackendError;
use crate::model::clinic::ClinicKey;
use crate::model::plan::{Clause, FacetField, Plan};
use crate::model::query::{Matching, Query, Reading};
use crate::text::terms::terms;

/// Most words of one query; of more, the rarest stay.
const MAX_GROUPS: usize = 128;

/// Pages that are looked at for a form of a word.
const MAX_SHOWING: usize = 24;
/// Clinics of one name in more cities have no home.
const MAX_HOMES: usize = 24;

/// A query as it is understood.
pub(super) struct Asked {
    pub(super) understanding: Understanding,
    pub(super) corrections: Vec<Correction>,
    /// Better known neighbours of words, to be offered.
    pub(super) better: Vec<Correction>,
    pub(super) plan: Plan,
    pub(super) wanted: Wanted,
    /// Words that were too many.
    pub(super) dropped: Vec<String>,
}

impl Searcher<'_> {
    /// A query as it is understood and retrieved.
    pub(super) fn asked(&self, query: &Query, parsed: &Parsed) -> Result<Asked, SearchError> {
        let mut parsed = parsed.clone();
        parsed.excluded.extend(query.excluded().iter().cloned());
        let mut understanding = Understanding::of(&parsed.words, self.knowledge);
        let (mut corrections, mut better) = (vec![], vec![]);
        if query.reading() == Reading::Exact {
            understanding.keep_words_only();
        } else {
            let pages_with = |term: &str| self.view.pages_with(&Clause::Term(term.to_owned()));
            let brands_in = |city: &str| self.clinics().brands_in(city);
            let shows = |term: &str, form: &str| self.shows(term, form);
            let held = Held { pages_with: &pages_with, shows: &shows, brands_in: &brands_in };
            let corrected =
                if parsed.has_quoted_words { None } else { corrected(&understanding, self.knowledge, &held)? };
            if let Some(corrected) = corrected {
                understanding = Understanding::of(&corrected.words, self.knowledge);
                corrections = corrected.corrections;
            }
            self.add_clinics(&mut understanding)?;
            if !parsed.has_quoted_words {
                better = better_known(&understanding, self.knowledge, &held)?;
            }
        }
        understanding.keep_meant_topics();
        for correction in corrections.iter().filter(|correction| !correction.others.is_empty()) {
            let sense = Sense::Synonyms(correction.others.clone());
            understanding.meanings.push(Meaning { span: correction.span, sense });
        }
        let filters = self.filters(query, &parsed)?;
        let mut plan = plan(&parsed, &understanding, filters, &self.weights.retrieval);
        plan.left_out = self.left_out(&parsed)?;
        let dropped = self.keep_rarest(&mut plan)?;
        let wanted = Wanted {
            cities: understanding.cities().flatten().cloned().collect(),
            clinics: understanding.clinics().flatten().cloned().collect(),
            home: understanding.homes().cloned().collect(),
            topics: understanding.topics().map(<[String]>::to_vec).collect(),
            number: understanding.asks_for_number,
            definition: understanding.asks_for_definition,
            script: Script::of(&understanding.words),
        };
        plan.wanted = wanted.facets();
        let focus = [(FacetField::City, &wanted.cities), (FacetField::Clinic, &wanted.clinics)].into_iter();
        plan.focus.extend(focus.filter(|(_, ids)| !ids.is_empty()).map(|(field, ids)| any_of(field, ids.clone())));
        Self::narrow(&mut plan, query);
        plan.minimum_groups = match query.matched() {
            Matching::Most => plan.minimum_groups,
            Matching::Any => plan.minimum_groups.min(1),
            Matching::All => plan.groups.len(),
        };
        Ok(Asked { understanding, corrections, better, plan, wanted, dropped })
    }

    /// What a query says beside its words and filters.
    pub(super) fn narrow(plan: &mut Plan, query: &Query) {
        (plan.period, plan.sites) = (query.period(), query.sites().to_vec());
        (plan.order, plan.grouped_by) = (query.order(), facet_of(query.grouping()));
    }

    /// The clinics of the index.
    pub(super) fn clinics(&self) -> Clinics<'_> {
        Clinics { view: &self.view, knowledge: self.knowledge }
    }

    /// Whether one of the first pages that hold `term` writes it as `form`.
    fn shows(&self, term: &str, form: &str) -> Result<bool, BackendError> {
        for page in self.view.pages_holding(term, MAX_SHOWING)? {
            let article = self.view.document_at(page)?.article;
            let mut texts = std::iter::once(&article.title).chain(article.parts.iter().map(|part| &part.text));
            let is_form = |text: &String| {
                let mut forms = terms(text).into_iter().filter(|found| found.text == term);
                forms.any(|found| letters(&found, text) == form)
            };
            if texts.any(is_form) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn add_clinics(&self, understanding: &mut Understanding) -> Result<(), SearchError> {
        let cities: Vec<String> = understanding.cities().flatten().cloned().collect();
        let named = self.clinics().named_in(&understanding.words, &understanding.places_and_topics(), &cities)?;
        let has_city = !cities.is_empty();
        let homes = named.iter().map(|named| (named.span, home_of(&named.keys))).filter(|(_, home)| !home.is_empty());
        let homes = homes.filter(|_| !has_city).map(|(span, home)| Meaning { span, sense: Sense::Home(home) });
        understanding.meanings.extend(homes);
        let values = |keys: Vec<ClinicKey>| keys.iter().map(ToString::to_string).collect();
        understanding.add_clinics(named.into_iter().map(|named| (named.span, values(named.keys))));
        Ok(())
    }

    /// Leaves the [`MAX_GROUPS`] rarest words in a plan; returns the others.
    fn keep_rarest(&self, plan: &mut Plan) -> Result<Vec<String>, SearchError> {
        if plan.groups.len() <= MAX_GROUPS {
            return Ok(vec![]);
        }
        let firsts = plan.groups.iter().map(|group| group.clauses.first());
        let pages = firsts.map(|first| first.map_or(Ok(0), |way| self.view.pages_with(&way.clause)));
        let pages: Vec<usize> = pages.collect::<Result<_, _>>()?;
        let mut order: Vec<usize> = (0..pages.len()).collect();
        // Words in no page are the first to go.
        order.sort_by_key(|&at| pages.get(at).copied().filter(|&pages| pages > 0).unwrap_or(usize::MAX));
        let kept: HashSet<usize> = order.into_iter().take(MAX_GROUPS).collect();
        let mut dropped = Vec::new();
        let mut at = 0;
        plan.groups.retain(|group| {
            let keeps = kept.contains(&at);
            dropped.extend((!keeps).then(|| group.typed.clone()));
            at += 1;
            keeps
        });
        Ok(dropped)
    }
}

/// The cities of clinics; none where they are all over the country, or where a page does not say.
fn home_of(keys: &[ClinicKey]) -> Vec<String> {
    let cities: BTreeSet<String> = keys.iter().filter_map(|key| key.city.clone()).collect();
    if cities.len() > MAX_HOMES { vec![] } else { cities.into_iter().collect() }
}
