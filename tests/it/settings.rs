//! Flags, variables and `search.toml`, in this order.

use std::process::Command;

use article_search::backend::embedded::{Patience, WriterLock};

use crate::workbench::{Workbench, walk};

fn bench() -> Workbench {
    let workbench = Workbench::with_files(&[
        ("pages/a.txt", b"Implant fees in Dalian\n\nImplants cost 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("pages/b.txt", b"Implant fees in Harbin\n\nImplants cost 8,000 yuan at Harbin Beixing Dental Clinic."),
        ("below/here/note", b"."),
        ("search.toml", b"index = \"my-index\"\ncorpus = \"pages\"\nlimit = 1\noutput = \"paths\"\n"),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

/// What standard output and standard error hold, and the exit code, run in `folder` with these variables.
fn run(workbench: &Workbench, folder: &str, variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_search"));
    for name in ["SEARCH_INDEX", "SEARCH_OUTPUT", "SEARCH_CORPUS", "SEARCH_CONFIG"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).args(arguments).current_dir(workbench.path().join(folder));
    let output = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn errors_are_rows_where_the_variable_asks_for_rows() {
    let workbench = bench();
    let rows = [("SEARCH_OUTPUT", "json")];
    let (code, _, told) = run(&workbench, "", &rows, &["--nope", "fees"]);
    assert!(code == 2 && told.starts_with("{\"error\""), "{told}");
    let (code, _, told) = run(&workbench, "", &rows, &["--nope", "-o", "plain", "fees"]);
    assert!(code == 2 && told.starts_with("error:"), "{told}");
}

/// A mistake that came into what is saved, past the program, is found and can be taken away by it.
#[test]
fn saved_files_that_are_wrong_can_be_taken_away() {
    let workbench = bench();
    workbench.write("my-index/settings/sites.toml", b"x");
    workbench.write("my-index/settings/synonyms.toml", b"x");
    assert_eq!(workbench.search(&["implants"]).code, 2);
    let examined = workbench.search(&["doctor"]);
    assert!(examined.code == 3 && examined.stdout.contains("broken: settings: "), "{}", examined.stdout);
    assert!(examined.stdout.contains("settings edit FILE"), "{}", examined.stdout);
    let row = &workbench.search(&["doctor", "-j"]).rows()[0];
    assert_eq!(row["finding"]["remedy"], "correct");
    let other = workbench.search_with_input(&["settings", "set", "sites.toml", "-"], b"# nothing\n");
    assert!(other.code == 2 && other.stderr.contains("my-index/settings/synonyms.toml:1"), "{}", other.stderr);
    for file in ["sites.toml", "synonyms.toml"] {
        let run = workbench.search_with_input(&["settings", "set", file, "-"], b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert_eq!((workbench.search(&["implants"]).code, workbench.search(&["doctor"]).code), (0, 0));
}

#[test]
fn a_query_that_cannot_be_asked_has_the_keys_of_one_that_can() {
    let workbench = bench();
    let queries = b"qid\tquery\na\timplants\nb\timplants city:Nowhereville\n";
    let run = workbench.search_with_input(&["-", "-o", "json"], queries);
    let keys = |row: &serde_json::Value| -> std::collections::BTreeSet<String> {
        row.as_object().expect("an object").keys().filter(|key| *key != "error").cloned().collect()
    };
    let rows = run.rows();
    assert_eq!(rows.len(), 2, "{}", run.stderr);
    assert!(rows[0]["error"].is_null() && rows[1]["error"]["code"].is_string(), "{}", run.stdout);
    assert_eq!(keys(&rows[0]), keys(&rows[1]));
}

#[test]
fn saved_files_come_out_as_they_went_in() {
    let workbench = bench();
    let text = "# tabs\tand\u{200b}all\n";
    assert_eq!(workbench.search_with_input(&["settings", "set", "sites.toml", "-"], text.as_bytes()).code, 0);
    assert_eq!(workbench.search(&["settings", "get", "sites.toml"]).stdout, text);
}

#[test]
fn the_order_of_settings() {
    let workbench = bench();
    assert!(workbench.path().join("my-index").is_dir(), "paths count from the folder of the file");
    for (name, folder, variables, arguments, lines, has) in [
        ("the file", "", &[][..], &["implants"][..], 1, "pages/"),
        ("the file, from below", "below/here", &[], &["implants"], 1, "pages/"),
        ("a variable before the file", "", &[("SEARCH_OUTPUT", "tsv")], &["implants"], 2, "rank\t"),
        ("an empty variable is none", "", &[("SEARCH_OUTPUT", "")], &["implants"], 1, "pages/"),
        ("a flag before both", "", &[("SEARCH_OUTPUT", "tsv")], &["-o", "ndjson", "-n", "2", "implants"], 2, "\"v\":1"),
        ("and -j", "", &[("SEARCH_OUTPUT", "tsv")], &["-j", "-n", "2", "implants"], 2, "\"v\":1"),
        ("help although", "", &[("SEARCH_CONFIG", "gone.toml")], &["help", "config"], 16, "search.toml"),
    ] {
        let (code, stdout, stderr) = run(&workbench, folder, variables, arguments);
        assert_eq!(code, 0, "{name}: {stderr}");
        assert_eq!(stdout.lines().count(), lines, "{name}: {stdout}");
        assert!(stdout.contains(has), "{name}: {stdout}");
    }
    let (_, _, stderr) = run(&workbench, "", &[], &["-v", "implants"]);
    assert!(stderr.contains("settings: ") && stderr.contains("index: "), "{stderr}");
    let (_, _, stderr) = run(&workbench, "", &[("SEARCH_LOG", "info")], &["--offline", "implants"]);
    assert!(stderr.contains("settings: "), "{stderr}");
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line() {
    let workbench = bench();
    for (text, message) in [
        ("limit = 3\ncolour = 1\n", "search.toml:2: unknown field `colour`"),
        ("\noutput = \"xml\"\n", "search.toml:2: invalid value 'xml'"),
        ("limit = 0\n", "search.toml:1: "),
        ("limit\n", "search.toml:1: "),
    ] {
        workbench.write("search.toml", text.as_bytes());
        let (code, _, stderr) = run(&workbench, "", &[], &["implants"]);
        assert!(code == 2 && stderr.contains(message), "{text}: {stderr}");
        let (_, _, stderr) = run(&workbench, "", &[], &["-j", "implants"]);
        assert!(stderr.starts_with("{\"error\":{"), "{stderr}");
    }
    let (code, _, stderr) = run(&workbench, "", &[("SEARCH_CONFIG", "gone.toml")], &["implants"]);
    assert!(code == 2 && stderr.contains("cannot read gone.toml"), "{stderr}");
}

#[test]
fn knowledge_is_saved_with_the_index() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Zorgling fees\n\nZorgling costs 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("synonyms.toml", b"[own]\nzorgling = [\"zorgling\", \"snibbeting\"]\n"),
        ("wrong.toml", b"[own]\nzorgling = 3\n"),
    ]);
    let early = workbench.search(&["settings", "get"]);
    assert!(early.code == 3 && early.stderr.contains("no index yet"), "{}", early.stderr);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let builtin = workbench.search(&["settings", "get", "synonyms.toml"]).stdout;
    assert!(!builtin.is_empty());
    for (name, arguments, code, stderr) in [
        ("a wrong file", &["settings", "set", "synonyms.toml", "wrong.toml"][..], 2, "error: wrong.toml:2: "),
        ("an unknown name", &["settings", "set", "colours.toml", "wrong.toml"], 2, "no knowledge file is called"),
        ("no such text", &["settings", "set", "synonyms.toml", "gone.toml"], 2, "cannot read gone.toml"),
        (
            "what it would do",
            &["settings", "set", "--dry-run", "synonyms.toml", "synonyms.toml"],
            0,
            "would change 0 pages of 1",
        ),
        ("nothing saved yet", &["settings", "check"], 0, "is right"),
        ("saved", &["settings", "set", "synonyms.toml", "synonyms.toml"], 0, "synonyms.toml is saved with the index"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(stderr), "{name}: {}", run.stderr);
    }
    assert!(workbench.search(&["settings"]).stdout.contains("synonyms.toml    saved"));
    let saved = workbench.search(&["settings", "get", "synonyms.toml"]).stdout;
    assert!(saved.contains("zorgling"), "{saved}");
    assert_eq!(workbench.search(&["-o", "paths", "snibbeting"]).stdout, "corpus/a.txt\n", "found by its other name");
    assert_eq!(workbench.search(&["index", "--full"]).code, 0);
    assert_eq!(
        workbench.search(&["-o", "paths", "snibbeting"]).stdout,
        "corpus/a.txt\n",
        "it stays when the index is rebuilt"
    );
    let taken_back = workbench.search_with_input(&["settings", "set", "synonyms.toml", "-"], b"");
    assert!(taken_back.stderr.contains("as built in"), "{}", taken_back.stderr);
    assert_eq!(workbench.search(&["settings", "get", "synonyms.toml"]).stdout, builtin);
}

#[test]
fn a_change_is_measured_before_it_is_made() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Zorgling fees\n\nZorgling costs 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("corpus/b.txt", b"Implant fees\n\nImplants cost 8,000 yuan at Harbin Beixing Dental Clinic."),
        ("new/synonyms.toml", b"[own]\nzorgling = [\"zorgling\", \"snibbeting\"]\n"),
        ("queries.tsv", b"s\tsnibbeting\ni\timplants\n"),
        ("qrels.tsv", b"s\tcorpus/a.txt\t1\ni\tcorpus/b.txt\t1\n"),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let judged = ["--queries", "queries.tsv", "--qrels", "qrels.tsv"];
    let file = ["settings", "set", "synonyms.toml", "new/synonyms.toml", "--dry-run"];
    for arguments in [&["settings", "check", "new"][..], &file] {
        let run = workbench.search(&[arguments, &judged].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
        let line = |name: &str| lines.iter().find(|line| line[0] == name).expect("a line")[1].to_owned();
        assert_eq!([line("before"), line("after"), line("change")], ["0.5000", "1.0000", "+0.5000"], "{}", run.stdout);
        assert!(run.stdout.contains("of 2 queries 1 better, 0 worse"), "{}", run.stdout);
        assert!(run.stdout.contains("  0.0000 → 1.0000  s  snibbeting\n"), "{}", run.stdout);
        assert!(!workbench.path().join("index/settings").exists(), "nothing is saved");
    }
    for (name, arguments, message) in [
        ("no change", &["settings", "check"][..], "for a folder of knowledge files only"),
        ("not tried", &file[..4], "with --dry-run only"),
    ] {
        let run = workbench.search(&[arguments, &judged].concat());
        assert!(run.code == 2 && run.stderr.contains(message), "{name}: {}", run.stderr);
    }
    let half = workbench.search(&["settings", "check", "new", "--queries", "queries.tsv"]);
    assert!(half.code == 2 && half.stderr.contains("--qrels"), "{}", half.stderr);
    let (code, _, stderr) =
        run(&workbench, "", &[("SEARCH_CORPUS", "gone")], &[&["settings", "check", "new"][..], &judged].concat());
    assert!(code == 2 && stderr.contains("gone: no such folder"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn an_editor_changes_what_is_saved() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Zorgling fees\n\nZorgling costs 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("good", b"[own]\nzorgling = [\"zorgling\", \"snibbeting\"]\n"),
        ("wrong", b"[own]\nzorgling = 3\n"),
        ("temporary/keep", b""),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let temporary = workbench.path().join("temporary").to_string_lossy().into_owned();
    for (name, script, code, message, is_saved) in [
        ("nothing written", "true", 0, "nothing was changed", false),
        ("the editor fails", "cp good \"$1\"; exit 3", 6, "nothing was saved", false),
        ("wrong", "cp wrong \"$1\"", 2, "synonyms.toml:2: ", false),
        ("another charset", "printf '\\377' > \"$1\"", 2, "not UTF-8", false),
        (
            "saved by another one meanwhile",
            "cp good \"$1\"; mkdir -p index/settings; echo '# mine' > index/settings/synonyms.toml",
            6,
            "synonyms.toml was saved by another one meanwhile",
            false,
        ),
        ("good", "cp good \"$1\"", 0, "is saved with the index", true),
        ("it edits what is saved", "grep -q snibbeting \"$1\"", 0, "nothing was changed", true),
        ("wrong later", "cp wrong \"$1\"", 2, "synonyms.toml:2: ", true),
        ("emptied", ": > \"$1\"", 0, "is as built in", false),
    ] {
        workbench.write("edit.sh", script.as_bytes());
        let variables = [("EDITOR", "sh edit.sh"), ("VISUAL", ""), ("TMPDIR", &temporary)];
        let (exit, _, stderr) = run(&workbench, "", &variables, &["settings", "edit", "synonyms.toml"]);
        assert_eq!(exit, code, "{name}: {stderr}");
        assert!(stderr.contains(message), "{name}: {stderr}");
        let saved = workbench.search(&["settings", "get", "synonyms.toml"]).stdout;
        assert_eq!(saved.contains("snibbeting"), is_saved, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(&temporary).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert_eq!(left.len(), 6, "what was wrong is kept, and nothing else: {left:?}");
    let kept = |folder: &std::path::Path| std::fs::read_to_string(folder.join("synonyms.toml")).is_ok();
    assert_eq!(left.iter().filter(|folder| kept(folder)).count(), 4);
    let variables = [("EDITOR", "false"), ("VISUAL", "true")];
    let (code, _, stderr) = run(&workbench, "", &variables, &["settings", "edit", "synonyms.toml"]);
    assert!(code == 0 && stderr.contains("nothing was changed"), "VISUAL goes before EDITOR: {stderr}");
}

#[cfg(unix)]
#[test]
fn a_text_with_a_mistake_is_not_lost() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Zorgling fees\n\nZorgling costs 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("wrong", b"[own]\nzorgling = 3\n"),
        ("edit.sh", b"cp wrong \"$1\""),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let (_, _, stderr) =
        run(&workbench, "", &[("EDITOR", "sh edit.sh"), ("VISUAL", "")], &["settings", "edit", "synonyms.toml"]);
    let file = stderr.split("try: search settings set synonyms.toml ").nth(1).and_then(|rest| rest.split(' ').next());
    let file = file.expect(&stderr).to_owned();
    assert_eq!(std::fs::read(&file).expect(&stderr), b"[own]\nzorgling = 3\n");
    assert!(stderr.contains(&format!("error: {file}:2: ")), "{stderr}");
    std::fs::write(&file, "[own]\nzorgling = [\"zorgling\", \"snibbeting\"]\n").expect("put right");
    assert_eq!(workbench.search(&["settings", "set", "synonyms.toml", &file]).code, 0, "as it is advised");
    let folder = std::path::Path::new(&file).parent().expect("a folder");
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn settings_are_of_an_index_and_of_nothing_else() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Zorgling fees\n\nZorgling costs 9,000 yuan at Dalian Haijing Dental Clinic."),
        ("other/precious.txt", b"."),
        ("new.toml", b"[own]\nzorgling = [\"zorgling\", \"snibbeting\"]\n"),
        ("rules/synonym.toml", b""),
        ("rules/README.md", b""),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    for (name, arguments, code, message) in [
        (
            "a folder of others",
            &["-i", "other", "settings", "set", "synonyms.toml", "new.toml"][..],
            3,
            "holds other files",
        ),
        ("no folder", &["-i", "gone", "settings", "set", "synonyms.toml", "new.toml"], 3, "no index in gone"),
        ("a list of none", &["-i", "gone", "settings", "-j"], 3, "{\"error\":{"),
        ("nothing to check", &["settings", "check", "rulez"], 2, "rulez: no such folder"),
        ("a file to check", &["settings", "check", "new.toml"], 2, "no such folder"),
        ("a misspelt file", &["settings", "check", "rules"], 0, "warning: rules/synonym.toml is no knowledge file"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{name}: {}", run.stderr);
        assert!(!run.stderr.contains("README"), "{name}: {}", run.stderr);
    }
    assert_eq!(walk(&workbench.path().join("other")).len(), 1, "nothing was written there");
    assert!(!workbench.path().join("gone").exists());
    let set = ["settings", "set", "synonyms.toml", "new.toml"];
    let lock = WriterLock::take(&workbench.path().join("index"), Patience::Refuse).expect("free");
    let busy = workbench.search(&set);
    assert!(busy.code == 5 && busy.stderr.contains("--wait"), "{}", busy.stderr);
    drop(lock);
    assert_eq!(workbench.search(&[&set[..], &["--wait"]].concat()).code, 0);
    let rows = workbench.search(&["settings", "-j"]).rows();
    assert!(rows.iter().any(|row| row["file"] == "synonyms.toml" && row["saved"] == true), "{rows:?}");
}

#[test]
fn a_variable_is_no_mistake_of_the_file() {
    let workbench = bench();
    let (code, _, stderr) = run(&workbench, "", &[("SEARCH_OUTPUT", "bogus")], &["implants"]);
    assert!(code == 2 && stderr.starts_with("error: SEARCH_OUTPUT: invalid value 'bogus'"), "{stderr}");
    assert!(stderr.contains("try: unset SEARCH_OUTPUT"), "{stderr}");
    let (_, _, stderr) = run(&workbench, "", &[("SEARCH_OUTPUT", "md")], &["-o", "bogus", "implants"]);
    assert!(stderr.starts_with("error: invalid value 'bogus'"), "{stderr}");
    for (name, text, message) in [
        ("a number for a path", &b"limit = 2\nindex = 3\n"[..], "search.toml:2: a text in quotes is expected"),
        ("another charset", b"limit = 2\npager = \"\xB2\xE9\"\n", "search.toml:2: not UTF-8"),
    ] {
        workbench.write("search.toml", text);
        let (code, _, stderr) = run(&workbench, "", &[], &["implants"]);
        assert!(code == 2 && stderr.contains(message) && !stderr.contains("unset"), "{name}: {stderr}");
    }
    let (code, _, stderr) = run(&workbench, "", &[("SEARCH_CONFIG", "pages")], &["implants"]);
    assert!(
        code == 2 && stderr.contains("pages: not a regular file") && stderr.contains("unset SEARCH_CONFIG"),
        "{stderr}"
    );
}

#[test]
fn more_is_told_to_those_who_ask() {
    let workbench = bench();
    let quiet = run(&workbench, "", &[], &["-o", "paths", "Dalian implants"]);
    for (name, variables, flag, has_detail, has_debug) in [
        ("nothing asked", &[][..], "-n1", false, false),
        ("-v", &[], "-v", true, false),
        ("-vv", &[], "-vv", true, true),
        ("quiet goes before", &[], "-qvv", false, false),
        ("info", &[("SEARCH_LOG", "info")], "-n1", true, false),
        ("debug", &[("SEARCH_LOG", "debug")], "-n1", true, true),
        ("a directive", &[("SEARCH_LOG", "warn,article_search=debug")], "-n1", true, true),
        ("another program's", &[("SEARCH_LOG", "tantivy=debug")], "-n1", false, false),
        ("a flag beside a variable", &[("SEARCH_LOG", "info")], "-vv", true, true),
    ] {
        let (code, stdout, stderr) = run(&workbench, "", variables, &[flag, "-o", "paths", "Dalian implants"]);
        assert_eq!((code, &stdout), (0, &quiet.1), "{name}: results are the same");
        let has = |text: &str| stderr.contains(text);
        let details = [has("settings: "), has("index: "), has("taken for: about Dalian")];
        assert_eq!(details, [has_detail; 3], "{name}: {stderr}");
        let debug = [
            has("debug: search 0."),
            has("debug: opened in "),
            has(": 2 pages in "),
            has("debug: 2 pages found, 1 hit to show"),
        ];
        assert_eq!(debug, [has_debug; 4], "{name}: {stderr}");
    }
    let (_, _, stderr) = run(&workbench, "", &[("SEARCH_CORPUS", "pages")], &["-vv", "index", "--jobs", "3"]);
    for said in ["debug: SEARCH_CORPUS=pages", "debug: 3 threads to clean pages", "debug: after ", "index: "] {
        assert!(stderr.contains(said), "{said}: {stderr}");
    }
}
