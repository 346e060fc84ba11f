//! Pages that are wrong in every way cost themselves alone: the others arrive.
//!
//! The largest: `cargo test --release --test it poison -- --ignored`.

use std::fmt::Write as _;

use crate::workbench::Workbench;

/// Rows that hold other things than rows of pages do.
const WRONG_TYPES: [&str; 12] = [
    r#"{"text": 5}"#,
    r#"{"text": null, "url": null}"#,
    r#"{"text": ["a", 5, {"b": []}], "title": {"a": 1}}"#,
    r#"{"text": {"text": {"text": true}}}"#,
    r#"{"url": 17, "title": false, "text": "The okapi of this row sleeps at noon, as is well known."}"#,
    r#"{"url": ["https://a.example/", 3], "text": "The okapi of this row sleeps at night, as few know."}"#,
    r#"{"date": {"$date": -1}, "text": "The okapi of that row sleeps at night, as nobody knows."}"#,
    "[1, 2, 3]",
    r#""a string""#,
    "18446744073709551616",
    r#"{"text": "\ud800", "url": "\udc00"}"#,
    r#"{"id": 1e400, "text": "x"}"#,
];

/// A letter for each digit: what looks like a number is no word.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

fn row(number: usize) -> String {
    let name = letters(number);
    let text = format!("About {name}\n\nThe zebra {name} sleeps at noon. Whoever meets it there should be quiet.");
    format!("{}\n", serde_json::json!({"url": format!("https://a.example/{name}"), "text": text}))
}

/// Indexes `others` good pages together with bad ones, and finds all of them.
fn all_others_arrive(others: usize, bad: &[(&str, Vec<u8>)]) {
    let workbench = Workbench::with_files(&[]);
    for (name, content) in bad {
        workbench.write(&format!("corpus/{name}"), content);
    }
    let mut feed = String::new();
    for number in 0..others {
        feed.push_str(&row(number));
        if number.is_multiple_of(1_000) {
            feed.extend(WRONG_TYPES.iter().flat_map(|row| [row, "\n"]));
        }
    }
    workbench.write("corpus/m.jsonl", feed.as_bytes());
    let run = workbench.search(&["index"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = workbench.search(&["-o", "json", "--exact", "-n", "1", "zebra"]);
    assert_eq!(found.rows()[0]["total"], others, "{}", found.stderr);
    assert_eq!(workbench.search(&["--exact", &letters(others - 1)]).code, 0, "{}", run.stderr);
    assert_eq!(workbench.search(&["doctor"]).code, 0);
    let again = workbench.search(&["index"]);
    assert!(again.stderr.contains("0 new, 0 changed"), "{}", again.stderr);
}

fn unique_words(count: usize) -> Vec<u8> {
    let mut text = "Unique words\n\n".to_owned();
    for number in 0..count {
        let _ = write!(text, "w{} ", letters(number * 7));
        if number % 20 == 19 {
            text.push_str("end.\n\n");
        }
    }
    text.into_bytes()
}

fn one_word(bytes: usize) -> Vec<u8> {
    let mut text = b"A long word\n\nIt begins here: ".to_vec();
    text.resize(bytes, b'x');
    text
}

fn repeated(bytes: usize) -> Vec<u8> {
    b"word ".repeat(bytes / 5)
}

#[test]
fn pages_that_are_wrong_cost_themselves_alone() {
    all_others_arrive(
        300,
        &[
            ("term.txt", one_word(70_000)),
            ("term.html", [b"<p>".as_slice(), &one_word(70_000)].concat()),
            ("zeros.txt", vec![0; 100_000]),
            ("repeated.txt", repeated(1 << 20)),
            ("unique.txt", unique_words(50_000)),
            ("empty.txt", vec![]),
        ],
    );
}

#[test]
#[ignore = "takes long: see the module"]
fn the_largest_pages_cost_ten_thousand_others_nothing() {
    let row_of = |text: Vec<u8>| {
        let text = String::from_utf8(text).expect("ASCII");
        format!("{}\n", serde_json::json!({"text": text})).into_bytes()
    };
    all_others_arrive(
        10_000,
        &[
            ("term.txt", one_word(70_000)),
            ("word.txt", one_word(100 << 20)),
            ("word.html", one_word(100 << 20)),
            ("word.jsonl", row_of(one_word(100 << 20))),
            ("repeated.txt", repeated(100 << 20)),
            ("unique.txt", unique_words(1_000_000)),
            ("unique.jsonl", row_of(unique_words(1_000_000))),
        ],
    );
}
