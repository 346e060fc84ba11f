//! Flags, variables and `search.toml`, in this order.

use std::process::Command;

use crate::workbench::Workbench;

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
        ("help although", "", &[("SEARCH_CONFIG", "gone.toml")], &["help", "config"], 15, "search.toml"),
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
        ("a wrong file", &["settings", "set", "synonyms.toml", "wrong.toml"][..], 2, "synonyms.toml:2: "),
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
