//! The library as other tools call it.

use std::collections::BTreeSet;

use article_search::model::capture::CaptureTime;
use article_search::model::page::{Format, Origin, Page};
use article_search::model::query::Query;
use article_search::{Config, Engine, RunOptions, rebuild};
use proptest::prelude::*;
use tempfile::TempDir;

fn page(name: &str, text: &str) -> Page {
    Page::new(Origin::at(name), Format::Text, text)
}

fn engine(folder: &TempDir) -> Engine {
    Engine::create(folder.path().join("index"), &Config::default()).expect("a new index")
}

#[test]
fn an_engine_is_shared_between_threads() {
    fn assert_shared<T: Send + Sync>(_: &T) {}
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    assert_shared(&engine);
    let text =
        "Dalian Haijing Dental Clinic explains its implants at length, in more than one sentence. It is careful.";
    engine.ingest_pages([page("a", text)]).expect("indexed");
    std::thread::scope(|scope| {
        let searches: Vec<_> =
            (0..4).map(|_| scope.spawn(|| engine.search(&Query::new("implants")).expect("an answer").total)).collect();
        assert!(searches.into_iter().all(|search| search.join().is_ok_and(|total| total == 1)));
    });
}

/// What is looked up or counted often is held in memory: that must not show.
#[test]
fn an_answer_is_the_same_however_often_it_was_asked_for() {
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    let cities = ["Dalian", "Wuhan", "Harbin"];
    let text = |number: usize| {
        let (city, clinic) = (cities[number % 3], ["Haijing", "Beixing"][number % 2]);
        let text = format!("{city} {clinic} Dental Clinic explains implants. They cost {number} thousand yuan there. ");
        page(&format!("{number}"), &(text + "The clinic is careful, and opens at nine."))
    };
    let asked = |words: &str| {
        let mut answer = engine.search(&Query::new(words)).expect("an answer");
        answer.took_ms = 0.0;
        answer
    };
    for pages in [0..20, 10..30] {
        engine.ingest_pages(pages.map(text)).expect("indexed");
        let questions = ["implants", "Dalian implants", "the clinic", "\"opens at nine\""];
        let first = questions.map(asked);
        for _ in 0..30 {
            assert_eq!(questions.map(asked), first);
        }
    }
}

/// The names at the root of the crate are what callers learn and what semver holds for: few.
#[test]
fn the_public_surface_is_small() {
    let root = include_str!("../../src/lib.rs");
    let uses: String =
        root.split("\npub use ").skip(1).filter_map(|text| text.split(';').next()).collect::<Vec<_>>().join(",");
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    let names: BTreeSet<String> = uses
        .split(['{', '}', ','])
        .map(str::trim)
        .filter(|path| !path.is_empty() && !path.ends_with("::"))
        .map(last)
        .collect();
    assert!(names.len() <= 60, "{} names: {names:?}", names.len());
    assert!(["Engine", "Query", "Error", "Suggestion"].iter().all(|name| names.contains(*name)), "{names:?}");
    assert!(!uses.contains('*'), "no glob hides more of them");
}

#[test]
fn another_reader_sees_a_run_by_itself() {
    let folder = TempDir::new().expect("a folder");
    let writer = engine(&folder);
    writer
        .ingest_pages([page("first", "The okapi article explains how an okapi lives, eats and sleeps.")])
        .expect("indexed");
    let reader = Engine::open(folder.path().join("index"), &Config::default()).expect("opened");
    writer
        .ingest_pages([page("a", "The zebra article explains how a zebra lives, eats and sleeps.")])
        .expect("indexed");
    let total = |engine: &Engine| engine.search(&Query::new("zebra")).expect("an answer").total;
    assert_eq!((total(&writer), total(&reader)), (1, 1));
    let config = Config::default();
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).expect("a folder");
    rebuild(folder.path().join("index"), &config, (&[corpus], &RunOptions::default()), &mut |_| ()).expect("rebuilt");
    assert_eq!(total(&reader), 0, "a new generation, too");
}

#[test]
fn the_same_text_at_two_addresses_is_one_hit() {
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    let text = "The zebra article explains how a zebra lives, eats and sleeps. It is long enough to be an article.";
    engine.ingest_pages([page("a", text), page("b", text)]).expect("indexed");
    let answer = engine.search(&Query::new("zebra")).expect("an answer");
    assert_eq!((answer.total, answer.hits.len()), (2, 1));
    assert_eq!(answer.hits[0].group.as_ref().map(|group| group.size), Some(2));
}

#[test]
fn an_edited_copy_is_folded_and_another_clinic_is_not() {
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    let text = |clinic: &str, therefore: &str| {
        format!(
            "Can {clinic} Dental Clinic reimburse zebras?\n\nThe fund of medical insurance pays for the treatment of \
             diseases, and its resources are limited by law.\n\n{therefore}, whoever brings a zebra along pays for the \
             visit alone, and keeps the invoice of {clinic} Dental Clinic, because rules of regions differ.\n\nTo sum up, \
             it is best to call before the visit, and to ask the office of the city about its latest policy.\n"
        )
    };
    let captured = |page: Page, time: &str| {
        let origin = Origin { captured: CaptureTime::parse(time), ..page.origin };
        Page { origin, ..page }
    };
    engine
        .ingest_pages([
            captured(page("old", &text("Dalian Zhiling", "Therefore")), "2024-01-01"),
            captured(page("new", &text("Dalian Zhiling", "So")), "2024-03-01"),
            page("farm", &text("Wuhan Meilai", "Therefore")),
        ])
        .expect("indexed");
    let answer = engine.search(&Query::new("zebra invoice")).expect("an answer");
    let shown: Vec<&str> = answer.hits.iter().map(|hit| hit.row.path.as_str()).collect();
    assert_eq!(BTreeSet::from_iter(shown), BTreeSet::from(["farm", "new"]));
    let new = answer.hits.iter().find(|hit| hit.row.path == "new").expect("found");
    let farm = answer.hits.iter().find(|hit| hit.row.path == "farm").expect("found");
    let group = new.group.as_ref().expect("a group");
    assert_eq!((group.by.as_str(), group.size, group.addresses.as_slice()), ("article", 2, &["old".to_owned()][..]));
    assert_eq!((new.row.duplicate_of, farm.row.duplicate_of), (None, None));
    assert!(new.row.template_group.is_some() && new.row.template_group == farm.row.template_group);
}

#[test]
fn many_copies_do_not_push_other_pages_out() {
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    let copy = "A zebra zebra zebra article that stands at many addresses, word for word.";
    let other = |number: usize| {
        format!("A page with number {number} that speaks of a zebra once, among many other things it says.")
    };
    let copies = (0..300).map(|number| page(&format!("copy{number}"), copy));
    let others = (0..5).map(|number| page(&format!("other{number}"), &other(number)));
    engine.ingest_pages(copies.chain(others)).expect("indexed");
    let answer = engine.search(&Query::new("zebra")).expect("an answer");
    assert_eq!((answer.total, answer.hits.len()), (305, 6));
    assert_eq!(answer.hits[0].group.as_ref().map(|group| group.size), Some(300));
}

#[test]
fn text_without_full_stops_is_answered_too() {
    let folder = TempDir::new().expect("a folder");
    let engine = engine(&folder);
    engine.ingest_pages([page("a", &"insurance beauty ".repeat(40_000))]).expect("indexed");
    let answer = engine.search(&Query::new("insurance beauty")).expect("an answer");
    assert!(answer.hits[0].passages.iter().all(|passage| passage.text.chars().count() <= 300));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn passages_are_verbatim_disjoint_and_hold_a_match(
        paragraphs in prop::collection::vec("[a-dA-D重庆医保 .!?，。é\u{301}😀]{10,120}", 1..8),
        words in "[a-d重庆医保]{1,4}( [a-d重庆医保]{1,4}){0,2}",
    ) {
        let folder = TempDir::new().expect("a folder");
        let engine = engine(&folder);
        engine.ingest_pages([page("p", &paragraphs.join("\n\n"))]).expect("indexed");
        let answer = engine.search(&Query::new(words).passages(5)).expect("an answer");
        for hit in &answer.hits {
            let body: Vec<char> = engine.document(&hit.row.id.to_string()).expect("stored").article.body().chars().collect();
            let mut spans = Vec::new();
            for passage in &hit.passages {
                let slice: String = body[passage.start..passage.end].iter().collect();
                prop_assert_eq!(&slice, &passage.text);
                prop_assert!(!passage.hits.is_empty());
                let length = passage.text.chars().count();
                prop_assert!(passage.hits.iter().all(|&(start, end)| start < end && end <= length));
                prop_assert!(passage.hits.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", passage.hits);
                spans.push((passage.start, passage.end));
            }
            spans.sort_unstable();
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", spans);
        }
    }
}
