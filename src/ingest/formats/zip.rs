//! Zip archives, and the WACZ of web crawlers that are such: files in a row, each handed on with its name. Nothing is
//! ever unpacked to disk, so that names and links in an archive can do no harm.
//!
//! What is in an archive is told by its directory, at its end. Where that is missing, or one cannot go there (standard
//! input), the files are taken as they come, as long as each tells its length.

use std::io::{self, BufReader, Read, Seek};
use std::rc::Rc;

use encoding_rs::GBK;

use ::zip::read::{ZipFile, read_zipfile_from_stream};
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};

use super::{Entry, is_shadow};
use crate::ingest::unpack::Budget;

/// Whether a file that begins so is an archive, perhaps without any files.
pub(in crate::ingest) fn is_archive(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Calls `visit` with each regular file of the archive in order of its directory, and with what is wrong with the others.
pub(in crate::ingest) fn for_each_file(
    mut file: impl Read + Seek,
    budget: &Rc<Budget>,
    visit: &mut dyn FnMut(Entry<'_>),
) {
    let broken = match ZipArchive::new(&mut file) {
        Ok(mut archive) => {
            if archive.has_overlapping_files().unwrap_or(true) {
                return visit(Entry::Bad("files in it overlap, as in a decompression bomb; it is not read".to_owned()));
            }
            if archive.has_duplicate_names() {
                visit(Entry::Bad("files in it have one name; of those the last is read".to_owned()));
            }
            for at in 0..archive.len() {
                let name = archive.file_names_raw().nth(at).map(written_name).unwrap_or_default();
                match archive.by_index(at) {
                    Ok(entry) => visit_entry(entry, budget, visit),
                    Err(error) => visit(Entry::Bad(format!("{name}: {}", reason(&error)))),
                }
            }
            return;
        }
        Err(error) => reason(&error),
    };
    visit(Entry::Bad(format!("its directory cannot be read ({broken}); the files before it are read one by one")));
    match file.rewind() {
        Ok(()) => for_each_in_row(BufReader::new(file), budget, visit),
        Err(error) => visit(Entry::Bad(error.to_string())),
    }
}

/// [`for_each_file`] without the directory, up to the first file that does not tell its length.
pub(in crate::ingest) fn for_each_in_row(mut reader: impl Read, budget: &Rc<Budget>, visit: &mut dyn FnMut(Entry<'_>)) {
    loop {
        match read_zipfile_from_stream(&mut reader) {
            Ok(Some(entry)) => visit_entry(entry, budget, visit),
            Ok(None) => return,
            Err(error) => return visit(Entry::Bad(format!("{}; the rest is not read", reason(&error)))),
        }
    }
}

fn visit_entry<R: Read>(mut entry: ZipFile<'_, R>, budget: &Rc<Budget>, visit: &mut dyn FnMut(Entry<'_>)) {
    let name = written_name(entry.name_raw());
    if !entry.is_file() || is_shadow(&name) {
        return;
    }
    let method = entry.compression();
    if ![CompressionMethod::Stored, CompressionMethod::Deflated].contains(&method) {
        return visit(Entry::Bad(format!("{name}: packed by {method}, which is not read; pack it by deflate")));
    }
    let is_packed = method != CompressionMethod::Stored;
    let missing = entry.size();
    let budget = is_packed.then_some(&**budget);
    let mut content = Unpacked { entry: &mut entry, budget, missing, has_failed: false, late: None };
    visit(Entry::File(name.clone(), &mut BufReader::with_capacity(1 << 16, &mut content)));
    if let Some(error) = content.late {
        visit(Entry::Bad(format!("{name}: {error}; read as it is")));
    }
}

/// A name in the charset of the system that packed it: UTF-8, else what Chinese systems write.
fn written_name(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GBK.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// What is wrong, without the words for those who program.
fn reason(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => "the archive ends too early".to_owned(),
        ZipError::UnsupportedArchive(what) if what.contains("length is not available") => {
            "a file tells its length only behind its content, which needs the whole archive as a file".to_owned()
        }
        ZipError::UnsupportedArchive(what) if what.contains("assword") => "encrypted".to_owned(),
        ZipError::InvalidArchive(what) if what.contains("EOCD") => "it is missing".to_owned(),
        ZipError::InvalidArchive(what) if what.contains("Unexpected end") => "the archive ends too early".to_owned(),
        other => other.to_string(),
    }
}

/// The content of a file; at its end after an error.
struct Unpacked<'a, R> {
    entry: R,
    /// Counts what was packed.
    budget: Option<&'a Budget>,
    /// Bytes of content that are still to come.
    missing: u64,
    has_failed: bool,
    /// An error behind content that can be read all the same: a wrong checksum, or an archive that was cut off.
    late: Option<io::Error>,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.has_failed {
            return Ok(0);
        }
        let is_late = self.missing == 0 || self.budget.is_none();
        let error = match self.entry.read(target) {
            Ok(count) => {
                self.missing = self.missing.saturating_sub(count as u64);
                match self.budget.map_or(Ok(()), |budget| budget.unpack(count)) {
                    Ok(()) => return Ok(count),
                    Err(error) => error,
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) if is_late => {
                let missing = self.missing;
                let cut = || io::Error::other(format!("the archive ends within it, {missing} bytes are missing"));
                (self.has_failed, self.late) = (true, Some(if missing > 0 { cut() } else { error }));
                return Ok(0);
            }
            Err(error) => error,
        };
        self.has_failed = true;
        Err(error)
    }
}
