//! What runs tell, how they are interrupted, and who may search meanwhile.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use article_search::{Cancel, Config, Engine, IngestReport, Query, RunOptions};
use serde_json::Value;

use crate::workbench::{Workbench, walk};

const ROWS: usize = 600;

fn text(name: &str) -> String {
    format!(
        "About {name}\n\nThe {name} lives in a wide land and sleeps at noon. Whoever meets a {name} should be quiet.\n"
    )
}

/// Rows of a feed, numbered; each page has an address of its own.
fn feed(numbers: impl Iterator<Item = usize>) -> Vec<u8> {
    let row = |number: usize| {
        // In letters: a page that says 404 is no article.
        let letters: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let text = text(&format!("zebra{letters}"));
        format!("{}\n", serde_json::json!({"url": format!("https://a.example/{number}"), "text": text}))
    };
    numbers.map(row).collect::<String>().into_bytes()
}

fn documents(engine: &Engine) -> Vec<Value> {
    let mut documents = Vec::new();
    let collect = |document| {
        documents.push(serde_json::to_value(&document).expect("plain data"));
        Ok(())
    };
    engine.for_each_document(collect).expect("readable");
    documents
}

/// A run that is cancelled after so many batches.
fn cut_short(engine: &Engine, workbench: &Workbench, batches: usize) -> IngestReport {
    let cancel = Cancel::default();
    let mut left = batches;
    if left == 0 {
        cancel.cancel();
    }
    let options = RunOptions::default().pruning().until(&cancel);
    let progress = &mut |_| {
        left = left.saturating_sub(1);
        if left == 0 {
            cancel.cancel();
        }
    };
    engine.ingest_with(&[workbench.path().join("corpus")], &options, progress).expect("a run")
}

#[test]
fn a_cancelled_run_keeps_what_it_has_read_and_the_next_one_goes_on() {
    let workbench = Workbench::new();
    let write = |name: &str, numbers: &mut dyn Iterator<Item = usize>| {
        workbench.write(&format!("corpus/{name}.jsonl"), &feed(numbers));
    };
    write("a", &mut (0..ROWS));
    write("b", &mut (ROWS..2 * ROWS));
    write("c", &mut (2 * ROWS..2 * ROWS + 10));
    let config = Config::default();
    let corpus = [workbench.path().join("corpus")];
    let whole = RunOptions::default().pruning();
    for batches in 0..4 {
        let directory = workbench.path().join(format!("index{batches}"));
        let engine = Engine::create(&directory, &config).expect("an index");
        let first = cut_short(&engine, &workbench, batches);
        assert_eq!((first.new, first.unread), [(0, 3), (512, 3), (1_024, 2), (1_210, 0)][batches], "{batches}");
        assert_eq!(directory.join("search-index.json").exists(), batches > 0, "nothing read, nothing there");
        // Rows move to a file that is read later, others go: a run that is cut short drops none of them.
        write("a", &mut (20..ROWS));
        write("c", &mut (0..10));
        let held = documents(&engine).len();
        let second = cut_short(&engine, &workbench, 1);
        assert!(second.is_interrupted() && second.dropped == 0 && second.gone == 0, "{second:?}");
        assert!(documents(&engine).len() >= held);
        engine.ingest_with(&corpus, &whole, &mut |_| ()).expect("a run");
        let fresh = Engine::create(workbench.path().join(format!("fresh{batches}")), &config).expect("an index");
        fresh.ingest_with(&corpus, &whole, &mut |_| ()).expect("a run");
        assert_eq!(documents(&engine), documents(&fresh), "{batches}");
        write("a", &mut (0..ROWS));
        write("c", &mut (2 * ROWS..2 * ROWS + 10));
    }
}

fn start(workbench: &Workbench, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_search"))
        .args(arguments)
        .current_dir(workbench.path())
        .env_remove("SEARCH_INDEX")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[cfg(unix)]
fn interrupt(child: Child) -> (i32, String) {
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    (output.status.code().expect("it is not killed"), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_what_was_read_and_ends_with_130() {
    let workbench = Workbench::new();
    for file in 0..12 {
        workbench.write(&format!("corpus/f{file:02}.jsonl"), &feed(file * ROWS..(file + 1) * ROWS));
    }
    // Before the first batch it ends at once, without an index; after it, it saves what there is.
    let said = (1..100)
        .map(|step| {
            let child = start(&workbench, &["index"]);
            thread::sleep(Duration::from_millis(step * 70));
            let (code, said) = interrupt(child);
            assert_eq!(code, 130, "{said}");
            said
        })
        .find(|_| workbench.path().join("index/search-index.json").exists())
        .expect("interrupted after the first batch");
    assert!(said.contains("interrupted: saving what was read") && said.contains("left unread"), "{said}");
    let saved = &workbench.search(&["stats", "-j"]).rows()[0]["pages"];
    assert!(saved.as_u64().is_some_and(|pages| pages > 0 && pages < 12 * 600), "{saved}");
    let full = start(&workbench, &["index", "--full"]);
    thread::sleep(Duration::from_millis(700));
    // It may have been faster.
    assert!(matches!(interrupt(full).0, 130 | 0));
    let pages = workbench.search(&["stats", "-j"]).rows()[0]["pages"].clone();
    assert!(pages == *saved || pages == 12 * ROWS, "a part never replaces an index: {pages}");
    let rest = workbench.search(&["index"]);
    assert!(rest.code == 0 && !rest.stderr.contains("left unread"), "{}", rest.stderr);
    assert_eq!(workbench.search(&["-i", "fresh", "index"]).code, 0);
    assert_eq!(workbench.search(&["export"]).stdout, workbench.search(&["-i", "fresh", "export"]).stdout);
}

/// Ends the readers, also when the writer fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn searches_go_on_while_another_process_writes() {
    let workbench = Workbench::with_files(&[("corpus/quagga.txt", text("quagga").as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let (index, is_over) = (workbench.path().join("index"), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            let reader = Engine::open(&index, &Config::default()).expect("opened");
            let mut before = 0;
            loop {
                let is_last = is_over.load(Ordering::SeqCst);
                let pages = reader.stats().expect("figures").index.pages;
                reader.search(&Query::new("lives").limit(1)).expect("an answer");
                assert!(pages >= before && (pages - 1).is_multiple_of(7), "whole runs only: {before}, {pages}");
                before = pages;
                if is_last {
                    break assert_eq!(pages, 71, "without opening it again");
                }
            }
        });
        scope.spawn(|| {
            let mut before = 0;
            while !is_over.load(Ordering::SeqCst) {
                let run = workbench.search(&["stats", "-j"]);
                assert_eq!(run.code, 0, "{}", run.stderr);
                let pages = run.rows()[0]["pages"].as_u64().expect("a number");
                assert!(pages >= before && (pages - 1).is_multiple_of(7), "whole runs only: {before}, {pages}");
                before = pages;
                let run = workbench.search(&["-i", "index", "lives"]);
                assert_eq!(run.code, 0, "{}", run.stderr);
            }
        });
        let _ends = Ends(&is_over);
        for number in 0..10 {
            for at in 0..7 {
                workbench.write(&format!("corpus/okapi{number}x{at}.txt"), text("okapi").as_bytes());
            }
            assert_eq!(workbench.search(&["index"]).code, 0);
        }
    });
}

/// How all files of a folder look.
fn looks(folder: &Path) -> Vec<(std::path::PathBuf, u64, SystemTime)> {
    let look = |path: std::path::PathBuf| {
        let metadata = path.metadata().expect("there");
        (path, metadata.len(), metadata.modified().expect("a time"))
    };
    walk(folder).into_iter().map(look).collect()
}

#[cfg(unix)]
#[test]
fn who_may_read_an_index_can_search_it_and_searching_writes_nothing() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let workbench = Workbench::with_files(&[("corpus/a.txt", text("zebra").as_bytes())]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench.write("corpus/b.txt", text("okapi").as_bytes());
    assert_eq!(workbench.search(&["index"]).code, 0);
    let index = workbench.path().join("index");
    let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
    let usual = mode(&workbench.path().join("corpus/a.txt"));
    for file in walk(&index) {
        assert_eq!(mode(&file), usual, "{}: who may read other files may read it", file.display());
    }
    let before = looks(&index);
    for command in [&["zebra"][..], &["stats"], &["facets"], &["export"], &["why", "a.txt", "zebra"]] {
        workbench.search(command);
    }
    assert_eq!(looks(&index), before);

    let folders =
        || walk(&index).into_iter().filter_map(|file| file.parent().map(Path::to_owned)).chain([index.clone()]);
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    for file in walk(&index) {
        set(&file, 0o444);
    }
    folders().for_each(|folder| set(&folder, 0o555));
    set(workbench.path(), 0o755);
    let program = workbench.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_search"), &program).expect("copied");
    let mut search = Command::new(&program);
    search.args(["-i", "index", "zebra"]).current_dir(workbench.path());
    // To the superuser nothing is read-only: somebody else searches then.
    if fs::write(index.join("probe"), b"").is_ok() {
        fs::remove_file(index.join("probe")).expect("removed");
        search.uid(65_534);
    }
    // A process that another test starts may hold the copy open for writing for a moment.
    let output = loop {
        match search.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => break output.expect("the program runs"),
        }
    };
    folders().for_each(|folder| set(&folder, 0o755));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_report_names_everything_that_was_skipped() {
    let workbench = Workbench::with_files(&[("corpus/a.txt", text("zebra").as_bytes())]);
    let broken: String = (0..30).map(|_| "{\"text\": \n").collect();
    workbench.write("corpus/feed.jsonl", broken.as_bytes());
    let rows = |file: &Path| -> Vec<Value> {
        let text = fs::read_to_string(file).expect("a report");
        text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
    };
    for command in [&["index", "--dry-run", "--report", "said.ndjson"][..], &["index", "--report", "said.ndjson"]] {
        let run = workbench.search(command);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let said = rows(&workbench.path().join("said.ndjson"));
        assert_eq!(said.len(), 31);
        assert_eq!(
            (&said[0]["v"], &said[0]["kind"], &said[0]["input"]),
            (&1.into(), &"skipped".into(), &"corpus/feed.jsonl#1".into())
        );
        let sum = &said[30];
        assert_eq!((&sum["kind"], &sum["skipped"], &sum["new"]), (&"sum".into(), &30.into(), &1.into()));
        assert_eq!(sum["interrupted"], false);
    }
    let kept = walk(&workbench.path().join("index/reports"));
    assert_eq!(rows(&kept[0]).len(), 31);
    for number in 0..40 {
        workbench.write(&format!("index/reports/2020-01-01T00-00-{number:02}Z.ndjson"), b"");
    }
    let run = workbench.search(&["index", "--strict"]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("all of them: index/reports/2"), "{}", run.stderr);
    let kept = walk(&workbench.path().join("index/reports"));
    assert_eq!(kept.len(), 20);
    assert!(kept[19] > workbench.path().join("index/reports/2021"), "the newest stay");
    assert_eq!(workbench.search(&["zebra"]).code, 0);
    assert_eq!(workbench.search(&["index", "--report", "no/such/folder"]).code, 6);
}

#[cfg(unix)]
#[test]
fn a_watched_folder_is_indexed_again() {
    let workbench = Workbench::with_files(&[("corpus/a.txt", text("zebra").as_bytes())]);
    let once = workbench.search(&["watch", "--once-idle", "--debounce", "10ms"]);
    assert!(once.code == 0 && once.stderr.contains("1 new"), "{}", once.stderr);
    let watching = start(&workbench, &["watch", "--debounce", "100ms"]);
    let found = |word: &str| workbench.search(&["--exact", word]).code == 0;
    let begun = Instant::now();
    for name in ["okapi", "quagga"] {
        workbench.write(&format!("corpus/{name}.txt"), text(name).as_bytes());
        while !found(name) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{name} is never found");
            thread::sleep(Duration::from_millis(50));
        }
    }
    assert_eq!(interrupt(watching).0, 130);
    for (arguments, code) in [(&["watch", "-"][..], 2), (&["watch", "fees"], 2), (&["watch", "--debounce", "soon"], 2)]
    {
        assert_eq!(workbench.search(arguments).code, code, "{arguments:?}");
    }
}

#[test]
fn a_search_says_when_the_corpus_is_newer() {
    let workbench = Workbench::with_files(&[("corpus/a.txt", text("zebra").as_bytes())]);
    let note = "corpus/ has changed since it was indexed: search index";
    let says = |arguments: &[&str]| workbench.search(arguments).stderr.contains(note);
    assert!(!says(&["zebra"]), "it was indexed just now");
    assert!(!says(&["zebra"]));
    workbench.write("corpus/b.txt", text("okapi").as_bytes());
    assert!(says(&["zebra"]));
    assert!(!says(&["-q", "zebra"]) && !says(&["-j", "zebra"]) && !says(&["-i", "index", "zebra"]));
    workbench.search(&["index"]);
    assert!(!says(&["zebra"]));
    fs::remove_file(workbench.path().join("corpus/b.txt")).expect("removed");
    workbench.search(&["index"]);
    assert!(!says(&["zebra"]), "what is gone is told by runs");
    workbench.write("other/a.txt", text("zebra").as_bytes());
    workbench.search(&["-i", "second/index", "index", "other"]);
    workbench.write("second/corpus/c.txt", text("okapi").as_bytes());
    let elsewhere =
        Command::new(env!("CARGO_BIN_EXE_search")).arg("zebra").current_dir(workbench.path().join("second")).output();
    let said = String::from_utf8(elsewhere.expect("it runs").stderr).expect("UTF-8");
    assert!(!said.contains(note), "it was never built from that corpus: {said}");
}
