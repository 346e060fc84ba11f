//! What runs have learnt of the sites, kept beside the pages that were cleaned with it.
//!
//! A file `learnt-<hash>.json` in the generation's folder; the commit names it, so that pages and file change
//! together. Its content is the caller's.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::marker::sync_directory;

const PREFIX: &str = "learnt-";

/// What a commit says beside its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    /// The file that holds what was learnt; none yet.
    pub(super) learnt: Option<String>,
    /// Whether the run went on to learn from the pages of this commit.
    pub(super) is_learning: bool,
    /// The name of the rules by which its pages were made.
    #[serde(default)]
    pub(super) rules: Option<String>,
}

impl Payload {
    /// From the text of a commit; a commit without one has learnt nothing.
    pub(super) fn parse(text: Option<&str>) -> Self {
        let parsed: Option<Self> = text.and_then(|text| serde_json::from_str(text).ok());
        let mut payload = parsed.unwrap_or_default();
        payload.learnt = payload.learnt.filter(|name| is_ours(name));
        payload
    }
}

/// What was learnt by earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    /// As it was given to [`super::Revision::publish`].
    pub content: Vec<u8>,
    /// Whether a run that put pages was cut short before it had learnt from them.
    pub is_unfinished: bool,
}

/// Reads the file that `payload` names; nothing where there is none.
pub(super) fn read(data: &Path, payload: &Payload) -> std::io::Result<Learnt> {
    let content = match &payload.learnt {
        Some(name) => fs::read(data.join(name))?,
        None => Vec::new(),
    };
    Ok(Learnt { content, is_unfinished: payload.is_learning })
}

/// Writes `content` under a name of its own; returns the name when it is safe on disk.
pub(super) fn write(data: &Path, content: &[u8]) -> std::io::Result<String> {
    let name = format!("{PREFIX}{}.json", &blake3::hash(content).to_hex().as_str().get(..16).unwrap_or_default());
    let temporary = data.join(format!(".tmp-{name}"));
    let mut file = File::create(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, data.join(&name))?;
    sync_directory(data)?;
    Ok(name)
}

/// Removes the files of earlier commits.
pub(super) fn remove_others(data: &Path, current: Option<&str>) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_ours(&name) && Some(name.as_ref()) != current {
            // It costs a little space, no more; the next run tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_ours(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(".json"));
    middle.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
