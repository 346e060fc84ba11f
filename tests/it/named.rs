//! A page goes by its id, its address, its key and its path, in every command that takes one.

use serde_json::Value;

use crate::workbench::{Run, Workbench};

fn bench() -> Workbench {
    let page = |title: &str, text: &str| {
        format!(
            "{title}\n\n{text}, as the clinic writes on the board beside its door.\n\nThat is all there is to say.\n"
        )
    };
    let feed = [("k1", "Crowns", "Crowns cost 900 yuan"), ("k2", "Bridges", "Bridges cost 2,000 yuan")].map(|row| {
        let (key, title, text) = row;
        let url = format!("https://a.example/{key}");
        format!("{}\n", serde_json::json!({"id": key, "url": url, "title": title, "text": page(title, text)}))
    });
    let workbench = Workbench::with_files(&[
        ("corpus/deep/a.txt", page("Implants", "Implants cost 8,000 yuan").as_bytes()),
        ("corpus/b.txt", page("Veneers", "Veneers cost 3,000 yuan").as_bytes()),
        ("corpus/feed.jsonl", feed.concat().as_bytes()),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

fn id_of(run: &Run) -> Value {
    run.rows()[0]["id"].clone()
}

#[test]
fn every_command_takes_every_name() {
    let workbench = bench();
    let rows = workbench.search(&["export"]).rows();
    let id = |title: &str| {
        let row = rows.iter().find(|row| row["title"] == title).expect("the page");
        row["id"].as_str().expect("an id").to_owned()
    };
    for (title, names) in [
        ("Implants", vec!["corpus/deep/a.txt", "./corpus/deep/a.txt", "corpus/./deep/../deep/a.txt"]),
        ("Crowns", vec!["corpus/feed.jsonl#1", "https://a.example/k1", "k1"]),
        ("Bridges", vec!["./corpus/feed.jsonl#2", "https://a.example/k2", "k2"]),
    ] {
        let id = id(title);
        let absolute = std::path::absolute(workbench.path()).expect("a path").join(names[0].trim_start_matches("./"));
        let absolute = absolute.to_string_lossy().into_owned();
        for name in names.into_iter().chain([&id[..6], absolute.as_str()]) {
            let shown = workbench.search(&["show", "-j", name]);
            assert_eq!(id_of(&shown), id.as_str(), "{name}: {}", shown.stderr);
            let section = workbench.search(&["show", &format!("{name}#0")]);
            assert!(section.stdout.contains("yuan"), "{name}: {}", section.stderr);
            let why = workbench.search(&["why", "-j", name, "yuan"]);
            assert_eq!(id_of(&why), id.as_str(), "{name}: {}", why.stderr);
            let similar = workbench.search(&["similar", "-j", "-n", "3", name]);
            assert_eq!(similar.code, 0, "{name}: {}", similar.stderr);
            assert!(similar.rows().iter().all(|row| row["id"] != id.as_str()), "{name}");
        }
    }
}

#[test]
fn a_removed_page_goes_by_every_name() {
    for (name, gone) in [
        ("corpus/deep/a.txt", "Implants"),
        ("./corpus/./deep/a.txt", "Implants"),
        ("corpus/feed.jsonl#1", "Crowns"),
        ("./corpus/feed.jsonl#1", "Crowns"),
        ("k1", "Crowns"),
    ] {
        let workbench = bench();
        let removed = workbench.search(&["remove", "--yes", name]);
        assert_eq!(removed.code, 0, "{name}: {}", removed.stderr);
        assert_eq!(workbench.search(&["index"]).code, 0);
        let rows = workbench.search(&["export"]).rows();
        assert!(
            rows.len() == 3 && rows.iter().all(|row| row["title"] != gone),
            "{name} is forgotten for good: {rows:?}"
        );
    }
}

#[test]
fn names_of_none_and_of_many() {
    let workbench = bench();
    for command in ["show", "similar", "why", "remove"] {
        let asked = |name: &str| {
            let words: &[&str] = if command == "why" { &["yuan"] } else { &[] };
            workbench.search(&[&[command, name], words].concat())
        };
        let empty = asked("");
        assert_eq!(empty.code, 2, "{command}: {}", empty.stderr);
        assert!(empty.stderr.contains("it names nothing"), "{command}: {}", empty.stderr);
        let none = asked("corpus/none.txt");
        assert_eq!(none.code, 1, "{command}: {}", none.stderr);
        assert!(none.stderr.contains("no page goes by `corpus/none.txt`"), "{command}: {}", none.stderr);
        let many = asked("corpus/feed.jsonl");
        assert_eq!(many.code, 2, "{command}: {}", many.stderr);
        assert!(many.stderr.contains("several pages go by `corpus/feed.jsonl`"), "{command}: {}", many.stderr);
        assert_eq!(many.stderr.matches("search show ").count(), 2, "{command}: {}", many.stderr);
    }
}
