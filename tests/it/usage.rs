//! Command lines that are nearly right, and what is said beside the results.

use serde_json::Value;

use crate::workbench::{Workbench, corpus};

const PAGE: &str = "Can Dalian Haijing Dental Clinic be paid by medical insurance?\n\n\
    Dalian Haijing Dental Clinic is a clinic in Dalian. Dental implants are not covered by the medical insurance there.\n";

/// A folder with one page, which is indexed.
fn bench() -> Workbench {
    let workbench = Workbench::with_files(&[("corpus/a.txt", PAGE.as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

#[test]
fn words_and_flags() {
    let workbench = bench();
    for (name, arguments, code, stderr) in [
        ("a filter to leave out", &["beauty", "-city:Chongqing"][..], 2, "try: search 'beauty -city:Chongqing'  "),
        ("at the beginning", &["-verdict:no", "beauty"], 2, "try: search -- '-verdict:no beauty'  "),
        ("as it is advised", &["--", "-city:Dalian implants"], 1, ""),
        ("words in one argument", &["-insurance beauty"], 2, "try: search -- '-insurance beauty'  "),
        ("a flag with one dash", &["beauty", "-not", "surgery"], 2, "try: --not  "),
        ("a number below zero", &["-n", "-5", "implants"], 2, "error: invalid value '-5'"),
        ("words stay in their order", &["-n", "3", "index", "corpus"], 2, "try: search -n 3 -- index corpus  "),
        ("and so does a command", &["-n", "3", "index", "corpus"], 2, "       search index corpus  "),
        ("a dash that is a word", &["q", "--", "-"], 2, "no words to search for"),
        ("a mistyped command without a slash", &["idnex", "corpus"], 1, "mean the command: search index corpus"),
        (
            "no file of queries",
            &["--queries", "gone"],
            2,
            "error: cannot read gone: No such file or directory\n  try: ",
        ),
        ("no folder of knowledge", &["--knowledge", "gone", "implants"], 2, "try: name a folder"),
        ("the format of another command", &["extract", "-"], 2, "search extract --format jsonl -"),
        ("a file for an index", &["-i", "corpus/a.txt", "implants"], 3, "an index is a folder"),
        ("how to make that index", &["-i", "elsewhere", "implants"], 3, "try: search -i elsewhere index corpus/"),
        ("help on a command's command", &["help", "settings", "set"], 0, ""),
        ("help on no command of it", &["help", "settings", "colour"], 2, "there is no help on `settings colour`"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(stderr), "{name}: {}", run.stderr);
    }
}

#[test]
fn errors_of_every_command_are_rows_where_rows_are_asked_for() {
    let workbench = bench();
    for (name, arguments, code) in [
        ("export", &["-i", "gone", "export", "-j"][..], 3),
        ("extract", &["extract", "-j", "gone"], 2),
        ("index", &["index", "-j", "gone"], 2),
        ("remove", &["-i", "gone", "remove", "-j", "--list"], 3),
        ("settings", &["-i", "gone", "settings", "get", "-j"], 3),
        ("watch", &["watch", "-j", "gone"], 2),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        let row: Value = serde_json::from_str(run.stderr.trim_end()).expect(&run.stderr);
        assert!(row["error"]["code"].is_string() && row["error"]["try"].is_array(), "{name}: {row}");
    }
    let run = workbench.search(&["index", "-j"]);
    assert!(run.code == 0 && run.rows().last().expect("a sum")["unchanged"] == 1, "{}", run.stdout);
    assert_eq!(workbench.search(&["export", "-j"]).stdout, workbench.search(&["export"]).stdout);
    let removed = workbench.search(&["remove", "-j", "--yes", "corpus/a.txt"]).rows();
    assert_eq!((&removed[0]["v"], &removed[0]["pages"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(workbench.search(&["remove", "-j", "--list"]).rows()[0]["name"], "corpus/a.txt");
}

#[test]
fn what_rows_do_not_say_is_said_beside_them() {
    let workbench = Workbench::new();
    workbench.copy(&corpus(), "corpus");
    assert_eq!(workbench.search(&["index"]).code, 0);
    for format in ["paths", "csv", "tsv", "md", "urls", "ndjson"] {
        let run = workbench.search(&["-o", format, "chonqing medcial insurance"]);
        let corrected = "No page has “chonqing” or “medcial”. Showing: chongqing medical insurance";
        assert!(run.code == 0 && run.stderr.contains(corrected), "{format}: {}", run.stderr);
        let run = workbench.search(&["-o", format, "Lhasa", "insurance"]);
        assert_eq!(run.code, 1, "{format}");
        assert!(run.stderr.contains("No page is about Lhasa. The nearest pages follow"), "{format}: {}", run.stderr);
        let run = workbench.search(&["-q", "-o", format, "Lhasa", "insurance"]);
        assert_eq!(run.stderr, "", "{format}");
    }
    assert_eq!(workbench.search(&["-o", "json", "Lhasa insurance"]).stderr, "", "an object says it itself");
}

#[test]
fn pages_without_a_value_of_a_facet() {
    let workbench = bench();
    workbench.write(
        "corpus/b.txt",
        b"On sleep\n\nWhoever sleeps at noon should be quiet, as is well known in the wide land.\n",
    );
    let run = workbench.search(&["index"]);
    assert!(run.stderr.contains("no city found 1 (search facets city --none)"), "{}", run.stderr);
    let run = workbench.search(&["facets", "city", "--none"]);
    assert!(run.code == 0 && run.stdout.contains("corpus/b.txt  On sleep"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert_eq!(workbench.search(&["facets", "city", "--none", "-j"]).rows()[0]["path"], "corpus/b.txt");
    assert_eq!(workbench.search(&["facets", "lang", "--none"]).code, 1);
    assert_eq!(workbench.search(&["facets", "--none"]).code, 2, "of which facet?");
}

#[test]
fn a_removal_by_the_beginning_of_an_id_is_of_the_whole() {
    let workbench = bench();
    let id = workbench.search(&["-j", "implants"]).rows()[0]["id"].as_str().expect("an id").to_owned();
    for undone in [id.as_str(), &id[..6]] {
        assert_eq!(workbench.search(&["remove", "--yes", &id[..5]]).code, 0);
        assert_eq!(workbench.search(&["remove", "--list"]).stdout, format!("{id}\n"));
        let run = workbench.search(&["remove", "--undo", undone]);
        assert_eq!(run.code, 0, "{undone}: {}", run.stderr);
        assert_eq!(workbench.search(&["index"]).code, 0);
        assert_eq!(workbench.search(&["-j", "implants"]).code, 0, "it is back");
    }
    let run = workbench.search(&["remove", "--yes", "site:"]);
    assert!(run.code == 2 && run.stderr.contains("it names nothing"), "{}", run.stderr);
}

#[test]
fn an_index_that_cannot_be_read_is_no_usable_one() {
    let workbench = bench();
    for (name, bytes) in [("no UTF-8", &b"\xFF\xFE{"[..]), ("no JSON", b"{"), ("nothing", b"")] {
        workbench.write("index/search-index.json", bytes);
        let asked = workbench.search(&["implants"]);
        assert!(asked.code == 3 && asked.stderr.contains("try: search doctor "), "{name}: {}", asked.stderr);
        assert!(!asked.stderr.contains("Error"), "{name}: no text of the program: {}", asked.stderr);
        assert_eq!(workbench.search(&["doctor"]).code, 3, "{name}");
    }
    workbench.write("index/search-index.json", b"\xFF\xFE{");
    let examined = workbench.search(&["doctor", "--fix"]);
    assert_eq!(examined.code, 0, "which generation it is can be told: {}", examined.stderr);
    assert_eq!(workbench.search(&["implants"]).code, 0);
}

#[test]
fn a_page_that_is_not_there_has_a_reason() {
    let workbench = bench();
    workbench.write("corpus/empty.txt", b"");
    workbench.write("corpus/b.txt", PAGE.as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    let skipped = workbench.search(&["why", "corpus/empty.txt", "implants"]);
    assert!(skipped.code == 1 && skipped.stderr.contains("cause: it was skipped: "), "{}", skipped.stderr);
    let copies = ["corpus/a.txt", "corpus/b.txt"].map(|page| workbench.search(&["why", page, "implants"]));
    let told =
        copies.iter().filter(|why| why.code == 1 && why.stdout.contains("has the same article and stands for it"));
    assert_eq!(told.count(), 1, "{} {}", copies[0].stdout, copies[1].stdout);
    assert_eq!(workbench.search(&["remove", "--yes", "corpus/a.txt"]).code, 0);
    let removed = workbench.search(&["why", "corpus/a.txt", "implants"]);
    assert!(removed.stderr.contains("try: search remove --undo corpus/a.txt"), "{}", removed.stderr);
    let undone = workbench.search(&["remove", "--undo", "corpus/a.txt", "-j"]);
    assert!(undone.code == 0 && undone.stdout.contains("corpus/a.txt"), "{} {}", undone.stdout, undone.stderr);
}

#[test]
fn a_text_without_an_end_is_refused() {
    let workbench = bench();
    if std::path::Path::new("/dev/zero").exists() {
        let run = workbench.search(&["--queries", "/dev/zero"]);
        assert!(run.code == 2 && run.stderr.contains("longer than 64 MB"), "{}", run.stderr);
    }
}
