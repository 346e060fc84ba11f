//! What a run did, for machines: a JSON row for each skipped input, then one of the sum. `search help output` has the keys.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use article_search::IngestReport;
use article_search::model::capture::CaptureTime;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::print::rows::row;

/// The folder of reports within that of the index, and how many are kept.
const FOLDER: &str = "reports";
const KEPT: usize = 20;

/// Writes a report to `file`.
pub(super) fn write(report: &IngestReport, file: &Path) -> Result<(), Failure> {
    let written = File::create(file).and_then(|created| rows(report, &mut BufWriter::new(created)));
    written.map_err(|error| Failure::new(Exit::Failed, "io", format!("cannot write {}: {error}", file.display())))
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
