//! Which pages an answer shows, in which order: retrieved, ranked, folded, and a page of them cut out.
//!
//! Pages of an answer neither repeat nor skip a hit, and are those of one long listing of the same pages, because what comes
//! first never depends on how many hits are asked for: the first look is equally wide for all, and every wider one only adds
//! behind it.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::answer::{SearchError, Searcher};
use super::filters::any_of;
use super::ranking::{Ranked, Wanted, rank};
use crate::backend::embedded::Kinships;
use crate::model::plan::{Candidate, FacetField, Order, Plan, Retrieved};
use crate::model::query::{Grouping, MAX_REACH};

/// Most candidates looked at.
const MAX_WINDOW: usize = MAX_REACH;
/// So many hits the first look finds, or all there are: whatever number is asked for, so that the order never depends on it.
pub(super) const FIRST_PAGE: usize = 10;
/// Pages about the clinics asked for that are looked at whatever their words.
const CLINIC_WINDOW: usize = 30;
/// How much further to look when too few pages are left of those seen.
const WINDOW_GROWTH: usize = 10;

/// The pages of an answer as far as they were looked for.
pub(super) struct Sequence {
    pub(super) retrieved: Retrieved,
    /// Best first, one page of each group.
    pub(super) ranked: Vec<Ranked>,
    folding: Folding,
    /// Candidates seen so far, folded ones too.
    seen: HashSet<u64>,
    /// Whether there are no more.
    is_all: bool,
}

impl Searcher<'_> {
    /// Looks for the beginning of an answer: as far as needed for [`FIRST_PAGE`] hits, folded by `grouping`.
    pub(super) fn first_page(
        &self,
        plan: &mut Plan,
        wanted: &Wanted,
        grouping: Grouping,
    ) -> Result<Sequence, SearchError> {
        loop {
            let mut retrieved = self.view.retrieve(plan, self.deadline)?;
            self.add_pages_of_clinics(&mut retrieved, plan, wanted)?;
            let mut folding = Folding::new(grouping);
            let ranked = folding.folded(self.in_order(plan, wanted, &retrieved), &self.view.kinships());
            let seen = retrieved.candidates.iter().map(|candidate| candidate.id.as_u64()).collect();
            let is_all = plan.window >= retrieved.total || plan.window >= MAX_WINDOW || retrieved.is_partial;
            if ranked.len() >= FIRST_PAGE || is_all || self.is_late() {
                return Ok(Sequence { retrieved, ranked, folding, seen, is_all });
            }
            plan.window = (plan.window * WINDOW_GROWTH).min(MAX_WINDOW);
        }
    }

    /// Adds the best pages about the clinics and topics that are asked for: words of another language find them behind many
    /// others that hold the words of the query.
    fn add_pages_of_clinics(&self, retrieved: &mut Retrieved, plan: &Plan, wanted: &Wanted) -> Result<(), SearchError> {
        if wanted.clinics.is_empty() || plan.order != Order::Relevance || retrieved.total <= plan.window {
            return Ok(());
        }
        let mut own = Plan { window: CLINIC_WINDOW, focus: vec![], ..plan.clone() };
        own.filters.push(any_of(FacetField::Clinic, wanted.clinics.clone()));
        own.filters.extend(wanted.topics.iter().map(|topics| any_of(FacetField::Topic, topics.clone())));
        let seen: HashSet<u64> = retrieved.candidates.iter().map(|candidate| candidate.id.as_u64()).collect();
        let more = self.view.retrieve_pages(&own, self.deadline)?.candidates.into_iter();
        retrieved.candidates.extend(more.filter(|candidate| !seen.contains(&candidate.id.as_u64())));
        Ok(())
    }

    /// Looks further, until there are `count` pages or no more; what was there stays in its place.
    pub(super) fn look_further(
        &self,
        sequence: &mut Sequence,
        (plan, wanted): (&mut Plan, &Wanted),
        count: usize,
    ) -> Result<(), SearchError> {
        while sequence.ranked.len() < count && !sequence.is_all && !self.is_late() {
            plan.window = (plan.window * WINDOW_GROWTH).min(MAX_WINDOW);
            let mut further = self.view.retrieve(plan, self.deadline)?;
            sequence.is_all = plan.window >= further.total || plan.window >= MAX_WINDOW || further.is_partial;
            further.candidates.retain(|candidate| sequence.seen.insert(candidate.id.as_u64()));
            let ranked = self.in_order(plan, wanted, &further);
            sequence.ranked.extend(sequence.folding.folded(ranked, &self.view.kinships()));
        }
        Ok(())
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn in_order(&self, plan: &Plan, wanted: &Wanted, retrieved: &Retrieved) -> Vec<Ranked> {
        let mut ranked = rank(retrieved, plan, wanted, &self.weights.ranking);
        if plan.order != Order::Relevance {
            let places: HashMap<u64, usize> =
                retrieved.candidates.iter().map(|candidate| candidate.id.as_u64()).zip(0..).collect();
            ranked.sort_by_key(|ranked| places.get(&ranked.candidate.id.as_u64()).copied());
        }
        ranked
    }

    /// The plan for the pages that fold with `candidate` under `grouping` by a value, and that value; none where pages
    /// fold by what they say.
    pub(super) fn kin_plan(plan: &Plan, candidate: &Candidate, grouping: Grouping) -> Option<(Plan, String)> {
        let mut kin = plan.clone();
        if grouping == Grouping::Site {
            kin.sites = vec![candidate.site];
            return Some((kin, format!("{:016x}", candidate.site.0)));
        }
        let field = facet_of(grouping)?;
        let values = values_of(candidate, field);
        kin.filters.extend(values.iter().map(|value| any_of(field, vec![(*value).to_owned()])));
        (!values.is_empty()).then(|| (kin, values.join("; ")))
    }
}

/// The facet whose values candidates must carry to be folded by them.
pub(super) fn facet_of(grouping: Grouping) -> Option<FacetField> {
    match grouping {
        Grouping::Clinic => Some(FacetField::Clinic),
        Grouping::City => Some(FacetField::City),
        _ => None,
    }
}

fn values_of(candidate: &Candidate, wanted: FacetField) -> Vec<&str> {
    candidate.facets.iter().filter(|(field, _)| *field == wanted).map(|(_, value)| value.as_str()).collect()
}

/// What pages of one group share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Article(u64),
    Text(u64),
    Values(Vec<String>),
    Site(u64),
    Template(u64),
}

/// Keeps one page of each group, over all pages that pass through it.
struct Folding {
    grouping: Grouping,
    seen: HashSet<Key>,
}

impl Folding {
    fn new(grouping: Grouping) -> Self {
        Self { grouping, seen: HashSet::new() }
    }

    /// Those of `ranked` that are the first of their group; of an article the page that stands for the others, where it is
    /// among them.
    fn folded(&mut self, mut ranked: Vec<Ranked>, kinships: &Kinships) -> Vec<Ranked> {
        if self.grouping == Grouping::None {
            return ranked;
        }
        let head = |ranked: &Ranked| kinships.of(ranked.candidate.id).map(|kinship| kinship.head);
        let stands = |ranked: &&Ranked| head(ranked) == Some(ranked.candidate.id.as_u64());
        let heads: HashSet<u64> = ranked.iter().filter(stands).filter_map(head).collect();
        ranked.retain(|ranked| {
            let stands_elsewhere =
                head(ranked).is_some_and(|head| heads.contains(&head) && head != ranked.candidate.id.as_u64());
            !stands_elsewhere && self.seen.insert(self.key(ranked, kinships))
        });
        ranked
    }

    fn key(&self, ranked: &Ranked, kinships: &Kinships) -> Key {
        let candidate = &ranked.candidate;
        let kinship = kinships.of(candidate.id);
        let values = facet_of(self.grouping).map(|field| values_of(candidate, field)).unwrap_or_default();
        let template = kinship.map(|kinship| kinship.template).filter(|&template| template != 0);
        match (self.grouping, template) {
            (Grouping::Site, _) => Key::Site(candidate.site.0),
            (Grouping::Template, Some(template)) => Key::Template(template),
            _ if !values.is_empty() => Key::Values(values.into_iter().map(str::to_owned).collect()),
            _ => kinship.map_or(Key::Text(candidate.text_key), |kinship| Key::Article(kinship.head)),
        }
    }
}
