//! Pages that were taken down, and stay so whatever the sources hold.
//!
//! A list that is kept with the index: of addresses, pages and sites. A run leaves out what it names.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::run::Run;
use crate::backend::embedded::{BackendError, EmbeddedIndex, Salvage};
use crate::model::document::{Document, DocumentId};
use crate::model::site::{Site, site_name};

/// What was taken down by one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takedown {
    /// As it was asked for: an id, an address, `site:HOST`.
    pub name: String,
    /// The pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<DocumentId>,
    /// The site of which all pages go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

impl Takedown {
    /// Of all pages of a site: the host of their addresses (an address will do, too), or the feed or folder of pages
    /// without one.
    #[must_use]
    pub fn of_site(name: impl Into<String>, site: &str) -> Self {
        let site = match site.split_once("://") {
            Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or_default(),
            None => site,
        };
        let host = site.to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        // Folders and feeds are sites, too; their names keep their letters.
        let site = if site.contains('/') { site } else { host };
        Self { name: name.into(), pages: vec![], site: Some(site.to_owned()) }
    }

    /// Of single pages.
    #[must_use]
    pub fn of_pages(name: impl Into<String>, pages: Vec<DocumentId>) -> Self {
        Self { name: name.into(), pages, site: None }
    }
}

/// Everything that was taken down.
#[derive(Debug, Clone, Default)]
pub(super) struct Takedowns {
    list: Vec<Takedown>,
    pages: HashSet<DocumentId>,
    sites: HashSet<String>,
}

impl Takedowns {
    /// From what an index kept; nothing from nothing.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let list: Vec<Takedown> = if bytes.is_empty() { vec![] } else { serde_json::from_slice(bytes)? };
        Ok(Self::of(list))
    }

    fn of(list: Vec<Takedown>) -> Self {
        let pages = list.iter().flat_map(|takedown| takedown.pages.iter().copied()).collect();
        let sites = list.iter().filter_map(|takedown| takedown.site.clone()).collect();
        Self { list, pages, sites }
    }

    /// As an index keeps them; nothing, of none.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Plain data has a JSON form, always.
        if self.list.is_empty() { vec![] } else { serde_json::to_vec(&self.list).unwrap_or_default() }
    }

    pub(super) fn list(&self) -> &[Takedown] {
        &self.list
    }

    /// Adds one, unless it is there.
    pub(super) fn add(&mut self, takedown: Takedown) {
        if !self.list.contains(&takedown) {
            self.list.push(takedown);
            *self = Self::of(std::mem::take(&mut self.list));
        }
    }

    /// Takes back those of this name.
    pub(super) fn take_back(&mut self, name: &str) {
        self.list.retain(|takedown| takedown.name != name);
        *self = Self::of(std::mem::take(&mut self.list));
    }

    /// Whether the page with this id was taken down.
    pub(super) fn holds(&self, id: DocumentId) -> bool {
        self.pages.contains(&id)
    }

    /// Whether a page was taken down, by its id, by its own address, or with its site.
    pub(super) fn hold(&self, document: &Document) -> bool {
        if self.list.is_empty() {
            return false;
        }
        self.holds(document.id)
            || self.holds(DocumentId::of(&document.origin))
            || self.sites.contains(&site_name(&document.origin))
    }
}

impl Run<'_> {
    /// Keeps to what was taken down from another index, which need not be whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn keep_takedowns_of(&mut self, other: &Salvage, directory: &Path) -> Result<(), BackendError> {
        self.takedowns = parsed(&other.takedowns()?, directory)?;
        Ok(())
    }

    /// Takes pages or a site down, for good.
    ///
    /// # Errors
    /// When the index cannot be read or written.
    pub fn take_down(&mut self, takedown: Takedown) -> Result<(), BackendError> {
        let mut pages = Vec::new();
        for id in &takedown.pages {
            pages.extend(self.finder.find(*id)?);
        }
        if let Some(site) = &takedown.site {
            let of_site = self.finder.view().pages_of_sites(|other| other == Site::named(site))?;
            for page in of_site {
                pages.extend(self.finder.find(page.id)?);
            }
        }
        self.takedowns.add(takedown);
        // What was left out for another reason may be left out for this one now.
        let left_out = self.ledger.noted(|notes| !notes.skipped.is_empty() || !notes.lost.is_empty());
        for key in left_out {
            self.ledger.distrust(key);
        }
        for stored in pages {
            stored.provenance.source.into_iter().for_each(|key| self.ledger.distrust(key));
            self.revision.remove(stored.page.id)?;
            self.touched.insert(stored.page.site);
            self.report.taken_down += 1;
        }
        Ok(())
    }

    /// Takes the takedown of this name back, if there is one: the next run over the sources brings the pages again.
    pub fn take_back(&mut self, name: &str) {
        let concerned = self.ledger.noted(|notes| notes.taken_down > 0 || !notes.lost.is_empty());
        for key in concerned {
            self.ledger.distrust(key);
        }
        self.takedowns.take_back(name);
    }
}

/// What was taken down from `index`.
pub(super) fn known_takedowns(index: &EmbeddedIndex) -> Result<Takedowns, BackendError> {
    parsed(&index.takedowns()?, index.directory())
}

fn parsed(content: &[u8], directory: &Path) -> Result<Takedowns, BackendError> {
    Takedowns::from_bytes(content).map_err(|error| BackendError::Damaged {
        directory: directory.to_owned(),
        what: format!("what was taken down: {error}"),
    })
}

/// What was taken down from `index`, in that order.
///
/// # Errors
/// When it cannot be read.
pub fn takedowns(index: &EmbeddedIndex) -> Result<Vec<Takedown>, BackendError> {
    Ok(known_takedowns(index)?.list().to_vec())
}
