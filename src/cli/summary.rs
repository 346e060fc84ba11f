//! What a run did, for people: figures, remarks, and which inputs were skipped.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use article_search::backend::embedded::holds_index;
use article_search::model::report::{IngestReport, Skipped};
use article_search::text::safe::shown;

use super::print::{counted, megabytes, padded};
use super::report;
use super::session::Session;

/// Lines for skipped inputs.
const NAMED_SKIPS: usize = 20;
/// So many inputs that are alike stand in one line; fewer are named.
const TOGETHER: usize = 4;
/// What a run has done, and not only would do.
const DONE: &str = "indexed";

/// Says what a run did: on standard error, since results may follow on standard output.
pub(super) fn summarise(session: &Session, report: &IngestReport, directory: &Path) {
    summarise_as(session, report, (DONE, directory));
    if report.skipped.is_empty() || !holds_index(directory) {
        return;
    }
    match report::keep(report, directory) {
        Ok(file) => {
            session.note(&format!("  all of them: {}      make this an error: --strict", file.display()));
        }
        Err(failure) => session.note(&format!("warning: no report is kept: {}", failure.what())),
    }
}

pub(super) fn summarise_as(session: &Session, report: &IngestReport, (verb, directory): (&str, &Path)) {
    let is_written = verb == DONE && holds_index(directory);
    let size = if is_written { format!(" {}", megabytes(bytes_below(directory))) } else { String::new() };
    let mut text = format!(
        "{verb} {} in {:.1} s   ({} new, {} changed, {} unchanged, {} gone)   {}/{size}",
        counted(report.indexed(), "page"),
        report.took_seconds,
        report.new,
        report.changed,
        report.unchanged,
        report.gone + report.dropped,
        directory.to_string_lossy().trim_end_matches('/')
    );
    if report.indexed() > 0 {
        let by_count = |counts: &std::collections::BTreeMap<String, usize>| {
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
            counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>()
        };
        if !report.stripped.is_empty() {
            let _ = write!(text, "\n  stripped: {}", by_count(&report.stripped).join(" · "));
        }
        let _ = write!(
            text,
            "\n  cities {} · clinic names {} · topics {} · languages {} · no city found {}",
            report.cities.len(),
            report.clinics.len(),
            report.topics.len(),
            by_count(&report.languages).join(", "),
            report.without_city
        );
        if report.without_city > 0 && is_written {
            text.push_str(" (search facets city --none)");
        }
    }
    for (count, noun, what) in remarks(report) {
        if count > 0 {
            let _ = write!(text, "\n  {} {what}", counted(count, noun));
        }
    }
    if !report.skipped.is_empty() {
        let _ = write!(text, "\n{}", skipped_lines(&report.skipped));
    }
    session.note(&text);
}

/// What else a run did, with what, how often.
fn remarks(report: &IngestReport) -> [(usize, &'static str, &'static str); 7] {
    [
        (report.unread, "file", "left unread: interrupted; search index goes on from there"),
        (report.gone, "page", "that their sources hold no more kept; --prune drops them"),
        (report.taken_down, "page", "left out: removed for good (search remove --list)"),
        (report.repeated, "page", "with an address that another one has left out"),
        (report.made_anew, "page", "made anew by changed rules or knowledge"),
        (report.cleaned_again, "page", "cleaned again: their sites show what they share"),
        (report.ignored, "file", "of other formats left alone"),
    ]
}

/// Names skipped inputs, with the reason and the number of each: many of one folder and ending, or of one feed, that have
/// one reason stand together.
pub(super) fn skipped_lines(skipped: &[Skipped]) -> String {
    let mut text = format!("warning: {} skipped", counted(skipped.len(), "input"));
    let mut lines: Vec<(String, &str, usize)> = Vec::new();
    for (alike, those) in groups(skipped) {
        match those.as_slice() {
            [first, ..] if those.len() >= TOGETHER => lines.push((alike, &first.reason, those.len())),
            _ => lines.extend(those.into_iter().map(|skip| (skip.label.clone(), skip.reason.as_str(), 1))),
        }
    }
    let named = lines.iter().take(NAMED_SKIPS);
    for (place, reason, count) in named.clone() {
        let _ = write!(text, "\n  {}  {}  {count}", padded(&shown(place), 40), padded(&shown(reason), 40));
    }
    let more = skipped.len() - named.map(|(_, _, count)| count).sum::<usize>();
    if more > 0 {
        let _ = write!(text, "\n  … and {more} more");
    }
    text
}

/// Inputs that are alike and were skipped for one reason, with what their names have in common; in the order of their
/// first ones.
fn groups(skipped: &[Skipped]) -> Vec<(String, Vec<&Skipped>)> {
    let mut groups: Vec<(String, Vec<&Skipped>)> = Vec::new();
    let mut known: HashMap<(String, &str), usize> = HashMap::new();
    for skip in skipped {
        let alike = alike(&skip.label);
        let at = *known.entry((alike.clone(), skip.reason.as_str())).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, those)) => those.push(skip),
            None => groups.push((alike, vec![skip])),
        }
    }
    groups
}

/// What the names of inputs have in common that are of one folder and ending, or records of one file.
fn alike(label: &str) -> String {
    let record = label.rsplit_once('#').filter(|(_, record)| record.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some((file, _)) = record {
        return format!("{file}#*");
    }
    let (folder, name) = label.rsplit_once('/').map_or(("", label), |(folder, name)| (folder, name));
    let slash = if folder.is_empty() { "" } else { "/" };
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
    format!("{folder}{slash}*{ending}")
}

/// Bytes of the files below a folder, as far as they can be seen.
/// All that a folder holds: of an index its reports and settings, too.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_below(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.flatten().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_inputs_of_one_kind_stand_together() {
        let skip =
            |(label, reason): &(&str, &str)| Skipped { label: (*label).to_owned(), reason: (*reason).to_owned() };
        let lines = |all: &[(&str, &str)]| {
            let text = skipped_lines(&all.iter().map(skip).collect::<Vec<_>>());
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        let alike = ["a/1.txt", "a/2.txt", "a/x.html", "a/3.txt", "a/4.txt"].map(|label| (label, "empty"));
        let mixed = [&alike[..], &[("a/5.txt", "an image")]].concat();
        let expected = ["warning: 6 inputs skipped", "a/*.txt empty 4", "a/x.html empty 1", "a/5.txt an image 1"];
        assert_eq!(lines(&mixed), expected);
        let rows = ["f.jsonl#3", "f.jsonl#4", "f.jsonl#5", "f.jsonl#60"].map(|label| (label, "bad"));
        assert_eq!(lines(&rows)[1], "f.jsonl#* bad 4");
        assert_eq!(lines(&rows[..3])[1..], ["f.jsonl#3 bad 1", "f.jsonl#4 bad 1", "f.jsonl#5 bad 1"]);
        assert_eq!(lines(&["w", "x", "y", "z"].map(|label| (label, "empty")))[1], "* empty 4");
        let many: Vec<String> = (0..NAMED_SKIPS + 5).map(|number| format!("{number}/a.txt")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|label| (label.as_str(), "empty")).collect();
        assert_eq!(lines(&many).last().expect("lines"), "… and 5 more");
    }
}
