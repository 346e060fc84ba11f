//! Of which site pages are that name no address, and by how many threads they are read.

use crate::workbench::{Run, Workbench};

/// Drops a line on one site.
const RULES: &str = r#"
[[site]]
host = "a.example"
drop = ["^the fox of the day"]
examples = ["The fox of the day sleeps in our garden."]
"#;
const FOX: &str = "The fox of the day sleeps in the garden of the clinic, and nobody knows why it does so.";

fn page(name: &str) -> String {
    format!("About {name}\n\nThe {name} lives in a wide land and sleeps at noon, which is well known.\n\n{FOX}\n")
}

fn bench() -> Workbench {
    let with_address = serde_json::json!({"url": "https://b.example/1", "text": page("quagga")});
    let without = serde_json::json!({"id": "7", "text": page("okapi")});
    Workbench::with_files(&[
        ("corpus/zebra.txt", page("zebra").as_bytes()),
        ("corpus/feed.jsonl", format!("{with_address}\n{without}\n").as_bytes()),
        ("rules/sites.toml", RULES.as_bytes()),
    ])
}

/// The titles of the pages that hold the line of the rule.
fn with_fox(run: &Run) -> Vec<String> {
    let rows = run.rows();
    let rows = rows.iter().filter(|row| row["text"].to_string().contains("fox of the day"));
    let mut titles: Vec<String> = rows.map(|row| row["title"].as_str().expect("a title").to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn pages_without_an_address_are_of_the_site_that_is_named() {
    let workbench = bench();
    let all = ["About okapi", "About quagga", "About zebra"];
    for (name, arguments, left, found) in [
        ("no name", &["index"][..], &all[..], &[][..]),
        ("named", &["index", "--site", "https://www.A.example/x"], &["About quagga"], &["About okapi", "About zebra"]),
        ("unchanged", &["index", "--site", "a.example"], &["About quagga"], &["About okapi", "About zebra"]),
        ("another name", &["index", "--site", "c.example"], &all, &[]),
        ("no name again", &["index"], &all, &[]),
        (
            "named, built anew",
            &["index", "--full", "--site", "a.example"],
            &["About quagga"],
            &["About okapi", "About zebra"],
        ),
    ] {
        let run = workbench.search(&[&["--knowledge", "rules"], arguments].concat());
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let changed = if name == "unchanged" { "0 changed" } else { "" };
        assert!(run.stderr.contains(changed), "{name}: {}", run.stderr);
        assert_eq!(with_fox(&workbench.search(&["export"])), left, "{name}");
        let hits = workbench.search(&["-j", "--sort", "title", "--site", "a.example"]);
        let titles: Vec<_> = hits.rows().iter().map(|row| row["title"].clone()).collect();
        assert_eq!(titles, found, "{name}");
    }
    let extracted = workbench.search(&["--knowledge", "rules", "extract", "--site", "a.example"]);
    assert_eq!(with_fox(&extracted), ["About quagga"]);
    let removed = workbench.search(&["remove", "--yes", "site:a.example"]);
    assert_eq!(removed.code, 0, "{}", removed.stderr);
    assert_eq!(workbench.search(&["export"]).rows().len(), 1, "taken down by the same name");
}

#[test]
fn a_change_of_rules_is_tried_on_pages_as_they_are_read() {
    let workbench = bench();
    assert_eq!(workbench.search(&["index", "--site", "a.example"]).code, 0);
    for (arguments, expected) in [
        (&["settings", "set", "sites.toml", "rules/sites.toml", "--dry-run"][..], "would change 0 pages of 3"),
        (
            &["settings", "set", "sites.toml", "rules/sites.toml", "--dry-run", "--site", "a.example"],
            "would change 2 pages of 3",
        ),
        (&["settings", "check", "rules", "--site", "a.example"], "would change 2 pages of 3"),
    ] {
        let run = workbench.search(arguments);
        assert!(run.code == 0 && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
    let saved = workbench.search(&["settings", "set", "sites.toml", "rules/sites.toml", "--site", "a.example"]);
    assert!(saved.code == 2 && saved.stderr.contains("with --dry-run only"), "{}", saved.stderr);
}

#[test]
fn threads_change_nothing_but_the_time() {
    let workbench = bench();
    for number in 0..40 {
        workbench.write(&format!("corpus/{number}.txt"), page(&format!("zebra {number}")).as_bytes());
    }
    for jobs in ["1", "3"] {
        let run = workbench.search(&["-i", &format!("index{jobs}"), "index", "--jobs", jobs]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let exported = workbench.search(&["-i", "index1", "export"]).stdout;
    assert!(exported.lines().count() == 43 && workbench.search(&["-i", "index3", "export"]).stdout == exported);
    for (arguments, message) in [
        (["index", "--jobs", "0"], "0 is not in 1..=256"),
        (["index", "--jobs", "many"], "invalid digit"),
        (["watch", "--jobs", "257"], "257 is not in 1..=256"),
        (["extract", "--jobs", "-1"], "unexpected argument"),
        (["index", "--site", ""], "a site is named by its host"),
        (["index", "--site", "a b"], "a site is named by its host"),
    ] {
        let run = workbench.search(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    }
}
