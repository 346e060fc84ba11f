//! The law of incremental runs: after any sequence of changes and runs, the last of them pruning, the index is the one
//! that a single run over the same files builds.
//!
//! `ARTICLE_SEARCH_CASES=1000 cargo test --test it sequences` tries a thousand sequences; without it a few are tried.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use article_search::backend::embedded::EmbeddedIndex;
use article_search::{Config, DocumentId, Engine, IngestReport, Origin, RunOptions, Takedown};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

/// Sequences that are tried when nothing else is asked for.
const FEW_CASES: u32 = 24;

const FOLDERS: [&str; 2] = ["corpus/a", "corpus/b"];
const FILES: [&str; 8] = ["a/p.txt", "a/q.txt", "a/r.txt", "a/w.html", "b/p.txt", "b/q.txt", "b/r.txt", "b/w.html"];
const FEEDS: [&str; 2] = ["a/feed.jsonl", "b/feed.jsonl"];
const NAMES: [&str; 8] = ["laser", "filler", "braces", "veneers", "Zzyzx", "botox", "empty", "binary"];
const NOTICE: &str =
    "The harbour office lends these pages to anybody who likes boats, and asks them to be returned dry.";

/// What happens to the files, the index or its settings.
#[derive(Debug, Clone)]
enum Step {
    Write(usize, usize),
    /// Rows: address, name, month of capture.
    Feed(usize, Vec<(usize, usize, usize)>),
    Delete(usize),
    Touch(usize),
    Rename(usize, usize),
    /// Folders to run over, by bits.
    Run(usize),
    Prune(usize),
    TakeDown(usize),
    TakeBack(usize),
    OtherKnowledge,
}

fn step() -> impl Strategy<Value = Step> {
    let (file, name) = (0..FILES.len(), 0..NAMES.len());
    let any_file = 0..FILES.len() + FEEDS.len();
    let rows = prop::collection::vec((0..6_usize, 0..NAMES.len(), 0..4_usize), 0..5);
    prop_oneof![
        5 => (file, name).prop_map(|(file, name)| Step::Write(file, name)),
        4 => (0..FEEDS.len(), rows).prop_map(|(feed, rows)| Step::Feed(feed, rows)),
        2 => any_file.clone().prop_map(Step::Delete),
        1 => any_file.clone().prop_map(Step::Touch),
        1 => (0..FILES.len(), 0..FILES.len()).prop_map(|(from, to)| Step::Rename(from, to)),
        4 => (1..4_usize).prop_map(Step::Run),
        2 => (1..4_usize).prop_map(Step::Prune),
        1 => (0..4_usize).prop_map(Step::TakeDown),
        1 => (0..4_usize).prop_map(Step::TakeBack),
        1 => Just(Step::OtherKnowledge),
    ]
}

/// A page of a site whose furniture is worded as no rule words it.
fn text(name: &str) -> String {
    if name == "empty" {
        return String::new();
    }
    let notice = if name == "botox" { "" } else { NOTICE };
    format!(
        "How the {name} treatment works in Dalian\n\nThe {name} treatment takes about an hour, and {name} patients of \
         {name} go home on the same day.\n\nTo sum up, the {name} treatment is short, and its {name} price is known \
         beforehand.\n\n{notice}\n"
    )
}

fn content(file: &str, name: &str) -> Vec<u8> {
    if name == "binary" {
        return b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01".to_vec();
    }
    if Path::new(file).extension().is_none_or(|ending| ending != "html") {
        return text(name).into_bytes();
    }
    let host = if name.len() > 5 { "s1.example" } else { "s2.example" };
    let paragraphs = text(name).replace("\n\n", "</p><p>");
    format!("<link rel=canonical href='https://{host}/{name}'><h1>On {name}</h1><p>{paragraphs}</p>").into_bytes()
}

fn address(number: usize) -> Option<String> {
    (number < 5).then(|| format!("https://{}/page{number}", if number < 2 { "s1.example" } else { "s2.example" }))
}

fn row(&(number, name, month): &(usize, usize, usize)) -> String {
    let captured = (month > 0).then(|| format!("2024-0{month}-01T12:00:00Z"));
    match NAMES[name] {
        "binary" => "not a row\n".to_owned(),
        name => {
            format!("{}\n", serde_json::json!({"url": address(number), "text": text(name), "fetched_at": captured}))
        }
    }
}

/// A folder with files that change and the index of them.
struct World {
    folder: TempDir,
    clock: u64,
    has_own_knowledge: bool,
    taken_down: Vec<Takedown>,
    engine: Engine,
}

impl World {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        for name in FOLDERS.iter().chain(&["mine"]) {
            fs::create_dir_all(folder.path().join(name)).expect("a folder");
        }
        let cities = "adcode,hanzi,short,english,level,spellings\n219900,岸市,岸,Zzyzx,county,\n";
        fs::write(folder.path().join("mine/cities.csv"), cities).expect("written");
        let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("an index");
        Self { folder, clock: 0, has_own_knowledge: false, taken_down: vec![], engine }
    }

    fn config(&self) -> Config {
        if self.has_own_knowledge {
            Config::default().with_knowledge(self.folder.path().join("mine"))
        } else {
            Config::default()
        }
    }

    fn path(&self, file: usize) -> PathBuf {
        let file = FILES.iter().chain(&FEEDS).nth(file).expect("a file");
        self.folder.path().join("corpus").join(file)
    }

    /// Sets a time of its own, long ago: what was changed just now would be read again in any case.
    fn age(&mut self, path: &Path) {
        self.clock += 1;
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + self.clock);
        File::options().append(true).open(path).expect("a file").set_modified(time).expect("a time");
    }

    fn write(&mut self, file: usize, content: &[u8]) {
        let path = self.path(file);
        fs::write(&path, content).expect("written");
        self.age(&path);
    }

    fn run(&self, engine: &Engine, folders: usize, options: &RunOptions) -> IngestReport {
        let named = FOLDERS.iter().enumerate().filter(|(number, _)| folders & (1 << number) != 0);
        let paths: Vec<PathBuf> = named.map(|(_, name)| self.folder.path().join(name)).collect();
        engine.ingest_with(&paths, options, &mut |_| ()).expect("a run")
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Write(file, name) => self.write(*file, &content(FILES[*file], NAMES[*name])),
            Step::Feed(feed, rows) => {
                let rows: String = rows.iter().map(row).collect();
                self.write(FILES.len() + feed, rows.as_bytes());
            }
            // What is not there cannot be deleted, touched or renamed.
            Step::Delete(file) => drop(fs::remove_file(self.path(*file))),
            Step::Touch(file) => {
                let path = self.path(*file);
                if path.exists() {
                    self.age(&path);
                }
            }
            Step::Rename(from, to) => drop(fs::rename(self.path(*from), self.path(*to))),
            Step::Run(folders) => drop(self.run(&self.engine, *folders, &RunOptions::default())),
            Step::Prune(folders) => drop(self.run(&self.engine, *folders, &RunOptions::default().pruning())),
            Step::TakeDown(number) => self.take_down(takedown(*number)),
            Step::TakeBack(number) => self.take_back(&takedown(*number)),
            Step::OtherKnowledge => {
                self.has_own_knowledge = !self.has_own_knowledge;
                let directory = self.folder.path().join("index");
                self.run(&self.engine, 1, &RunOptions::default());
                self.engine = Engine::open(directory, &self.config()).expect("opened");
            }
        }
    }

    fn take_down(&mut self, takedown: Takedown) {
        if !self.taken_down.contains(&takedown) {
            self.engine.take_down([takedown.clone()], &RunOptions::default()).expect("taken down");
            self.taken_down.push(takedown);
        }
    }

    fn take_back(&mut self, takedown: &Takedown) {
        if self.taken_down.contains(takedown) {
            self.engine.take_back(std::slice::from_ref(&takedown.name), &RunOptions::default()).expect("taken back");
            self.taken_down.retain(|other| other != takedown);
        }
    }
}

fn takedown(number: usize) -> Takedown {
    match number {
        0 => Takedown::of_site("site:s1.example", "s1.example"),
        1 => Takedown::of_pages("p.txt", vec![DocumentId::of(&Origin::at("p.txt"))]),
        _ => {
            let origin = Origin { url: address(number - 2), ..Origin::default() };
            Takedown::of_pages(format!("page{number}"), vec![DocumentId::of(&origin)])
        }
    }
}

/// Everything that the index in a folder knows of its pages; how many pages a site had when it was learnt from may differ.
pub(crate) fn everything(engine: &Engine, directory: &Path) -> Vec<Value> {
    let mut documents = Vec::new();
    let collect = |document| {
        let mut value = serde_json::to_value(&document).expect("plain data");
        for removed in value["article"]["removed"].as_array_mut().expect("a list") {
            let is_count = removed["rule"].as_str().is_some_and(|rule| rule.ends_with("pages of this site"));
            if is_count {
                removed["rule"] = "shared".into();
            }
        }
        documents.push(value);
        Ok(())
    };
    engine.for_each_document(collect).expect("readable");
    let index = EmbeddedIndex::open(directory).expect("readable");
    for kin in index.kinships().expect("readable").rows() {
        documents.push(serde_json::json!([kin.id, kin.head, kin.template]));
    }
    let learnt = index.learnt().expect("readable");
    documents.push(serde_json::from_slice(&learnt.content).expect("JSON"));
    documents
}

fn skipped(report: &IngestReport) -> Vec<String> {
    let mut skipped: Vec<String> =
        report.skipped.iter().map(|skipped| format!("{}: {}", skipped.label, skipped.reason)).collect();
    skipped.sort();
    skipped
}

fn check(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::new();
    for step in steps {
        world.take(step);
    }
    let options = RunOptions::default().pruning();
    let last = world.run(&world.engine, 3, &options);
    let [directory, fresh] = ["index", "fresh"].map(|name| world.folder.path().join(name));
    let anew = Engine::create(&fresh, &world.config()).expect("an index");
    anew.take_down(world.taken_down.clone(), &options).expect("taken down");
    let first = world.run(&anew, 3, &options);
    let expected = everything(&anew, &fresh);
    prop_assert_eq!(everything(&world.engine, &directory), expected.clone());
    prop_assert_eq!(skipped(&last), skipped(&first));
    let counts = |report: &IngestReport| (report.pages(), report.repeated, report.taken_down, report.gone);
    prop_assert_eq!(counts(&last), counts(&first));
    let again = world.run(&world.engine, 3, &options);
    prop_assert_eq!((again.files_read, again.indexed(), again.cleaned_again), (0, 0, 0));
    prop_assert_eq!((skipped(&again), counts(&again)), (skipped(&first), counts(&first)));
    prop_assert_eq!(everything(&world.engine, &directory), expected);
    Ok(())
}

fn cases() -> u32 {
    std::env::var("ARTICLE_SEARCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(FEW_CASES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_runs_gives_the_index_of_one_run(steps in prop::collection::vec(step(), 1..16)) {
        check(&steps)?;
    }
}
