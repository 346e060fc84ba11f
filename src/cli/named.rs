//! Which page is meant: by the beginning of its id, its address, its key, or the path of its file.

use std::path::{Component, Path, PathBuf};

use article_search::{Document, DocumentId, Engine, Error};

use super::failure::Failure;
use super::session::Session;

/// The page that was typed.
pub(super) fn page(session: &Session, engine: &Engine, typed: &str) -> Result<DocumentId, Failure> {
    Ok(known(session, engine, typed)?.1)
}

/// The name by which the index knows what was typed, and its page.
pub(super) fn known(session: &Session, engine: &Engine, typed: &str) -> Result<(String, DocumentId), Error> {
    let as_typed = match engine.page_id(typed) {
        Ok(id) => return Ok((typed.to_owned(), id)),
        Err(error @ Error::NoSuchPage(_)) => error,
        Err(error) => return Err(error),
    };
    let Some(path) = seen_from_index(session, typed).filter(|path| path != typed) else { return Err(as_typed) };
    match engine.page_id(&path) {
        Ok(id) => Ok((path, id)),
        Err(Error::NoSuchPage(_)) => Err(as_typed),
        Err(error) => Err(error),
    }
}

/// A path that was typed, as seen from beside the index, where a run mostly stands; who asks may stand elsewhere.
pub(super) fn seen_from_index(session: &Session, typed: &str) -> Option<String> {
    session.index_directory().and_then(|index| from_beside(&index, &session.here.join(typed)))
}

/// The page that was typed, and the section of it that was typed behind a `#`.
pub(super) fn document_and_section<'a>(
    session: &Session,
    engine: &Engine,
    typed: &'a str,
) -> Result<(Document, Option<&'a str>), Failure> {
    let of = |name: &str| engine.document(&known(session, engine, name)?.1.to_string());
    let Some((name, section)) = typed.rsplit_once('#').filter(|(name, _)| !name.is_empty()) else {
        return Ok((of(typed)?, None));
    };
    // `feed.jsonl#3` is a page of a feed, `c728#3` a section.
    let is_id = name.chars().all(|digit| digit.is_ascii_hexdigit());
    if !is_id {
        match of(typed) {
            Err(Error::NoSuchPage(_)) => {}
            found => return Ok((found?, None)),
        }
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
