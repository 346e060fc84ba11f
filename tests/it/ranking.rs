//! Which pages a query finds, in what order, and what is shown of them.

use crate::workbench::Workbench;

#[test]
fn characters_that_also_stand_between_words() {
    let workbench = Workbench::with_files(&[
        ("corpus/lake.txt", "湖泊\n\n太浩在两州边界之上，水很深。".as_bytes()),
        ("corpus/work.txt", "病\n\n职业病防治所设在城东，每天开门。".as_bytes()),
        ("corpus/person.txt", "演员\n\n于乐，演员，出生在辽宁。".as_bytes()),
    ]);
    assert_eq!(workbench.search(&["index", "corpus"]).code, 0);
    let paths = |query: &str| -> Vec<String> {
        let rows = workbench.search(&["-j", query]).rows();
        rows.iter().map(|row| row["path"].as_str().expect("a path").to_owned()).collect()
    };
    for (query, path) in [("太浩在哪里", "corpus/lake.txt"), ("于乐的职业是什么", "corpus/person.txt")] {
        let found = paths(query);
        assert!(found.iter().any(|found| found == path), "{query}: {found:?}");
    }
    let why = workbench.search(&["why", "corpus/person.txt", "于乐的职业是什么"]);
    assert!(why.stdout.contains("place ") && !why.stdout.contains("乐的"), "no word, so not missed: {}", why.stdout);
}

#[test]
fn a_phrase_that_no_page_holds() {
    let workbench = Workbench::with_files(&[
        ("corpus/a.txt", b"Braces\n\nBraces straighten crooked teeth slowly."),
        ("corpus/b.txt", b"Veneers\n\nVeneers cover the front of the teeth."),
    ]);
    assert_eq!(workbench.search(&["index", "corpus"]).code, 0);
    let held = workbench.search(&["-o", "json", "\"crooked teeth\""]);
    assert_eq!((held.code, &held.rows()[0]["no_match"]), (0, &false.into()));
    let nearest = workbench.search(&["-o", "json", "\"teeth crooked\""]);
    let answer = &nearest.rows()[0];
    assert_eq!((nearest.code, &answer["no_match"]), (1, &true.into()), "{answer}");
    assert_eq!(answer["hits"][0]["path"], "corpus/a.txt", "{answer}");
    assert_eq!(workbench.search(&["why", "corpus/a.txt", "\"teeth crooked\""]).code, 1);
}

#[test]
fn a_passage_uses_its_budget() {
    let text = "Implants\n\nThe waiting room opens early. Implants of titanium last for twenty years. Afterwards the patient \
                comes every six months so that the dentist looks at the gums and cleans what brushing leaves.";
    let workbench = Workbench::with_files(&[("corpus/a.txt", text.as_bytes())]);
    assert_eq!(workbench.search(&["index", "corpus"]).code, 0);
    let row = &workbench.search(&["-j", "titanium implants", "--passages", "1", "--passage-chars", "120"]).rows()[0];
    let passage = row["passages"][0]["text"].as_str().expect("a passage");
    assert!(passage.contains("Implants of titanium last for twenty years. Afterwards the"), "{passage}");
    assert!(passage.chars().count() <= 120 && text.contains(passage), "verbatim and within the budget: {passage}");
    let behind = text.split_once(passage).expect("in the text").1;
    assert!(behind.starts_with(|next: char| !next.is_alphanumeric()), "no word is cut: {passage}");
}

/// More pages than are looked at together hold the words: what is told of a page is what the search shows of it.
#[test]
fn why_says_what_the_search_says() {
    let rows = (0..260).map(|number| {
        let letters: String = format!("{number:03}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let text = match number % 13 {
            0 => format!("Glaze {letters} is fired. {}", format!("The potter {letters} waits. ").repeat(20)),
            3 => format!(
                "Fired by {letters}, and {letters} waits for the glaze of the other kiln, which is fired later."
            ),
            _ => format!("A fired glaze {letters} lasts. {}", format!("{letters} glaze. ").repeat(number % 7)),
        };
        format!("{}\n", serde_json::json!({"url": format!("https://a.example/{letters}"), "text": text}))
    });
    let workbench = Workbench::with_files(&[("corpus/feed.jsonl", rows.collect::<String>().as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let listed = workbench.search(&["-j", "-n", "10", "--group", "article", "glaze fired"]).rows();
    let behind = workbench.search(&["-j", "-n", "10", "-p", "13", "glaze fired"]).rows();
    assert_eq!((listed.len(), behind.len()), (10, 10));
    for row in listed.iter().chain(&behind) {
        let why = workbench.search(&["why", "-j", row["id"].as_str().expect("an id"), "glaze fired"]);
        assert_eq!((&why.rows()[0]["rank"], &why.rows()[0]["score"]), (&row["rank"], &row["score"]), "{}", row["url"]);
    }
}
