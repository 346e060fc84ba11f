//! Tar archives: files in a row, each handed on with its name. Nothing is ever unpacked to disk, so that names and links
//! in an archive can do no harm.
//!
//! Lengths in headers are claims: what is kept of a header's additions is bounded, and a file is read as it comes. After
//! a damaged stretch reading goes on at the next header.

use std::io::{self, BufRead, Read};

use ::tar::{EntryType, Header, PaxExtensions};

use super::{Entry, is_shadow};

/// Archives are made of blocks of so many bytes.
const BLOCK_BYTES: usize = 512;
/// Longest name, or list of further properties of a file.
const MAX_NAME_BYTES: u64 = 64 << 10;

/// Whether a file that begins so is an archive.
pub(in crate::ingest) fn is_archive(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

/// Calls `visit` with each regular file of the archive, and with what is wrong between them.
pub(in crate::ingest) fn for_each_file(reader: impl BufRead, visit: &mut dyn FnMut(Entry<'_>)) {
    let mut archive = Archive { reader, offset: 0, name: None, size: None };
    let mut is_lost = false;
    loop {
        match archive.header() {
            Ok(None) => return,
            Ok(Some(Block::Zeros)) => {}
            Ok(Some(Block::Header(header))) => {
                is_lost = false;
                if let Err(error) = archive.entry(&header, visit) {
                    visit(Entry::Bad(error.to_string()));
                }
            }
            // The blocks behind a damaged one belong to it, until one is a header.
            Ok(Some(Block::Other)) if is_lost => {}
            Ok(Some(Block::Other)) => {
                is_lost = true;
                let at = archive.offset - BLOCK_BYTES as u64;
                visit(Entry::Bad(format!("no tar header at byte {at}; reading goes on at the next one")));
            }
            Err(error) => visit(Entry::Bad(error.to_string())),
        }
    }
}

enum Block {
    Zeros,
    Header(Box<Header>),
    Other,
}

struct Archive<R> {
    reader: R,
    offset: u64,
    /// Name and size of the next file, where they do not fit into its header.
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl<R: BufRead> Archive<R> {
    fn header(&mut self) -> io::Result<Option<Block>> {
        let mut block = [0; BLOCK_BYTES];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest)? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(io::Error::other("the archive ends within a header")),
                count => filled += count,
            }
        }
        self.offset += BLOCK_BYTES as u64;
        if block.iter().all(|&byte| byte == 0) {
            return Ok(Some(Block::Zeros));
        }
        let header = Header::from_byte_slice(&block);
        // The sum is taken with spaces in its own place.
        let own = block.iter().enumerate();
        let sum: u32 = own.map(|(at, &byte)| u32::from(if (148..156).contains(&at) { b' ' } else { byte })).sum();
        let is_header = header.cksum().is_ok_and(|declared| declared == sum);
        Ok(Some(if is_header { Block::Header(Box::new(header.clone())) } else { Block::Other }))
    }

    fn entry(&mut self, header: &Header, visit: &mut dyn FnMut(Entry<'_>)) -> io::Result<()> {
        let kind = header.entry_type();
        if matches!(kind, EntryType::GNULongName | EntryType::XHeader) {
            let addition = self.addition(header.entry_size()?)?;
            self.add(kind, &addition);
            return Ok(());
        }
        let declared = header.entry_size()?;
        let size = self.size.take().unwrap_or(declared);
        let name = self.name.take().unwrap_or_else(|| header.path_bytes().into_owned());
        let name = String::from_utf8_lossy(&name).trim_start_matches("./").to_owned();
        let mut content = (&mut self.reader).take(size);
        match kind {
            EntryType::Regular | EntryType::Continuous if !is_shadow(&name) => {
                visit(Entry::File(name.clone(), &mut content));
            }
            EntryType::GNUSparse => visit(Entry::Bad(format!("{name}: a file with holes; pack it without --sparse"))),
            _ => {}
        }
        io::copy(&mut content, &mut io::sink())?;
        let missing = content.limit();
        if missing > 0 {
            return Err(io::Error::other(format!("the archive ends within {name}, {missing} bytes are missing")));
        }
        self.pad(size)
    }

    /// The content of a header's addition.
    fn addition(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.reader).take(size.min(MAX_NAME_BYTES)).read_to_end(&mut bytes)?;
        io::copy(&mut (&mut self.reader).take(size.saturating_sub(MAX_NAME_BYTES)), &mut io::sink())?;
        self.pad(size)?;
        Ok(bytes)
    }

    fn add(&mut self, kind: EntryType, addition: &[u8]) {
        if kind == EntryType::GNULongName {
            let end = addition.iter().position(|&byte| byte == 0).unwrap_or(addition.len());
            self.name = addition.get(..end).map(<[u8]>::to_vec);
            return;
        }
        for property in PaxExtensions::new(addition).flatten() {
            match property.key() {
                Ok("path") => self.name = Some(property.value_bytes().to_vec()),
                Ok("size") => self.size = property.value().ok().and_then(|size| size.parse().ok()),
                _ => {}
            }
        }
    }

    /// Passes over what fills up the last block of `size` bytes.
    fn pad(&mut self, size: u64) -> io::Result<()> {
        let padding = (BLOCK_BYTES as u64 - size % BLOCK_BYTES as u64) % BLOCK_BYTES as u64;
        io::copy(&mut (&mut self.reader).take(padding), &mut io::sink())?;
        self.offset = self.offset.saturating_add(size).saturating_add(padding);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::tar::Builder;

    fn read(archive: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for_each_file(archive, &mut |entry| match entry {
            Entry::File(name, content) => {
                let mut text = String::new();
                content.take(9).read_to_string(&mut text).unwrap();
                found.push(format!("{name}={text}"));
            }
            Entry::Bad(reason) => found.push(format!("! {reason}")),
        });
        found
    }

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn files_with_their_names() {
        let long = format!("{}/a.html", "folder/".repeat(40));
        let packed = archive(&[
            ("a.txt", b"alpha"),
            (&long, b"beta"),
            ("empty.txt", b""),
            ("long.txt", &[b'x'; 5000]),
            ("b/._a.html", b"no"),
        ]);
        let long_name = long.replace("//", "/");
        let expected = [
            "a.txt=alpha".to_owned(),
            format!("{long_name}=beta"),
            "empty.txt=".to_owned(),
            "long.txt=xxxxxxxxx".to_owned(),
        ];
        assert_eq!(read(&packed).iter().map(|name| name.replace("//", "/")).collect::<Vec<_>>(), expected);
        assert!(is_archive(&packed) && !is_archive(b"text"));
        assert_eq!(
            read(&[packed.clone(), archive(&[("c.txt", b"c")])].concat()).last().unwrap(),
            "c.txt=c",
            "one behind the other"
        );
    }

    #[test]
    fn links_and_folders_are_no_files() {
        let mut builder = Builder::new(Vec::new());
        for (name, kind) in [
            ("a.txt", EntryType::Symlink),
            ("b.txt", EntryType::Link),
            ("c", EntryType::Directory),
            ("d.txt", EntryType::Fifo),
        ] {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(0);
            builder.append_data(&mut header, name, &b""[..]).unwrap();
        }
        assert!(read(&builder.into_inner().unwrap()).is_empty());
    }

    #[test]
    fn damage_costs_what_it_hits() {
        let packed = archive(&[("a.txt", b"alpha"), ("b.txt", b"beta"), ("c.txt", b"gamma")]);
        let mut damaged = packed.clone();
        damaged[2 * BLOCK_BYTES] ^= 0xFF;
        let found = read(&damaged);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].starts_with("! no tar header at byte 1024") && found[2] == "c.txt=gamma", "{found:?}");
        let cut = read(&packed[..BLOCK_BYTES + 3]);
        assert!(cut[0] == "a.txt=alp" && cut[1].contains("ends within a.txt, 2 bytes are missing"), "{cut:?}");
        assert!(read(b"no archive at all").iter().all(|line| line.starts_with('!')));
        let mut header = Header::new_gnu();
        header.set_size(u64::MAX / 2);
        header.set_entry_type(EntryType::XHeader);
        header.set_cksum();
        assert_eq!(read(&[header.as_bytes().as_slice(), &[b'7'; 1000]].concat()).len(), 0, "a size that lies");
    }
}
