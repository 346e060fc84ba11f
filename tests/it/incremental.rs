//! Indexing again with the real program: what is gone, what was removed for good, a new generation, another writer.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use article_search::backend::embedded::{Patience, WriterLock};
use article_search::{Config, Engine, Format, Origin, Page, Query, RunOptions, rebuild};

use crate::workbench::Workbench;

fn page(word: &str) -> Vec<u8> {
    format!(
        "About {word}\n\nThe {word} lives in a wide land and sleeps at noon. Whoever meets a {word} should be quiet.\n"
    )
    .into_bytes()
}

/// Makes a file look as if it had been written long ago.
fn age(path: &Path) {
    let time = SystemTime::now() - Duration::from_secs(3600);
    File::options().append(true).open(path).expect("a file").set_modified(time).expect("a time");
}

fn with_pages(words: &[&str]) -> Workbench {
    let workbench = Workbench::new();
    for word in words {
        workbench.write(&format!("corpus/{word}.txt"), &page(word));
        age(&workbench.path().join(format!("corpus/{word}.txt")));
    }
    workbench
}

fn found(workbench: &Workbench, word: &str) -> bool {
    workbench.search(&["--exact", word]).code == 0
}

#[test]
fn pages_whose_file_is_gone_stay_until_they_are_pruned() {
    let workbench = with_pages(&["zebra", "okapi"]);
    workbench.write("other/quagga.txt", &page("quagga"));
    workbench.search(&["index", "corpus", "other"]);
    fs::remove_file(workbench.path().join("corpus/zebra.txt")).expect("removed");
    fs::remove_file(workbench.path().join("other/quagga.txt")).expect("removed");
    for _ in 0..2 {
        let kept = workbench.search(&["index"]);
        assert!(kept.stderr.contains("0 new, 0 changed, 1 unchanged, 1 gone"), "{}", kept.stderr);
        assert!(kept.stderr.contains("--prune"), "{}", kept.stderr);
        assert!(found(&workbench, "zebra"));
    }
    let dry = workbench.search(&["index", "--dry-run"]);
    assert!(dry.stderr.contains("1 unchanged, 1 gone"), "{}", dry.stderr);
    let pruned = workbench.search(&["index", "--prune"]);
    assert!(pruned.stderr.contains("1 unchanged, 1 gone"), "{}", pruned.stderr);
    assert!(!found(&workbench, "zebra"));
    assert!(found(&workbench, "quagga"), "a run over one folder drops no page of another");
    workbench.search(&["index", "--prune", "corpus", "other"]);
    assert!(!found(&workbench, "quagga"));
    assert!(found(&workbench, "okapi"));
}

#[test]
fn rows_that_a_feed_has_no_more_are_gone() {
    let workbench = Workbench::new();
    let row = |word: &str| {
        let text = String::from_utf8(page(word)).expect("UTF-8");
        format!("{}\n", serde_json::json!({"url": format!("https://a.example/{word}"), "text": text}))
    };
    workbench.write("corpus/feed.jsonl", (row("zebra") + &row("okapi")).as_bytes());
    workbench.search(&["index"]);
    workbench.write("corpus/feed.jsonl", row("okapi").as_bytes());
    for command in [&["index"][..], &["index"], &["index", "--prune"]] {
        let run = workbench.search(command);
        assert!(run.stderr.contains("1 unchanged, 1 gone"), "{command:?}: {}", run.stderr);
    }
    assert!(!found(&workbench, "zebra") && found(&workbench, "okapi"));
}

#[test]
fn a_folder_is_the_same_however_it_is_spelled_and_wherever_it_is_copied() {
    let workbench = with_pages(&["zebra", "okapi"]);
    workbench.search(&["index"]);
    let absolute = workbench.path().join("corpus");
    for spelling in ["./corpus", "corpus/", "corpus/../corpus", absolute.to_str().expect("UTF-8")] {
        let run = workbench.search(&["index", "--prune", spelling]);
        assert!(run.stderr.contains("0 new, 0 changed, 2 unchanged, 0 gone"), "{spelling}: {}", run.stderr);
    }
    let copy = Workbench::new();
    copy.copy(&workbench.path().join("corpus"), "corpus");
    copy.copy(&workbench.path().join("index"), "index");
    copy.write("corpus/zebra.txt", &page("quagga"));
    let run = copy.search(&["index", "--prune"]);
    assert!(run.stderr.contains("0 new, 1 changed, 1 unchanged, 0 gone"), "{}", run.stderr);
}

#[test]
fn an_unchanged_file_is_not_opened_and_its_warnings_stay() {
    let workbench = with_pages(&["zebra"]);
    workbench.write("corpus/broken.txt", b"\xFF\xD8\xFF\xE0\x00\x10JFIF");
    workbench.write("corpus/feed.jsonl", b"{\"text\": \"oops\n");
    for name in ["broken.txt", "feed.jsonl"] {
        age(&workbench.path().join("corpus").join(name));
    }
    let engine = Engine::create(workbench.path().join("index"), &Config::default()).expect("an index");
    let run = || engine.ingest(&[workbench.path().join("corpus")], &mut |_| ()).expect("a run");
    let (first, second) = (run(), run());
    assert_eq!((first.files_read, first.skipped.len()), (3, 2));
    assert_eq!((second.files_read, &second.skipped), (0, &first.skipped));
    assert_eq!(workbench.search(&["index", "--strict"]).code, 4);
    let path = workbench.path().join("corpus/zebra.txt");
    File::options().append(true).open(&path).expect("a file").set_modified(SystemTime::now()).expect("a time");
    for _ in 0..2 {
        let racy = run();
        assert_eq!(
            (racy.files_read, racy.unchanged),
            (1, 1),
            "what was changed just now may change without being seen"
        );
    }
}

#[test]
fn what_is_removed_stays_removed_until_it_is_taken_back() {
    let workbench = with_pages(&["zebra", "okapi"]);
    let row = |word: &str| {
        format!(
            "{{\"url\":\"https://www.a.example/{word}\",\"text\":\"The {word} sleeps at noon, as is well known to all.\"}}\n"
        )
    };
    workbench.write("corpus/feed.jsonl", (row("quagga") + &row("gnu")).as_bytes());
    workbench.search(&["index"]);
    let id = workbench.search(&["-j", "--exact", "zebra"]).rows()[0]["id"].as_str().expect("an id").to_owned();
    let refused = workbench.search(&["remove", &id]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("--yes") && found(&workbench, "zebra"), "{}", refused.stderr);
    assert_eq!(workbench.search(&["remove", "nowhere.txt", "--yes"]).code, 1);
    for (name, removed, kept) in [
        (id.as_str(), "zebra", "gnu"),
        ("https://a.example/gnu", "quagga", "quagga"),
        ("site:https://www.a.example/of/whatever?page=1", "quagga", "okapi"),
    ] {
        let run = workbench.search(&["remove", "--yes", name]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(found(&workbench, kept) && (removed == kept || !found(&workbench, removed)), "{name}");
    }
    assert!(!found(&workbench, "gnu"), "www. or not, it is one address");
    assert_eq!(workbench.search(&["remove", "--list"]).stdout.lines().count(), 3);
    workbench.write("corpus/feed.jsonl", (row("gnu") + &row("quagga") + &row("eland")).as_bytes());
    for command in [&["index"][..], &["index", "--prune"], &["index", "--full"], &["index"]] {
        let run = workbench.search(command);
        assert!(run.stderr.contains("4 pages left out: removed for good"), "{command:?}: {}", run.stderr);
        assert!(!["zebra", "gnu", "quagga", "eland"].iter().any(|word| found(&workbench, word)), "{command:?}");
    }
    assert_eq!(workbench.search(&["remove", "--undo", "nowhere"]).code, 1);
    assert_eq!(workbench.search(&["remove", "--undo", "site:https://www.a.example/of/whatever?page=1", &id]).code, 0);
    workbench.search(&["index"]);
    assert!(found(&workbench, "zebra") && found(&workbench, "eland"));
    assert_eq!(workbench.search(&["remove", "--list"]).stdout, "https://a.example/gnu\n");
}

#[test]
fn a_new_generation_takes_the_place_of_the_old_one_when_it_is_finished() {
    let workbench = with_pages(&["zebra", "okapi"]);
    workbench.search(&["index"]);
    let directory = workbench.path().join("index");
    let reader = Engine::open(&directory, &Config::default()).expect("opened");
    let held = reader.search(&Query::new("zebra").exact()).expect("an answer").total;
    let total = |word: &str| reader.search(&Query::new(word).exact()).expect("an answer").total;
    fs::remove_file(workbench.path().join("corpus/zebra.txt")).expect("removed");
    fs::create_dir_all(directory.join("generation-7")).expect("what a run that was cut short has left");
    let run = workbench.search(&["index", "--full"]);
    assert!(run.stderr.contains("1 new, 0 changed, 0 unchanged, 0 gone"), "{}", run.stderr);
    assert_eq!((held, total("zebra"), total("okapi")), (1, 0, 1), "a reader goes over to the new one by itself");
    let generations = |count: usize| {
        let entries = fs::read_dir(&directory).expect("a folder").flatten();
        let names: Vec<_> =
            entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("generation-")).collect();
        assert_eq!(names.len(), count, "{names:?}");
    };
    generations(1);
    let report = reader.ingest(&[workbench.path().join("corpus")], &mut |_| ()).expect("a run");
    assert_eq!((report.new, report.unchanged), (0, 1), "an engine goes on with the new generation");
}

#[test]
fn an_index_of_an_older_format_is_replaced_and_one_of_a_newer_is_not() {
    let workbench = with_pages(&["zebra"]);
    workbench.search(&["index"]);
    let marker = |format: u32| format!("{{\"format\":{format},\"written_by\":\"x\",\"generation\":\"generation-1\"}}");
    workbench.write("index/search-index.json", marker(999).as_bytes());
    assert_eq!(workbench.search(&["index", "--full"]).code, 3);
    workbench.write("index/search-index.json", marker(1).as_bytes());
    for command in [&["zebra"][..], &["index"]] {
        let refused = workbench.search(command);
        assert_eq!(refused.code, 3, "{command:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("index --full"), "{command:?}: {}", refused.stderr);
    }
    assert_eq!(workbench.search(&["index", "--full"]).code, 0);
    assert!(found(&workbench, "zebra"));
}

#[test]
fn a_run_that_waits_begins_when_the_other_ends() {
    let workbench = with_pages(&["zebra"]);
    let lock = WriterLock::take(&workbench.path().join("index"), Patience::Refuse).expect("the only writer");
    assert_eq!(workbench.search(&["index"]).code, 5);
    let run = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| workbench.search(&["index", "--wait"]));
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        drop(lock);
        waiting.join().expect("ended")
    });
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("waiting: another process"), "{}", run.stderr);
    assert!(found(&workbench, "zebra"));
}

#[test]
fn pages_handed_over_in_memory_are_of_no_file() {
    let workbench = with_pages(&["zebra"]);
    let engine = Engine::create(workbench.path().join("index"), &Config::default()).expect("an index");
    let origin = Origin { url: Some("https://a.example/1".to_owned()), ..Origin::at("memory") };
    engine.ingest_pages([Page::new(origin.clone(), Format::Text, page("okapi"))]).expect("indexed");
    let feed = "{\"url\":\"https://a.example/1\",\"text\":\"The quagga sleeps at noon, as is well known to all.\"}\n";
    workbench.write("corpus/feed.jsonl", feed.as_bytes());
    let prune = |engine: &Engine| {
        let paths = [workbench.path().join("corpus")];
        engine.ingest_with(&paths, &RunOptions::default().pruning(), &mut |_| ()).expect("a run")
    };
    let report = prune(&engine);
    assert_eq!((report.new, report.dropped, report.repeated), (1, 0, 1));
    let total = |engine: &Engine, word: &str| engine.search(&Query::new(word).exact()).expect("an answer").total;
    assert_eq!((total(&engine, "okapi"), total(&engine, "quagga")), (1, 0));
    engine.ingest_pages([Page::new(origin, Format::Text, "")]).expect("indexed");
    assert_eq!(total(&engine, "okapi"), 0, "it was handed over empty");
    prune(&engine);
    assert_eq!(total(&engine, "quagga"), 1, "the next best comes in its place");
    let (engine, _) = rebuild(
        workbench.path().join("index"),
        &Config::default(),
        (&[workbench.path().join("corpus")], &RunOptions::default()),
        &mut |_| (),
    )
    .expect("built");
    assert_eq!((total(&engine, "zebra"), total(&engine, "quagga")), (1, 1));
}

#[test]
fn many_runs_leave_few_segments() {
    let workbench = with_pages(&["zebra"]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    for number in 0..12 {
        let name: String = format!("{number:02}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let text = format!("About the {name}\n\nThe animal called {name} sleeps at noon, as is well known to all.\n");
        workbench.write(&format!("corpus/{name}.txt"), text.as_bytes());
        assert_eq!(workbench.search(&["index"]).code, 0);
        let stats = &workbench.search(&["stats", "-j"]).rows()[0];
        assert!(stats["segments"].as_u64().is_some_and(|segments| segments <= 4), "{stats}");
        assert_eq!(stats["pages"], number + 2);
        let parts: u64 =
            stats["parts"].as_object().expect("parts").values().filter_map(serde_json::Value::as_u64).sum();
        assert_eq!(stats["bytes"], parts);
    }
    assert!(found(&workbench, "zebra") && found(&workbench, "ab"));
}
