//! What becomes of an index of which bytes are changed, cut off or gone: it is said, and which file it is, or the answers
//! are the same.
//!
//! Here a few places of each file are damaged; many: `ARTICLE_SEARCH_CASES=64 cargo test --release --test it damage --
//! --nocapture`.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use article_search::backend::embedded::{Patience, Remedy, examine, repair};
use article_search::{Config, Engine, Error, Query};
use serde_json::Value;

use crate::crash::workload::{Place, leftovers};
use crate::workbench::{Workbench, walk};

/// Places of a file where a bit is changed, when nothing else is asked for.
const FEW_FLIPS: usize = 3;

fn flips() -> usize {
    std::env::var("ARTICLE_SEARCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(FEW_FLIPS).min(64)
}

/// An index of several segments, with pages that were deleted from them, things learnt, and a takedown.
fn index(workbench: &Workbench) -> PathBuf {
    let place = Place::new(workbench.path());
    for step in 0..3 {
        place.set(step);
        place.run(&place.engine(&Config::default()).expect("an index")).expect("a run");
    }
    assert_eq!(workbench.search(&["remove", "--yes", "site:a.example"]).code, 0);
    place.index()
}

/// Everything that an index answers.
fn answers(config: &Config, index: &Path) -> Result<Vec<Value>, Error> {
    let engine = Engine::open(index, config)?;
    let mut answers = Vec::new();
    for query in ["treatment", "laser Dalian", "\"the same day\"", "clinic 3 price", "boats -laser", "重庆"] {
        let mut answer = serde_json::to_value(engine.search(&Query::new(query))?).expect("plain data");
        answer["took_ms"] = Value::Null;
        answers.push(answer);
    }
    engine.for_each_document(|document| {
        answers.push(serde_json::to_value(&document).expect("plain data"));
        Ok(())
    })?;
    answers.push(serde_json::to_value(engine.takedowns()?).expect("plain data"));
    for prefix in ["c", "how", "重"] {
        answers.push(serde_json::to_value(engine.suggest(prefix, 20)?).expect("plain data"));
    }
    let ids: Vec<Value> = answers.iter().filter_map(|answer| answer.get("id").cloned()).collect();
    for id in ids.iter().filter_map(Value::as_str).take(3) {
        let mut similar = serde_json::to_value(engine.similar(id, &Query::new(""))?).expect("plain data");
        similar["took_ms"] = Value::Null;
        answers.push(similar);
        answers.push(Value::from(format!("{:?}", engine.why(id, &Query::new("treatment"))?)));
    }
    for field in article_search::FacetField::ALL {
        answers.push(serde_json::to_value(engine.facets(field)?).expect("plain data"));
    }
    Ok(answers)
}

/// Ways to damage a file; none is the file removed.
fn damages(content: &[u8]) -> Vec<(String, Option<Vec<u8>>)> {
    let mut damages = vec![("deleted".to_owned(), None)];
    for length in [0, 1, content.len() / 2, content.len().saturating_sub(1)] {
        if length < content.len() {
            damages.push((format!("cut to {length}"), Some(content[..length].to_vec())));
        }
    }
    let count = flips().min(content.len());
    for number in 0..count {
        let at = number * content.len() / count;
        let mut flipped = content.to_vec();
        flipped[at] ^= 1 << (number % 8);
        damages.push((format!("bit at {at}"), Some(flipped)));
        let mut zeroed = content.to_vec();
        zeroed[at..(at + 512).min(content.len())].fill(0);
        damages.push((format!("zeros at {at}"), Some(zeroed)));
    }
    damages.retain(|(_, damaged)| damaged.as_deref() != Some(content));
    damages
}

fn attempt<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| "it panics".to_owned())
}

/// What is wrong with how a damage is met; nothing, or how it was met.
fn met(index: &Path, file: &str, expected: &[Value]) -> Result<&'static str, String> {
    let name = file.rsplit('/').next().expect("a name");
    let plain = attempt(|| answers(&Config::default(), index).map(drop))?;
    let found = attempt(|| examine(index))?;
    let is_named = match &found {
        Ok(found) => found.findings.iter().any(|finding| finding.file.contains(name) || finding.what.contains(name)),
        Err(error) => error.to_string().contains(name) || name == "search-index.json",
    };
    match attempt(|| answers(&Config::default().verifying(), index))? {
        Ok(answers) if answers == expected => Ok("same answers"),
        Ok(_) => Err("other answers, and nothing said".to_owned()),
        Err(_) if !is_named => Err(format!("the doctor does not name it: {found:?}")),
        Err(error) if !error.to_string().contains(name) && name != "search-index.json" => {
            Err(format!("the error does not name it: {error}"))
        }
        Err(_) if plain.is_err() => Ok("found when it was opened or read"),
        Err(_) => Ok("found when every byte was checked"),
    }
}

#[test]
fn damage_to_any_file_is_said() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    let expected = answers(&Config::default().verifying(), &index).expect("whole");
    assert!(examine(&index).expect("examined").findings.is_empty());
    let (mut counts, mut wrong) = (BTreeMap::new(), Vec::new());
    for path in walk(&index) {
        let content = fs::read(&path).expect("readable");
        let file = path.strip_prefix(&index).expect("below").to_string_lossy().into_owned();
        for (how, damaged) in damages(&content) {
            match damaged {
                Some(damaged) => fs::write(&path, damaged).expect("written"),
                None => fs::remove_file(&path).expect("removed"),
            }
            match met(&index, &file, &expected) {
                Ok(how) => *counts.entry(how).or_insert(0) += 1,
                Err(what) => wrong.push(format!("{file}, {how}: {what}")),
            }
            fs::write(&path, &content).expect("written");
        }
    }
    eprintln!("damage: {counts:?}, {} met wrongly", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(answers(&Config::default().verifying(), &index).expect("whole"), expected);
}

#[test]
fn what_was_left_over_is_removed_and_what_is_known_besides_pages_is_found_out_again() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    assert_eq!(workbench.search(&["index", "--full"]).code, 0);
    let documents = || workbench.search(&["export", "--removed"]).stdout;
    let expected = documents();
    let generation = index.join("generation-2");
    for name in [".tmp1-2", "0123456789abcdef0123456789abcdef.idx", "learnt-0123456789abcdef.json"] {
        fs::write(generation.join(name), b"left").expect("written");
    }
    fs::create_dir(index.join("generation-7")).expect("made");
    let run = workbench.search(&["doctor"]);
    assert_eq!((run.code, run.stdout.matches("warning: ").count()), (1, 4), "{}", run.stdout);
    let run = workbench.search(&["doctor", "--fix"]);
    assert_eq!((run.code, run.stdout.matches("put right: ").count()), (0, 4), "{}", run.stdout);
    assert_eq!(leftovers(&index), Vec::<String>::new());
    for prefix in ["sources-", "learnt-", "kinships-"] {
        let of_kind = |path: &PathBuf| path.to_string_lossy().contains(prefix);
        let file = walk(&index).into_iter().find(of_kind).expect("a file");
        fs::write(&file, b"?").expect("written");
        assert_eq!(workbench.search(&["index", "--prune"]).code, 3, "{prefix}");
        let run = workbench.search(&["doctor"]);
        assert_eq!(run.code, 3, "{prefix}: {}", run.stdout);
        assert!(run.stdout.contains("doctor --fix"), "{}", run.stdout);
        assert_eq!(workbench.search(&["doctor", "--fix"]).code, 0, "{prefix}");
        assert_eq!(workbench.search(&["index", "--prune"]).code, 0, "{prefix}");
        assert_eq!(documents(), expected, "{prefix}");
    }
    fs::remove_file(index.join("search-index.json")).expect("removed");
    assert_eq!(workbench.search(&["-i", "index", "index"]).code, 3, "no second index is made over it");
    let run = workbench.search(&["-i", "index", "doctor", "--fix"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(documents(), expected);
}

#[test]
fn damaged_pages_are_read_again_and_what_was_removed_stays_so() {
    for file in [".store", "meta.json"] {
        let workbench = Workbench::new();
        let index = index(&workbench);
        let path = walk(&index).into_iter().find(|path| path.to_string_lossy().ends_with(file)).expect("a file");
        let mut content = fs::read(&path).expect("readable");
        content[10] ^= 1;
        fs::write(&path, content).expect("written");
        let run = workbench.search(&["--verify", "treatment"]);
        assert!(run.code == 3 && run.stderr.contains(file) && run.stderr.contains("doctor"), "{}", run.stderr);
        for command in [&["doctor"][..], &["doctor", "--fix"]] {
            let run = workbench.search(command);
            assert!(run.code == 3 && run.stdout.contains(file), "{command:?}: {}", run.stdout);
            assert!(run.stdout.contains("index --full"), "{}", run.stdout);
        }
        let run = workbench.search(&["index", "--full"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(workbench.search(&["doctor"]).code, 0);
        assert_eq!(workbench.search(&["remove", "--list"]).stdout, "site:a.example\n");
        assert_eq!(workbench.search(&["--verify", "treatment"]).code, 0);
    }
}

#[test]
fn a_list_of_takedowns_that_is_damaged_is_never_passed_over() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    let is_list = |path: &PathBuf| path.to_string_lossy().contains("takedowns-");
    let list = walk(&index).into_iter().find(is_list).expect("a list");
    fs::write(list, b"[]").expect("written");
    for command in [&["index"][..], &["index", "--full"], &["doctor"], &["doctor", "--fix"]] {
        let run = workbench.search(command);
        assert_eq!(run.code, 3, "{command:?}: {}{}", run.stdout, run.stderr);
    }
    let found = repair(&index, article_search::backend::embedded::Patience::Refuse).expect("examined");
    assert!(found.findings.iter().all(|finding| finding.remedy == Remedy::Lost), "{found:?}");
    assert_eq!(workbench.search(&["treatment"]).code, 0, "searches do not need it");
}

#[test]
fn a_folder_without_an_index_is_left_alone() {
    let workbench = Workbench::with_files(&[("other/a.txt", b"x")]);
    for folder in ["other", "nowhere"] {
        assert_eq!(workbench.search(&["-i", folder, "doctor", "--fix"]).code, 3);
    }
    assert_eq!(walk(workbench.path()).len(), 1);
    assert!(!workbench.path().join("nowhere").exists());
}

/// Without maps, a file that somebody cuts off while it is searched is an error.
#[test]
fn a_file_that_is_cut_off_meanwhile_is_an_error_without_maps() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    let expected = answers(&Config::default(), &index).expect("whole");
    assert_eq!(answers(&Config::default().without_maps(), &index).expect("whole"), expected);
    let mut errors = 0;
    let is_of_segment =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.len() > 32 && !name.to_string_lossy().contains('-'));
    for path in walk(&index).into_iter().filter(is_of_segment) {
        let content = fs::read(&path).expect("readable");
        for length in [0, content.len() / 2] {
            let engine = Engine::open(&index, &Config::default().without_maps()).expect("opened");
            fs::File::options().write(true).open(&path).expect("a file").set_len(length as u64).expect("cut");
            let mut sink = |_| Ok(());
            let read =
                engine.search(&Query::new("\"the same day\" laser")).map(drop).and(engine.for_each_document(&mut sink));
            errors += usize::from(read.is_err());
            fs::write(&path, &content).expect("written");
        }
    }
    assert!(errors > 0, "something was read after it was cut off");
    assert_eq!(workbench.search(&["--no-mmap", "treatment"]).code, 0);
}

#[test]
fn what_is_published_while_a_repair_waits_is_kept() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    let engine = Engine::open(&index, &Config::default()).expect("an index");
    let place = Place::new(workbench.path());
    place.set(0);
    let corpus = [place.corpus()];
    std::thread::scope(|scope| {
        let mut repairs = Vec::new();
        let run = engine.ingest(&corpus, &mut |_| {
            if repairs.is_empty() {
                repairs.push(scope.spawn(|| repair(&index, Patience::Wait)));
                // It has looked at the index by now, and waits for the lock.
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        run.expect("a run");
        assert_eq!(repairs.len(), 1);
        for repair in repairs {
            repair.join().expect("no panic").expect("repaired");
        }
    });
    assert_eq!(examine(&index).expect("examined").findings, []);
    assert_eq!(engine.takedowns().expect("a list").len(), 1);
    answers(&Config::default().verifying(), &index).expect("whole");
}

#[test]
fn what_others_have_put_beside_an_index_is_left_alone() {
    let workbench = Workbench::new();
    let index = index(&workbench);
    let others = ["generation-notes/diary.txt", "generation-/a.txt", ".tmp-notes/a.txt"];
    for name in others {
        fs::create_dir_all(index.join(name).parent().expect("a folder")).expect("made");
        fs::write(index.join(name), b"mine").expect("written");
    }
    fs::write(index.join(".tmpfile"), b"mine").expect("written");
    for command in [&["index"][..], &["index", "--full"], &["doctor", "--fix"], &["index"]] {
        assert_eq!(workbench.search(command).code, 0, "{command:?}");
    }
    for name in others.into_iter().chain([".tmpfile"]) {
        assert_eq!(fs::read(index.join(name)).expect(name), b"mine");
    }
    let folder = workbench.path().join("taken");
    fs::create_dir_all(folder.join("generation-notes")).expect("made");
    let run = workbench.search(&["-i", "taken", "index"]);
    assert!(run.code != 0 && run.stderr.contains("taken"), "{}", run.stderr);
}
