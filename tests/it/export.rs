//! All pages, or those that a query finds, in every format.

use serde_json::Value;

use crate::workbench::{Run, Workbench};

fn bench() -> Workbench {
    let feed = serde_json::json!({
        "url": "https://a.example/fees?a=1", "title": "=Implant fees in Dalian",
        "text": "=1+2 is what implants cost in Dalian, says the \"Haijing Dental Clinic\" there, \u{1b}[31mall in\u{1b}[0m.\n\n\
            - [x](javascript:1) <b>Implants</b> in Dalian are paid by the patient, as every clinic of Dalian says."
    });
    let harbin =
        "Home > Fees\nImplant fees in Harbin\n\nImplants in Harbin cost 8,000 yuan at Harbin Beixing Dental Clinic.\n";
    let other = "Reading glasses\n\nReading glasses are sold by every optician of the town, and by most kiosks.\n";
    let workbench = Workbench::with_files(&[
        ("corpus/feed.jsonl", format!("{feed}\n").as_bytes()),
        ("corpus/a.txt", harbin.as_bytes()),
        ("corpus/b.txt", other.as_bytes()),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

fn ids(run: &Run) -> Vec<Value> {
    run.rows().into_iter().map(|row| row["id"].clone()).collect()
}

#[test]
fn hits_are_those_of_a_search_with_their_text() {
    let workbench = bench();
    let all = workbench.search(&["export"]).rows();
    assert_eq!(all.len(), 3);
    for query in ["implant fees", "implants in Harbin", "city:Dalian", "\"reading glasses\" -implants"] {
        let run = workbench.search(&["export", "--query", query]);
        let found = workbench.search(&["-j", "-n", "1000", "--", query]);
        assert_eq!((run.code, ids(&run)), (0, ids(&found)), "{query}: {}", run.stderr);
        assert!(!run.rows().is_empty() && run.rows().len() < all.len(), "{query}: some of the pages");
        for (hit, (row, rank)) in found.rows().into_iter().zip(run.rows().into_iter().zip(1..)) {
            let page = all.iter().find(|page| page["id"] == row["id"]).expect("a page of the index");
            assert_eq!((&row["text"], &row["rank"]), (&page["text"], &Value::from(rank)), "{query}");
            assert!(row["score"].is_f64() && page.get("score").is_none(), "{query}: {row}");
            let keys = hit.as_object().expect("an object");
            assert!(keys.iter().all(|(key, value)| row[key] == *value), "{query}: {row}");
        }
    }
    for (name, arguments, code, rows, message) in [
        ("nothing", &["export", "--query", "zeppelin"][..], 1, 0, "nothing found"),
        ("nearest pages", &["export", "--query", "\"implants crowns veneers\""], 1, 2, "The nearest pages follow"),
        ("corrected", &["export", "--query", "implnats"], 0, 2, "No page has “implnats”. Showing: implants\n"),
        (
            "nothing about it",
            &["export", "--query", "implants in Lhasa"],
            1,
            2,
            "No page is about Lhasa. The nearest pages follow",
        ),
        ("no words", &["export", "--query", " "], 2, 0, "--query holds no words"),
        ("an unknown city", &["export", "--query", "city:Atlantis"], 2, 0, "Atlantis"),
        ("an unknown format", &["export", "-o", "xml"], 2, 0, "invalid value 'xml'"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!((run.code, run.rows().len()), (code, rows), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{name}: {}", run.stderr);
    }
}

#[test]
fn exported_hits_are_read_again_as_they_are() {
    let workbench = bench();
    let run = workbench.search(&["export", "--query", "implant fees"]);
    workbench.write("hits.jsonl", run.stdout.as_bytes());
    assert_eq!(workbench.search(&["-i", "second", "index", "hits.jsonl"]).code, 0);
    let texts = |run: &Run| {
        let mut texts: Vec<String> = run.rows().iter().map(|row| row["text"].to_string()).collect();
        texts.sort();
        texts
    };
    assert_eq!(texts(&workbench.search(&["-i", "second", "export"])), texts(&run));
}

#[test]
fn tables_hold_all_text_and_no_formula() {
    let workbench = bench();
    for (arguments, has_hits, has_removed) in [
        (&["export", "-o", "csv"][..], false, false),
        (&["export", "-o", "csv", "--removed"], false, true),
        (&["export", "-o", "csv", "--query", "implant fees"], true, false),
    ] {
        let run = workbench.search(arguments);
        let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
        let names = reader.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows of one length");
        assert_eq!(rows.len(), if has_hits { 2 } else { 3 }, "{arguments:?}");
        let column = |name: &str| names.iter().position(|own| own == name);
        let has = |name: &str| column(name).is_some();
        assert_eq!(
            [has("rank"), has("score"), has("passages"), has("removed")],
            [has_hits, has_hits, has_hits, has_removed]
        );
        let cell = |path: &str, name: &str| {
            let row = rows.iter().find(|row| &row[column("path").expect("paths")] == path).expect("the page");
            row[column(name).expect("a column")].to_owned()
        };
        assert_eq!(cell("corpus/feed.jsonl", "title"), "'=Implant fees in Dalian");
        let text = cell("corpus/feed.jsonl", "text");
        assert!(text.starts_with("'=1+2 is what") && text.lines().count() == 2, "{text}");
        assert!(!run.stdout.contains('\u{1b}'));
        if has_removed {
            assert!(cell("corpus/a.txt", "removed").starts_with("breadcrumb ("), "{}", run.stdout);
        }
        if has_hits {
            assert_eq!(rows.iter().map(|row| &row[column("rank").expect("ranks")]).collect::<Vec<_>>(), ["1", "2"]);
        }
    }
    let none = workbench.search(&["export", "-o", "csv", "--query", "zeppelin"]);
    assert!(none.code == 1 && none.stdout.starts_with("rank,qid,id,") && none.stdout.lines().count() == 1);
}

#[test]
fn markdown_holds_articles_and_no_markup_of_pages() {
    let workbench = bench();
    let run = workbench.search(&["export", "-o", "markdown", "--removed", "--query", "implant fees Dalian"]);
    let text = &run.stdout;
    assert!(text.starts_with("# =Implant fees in Dalian\n\nrank 1 · score "), "{text}");
    assert!(text.contains("[https://a.example/fees?a=1](<https://a.example/fees?a=1>)"), "{text}");
    assert!(text.contains("\n\\=1+2 is what"), "{text}");
    assert!(text.contains("\\[x\\](javascript:1) \\<b\\>Implants\\</b\\>") && !text.contains("<b>"), "{text}");
    assert!(text.contains("# Implant fees in Harbin") && text.contains("## (stripped)\n\n- breadcrumb "), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("Reading glasses"), "{text}");
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::fs::File;
    use std::process::{Command, Stdio};

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, Row};
    use serde_json::Value;

    use super::bench;
    use crate::workbench::Workbench;

    /// The rows of a Parquet file of the program.
    fn rows(workbench: &Workbench, arguments: &[&str]) -> Vec<Row> {
        let path = workbench.path().join("pages.parquet");
        let file = File::create(&path).expect("a file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_search"));
        command.args(["export", "-o", "parquet"]).args(arguments).current_dir(workbench.path());
        let code = command.stdin(Stdio::null()).stdout(file).status().expect("it runs").code();
        assert!(code == Some(0) || code == Some(1), "{code:?}");
        let reader = SerializedFileReader::new(File::open(&path).expect("a file")).expect("a Parquet file");
        let rows = reader.get_row_iter(None).expect("rows").collect::<Result<_, _>>();
        rows.expect("whole rows")
    }

    /// A row as its JSON, to be compared with what `-o ndjson` prints.
    fn json(row: &Row) -> Value {
        row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
    }

    fn value(field: &Field) -> Value {
        match field {
            Field::Null => Value::Null,
            Field::Int(number) => (*number).into(),
            Field::Long(number) => (*number).into(),
            Field::Float(number) => (*number).into(),
            Field::Str(text) => text.as_str().into(),
            Field::Group(row) => json(row),
            Field::ListInternal(list) => list.elements().iter().map(value).collect(),
            other => panic!("{other:?} is in no row"),
        }
    }

    #[test]
    fn are_the_rows() {
        let workbench = bench();
        for (name, arguments) in [
            ("pages", &[][..]),
            ("pages with what was stripped", &["--removed"]),
            ("hits", &["--query", "implant fees Dalian", "--removed"]),
            ("no hits", &["--query", "zeppelin"]),
        ] {
            let expected = workbench.search(&[&["export"], arguments].concat()).rows();
            let found = rows(&workbench, arguments);
            assert_eq!((found.len(), found.is_empty()), (expected.len(), name == "no hits"), "{name}");
            for (row, expected) in found.iter().zip(expected) {
                let row = json(row);
                let columns = row.as_object().expect("an object");
                let keys = expected.as_object().expect("an object");
                assert!(keys.keys().all(|key| columns.contains_key(key)), "{name}: a column for every key of {keys:?}");
                for (column, value) in columns {
                    let wanted = &expected[column];
                    let is_near = |left: Option<f64>, right: Option<f64>| {
                        left.zip(right).is_some_and(|(l, r)| (l - r).abs() < 1e-4)
                    };
                    let is_same = only(value, wanted) || is_near(value.as_f64(), wanted.as_f64());
                    assert!(is_same, "{name}: {column}: {value} is not {wanted}");
                }
            }
        }
    }

    /// Whether `value` is what it should be, but for keys that files do not have.
    fn only(value: &Value, wanted: &Value) -> bool {
        match (value, wanted) {
            (Value::Object(own), Value::Object(_)) => own.iter().all(|(key, value)| only(value, &wanted[key])),
            (Value::Array(own), Value::Array(all)) => {
                own.len() == all.len() && own.iter().zip(all).all(|(own, wanted)| only(own, wanted))
            }
            _ => value == wanted,
        }
    }
}
