//! Archives, none of which is trusted: what leads out of the folder, is no file, is there twice, or becomes too large is refused with the
//! entry's name. Modes, owners and times of entries do not matter.

mod fault;
mod gzip;
mod names;
mod packed;
mod seven;
#[cfg(test)]
mod seven_tests;
mod sink;
mod tarball;
#[cfg(test)]
mod tests;
mod zipped;

use std::fs::{self, File};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::AtomicU64;

pub use fault::{ArchiveError, Fault};
pub(crate) use packed::{Packed, Written};

use self::sink::Sink;
use crate::progress::Progress;

/// What an archive may be, and become.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most entries. The largest data sets have some four million files.
    pub entries: u64,
    /// The most bytes that all archives of one preparation become. The largest data sets have some 700 GB.
    pub bytes: u64,
    /// How many times as many bytes may become of an archive as it has. Tables of numbers reach 30, masks that are mostly empty 150.
    pub ratio: u64,
    /// How many bytes may become of an archive however small it is.
    pub small: u64,
    /// The most memory for the dictionary and the list of entries of a 7z archive, in bytes.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { entries: 8_000_000, bytes: 4 << 40, ratio: 250, small: 64 << 20, memory: 1 << 30 }
    }
}

/// The kinds of archives, by how they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    SevenZip,
    Gzip,
    Tar,
}

/// What unpacks the archives of one preparation.
pub struct Unpacker<'a> {
    limits: Limits,
    left: AtomicU64,
    threads: NonZeroUsize,
    progress: &'a dyn Progress,
}

/// What became of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// How many files it had.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
}

impl<'a> Unpacker<'a> {
    /// An unpacker with these limits, on so many threads.
    #[must_use]
    pub fn new(limits: Limits, threads: NonZeroUsize, progress: &'a dyn Progress) -> Self {
        Unpacker { limits, left: AtomicU64::new(limits.bytes), threads, progress }
    }

    /// Unpacks an archive into a folder, which is made if it is not there. Files that were there are replaced.
    ///
    /// # Errors
    ///
    /// If it is no archive, is damaged, or has an entry that no data set has. What was written before stays there.
    pub fn unpack(&self, archive: &Path, into: &Path) -> Result<Unpacked, ArchiveError> {
        let of = |fault: Fault| fault.of(archive, None);
        let failed = |error: io::Error| of(Fault::Io(error));
        let (file, packed, kind) = open(archive).map_err(of)?;
        fs::create_dir_all(into).map_err(failed)?;
        let sink = Sink::new(into, packed, &self.left, &self.limits, self.progress);
        match kind {
            Kind::Zip => zipped::unpack(archive, file, &sink, self.limits.entries, self.threads),
            Kind::SevenZip => seven::unpack(archive, file, &sink, &self.limits),
            Kind::Gzip => gzip::unpack(archive, file, &sink, self.limits.entries),
            Kind::Tar => tarball::unpack(archive, io::BufReader::new(file), &sink, self.limits.entries),
        }
    }

    /// An archive that can be unpacked into a folder file by file. None if it is of a kind that cannot. With `all` none of the files
    /// stays in it until it is wanted.
    ///
    /// # Errors
    ///
    /// As [`Unpacker::unpack`], of what the list of entries tells.
    pub(crate) fn open<'s>(
        &'s self,
        archive: &Path,
        into: &'s Path,
        all: bool,
    ) -> Result<Option<Packed<'s>>, ArchiveError> {
        let of = |fault: Fault| fault.of(archive, None);
        let (file, packed, kind) = open(archive).map_err(of)?;
        if kind != Kind::Zip {
            return Ok(None);
        }
        fs::create_dir_all(into).map_err(|error| of(Fault::Io(error)))?;
        let sink = Sink::new(into, packed, &self.left, &self.limits, self.progress);
        let (zip, shared, entries) = zipped::open(archive, file, &sink, self.limits.entries)?;
        Ok(Some(Packed::new(archive, (zip, shared), entries, sink, self.threads, all)))
    }
}

/// Opens an archive, with its size, and tells what it is.
fn open(archive: &Path) -> Result<(File, u64, Kind), Fault> {
    let mut file = File::open(archive)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Fault::NotAnArchive);
    }
    let mut start = Vec::with_capacity(512);
    file.by_ref().take(512).read_to_end(&mut start)?;
    let kind = kind(&start).ok_or(Fault::NotAnArchive)?;
    io::Seek::rewind(&mut file)?;
    Ok((file, metadata.len(), kind))
}

fn kind(start: &[u8]) -> Option<Kind> {
    match start {
        // The second is that of an archive without entries.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Kind::Zip),
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Kind::SevenZip),
        [0x1f, 0x8b, ..] => Some(Kind::Gzip),
        _ => is_tar(start).then_some(Kind::Tar),
    }
}

/// True if this begins like a tar archive, of POSIX or GNU.
fn is_tar(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

/// True if this is how some archive begins that is known.
#[must_use]
pub fn is_archive(start: &[u8]) -> bool {
    kind(start).is_some()
}
