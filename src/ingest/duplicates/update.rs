//! Groups of an index: of all its pages, or, after a change of few, of those alone that it concerns.
//!
//! Both give the same. A change can make or break pairs only among pages that have a key of a changed page, before or
//! after; so the keys of changed pages are looked at in both states, and the groups of all pages whose pairs differ are
//! put together anew, pair by pair.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::Text;
use super::groups::{Link, Member, Sameness, article_links, kinships, template_links};
use crate::backend::embedded::{BackendError, IndexView, Likenesses, PageOfSite};
use crate::model::document::DocumentId;
use crate::model::likeness::{BANDS, Kinship, Likened, LikenessKey};

/// More changed pages than one in so many, and so many: then it is cheaper to compare all pages.
const FEW_SHARE: usize = 50;

/// The groups after a run, when they were `known` in the state `before` it; it is not known which pages it has `changed`
/// when an earlier one was cut short.
pub(in crate::ingest) fn anew(
    (before, after): (&IndexView<'_>, &IndexView<'_>),
    changed: Option<Vec<DocumentId>>,
    known: &[Kinship],
) -> Result<Vec<Kinship>, BackendError> {
    match changed {
        Some(changed) if changed.len() <= FEW_SHARE + after.page_count() / FEW_SHARE => {
            again((before, after), &changed, known)
        }
        _ => all(after),
    }
}

/// The groups of all pages. Memory: 40 bytes a page, about 60 for each that has kin, and the texts of a subject that are
/// compared.
fn all(view: &IndexView<'_>) -> Result<Vec<Kinship>, BackendError> {
    let likenesses = Likenesses::of(view)?;
    let pages = likenesses.pages();
    let mut found: Vec<Link> = Vec::new();
    for number in 0..=BANDS {
        let key = |(at, page): (u32, &PageOfSite)| Some((likenesses.key(*page, number)?, at));
        let mut keys: Vec<(LikenessKey, u32)> = (0..).zip(&pages).filter_map(key).collect();
        keys.sort_unstable();
        let shared: Vec<&[(LikenessKey, u32)]> =
            keys.chunk_by(|left, right| left.0 == right.0).filter(|pages| pages.len() > 1).collect();
        let new: Result<Vec<Vec<Link>>, BackendError> = shared
            .into_par_iter()
            .map(|keys| {
                let pages: Vec<PageOfSite> =
                    keys.iter().filter_map(|(_, at)| pages.get(*at as usize).copied()).collect();
                keys.first().map_or(Ok(vec![]), |(key, _)| links_of(&likenesses, *key, &pages))
            })
            .collect();
        found.extend(new?.into_iter().flatten());
        found.sort_unstable();
        found.dedup();
    }
    let linked: HashSet<u64> = found.iter().flat_map(|(left, right, _)| [*left, *right]).collect();
    let pages = pages.into_iter().filter(|page| linked.contains(&page.id.as_u64()));
    let members: Vec<Member> = pages.map(|page| Member::from(&likenesses.likened(page))).collect();
    Ok(kinships(&members, &found))
}

/// The groups after a change of the pages `changed`, when they were `known` in the state `before`.
fn again(
    (before, after): (&IndexView<'_>, &IndexView<'_>),
    changed: &[DocumentId],
    known: &[Kinship],
) -> Result<Vec<Kinship>, BackendError> {
    let before = Pairs::of(before)?;
    let after = Pairs::of(after)?;
    let mut keys: BTreeSet<LikenessKey> = BTreeSet::new();
    for id in changed {
        keys.extend(before.keys(id.as_u64())?);
        keys.extend(after.keys(id.as_u64())?);
    }
    let mut stale: BTreeSet<u64> = changed.iter().map(|id| id.as_u64()).collect();
    for key in keys {
        let (old, new) = (before.links(key)?, after.links(key)?);
        stale.extend(old.symmetric_difference(&new).flat_map(|(left, right, _)| [*left, *right]));
    }
    let groups: HashSet<u64> = known.iter().filter(|row| stale.contains(&row.id)).map(group).collect();
    stale.extend(known.iter().filter(|row| groups.contains(&group(row))).map(|row| row.id));
    let (members, found) = after.connected(&stale)?;
    let is_decided = |row: &&Kinship| !stale.contains(&row.id) && !members.contains_key(&row.id);
    let mut rows: Vec<Kinship> = known.iter().filter(is_decided).copied().collect();
    let members: Vec<Member> = members.into_values().collect();
    rows.extend(kinships(&members, &found));
    rows.sort_unstable();
    Ok(rows)
}

/// Names the group of a page: its template where it has one, else its article.
fn group(row: &Kinship) -> u64 {
    if row.template == 0 { row.head } else { row.template }
}

/// The pairs of one state of the index, found as they are asked for.
struct Pairs<'v> {
    likenesses: Likenesses<'v>,
}

impl<'v> Pairs<'v> {
    fn of(view: &'v IndexView<'v>) -> Result<Self, BackendError> {
        Ok(Self { likenesses: Likenesses::of(view)? })
    }

    fn page(&self, id: u64) -> Result<Option<Likened>, BackendError> {
        let page = self.likenesses.view().page(DocumentId::from_u64(id))?;
        Ok(page.map(|page| self.likenesses.likened(page)))
    }

    fn keys(&self, id: u64) -> Result<Vec<LikenessKey>, BackendError> {
        Ok(self.page(id)?.map(|page| page.likeness.keys()).unwrap_or_default())
    }

    fn links(&self, key: LikenessKey) -> Result<BTreeSet<Link>, BackendError> {
        let pages = self.likenesses.pages_with(key)?;
        Ok(links_of(&self.likenesses, key, &pages)?.into_iter().collect())
    }

    /// The pages that are connected with any of `seeds`, and pairs, all of theirs among them.
    fn connected(&self, seeds: &BTreeSet<u64>) -> Result<(BTreeMap<u64, Member>, Vec<Link>), BackendError> {
        let mut queue: Vec<u64> = seeds.iter().copied().collect();
        let mut members = BTreeMap::new();
        let mut neighbours: HashMap<u64, Vec<u64>> = HashMap::new();
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while let Some(id) = queue.pop() {
            if members.contains_key(&id) {
                continue;
            }
            let Some(page) = self.page(id)? else { continue };
            members.insert(id, Member::from(&page));
            for key in page.likeness.keys().into_iter().filter(|key| seen.insert(*key)) {
                for link in self.links(key)? {
                    neighbours.entry(link.0).or_default().push(link.1);
                    neighbours.entry(link.1).or_default().push(link.0);
                    found.push(link);
                }
            }
            queue.extend(neighbours.get(&id).into_iter().flatten());
        }
        Ok((members, found))
    }
}

/// The pairs among the pages of a key.
fn links_of(likenesses: &Likenesses<'_>, key: LikenessKey, pages: &[PageOfSite]) -> Result<Vec<Link>, BackendError> {
    let likened: Vec<Likened> = pages.iter().map(|page| likenesses.likened(*page)).collect();
    if !key.is_of_subject() {
        return Ok(template_links(&likened));
    }
    let mut texts: HashMap<u64, Text> = HashMap::new();
    article_links(&likened, &mut |left, right| {
        for id in [left, right] {
            let place = pages.binary_search_by_key(&id, |page| page.id.as_u64());
            if let Some(page) = place.ok().and_then(|at| pages.get(at)).filter(|_| !texts.contains_key(&id)) {
                texts.insert(id, Text::of(&likenesses.view().document_at(*page)?));
            }
        }
        let texts = texts.get(&left).zip(texts.get(&right));
        Ok(texts.map_or(Sameness::Different, |(left, right)| left.compared(right)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backend::embedded::Access;
    use crate::backend::embedded::{EmbeddedIndex, Patience, WriterLock};
    use crate::ingest::run::Run;
    use crate::knowledge::Knowledge;
    use crate::model::page::{Format, Origin, Page};

    const CLINICS: [(&str, &str); 4] = [
        ("Zhiling Clinic", "Dalian"),
        ("Meilai Hospital", "Wuhan"),
        ("Anmei Clinic", "Xiamen"),
        ("Kaili Clinic", "Jinan"),
    ];
    const TEXTS: [&str; 3] = [
        "NAME stands in CITY near the harbour and is open from Monday to Friday, as its doctors told the visitors.",
        "Crowns and braces cost about nine hundred yuan, and whoever pays by instalments signs a paper at the desk.",
        "Insurance never pays for beauty alone, so the bill of NAME is settled by the patients of CITY themselves.",
    ];

    /// Page `number` about a clinic, with so many of the sentences, captured in that month.
    fn page((number, clinic, sentences, month): (usize, usize, usize, usize)) -> Page {
        let (name, city) = CLINICS[clinic];
        let text = format!("Prices of CITY NAME\n\n{}\n", TEXTS[..sentences].join("\n\n"));
        let text = text.replace("NAME", name).replace("CITY", city);
        let url = Some(format!("https://s{}.example/{number}", number % 2));
        let captured = crate::model::capture::CaptureTime::parse(&format!("2024-0{month}-01"));
        Page::new(Origin { url, captured, ..Origin::at("a.txt") }, Format::Text, text)
    }

    /// An article in words of its own, under the title that all have.
    fn notice(number: usize, copy: usize) -> Page {
        let word = |at: usize| {
            let word = (number * 1_000 + at).to_string();
            word.bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>()
        };
        let words: Vec<String> = (0..60).map(word).collect();
        let last = if copy == 0 { "today" } else { "then" };
        let text = format!("Notice of the forum\n\nThe {} was told {last}.\n", words.join(" "));
        let url = Some(format!("https://s{copy}.example/{}", word(0)));
        Page::new(Origin { url, ..Origin::at("a.txt") }, Format::Text, text)
    }

    #[test]
    fn copies_are_found_under_a_title_that_hundreds_have() {
        let folder = tempfile::TempDir::new().unwrap();
        let (knowledge, directory) = (Knowledge::builtin().unwrap(), folder.path().join("index"));
        let index = EmbeddedIndex::create(&directory, &Access::default()).unwrap();
        let lock = WriterLock::take(&directory, Patience::default()).unwrap();
        let mut run = Run::open(&knowledge, &index, lock).unwrap();
        let pages = (0..150).flat_map(|number| [notice(number, 0), notice(number, 1)]);
        run.take_pages(pages).unwrap();
        assert_eq!(run.finish().unwrap().new, 300);
        index.reload().unwrap();
        let known = index.kinships().unwrap();
        let heads: BTreeSet<u64> = known.rows().iter().map(|row| row.head).collect();
        assert_eq!((known.rows().len(), heads.len()), (300, 150));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn step_by_step_the_groups_are_those_of_all_pages(
            runs in prop::collection::vec(prop::collection::vec((0..9_usize, 0..4_usize, 1..4_usize, 1..9_usize), 1..4), 1..6),
        ) {
            let folder = tempfile::TempDir::new().unwrap();
            let (knowledge, directory) = (Knowledge::builtin().unwrap(), folder.path().join("index"));
            let index = EmbeddedIndex::create(&directory, &Access::default()).unwrap();
            for pages in runs {
                let lock = WriterLock::take(&directory, Patience::default()).unwrap();
                let mut run = Run::open(&knowledge, &index, lock).unwrap();
                run.take_pages(pages.into_iter().map(page)).unwrap();
                run.finish().unwrap();
                index.reload().unwrap();
                let expected = all(&index.view()).unwrap();
                let known = index.kinships().unwrap();
                prop_assert_eq!(known.rows(), expected);
            }
        }
    }
}
