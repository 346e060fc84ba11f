//! What a run did, for machines: a JSON row for each skipped input, then one of the sum. `search help output` has the keys.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use article_search::IngestReport;
use article_search::model::capture::CaptureTime;
use serde_json::{Value, json};

use super::failure::Failure;
use super::print::rows::row;
use super::session::Session;

/// The folder of reports within that of the index, and how many are kept.
const FOLDER: &str = "reports";
const KEPT: usize = 20;

/// Writes a report to `file`.
pub(super) fn write(report: &IngestReport, file: &Path) -> Result<(), Failure> {
    let written = File::create(file).and_then(|created| rows(report, &mut BufWriter::new(created)));
    written.map_err(|error| Failure::io(format!("cannot write {}", file.display()), &error))
}

/// Prints a report on standard output.
pub(super) fn print(session: &Session, report: &IngestReport) -> Result<(), Failure> {
    Ok(rows(report, &mut session.output())?)
}

/// Writes a report beside the index in `directory`, and drops the oldest of those that are there.
pub(super) fn keep(report: &IngestReport, directory: &Path) -> Result<PathBuf, Failure> {
    let folder = directory.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let time = CaptureTime::parse(&seconds.to_string()).map_or_else(|| seconds.to_string(), |time| time.to_string());
    let file = folder.join(format!("{}.ndjson", time.replace(':', "-")));
    write(report, &file)?;
    let mut reports: Vec<PathBuf> = fs::read_dir(&folder)?.flatten().map(|entry| entry.path()).collect();
    reports.retain(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    reports.sort_unstable();
    for old in reports.iter().rev().skip(KEPT) {
        // It costs a little space; the next run tries again.
        let _ = fs::remove_file(old);
    }
    Ok(file)
}

/// Why an input was skipped, by the newest report in `directory` that there is.
pub(super) fn last_skipped(directory: &Path, is_it: &dyn Fn(&str) -> bool) -> Option<String> {
    let reports = fs::read_dir(directory.join(FOLDER)).ok()?.flatten().map(|entry| entry.path());
    let newest = reports.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson")).max()?;
    let text = fs::read_to_string(newest).ok()?;
    let mut rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let row = rows.find(|row| row.get("input").and_then(Value::as_str).is_some_and(is_it))?;
    row.get("reason").and_then(Value::as_str).map(str::to_owned)
}

fn rows(report: &IngestReport, output: &mut impl Write) -> std::io::Result<()> {
    for skipped in &report.skipped {
        row(output, &json!({"v": 1, "kind": "skipped", "input": skipped.label, "reason": skipped.reason}))?;
    }
    let mut sum = json!({"v": 1, "kind": "sum", "interrupted": report.is_interrupted()});
    if let (Value::Object(sum), Value::Object(counts)) = (&mut sum, serde_json::to_value(report)?) {
        sum.extend(counts);
        sum.insert("skipped".into(), report.skipped.len().into());
    }
    row(output, &sum)?;
    output.flush()
}
