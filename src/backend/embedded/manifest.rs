//! What `meta.json` says beyond what the engine below writes there: the files of the commit, how long each is and what
//! its bytes add up to, and a hash of all of it.
//!
//! ```text
//! { … }                                              as the engine wrote it
//! {"<file>":{"bytes":1234,"crc":305419896}, …}       the files of its segments
//! 64 hex digits                                      the hash of everything above
//! ```
//!
//! One file says both, so that they change together.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// How many hex digits a hash has.
const HASH_DIGITS: usize = 64;

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) crc: u32,
}

/// Files by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Manifest {
    pub(super) files: BTreeMap<String, Sum>,
}

/// The part of what the engine writes that names files.
#[derive(Deserialize)]
struct Commit {
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    segment_id: String,
    deletes: Option<Deletes>,
}

#[derive(Deserialize)]
struct Deletes {
    opstamp: u64,
}

impl Manifest {
    /// Those of `known` that the commit `meta` is made of.
    pub(super) fn of(meta: &[u8], known: &BTreeMap<String, Sum>) -> io::Result<Self> {
        let commit: Commit = serde_json::from_slice(meta)?;
        let mut files = BTreeMap::new();
        for Segment { segment_id, deletes } in commit.segments {
            let id = segment_id.replace('-', "");
            let deleted = deletes.map(|deletes| format!("{id}.{}.del", deletes.opstamp));
            let named = known.range(format!("{id}.")..).take_while(|(name, _)| name.starts_with(&id));
            let is_part = |name: &String| name.rsplit('.').next() != Some("del") || Some(name) == deleted.as_ref();
            files.extend(named.filter(|(name, _)| is_part(name)).map(|(name, sum)| (name.clone(), *sum)));
        }
        Ok(Self { files })
    }

    /// `meta` with the manifest and the hash behind it.
    pub(super) fn seal(&self, meta: &[u8]) -> io::Result<Vec<u8>> {
        let mut sealed = meta.to_vec();
        serde_json::to_writer(&mut sealed, self)?;
        sealed.push(b'\n');
        let hash = blake3::hash(&sealed).to_hex();
        sealed.extend_from_slice(hash.as_bytes());
        sealed.push(b'\n');
        Ok(sealed)
    }

    /// What was sealed; an error says that something of it is not as it was written.
    pub(super) fn unseal(sealed: &[u8]) -> io::Result<(Vec<u8>, Self)> {
        let wrong = || io::Error::new(ErrorKind::InvalidData, "meta.json is not what was written");
        let at = sealed.len().checked_sub(HASH_DIGITS + 1).ok_or_else(wrong)?;
        let (content, hash) = sealed.split_at(at);
        let expected = format!("{}\n", blake3::hash(content).to_hex());
        if hash != expected.as_bytes() {
            return Err(wrong());
        }
        let line = content.strip_suffix(b"\n").ok_or_else(wrong)?;
        let at = line.iter().rposition(|byte| *byte == b'\n').ok_or_else(wrong)? + 1;
        let (meta, manifest) = line.split_at(at);
        Ok((meta.to_vec(), serde_json::from_slice(manifest)?))
    }
}

impl Sum {
    /// Of a file as it is now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut file = std::fs::File::open(path)?;
        let (mut hasher, mut bytes) = (crc32fast::Hasher::new(), 0);
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(Self { bytes, crc: hasher.finalize() }),
                Ok(read) => {
                    hasher.update(buffer.get(..read).unwrap_or_default());
                    bytes += read as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What is wrong with the length of a file that should be so.
    pub(super) fn wrong_length(self, path: &Path) -> Option<String> {
        match path.metadata() {
            Ok(metadata) if metadata.len() == self.bytes => None,
            Ok(metadata) => Some(format!("it has {} bytes and not {}", metadata.len(), self.bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Some("it is gone".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// What is wrong with a file that should be so, every byte of it.
    pub(super) fn wrong_content(self, path: &Path) -> Option<String> {
        self.wrong_length(path).or_else(|| match Self::of(path) {
            Ok(found) if found == self => None,
            Ok(_) => Some("its checksum is wrong".to_owned()),
            Err(error) => Some(error.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[&str]) -> BTreeMap<String, Sum> {
        names.iter().map(|name| ((*name).to_owned(), Sum { bytes: 3, crc: 7 })).collect()
    }

    #[test]
    fn a_commit_is_made_of_the_files_of_its_segments() {
        let meta =
            br#"{"segments":[{"segment_id":"aa-bb","deletes":{"opstamp":5}},{"segment_id":"cc","deletes":null}]}"#;
        let all = known(&["aabb.5.del", "aabb.4.del", "aabb.idx", "cc.3.del", "cc.store", "dd.idx"]);
        let manifest = Manifest::of(meta, &all).unwrap();
        assert_eq!(manifest.files, known(&["aabb.5.del", "aabb.idx", "cc.store"]));
    }

    #[test]
    fn no_byte_of_what_is_sealed_changes_unseen() {
        let manifest = Manifest { files: known(&["a.idx"]) };
        let sealed = manifest.seal(b"{\n\"opstamp\": 1\n}\n").unwrap();
        assert_eq!(Manifest::unseal(&sealed).unwrap(), (b"{\n\"opstamp\": 1\n}\n".to_vec(), manifest));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(Manifest::unseal(&damaged).is_err(), "byte {at}");
            assert!(Manifest::unseal(&sealed[..at]).is_err(), "the first {at} bytes");
        }
    }
}
