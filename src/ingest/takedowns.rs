//! Pages that were taken down, and stay so whatever the sources hold.
//!
//! A list that is kept with the index: of addresses, pages and sites. A run leaves out what it names.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::model::document::{Document, DocumentId};
use crate::model::site::site_name;

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
    /// Of all pages of a site: the host of their addresses, or the feed or folder of pages without one.
    #[must_use]
    pub fn of_site(name: impl Into<String>, site: &str) -> Self {
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
