//! A download that is not whole yet, and by what the server tells whether the rest still goes with it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

/// The largest file that says what a part is of, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// What a part is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
    /// What was asked for.
    pub(crate) address: String,
    /// What the server calls this state of it: a strong entity tag, or a date.
    pub(crate) validator: Option<String>,
    /// How many bytes it has in all.
    pub(crate) total: Option<u64>,
}

/// A download that is not whole yet.
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    /// How much of it is there.
    pub(crate) length: u64,
    pub(crate) known: Known,
}

impl Part {
    /// Opens the part of what is at an address; what is there of anything else, or cannot be gone on with, is dropped.
    pub(crate) fn open(path: &Path, address: &str) -> io::Result<Self> {
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let file = OpenOptions::new().write(true).create(true).truncate(false).custom_flags(flags).open(path)?;
        let length = file.metadata()?.len();
        let known = read(&beside(path)).filter(|known| known.address == address && known.validator.is_some());
        let mut part = Part { path: path.to_owned(), file, length, known: known.clone().unwrap_or_default() };
        if known.is_none() || part.known.total.is_some_and(|total| total < length) {
            part.restart(Known { address: address.to_owned(), ..Known::default() })?;
        }
        part.file.seek(SeekFrom::Start(part.length))?;
        Ok(part)
    }

    /// Drops what is there: it is of another state, or is to be.
    pub(crate) fn restart(&mut self, known: Known) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.length = 0;
        // In this order: what is said of a part is never said of another one's bytes.
        fs::write(beside(&self.path), serde_json::to_vec(&known)?)?;
        self.known = known;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// The part is the whole, and takes its place.
    pub(crate) fn finish(self, whole: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, whole)?;
        match fs::remove_file(beside(&self.path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The file that says what a part is of.
fn beside(path: &Path) -> PathBuf {
    path.with_added_extension("json")
}

fn read(path: &Path) -> Option<Known> {
    let size = fs::metadata(path).ok()?.len();
    (size <= MAX_BYTES).then(|| serde_json::from_slice(&fs::read(path).ok()?).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_goes_on_only_with_what_it_is_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".a.zip.part");
        let known = Known { address: "a".into(), validator: Some("\"1\"".into()), total: Some(5) };
        let mut part = Part::open(&path, "a").unwrap();
        part.restart(known.clone()).unwrap();
        part.add(b"abc").unwrap();
        drop(part);
        let part = Part::open(&path, "a").unwrap();
        assert_eq!((part.length, &part.known), (3, &known));
        drop(part);
        // Of another address, with more bytes than there are, or without anything that tells what it is.
        assert_eq!(Part::open(&path, "b").unwrap().length, 0);
        let mut part = Part::open(&path, "a").unwrap();
        part.restart(known.clone()).unwrap();
        part.add(b"abcdef").unwrap();
        assert_eq!(Part::open(&path, "a").unwrap().length, 0);
        std::fs::write(&path, "abc").unwrap();
        std::fs::remove_file(beside(&path)).unwrap();
        assert_eq!(Part::open(&path, "a").unwrap().length, 0);
    }
}
