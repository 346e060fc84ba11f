//! The pairs of one state of the index, found as they are asked for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use super::Text;
use super::groups::{Band, Link, Member, Sameness, article_links, leader_of, template_links};
use crate::backend::embedded::{BackendError, IndexView, Likenesses, PageOfSite};
use crate::model::likeness::{Leaders, Likened, LikenessKey};

/// Pages with one key that are looked at all together; of more, the leaders are remembered from run to run.
pub(super) const FEW_PAGES: usize = if cfg!(test) { 2 } else { 64 };

/// So many others can be compared in the time that it takes to find one page and who leads with each of its keys.
const LOOKS_OF_PAGE: usize = 256;

/// The pairs of one state of the index.
pub(super) struct Pairs<'v> {
    likenesses: Likenesses<'v>,
    /// What is known of the keys that many pages have.
    pub(super) leaders: Leaders,
    /// The leaders that were looked at.
    read: RwLock<HashMap<LikenessKey, Arc<[Likened]>>>,
}

/// Pages that are connected with each other and with no other one.
#[derive(Default)]
pub(super) struct Part {
    pub(super) members: BTreeSet<u64>,
    pub(super) links: Vec<Link>,
}

/// All that is known of one key.
pub(super) struct OfKey {
    pub(super) links: Vec<Link>,
    /// Pages that have it.
    pub(super) pages: usize,
    /// Those pages by id, of a subject; of a band nobody asks for them.
    pub(super) members: Vec<Member>,
    /// None, of a subject.
    pub(super) leaders: Vec<u64>,
}

impl OfKey {
    /// Of the key of a band, which these pages have, by id.
    pub(super) fn among(pages: impl Iterator<Item = Likened>) -> Self {
        let mut count = 0;
        let Band { mut links, leaders } = template_links(pages.inspect(|_| count += 1));
        links.sort_unstable();
        Self { links, pages: count, members: vec![], leaders }
    }
}

impl<'v> Pairs<'v> {
    pub(super) fn of(view: &'v IndexView<'v>, leaders: Leaders) -> Result<Self, BackendError> {
        Ok(Self { likenesses: Likenesses::of(view)?, leaders, read: RwLock::default() })
    }

    pub(super) fn page(&self, id: u64) -> Result<Option<Likened>, BackendError> {
        let page = self.likenesses.find(id)?;
        Ok(page.map(|page| self.likenesses.likened(page)))
    }

    /// Whether the leaders of this key are remembered.
    pub(super) fn knows(&self, key: LikenessKey) -> bool {
        self.leaders.of(key).is_some()
    }

    /// The pages that lead others with this key, by id; nothing, where it is not remembered who does.
    pub(super) fn leaders(&self, key: LikenessKey) -> Result<Arc<[Likened]>, BackendError> {
        if let Some(known) = self.read.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let ids = self.leaders.of(key).unwrap_or_default();
        let pages: Result<Vec<Option<Likened>>, BackendError> = ids.iter().map(|id| self.page(*id)).collect();
        let pages: Arc<[Likened]> = pages?.into_iter().flatten().collect();
        self.read.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&pages));
        Ok(pages)
    }

    /// The pair by which a page joins another one of this key, where it is remembered who leads.
    pub(super) fn joined(&self, page: &Likened, key: LikenessKey) -> Result<Option<Link>, BackendError> {
        Ok(leader_of(page, &self.leaders(key)?))
    }

    /// All pairs of a key, in order, and who leads there.
    pub(super) fn all_of(&self, key: LikenessKey) -> Result<OfKey, BackendError> {
        let mut found = links_of(&self.likenesses, key, &self.likenesses.pages_with(key)?)?;
        found.links.sort_unstable();
        Ok(found)
    }

    /// The pages that have a key and are `wanted`, by id, but for their bands.
    pub(super) fn sketched_with(
        &self,
        key: LikenessKey,
        wanted: impl Fn(u64) -> bool,
    ) -> Result<Vec<Likened>, BackendError> {
        let pages = self.likenesses.pages_with(key)?.into_iter().filter(|page| wanted(page.id.as_u64()));
        Ok(pages.map(|page| self.likenesses.sketched(page)).collect())
    }

    /// Remembers who leads, where many pages have the key.
    pub(super) fn remember(&mut self, key: LikenessKey, found: &OfKey) {
        self.read.get_mut().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let leaders = if found.pages > FEW_PAGES { found.leaders.clone() } else { vec![] };
        self.leaders.set(key, leaders);
    }

    /// Pairs that `page` is in: those it joined others by, and all of keys that few pages have.
    pub(super) fn some_of(&self, page: &Likened) -> Result<Vec<Link>, BackendError> {
        let mut found = Vec::new();
        for key in page.likeness.keys() {
            if self.knows(key) {
                found.extend(self.joined(page, key)?);
            } else if self.likenesses.pages_with(key)?.len() <= FEW_PAGES {
                found.extend(self.all_of(key)?.links);
            }
        }
        Ok(found)
    }

    /// The pages that are connected with any of `seeds`, and their pairs; nothing, when it is `enough`, which is asked after
    /// every page with the pairs that were found and the number of pages looked at so far.
    pub(super) fn connected(
        &self,
        seeds: &BTreeSet<u64>,
        enough: &mut dyn FnMut(&[Link], usize) -> bool,
    ) -> Result<Option<Part>, BackendError> {
        let mut queue: Vec<u64> = seeds.iter().copied().collect();
        let mut neighbours: HashMap<u64, Vec<u64>> = HashMap::new();
        let (mut seen, mut part, mut looks) = (HashSet::new(), Part::default(), 0);
        while let Some(id) = queue.pop() {
            if part.members.contains(&id) {
                continue;
            }
            let Some(page) = self.page(id)? else { continue };
            part.members.insert(id);
            let known = part.links.len();
            for key in page.likeness.keys() {
                let follows = self.knows(key) && self.leaders(key)?.iter().all(|leader| leader.id != id);
                let links: Vec<Link> = if follows {
                    self.joined(&page, key)?.into_iter().collect()
                } else if seen.insert(key) {
                    let found = self.all_of(key)?;
                    looks += found.pages;
                    found.links
                } else {
                    continue;
                };
                for link in links {
                    neighbours.entry(link.0).or_default().push(link.1);
                    neighbours.entry(link.1).or_default().push(link.0);
                    part.links.push(link);
                }
            }
            looks += LOOKS_OF_PAGE;
            if enough(part.links.get(known..).unwrap_or_default(), looks) {
                return Ok(None);
            }
            queue.extend(neighbours.get(&id).into_iter().flatten());
        }
        // The pages of a key need not be of one part.
        let Part { members, links } = &mut part;
        links.retain(|link| members.contains(&link.0));
        Ok(Some(part))
    }
}

/// The pairs among the pages of a key, and who leads there.
pub(super) fn links_of(
    likenesses: &Likenesses<'_>,
    key: LikenessKey,
    pages: &[PageOfSite],
) -> Result<OfKey, BackendError> {
    if !key.is_of_subject() {
        return Ok(OfKey::among(pages.iter().map(|page| likenesses.sketched(*page))));
    }
    let likened: Vec<Likened> = pages.iter().map(|page| likenesses.likened(*page)).collect();
    let mut texts: HashMap<u64, Text> = HashMap::new();
    let links = article_links(&likened, &mut |left, right| {
        for id in [left, right] {
            let place = pages.binary_search_by_key(&id, |page| page.id.as_u64());
            if let Some(page) = place.ok().and_then(|at| pages.get(at)).filter(|_| !texts.contains_key(&id)) {
                texts.insert(id, Text::of(&likenesses.view().document_at(*page)?));
            }
        }
        let texts = texts.get(&left).zip(texts.get(&right));
        Ok(texts.map_or(Sameness::Different, |(left, right)| left.compared(right)))
    });
    let members = likened.iter().map(Member::from).collect();
    Ok(OfKey { links: links?, pages: likened.len(), members, leaders: vec![] })
}
