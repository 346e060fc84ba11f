//! `--exact`: the words as they were written, and nothing else; hits, counts and highlights agree on what that is.

use serde_json::Value;

use crate::workbench::Workbench;

const PAGES: [(&str, &str); 5] = [
    (
        "corpus/a.txt",
        "Rules\n\nThe fund of Dalian reimburses crowns, and it reimbursed them before, says a report of May.",
    ),
    (
        "corpus/b.txt",
        "Notes\n\nNobody was reimbursed in Chongqing for a crown this year, which surprised most of the guests.",
    ),
    (
        "corpus/c.txt",
        "Words\n\nReimbursement in Dalian takes three weeks, and the desk asks for every paper of the visit.",
    ),
    (
        "corpus/d.txt",
        "Café\n\nReimbursed Reimbursed ＲＥＩＭＢＵＲＳＥＤ, reads the sign of a café in 大连 CT中心 to this day.",
    ),
    ("corpus/e.txt", "城市\n\n大连的医保报销需要三个星期，窗口会要求提供每一份就诊单据，请大家提前准备好。"),
];

fn bench() -> Workbench {
    let files: Vec<(&str, &[u8])> = PAGES.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let workbench = Workbench::with_files(&files);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

fn answer(workbench: &Workbench, arguments: &[&str]) -> Value {
    let mut run = workbench.search(&[&["--exact", "-o", "json"], arguments].concat()).rows();
    run.remove(0)
}

fn paths(answer: &Value) -> Vec<String> {
    let hits = answer["hits"].as_array().expect("a list");
    let mut paths: Vec<String> =
        hits.iter().map(|hit| hit["path"].as_str().expect("a path")["corpus/".len()..].to_owned()).collect();
    paths.sort();
    paths
}

/// What is marked in the passages of an answer.
fn marked(answer: &Value) -> Vec<String> {
    let mut marked = Vec::new();
    for hit in answer["hits"].as_array().expect("a list") {
        for passage in hit["passages"].as_array().expect("a list") {
            let text: Vec<char> = passage["text"].as_str().expect("a text").chars().collect();
            let place = |at: &Value| usize::try_from(at.as_u64().expect("an offset")).expect("small");
            for span in passage["hits"].as_array().expect("a list") {
                marked.push(text[place(&span[0])..place(&span[1])].iter().collect());
            }
        }
    }
    marked
}

#[test]
fn only_the_written_word_counts() {
    let workbench = bench();
    for (name, query, expected) in [
        ("a form", "reimbursed", &["a.txt", "b.txt", "d.txt"][..]),
        ("another form", "reimburses", &["a.txt"]),
        ("a noun", "reimbursement", &["c.txt"]),
        ("a form that no page has", "reimbursing", &[]),
        ("the stem, which is no word", "reimburs", &[]),
        ("case and width", "ＲＥＩＭＢＵＲＳＥＳ", &["a.txt"]),
        ("accents", "cafe", &["d.txt"]),
        ("a word that is its own stem", "crown", &["b.txt"]),
        ("its plural", "crowns", &["a.txt"]),
        ("a phrase", "\"it reimbursed\"", &["a.txt"]),
        ("the phrase in another form is another one", "\"was reimbursed\" -\"for a crowns\"", &["b.txt"]),
        ("an exclusion", "reimbursed -crowns", &["b.txt", "d.txt"]),
        ("no page that only means it", "大连", &["d.txt", "e.txt"]),
        ("a phrase of both scripts", "\"café in 大连\"", &["d.txt"]),
        ("a phrase of both scripts in another form", "\"cafés in 大连\" -x", &[]),
    ] {
        let found = answer(&workbench, &[query]);
        // What is near where no page has it is no match.
        let is_found = found["no_match"] == false;
        let total = found["total"].as_u64().filter(|_| is_found).unwrap_or(0);
        assert_eq!(
            (if is_found { paths(&found) } else { vec![] }, total),
            (expected.iter().map(ToString::to_string).collect(), expected.len() as u64),
            "{name}: {found}"
        );
    }
}

#[test]
fn counts_pages_and_marks_agree() {
    let workbench = bench();
    let found = answer(&workbench, &["reimbursed"]);
    assert_eq!(found["words"][0]["pages"], 3, "{found}");
    let languages: u64 =
        found["facets"]["lang"].as_array().expect("a list").iter().filter_map(|count| count["pages"].as_u64()).sum();
    assert_eq!(languages, 3, "facets count the pages that are found");
    let marks = marked(&found);
    assert!(
        !marks.is_empty()
            && marks.iter().all(|mark| ["reimbursed", "Reimbursed", "ＲＥＩＭＢＵＲＳＥＤ"].contains(&mark.as_str())),
        "{marks:?}"
    );
    let mut paged: Vec<String> = (1..=3)
        .flat_map(|page| paths(&answer(&workbench, &["reimbursed", "-n", "1", "-p", &page.to_string()])))
        .collect();
    paged.sort();
    assert_eq!(paged, paths(&found), "pages neither repeat nor skip a hit");
    let helpful = workbench.search(&["-o", "json", "reimbursed"]).rows().remove(0);
    assert!(helpful["total"].as_u64() > Some(3), "without it, forms count: {helpful}");
}

#[test]
fn what_is_left_out_is_told_as_written() {
    let workbench = bench();
    let run = workbench.search(&["--exact", "reimbursed -reimbursed"]);
    assert_eq!(run.code, 1);
    assert!(!run.stderr.contains("=reimbursed") && !run.stdout.contains("=reimbursed"), "{}{}", run.stdout, run.stderr);
}
