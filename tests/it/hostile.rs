//! Text from pages never steers a terminal, and no query brings the program down.

use article_search::ingest::read;
use article_search::ingest::templates::Templates;
use article_search::knowledge::Knowledge;
use article_search::model::article::Flag;
use article_search::model::page::{Format, Origin, Page};

use article_search::{Config, Engine, Error, Query};

use crate::shapes::shapes;
use crate::workbench::Workbench;

const HOSTILE: &str = "Can \u{1b}]8;;http://evil.example\u{7}Dalian\u{1b}]8;;\u{7} \u{202E}Haijing Clinic be trusted?\n\n\
    The clinic \u{1b}[31min\u{1b}[0m Dalian is \u{9b}1mnot\u{200B} trusted by \u{2066}anyone\u{2069}. It has no licence at all.\n\n\
    A second paragraph\u{8}\u{8}\u{8} tells how the \u{FEFF}licence was lost, and \u{E0041}why it will not come back.\n";

fn forbidden(character: char) -> bool {
    let steering = ['\u{202E}', '\u{2066}', '\u{2069}', '\u{200B}', '\u{FEFF}', '\u{E0041}'];
    steering.contains(&character) || (character.is_control() && character != '\n')
}

#[test]
fn nothing_from_a_page_reaches_the_terminal() {
    let workbench = Workbench::with_files(&[("corpus/h\u{1b}[7m.txt", HOSTILE.as_bytes())]);
    let mut runs = vec![workbench.search(&["index"])];
    runs.push(workbench.search(&["licence"]));
    assert_eq!(runs[1].code, 0, "{}", runs[1].stderr);
    let id = workbench.search(&["-j", "licence"]).rows()[0]["id"].as_str().expect("an id").to_owned();
    for arguments in [
        &["show", &id][..],
        &["show", &id, "--removed"],
        &["show", &id, "--raw"],
        &["show", &id, "--html"],
        &["export", "-o", "csv", "--removed"],
        &["export", "-o", "md", "--removed", "--query", "licence \u{1b}[7m"],
        &["-vv", "licence \u{1b}[7m"],
        &["-vv", "index", "--site", "a\u{1b}[7m"],
        &["facets"],
        &["licence \u{1b}[7m"],
        &["\u{1b}[7m"],
        &["index", "no\u{1b}[7mwhere"],
        &["-c", "\u{1b}[7m", "x"],
        &["show", "\u{1b}[7m"],
    ] {
        runs.push(workbench.search(arguments));
    }
    for run in runs {
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(forbidden), "{text:?}");
        }
    }
}

/// What a reader of JSON takes for text, and a terminal for a command.
fn steering_in_rows(character: char) -> bool {
    forbidden(character)
        || ('\u{202A}'..='\u{202E}').contains(&character)
        || matches!(character, '\u{2028}' | '\u{2029}')
}

#[test]
fn rows_do_not_steer_a_terminal_either() {
    let row = serde_json::json!({
        "id": "k\u{1b}[7m\u{9b}7m\u{202E}",
        "url": "http://a.example/\u{9b}7m\u{202E}\u{1b}[7m\u{7f}\u{2028}",
        "title": "Is the licence \u{9b}7m of \u{202E}Dalian \u{1b}[7m Haijing Clinic \u{2029}lost?",
        "text": "The licence of the clinic was lost in Dalian, and nobody knows where it is or who has it now.",
    });
    let workbench = Workbench::with_files(&[("corpus/f\u{9b}\u{202E}.jsonl", row.to_string().as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    for arguments in [
        &["-j", "licence"][..],
        &["-o", "json", "licence \u{9b}\u{202E}\u{1b}[7m"],
        &["export"],
        &["export", "--query", "licence \u{9b}\u{202E}\u{1b}[7m", "--removed"],
        &["extract", "corpus", "--removed"],
        &["facets", "-j"],
        &["stats", "-j"],
        &["-j", "-c", "\u{9b}\u{202E}", "licence"],
        &["-j", "licence", "--\u{9b}\u{202E}"],
    ] {
        let run = workbench.search(arguments);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(steering_in_rows), "{arguments:?}: {text:?}");
        }
    }
    let exported = &workbench.search(&["export"]).rows()[0];
    assert_eq!(exported["key"], "k", "what a feed claims is cleaned when it is read");
    assert_eq!(exported["path"], "corpus/f\u{9b}\u{202E}.jsonl", "a file's name is escaped, not lost");
}

#[test]
fn what_a_user_passes_on_does_not_steer_a_terminal() {
    let workbench = Workbench::with_files(&[("corpus/a.txt", HOSTILE.as_bytes()), ("d\u{1b}[7m/a.txt", b"x")]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench.write(
        "queries.tsv",
        "qid\tquery\nq\u{1b}[7m\tlicence\nr\u{1b}[7m\tzebra\ns\u{1b}\u{202E}\tcity:At\u{1b}lantis\n".as_bytes(),
    );
    let mut runs = vec![workbench.search(&["idnex", "d\u{1b}[7m/"])];
    assert!(runs[0].stderr.contains("did you mean the command: search index d␛[7m/"), "{}", runs[0].stderr);
    for arguments in [&[][..], &["--explain"], &["-o", "json"], &["-j"]] {
        runs.push(workbench.search(&[&["--queries", "queries.tsv"], arguments].concat()));
    }
    for run in runs {
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(steering_in_rows), "{text:?}");
        }
    }
}

/// Queries that bring query parsers down, or keep them busy.
pub(crate) fn hostile_queries() -> Vec<(&'static str, String)> {
    let phrase = |words: usize| (0..words).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" ");
    let mut queries = vec![
        ("nested brackets", "(".repeat(1_000) + &")".repeat(1_000)),
        ("open brackets", "(".repeat(100_000)),
        ("NOT", "NOT ".repeat(10_000)),
        ("a phrase with slop", format!("\"{}\"~1000000", phrase(30))),
        ("a long phrase", format!("\"{}\"", phrase(1_000))),
        ("a phrase of one word", format!("\"{}\"", "licence ".repeat(10_000))),
        ("many words", phrase(100_000)),
        ("many alternatives", phrase(100_000).replace(' ', " OR ")),
        ("one word", "licence ".repeat(100_000)),
        ("frequent words", "the of clinic is in Dalian licence and ".repeat(10_000)),
        ("Chinese", "重庆医保".repeat(20_000)),
        ("a regular expression", "body:/../".to_owned()),
        ("a word without end", "x".repeat(100_000)),
        ("filters", "city:".repeat(1_000)),
        ("filters with values", "city:Dalian ".repeat(1_000)),
        ("exclusions", "-licence ".repeat(10_000)),
        ("steering", "\"\u{0301}\u{202E}".to_owned()),
    ];
    queries.extend(
        ["a:(^", "a:(a^", "- *", "(*'", "*^2", "NOT a", "body:[a TO", "*", "", "licence~9", "li*", "^", "\\"]
            .map(|text| ("malformed", text.to_owned())),
    );
    queries.extend(
        [")", "[", "\"", "\\", "*", ",", "-", "“", "：", "\u{3000}"].map(|text| ("repeated", text.repeat(100_000))),
    );
    queries
}

#[test]
fn hostile_queries_return() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("a new index");
    engine.ingest_pages([Page::new(Origin::at("a"), Format::Text, HOSTILE)]).expect("indexed");
    // As much stack as threads of servers have.
    let run = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for (name, query) in hostile_queries() {
            let answer = match engine.explain(&Query::new(query)) {
                // A name that means nothing is said to mean nothing.
                Err(Error::Filter(_)) => continue,
                answer => answer.unwrap_or_else(|error| panic!("{name}: {error}")),
            };
            assert!(answer.words.len() <= 128, "{name}: {}", answer.words.len());
            assert!(answer.total <= 1, "{name}");
        }
    });
    run.expect("a thread").join().expect("no panic");
}

#[test]
fn hostile_queries_end_quietly() {
    let workbench = Workbench::with_files(&[("corpus/a.txt", HOSTILE.as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let queries: Vec<String> = hostile_queries().into_iter().map(|(_, query)| query).collect();
    let run = workbench.search_with_input(&["-", "-j"], queries.join("\n").as_bytes());
    assert!((0..=1).contains(&run.code), "{}", run.stderr);
}

#[test]
fn every_hostile_shape_is_read() {
    let knowledge = Knowledge::builtin().expect("knowledge");
    for shape in shapes(48 << 10) {
        let name = &shape.name;
        let page = Page::new(Origin::at("hostile"), shape.format, shape.content);
        let document = read(&page, &knowledge, &Templates::default());
        // Control characters alone are no text.
        let Ok(document) = document else { panic!("{name}: {document:?}") };
        let article = &document.article;
        let texts = article.parts.iter().map(|part| &part.text).chain(article.removed.iter().map(|line| &line.text));
        for text in texts.chain([&article.title]) {
            assert!(!text.contains(forbidden), "{name}");
        }
    }
}

#[test]
fn what_a_page_may_hold_is_bounded() {
    let knowledge = Knowledge::builtin().expect("knowledge");
    let repeated = |unit: &str| unit.repeat((4 << 20) / unit.len());
    for (name, format, content, is_degraded) in [
        ("one line", Format::Text, repeated("重"), true),
        ("lines", Format::Text, repeated("a word\n"), true),
        ("many lines", Format::Text, "The price is known. \n".repeat(30_000), false),
        ("one paragraph", Format::Html, format!("<p>{}", repeated("Home > ")), true),
        ("paragraphs", Format::Html, repeated("<p>x</p>"), true),
        ("lines as they stand", Format::Html, format!("<pre>{}", repeated("a\n")), true),
        ("nested", Format::Html, repeated("<div>"), true),
        ("claimed titles", Format::Html, "<meta property=og:title content='a - b - c'>".repeat(5_000), false),
        ("days", Format::Html, repeated("<time>2024-01-01</time>"), true),
        ("a heading without letters", Format::Html, format!("<h1>{}", repeated("、")), true),
        ("a title without end", Format::Html, format!("<title>{}</title><p>x", "word ".repeat(800)), false),
    ] {
        let page = Page::new(Origin::at("hostile"), format, content);
        let document = read(&page, &knowledge, &Templates::default()).expect(name);
        assert_eq!(document.article.flags.contains(&Flag::Degraded), is_degraded, "{name}");
        assert!(document.article.parts.len() + document.article.removed.len() <= 32_768, "{name}");
        assert!(document.article.body().len() <= 1 << 20, "{name}");
        assert!(document.article.title.len() <= 512, "{name}");
        assert!(document.claims.titles.len() <= 64 && document.claims.dates.len() <= 2_000, "{name}");
    }
}
