//! Four processes search while another one puts pages in, changes them, merges and collects: nobody sees an error, and
//! counts never go back.
//!
//! Here for two seconds; for a minute: `ARTICLE_SEARCH_SECONDS=60 cargo test --release --test it readers -- --nocapture`.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use article_search::{Config, Engine, Query, RunOptions};

use crate::workbench::Workbench;

const READERS: usize = 4;
/// Tells a process of its own where the index is.
const READER: &str = "ARTICLE_SEARCH_READER";

fn seconds() -> u64 {
    std::env::var("ARTICLE_SEARCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(2)
}

/// What a process of its own does that searches.
#[test]
#[ignore = "a part of `readers_see_no_error_and_no_page_fewer`"]
fn reader() {
    let Some(folder) = std::env::var_os(READER) else { return };
    let folder = Path::new(&folder);
    let held = Engine::open(folder.join("index"), &Config::default()).expect("opened");
    let (mut opened, mut searched) = (0, 0);
    let mut see = |engine: &Engine, before: usize| {
        let pages = engine.stats().expect("figures").index.pages;
        assert!(pages >= before, "{before} pages before, {pages} now");
        // On a busy machine an answer holds what was found in time.
        let found = engine.search(&Query::new("zebra").exact().limit(3)).expect("an answer");
        assert!(found.total <= engine.stats().expect("figures").index.pages);
        searched += 1;
        pages
    };
    // Who opens an index also sees what its writer still learns from, others do not yet.
    let (mut by_held, mut by_opened) = (0, 0);
    while !folder.join("over").exists() {
        by_held = see(&held, by_held);
        let config = Config::default();
        let config = if opened % 3 == 0 { config.verifying() } else { config };
        let config = if opened % 3 == 1 { config.without_maps() } else { config };
        by_opened = see(&Engine::open(folder.join("index"), &config).expect("opened"), by_opened.max(by_held));
        opened += 1;
        if opened % 10 == 0 {
            let mut documents = 0;
            let count = |_| {
                documents += 1;
                Ok(())
            };
            held.for_each_document(count).expect("readable");
            assert!(documents > 0);
        }
    }
    fs::write(folder.join(format!("seen-{}", std::process::id())), format!("{opened} {searched}")).expect("written");
}

fn start(workbench: &Workbench) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "readers::reader", "--ignored", "--nocapture"])
        .env(READER, workbench.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs")
}

#[test]
fn readers_see_no_error_and_no_page_fewer() {
    let workbench = Workbench::new();
    let write = |number: usize, version: usize| {
        let text =
            format!("About {number}\n\nThe zebra of clinic {number} sleeps at noon, as {version} people know well.\n");
        workbench.write(&format!("corpus/{number}.txt"), text.as_bytes());
    };
    (0..20).for_each(|number| write(number, 0));
    let engine = Engine::create(workbench.path().join("index"), &Config::default()).expect("an index");
    let run = || {
        let options = RunOptions::default().pruning();
        engine.ingest_with(&[workbench.path().join("corpus")], &options, &mut |_| ()).expect("a run")
    };
    run();
    let readers: Vec<Child> = (0..READERS).map(|_| start(&workbench)).collect();
    let (begun, mut runs) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(seconds()) || runs < 3 {
        runs += 1;
        write(19 + runs, 0);
        (0..5).for_each(|of| write((runs * 3 + of) % (19 + runs), runs));
        run();
    }
    workbench.write("over", b"");
    for reader in readers {
        let ended = reader.wait_with_output().expect("it ends");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let (mut opened, mut searched) = (0, 0);
    for entry in fs::read_dir(workbench.path()).expect("a folder").flatten() {
        if entry.file_name().to_string_lossy().starts_with("seen-") {
            let seen = fs::read_to_string(entry.path()).expect("readable");
            let (opened_by_one, searched_by_one) = seen.split_once(' ').expect("two numbers");
            opened += opened_by_one.parse::<usize>().expect("a number");
            searched += searched_by_one.parse::<usize>().expect("a number");
        }
    }
    let segments = engine.stats().expect("figures").index.segments;
    eprintln!("readers: {runs} runs, {opened} opened, {searched} searched, {segments} segments at the end");
    assert!(opened >= READERS && segments < 2 * runs + 2, "segments are merged meanwhile");
}
