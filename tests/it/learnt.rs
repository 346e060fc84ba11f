//! Chrome that no rule knows, learnt from the pages of a site together: the real program over real files.

use serde_json::Value;

use crate::workbench::Workbench;

const HEADING: &str = "Words from the harbour office";
const NOTICE: &str =
    "The harbour office lends these pages to anybody who likes boats, and asks them to be returned dry.";

/// A page of a site whose furniture is worded as no rule words it.
fn page(name: &str) -> String {
    format!(
        "How the {name} treatment works in Dalian\n\n\
         The {name} treatment takes about an hour, and {name} patients go home on the same day.\n\n\
         1. Before the {name} treatment\n\n\
         A doctor looks at the {name} history and asks about other illnesses before anything is done.\n\n\
         Summary\n\n\
         To sum up, the {name} treatment is short, and its {name} price is known beforehand.\n\n\
         {HEADING}\n\n{NOTICE}\n"
    )
}

fn with_pages(names: &[&str]) -> Workbench {
    let workbench = Workbench::new();
    for name in names {
        workbench.write(&format!("corpus/{name}.txt"), page(name).as_bytes());
    }
    workbench
}

fn texts(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["text"].to_string()).collect()
}

fn assert_clean(rows: &[Value], pages: usize) {
    assert_eq!(rows.len(), pages);
    for text in texts(rows) {
        assert!(!text.contains(HEADING) && !text.contains(NOTICE), "{text}");
        assert!(text.contains("Summary") && text.contains("To sum up"), "{text}");
    }
}

#[test]
fn three_pages_show_what_their_site_shares_and_two_lose_nothing() {
    let two = with_pages(&["laser", "filler"]);
    for command in [&["extract", "corpus"][..], &["export"]] {
        two.search(&["index"]);
        for text in texts(&two.search(command).rows()) {
            assert!(text.contains(HEADING) && text.contains(NOTICE), "{command:?}: {text}");
        }
    }
    let three = with_pages(&["laser", "filler", "braces"]);
    let run = three.search(&["index"]);
    assert!(run.stderr.contains("template 3"), "{}", run.stderr);
    assert_clean(&three.search(&["export"]).rows(), 3);
    assert_clean(&three.search(&["extract", "corpus"]).rows(), 3);
    assert_eq!(three.search(&["lends"]).code, 1, "learnt chrome is not searched");
    let id = three.search(&["export"]).rows()[0]["id"].as_str().expect("an id").to_owned();
    let removed = three.search(&["show", &id, "--removed"]).stdout;
    assert!(removed.contains("on 3 of 3 pages of this site") && removed.contains(NOTICE), "{removed}");
}

#[test]
fn a_later_page_cleans_the_earlier_ones_and_may_bring_lines_back() {
    let workbench = with_pages(&["laser", "filler"]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    assert_eq!(workbench.search(&["lends"]).code, 0, "two pages tell nothing");
    workbench.write("corpus/braces.txt", page("braces").as_bytes());
    let third = workbench.search(&["index"]);
    assert!(third.stderr.contains("1 new, 0 changed, 2 unchanged"), "{}", third.stderr);
    assert!(third.stderr.contains("3 pages cleaned again"), "{}", third.stderr);
    assert_clean(&workbench.search(&["export"]).rows(), 3);
    workbench.write("corpus/veneers.txt", page("veneers").as_bytes());
    let fourth = workbench.search(&["index"]);
    assert!(!fourth.stderr.contains("cleaned again"), "known chrome goes while reading: {}", fourth.stderr);
    assert_clean(&workbench.search(&["export"]).rows(), 4);

    for name in ["laser", "filler", "braces"] {
        workbench.write(&format!("corpus/{name}.txt"), page(name).replace(NOTICE, "").replace(HEADING, "").as_bytes());
    }
    assert_eq!(workbench.search(&["index"]).code, 0);
    let kept = texts(&workbench.search(&["export"]).rows());
    assert_eq!(kept.iter().filter(|text| text.contains(NOTICE)).count(), 1, "on one page it is what the page says");
}

#[test]
fn the_same_pages_give_the_same_index_whatever_the_runs() {
    let names = ["laser", "filler", "braces", "veneers", "botox"];
    let at_once = with_pages(&names);
    assert_eq!(at_once.search(&["index"]).code, 0);
    let one_by_one = Workbench::new();
    for name in ["botox", "laser", "veneers", "braces", "filler"] {
        one_by_one.write(&format!("corpus/{name}.txt"), page(name).as_bytes());
        assert_eq!(one_by_one.search(&["index"]).code, 0);
    }
    assert_eq!(one_by_one.search(&["export"]).stdout, at_once.search(&["export"]).stdout);
}

#[test]
fn a_dry_run_shows_what_would_be_cut_and_writes_nothing() {
    let workbench = with_pages(&["laser", "filler", "braces"]);
    let run = workbench.search(&["index", "--dry-run", "--removed"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("would index 3 pages") && run.stderr.contains("3 new"), "{}", run.stderr);
    for shown in ["template", "on 3 of 3 pages of this site", NOTICE] {
        assert!(run.stdout.contains(shown), "{shown}: {}", run.stdout);
    }
    assert!(!workbench.path().join("index").exists(), "nothing is written");
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench.write("corpus/veneers.txt", page("veneers").as_bytes());
    let before = workbench.search(&["export"]).stdout;
    let again = workbench.search(&["index", "--dry-run"]);
    assert!(again.stderr.contains("1 new, 0 changed, 3 unchanged"), "{}", again.stderr);
    assert_eq!(workbench.search(&["export"]).stdout, before);
}
