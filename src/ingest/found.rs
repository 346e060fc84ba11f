//! What something in the file system is to a run: a file of pages, something else, or something bad.
//!
//! Nothing is read here but the first bytes of files whose name says nothing.

use std::path::Path;
use std::sync::Arc;

use walkdir::DirEntry;

use super::content;
use super::formats::rows::FieldMap;
use super::kind::InputFormat;
use super::open::{Links, name_of};
use super::source::{ReadOptions, STANDARD_INPUT, SourceFile};
use crate::model::report::Skipped;
use crate::model::site::{SiteName, hash};
use crate::model::source::Stamp;

/// What something in the file system is to a run.
pub(super) enum Found {
    File(SourceFile),
    Bad(Skipped),
    Ignored,
}

/// Tells what things are.
pub(super) struct Finder {
    format: Option<InputFormat>,
    fields: Arc<FieldMap>,
    site: Option<SiteName>,
    /// Names the fields and the site.
    key: u64,
    /// Number of the path below which is looked.
    pub(super) root: usize,
}

impl Finder {
    pub(super) fn new(options: &ReadOptions) -> Self {
        let site_key = options.site.as_ref().map_or(0, |site| hash(site.as_str()));
        let key = hash(&format!("{:?}", options.fields)) ^ site_key;
        let (fields, site) = (Arc::new(options.fields.clone()), options.site.clone());
        Self { format: options.format, fields, site, key, root: 0 }
    }

    pub(super) fn standard_input(&self, path: &Path) -> Found {
        match self.format {
            Some(format) => self.file(path, STANDARD_INPUT.to_owned(), (format, Links::Followed)),
            None => bad(path, "the format of standard input is not named"),
        }
    }

    /// A file that the caller named.
    pub(super) fn named(&self, path: &Path) -> Found {
        let name = path.file_name().map(|name| name_of(Path::new(name))).unwrap_or_default();
        if !path.is_file() {
            return bad(path, "not a regular file");
        }
        let format = self.format.or_else(|| InputFormat::of_name(&name));
        if let Some(format) = format.or_else(|| content::format_of(path, Links::Followed)) {
            return self.file(path, name, (format, Links::Followed));
        }
        let endings = InputFormat::known_endings();
        let known = format!("known endings: {endings}, each also .gz or .zst; or name it with --format");
        bad(path, &format!("unknown format ({known})"))
    }

    /// Something in a folder.
    pub(super) fn within(&self, folder: &Path, entry: &DirEntry) -> Found {
        let path = entry.path();
        let relative = relative_name(path.strip_prefix(folder).unwrap_or(path));
        let by_name = InputFormat::of_name(&relative);
        let kind = entry.file_type();
        if kind.is_symlink() {
            let is_wanted = by_name.is_some() || path.is_dir();
            return if is_wanted {
                bad(path, "a link, not followed within a folder; name it to read it")
            } else {
                Found::Ignored
            };
        }
        if !kind.is_file() {
            return if by_name.is_some() { bad(path, "not a regular file") } else { Found::Ignored };
        }
        let is_bare = !entry.file_name().to_string_lossy().contains('.');
        let by_content = || if is_bare { content::format_of(path, Links::Refused) } else { None };
        match by_name.or(self.format).or_else(by_content) {
            Some(format) => self.file(path, relative, (format, Links::Refused)),
            None => Found::Ignored,
        }
    }

    fn file(&self, path: &Path, relative: String, (format, links): (InputFormat, Links)) -> Found {
        let (fields, site) = (Arc::clone(&self.fields), self.site.clone());
        let reading = self.key.wrapping_add(format as u64);
        let (path, root, stamp) = (path.to_owned(), self.root, Stamp::UNKNOWN);
        Found::File(SourceFile { path, relative, format, links, fields, site, reading, root, stamp })
    }
}

/// The path of a file within its folder, parted by `/`.
pub(super) fn relative_name(path: &Path) -> String {
    let name = name_of(path);
    // Elsewhere a backslash is a character like any other.
    if cfg!(windows) { name.replace('\\', "/") } else { name }
}

fn bad(path: &Path, reason: &str) -> Found {
    Found::Bad(Skipped { label: name_of(path), reason: reason.to_owned() })
}
