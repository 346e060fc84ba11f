//! What becomes of an index when its disk fails, its process is killed or its power cut, at any call that changes it.
//!
//! Here a few calls of each kind are tried. All of them:
//! `ARTICLE_SEARCH_CASES=100000 cargo test --release --test it crash -- --nocapture`, some tens of minutes.

pub(crate) mod disk;
pub(crate) mod workload;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use article_search::Config;
use serde_json::Value;
use tempfile::TempDir;

use self::disk::{EIO, ENOSPC, Fault, FaultyDisk, Shared};
use self::workload::{Expected, Place, STEPS, everything, leftovers};
use crate::workbench::Workbench;

/// Points that are tried of each kind when nothing else is asked for.
const FEW_POINTS: u64 = 3;
/// So many points, evenly spread, hit each step of a small run.
const ENOUGH_FOR_EACH_STEP: u64 = 48;
/// Characters of what is told of one failure.
const MAX_TOLD: usize = 2_000;
/// Names the folder in which a process of its own works, and the call at which it ends.
const CHILD: &str = "ARTICLE_SEARCH_CRASH_CHILD";

fn asked() -> u64 {
    std::env::var("ARTICLE_SEARCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(FEW_POINTS)
}

/// So many of the calls from 1 to `calls`, evenly spread; all, where that is more.
fn points(calls: u64) -> Vec<u64> {
    spread(asked(), calls)
}

fn spread(wanted: u64, calls: u64) -> Vec<u64> {
    let wanted = wanted.min(calls);
    (1..=wanted).map(|number| (number * calls).div_ceil(wanted)).collect()
}

/// What the workload comes to without a fault.
fn expected() -> &'static Expected {
    static EXPECTED: OnceLock<Expected> = OnceLock::new();
    EXPECTED.get_or_init(|| Expected::new(TempDir::new().expect("a folder").path()))
}

/// Tries a fault at many calls, and says how often and how long.
fn try_all(kind: &str, expected: &Expected, mut attempt: impl FnMut(u64) -> Result<Duration, String>) {
    let (begun, points) = (Instant::now(), points(expected.calls));
    let (mut failures, mut slowest) = (Vec::new(), Duration::ZERO);
    for point in &points {
        match attempt(*point) {
            Ok(took) => slowest = slowest.max(took),
            Err(what) => {
                let what: String = what.chars().take(MAX_TOLD).collect();
                eprintln!("{kind} at call {point}: {what}");
                failures.push(format!("{kind} at call {point}: {what}"));
            }
        }
    }
    let (count, failed, took) = (points.len(), failures.len(), begun.elapsed().as_secs());
    eprintln!("{kind}: {count} of {} calls, {failed} failures, opened within {slowest:.0?}, {took} s", expected.calls);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Works in this process, over a disk with a fault, from the first step on.
fn broken(folder: &Path, fault: Fault, expected: &Expected) -> Result<Duration, String> {
    let place = Place::new(folder);
    let disk = FaultyDisk::new(&place.index(), fault);
    let mut done = Vec::new();
    let failures = place.work((0, &disk), &mut |step| done.push(step));
    if failures + done.len() != STEPS {
        return Err("a step is neither done nor failed".to_owned());
    }
    if matches!(fault, Fault::Lasting(..)) && failures == 0 && done.len() < STEPS {
        return Err("no step says that the disk fails".to_owned());
    }
    expected.check(&place, &done)
}

fn try_broken(kind: &str, fault: impl Fn(u64) -> Fault) {
    let (folder, expected) = (TempDir::new().expect("a folder"), expected());
    try_all(kind, expected, |point| {
        let own = folder.path().join("own");
        let outcome = broken(&own, fault(point), expected);
        fs::remove_dir_all(own).expect("removed");
        outcome
    });
}

#[test]
fn a_call_that_fails() {
    try_broken("EIO", |call| Fault::Once(call, EIO));
}

#[test]
fn a_disk_that_fails_from_a_call_on() {
    try_broken("EIO from there on", |call| Fault::Lasting(call, EIO));
}

#[test]
fn a_disk_that_is_full_for_a_moment() {
    try_broken("ENOSPC", |call| Fault::Once(call, ENOSPC));
}

#[test]
fn a_disk_that_is_full() {
    try_broken("ENOSPC from there on", |call| Fault::Lasting(call, ENOSPC));
}

#[test]
fn a_write_that_takes_half() {
    try_broken("short write", Fault::Short);
}

#[test]
fn a_write_that_takes_half_and_fails() {
    try_broken("half a write, then ENOSPC", |call| Fault::Torn(call, ENOSPC));
}

#[test]
fn a_power_cut() {
    let (folder, expected) = (TempDir::new().expect("a folder"), expected());
    for (kind, is_random) in [("power cut, all lost that may be", false), ("power cut, some lost that may be", true)] {
        try_all(kind, expected, |point| {
            let [own, left] = ["own", "left"].map(|name| folder.path().join(name));
            let (place, after) = (Place::new(&own), Place::new(&left));
            let disk = FaultyDisk::new(&place.index(), Fault::PowerCut(point, if is_random { point } else { 0 }));
            let mut done = Vec::new();
            place.work((0, &disk), &mut |step| done.push(step));
            disk.leave(&place.index(), &after.index());
            let outcome = expected.check(&after, &done);
            for folder in [own, left] {
                fs::remove_dir_all(folder).expect("removed");
            }
            outcome
        });
    }
}

/// A run that is killed once its pages are safe leaves what the commit before it named.
#[test]
fn what_a_killed_run_has_left_goes_with_the_next_run_though_nothing_has_changed() {
    let folder = TempDir::new().expect("a folder");
    let place = Place::new(folder.path());
    place.set(0);
    let engine = place.engine(&Config::default()).expect("an index");
    place.run(&engine).expect("a run");
    for name in ["kinships-0123456789abcdef.bin", "learnt-0123456789abcdef.json"] {
        fs::write(place.index().join("generation-1").join(name), "of an older commit").expect("written");
    }
    assert_eq!(leftovers(&place.index()).len(), 2);
    place.run(&engine).expect("a run");
    assert_eq!(leftovers(&place.index()), Vec::<String>::new());
}

/// A run that dies may have cleaned pages by what it learnt of files that are as before when the next run comes.
#[test]
fn a_run_that_dies_and_files_that_come_back() {
    let article = |number: usize, last: &str| {
        let topic = ["braces", "veneers", "crowns", "fillers"][number];
        format!(
            "How {topic} are made in Dalian\n\nThe doctors make {topic} in {number} hours, and patients go home on the same \
             day with a paper that says how to look after them.\n\nWhoever wants {topic} asks for a day in the week, and \
             brings all bills along.\n\n{last}\n"
        )
    };
    let shared = "The harbour office lends boats to whoever asks for them";
    let own = |number| format!("Number {number} of our letters was written on a rainy day");
    let place_of = |folder: &Path, is_shared: bool| {
        let place = Place::new(folder);
        for number in 0..4 {
            let last = if is_shared || number == 0 { shared.to_owned() } else { own(number) };
            let path = place.corpus().join(format!("f{number}.txt"));
            let content = article(number, &last);
            if fs::read_to_string(&path).ok().as_ref() != Some(&content) {
                fs::write(&path, content).expect("written");
            }
        }
        place
    };
    let outcome_of = |folder: &Path, call: u64| -> (u64, Vec<Value>) {
        let place = place_of(folder, false);
        place.run(&place.engine(&Config::default()).expect("an index")).expect("a run");
        let place = place_of(folder, true);
        let disk = FaultyDisk::new(&place.index(), Fault::Lasting(call, EIO));
        let config = Config::default().on_disk(Arc::new(Shared(Arc::clone(&disk))));
        let _ = place.engine(&config).and_then(|engine| place.run(&engine));
        let place = place_of(folder, false);
        let engine = place.engine(&Config::default()).expect("an index");
        place.run(&engine).expect("a run");
        (disk.calls(), everything(&engine, &place.index()))
    };
    let folder = TempDir::new().expect("a folder");
    let (calls, _) = outcome_of(&folder.path().join("whole"), u64::MAX);
    let fresh = place_of(&folder.path().join("fresh"), false);
    let engine = fresh.engine(&Config::default()).expect("an index");
    fresh.run(&engine).expect("a run");
    let expected = everything(&engine, &fresh.index());
    for call in spread(asked().max(ENOUGH_FOR_EACH_STEP), calls) {
        let own = folder.path().join("own");
        assert!(outcome_of(&own, call).1 == expected, "dead from call {call} of {calls} on");
        fs::remove_dir_all(own).expect("removed");
    }
}

/// What a process of its own does that is killed.
#[test]
#[ignore = "a part of `a_killed_process`"]
fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let (call, folder) = told.split_once(' ').expect("a call and a folder");
    let place = Place::new(Path::new(folder));
    let disk = FaultyDisk::new(&place.index(), Fault::Kill(call.parse().expect("a number")));
    place.work((0, &disk), &mut |step| fs::write(place.folder.join("done"), step.to_string()).expect("written"));
    eprintln!("{} calls that change something", disk.calls());
}

#[test]
fn a_killed_process() {
    let (folder, expected) = (TempDir::new().expect("a folder"), expected());
    try_all("kill", expected, |point| {
        let place = Place::new(&folder.path().join("own"));
        let ended = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "crash::child", "--ignored"])
            .env(CHILD, format!("{point} {}", place.folder.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("it runs");
        let done: Vec<usize> =
            fs::read_to_string(place.folder.join("done")).ok().and_then(|step| step.parse().ok()).into_iter().collect();
        let is_whole = ended.success() && done == [STEPS - 1];
        let outcome = if ended.success() && !is_whole {
            Err("it ended well, and did not do all".to_owned())
        } else {
            expected.check(&place, &done)
        };
        fs::remove_dir_all(&place.folder).expect("removed");
        outcome
    });
}

/// The real program, killed at any time.
#[test]
fn a_program_that_is_killed_at_random() {
    let rounds = asked().min(200);
    let workbench = Workbench::new();
    let place = Place::new(workbench.path());
    place.set(0);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let (mut killed, begun) = (0, Instant::now());
    for round in 0..rounds {
        place.set(1 + usize::try_from(round).expect("few") % (STEPS - 1));
        let mut child = Command::new(env!("CARGO_BIN_EXE_search"))
            .args(["index", "--prune"])
            .current_dir(workbench.path())
            .env_remove("SEARCH_INDEX")
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // From before the first change to after the last.
        thread::sleep(Duration::from_millis(5 + round * 37 % 150));
        child.kill().expect("killed");
        killed += usize::from(!child.wait().expect("ended").success());
        let stats = workbench.search(&["stats", "-j"]);
        assert_eq!(stats.code, 0, "round {round}: {}", stats.stderr);
        if round % 10 == 9 || round + 1 == rounds {
            let run = workbench.search(&["index", "--prune"]);
            assert_eq!(run.code, 0, "round {round}: {}", run.stderr);
            assert_eq!(workbench.search(&["-i", "fresh", "index", "--full"]).code, 0);
            let [kept, fresh] = [&["export"][..], &["-i", "fresh", "export"]].map(|command| workbench.search(command));
            assert_eq!(kept.stdout, fresh.stdout, "round {round}");
            assert_eq!(leftovers(&place.index()), Vec::<String>::new(), "round {round}");
        }
    }
    eprintln!("kill -9: {rounds} rounds, {killed} killed, {} s", begun.elapsed().as_secs());
}
