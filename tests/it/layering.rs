//! The law of dependencies: a module names only modules of lower layers, and siblings never name each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::workbench::walk;

/// Modules by layer, lowest first; those of one row may not name each other unless they are joined in `TOGETHER`.
const LAYERS: [&[&str]; 6] = [
    &["text"],
    &["model"],
    &["backend", "knowledge"],
    &["ingest", "search"],
    &["engine", "error"],
    &["cli", "main", "lib"],
];
const TOGETHER: [(&str, &str); 3] = [("engine", "error"), ("main", "cli"), ("error", "engine")];

/// Crates that only some files may name: their paths under `src/` begin so.
const GUARDED: [(&str, &[&str]); 7] = [
    ("tantivy", &["backend/embedded/"]),
    ("scraper", &["ingest/formats/html"]),
    ("html5ever", &["ingest/formats/html"]),
    ("ego_tree", &["ingest/formats/html"]),
    ("clap", &["cli/", "main.rs"]),
    ("indicatif", &["cli/"]),
    ("anstream", &["cli/"]),
];

#[test]
fn modules_name_only_lower_layers() {
    let layer: BTreeMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(layer, names)| names.iter().map(move |name| (*name, layer))).collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in walk(&source).iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
        let relative = file.strip_prefix(&source).expect("below").to_string_lossy().replace('\\', "/");
        let module = relative.split(['/', '.']).next().expect("a name").to_owned();
        let Some(&own) = layer.get(module.as_str()) else {
            wrong.push(format!("{relative}: module `{module}` has no layer"));
            continue;
        };
        let code = code_of(&fs::read_to_string(file).expect("readable"));
        for named in named_after(&code, "crate::").filter(|named| *named != module && module != "lib") {
            let Some(&other) = layer.get(named) else { continue };
            seen += 1;
            if other >= own && !TOGETHER.contains(&(module.as_str(), named)) {
                wrong.push(format!("{relative}: names `{named}`, which is no lower layer"));
            }
        }
        for (name, allowed) in GUARDED {
            let is_named = code.contains(&format!("{name}::"));
            if is_named && !allowed.iter().any(|prefix| relative.starts_with(prefix)) {
                wrong.push(format!("{relative}: names the crate `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 30, "the test sees the dependencies it judges");
}

/// The lines of a file that are no comments.
fn code_of(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The identifiers that follow each occurrence of `prefix`.
fn named_after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(prefix).map(move |(at, _)| {
        let rest = &code[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn files_and_functions_stay_small() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut long = Vec::new();
    for file in walk(&source).iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
        let text = fs::read_to_string(file).expect("readable");
        let without_tests = text.split("#[cfg(test)]").next().expect("a first part").lines().count();
        if without_tests > 400 {
            long.push(format!("{}: {without_tests} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "files above 400 lines without tests; is a noun missing?\n{}", long.join("\n"));
}
