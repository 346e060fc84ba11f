//! Narrowing, ordering, folding and paging, as the library and the command line give them.

use std::collections::HashSet;
use std::time::Duration;

use article_search::model::plan::Order;
use article_search::model::query::{Grouping, Matching};
use article_search::{Config, Engine, Query};
use serde_json::json;
use tempfile::TempDir;

use crate::workbench::Workbench;

/// Address, title, date, text.
const PAGES: [(&str, &str, &str, &str); 5] = [
    (
        "https://www.a.example/1",
        "Braces in Dalian",
        "2023-05-01",
        "Braces at Dalian Haijing Dental Clinic cost 9,000 yuan. The wire is changed monthly. Retainers are extra.",
    ),
    (
        "https://a.example/2",
        "Anaesthesia for braces",
        "2024-03-10",
        "Braces at Dalian Haijing Dental Clinic need no anaesthesia.",
    ),
    (
        "https://b.example/3",
        "Whitening and braces",
        "2024-03-31",
        "Whitening after braces at Harbin Beixing Dental Clinic takes one hour.",
    ),
    ("https://b.example/4", "Choosing braces", "", "Choosing braces takes time, says Harbin Beixing Dental Clinic."),
    ("https://c.example/5", "Implants", "2024-01-01", "Implants in Shenyang need a healthy jaw."),
];

fn bench() -> Workbench {
    let rows = PAGES.map(|(url, title, date, text)| {
        let date = if date.is_empty() { json!(null) } else { json!(date) };
        json!({"url": url, "title": title, "date": date, "text": text}).to_string() + "\n"
    });
    let workbench = Workbench::with_files(&[("corpus/feed.jsonl", rows.concat().as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

/// The numbers of the pages that are found, in order.
fn found(workbench: &Workbench, arguments: &[&str]) -> Vec<String> {
    let run = workbench.search(&[&["-o", "urls"], arguments].concat());
    assert!(run.code < 2, "{arguments:?}: {}", run.stderr);
    run.stdout.lines().map(|line| line.rsplit('/').next().expect("a number").to_owned()).collect()
}

#[test]
fn answers_are_narrowed() {
    let workbench = bench();
    for (name, arguments, expected) in [
        ("a year, and what has no date", &["--since", "2024", "braces"][..], "2 3 4"),
        ("a month", &["--since", "2024-03", "--until", "2024-03", "--dated", "braces"], "2 3"),
        ("a day", &["--until", "2024-03-10", "--dated", "braces"], "1 2"),
        ("dated", &["--dated", "braces"], "1 2 3"),
        ("days ago", &["--since", "1d", "braces"], "4"),
        ("years ago", &["--since", "900y", "--dated", "braces"], "1 2 3"),
        ("longer ago than any page", &["--until", "9999y", "--dated", "braces"], ""),
        ("since longer ago than any page", &["--since", "9999y", "--dated", "braces"], "1 2 3"),
        ("one day", &["--since", "2024-03-10", "--until", "2024-03-10", "--dated", "braces"], "2"),
        ("a site", &["--site", "a.example", "braces"], "1 2"),
        ("a site as an address", &["--site", "https://WWW.B.example/x", "braces"], "3 4"),
        ("two sites", &["--site", "a.example", "--site", "b.example", "braces"], "1 2 3 4"),
        ("a site alone", &["--site", "c.example"], "5"),
        ("a time alone", &["--until", "2023", "--dated"], "1"),
        ("no such site", &["--site", "d.example", "braces"], ""),
        ("without a word", &["--not", "whitening", "--not", "choosing", "braces"], "1 2"),
        ("all words", &["--all", "braces whitening hour"], "3"),
        ("any word", &["--any", "whitening implants"], "3 5"),
        ("the oldest", &["--sort", "date", "braces"], "1 2 3 4"),
        ("the newest", &["--sort", "-date", "braces"], "3 2 1 4"),
        ("by title", &["--sort", "title", "braces"], "2 1 4 3"),
        ("a site each", &["--group", "site", "--sort", "date", "braces"], "1 3"),
        ("a city each", &["--group", "city", "--sort", "-date", "braces"], "3 2"),
        ("a clinic each", &["--group", "clinic", "--sort", "date", "braces"], "1 3"),
        ("the second page", &["--sort", "date", "-n", "3", "-p", "2", "braces"], "4"),
        ("behind the last page", &["-n", "3", "-p", "9", "braces"], ""),
    ] {
        let mut found = found(&workbench, arguments);
        if !arguments.contains(&"--sort") {
            found.sort();
        }
        assert_eq!(found.join(" "), expected, "{name}");
    }
    let last = workbench.search(&["-n", "3", "-p", "9", "braces"]);
    assert!(last.code == 1 && last.stderr.contains("4 pages: there is no page 9"), "{}", last.stderr);
}

#[test]
fn what_narrows_nothing_is_wrong_usage() {
    let workbench = bench();
    for (arguments, message) in [
        (&["--since", "yesterday", "braces"][..], "no date"),
        (&["--any", "--all", "braces"], "cannot be used with"),
        (&["--sort", "size", "braces"], "invalid value 'size'"),
        (&["-p", "0", "braces"], "invalid value '0'"),
        (&["--since", "2025", "--until", "2020", "braces"], "--since 2025-01-01 is after --until 2020-12-31"),
        (&["--since", "1d", "--until", "9999y", "braces"], "is after"),
        (&["--clinic", "", "braces"], "it names nothing"),
        (&["--site", " ", "braces"], "it names nothing"),
        (&["--lang", "", "braces"], "it names nothing"),
        (&["--city", ".", "braces"], "it names nothing"),
        (&["..."], "no words to search for"),
        (&["，。"], "no words to search for"),
    ] {
        let run = workbench.search(arguments);
        assert!(run.code == 2 && run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn groups_say_how_many_they_fold() {
    let workbench = bench();
    for (by, sizes) in [("site", [2, 2]), ("city", [2, 2]), ("clinic", [2, 2])] {
        let rows = workbench.search(&["-j", "--group", by, "braces"]).rows();
        let groups: Vec<_> =
            rows.iter().map(|row| (row["group"]["by"].as_str(), row["group"]["size"].as_u64())).collect();
        assert_eq!(groups, sizes.map(|size| (Some(by), Some(size))), "{by}");
    }
}

#[test]
fn passages_come_with_their_context() {
    let workbench = bench();
    let passage = |context: &str| {
        let run = workbench.search(&[
            "--template",
            "{passage}",
            "--passage-chars",
            "60",
            "--context",
            context,
            "--site",
            "a.example",
            "wire monthly",
        ]);
        run.stdout.lines().next().expect("a hit").to_owned()
    };
    assert!(passage("0").ends_with("The wire is changed monthly. Retainers are extra."));
    assert_eq!(passage("3"), PAGES[0].3);
}

/// Rows of 340 pages in different words, more than are looked at together; every eighth article stands at a second address.
fn many_rows() -> String {
    const WORDS: [&str; 24] = [
        "insurance",
        "medical",
        "clinic",
        "braces",
        "implant",
        "crown",
        "enamel",
        "wire",
        "jaw",
        "gum",
        "molar",
        "scaling",
        "retainer",
        "filling",
        "bridge",
        "veneer",
        "nurse",
        "invoice",
        "appointment",
        "corridor",
        "window",
        "garden",
        "staircase",
        "lantern",
    ];
    let mut seed = 7_usize;
    let mut next = move |below: usize| {
        seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
        seed / 65_536 % below
    };
    let mut rows = String::new();
    for number in 0..340 {
        let words: Vec<&str> = (0..60).map(|_| WORDS[next(WORDS.len())]).collect();
        let text: Vec<String> = words.chunks(10).map(|words| format!("The {} matters.", words.join(" "))).collect();
        let (city, date) = (["Dalian", "Harbin", "Wuhan"][next(3)], format!("20{}-0{}-11", 10 + next(12), 1 + next(9)));
        let title = format!("{} and {} in {city}", words[0], words[1]);
        let copies = if number % 8 == 0 { 2 } else { 1 };
        for copy in 0..copies {
            let url = format!("https://{}{copy}.example/{number}", ["a", "b", "c"][number % 3]);
            rows += &(json!({"url": url, "title": title, "date": date, "text": text.join("\n\n")}).to_string() + "\n");
        }
    }
    rows
}

/// Pages of an answer put together are the one long listing, whatever is folded and in whatever order.
#[test]
fn paging_neither_repeats_nor_skips() {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("feed.jsonl"), many_rows()).expect("a feed");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("made");
    engine.ingest(&[folder.path().join("feed.jsonl")], &mut |_| {}).expect("indexed");
    let (mut most, mut is_folded) = (0, false);
    for text in ["medical insurance", "clinic", "braces crown enamel garden", "-lantern city:Dalian", "insurance Wuhan"]
    {
        for (order, grouping, matching) in [
            (Order::Relevance, Grouping::Article, Matching::Any),
            (Order::Relevance, Grouping::None, Matching::Any),
            (Order::Newest, Grouping::Article, Matching::Any),
            (Order::Title, Grouping::City, Matching::All),
            (Order::Oldest, Grouping::Site, Matching::All),
        ] {
            let query = Query::new(text).passages(0).order_by(order).group_by(grouping).matching(matching);
            let query = query.within(Duration::from_secs(600));
            let whole = engine.search(&query.clone().limit(1000)).expect("answered");
            assert!(!whole.more, "{text}: that is all");
            let whole: Vec<_> = whole.hits.iter().map(|hit| hit.row.id).collect();
            for limit in [3, 10, 64] {
                let mut seen: Vec<_> = Vec::new();
                for page in 1.. {
                    let answer = engine.search(&query.clone().limit(limit).page(page)).expect("answered");
                    let ranks: Vec<usize> = answer.hits.iter().map(|hit| hit.rank).collect();
                    assert_eq!(ranks, (seen.len() + 1..=seen.len() + ranks.len()).collect::<Vec<_>>());
                    seen.extend(answer.hits.iter().map(|hit| hit.row.id));
                    is_folded |= answer.total > whole.len();
                    assert_eq!(answer.more, seen.len() < whole.len(), "{text} {order:?} {grouping:?} page {page}");
                    if !answer.more {
                        break;
                    }
                }
                assert_eq!(seen, whole, "{text} {order:?} {grouping:?} by {limit}: the same, in the same order");
                let different: HashSet<_> = seen.iter().collect();
                assert_eq!(different.len(), seen.len(), "{text} {order:?} {grouping:?} by {limit}: none twice");
                most = most.max(seen.len());
            }
        }
    }
    assert!(most > 300 && is_folded, "there was something to page through, and to fold: {most}");
}

#[test]
fn the_footer_offers_pages_that_there_are() {
    let workbench = bench();
    for (name, arguments, offer) in [
        ("more than one page", &["-n", "3", "braces"][..], Some("next: -p 2")),
        ("the last page", &["-n", "3", "-p", "2", "braces"], None),
        ("a page that is just full", &["-n", "4", "braces"], None),
        ("folded to two hits", &["-n", "1", "--group", "site", "braces"], Some("next: -p 2")),
        ("folded, the last page", &["-n", "1", "--group", "site", "-p", "2", "braces"], None),
    ] {
        let run = workbench.search(arguments);
        let offered = run.stderr.split("next: ").nth(1).map(|next| format!("next: {}", next.trim()));
        assert_eq!(offered.as_deref(), offer, "{name}: {}", run.stderr);
        let rows = workbench.search(&[&["-o", "json"], arguments].concat()).rows();
        assert_eq!(rows[0]["more"], offer.is_some(), "{name}");
    }
}

#[test]
fn the_answer_stands_above_the_best_pages_only() {
    let workbench = bench();
    for (name, arguments, is_best) in [
        ("the first page", &["-n", "2", "braces"][..], true),
        ("the second page", &["-n", "2", "-p", "2", "braces"], false),
        ("by date", &["--sort", "date", "braces"], false),
    ] {
        let screen = workbench.search(arguments).stdout;
        assert_eq!(screen.contains("quoted, not generated"), is_best, "{name}: {screen}");
        assert_eq!(screen.contains('●'), is_best, "{name}: {screen}");
    }
}
