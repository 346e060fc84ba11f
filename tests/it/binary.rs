//! The program as people and scripts meet it: grammar, errors, exit codes, output.

use std::process::Command;

use serde_json::Value;

use crate::workbench::Workbench;

const PAGE: &str = "Can Dalian Haijing Dental Clinic be paid by medical insurance?\n\n\
    Dalian Haijing Dental Clinic is a clinic in Dalian. Many people ask whether its implants can be reimbursed.\n\n\
    1. Policy\n\nDental implants are not covered by the medical insurance of Dalian.\n\n\
    Summary\n\nTo sum up, implants at Dalian Haijing Dental Clinic cannot be reimbursed.\n";

fn bench() -> Workbench {
    Workbench::with_files(&[("corpus/a.txt", PAGE.as_bytes())])
}

#[test]
fn exit_codes_and_errors() {
    let workbench = bench();
    for (name, arguments, code, stderr) in [
        ("no index at a named place", &["-i", "elsewhere", "implants"][..], 3, "error: no index in elsewhere"),
        ("found; the index is built first", &["implants"], 0, "no index yet"),
        ("found", &["implants"], 0, "1 page, 1 shown"),
        ("nothing found", &["Lhasa", "laser"], 1, "Lhasa 0 · laser 0"),
        ("unknown path", &["index", "fees"], 2, "try: search -- index fees"),
        ("a word that is a command", &["--", "index", "fees"], 1, "index 0 · fees 0"),
        ("a city that no page is about", &["Lhasa", "implants"], 1, ""),
        ("mistyped command", &["idnex", "corpus/"], 1, "did you mean the command: search index corpus/"),
        ("exclusion as a flag", &["implants", "-surgery"], 2, "try: search 'implants -surgery'"),
        ("query flag before a command", &["-c", "Dalian", "index"], 2, "try: search -c Dalian -- index"),
        ("later command", &["serve"], 2, "not part of this version"),
        ("unknown city", &["-c", "Atlantis", "implants"], 2, "no city or province is called `Atlantis`"),
        ("unknown topic", &["--topic", "alchemy", "implants"], 2, "no topic is called `alchemy`"),
        ("unknown facet", &["facets", "colour"], 2, "no facet is called `colour`"),
        ("unknown page", &["show", "ffff"], 1, "no page goes by `ffff`"),
        ("a reserved word among the words", &["hair", "man", "-n", "0"], 2, "error: invalid value '0'"),
        ("a word that begins like a flag with a value", &["beauty", "-chin"], 2, "error: unknown flag -chin"),
        ("how to leave it out", &["beauty", "-chin"], 2, "try: search 'beauty -chin'  "),
        ("at the beginning", &["-n", "5", "-surgery", "beauty"], 2, "try: search -n 5 -- '-surgery beauty'  "),
        ("as it is advised", &["-n", "5", "--", "-Dalian implants"], 1, "implants 1 page  "),
        ("or by a flag", &["fees", "-implant"], 2, "(or --not implant)"),
        ("with other flags", &["-n", "5", "beauty", "-nose"], 2, "try: search -n 5 'beauty -nose'  "),
        ("in another script", &["beauty", "-鼻子"], 2, "try: search 'beauty -鼻子'  "),
        ("after the command's name", &["q", "beauty", "-chin"], 2, "unknown flag -chin"),
        ("joined flags", &["implants", "-qn", "5"], 0, ""),
        ("unknown long flag", &["implants", "--surgery"], 2, "unexpected argument '--surgery'"),
        ("unknown flag of a command", &["index", "-x"], 2, "unexpected argument '-x'"),
        ("help on a later command", &["help", "serve"], 2, "not part of this version"),
        ("help on nothing", &["help", "colour"], 2, "there is no help on `colour`"),
        ("one page is one page", &["implants -Dalian"], 1, "implants 1 page  "),
        ("limit out of range", &["-n", "0", "implants"], 2, "error: invalid value '0'"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(stderr), "{name}: {}", run.stderr);
    }
}

#[test]
fn nearest_pages_are_shown_as_such() {
    let workbench = Workbench::new();
    let page = "On implants\n\nThe price of implants in Dalian is told at the desk, as all visitors know.\n";
    workbench.write("corpus/a.txt", page.as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    for format in ["pretty", "plain", "md"] {
        let run = workbench.search(&["-o", format, "\"implants price Dalian\""]);
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        assert!(
            run.stdout.contains("The nearest pages:") && !run.stdout.contains("Answer"),
            "{format}: {}",
            run.stdout
        );
        let run = workbench.search(&["-o", format, "\"price of implants\""]);
        assert!(run.code == 0 && !run.stdout.contains("nearest"), "{format}: {}", run.stdout);
    }
}

#[test]
fn without_corpus_there_is_no_index() {
    let workbench = Workbench::new();
    let run = workbench.search(&["implants"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("error: no index here") && run.stderr.contains("try: search index corpus/"));
    let machine = workbench.search(&["-j", "implants"]);
    let error: Value = serde_json::from_str(&machine.stderr).expect("errors are JSON where rows are");
    assert_eq!(error["error"]["code"], "index_missing");
    assert_eq!(workbench.search(&[]).code, 2, "no words and a pipe: help and 2");
}

#[test]
fn a_foreign_folder_is_not_touched() {
    let workbench = bench();
    workbench.write("index/diary.txt", b"mine");
    let run = workbench.search(&["index", "corpus"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("holds other files"));
    assert_eq!(workbench.search(&["implants"]).code, 3, "nor is the search's own index made there");
    workbench.write("notes/README.md", b"a note");
    assert_eq!(workbench.search(&["-i", "notes", "index"]).code, 0, "a note alone does not count");
}

#[test]
fn rows_have_all_their_keys() {
    let workbench = bench();
    assert_eq!(workbench.search(&["index"]).code, 0);
    let page = [
        "v",
        "id",
        "path",
        "record",
        "key",
        "url",
        "title",
        "lang",
        "date",
        "verdict",
        "city",
        "city_alternatives",
        "clinic",
        "topics",
        "flags",
        "status",
        "duplicate_of",
        "template_group",
    ];
    let hit = ["rank", "qid", "score", "answer", "passages", "missing", "group"];
    let has = |row: &Value, keys: &[&str]| keys.iter().all(|key| row.get(key).is_some());
    let hits = workbench.search(&["-j", "implants", "Dalian"]).rows();
    assert!(has(&hits[0], &page) && has(&hits[0], &hit), "{}", hits[0]);
    for command in [&["export"][..], &["extract", "corpus"]] {
        let rows = workbench.search(command).rows();
        assert!(has(&rows[0], &page) && has(&rows[0], &["text"]), "{command:?}");
        assert!(rows[0].get("removed").is_none());
    }
    assert!(workbench.search(&["export", "--removed"]).rows()[0]["removed"].is_array());
    let answer = &workbench.search(&["-o", "json", "implants"]).rows()[0];
    let keys = ["v", "qid", "query", "total", "no_match", "facets", "hits", "suggestions", "took_ms"];
    assert!(has(answer, &keys), "{answer}");
    assert_eq!(answer["facets"]["city"][0]["label"], "Dalian");
}

#[test]
fn highlights_are_verbatim() {
    let workbench = bench();
    assert_eq!(workbench.search(&["index"]).code, 0);
    let row = &workbench.search(&["export"]).rows()[0];
    let body: Vec<char> = row["text"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join("\n")
        .chars()
        .collect();
    let hit = &workbench.search(&["-j", "implants reimbursed"]).rows()[0];
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("small");
    for piece in hit["passages"].as_array().expect("a list").iter().chain([&hit["answer"]]) {
        let slice: String = body[number(&piece["start"])..number(&piece["end"])].iter().collect();
        assert_eq!(piece["text"], slice);
        let text: Vec<char> = slice.chars().collect();
        for highlight in piece["hits"].as_array().into_iter().flatten() {
            let word: String = text[number(&highlight[0])..number(&highlight[1])].iter().collect();
            assert!(["implants", "reimbursed"].contains(&word.as_str()), "{word}");
        }
    }
    assert_eq!(hit["answer"]["text"], "To sum up, implants at Dalian Haijing Dental Clinic cannot be reimbursed.");
}

#[test]
fn the_query_language() {
    let workbench = bench();
    let other = "Can Chengdu Jinli Eye Hospital be paid by medical insurance?\n\nChengdu Jinli Eye Hospital treats eyes. \
        Surgery for illness is covered by the medical insurance of Chengdu, and a bill is needed.\n";
    workbench.write("corpus/b.txt", other.as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    for (query, titles) in [
        ("medical insurance", 2),
        ("\"dental implants\"", 1),
        ("medical insurance -surgery", 1),
        ("medical insurance -\"dental clinic\"", 1),
        ("insurance city:成都", 1),
        ("insurance city:Liaoning", 1),
        ("insurance clinic:Jinli", 1),
        ("insurance topic:medical_insurance", 2),
        ("city:Dalian", 1),
    ] {
        let run = workbench.search(&["-j", query]);
        assert_eq!(run.stdout.lines().count(), titles, "{query}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(
        workbench.search(&["-j", "insurance", "-c", "Dalian", "-c", "chengdu"]).rows().len(),
        2,
        "any of several"
    );
    let explained = &workbench.search(&["-j", "--explain", "insurance"]).rows()[0];
    let parts = explained["explain"].as_array().expect("parts");
    assert!(parts[0]["name"].as_str().is_some_and(|name| name.contains("insurance")), "{parts:?}");
    let score = parts.iter().fold(0.0, |score, part| match (part["effect"].as_str(), part["value"].as_f64()) {
        (Some("plus"), Some(value)) => score + value,
        (_, value) => score * value.expect("a number"),
    });
    assert!((score - explained["score"].as_f64().expect("a number")).abs() < 1e-3, "the parts make the score");
    for (page, query, code, said) in [
        ("corpus/b.txt", "insurance", 0, "place "),
        ("corpus/b.txt", "insurance -surgery", 1, "left out: it holds “surgeri”"),
        ("corpus/b.txt", "insurance city:Dalian", 1, "left out: its city is not Dalian"),
        ("corpus/b.txt", "\"insurance medical\"", 1, "left out: it lacks the phrase"),
        ("corpus/b.txt", "zebra", 1, "left out: it holds no word of the query"),
        ("corpus/none.txt", "insurance", 1, "no page goes by `corpus/none.txt`"),
    ] {
        let run = workbench.search(&["why", page, query]);
        assert_eq!(run.code, code, "{query}: {}{}", run.stdout, run.stderr);
        assert!((run.stdout.clone() + &run.stderr).contains(said), "{query}: {}{}", run.stdout, run.stderr);
    }
    let misspelt = workbench.search(&["insurrance"]);
    assert!(misspelt.stderr.contains("No page has “insurrance”. Showing: insurance"), "{}", misspelt.stderr);
    assert_eq!(workbench.search(&["--exact", "insurrance"]).code, 1, "as typed");
}

#[test]
fn a_phrase_ends_with_its_paragraph() {
    let workbench = Workbench::new();
    let text = "A title of animals\n\nThe last word of this paragraph is elephant\n\nGiraffe begins the next paragraph, which is long.";
    workbench.write("corpus/a.txt", text.as_bytes());
    assert_eq!(workbench.search(&["\"is elephant\""]).code, 0);
    assert_eq!(workbench.search(&["\"elephant giraffe\""]).code, 1);
}

#[test]
fn what_no_page_is_about_is_said() {
    let workbench = bench();
    for (query, absent) in [("dental implants in Lhasa", "Lhasa"), ("implants Foobarmei Dental Clinic", "Foobarmei")] {
        let run = workbench.search(&[query]);
        assert_eq!(run.code, 1, "{query}: {}", run.stderr);
        assert!(run.stdout.contains(&format!("No page is about {absent}. The nearest pages:")), "{}", run.stdout);
        let answer = &workbench.search(&["-o", "json", query]).rows()[0];
        assert_eq!((&answer["no_match"], &answer["absent"][0]), (&Value::from(true), &Value::from(absent)));
    }
}

#[test]
fn many_queries_at_once() {
    let workbench = bench();
    workbench.write(
        "queries.tsv",
        b"qid\tlang\tquery\nq7\ten\timplants\nq8\ten\tnothing of that\nq9\ten\timplants city:Atlantis\n",
    );
    let run = workbench.search(&["--queries", "queries.tsv", "-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let answers = run.rows();
    assert_eq!(answers.len(), 3);
    assert_eq!((&answers[0]["qid"], &answers[0]["no_match"]), (&Value::from("q7"), &Value::from(false)));
    assert_eq!(answers[1]["no_match"], true);
    assert!(run.stderr.contains("query q9"), "the unanswerable query is named");
    let refused = &answers[2];
    assert_eq!(
        (&refused["v"], &refused["qid"], &refused["error"]["code"]),
        (&1.into(), &"q9".into(), &"unknown_filter".into())
    );
    let keys = ["query", "total", "no_match", "facets", "hits", "suggestions", "took_ms"];
    assert!(keys.iter().all(|key| refused.get(key).is_some()), "{refused}");
    let line = "{\"v\":1,\"qid\":\"q9\",\"query\":\"implants city:Atlantis\",\"total\":0,";
    assert!(run.stdout.lines().last().is_some_and(|last| last.starts_with(line)), "keys in order: {}", run.stdout);
    let lines = workbench.search_with_input(&["-", "-j"], b"implants\n\nDalian\n");
    let ids: Vec<_> = lines.rows().iter().map(|row| row["qid"].clone()).collect();
    assert_eq!(ids, ["1", "3"], "queries without names are named by their lines");
}

#[test]
fn a_query_that_cannot_be_asked_leaves_the_others() {
    let workbench = bench();
    workbench.write("queries.tsv", b"qid\tquery\nq1\timplants\nlonely\nq3\t \nq4\tDalian\n");
    let run = workbench.search(&["--queries", "queries.tsv", "-o", "json"]);
    let told: Vec<_> = run.rows().iter().map(|row| (row["qid"].clone(), row["error"]["code"].clone())).collect();
    let bad = Value::from("queries");
    let expected = [("q1", Value::Null), ("lonely", bad.clone()), ("q3", bad), ("q4", Value::Null)];
    assert_eq!(told, expected.map(|(qid, code)| (Value::from(qid), code)));
    assert_eq!(run.code, 0, "{}", run.stderr);
    for line in ["line 3 of the queries", "line 4 of the queries"] {
        assert!(run.stderr.contains(line), "{}", run.stderr);
    }
    let rows = workbench.search(&["--queries", "queries.tsv", "-j", "-n", "1"]);
    assert!(rows.rows().iter().all(|row| row["error"].is_null()) && rows.stderr.contains("line 3"), "{}", rows.stderr);
    workbench.write("queries.txt", b"implants\n\xb4\xf3\xc1\xac\n");
    for run in [
        workbench.search(&["--queries", "queries.txt"]),
        workbench.search_with_input(&["-"], b"implants\n\xb4\xf3\xc1\xac\n"),
    ] {
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("line 2 is not UTF-8"), "{}", run.stderr);
    }
}

#[test]
fn show_facets_and_stats() {
    let workbench = bench();
    assert_eq!(workbench.search(&["index"]).code, 0);
    let hit = &workbench.search(&["-j", "implants"]).rows()[0];
    let id = hit["id"].as_str().expect("an id");
    let whole = workbench.search(&["show", &id[..4]]);
    assert!(whole.stdout.contains("Can Dalian Haijing") && whole.stdout.contains("1. Policy"), "{}", whole.stdout);
    let section = workbench.search(&["show", &format!("{id}#1")]);
    assert!(section.stdout.contains("not covered") && !section.stdout.contains("Many people"), "{}", section.stdout);
    for (section, what) in
        [("99", "has no section `99`; it has sections 0 to 2"), ("abc", "no section `abc`"), ("", "no section ``")]
    {
        let run = workbench.search(&["show", &format!("{id}#{section}")]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{section}");
        assert!(run.stderr.contains(what), "{section}: {}", run.stderr);
    }
    let cities = workbench.search(&["facets", "city"]);
    assert!(cities.stdout.contains("1  Dalian  210200"), "{}", cities.stdout);
    assert!(workbench.search(&["stats"]).stdout.starts_with("1 page in 1 segment"));
    let stats = &workbench.search(&["stats", "-j"]).rows()[0];
    assert_eq!((&stats["v"], &stats["pages"]), (&1.into(), &1.into()));
}

#[test]
fn help_and_version() {
    let workbench = Workbench::new();
    for arguments in [&["help"][..], &["--help"], &["q", "--help"], &["index", "--help"], &["--version"]] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        assert!(run.stdout.len() > 10);
    }
    for (topic, text) in [
        ("index", "Exit with 4 when an input was skipped"),
        ("q", "--passages"),
        ("query", "-surgery"),
        ("output", "130 interrupted"),
        ("help", "Search scraped articles."),
    ] {
        let run = workbench.search(&["help", topic]);
        assert_eq!(run.code, 0, "{topic}: {}", run.stderr);
        assert!(run.stdout.contains(text), "{topic}: {}", run.stdout);
    }
}

#[test]
fn errors_are_json_where_rows_are_asked_for() {
    let workbench = bench();
    for arguments in [
        &["-j", "implants", "-n", "0"][..],
        &["-o", "json", "implants", "--colour"],
        &["beauty", "-chin", "-j"],
        &["serve", "-j"],
        &["-c", "Dalian", "-j", "index"],
        &["stats", "-j", "--colour"],
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        let error: Value = serde_json::from_str(&run.stderr).expect("one JSON object");
        assert_eq!(error["error"]["code"], "usage", "{arguments:?}");
    }
}

#[test]
fn flags_beat_the_environment_and_nothing_is_unset() {
    let workbench = bench();
    assert_eq!(workbench.search(&["index"]).code, 0);
    let empty = [("SEARCH_OUTPUT", ""), ("SEARCH_INDEX", ""), ("SEARCH_KNOWLEDGE", "")];
    let json = [("SEARCH_OUTPUT", "json")];
    let (whole, one_hit, people) = ("{\"v\":1,\"qid\"", "{\"rank\":1", " Answer");
    for (name, variables, arguments, beginning) in [
        ("nothing set", &empty[..], &["implants"][..], people),
        ("the environment", &json, &["implants"], whole),
        ("-j beats it", &json, &["-j", "implants"], one_hit),
        ("-o beats it", &json, &["-o", "pretty", "implants"], people),
        ("the last counts: -o", &empty, &["-j", "-o", "json", "implants"], whole),
        ("the last counts: -j", &empty, &["-o", "json", "implants", "-j"], one_hit),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_search"))
            .args(arguments)
            .current_dir(workbench.path())
            .envs(variables.iter().copied())
            .output()
            .expect("the program runs");
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(stdout.starts_with(beginning), "{name}: {stdout}{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn pages_with_a_word_are_left_out() {
    let workbench = bench();
    workbench.write("corpus/b.txt", PAGE.replace("implants", "veneers").as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    for (arguments, pages) in [
        (&["-j", "Dalian"][..], 2),
        (&["-j", "Dalian", "--not", "veneers"], 1),
        (&["-j", "Dalian", "--not", "many people"], 0),
        (&["-j", "Dalian", "--not", "veneers", "--not", "implants"], 0),
        (&["-j", "\"Dalian Haijing", "--not", "veneers"], 1),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.stdout.lines().count(), pages, "{arguments:?}: {}", run.stdout);
    }
}

#[test]
fn explaining_says_what_the_query_was_taken_for() {
    let workbench = bench();
    let run = workbench.search(&["--explain", "are implants in Dalian paid by medical insurance"]);
    assert!(run.stdout.contains("taken for: about Dalian 大连"), "{}", run.stdout);
    assert!(run.stdout.contains("topic medical_insurance") && run.stdout.contains("ignored words"), "{}", run.stdout);
    assert!(workbench.search(&["--explain", "zebra"]).stdout.contains("taken for: words only"));
    assert!(!workbench.search(&["implants"]).stdout.contains("taken for"));
}

#[test]
fn indexing_says_where_to() {
    let workbench = bench();
    let run = workbench.search(&["-i", "elsewhere/", "index"]);
    assert!(run.stderr.contains("gone)   elsewhere/ "), "{}", run.stderr);
    assert!(workbench.search(&["implants"]).stderr.contains("gone)   index/ "), "the first search's own too");
}

#[cfg(unix)]
#[test]
fn a_pipe_by_name_is_refused() {
    let workbench = bench();
    let pipe = Command::new("mkfifo").arg(workbench.path().join("pipe.txt")).status();
    assert!(pipe.expect("mkfifo runs").success());
    for arguments in [&["index", "pipe.txt"][..], &["extract", "corpus", "pipe.txt"], &["index", "/dev/null"]] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains("not a regular file"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn colour_only_where_asked_for() {
    let workbench = bench();
    assert!(!workbench.search(&["implants"]).stdout.contains('\u{1b}'), "a pipe sees no escapes");
    assert!(workbench.search(&["--color", "always", "implants"]).stdout.contains('\u{1b}'));
}

#[test]
fn a_phrase_that_no_page_holds_shows_the_nearest_as_such() {
    let workbench = bench();
    let nearest = workbench.search(&["-j", "\"implants dental\""]);
    assert_eq!((nearest.code, nearest.rows().len()), (1, 1), "{}", nearest.stderr);
    assert_eq!(workbench.search(&["-j", "\"dental implants\""]).code, 0);
}
