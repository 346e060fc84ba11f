//! A folder of its own for each test, and the built program to run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The project's own corpus.
pub(crate) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Evaluation data outside the project, when `ARTICLE_SEARCH_DATA` names it; says so when it does not.
pub(crate) fn evaluation_data() -> Option<PathBuf> {
    let folder = std::env::var_os("ARTICLE_SEARCH_DATA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: ARTICLE_SEARCH_DATA names no folder with evaluation data");
    }
    folder
}

/// A folder in which the program runs.
pub(crate) struct Workbench {
    folder: TempDir,
}

/// What a run of the program gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The JSON objects of standard output, one a line.
    pub(crate) fn rows(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON row")).collect()
    }
}

impl Workbench {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// A workbench with these files, folders made as needed.
    pub(crate) fn with_files(files: &[(&str, &[u8])]) -> Self {
        let workbench = Self::new();
        for (name, content) in files {
            workbench.write(name, content);
        }
        workbench
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Copies a folder of files into the workbench under `name`.
    pub(crate) fn copy(&self, from: &Path, name: &str) {
        for entry in walk(from) {
            let relative = entry.strip_prefix(from).expect("below");
            self.write(&format!("{name}/{}", relative.display()), &fs::read(&entry).expect("readable"));
        }
    }

    pub(crate) fn search(&self, arguments: &[&str]) -> Run {
        self.search_with_input(arguments, b"")
    }

    pub(crate) fn search_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_search"))
            .args(arguments)
            .current_dir(self.path())
            .env_remove("SEARCH_INDEX")
            .env_remove("SEARCH_OUTPUT")
            .env_remove("SEARCH_KNOWLEDGE")
            .env_remove("SEARCH_CORPUS")
            .env_remove("SEARCH_CONFIG")
            .env_remove("SEARCH_LOG")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("FORCE_COLOR")
            .env_remove("FORCE_HYPERLINK")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(input).expect("written");
        let Output { status, stdout, stderr } = child.wait_with_output().expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { code: status.code().unwrap_or(-1), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// All files below a folder, in order.
pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
