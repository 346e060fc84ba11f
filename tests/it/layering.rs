//! The law of dependencies: a module names only modules of lower layers, and siblings never name each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::workbench::walk;

/// Modules by layer, lowest first; those of one row may not name each other unless they are joined in `TOGETHER`.
const LAYERS: [&[&str]; 6] = [
    &["text"],
    &["model", "eval"],
    &["backend", "knowledge"],
    &["ingest", "search"],
    &["engine", "error"],
    &["cli", "main", "lib"],
];
const TOGETHER: [(&str, &str); 3] = [("engine", "error"), ("main", "cli"), ("error", "engine")];

/// Crates that only some files may name: their paths under `src/` begin so.
const GUARDED: [(&str, &[&str]); 14] = [
    ("tantivy", &["backend/embedded/"]),
    ("scraper", &["ingest/formats/html"]),
    ("html5ever", &["ingest/formats/html"]),
    ("ego_tree", &["ingest/formats/html"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/"]),
    ("clap_mangen", &["cli/"]),
    ("ctrlc", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("anstream", &["cli/"]),
    ("anstyle", &["cli/"]),
    ("terminal_size", &["cli/"]),
    ("unicode_width", &["cli/"]),
    ("parquet", &["cli/print/parquet.rs"]),
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
        for named in modules_named(&code).into_iter().filter(|named| *named != module && module != "lib") {
            let Some(&other) = layer.get(named) else { continue };
            seen += 1;
            if other >= own && !TOGETHER.contains(&(module.as_str(), named)) {
                wrong.push(format!("{relative}: names `{named}`, which is no lower layer"));
            }
        }
        for (name, allowed) in GUARDED {
            if names_crate(&code, name) && !allowed.iter().any(|prefix| relative.starts_with(prefix)) {
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

/// The modules of this crate that `code` names: `crate::a`, `crate::{a::B, c}`.
fn modules_named(code: &str) -> Vec<&str> {
    let after = |at: usize| code[at..].trim_start();
    let paths = code.match_indices("crate::").filter(|(at, _)| !code[..*at].ends_with(is_part_of_a_name));
    paths
        .flat_map(|(at, prefix)| match after(at + prefix.len()).strip_prefix('{') {
            Some(group) => members(group),
            None => vec![identifier(after(at + prefix.len()))],
        })
        .collect()
}

/// The first identifier of each member of a group of imports, given what follows its opening brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut members, mut start) = (0, Vec::new(), 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                members.push(identifier(group[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    members
}

/// Whether `code` names the crate: a path that begins with it, or an import of it alone, in a group or under another name.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        if before.ends_with(is_part_of_a_name) || after.starts_with(is_part_of_a_name) {
            return false;
        }
        // `::tantivy` is the crate, `other::tantivy` is not.
        let before = before.strip_suffix("::").filter(|outer| !outer.ends_with(is_part_of_a_name)).unwrap_or(before);
        let is_imported = ["use ", "use {", "extern crate "].iter().any(|opening| before.ends_with(opening));
        !before.ends_with("::") && (after.starts_with("::") || is_imported)
    })
}

fn is_part_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn identifier(text: &str) -> &str {
    &text[..text.find(|character| !is_part_of_a_name(character)).unwrap_or(text.len())]
}

#[test]
fn dependencies_are_seen_however_they_are_written() {
    for (code, modules) in [
        ("use crate::text::safe;", vec!["text"]),
        ("use crate::{engine, model::{answer, page}, text as t};", vec!["engine", "model", "text"]),
        ("use crate::{\n    engine::Engine,\n};", vec!["engine", ""]),
        ("crate::backend::open(crate::text::words)", vec!["backend", "text"]),
        ("use mycrate::text;", vec![]),
    ] {
        assert_eq!(modules_named(code), modules, "{code}");
    }
    for (code, is_named) in [
        ("use tantivy;", true),
        ("use tantivy as engine;", true),
        ("use ::tantivy::Index;", true),
        ("use {tantivy::Index, std::fs};", true),
        ("extern crate tantivy;", true),
        ("let index: tantivy::Index = open();", true),
        ("Vec<tantivy::Term>", true),
        ("::tantivy::Index::open()", true),
        ("pub(crate) use tantivy::Term;", true),
        ("let tantivy = 1;", false),
        ("mytantivy::open()", false),
        ("tantivy_like::open()", false),
        ("crate::tantivy::open()", false),
    ] {
        assert_eq!(names_crate(code, "tantivy"), is_named, "{code}");
    }
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
