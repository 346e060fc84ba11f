//! `search eval` over small collections whose figures are worked out by hand.

use serde_json::Value;

use crate::workbench::Workbench;

const CORPUS: &str = r#"{"id": "k1", "title": "Implants", "text": "Dental implants last for twenty years in most mouths."}
{"id": "k2", "title": "Braces", "text": "Braces are worn for two years. They straighten crooked teeth slowly."}
{"id": "k3", "title": "Whitening", "text": "Whitening with strips fades after some months."}
"#;
const QUERIES: &str =
    "qid\tkind\tquery\na\tword\timplants\nb\tword\twhitening\nc\tnothing\tcryotherapy\nd\tword\tbraces\n";
/// The page of `b` is judged 1, another that the query does not find 2; `d` has no right page.
const QRELS: &str = "a 0 k1 1\nb 0 k3 1\nb 0 k2 2\nc 0 k1 1\nd 0 k2 0\n";
const ANSWERS: &str =
    "{\"qid\": \"a\", \"answers\": [\"Twenty  YEARS\"]}\n{\"qid\": \"b\", \"answers\": [\"bleach\"]}\n";

fn bench() -> Workbench {
    Workbench::with_files(&[
        ("small/corpus.jsonl", CORPUS.as_bytes()),
        ("small/queries.tsv", QUERIES.as_bytes()),
        ("small/qrels.trec", QRELS.as_bytes()),
        ("small/answers.jsonl", ANSWERS.as_bytes()),
        ("worse.trec", b"a Q0 k2 1 2.0 x\na Q0 k1 2 1.0 x\n"),
    ])
}

fn close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-9)
}

#[test]
fn figures_of_a_collection() {
    let workbench = bench();
    let run =
        workbench.search(&["eval", "small", "-j", "--run", "run.trec", "--passages", "p", "--baseline", "worse.trec"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let row = run.rows().remove(0);
    // Found are k1 for a, k3 for b, nothing for c. The ideal of b is k2 then k3.
    let ideal = 2.0 + 1.0 / 3f64.log2();
    let all = &row["all"]["measures"];
    assert_eq!(row["all"]["queries"], 3);
    assert!(close(&all["nDCG@10"], (1.0 + 1.0 / ideal) / 3.0), "{row}");
    assert!(close(&all["R@100"], 1.5 / 3.0) && close(&all["MRR@10"], 2.0 / 3.0), "{row}");
    assert!(close(&all["ans@1"], 1.0 / 3.0), "{row}");
    assert!(close(&row["kinds"]["word"]["measures"]["nDCG@10"], 0.5 * (1.0 + 1.0 / ideal)), "{row}");
    assert!(close(&row["kinds"]["nothing"]["measures"]["nDCG@10"], 0.0), "{row}");
    assert!(close(&row["baseline"]["before"], 1.0 / 3f64.log2() / 3.0), "{row}");
    assert_eq!((&row["baseline"]["better"], &row["baseline"]["worse"]), (&2.into(), &0.into()));
    assert_eq!(row["without_judgement"], 1);
    let written = std::fs::read_to_string(workbench.path().join("run.trec")).expect("a run");
    let lines: Vec<Vec<&str>> = written.lines().map(|line| line.split(' ').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == 6 && line[1] == "Q0"), "{written}");
    assert_eq!((lines[0][0], lines[0][2], lines[1][0], lines[1][2]), ("a", "k1", "b", "k3"));
    let passages = std::fs::read_to_string(workbench.path().join("p")).expect("passages");
    let first: Value = serde_json::from_str(passages.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&first["qid"], &first["id"]), (&"a".into(), &"k1".into()));
    assert!(!workbench.path().join("index").exists(), "indexed elsewhere");
    let again = workbench.search(&["eval", "small", "--baseline", "run.trec"]);
    assert!(again.stdout.contains("+0.0000, 95 % between +0.0000 and +0.0000"), "the run read back: {}", again.stdout);
}

#[test]
fn the_current_index_against_an_editors_list() {
    let workbench = bench();
    workbench.write("corpus/a page.txt", b"Veneers\n\nVeneers cover the front of the teeth.");
    workbench.write("queries.tsv", b"veneers\tveneers for front teeth\n");
    workbench.write("right.tsv", b"query\tpage\tgrade\nveneers\tcorpus/a page.txt\t2\n");
    assert_eq!(workbench.search(&["index", "corpus"]).code, 0);
    let arguments = ["eval", "--queries", "queries.tsv", "--qrels", "right.tsv", "--run", "run.trec"];
    for (floor, code, said) in
        [("ndcg@10=0.9", 0, ""), ("R@100=1", 0, ""), ("ans@1=0.5", 1, "ans@1 0.0000 is below 0.5")]
    {
        let run = workbench.search(&[&arguments[..], &["--min", floor]].concat());
        assert_eq!(run.code, code, "{floor}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("1.0000") && run.stderr.contains(said), "{}", run.stderr);
    }
    let written = std::fs::read_to_string(workbench.path().join("run.trec")).expect("a run");
    assert!(written.starts_with("veneers Q0 corpus/a%20page.txt 1 "), "{written}");
}

#[test]
fn what_cannot_be_evaluated() {
    let workbench = bench();
    workbench.write("broken/queries.tsv", b"a implants\n");
    workbench.write("broken/qrels.trec", QRELS.as_bytes());
    workbench.write("odd.trec", b"a 0 k1 1\nb k3\n");
    workbench.write("none.trec", b"x 0 k1 1\n");
    for (name, arguments, said) in [
        ("nothing named", &["eval"][..], "error:"),
        ("no collection", &["eval", "elsewhere"], "cannot read elsewhere/qrels.trec"),
        ("a query without text", &["eval", "broken"], "broken/queries.tsv:1: a query needs a name, a tab and its text"),
        ("queries without judgements", &["eval", "--queries", "small/queries.tsv"], "--qrels"),
        (
            "odd judgement",
            &["eval", "--queries", "small/queries.tsv", "--qrels", "odd.trec"],
            "odd.trec:2: a judgement is",
        ),
        ("nothing judged", &["eval", "--queries", "small/queries.tsv", "--qrels", "none.trec"], "no query of small"),
        ("unknown measure", &["eval", "small", "--min", "map=0.5"], "write MEASURE=VALUE"),
        ("odd run", &["eval", "small", "--baseline", "none.trec"], "a line of a run is"),
        ("no weights", &["eval", "small", "--weights", "none.toml"], "none.toml"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, 2, "{name}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{name}: {}", run.stderr);
    }
}
