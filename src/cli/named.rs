//! Which page is meant: by the beginning of its id, its address, its key, or the path of its file.

use std::path::{Component, Path, PathBuf};

use article_search::{Document, DocumentId, Engine, Error};

use super::failure::Failure;
use super::session::Session;

/// The page that was typed.
pub(super) fn page(session: &Session, engine: &Engine, typed: &str) -> Result<DocumentId, Failure> {
    let found = engine.page_id(typed);
    let Err(Error::NoSuchPage(_)) = found else { return Ok(found?) };
    // A run mostly stands beside its index; who asks may stand elsewhere.
    let seen_from_index = session.index_directory().and_then(|index| from_beside(&index, &session.here.join(typed)));
    match seen_from_index {
        Some(path) if path != typed => match engine.page_id(&path) {
            Err(Error::NoSuchPage(_)) => Ok(found?),
            seen => Ok(seen?),
        },
        _ => Ok(found?),
    }
}

/// The page that was typed, and the section of it that was typed behind a `#`.
pub(super) fn document_and_section<'a>(
    session: &Session,
    engine: &Engine,
    typed: &'a str,
) -> Result<(Document, Option<&'a str>), Failure> {
    let of = |name: &str| Ok::<_, Failure>(engine.document(&page(session, engine, name)?.to_string())?);
    let Some((name, section)) = typed.rsplit_once('#') else { return Ok((of(typed)?, None)) };
    // `feed.jsonl#3` is a page of a feed, `c728#3` a section.
    let is_id = name.chars().all(|digit| digit.is_ascii_hexdigit());
    if !is_id && let Ok(document) = of(typed) {
        return Ok((document, None));
    }
    Ok((of(name)?, Some(section)))
}

/// `path` as it reads for who stands beside the index.
fn from_beside(index: &Path, path: &Path) -> Option<String> {
    let folder = plain(&std::path::absolute(index).ok()?).parent()?.to_owned();
    Some(plain(path).strip_prefix(folder).ok()?.to_string_lossy().into_owned())
}

/// A path without the steps `.` and `..`, as written.
fn plain(path: &Path) -> PathBuf {
    let mut steps = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    steps
}
