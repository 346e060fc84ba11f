//! Groups of an index: of all its pages, or, after a change of few, of those alone that it concerns.
//!
//! Both give the same.

use rayon::prelude::*;

use super::change::again;
use super::groups::{Bond, Bonds, Member};
use super::pairs::{FEW_PAGES, OfKey, links_of};
use crate::backend::embedded::{BackendError, IndexView, Likenesses, PageOfSite};
use crate::model::document::DocumentId;
use crate::model::likeness::{BANDS, Kin, Kinship, Leaders, LikenessKey};

/// More changed pages than one in so many, and so many: then it is cheaper to compare all pages.
const FEW_SHARE: usize = 50;

/// Keys whose pairs are held at the same time.
const KEYS_AT_ONCE: usize = 1 << 14;

/// Pairs of pages by their places among all, and what they share.
type Joined = Vec<(usize, usize, Bond)>;

/// The groups after a run, when they were `known` in the state `before` it. It is not known by whom they were decided in
/// an index of an older release, nor which pages it has `changed` when an earlier one was cut short.
pub(in crate::ingest) fn anew(
    (before, after): (&IndexView<'_>, &IndexView<'_>),
    changed: Option<Vec<DocumentId>>,
    (known, leaders): (&[Kinship], Option<Leaders>),
) -> Result<Kin, BackendError> {
    match changed.zip(leaders) {
        Some((changed, leaders)) if changed.len() <= FEW_SHARE + after.page_count() / FEW_SHARE => {
            again((before, after), &changed, (known, leaders))
        }
        _ => all(after),
    }
}

/// The groups of all pages. Memory: 60 bytes a page, as many for each that has kin, and the texts of a subject that are
/// compared.
fn all(view: &IndexView<'_>) -> Result<Kin, BackendError> {
    let likenesses = Likenesses::of(view)?;
    let pages = likenesses.pages();
    let place = |id: u64| pages.binary_search_by_key(&id, |page| page.id.as_u64()).ok();
    let mut bonds = Bonds::of(pages.len());
    let mut leaders = Leaders::default();
    for number in 0..=BANDS {
        let key = |(at, page): (u32, &PageOfSite)| Some((likenesses.key(*page, number)?, at));
        let mut keys: Vec<(LikenessKey, u32)> = (0..).zip(&pages).filter_map(key).collect();
        keys.sort_unstable();
        let shared: Vec<&[(LikenessKey, u32)]> =
            keys.chunk_by(|left, right| left.0 == right.0).filter(|pages| pages.len() > 1).collect();
        for shared in shared.chunks(KEYS_AT_ONCE) {
            let found: Result<Vec<(LikenessKey, Joined, Vec<u64>)>, BackendError> = shared
                .into_par_iter()
                .filter_map(|keys| keys.first().map(|(key, _)| (*key, keys)))
                .map(|(key, keys)| {
                    let pages: Vec<PageOfSite> =
                        keys.iter().filter_map(|(_, at)| pages.get(*at as usize).copied()).collect();
                    let OfKey { links, leaders, .. } = links_of(&likenesses, key, &pages)?;
                    let joined =
                        links.into_iter().filter_map(|(left, right, bond)| Some((place(left)?, place(right)?, bond)));
                    Ok((key, joined.collect(), if pages.len() > FEW_PAGES { leaders } else { vec![] }))
                })
                .collect();
            for (key, joined, leading) in found? {
                for pair in joined {
                    bonds.add(pair);
                }
                leaders.set(key, leading);
            }
        }
    }
    let member = |at: usize| Some(Member::from(&likenesses.sketched(*pages.get(at)?)));
    Ok(Kin { rows: bonds.kinships(member), leaders })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
    const TEXTS: [&str; 5] = [
        "NAME stands in CITY near the harbour and is open from Monday to Friday, as its doctors told the visitors.",
        "Crowns and braces cost about nine hundred yuan, and whoever pays by instalments signs a paper at the desk.",
        "Insurance never pays for beauty alone, so the bill of NAME is settled by the patients of CITY themselves.",
        "Old invoices are kept in a cellar, where nobody but two clerks may look for them after the office has closed.",
        "Parking costs nothing on Sundays, while the garage behind the market asks ten yuan for every hour begun.",
    ];

    /// Page `number` about a clinic, with those of the sentences, captured in that month.
    fn page((number, clinic, sentences, month): (usize, usize, usize, usize)) -> Page {
        let (name, city) = CLINICS[clinic];
        let chosen: Vec<&str> =
            (0..).zip(TEXTS).filter(|(at, _)| sentences >> at & 1 == 1).map(|(_, text)| text).collect();
        let text = format!("Prices of CITY NAME\n\n{}\n", chosen.join("\n\n"));
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

    /// Sequences of runs to try: `ARTICLE_SEARCH_CASES`, or few.
    fn cases() -> u32 {
        std::env::var("ARTICLE_SEARCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn step_by_step_the_groups_are_those_of_all_pages(
            runs in prop::collection::vec(prop::collection::vec((0..14_usize, 0..4_usize, 1..32_usize, 1..9_usize), 1..6), 1..8),
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
                prop_assert_eq!(known.rows(), expected.rows);
                let leaders = index.leaders().unwrap().unwrap();
                for (key, ids) in expected.leaders.iter() {
                    prop_assert_eq!(leaders.of(key), Some(ids));
                }
            }
        }
    }
}
