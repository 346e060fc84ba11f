//! Chrome learnt from the pages of a site together: what repeats at the edges of its articles.
//!
//! In: the [`Edges`] of the pages of one site, as the rules leave them. Out: [`SiteTemplates`], the lines that the site
//! shares, and for one page the lines that therefore go. Repetition alone never removes anything:
//! * a site has at least [`LEAST_PAGES`] pages that differ; near-duplicates count once;
//! * a line is shared when it is on a share of the pages, *and* most of them have it connected to the same edge of the
//!   article, with nothing but shared lines and a few foreign ones in between: a house sentence inside articles, or a
//!   heading such as "Summary" above a paragraph, never is;
//! * it goes only from pages where it is connected to that edge ([`edge`]);
//! * between paragraphs only a label goes that most pages have, and that stands where no heading can ([`inside`]).
//!
//! What is learnt is a function of the set of pages, not of their order.

mod edge;
mod inside;
mod learn;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use self::edge::{Reached, Zone, walk};
pub use self::learn::learn;
use crate::model::site::{EdgeLine, Edges, Site};

/// Fewer pages than this tell nothing.
pub const LEAST_PAGES: usize = 3;
/// More pages of a site than this tell nothing new.
pub const MOST_PAGES: usize = 1_000;

/// What is known of all sites.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Templates {
    sites: BTreeMap<u64, SiteTemplates>,
}

/// The lines that the pages of one site share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteTemplates {
    /// Pages that were compared.
    pages: u32,
    /// Shared lines, by key.
    lines: BTreeMap<u64, Shared>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Shared {
    /// Pages that have the line.
    pages: u32,
    /// Where they have it.
    zone: Zone,
}

/// A line of a page that goes because its site shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TemplateLine {
    /// Its number among the edge lines.
    pub(super) number: usize,
    /// The count behind it.
    pub(super) rule: String,
}

impl Templates {
    /// As an index keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Maps of numbers to plain data have a JSON form, always.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From what an index kept; nothing from nothing.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        if bytes.is_empty() { Ok(Self::default()) } else { serde_json::from_slice(bytes) }
    }

    /// What is known of a site; nothing, of one that was not learnt.
    #[must_use]
    pub fn of(&self, site: Site) -> &SiteTemplates {
        static NOTHING: SiteTemplates = SiteTemplates { pages: 0, lines: BTreeMap::new() };
        self.sites.get(&site.0).unwrap_or(&NOTHING)
    }

    /// Keeps what was learnt of a site in place of what was known.
    pub fn set(&mut self, site: Site, learnt: SiteTemplates) {
        if learnt.lines.is_empty() {
            self.sites.remove(&site.0);
        } else {
            self.sites.insert(site.0, learnt);
        }
    }

    /// Forgets the sites for which `is_kept` does not hold.
    pub(super) fn retain(&mut self, is_kept: impl Fn(Site) -> bool) {
        self.sites.retain(|site, _| is_kept(Site(*site)));
    }
}

impl SiteTemplates {
    /// Whether nothing is shared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether fewer pages stand behind it than behind `other`.
    #[must_use]
    pub fn rests_on_less_than(&self, other: &Self) -> bool {
        self.pages < other.pages
    }

    /// Whether a page with these edges could be cut differently by `other`.
    #[must_use]
    pub fn differs_on(&self, other: &Self, edges: &Edges) -> bool {
        let zone = |templates: &Self, key| templates.lines.get(&key).map(|shared| shared.zone);
        edges.lines().iter().any(|line| zone(self, line.key) != zone(other, line.key))
    }

    /// Whether `other` shares the same lines at the same edges, whatever the counts.
    #[must_use]
    pub fn cuts_like(&self, other: &Self) -> bool {
        let zones = |templates: &Self| -> Vec<(u64, Zone)> {
            templates.lines.iter().map(|(key, shared)| (*key, shared.zone)).collect()
        };
        zones(self) == zones(other)
    }

    /// The lines of a page that go.
    pub(super) fn lines_of(&self, edges: &Edges) -> Vec<TemplateLine> {
        let shared = |line: &EdgeLine| self.lines.get(&line.key);
        let is_inside = |line: &EdgeLine| !line.is_solid && shared(line).is_some_and(|it| it.zone == Zone::Inside);
        let is_shared = |line: &EdgeLine, zone| shared(line).is_some_and(|it| it.zone == zone) || is_inside(line);
        let mut reached = walk(edges.lines(), is_shared);
        let known: BTreeSet<usize> = reached.iter().map(|line| line.number()).collect();
        let inside =
            edges.lines().iter().enumerate().filter(|(number, line)| is_inside(line) && !known.contains(number));
        reached.extend(inside.map(|(number, _)| Reached::Shared(number, Zone::Inside)));
        let rule = |reached: &Reached| match reached {
            Reached::Between(_) => "beside lines that the pages of this site share".to_owned(),
            Reached::Shared(number, _) => {
                let pages = edges.lines().get(*number).and_then(shared).map_or(0, |shared| shared.pages);
                format!("on {pages} of {} pages of this site", self.pages)
            }
        };
        reached.iter().map(|line| TemplateLine { number: line.number(), rule: rule(line) }).collect()
    }
}

#[cfg(test)]
mod tests;
