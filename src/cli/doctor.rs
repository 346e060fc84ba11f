//! `search doctor`: reads every byte of the index, says what is wrong, and with `--fix` puts right what can be.

use std::io::Write;
use std::path::Path;

use article_search::backend::embedded::{BackendError, Examination, Finding, Patience, Remedy, examine, repair};
use article_search::ingest::behind::roots;
use article_search::knowledge::Knowledge;
use article_search::text::safe::shown;
use article_search::{Error, saved_knowledge};

use super::arguments::DoctorArguments;
use super::failure::{Exit, Failure};
use super::grammar::quoted;
use super::locate;
use super::print::{counted, megabytes, rows};
use super::session::Session;

/// Runs the command. Exit codes: 0 healthy, 1 leftovers only, 3 broken.
pub(super) fn main(session: &Session, arguments: &DoctorArguments) -> Result<Exit, Failure> {
    let directory = locate::index_to_write(session.common.index.as_deref(), &session.here);
    let refused = |error: BackendError| with_own_advice(Error::from(error).into(), &directory);
    let before = examine(&directory).map_err(refused)?;
    let mut found = if arguments.fix { repair(&directory, Patience::Refuse).map_err(refused)? } else { before.clone() };
    found.findings.extend(in_settings(&directory));
    let mut output = session.output();
    if arguments.json {
        for finding in &found.findings {
            rows::row(&mut output, &serde_json::json!({"v": 1, "kind": "finding", "finding": finding}))?;
        }
        let sum = serde_json::json!({"v": 1, "kind": "sum", "pages": found.pages, "files": found.files,
            "bytes": found.bytes, "complete": found.is_complete, "broken": found.is_broken()});
        rows::row(&mut output, &sum)?;
    } else {
        for finding in before.findings.iter().filter(|finding| !found.findings.contains(finding)) {
            writeln!(output, "put right: {}: {}", shown(&finding.file), shown(&finding.what))?;
        }
        tell(&mut output, &found, &directory)?;
    }
    output.flush()?;
    Ok(match found.findings.as_slice() {
        [] => Exit::Done,
        _ if found.is_broken() => Exit::NoIndex,
        _ => Exit::NothingFound,
    })
}

/// What is wrong in the knowledge files that are saved with an index: a mistake there stops every search in it.
fn in_settings(directory: &Path) -> Option<Finding> {
    let saved = saved_knowledge(directory);
    let error = Knowledge::with_directory(&saved).err().filter(|_| saved.is_dir())?;
    let file = saved.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Some(Finding { file, what: error.to_string(), remedy: Remedy::Correct })
}

/// An index that cannot even be examined is to be built anew; to say that the doctor knows more would lead in a circle. And
/// it does not wait.
fn with_own_advice(failure: Failure, directory: &Path) -> Failure {
    if failure.exit() == Exit::Busy {
        return failure.instead_try("search doctor --fix         again, once the other process is done");
    }
    if !failure.is_damage() {
        return failure;
    }
    let name = directory.to_string_lossy();
    let (index, aside) = (quoted(&name), quoted(&format!("{}.damaged", name.trim_end_matches('/'))));
    failure.instead_try(format!("mv {index} {aside}; search -i {index} index      and the paths of its pages: builds it anew, without what was removed and saved settings"))
}

fn tell(output: &mut impl Write, found: &Examination, directory: &Path) -> std::io::Result<()> {
    for Finding { file, what, remedy } in &found.findings {
        let severity = if *remedy == Remedy::Remove { "warning" } else { "broken" };
        writeln!(output, "{severity}: {}: {}", shown(file), shown(what))?;
    }
    let mut remedies: Vec<Remedy> = found.findings.iter().map(|finding| finding.remedy).collect();
    remedies.dedup();
    for remedy in remedies {
        writeln!(output, "  try: {}", shown(&advice(remedy, directory)))?;
    }
    if !found.is_complete {
        writeln!(output, "leftovers were not looked for: another process is writing, or this one may not")?;
    }
    if found.findings.is_empty() {
        let pages = found.pages.unwrap_or(0);
        let (name, files) = (directory.to_string_lossy(), counted(found.files, "file"));
        let name = shown(name.trim_end_matches('/')).into_owned();
        writeln!(output, "{name}/ is healthy: {}, {files} of {}", counted(pages, "page"), megabytes(found.bytes))?;
    }
    Ok(())
}

/// A command to paste, and what it does.
fn advice(remedy: Remedy, directory: &Path) -> String {
    let index = quoted(&directory.to_string_lossy());
    match remedy {
        Remedy::Remove => format!("search -i {index} doctor --fix      removes what was left over; so does the next search index"),
        Remedy::Rewrite => format!("search -i {index} doctor --fix      writes it anew"),
        Remedy::Forget => format!("search -i {index} doctor --fix      forgets it; the next search index finds it out again"),
        Remedy::ReadAgain => {
            let roots = roots(directory).unwrap_or_default();
            let paths: Vec<String> = roots.iter().map(|root| quoted(&root.to_string_lossy())).collect();
            let paths = if paths.is_empty() { "PATHS".to_owned() } else { paths.join(" ") };
            format!("search -i {index} index --full {paths}      reads the pages again; what was removed for good stays so")
        }
        Remedy::Correct => format!("search -i {index} settings edit FILE      puts it right; settings set FILE - with nothing as input takes it away"),
        Remedy::Lost => "search -i NEW_DIR index PATHS      reads the pages again into a new folder; remove there again what was removed for good".to_owned(),
    }
}
