//! Finding without a question: similar pages, suggestions, facet values; and what packagers need.

use serde_json::{Value, json};

use crate::workbench::Workbench;

/// A text for several clinics, another one about the same, and one about something else.
fn bench() -> Workbench {
    let template = |clinic: &str, city: &str| {
        format!(
            "Many people ask whether {clinic} in {city} can reimburse double eyelid surgery. The surgery is done for \
             appearance. Items that are done for appearance are not covered by medical insurance, whatever the bill says. \
             A scar that hinders the eye may be covered when a hospital has confirmed it beforehand. Keep the invoice, the \
             medical record and the list of fees, and ask the office of the medical insurance within ninety days. To sum \
             up, {clinic} cannot reimburse double eyelid surgery for appearance."
        )
    };
    let page = |number: usize, title: String, text: String| {
        json!({"url": format!("https://a.example/{number}"), "title": title, "text": text}).to_string() + "\n"
    };
    let clinics =
        [("Beixing Eye Clinic", "Harbin"), ("Haijing Eye Clinic", "Dalian"), ("Lanhe Eye Clinic", "Shenyang")];
    let mut rows: String = (1..)
        .zip(clinics)
        .map(|(number, (clinic, city))| {
            page(number, format!("Can {city} {clinic} reimburse double eyelid surgery?"), template(clinic, city))
        })
        .collect();
    let beside = "After double eyelid surgery the eye is swollen for a week. Cold towels help against the swelling.";
    rows += &page(8, "Swelling after double eyelid surgery".to_owned(), beside.to_owned());
    rows += &page(
        9,
        "重庆早美芳医疗美容诊所可以报销医保吗？".to_owned(),
        "重庆早美芳医疗美容诊所不能报销医保。".to_owned(),
    );
    let workbench = Workbench::with_files(&[("corpus/feed.jsonl", rows.as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

#[test]
fn pages_like_a_page() {
    let workbench = bench();
    let addresses = |arguments: &[&str]| {
        let run = workbench.search(&[&["similar", "-o", "urls"], arguments].concat());
        run.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let alike = addresses(&["https://a.example/1"]);
    assert_eq!(alike.len(), 3, "the page itself is none of them, nor what is about something else: {alike:?}");
    assert_eq!(alike.last().map(String::as_str), Some("https://a.example/8"), "{alike:?}");
    let paged: Vec<String> =
        ["1", "2", "3"].iter().flat_map(|page| addresses(&["https://a.example/1", "-n", "1", "-p", page])).collect();
    assert_eq!(paged, alike, "page by page");
    let mut of_template = addresses(&["https://a.example/1", "--template"]);
    of_template.sort();
    assert_eq!(of_template, ["https://a.example/2", "https://a.example/3"], "the others");
    for (name, arguments, code, stderr) in [
        ("no template", &["https://a.example/9", "--template"][..], 1, "no other page has the same text"),
        ("nothing alike", &["https://a.example/9"], 1, "no other page has words in common"),
        ("no such page", &["ffff"], 1, "no page goes by `ffff`"),
    ] {
        let run = workbench.search(&[&["similar"], arguments].concat());
        assert_eq!(run.code, code, "{name}");
        assert!(run.stderr.contains(stderr), "{name}: {}", run.stderr);
    }
    let folded = workbench.search(&["-j", "--group", "template", "double eyelid surgery"]).rows();
    let sizes: Vec<u64> = folded.iter().filter_map(|row| row["group"]["size"].as_u64()).collect();
    assert!(folded.len() == 2 && sizes.contains(&3), "one text for three clinics is one hit: {sizes:?}");
    let screen = workbench.search(&["--group", "template", "double eyelid surgery"]).stdout;
    assert!(screen.contains("+ 2 with the same text for other clinics   (search similar "), "{screen}");
}

#[test]
fn a_page_with_its_own_copies_only_is_like_none() {
    let article = "The quagga of the museum was stuffed in the year of the flood and stands in the east hall, where the \
                   light is dim. Its stripes end behind the shoulder, which no zebra has.";
    let rows = (0..4).map(|copy| {
        let url = format!("https://{}.example/quagga", ["a", "b", "c", "d"][copy]);
        json!({"url": url, "title": "The quagga", "text": article}).to_string() + "\n"
    });
    let workbench = Workbench::with_files(&[("corpus/feed.jsonl", rows.collect::<String>().as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let run = workbench.search(&["similar", "https://a.example/quagga"]);
    assert_eq!((run.code, run.stderr.trim()), (1, "no other page has words in common with it"), "{}", run.stdout);
    let answer = &workbench.search(&["similar", "-o", "json", "https://a.example/quagga"]).rows()[0];
    assert_eq!((&answer["total"], &answer["no_match"], &answer["more"]), (&0.into(), &true.into(), &false.into()));
}

#[test]
fn beginnings_are_completed() {
    let workbench = bench();
    for (prefix, kind, text) in [
        ("hai", "clinic", "Haijing Eye Clinic"),
        ("早美", "clinic", "早美芳医疗美容诊所"),
        ("zaomei", "clinic", "早美芳医疗美容诊所"),
        ("zmf", "clinic", "早美芳医疗美容诊所"),
        ("重", "city", "Chongqing"),
        ("cq", "city", "Chongqing"),
        ("Chong", "city", "Chongqing"),
        ("Swell", "title", "Swelling after double eyelid surgery"),
        ("can dalian", "title", "Can Dalian Haijing Eye Clinic reimburse double eyelid surgery?"),
    ] {
        let rows = workbench.search(&["suggest", "-j", prefix]).rows();
        let found = |row: &Value| row["kind"] == kind && row["text"] == text;
        assert!(rows.iter().any(found), "{prefix}: {rows:?}");
    }
    for nothing in ["xyz", "'", "，。"] {
        assert_eq!(workbench.search(&["suggest", nothing]).code, 1, "{nothing}");
    }
    let many = workbench.search(&["suggest", "-n", "2", "can"]).stdout;
    assert_eq!(many.lines().count(), 2, "{many}");
}

/// Pages of one clinic in thirteen, of another one in two of them; of the other clinics few.
fn pages_of_clinics(numbers: std::ops::Range<u8>) -> String {
    let row = |number: u8, clinic: &str| {
        let title = format!("Does {clinic} in Dalian take card {number}?");
        let text = format!("Guests of {clinic} in Dalian ask about card number {number}. {clinic} takes it.");
        json!({"url": format!("https://m.example/{number}"), "title": title, "text": text}).to_string() + "\n"
    };
    let rows = numbers.map(|number| match number % 13 {
        0 => row(number, "Zaomeifang Eye Clinic"),
        1 | 2 => row(number, "Zhilin Eye Clinic"),
        3 => row(number, "早美芳眼科诊所"),
        _ => row(number, &format!("Z{}min Eye Clinic", char::from(b'a' + number % 26))),
    });
    rows.collect()
}

#[test]
fn names_of_most_pages_come_first() {
    let workbench = Workbench::new();
    // Whole names of clinics and their pages, without the brands.
    let suggested = |count: &str, prefix: &str| -> Vec<(String, u64)> {
        let rows = workbench.search(&["suggest", "-j", "-n", count, prefix]).rows();
        let name =
            |row: &Value| (row["text"].as_str().expect("a text").to_owned(), row["pages"].as_u64().expect("a count"));
        let rows = rows.iter().filter(|row| row["kind"] == "clinic").map(name);
        rows.filter(|(name, _)| name.ends_with("Clinic") || name.ends_with("诊所")).collect()
    };
    let names = |names: [(&str, u64); 3]| names.map(|(name, pages)| (name.to_owned(), pages));
    workbench.write("corpus/feed.jsonl", pages_of_clinics(0..52).as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    let most = names([("Zhilin Eye Clinic", 8), ("Zaomeifang Eye Clinic", 4), ("早美芳眼科诊所", 4)]);
    for prefix in ["z", "Z"] {
        assert_eq!(suggested("100", prefix)[..3], most, "{prefix}");
        assert_eq!(suggested("2", prefix)[0], most[0], "{prefix}: the best of many");
    }
    for (prefix, expected) in [
        ("zhi lin eye", &most[..1]),
        ("zhil", &most[..1]),
        ("zao", &most[1..]),
        ("zaomeifangy", &most[2..]),
        ("早", &most[2..]),
        ("zmf", &most[2..]),
        ("zmfyk", &most[2..]),
        ("zaomeifangeyeclinics", &[]),
    ] {
        assert_eq!(suggested("100", prefix), expected, "{prefix}");
    }
    // In two segments, and with pages that were removed.
    workbench.write("corpus/feed.jsonl", pages_of_clinics(27..104).as_bytes());
    assert_eq!(workbench.search(&["index", "--prune"]).code, 0);
    let most = names([("Zhilin Eye Clinic", 12), ("早美芳眼科诊所", 6), ("Zaomeifang Eye Clinic", 5)]);
    assert_eq!(suggested("100", "z")[..3], most);
    assert_eq!(suggested("2", "z")[0], most[0], "the best of many");
    assert!(workbench.search(&["suggest", "da"]).stdout.contains("Dalian"), "a city");
    assert_ne!(workbench.search(&["--clinic", "zmf", "card"]).code, 0, "initials complete a name and are none");
}

#[test]
fn titles_are_found_behind_those_of_removed_pages() {
    let workbench = Workbench::new();
    let row = |number: usize| {
        let letters: String = format!("{number:03}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        format!(
            "{{\"url\":\"https://q.example/{letters}\",\"title\":\"Quokka {letters}\",\"text\":\"The quokka {letters} sleeps at noon, as is known.\"}}\n"
        )
    };
    workbench.write("corpus/feed.jsonl", (0..60).map(row).collect::<String>().as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    // Few enough that the segment is not written anew.
    workbench.write("corpus/feed.jsonl", (12..60).map(row).collect::<String>().as_bytes());
    assert_eq!(workbench.search(&["index", "--prune"]).code, 0);
    let titles = |count: &str| workbench.search(&["suggest", "-n", count, "quokka"]).stdout;
    assert_eq!(titles("3").lines().map(str::trim_end).collect::<Vec<_>>().len(), 3, "{}", titles("3"));
    assert!(titles("3").contains("Quokka abc") && titles("3").contains("Quokka abe"), "{}", titles("3"));
    assert_eq!(titles("100").lines().count(), 48);
}

#[test]
fn facet_values_are_searched() {
    let workbench = bench();
    for (name, arguments, expected) in [
        ("a part of a name", &["facets", "clinic", "--find", "eye"][..], 3),
        ("in pinyin", &["facets", "clinic", "--find", "meifang"], 1),
        ("of a query", &["facets", "city", "--of", "swelling"], 0),
        ("of another", &["facets", "city", "--of", "\"double eyelid surgery\""], 3),
        ("a city in Chinese", &["facets", "city", "--find", "重庆"], 1),
        ("in traditional characters", &["facets", "city", "--find", "重慶"], 1),
        ("nothing", &["facets", "city", "--find", "xyz"], 0),
    ] {
        let run = workbench.search(arguments);
        let values: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(values.len(), expected, "{name}: {values:?}");
        assert_eq!(run.code, i32::from(expected == 0), "{name}");
    }
}

#[test]
fn packagers_get_completions_and_manual_pages() {
    let workbench = Workbench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = workbench.search(&["completions", shell]);
        assert!(script.code == 0 && script.stdout.contains("passages"), "{shell}");
    }
    assert!(workbench.search(&["completions", "abacus"]).stderr.contains("invalid value 'abacus'"));
    let page = workbench.search(&["man"]).stdout;
    assert!(page.contains(".TH search 1") && page.contains("Forget pages"), "{page}");
    assert_eq!(workbench.search(&["man", "pages"]).code, 0);
    for told in ["passages", "SEARCH_INDEX", ".SH \"FILES\"", ".SH \"EXIT STATUS\"", ".SH \"EXAMPLES\""] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let topics = workbench.search(&["completions", "bash"]).stdout;
    assert!(topics.contains("query output config q index"), "topics of help");
    for name in ["search.1", "search-index.1", "search-q.1", "search-settings-set.1"] {
        let text = std::fs::read_to_string(workbench.path().join("pages").join(name)).expect("a page");
        assert!(text.contains(".TH"), "{name}");
    }
}
