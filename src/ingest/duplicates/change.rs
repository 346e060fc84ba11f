//! Groups after a change of few pages, at the cost of those.
//!
//! A change makes or breaks pairs only among pages that have a key of a changed page, before or after. Of keys that few
//! pages have, all pairs are found in both states; of others it is remembered who leads there, and a page that neither
//! led nor leads has one pair at most, with a leader. Broken pairs may part a group: what they connected must be
//! connected otherwise, mostly by a few steps up to common leaders. Where none are found, small parts are followed to
//! their ends; and where more than one is not small, the group is gone through page by page.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::groups::{Link, article_heads, may_lead};
use super::pairs::{OfKey, Pairs, Part};
use super::parting::{Connected, parted_off};
use crate::backend::embedded::{BackendError, IndexView};
use crate::model::document::DocumentId;
use crate::model::likeness::{Kin, Kinship, Leaders, Likened, LikenessKey};

/// Keys whose pairs are held at the same time.
const KEYS_AT_ONCE: usize = 1 << 12;
/// Keys after which another thread may take the next: one may have more pages than a thousand others.
const KEYS_IN_A_ROW: usize = 8;

/// The groups after a change of the pages `changed`, when they were `known` in the state `before`.
pub(super) fn again(
    (before, after): (&IndexView<'_>, &IndexView<'_>),
    changed: &[DocumentId],
    (known, leaders): (&[Kinship], Leaders),
) -> Result<Kin, BackendError> {
    let before = Pairs::of(before, leaders.clone())?;
    let mut after = Pairs::of(after, leaders)?;
    let mut change = Change::default();
    let states: Result<Vec<_>, BackendError> =
        changed.par_iter().map(|id| Ok((before.page(id.as_u64())?, after.page(id.as_u64())?, id.as_u64()))).collect();
    states?.into_iter().for_each(|(was, is, id)| change.note(was, is, id));
    change.compare(&before, &mut after)?;
    let groups = change.grouped(known, &after)?;
    Ok(Kin { rows: change.rows(known, groups), leaders: after.leaders })
}

/// What has changed of the pairs of one key.
struct OfBoth {
    key: LikenessKey,
    gone: Vec<Link>,
    held: Vec<Link>,
    /// All that is known of it now.
    is: OfKey,
}

/// All pairs of a key among those of the `changed` pages that have it, and all `others` that do.
fn among<'a>(key: LikenessKey, others: &'a [Likened], changed: impl Iterator<Item = &'a Option<Likened>>) -> OfKey {
    let changed = changed.flatten().filter(|page| page.likeness.keys().contains(&key));
    let mut members: Vec<&Likened> = others.iter().chain(changed).collect();
    members.sort_by_key(|page| page.id);
    OfKey::among(members.into_iter().copied())
}

/// A page in the states before and after.
type Versions = (Option<Likened>, Option<Likened>);

/// What a run has changed of the pairs.
#[derive(Default)]
struct Change {
    pages: BTreeMap<u64, Versions>,
    /// Changed pages by key.
    keys: BTreeMap<LikenessKey, Vec<u64>>,
    /// Changed pages some of whose pairs are not in `gone`, because they lead as before.
    anchors: BTreeSet<u64>,
    /// Pairs that were broken, all of changed pages but anchors among them.
    gone: BTreeSet<Link>,
    /// Pairs that hold now, all new ones and all of changed pages but anchors among them, and some of those that broken
    /// pairs connected.
    held: BTreeSet<Link>,
    /// All pairs of the keys that were gone through.
    sure: Vec<Link>,
    /// The page that stands for the article of each, among pages of subjects that changed pages have.
    heads: FxHashMap<u64, u64>,
}

impl Change {
    fn note(&mut self, before: Option<Likened>, after: Option<Likened>, id: u64) {
        let keys: BTreeSet<LikenessKey> =
            [&before, &after].into_iter().flatten().flat_map(|page| page.likeness.keys()).collect();
        for key in keys {
            self.keys.entry(key).or_default().push(id);
        }
        self.pages.insert(id, (before, after));
    }

    /// Finds the pairs that are gone and those that hold.
    fn compare(&mut self, before: &Pairs<'_>, after: &mut Pairs<'_>) -> Result<(), BackendError> {
        let known: Vec<LikenessKey> = self.keys.keys().copied().filter(|key| before.knows(*key)).collect();
        // Read by all cores before the loop below, which notes what it finds and so is one core's.
        known.par_iter().try_for_each(|key| before.leaders(*key).map(drop))?;
        let mut led_otherwise = Vec::new();
        for (key, ids) in std::mem::take(&mut self.keys) {
            if before.knows(key) && self.is_led_as_before(key, &ids, before)? {
                // Who leads is the same in both states; what it is like there, too.
                for (was, is) in ids.iter().filter_map(|id| self.pages.get(id)) {
                    let has_key = |page: &&Likened| page.likeness.keys().contains(&key);
                    if let Some(page) = was.as_ref().filter(has_key) {
                        self.gone.extend(before.joined(page, key)?);
                    }
                    if let Some(page) = is.as_ref().filter(has_key) {
                        self.held.extend(before.joined(page, key)?);
                    }
                }
            } else {
                led_otherwise.push((key, ids));
            }
        }
        for keys in led_otherwise.chunks(KEYS_AT_ONCE) {
            let found: Result<Vec<OfBoth>, BackendError> = keys
                .par_iter()
                .with_max_len(KEYS_IN_A_ROW)
                .map(|(key, ids)| self.both(*key, ids, (before, &*after)))
                .collect();
            for OfBoth { key, gone, held, is } in found? {
                self.gone.extend(gone);
                self.held.extend(held);
                if key.is_of_subject() {
                    self.heads.extend(article_heads(&is.members, &is.links));
                } else {
                    after.remember(key, &is);
                }
                self.sure.extend(is.links);
            }
        }
        Ok(())
    }

    /// What has changed of the pairs of a key that the changed pages `ids` have, or had.
    fn both(
        &self,
        key: LikenessKey,
        ids: &[u64],
        (before, after): (&Pairs<'_>, &Pairs<'_>),
    ) -> Result<OfBoth, BackendError> {
        let (was, is) = if key.is_of_subject() {
            (before.all_of(key)?, after.all_of(key)?)
        } else {
            // All other pages are the same in both states, and read once.
            let others = after.sketched_with(key, |id| !self.pages.contains_key(&id))?;
            let versions = || ids.iter().filter_map(|id| self.pages.get(id));
            (among(key, &others, versions().map(|(was, _)| was)), among(key, &others, versions().map(|(_, is)| is)))
        };
        let is_changed = |(left, right, _): &&Link| self.pages.contains_key(left) || self.pages.contains_key(right);
        let is_gone = |link: &&Link| is_changed(link) || is.links.binary_search(link).is_err();
        let gone: Vec<Link> = was.links.iter().filter(is_gone).copied().collect();
        let loose: FxHashSet<u64> = gone.iter().flat_map(|link| [link.0, link.1]).collect();
        let is_held =
            |link: &&Link| is_changed(link) || loose.contains(&link.1) || was.links.binary_search(link).is_err();
        let held = is.links.iter().filter(is_held).copied().collect();
        Ok(OfBoth { key, gone, held, is })
    }

    /// Whether the same pages lead with this key as before; those of them that were changed are anchors.
    fn is_led_as_before(&mut self, key: LikenessKey, ids: &[u64], before: &Pairs<'_>) -> Result<bool, BackendError> {
        let leaders = before.leaders(key)?;
        let mut anchors = Vec::new();
        for id in ids {
            let Some((was, is)) = self.pages.get(id) else { continue };
            let is = is.as_ref().filter(|page| page.likeness.keys().contains(&key));
            if leaders.iter().any(|leader| leader.id == *id) {
                let is_same =
                    |page: &Likened| was.as_ref().is_some_and(|was| was.likeness.sketch == page.likeness.sketch);
                if !is.is_some_and(is_same) {
                    return Ok(false);
                }
                anchors.push(*id);
            } else if is.is_some_and(|page| may_lead(page, &leaders)) {
                return Ok(false);
            }
        }
        self.anchors.extend(anchors);
        Ok(true)
    }

    /// Whether all pairs that a page had and has are known here.
    fn is_free(&self, id: u64) -> bool {
        self.pages.contains_key(&id) && !self.anchors.contains(&id)
    }

    /// The page that stands for the article of this one, which was `known` to.
    fn head(&self, id: u64, known: u64) -> u64 {
        // A page that has lost its text is of no subject.
        let unseen = if self.pages.contains_key(&id) { id } else { known };
        self.heads.get(&id).copied().unwrap_or(unseen)
    }

    fn is_there(&self, id: u64) -> bool {
        self.pages.get(&id).is_none_or(|(_, after)| after.is_some())
    }

    /// Puts together what pairs connect, in all groups of `known` that are concerned.
    fn grouped(&self, known: &[Kinship], after: &Pairs<'_>) -> Result<Groups, BackendError> {
        let of = |id: u64| known.binary_search_by_key(&id, |row| row.id).ok().and_then(|at| known.get(at)).map(group);
        let ends = |links: &BTreeSet<Link>| links.iter().flat_map(|link| [link.0, link.1]).collect::<BTreeSet<u64>>();
        let concerned: BTreeSet<u64> =
            self.pages.keys().copied().chain(ends(&self.gone)).chain(ends(&self.held)).filter_map(of).collect();
        let mut certain = Connected::default();
        self.held.iter().chain(&self.sure).for_each(|link| certain.join(link.0, link.1));
        let mut loose: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for end in ends(&self.gone).into_iter().filter(|end| !self.is_free(*end)) {
            if let Some(group) = of(end) {
                loose.entry(group).or_default().push(end);
            }
        }
        let (mut parted, mut off) = (BTreeSet::new(), Part::default());
        for (group, ends) in loose {
            match parted_off(&ends, &mut certain, after)? {
                Some(parts) => parts.into_iter().for_each(|part| {
                    off.members.extend(part.members);
                    off.links.extend(part.links);
                }),
                None => {
                    parted.insert(group);
                }
            }
        }
        let mut seeds: BTreeSet<u64> =
            known.iter().filter(|row| parted.contains(&group(row))).map(|row| row.id).collect();
        seeds.retain(|id| self.is_there(*id));
        let whole = after.connected(&seeds, &mut |_, _| false)?;
        let mut rest = BTreeMap::new();
        let is_of_rest = |id: u64| self.is_there(id) && !self.is_free(id) && !off.members.contains(&id);
        for row in known.iter().filter(|row| is_of_rest(row.id)) {
            if concerned.contains(&group(row)) && !parted.contains(&group(row)) {
                rest.entry(group(row)).or_insert(row.id);
            }
        }
        let Part { members: off, links } = off;
        let mut groups = Groups { concerned, rest, off, connected: Connected::default(), pages: BTreeSet::new() };
        let links = links.into_iter().chain(whole.into_iter().flat_map(|whole| whole.links));
        for (left, right, _) in links.chain(self.held.iter().copied()) {
            let [left, right] = [left, right].map(|id| {
                groups.pages.insert(id);
                groups.node(id, of(id), self)
            });
            groups.connected.join(left, right);
        }
        Ok(groups)
    }

    /// The rows of all pages that have kin, by id.
    fn rows(&self, known: &[Kinship], mut groups: Groups) -> Vec<Kinship> {
        let mut rows: Vec<Kinship> = Vec::with_capacity(known.len());
        let mut concerned: Vec<(u64, u64, u64)> = Vec::new();
        for row in known {
            if !groups.concerned.contains(&group(row)) {
                rows.push(*row);
            } else if self.is_there(row.id) {
                groups.pages.remove(&row.id);
                let node = groups.node(row.id, Some(group(row)), self);
                concerned.push((row.id, self.head(row.id, row.head), node));
            }
        }
        for id in std::mem::take(&mut groups.pages) {
            concerned.push((id, self.head(id, id), groups.node(id, None, self)));
        }
        for (_, _, node) in &mut concerned {
            *node = groups.connected.root(*node);
        }
        let mut contents: FxHashMap<u64, Content> = FxHashMap::default();
        for (id, head, node) in &concerned {
            let content =
                contents.entry(*node).or_insert(Content { least: *id, head: *head, pages: 0, has_many: false });
            content.least = content.least.min(*id);
            content.pages += 1;
            content.has_many |= content.head != *head;
        }
        for (id, head, node) in concerned {
            let Some(content) = contents.get(&node) else { continue };
            let template = if content.has_many { content.least } else { 0 };
            // All copies of an article are connected: here, or nowhere.
            if content.pages > 1 {
                rows.push(Kinship { id, head, template });
            }
        }
        // Two ascending pieces, and little else: what a stable sort is fastest with.
        rows.sort();
        rows
    }
}

/// Groups of pages, those that are concerned by a change.
struct Groups {
    /// By what they were called before.
    concerned: BTreeSet<u64>,
    /// The first of the pages that hold together as before, by what their group was called.
    rest: BTreeMap<u64, u64>,
    /// Pages that are not among those, though their group was.
    off: BTreeSet<u64>,
    connected: Connected,
    /// Pages that are in pairs.
    pages: BTreeSet<u64>,
}

impl Groups {
    /// Stands for a page, which was in that group: for pages that hold together as before, the first of them.
    fn node(&self, id: u64, group: Option<u64>, change: &Change) -> u64 {
        let is_of_rest = !change.is_free(id) && !self.off.contains(&id);
        let rest = group.and_then(|group| self.rest.get(&group)).filter(|_| is_of_rest);
        rest.copied().unwrap_or(id)
    }
}

/// What is in a group.
struct Content {
    least: u64,
    /// Of one of its articles.
    head: u64,
    pages: usize,
    has_many: bool,
}

/// Names the group of a page: its template where it has one, else its article.
fn group(row: &Kinship) -> u64 {
    if row.template == 0 { row.head } else { row.template }
}
