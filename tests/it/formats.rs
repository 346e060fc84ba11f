//! Every output format over a small corpus, and what a terminal gets that a pipe does not.

use std::process::{Command, Stdio};

use crate::workbench::{Workbench, corpus};

fn bench() -> Workbench {
    let workbench = Workbench::with_files(&[
        (
            "corpus/feed.jsonl",
            concat!(
                r#"{"url": "https://a.example/fees?a=1&b=2", "title": "=Implant fees in Dalian", "text": "#,
                r#""What do implants cost in Dalian?\n\nAt Dalian Haijing Dental Clinic implants cost 9,000 yuan, \"all in\", says the clinic."}"#,
                "\n"
            )
            .as_bytes(),
        ),
        ("corpus/a.txt", b"Implant fees in Harbin\n\nImplants in Harbin cost 8,000 yuan at Harbin Beixing Dental Clinic."),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

#[test]
fn formats() {
    let workbench = bench();
    for (name, arguments, expected) in [
        ("addresses", &["-o", "urls"][..], "https://a.example/fees?a=1&b=2\n"),
        ("files", &["-o", "paths", "-c", "Harbin"], "corpus/a.txt\n"),
        ("a template", &["--template", r"{lang}\t{city}", "-c", "Harbin"], "en\tHarbin\n"),
        ("a template before a format", &["--template", "{rank}", "-o", "json", "-c", "Harbin"], "1\n"),
        ("nothing found in a table", &["-o", "urls", "-c", "Lhasa"], ""),
    ] {
        let run = workbench.search(&[arguments, &["implant fees"]].concat());
        assert_eq!(run.stdout, expected, "{name}: {}", run.stderr);
    }
    let addresses = workbench.search(&["-o", "urls", "implant fees"]);
    assert!(addresses.stderr.contains("1 hit without an address left out"), "{}", addresses.stderr);
    let pretty = workbench.search(&["implant fees"]);
    assert_eq!(
        workbench.search(&["-o", "plain", "implant fees"]).stdout,
        pretty.stdout,
        "a pipe gets plain text anyway"
    );
    let markdown = workbench.search(&["-o", "md", "implant fees"]).stdout;
    assert!(
        markdown.starts_with("## implant fees\n\n1. **") && markdown.contains("](<https://a.example/fees?a=1&b=2>)**")
    );
    let wrong = workbench.search(&["--template", "{colour}", "implant fees"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("no value is called `colour`"), "{}", wrong.stderr);
}

#[test]
fn tables_are_for_spreadsheets() {
    let workbench = bench();
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        workbench.write("queries.txt", b"implant fees\nHarbin fees\n");
        let run = workbench.search(&["-o", format, "--queries", "queries.txt"]);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(delimiter == b',')
            .from_reader(run.stdout.as_bytes());
        let names = reader.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows of one length");
        assert_eq!(rows.len(), 4, "{format}: one header, two hits for each query");
        let column = |name: &str| names.iter().position(|own| own == name).expect("a column");
        let titles: Vec<&str> = rows.iter().map(|row| &row[column("title")]).collect();
        assert!(titles.contains(&"'=Implant fees in Dalian"), "{format}: defused, {titles:?}");
        assert_eq!(&rows[0][column("qid")], "1");
    }
}

#[test]
fn colours_and_links_only_where_they_are_wanted() {
    let workbench = bench();
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_search"));
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "FORCE_HYPERLINK", "SEARCH_OUTPUT", "SEARCH_INDEX"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).args(arguments).arg("implant fees").current_dir(workbench.path());
        String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
    };
    let (colour, link) = ("\u{1b}[", "\u{1b}]8;;https://a.example/fees?a=1&b=2\u{1b}\\");
    for (name, variables, arguments, has_colour, has_link) in [
        ("a pipe", &[][..], &[][..], false, false),
        ("forced", &[("CLICOLOR_FORCE", "1")], &[], true, false),
        ("forced otherwise", &[("FORCE_COLOR", "1")], &[], true, false),
        ("forbidden", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false, false),
        ("a flag", &[("NO_COLOR", "1")], &["--color", "always"], true, false),
        ("links alone", &[], &["--hyperlinks", "always"], false, true),
        ("links by a variable", &[("FORCE_HYPERLINK", "1")], &[], false, true),
        ("both", &[("FORCE_HYPERLINK", "1")], &["--color=always"], true, true),
        ("never in rows", &[("FORCE_HYPERLINK", "1"), ("FORCE_COLOR", "1")], &["-j"], false, false),
        ("nor in plain text", &[("FORCE_HYPERLINK", "1"), ("FORCE_COLOR", "1")], &["-o", "plain"], false, false),
    ] {
        let text = run(variables, arguments);
        assert_eq!((text.contains(colour), text.contains(link)), (has_colour, has_link), "{name}: {text:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let workbench = bench();
    workbench.copy(&corpus(), "corpus");
    assert_eq!(workbench.search(&["index"]).code, 0);
    for arguments in [&["export"][..], &["-j", "-n", "1000", "clinic"], &["-n", "1000", "clinic"], &["facets"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_search"))
            .args(arguments)
            .current_dir(workbench.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("error"), "{arguments:?}: {stderr}");
    }
}

/// On a terminal of 80 columns and 10 lines, which `script` makes.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_a_pager_where_the_screen_is_too_small() {
    let workbench = bench();
    let shown = |arguments: &str, pager: &str| {
        let line = format!("stty cols 80 rows 10; {} {arguments}", env!("CARGO_BIN_EXE_search"));
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("SEARCH_PAGER", pager)
            .env("TERM", "xterm-kitty")
            .env_remove("NO_COLOR")
            .env_remove("COLUMNS")
            .current_dir(workbench.path())
            .stdin(Stdio::null())
            .output();
        output.ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(paged) = shown("-n 2 implant fees", "sed s/^/P:/") else {
        eprintln!("skipped: there is no `script` to make a terminal");
        return;
    };
    let is_whole = paged.contains("P: ") && paged.contains("\u{1b}[") && paged.contains("\u{1b}]8;;https://a.example");
    assert!(is_whole, "{paged:?}");
    assert!(!shown("--no-pager -n 2 implant fees", "sed s/^/P:/").expect("runs").contains("P:"));
    assert!(!shown("-o json implant fees", "sed s/^/P:/").expect("runs").contains("P:"), "rows are never paged");
    assert!(!shown("-n 1 --passages 0 -q -c Lhasa fees", "sed s/^/P:/").expect("runs").contains("P:"), "a short text");
    assert!(shown("-n 2 implant fees", "no-such-pager").expect("runs").contains("Answer"), "without a pager");
}
