//! Which index: the flag or variable, else the nearest `index/` here or above that is ours.

use std::path::{Path, PathBuf};

use article_search::backend::embedded::{holds_index, is_vacant};

use super::failure::{Exit, Failure};

/// Where the index is, or could be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Located {
    /// An index of ours, or a folder that the user named.
    Index(PathBuf),
    /// No index, but a `corpus/` beside which one can be made.
    Corpus { corpus: PathBuf, index: PathBuf },
}

/// Finds the index to search, from `here` upwards; without one, `corpus` is where pages for one are.
pub(super) fn index_to_search(named: Option<&Path>, (here, corpus): (&Path, &Path)) -> Result<Located, Failure> {
    if let Some(named) = named {
        return Ok(Located::Index(named.to_owned()));
    }
    if let Some(found) = nearest(here) {
        return Ok(Located::Index(found));
    }
    let (corpus, index) = (corpus.to_owned(), PathBuf::from("index"));
    if here.join(&corpus).is_dir() && is_vacant(&here.join(&index)) {
        return Ok(Located::Corpus { corpus, index });
    }
    check_readable(here)?;
    let what = format!("no index here (looked for index/ in {} and its parents)", here.display());
    Err(Failure::new(Exit::NoIndex, "index_missing", what)
        .or_try("search index corpus/          read the pages in corpus/ and build ./index")
        .or_try("search -i /path/to/index …    or set SEARCH_INDEX"))
}

/// Refuses an `index/` that is there and may not be looked into: what it holds is unknown.
fn check_readable(here: &Path) -> Result<(), Failure> {
    for folder in here.ancestors().map(|folder| folder.join("index")) {
        if let Err(error) = std::fs::read_dir(&folder)
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            let failure = Failure::io(format!("cannot look into {}", folder.display()), &error);
            return Err(failure.or_try("search -i /path/to/index …    another one"));
        }
    }
    Ok(())
}

/// The folder that `search index` writes to.
pub(super) fn index_to_write(named: Option<&Path>, here: &Path) -> PathBuf {
    named.map(Path::to_owned).or_else(|| nearest(here)).unwrap_or_else(|| PathBuf::from("index"))
}

fn nearest(here: &Path) -> Option<PathBuf> {
    if holds_index(&here.join("index")) {
        return Some(PathBuf::from("index"));
    }
    here.ancestors().skip(1).map(|folder| folder.join("index")).find(|folder| holds_index(folder))
}
