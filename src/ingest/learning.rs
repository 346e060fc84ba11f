//! Learning in a run: what the pages of a site share is worked out anew, and the pages that it concerns are cleaned
//! again from their stored blocks.
//!
//! In: documents, in memory or in the index. Out: the same, cleaned with what all of them show. One site is looked at
//! at a time, so that memory is that of a thousand pages' edges and not of the index.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::templates::{MOST_PAGES, SiteTemplates, Templates, learn};
use super::{clean_again, try_analysis};
use crate::backend::embedded::{BackendError, EmbeddedIndex, IndexView, PageOfSite};
use crate::knowledge::Knowledge;
use crate::model::document::{Document, DocumentId};
use crate::model::site::{Edges, Site};

/// Pages that are cleaned again at once, so that few are in memory.
const CHUNK_PAGES: usize = 512;

/// Learns from `documents` together with the pages that `view` holds of their sites, and cleans again those of
/// `documents` that it concerns.
///
/// # Errors
/// When the index cannot be read.
pub(super) fn learn_together(
    documents: &mut [&mut Document],
    view: Option<&IndexView<'_>>,
    (knowledge, templates): (&Knowledge, &mut Templates),
) -> Result<(), BackendError> {
    let mut pages: BTreeMap<Site, BTreeMap<DocumentId, Edges>> = BTreeMap::new();
    if let Some(view) = view {
        let sites: BTreeSet<Site> = documents.iter().map(|document| document.site()).collect();
        for page in view.pages_of_sites(|site| sites.contains(&site))? {
            let known = pages.entry(page.site).or_default();
            if known.len() < MOST_PAGES {
                known.insert(page.id, view.edges_of(page)?);
            }
        }
    }
    for document in documents.iter() {
        pages.entry(document.site()).or_default().insert(document.id, document.edges.clone());
    }
    let learnt: Vec<(Site, SiteTemplates)> =
        pages.into_par_iter().map(|(site, pages)| (site, learn(pages.values()))).collect();
    let known = templates.clone();
    for (site, learnt) in learnt.into_iter().filter(|(site, learnt)| !learnt.rests_on_less_than(known.of(*site))) {
        templates.set(site, learnt);
    }
    let templates = &*templates;
    documents.par_iter_mut().for_each(|document| {
        let site = document.site();
        let is_concerned = known.of(site).differs_on(templates.of(site), &document.edges);
        // A page that cannot be cleaned again stays as it is.
        if let Some(cleaned) = is_concerned.then(|| clean_again(document, knowledge, templates).ok()).flatten() {
            **document = cleaned;
        }
    });
    Ok(())
}

/// Learns from `pages`, which are all that `view` holds of their sites, in order, and hands those that must be stored anew
/// to `store`, as they were and as they are now.
///
/// # Errors
/// When the index cannot be read, or the first error of `store`.
pub(super) fn learn_from_index(
    (view, pages): (&IndexView<'_>, &[PageOfSite]),
    (knowledge, templates): (&Knowledge, &mut Templates),
    store: &mut dyn FnMut(&Document, &Document) -> Result<(), BackendError>,
) -> Result<(), BackendError> {
    for pages in pages.chunk_by(|left, right| left.site == right.site) {
        let Some(site) = pages.first().map(|page| page.site) else { continue };
        let known = templates.of(site).clone();
        let learnt = learn_site(view, pages)?;
        templates.set(site, learnt.clone());
        if known.cuts_like(&learnt) {
            continue;
        }
        for chunk in as_stored(pages).chunks(CHUNK_PAGES) {
            let again: Result<Vec<_>, BackendError> = chunk
                .par_iter()
                .map(|page| {
                    let is_concerned = known.differs_on(&learnt, &view.edges_of(*page)?);
                    if is_concerned { again(view, *page, knowledge, templates) } else { Ok(None) }
                })
                .collect();
            again?.iter().flatten().try_for_each(|(before, after)| store(before, after))?;
        }
    }
    Ok(())
}

/// Cleans and recognises anew all pages that `view` holds, and hands those that come out differently to `store`, as they
/// were and as they are now.
///
/// # Errors
/// When the index cannot be read, or the first error of `store`.
pub(super) fn make_anew(
    view: &IndexView<'_>,
    (knowledge, templates): (&Knowledge, &Templates),
    store: &mut dyn FnMut(&Document, &Document) -> Result<(), BackendError>,
) -> Result<(), BackendError> {
    let pages = as_stored(&view.pages_of_sites(|_| true)?);
    for chunk in pages.chunks(CHUNK_PAGES) {
        let again = |page: &PageOfSite| again(view, *page, knowledge, templates);
        let again: Result<Vec<_>, BackendError> = chunk.par_iter().map(again).collect();
        again?.iter().flatten().try_for_each(|(before, after)| store(before, after))?;
    }
    Ok(())
}

/// The pages in the order in which they are stored: those of one site mostly came together, and are read together.
fn as_stored(pages: &[PageOfSite]) -> Vec<PageOfSite> {
    let mut pages = pages.to_vec();
    pages.sort_unstable_by_key(PageOfSite::place);
    pages
}

fn learn_site(view: &IndexView<'_>, pages: &[PageOfSite]) -> Result<SiteTemplates, BackendError> {
    let counted = pages.get(..MOST_PAGES).unwrap_or(pages);
    let read = |page: &PageOfSite| Ok((page.id, view.edges_of(*page)?));
    let edges: Result<BTreeMap<DocumentId, Edges>, BackendError> = as_stored(counted).par_iter().map(read).collect();
    Ok(learn(edges?.values()))
}

/// The document before and after; nothing when they are the same, or when it cannot be cleaned again.
fn again(
    view: &IndexView<'_>,
    page: PageOfSite,
    knowledge: &Knowledge,
    templates: &Templates,
) -> Result<Option<(Document, Document)>, BackendError> {
    let before = view.document_at(page)?;
    let after = clean_again(&before, knowledge, templates).and_then(|after| try_analysis(&after).map(|()| after)).ok();
    Ok(after.filter(|after| *after != before).map(|after| (before, after)))
}

/// What earlier runs into `index` have learnt, and whether one of them was cut short.
pub(super) fn known_templates(index: &EmbeddedIndex) -> Result<(Templates, bool), BackendError> {
    let learnt = index.learnt()?;
    let templates = Templates::from_bytes(&learnt.content).map_err(|error| BackendError::Damaged {
        directory: index.directory().to_owned(),
        what: format!("what was learnt of the sites: {error}"),
    })?;
    Ok((templates, learnt.is_unfinished))
}
