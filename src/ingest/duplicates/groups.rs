//! From pages with a key in common to pairs, and from pairs to groups. Pure: pages are rows, texts are asked for.
//!
//! The pages of a key are gone through by id. Each is compared with the leaders so far, joins the first that it is like,
//! and else leads itself; so ten thousand pages of one template cost ten thousand comparisons.

use std::collections::{BTreeSet, HashMap};

use crate::model::likeness::{Kinship, Likened, LikenessKey};

use super::SAME_TEMPLATE;

/// Leaders of one key that a page is compared with. Where a band has more, it is a phrase of many sites, and other bands
/// tell their pages apart; where a subject has more pages, its title says nothing, and bands do.
const MAX_LEADERS: usize = 64;
/// Of copies of one article those stand for it that have at least this share of the longest: no pieces of it.
const WHOLE_SHARE: f32 = 0.8;

/// A page that has kin, as far as groups are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    id: u64,
    size: u64,
    captured: u64,
}

impl From<&Likened> for Member {
    fn from(page: &Likened) -> Self {
        let Likened { id, likeness, captured } = page;
        Self { id: *id, size: likeness.size, captured: *captured }
    }
}

/// What a pair of pages shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// The article.
    Article,
    /// The text, but for the names in it.
    Template,
}

/// Two pages that share something, by id.
pub(super) type Link = (u64, u64, Bond);

/// How two texts of one subject compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    /// Two articles.
    Different,
    /// One article, but the texts differ: one is the beginning of the other, or both begin alike.
    Kin,
    /// One article in the same words.
    Same,
}

/// What is found among the pages of one key.
#[derive(Debug, Default)]
pub(super) struct Band {
    pub(super) links: Vec<Link>,
    /// Those that others are compared with.
    pub(super) leaders: Vec<u64>,
}

/// The pairs of one template among pages of one key, which come by id.
pub(super) fn template_links(members: impl Iterator<Item = Likened>) -> Band {
    let mut leaders: Vec<Likened> = Vec::new();
    let mut links = Vec::new();
    for member in members {
        match leader_of(&member, &leaders) {
            Some(link) => links.push(link),
            None if leaders.len() < MAX_LEADERS => leaders.push(member),
            None => (),
        }
    }
    Band { links, leaders: leaders.iter().map(|leader| leader.id).collect() }
}

/// The pair by which a page joins one of those that lead before it, which come by id.
pub(super) fn leader_of(member: &Likened, leaders: &[Likened]) -> Option<Link> {
    let is_like = |leader: &&Likened| leader.likeness.resemblance(&member.likeness) >= SAME_TEMPLATE;
    let leader = earlier(member, leaders).find(is_like)?;
    Some((leader.id, member.id, Bond::Template))
}

/// Whether a page that is none of the `leaders` would be, were it among the pages of their key.
pub(super) fn may_lead(member: &Likened, leaders: &[Likened]) -> bool {
    earlier(member, leaders).count() < MAX_LEADERS && leader_of(member, leaders).is_none()
}

fn earlier<'l>(member: &Likened, leaders: &'l [Likened]) -> impl Iterator<Item = &'l Likened> {
    let id = member.id;
    leaders.iter().take_while(move |leader| leader.id < id)
}

/// The pairs of one article among the pages of one subject, which come by id; `compare` looks at their texts.
///
/// Of a subject with many pages those are compared that share a band, as copies nearly always do.
pub(super) fn article_links<E>(
    members: &[Likened],
    compare: &mut dyn FnMut(u64, u64) -> Result<Sameness, E>,
) -> Result<Vec<Link>, E> {
    let is_crowded = members.len() > MAX_LEADERS;
    let mut leaders: Vec<&Likened> = Vec::new();
    let mut of_bands: HashMap<LikenessKey, Vec<usize>> = HashMap::new();
    let mut links = Vec::new();
    for member in members {
        let bands: Vec<LikenessKey> = if is_crowded {
            member.likeness.keys().into_iter().filter(|key| !key.is_of_subject()).collect()
        } else {
            vec![]
        };
        let beside: BTreeSet<usize> = if is_crowded {
            bands.iter().filter_map(|band| of_bands.get(band)).flatten().copied().collect()
        } else {
            (0..leaders.len()).collect()
        };
        let beside = beside.into_iter().filter_map(|at| leaders.get(at));
        let beside = beside.filter(|leader| leader.likeness.subject == member.likeness.subject);
        let mut is_known = false;
        for leader in beside.take(MAX_LEADERS) {
            let sameness = compare(leader.id, member.id)?;
            if sameness != Sameness::Different {
                links.push((leader.id, member.id, Bond::Article));
            }
            is_known = sameness == Sameness::Same;
            if is_known {
                break;
            }
        }
        if !is_known {
            for band in bands {
                of_bands.entry(band).or_default().push(leaders.len());
            }
            leaders.push(member);
        }
    }
    Ok(links)
}

/// What pairs connect, of pages that are numbered by the order of their ids.
pub(super) struct Bonds {
    articles: Forest,
    templates: Forest,
}

impl Bonds {
    /// So many pages, none connected; at most four thousand million.
    pub(super) fn of(pages: usize) -> Self {
        Self { articles: Forest::of(pages), templates: Forest::of(pages) }
    }

    /// Connects two pages.
    pub(super) fn add(&mut self, (left, right, bond): (usize, usize, Bond)) {
        self.templates.join(left, right);
        if bond == Bond::Article {
            self.articles.join(left, right);
        }
    }

    /// For each page that has kin, by id, the page that stands for it and its template; `member` tells of a page by its
    /// number. Memory: 56 bytes for each that has kin, and 13 for every page.
    pub(super) fn kinships(mut self, member: impl Fn(usize) -> Option<Member>) -> Vec<Kinship> {
        let count = self.templates.parents.len();
        let of_kin = (0..count).filter(|at| self.templates.size(*at) > 1);
        let of_kin: Vec<(usize, Member)> = of_kin.filter_map(|at| Some((at, member(at)?))).collect();
        let heads = heads(&of_kin, &mut self.articles);
        // By the root of the group.
        let mut has_many = vec![false; count];
        for (at, _) in &of_kin {
            let root = self.templates.root(*at);
            if let Some(has_many) = has_many.get_mut(root) {
                *has_many |= self.articles.root(root) != self.articles.root(*at);
            }
        }
        let mut rows = Vec::with_capacity(of_kin.len());
        for (at, page) in &of_kin {
            let root = self.templates.root(*at);
            let is_template = has_many.get(root).copied().unwrap_or(false);
            // The root is the first of its group, so its id is the least.
            let first = of_kin.binary_search_by_key(&root, |(at, _)| *at).ok().filter(|_| is_template);
            let template = first.and_then(|first| of_kin.get(first)).map_or(0, |(_, first)| first.id);
            let head = head(&heads, &of_kin, self.articles.root(*at)).map_or(page.id, |head| head.id);
            rows.push(Kinship { id: page.id, head, template });
        }
        rows
    }
}

/// The page that stands for the article of each of `members`, which come by id.
pub(super) fn article_heads(members: &[Member], links: &[Link]) -> Vec<(u64, u64)> {
    let place = |id: &u64| members.binary_search_by_key(id, |member| member.id);
    let mut articles = Forest::of(members.len());
    for (left, right, _) in links {
        if let (Ok(left), Ok(right)) = (place(left), place(right)) {
            articles.join(left, right);
        }
    }
    let numbered: Vec<(usize, Member)> = members.iter().copied().enumerate().collect();
    let heads = heads(&numbered, &mut articles);
    let of = |(at, member): &(usize, Member)| Some((member.id, head(&heads, &numbered, articles.root(*at))?.id));
    numbered.iter().filter_map(of).collect()
}

/// Stands for no page.
const NOBODY: u32 = u32::MAX;

/// Who of `members`, which come by number, stands for each article, by the article's root: of the whole copies the one
/// captured last, then the one with the least number.
fn heads(members: &[(usize, Member)], articles: &mut Forest) -> Vec<u32> {
    let mut longest = vec![0; articles.parents.len()];
    for (at, member) in members {
        if let Some(size) = longest.get_mut(articles.root(*at)) {
            *size = member.size.max(*size);
        }
    }
    let mut heads = vec![NOBODY; articles.parents.len()];
    for (number, (at, member)) in (0..).zip(members) {
        let root = articles.root(*at);
        let whole = longest.get(root).copied().unwrap_or(0) as f32 * WHOLE_SHARE;
        let is_later = head(&heads, members, root).is_none_or(|head| member.captured > head.captured);
        if let Some(head) = heads.get_mut(root).filter(|_| is_later && member.size as f32 >= whole) {
            *head = number;
        }
    }
    heads
}

/// The one of `members` that stands for the article with this root.
fn head<'m>(heads: &[u32], members: &'m [(usize, Member)], root: usize) -> Option<&'m Member> {
    let number = heads.get(root).filter(|number| **number != NOBODY)?;
    members.get(*number as usize).map(|(_, member)| member)
}

/// Which of numbered things are connected; the least of a group is its root.
struct Forest {
    parents: Vec<u32>,
    sizes: Vec<u32>,
}

impl Forest {
    /// So many things, none connected; at most four thousand million.
    fn of(count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Self { parents: (0..count).collect(), sizes: vec![1; count as usize] }
    }

    /// The least of the group of `at`.
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.parents.get(at).filter(|parent| **parent as usize != at) {
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(own) = self.parents.get_mut(at) {
                *own = above;
            }
            at = parent as usize;
        }
        at
    }

    /// How many are in the group of `at`.
    fn size(&mut self, at: usize) -> u32 {
        let root = self.root(at);
        self.sizes.get(root).copied().unwrap_or(1)
    }

    /// Connects two.
    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        let (root, other) = (left.min(right), left.max(right));
        if root == other {
            return;
        }
        let moved = self.sizes.get(other).copied().unwrap_or(0);
        if let (Some(parent), Ok(root)) = (self.parents.get_mut(other), u32::try_from(root)) {
            *parent = root;
        }
        if let Some(size) = self.sizes.get_mut(root) {
            *size += moved;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: u64, size: u64, captured: u64) -> Member {
        Member { id, size, captured }
    }

    #[test]
    fn who_stands_for_whom() {
        let (article, template) = (Bond::Article, Bond::Template);
        for (name, members, links, expected) in [
            (
                "the latest",
                vec![member(1, 9, 0), member(2, 9, 5), member(3, 9, 5)],
                vec![(1, 2, article), (2, 3, article)],
                vec![(1, 2, 0), (2, 2, 0), (3, 2, 0)],
            ),
            ("no piece", vec![member(1, 9, 0), member(2, 4, 5)], vec![(1, 2, article)], vec![(1, 1, 0), (2, 1, 0)]),
            (
                "copies alone are no template",
                vec![member(1, 9, 0), member(2, 9, 0)],
                vec![(1, 2, article), (1, 2, template)],
                vec![(1, 1, 0), (2, 1, 0)],
            ),
            (
                "a template with copies",
                vec![member(1, 9, 0), member(2, 9, 0), member(3, 9, 1), member(4, 9, 0)],
                vec![(1, 2, template), (2, 3, article)],
                vec![(1, 1, 1), (2, 3, 1), (3, 3, 1)],
            ),
        ] {
            let place = |id: u64| members.iter().position(|member| member.id == id).unwrap();
            let mut bonds = Bonds::of(members.len());
            for (left, right, bond) in links {
                bonds.add((place(left), place(right), bond));
            }
            let found = bonds.kinships(|at| members.get(at).copied());
            let found: Vec<_> = found.iter().map(|row| (row.id, row.head, row.template)).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
