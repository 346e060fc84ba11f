//! What the screens look like, over the shipped corpus: kept in `snapshots/`, and those of the README compared with it.
//!
//! `INSTA_UPDATE=always cargo test --test it screens` takes over what has changed on purpose.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::workbench::{Workbench, corpus};

/// A folder with the shipped corpus in it.
fn bench() -> Workbench {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    workbench
}

/// What the program prints, as a reader sees it: first standard output, then standard error, then the exit code.
fn screen(workbench: &Workbench, arguments: &[&str]) -> String {
    let run = workbench.search(arguments);
    let mut screen = run.stdout.clone();
    if !run.stderr.is_empty() {
        let _ = write!(screen, "--- standard error\n{}", run.stderr);
    }
    if run.code != 0 {
        let _ = writeln!(screen, "--- exit code {}", run.code);
    }
    screen
}

/// Compares screens with their snapshots, but for times and where the test runs.
fn assert_screens(workbench: &Workbench, screens: &[(&str, &[&str])]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.add_filter(r"\d+ ms\b", "[N] ms");
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "[TIME]");
    settings.add_filter(r"in \d+\.\d s\b", "in [N] s");
    settings.add_filter(r#""took_ms":[0-9.]+"#, r#""took_ms":[N]"#);
    settings.add_filter(r"reports/[0-9TZ-]+\.ndjson", "reports/[TIME].ndjson");
    settings.add_filter(r"index/ [0-9.]+ [kM]B", "index/ [N] kB");
    let here = fs::canonicalize(workbench.path()).expect("there");
    for folder in [workbench.path(), &here] {
        let folder = folder.to_string_lossy();
        let escaped: String =
            folder.chars().flat_map(|c| if c.is_alphanumeric() { vec![c] } else { vec!['\\', c] }).collect();
        settings.add_filter(&escaped, "[HERE]");
    }
    for (name, arguments) in screens {
        let description = format!("search {}", arguments.join(" "));
        settings.set_description(description);
        settings.bind(|| insta::assert_snapshot!(*name, screen(workbench, arguments)));
    }
}

#[test]
fn screens_of_the_corpus() {
    let workbench = bench();
    assert_screens(
        &workbench,
        &[
            ("dry_run", &["index", "--dry-run", "corpus/"]),
            ("index", &["index", "corpus/"]),
            ("answer", &["-n", "2", "Chongqing medical insurance beauty"]),
            (
                "answer_folded",
                &["-n", "2", "--group", "template", "--context", "1", "Chongqing medical insurance beauty"],
            ),
            ("answer_second_page", &["-n", "2", "-p", "2", "Chongqing medical insurance beauty"]),
            ("answer_markdown", &["-n", "2", "-o", "md", "重庆 医保 报销"]),
            ("answer_table", &["-n", "2", "-o", "csv", "Chongqing medical insurance beauty"]),
            ("answer_row", &["-j", "-n1", "Chongqing medical insurance beauty"]),
            ("nothing_together", &["--all", "Lhasa laser eye surgery"]),
            ("nothing_with_filters", &["--all", "-c", "Chongqing", "zebra fees insurance verdict:no -surgery"]),
            ("nothing_in_chinese", &["--all", "热玛吉 斑马 双眼皮"]),
            ("nothing_under_a_filter", &["-c", "Lhasa", "laser surgery"]),
            ("nothing_found", &["Lhasa laser eye surgery"]),
            ("typo", &["-n", "1", "chonqing medcial insurance"]),
            ("facets", &["facets", "city"]),
            ("explained_rows", &["-j", "-n1", "--explain", "price of a dental implant"]),
            ("suggest", &["suggest", "cq"]),
            ("similar", &["similar", "corpus/text/lanting/chongqing-lanxiduo-insurance.txt", "-n", "2"]),
            ("stats_of_words", &["facets", "topic", "--of", "price"]),
        ],
    );
}

#[test]
fn screens_without_pages() {
    let workbench = Workbench::new();
    assert_screens(
        &workbench,
        &[
            ("no_index", &["medical insurance"]),
            ("no_index_for_programs", &["-j", "medical insurance"]),
            ("help", &["help"]),
            ("help_of_a_command", &["help", "suggest"]),
            ("help_query", &["help", "query"]),
            ("help_output", &["help", "output"]),
            ("help_config", &["help", "config"]),
            ("a_flag_of_a_search", &["-c", "Chongqing", "index"]),
            ("a_word_to_leave_out", &["beauty", "-surgery"]),
            ("a_path_that_is_not_there", &["index", "fees"]),
            ("an_unknown_format", &["-o", "xml", "fees"]),
        ],
    );
}

#[test]
fn screens_of_an_older_index() {
    let workbench = Workbench::new();
    workbench.write("index/search-index.json", br#"{"format":2,"written_by":"0.0.3","generation":"generation-1"}"#);
    workbench.write("index/generation-1/meta.json", br#"{"segments":[{"max_doc":18204,"deletes":null}]}"#);
    let words: &[&str] = &["medical insurance"];
    assert_screens(
        &workbench,
        &[("an_older_index", words), ("an_older_index_for_programs", &["-j", "medical insurance"])],
    );
}

/// The blocks of the README whose first line runs the program print what stands below it.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("readable");
    let workbench = bench();
    workbench.copy(&corpus(), "pages");
    assert_eq!(workbench.search(&["-q", "index"]).code, 0);
    let mut compared = 0;
    for block in readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let (command, shown) = block.split_once('\n').expect("a line");
        let arguments =
            ["$ cargo run --release -- ", "$ search "].into_iter().find_map(|start| command.strip_prefix(start));
        let Some(arguments) = arguments.filter(|_| !shown.trim().is_empty()) else { continue };
        let arguments = words(arguments);
        let fresh = Workbench::new();
        fresh.copy(&corpus(), "pages");
        let place = if arguments.first().is_some_and(|word| word == "index") { &fresh } else { &workbench };
        let run = place.search(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let printed = without_times(&(run.stdout + &run.stderr));
        let mut printed = printed.lines();
        for line in without_times(shown).lines() {
            if line.trim() == "…" {
                break;
            }
            let own = printed.next().unwrap_or_default();
            match line.strip_suffix('…') {
                Some(beginning) => assert!(own.starts_with(beginning), "{command}: {own}"),
                None => assert_eq!(own, line, "{command}"),
            }
        }
        compared += 1;
    }
    assert!(compared >= 2, "there are blocks to compare: {compared}");
}

/// The words of a command line, those in quotation marks as one.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// The text with every number before a unit of time or room taken out.
fn without_times(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for index in 1..words.len() {
        let is_unit = ["ms", "s", "kB", "ms\n", "s\n", "kB\n"].contains(&words[index]);
        if is_unit && words[index - 1].parse::<f64>().is_ok() {
            words[index - 1] = "N";
        }
    }
    words.join(" ")
}
