//! Indexing again: only what changed is read anew, a bad page costs itself alone.

use std::io::Write;

use article_search::backend::embedded::{Patience, WriterLock};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::workbench::Workbench;

fn page(title: &str, text: &str) -> Vec<u8> {
    let filler = "The clinic explains its prices openly and asks every guest to compare them with others first.";
    format!("{title}\n\n{text} {filler}\n\nA second paragraph says more of the same matter. {filler}\n").into_bytes()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

#[test]
fn a_second_run_takes_only_what_changed() {
    let workbench = Workbench::new();
    for name in ["a", "b", "c"] {
        workbench
            .write(&format!("corpus/{name}.txt"), &page(&format!("Title of {name}"), &format!("About {name}zebra.")));
    }
    let first = workbench.search(&["index"]);
    assert!(first.stderr.contains("3 new, 0 changed, 0 unchanged"), "{}", first.stderr);
    let id = |word: &str| workbench.search(&["-j", word]).rows()[0]["id"].clone();
    let before = id("bzebra");
    workbench.write("corpus/b.txt", &page("Title of b", "About quagga."));
    workbench.write("corpus/d.txt", &page("Title of d", "About okapi."));
    let second = workbench.search(&["index"]);
    assert!(second.stderr.contains("1 new, 1 changed, 2 unchanged"), "{}", second.stderr);
    assert_eq!(workbench.search(&["bzebra"]).code, 1, "the old self is gone");
    assert_eq!(id("quagga"), before, "the id stays");
    let third = workbench.search(&["index"]);
    assert!(third.stderr.contains("0 new, 0 changed, 4 unchanged"), "{}", third.stderr);
}

#[test]
fn bad_inputs_are_named_and_the_rest_goes_on() {
    let workbench = Workbench::with_files(&[
        ("corpus/empty.txt", b""),
        ("corpus/picture.html", b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01"),
        ("corpus/broken.txt.gz", b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03broken"),
        ("corpus/notes.md", b"not a page"),
    ]);
    workbench.write("corpus/good.txt", &page("A good page", "It is about zebras."));
    workbench.write("corpus/good.txt.gz", &gzipped(&page("A good page in a gzip", "It is about okapis.")));
    workbench.write(
        "corpus/feed.jsonl",
        b"{\"text\": \"oops\n{\"text\":\"A quagga is written about here, at some length, in a feed.\"}\n",
    );
    let run = workbench.search(&["index", "--strict"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    for named in [
        "4 inputs skipped",
        "empty.txt",
        "picture.html",
        "JPEG",
        "broken.txt.gz",
        "feed.jsonl#1",
        "1 file of other formats",
    ] {
        assert!(run.stderr.contains(named), "{named}: {}", run.stderr);
    }
    assert_eq!(workbench.search(&["index"]).code, 0, "without --strict it is a warning");
    for word in ["zebras", "okapis", "quagga"] {
        assert_eq!(workbench.search(&[word]).code, 0, "{word}");
    }
}

#[test]
fn two_folders_with_the_same_names_lose_nothing_silently() {
    let workbench = Workbench::new();
    workbench.write("first/a.txt", &page("First", "A zebra."));
    workbench.write("second/a.txt", &page("Second", "A quagga."));
    let run = workbench.search(&["index", "first", "second"]);
    assert!(run.stderr.contains("same name within its folder as first/a.txt"), "{}", run.stderr);
    assert_eq!(workbench.search(&["index", "-i", "both", "."]).code, 0);
    assert_eq!(workbench.search(&["-i", "both", "quagga"]).code, 0);
}

#[test]
fn an_address_that_comes_twice_counts_once_and_stays_itself() {
    let workbench = Workbench::new();
    let row = |text: &str| {
        format!(
            "{{\"url\":\"http://a.example/1\",\"text\":\"{text} is written about here, in more than five words.\"}}\n"
        )
    };
    workbench.write("corpus/feed.jsonl", [row("A zebra"), row("A quagga"), row("")].concat().as_bytes());
    let first = workbench.search(&["index"]);
    assert!(first.stderr.contains("1 new, 0 changed"), "{}", first.stderr);
    assert!(first.stderr.contains("2 pages with an address that another one has"), "{}", first.stderr);
    for _ in 0..2 {
        let again = workbench.search(&["index"]);
        assert!(again.stderr.contains("0 new, 0 changed, 1 unchanged"), "{}", again.stderr);
        assert_eq!((workbench.search(&["zebra"]).code, workbench.search(&["quagga"]).code), (0, 1));
    }
}

#[test]
fn an_empty_namesake_removes_nothing() {
    let workbench = Workbench::new();
    workbench.write("first/a.txt", &page("First", "A zebra."));
    workbench.write("second/a.txt", b"");
    workbench.search(&["index", "first", "second"]);
    assert_eq!(workbench.search(&["zebra"]).code, 0);
}

#[test]
fn a_first_run_that_fails_leaves_no_empty_index() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A zebra."));
    workbench.write("wrong/topics.toml", b"[topic.price]\nkind = 7\n");
    assert_eq!(workbench.search(&["--knowledge", "wrong", "zebra"]).code, 2);
    let run = workbench.search(&["zebra"]);
    assert!(run.code == 0 && run.stderr.contains("no index yet"), "{}", run.stderr);
}

#[test]
fn a_damaged_index_is_no_usable_index() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A zebra."));
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench.write("index/generation-1/meta.json", b"{");
    let run = workbench.search(&["zebra"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("damaged") && run.stderr.contains("try:"), "{}", run.stderr);
}

#[test]
fn a_removed_word_counts_no_page() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A quokka."));
    workbench.write("corpus/b.txt", &page("Other", "A zebra."));
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench.write("corpus/a.txt", &page("Title", "An okapi."));
    assert_eq!(workbench.search(&["index"]).code, 0);
    let run = workbench.search(&["quokka"]);
    assert!(run.stderr.contains("quokka 0"), "{}", run.stderr);
}

#[test]
fn a_page_that_became_empty_is_gone() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A zebra."));
    assert_eq!(workbench.search(&["zebra"]).code, 0);
    workbench.write("corpus/a.txt", b"");
    assert!(workbench.search(&["index"]).stderr.contains("nothing left after stripping"));
    assert_eq!(workbench.search(&["zebra"]).code, 1);
}

#[test]
fn a_busy_index_says_so() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A zebra."));
    assert_eq!(workbench.search(&["index"]).code, 0);
    let lock = WriterLock::take(&workbench.path().join("index"), Patience::Refuse).expect("the only writer");
    let run = workbench.search(&["index"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(run.stderr.contains(&format!("(pid {}, for ", std::process::id())), "{}", run.stderr);
    assert_eq!(workbench.search(&["zebra"]).code, 0, "searching goes on");
    drop(lock);
    assert_eq!(workbench.search(&["index"]).code, 0);
}

#[test]
fn another_format_is_refused() {
    let workbench = Workbench::new();
    workbench.write("corpus/a.txt", &page("Title", "A zebra."));
    workbench.write("index/search-index.json", br#"{"format":999,"written_by":"9.9.9","generation":"generation-1"}"#);
    let run = workbench.search(&["zebra"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("was written by search 9.9.9 (format 999); this is "), "{}", run.stderr);
    workbench.write("index/search-index.json", br#"{"format":1,"written_by":"0.0.1","generation":"generation-1"}"#);
    let segments =
        br#"{"segments":[{"max_doc":18000,"deletes":null},{"max_doc":300,"deletes":{"num_deleted_docs":96}}]}"#;
    workbench.write("index/generation-1/meta.json", segments);
    let run = workbench.search(&["zebra"]);
    assert_eq!(run.code, 3);
    assert!(
        run.stderr.contains("index --full") && run.stderr.contains("(18,204 pages, about 1 min)"),
        "{}",
        run.stderr
    );
    assert_eq!(workbench.search(&["index", "--full"]).code, 0, "and so it is built anew");
}

#[test]
fn own_knowledge_adds_a_city_and_a_wrong_line_is_named() {
    let workbench = Workbench::new();
    workbench.write(
        "corpus/a.txt",
        &page("Can Zzyzx Haijing Dental Clinic be trusted?", "Zzyzx Haijing Dental Clinic is in Zzyzx."),
    );
    workbench.write("mine/cities.csv", include_bytes!("../golden/own_cities.csv"));
    let run = workbench.search(&["--knowledge", "mine", "index"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found = workbench.search(&["--knowledge", "mine", "-c", "Zzyzx", "clinic"]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    workbench.write("mine/topics.toml", b"[topic.price]\nkind = 7\n");
    let run = workbench.search(&["--knowledge", "mine", "index"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("topics.toml:2"), "{}", run.stderr);
}

#[test]
fn changed_knowledge_is_applied_to_what_is_stored() {
    let about = |place: &str| {
        format!(
            "Can {place} Haijing Dental Clinic reimburse medical insurance?\n\n\
             {place} Haijing Dental Clinic explains what is paid and what is not, in more than one sentence. It is careful."
        )
    };
    let workbench = Workbench::with_files(&[
        ("corpus/known.txt", about("Dalian").as_bytes()),
        ("corpus/unknown.txt", about("Zzyzx").as_bytes()),
        ("more/third.txt", about("Wuhan").as_bytes()),
        (
            "mine/cities.csv",
            b"adcode,hanzi,short,english,level,spellings\n219900,\xE5\xB2\xB8\xE5\xB8\x82,\xE5\xB2\xB8,Zzyzx,county,\n",
        ),
    ]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    std::fs::remove_dir_all(workbench.path().join("corpus")).expect("removed");
    let cities = || {
        let rows = workbench.search(&["--knowledge", "mine", "export"]).rows();
        let named = rows.iter().filter_map(|row| row["city"][0]["name"].as_str().map(str::to_owned));
        let mut named: Vec<String> = named.collect();
        named.sort();
        named
    };
    assert_eq!(cities(), ["Dalian"]);
    let run = workbench.search(&["--knowledge", "mine", "index", "more"]);
    assert!(run.stderr.contains("1 page made anew by changed rules or knowledge"), "{}", run.stderr);
    assert_eq!(cities(), ["Dalian", "Wuhan", "Zzyzx"]);
    let again = workbench.search(&["--knowledge", "mine", "index", "more"]);
    assert!(!again.stderr.contains("made anew"), "{}", again.stderr);
}
