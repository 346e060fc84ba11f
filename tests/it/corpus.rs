//! The shipped corpus against its hand-written truth (`tests/golden/corpus.jsonl`), and the questions it must answer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::workbench::{Workbench, corpus};

fn truth() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/corpus.jsonl");
    let text = fs::read_to_string(path).expect("the truth");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Extracted rows by the name that the truth gives them.
fn extracted() -> BTreeMap<String, Value> {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    let run = workbench.search(&["extract", "corpus", "-q"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut archived = 0;
    let named = run.rows().into_iter().map(|row| {
        let path = row["path"].as_str().expect("a path").trim_start_matches("corpus/").to_owned();
        let name = match row["record"].as_u64() {
            Some(_) if path.contains(".warc") => {
                archived += 1;
                format!("{path}#{archived}")
            }
            Some(record) => format!("{path}#{record}"),
            None => path,
        };
        (name, row)
    });
    named.collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_comes_out_as_its_author_meant() {
    let rows = extracted();
    let mut wrong = Vec::new();
    for page in truth() {
        let name = page["path"].as_str().expect("a path");
        match (page["status"].as_str(), rows.get(name)) {
            (Some("ok"), Some(row)) => compare(name, &page, row, &mut wrong),
            (Some("ok"), None) => wrong.push(format!("{name}: missing")),
            (Some("nocontent"), Some(row)) if row["status"] == "nocontent" => {}
            (Some("unreadable"), None) => {}
            (status, row) => wrong.push(format!("{name}: {status:?} came out as {row:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

fn compare(name: &str, page: &Value, row: &Value, wrong: &mut Vec<String>) {
    let lines: Vec<String> = strings(&row["text"]).iter().map(|line| spaced(line)).collect();
    let text = lines.join("\n");
    for keep in strings(&page["keep"]) {
        if !text.contains(&spaced(&keep)) {
            wrong.push(format!("{name}: lost `{keep}`"));
        }
    }
    for drop in strings(&page["drop"]).iter().map(|drop| spaced(drop)) {
        let is_short = drop.split_whitespace().count() < 4 && drop.chars().count() < 12;
        let leaks = if is_short { lines.contains(&drop) } else { text.contains(&drop) };
        if leaks && !strings(&page["keep"]).contains(&drop) {
            wrong.push(format!("{name}: left `{drop}`"));
        }
    }
    let cities: Vec<_> = row["city"].as_array().into_iter().flatten().map(|city| city["adcode"].clone()).collect();
    let same_set = |left: &[Value], right: &Value| {
        let sorted = |values: &[Value]| {
            let mut texts: Vec<_> = values.iter().map(ToString::to_string).collect();
            texts.sort();
            texts
        };
        sorted(left) == sorted(right.as_array().map_or(&[], Vec::as_slice))
    };
    if !same_set(&cities, &page["cities"]) {
        wrong.push(format!("{name}: cities {cities:?}, not {}", page["cities"]));
    }
    if !same_set(row["clinic"].as_array().expect("a list"), &page["clinics"]) {
        wrong.push(format!("{name}: clinics {}, not {}", row["clinic"], page["clinics"]));
    }
    for (what, found, expected) in [
        ("title", &row["title"], &page["title"]),
        ("lang", &row["lang"], &page["lang"]),
        ("date", &row["date"], &page["date"]),
        ("verdict", &row["verdict"], &page["verdict"]),
        ("main topic", &row["topics"][0], &page["topic_main"]),
    ] {
        if found != expected {
            wrong.push(format!("{name}: {what} {found}, not {expected}"));
        }
    }
}

#[test]
fn the_corpus_holds_what_it_promises() {
    let truth = truth();
    let about = |city: &str, lang: &str| -> Vec<&Value> {
        let pages = truth.iter().filter(|page| strings(&page["cities"]).contains(&city.to_owned()));
        pages.filter(|page| page["lang"] == lang && page["topic_main"] == "medical_insurance").collect()
    };
    let count = |key: &str| {
        let values = truth.iter().flat_map(|page| match &page[key] {
            Value::Array(values) => values.clone(),
            value => vec![value.clone()],
        });
        values
            .filter(|value| !value.is_null())
            .map(|value| value.to_string())
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    assert!(truth.len() >= 40);
    assert!(count("cities") >= 8 && count("clinics") >= 12 && count("topic_main") >= 8);
    for (city, least) in [("500000", 4), ("210200", 3)] {
        let pages = [about(city, "en"), about(city, "zh")].concat();
        assert!(pages.len() >= least && !about(city, "en").is_empty() && !about(city, "zh").is_empty(), "{city}");
        let verdicts: std::collections::BTreeSet<_> = pages.iter().map(|page| page["verdict"].to_string()).collect();
        assert!(verdicts.len() >= 2, "{city}: the pages disagree");
    }
}

#[test]
fn the_headline_query_is_answered() {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    let first = workbench.search(&["Chongqing medical insurance beauty"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stderr.contains("no index yet"), "says that it builds one: {}", first.stderr);
    assert!(first.stdout.contains("Answer about Chongqing"), "{}", first.stdout);
    let again = workbench.search(&["Chongqing medical insurance beauty"]);
    assert_eq!(again.stdout, first.stdout, "the second time the same answer");
    assert!(!again.stderr.contains("indexed"), "without indexing again");

    for query in ["Chongqing medical insurance beauty", "重庆 医保 美容", "重慶醫保美容"] {
        let hits = workbench.search(&["-j", "-n5", query]).rows();
        assert!(hits.len() >= 4, "{query}");
        for hit in &hits {
            assert_eq!(hit["city"][0]["adcode"], "500000", "{query}: {}", hit["title"]);
            assert!(hit["answer"]["text"].is_string(), "{query}: a sentence answers");
        }
        let languages: std::collections::BTreeSet<_> = hits.iter().map(|hit| hit["lang"].to_string()).collect();
        assert_eq!(languages.len(), 2, "{query}: pages of both languages");
    }
}

#[test]
fn removed_words_find_nothing() {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    assert_eq!(workbench.search(&["index", "-q"]).code, 0);
    let rows = workbench.search(&["export", "--removed"]).rows();
    let kept: String = rows.iter().map(|row| format!("{} {}\n", row["title"], row["text"]).to_lowercase()).collect();
    let removed = rows.iter().flat_map(|row| row["removed"].as_array().cloned().unwrap_or_default());
    let words = removed.flat_map(|removed| {
        let text = removed["text"].as_str().unwrap_or_default().to_lowercase();
        text.split(|c: char| !c.is_ascii_alphabetic())
            .filter(|word| word.len() > 7)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let gone: std::collections::BTreeSet<String> = words.filter(|word| !kept.contains(&word[..4])).take(400).collect();
    assert!(gone.len() > 10, "there are words that only stood in boilerplate");
    let queries: Vec<String> = gone.iter().map(|word| format!("\"{word}\"")).collect();
    let run = workbench.search_with_input(&["-", "-j"], queries.join("\n").as_bytes());
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "boilerplate is not indexed");
}
