//! What is known of one file, and how it is written: a row of the ledger.

use serde::{Deserialize, Serialize};

use crate::model::document::DocumentId;
use crate::model::report::{IngestReport, Skipped};
use crate::model::source::{SourceKey, Stamp};

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The folder that was indexed, seen from the index.
    pub(super) root: String,
    /// The file's path within.
    pub(super) relative: String,
    /// How it looked when it was read; none, when its content must be looked at whatever it looks like.
    pub(super) stamp: Option<Stamp>,
    /// The version of what it was read by.
    pub(super) reading: u64,
    /// Pages of the index that are of this file.
    pub(super) pages: u32,
    /// What else was found.
    pub(super) notes: Notes,
}

/// What was found in a file beside its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Notes {
    /// Pages that it holds, but of which the index has the one of another file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lost: Vec<DocumentId>,
    /// Pages of the index that are of this file, but which it does not hold any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<DocumentId>,
    /// What was skipped: what follows the file's name, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) skipped: Vec<(String, String)>,
    /// Pages whose address another page has.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) repeated: usize,
    /// Pages that were taken down.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) taken_down: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl IngestReport {
    /// Adds what was found in the file called `label` beside its pages.
    pub(super) fn add_notes(&mut self, label: &str, notes: Notes) {
        self.repeated += notes.repeated;
        self.taken_down += notes.taken_down;
        let skipped = notes.skipped.into_iter();
        self.skipped.extend(skipped.map(|(place, reason)| Skipped { label: format!("{label}{place}"), reason }));
    }
}

/// What a glance at a row tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) stamp: Option<Stamp>,
    pub(super) reading: u64,
    pub(super) pages: u32,
    pub(super) has_notes: bool,
}

/// Whether a row counts, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The file is forgotten.
    Dropped,
    /// The content must be looked at.
    Distrusted,
    /// The stamp tells.
    Trusted,
}

/// The beginning of a row as it is written: its length in bytes, the file, what is behind it, and the stamp.
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) key: SourceKey,
    pub(super) state: State,
    pub(super) has_notes: bool,
    stamp: Stamp,
    reading: u64,
    pages: u32,
}

impl Head {
    const BYTES: usize = 4 + 8 + 1 + 4 * 8 + 8 + 4;

    pub(super) fn at(content: &[u8], at: usize) -> Option<Self> {
        let mut bytes = content.get(at..)?;
        let length = number(&mut bytes)?;
        let key = SourceKey(u64::from_le_bytes(taken(&mut bytes)?));
        let [flags] = taken(&mut bytes)?;
        let state = match flags & 3 {
            0 => State::Dropped,
            1 => State::Distrusted,
            _ => State::Trusted,
        };
        let stamp = Stamp {
            size: u64::from_le_bytes(taken(&mut bytes)?),
            modified: i64::from_le_bytes(taken(&mut bytes)?),
            changed: i64::from_le_bytes(taken(&mut bytes)?),
            inode: u64::from_le_bytes(taken(&mut bytes)?),
        };
        let reading = u64::from_le_bytes(taken(&mut bytes)?);
        let pages = u32::from_le_bytes(taken(&mut bytes)?);
        Some(Self { length: length.max(Self::BYTES), key, state, has_notes: flags & 4 != 0, stamp, reading, pages })
    }

    pub(super) fn glance(&self) -> Glance {
        let stamp = (self.state == State::Trusted).then_some(self.stamp);
        Glance { stamp, reading: self.reading, pages: self.pages, has_notes: self.has_notes }
    }

    fn bytes(&self) -> Vec<u8> {
        let state = match self.state {
            State::Dropped => 0,
            State::Distrusted => 1,
            State::Trusted => 2,
        };
        let Stamp { size, modified, changed, inode } = self.stamp;
        let mut bytes = length_bytes(self.length).to_vec();
        bytes.extend(self.key.0.to_le_bytes());
        bytes.push(state | u8::from(self.has_notes) << 2);
        for field in [size.to_le_bytes(), modified.to_le_bytes(), changed.to_le_bytes(), inode.to_le_bytes()] {
            bytes.extend(field);
        }
        bytes.extend(self.reading.to_le_bytes());
        bytes.extend(self.pages.to_le_bytes());
        bytes
    }
}

impl Row {
    pub(super) fn glance(&self) -> Glance {
        let has_notes = self.notes != Notes::default();
        Glance { stamp: self.stamp, reading: self.reading, pages: self.pages, has_notes }
    }

    pub(super) fn at(content: &[u8], at: usize) -> Option<Self> {
        let head = Head::at(content, at)?.glance();
        let (root, relative, notes) = texts(content, at)?;
        let notes = if notes.is_empty() { Notes::default() } else { serde_json::from_slice(notes).ok()? };
        let Glance { stamp, reading, pages, .. } = head;
        Some(Self { root: root.to_owned(), relative: relative.to_owned(), stamp, reading, pages, notes })
    }

    pub(super) fn bytes(&self, key: SourceKey) -> Vec<u8> {
        let Glance { stamp, reading, pages, has_notes } = self.glance();
        // Plain data has a JSON form, always.
        let notes = if has_notes { serde_json::to_vec(&self.notes).unwrap_or_default() } else { vec![] };
        let state = if stamp.is_some() { State::Trusted } else { State::Distrusted };
        let length = Head::BYTES + 8 + self.root.len() + self.relative.len() + notes.len();
        let stamp = stamp.unwrap_or_default();
        let mut bytes = Head { length, key, state, has_notes, stamp, reading, pages }.bytes();
        for text in [&self.root, &self.relative] {
            bytes.extend(length_bytes(text.len()));
            bytes.extend(text.as_bytes());
        }
        bytes.extend(notes);
        bytes
    }
}

/// The row by which a file is forgotten.
pub(super) fn dropped(key: SourceKey) -> Vec<u8> {
    let (state, stamp) = (State::Dropped, Stamp::default());
    Head { length: Head::BYTES, key, state, has_notes: false, stamp, reading: 0, pages: 0 }.bytes()
}

/// Root, path within it, and notes of a row.
pub(super) fn texts(content: &[u8], at: usize) -> Option<(&str, &str, &[u8])> {
    let length = Head::at(content, at)?.length;
    let mut bytes = content.get(at + Head::BYTES..at + length)?;
    let mut text = || {
        let length = number(&mut bytes)?;
        let (text, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        std::str::from_utf8(text).ok()
    };
    let (root, relative) = (text()?, text()?);
    Some((root, relative, bytes))
}

fn taken<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    taken(bytes).and_then(|number| usize::try_from(u32::from_le_bytes(number)).ok())
}

fn length_bytes(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}
