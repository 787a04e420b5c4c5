//! Files of a zip archive that stay in it until they are wanted, and are read there: small ones, and those that are stored as they are.
//! So nothing is written that is only read, and what is copied is written once.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use assay_recipes::Region;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::fault::{ArchiveError, Fault};
use super::sink::{Sink, create};
use super::zipped::{Entry, Shared, fault, on_all_threads, other_size, write};

/// Up to which size a file is small: it is unpacked anew each time that it is read.
const SMALL: u64 = 1 << 20;

/// How much of a larger one is read at once.
const CHUNK: usize = 256 << 10;

/// A zip archive, and what is still in it.
pub(crate) struct Packed<'a> {
    archive: PathBuf,
    zip: ZipArchive<Shared>,
    shared: Shared,
    sink: Sink<'a>,
    threads: NonZeroUsize,
    /// What is unpacked before it is wanted.
    ahead: Vec<Entry>,
    /// The others, as they stand in the archive.
    kept: Vec<Kept>,
    /// Which of them have these paths.
    places: HashMap<Box<str>, usize>,
    /// All of them in the order of their paths.
    by_path: Vec<usize>,
    /// One thread at a time brings files to their places.
    bringing: Mutex<()>,
}

/// A file that stays in the archive.
struct Kept {
    entry: Entry,
    /// It is what its checksum says.
    is_checked: AtomicBool,
    /// It was brought to its place.
    is_brought: AtomicBool,
}

impl Kept {
    fn path(&self) -> &[u8] {
        self.entry.path.as_os_str().as_bytes()
    }

    fn is_brought(&self) -> bool {
        self.is_brought.load(Ordering::Acquire)
    }
}

/// SHA-256 of a file that was written, and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) sha256: [u8; 32],
    pub(crate) bytes: u64,
}

impl<'a> Packed<'a> {
    /// An archive whose entries may all be unpacked. With `all` none of them stays in it.
    pub(super) fn new(
        archive: &Path,
        (zip, shared): (ZipArchive<Shared>, Shared),
        entries: Vec<Entry>,
        sink: Sink<'a>,
        threads: NonZeroUsize,
        all: bool,
    ) -> Self {
        let stays = |entry: &Entry| !all && (entry.size <= SMALL || entry.stored) && entry.path.to_str().is_some();
        let (kept, ahead): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(stays);
        let kept = kept.into_iter().map(|entry| Kept {
            entry,
            is_checked: AtomicBool::new(false),
            is_brought: AtomicBool::new(false),
        });
        let kept: Vec<Kept> = kept.collect();
        let paths = kept.iter().enumerate().filter_map(|(place, kept)| Some((kept.entry.path.to_str()?.into(), place)));
        let places = paths.collect();
        let mut by_path: Vec<usize> = (0..kept.len()).collect();
        by_path.sort_unstable_by_key(|&place| kept.get(place).map(Kept::path));
        let archive = archive.to_owned();
        Packed { archive, zip, shared, sink, threads, ahead, kept, places, by_path, bringing: Mutex::default() }
    }

    /// How many bytes all files have.
    pub(crate) fn total(&self) -> u64 {
        let kept = self.kept.iter().map(|kept| kept.entry.size);
        kept.chain([self.ahead()]).fold(0, u64::saturating_add)
    }

    /// How many bytes are unpacked before they are wanted.
    pub(crate) fn ahead(&self) -> u64 {
        self.ahead.iter().map(|entry| entry.size).fold(0, u64::saturating_add)
    }

    /// Unpacks what does not stay.
    pub(crate) fn unpack_ahead(&self) -> Result<(), ArchiveError> {
        let ahead: Vec<&Entry> = self.ahead.iter().collect();
        write(&self.archive, &self.zip, &ahead, &self.sink, self.threads)
    }

    /// A file that is in no other place than the archive.
    fn find(&self, path: &str) -> Option<&Kept> {
        self.kept(*self.places.get(path)?)
    }

    /// The file at a place of the list, if it is in no other place than the archive.
    fn kept(&self, place: usize) -> Option<&Kept> {
        self.kept.get(place).filter(|kept| !kept.is_brought())
    }

    /// All such files below a folder.
    fn below(&self, folder: &str) -> impl Iterator<Item = &Kept> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let path = |place: &usize| self.kept.get(*place).map(Kept::path).unwrap_or_default();
        let first = self.by_path.partition_point(|place| path(place) < start.as_bytes());
        let rest = self.by_path.get(first..).unwrap_or_default().iter();
        let below = rest.take_while(move |place| path(place).starts_with(start.as_bytes()));
        below.filter_map(|place| self.kept(*place))
    }

    fn of<'s>(&'s self, kept: &'s Kept) -> impl Fn(Fault) -> ArchiveError + 's {
        |fault| fault.of(&self.archive, kept.entry.path.to_str())
    }

    /// Which file of the archive this is, counted as they stand in it, if it is still only there.
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.places.get(path).copied().filter(|&place| self.kept(place).is_some())
    }

    /// The paths of the files below a folder that are still only in the archive, without the folder's own.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let skipped = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let paths = self.below(folder).filter_map(|kept| kept.entry.path.to_str()?.get(skipped..));
        paths.map(str::to_owned).collect()
    }

    /// Brings a file, or all that is below a folder, to its place.
    pub(crate) fn bring(&self, path: &str) -> Result<(), ArchiveError> {
        let _bringing = self.bringing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted: Vec<&Kept> = self.find(path).into_iter().chain(self.below(path)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        wanted.sort_unstable_by_key(|kept| kept.entry.index);
        let entries: Vec<&Entry> = wanted.iter().map(|kept| &kept.entry).collect();
        write(&self.archive, &self.zip, &entries, &self.sink, self.threads)?;
        for kept in wanted {
            kept.is_checked.store(true, Ordering::Relaxed);
            kept.is_brought.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// The bytes of a file that is still only in the archive.
    pub(crate) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        self.find(path).map(|kept| self.whole(kept).map_err(self.of(kept))).transpose()
    }

    fn whole(&self, kept: &Kept) -> Result<Vec<u8>, Fault> {
        // A size that is only said takes no memory.
        let said = usize::try_from(kept.entry.size.min(self.sink.packed())).unwrap_or_default();
        let mut bytes = Vec::with_capacity(said);
        let mut zip = self.zip.clone();
        let content = zip.by_index(kept.entry.index).map_err(fault)?;
        content.take(kept.entry.size.saturating_add(1)).read_to_end(&mut bytes).map_err(Fault::decoding)?;
        self.is_whole(kept, bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Calls `each` with the bytes of a file, some at a time.
    fn in_pieces(&self, kept: &Kept, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> Result<u64, Fault> {
        let mut zip = self.zip.clone();
        let mut content = zip.by_index(kept.entry.index).map_err(fault)?.take(kept.entry.size.saturating_add(1));
        let (mut buffer, mut length) = (vec![0; CHUNK], 0);
        loop {
            if self.sink.cancelled() {
                return Err(Fault::Cancelled);
            }
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    each(buffer.get(..read).unwrap_or_default())?;
                    length += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::decoding(error)),
            }
        }
        self.is_whole(kept, length)?;
        Ok(length)
    }

    /// A file was read to its end, which is where its checksum is compared.
    fn is_whole(&self, kept: &Kept, length: u64) -> Result<(), Fault> {
        if length != kept.entry.size {
            return Err(other_size(&kept.entry));
        }
        if !kept.is_checked.swap(true, Ordering::Relaxed) {
            self.sink.count(length)?;
        }
        Ok(())
    }

    /// Where the bytes of a file stand in the archive as they are, if it is still only there and they do. Whether they are what their
    /// checksum says is found out by [`Packed::check`].
    pub(crate) fn region(&self, path: &str) -> Result<Option<Region>, ArchiveError> {
        let Some(kept) = self.find(path).filter(|kept| kept.entry.stored) else { return Ok(None) };
        let start = || {
            let mut zip = self.zip.clone();
            let start = zip.by_index_raw(kept.entry.index).map_err(fault)?.data_start();
            let cut = || Fault::Damaged("it ends too early".to_owned());
            let start = start.filter(|start| start.saturating_add(kept.entry.size) <= self.shared.length);
            start.ok_or_else(cut)
        };
        let start = start().map_err(self.of(kept))?;
        Ok(Some(Region::new(self.shared.file.clone(), start, kept.entry.size)))
    }

    /// Writes files that are still only in the archive, each by its position, to places that are not their own, and returns what they are.
    /// `each` hears of the bytes of each.
    pub(crate) fn unpack(
        &self,
        files: &[(usize, PathBuf)],
        each: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<Written>, ArchiveError> {
        let absent = || Fault::Io(io::ErrorKind::NotFound.into()).of(&self.archive, None);
        let written: Vec<OnceLock<Written>> = files.iter().map(|_| OnceLock::new()).collect();
        let todo: Vec<_> = files.iter().zip(&written).collect();
        on_all_threads(&todo, self.threads, || {
            |((position, to), place): &(&(usize, PathBuf), &OnceLock<Written>)| {
                let kept = self.kept(*position).ok_or_else(absent)?;
                let written = self.one(kept, to).map_err(self.of(kept))?;
                each(written.bytes);
                // Each has a place of its own.
                let _ = place.set(written);
                Ok(())
            }
        })?;
        Ok(written.into_iter().filter_map(OnceLock::into_inner).collect())
    }

    /// Writes one of them.
    fn one(&self, kept: &Kept, to: &Path) -> Result<Written, Fault> {
        if self.sink.cancelled() {
            return Err(Fault::Cancelled);
        }
        let mut sha = Sha256::new();
        let bytes = if kept.entry.size <= SMALL {
            let bytes = self.whole(kept)?;
            sha.update(&bytes);
            create(to)?.write_all(&bytes)?;
            bytes.len() as u64
        } else {
            let mut file = create(to)?;
            self.in_pieces(kept, |piece| {
                sha.update(piece);
                file.write_all(piece)
            })?
        };
        Ok(Written { sha256: sha.finalize().into(), bytes })
    }

    /// Reads all files that nobody has read to the end: a damaged archive is refused, whatever was wanted of it.
    pub(crate) fn check(&self) -> Result<(), ArchiveError> {
        let mut left: Vec<&Kept> = self.kept.iter().filter(|kept| !kept.is_checked.load(Ordering::Relaxed)).collect();
        left.sort_unstable_by_key(|kept| kept.entry.index);
        on_all_threads(&left, self.threads, || {
            |kept: &&Kept| self.in_pieces(kept, |_| Ok(())).map(drop).map_err(self.of(kept))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;

    use sha2::Sha256;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;
    use crate::archive::{Limits, Unpacker};
    use crate::progress::Silent;

    /// What does not shrink, of a generator of Marsaglia's.
    fn noise(bytes: usize) -> Vec<u8> {
        let numbers = std::iter::successors(Some(2_463_534_242_u32), |&number| {
            let number = number ^ number << 13;
            let number = number ^ number >> 17;
            Some(number ^ number << 5)
        });
        numbers.flat_map(u32::to_le_bytes).take(bytes).collect()
    }

    fn archive(path: &Path, files: &[(&str, CompressionMethod, &[u8])]) {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, method, content) in files {
            zip.start_file(*name, SimpleFileOptions::default().compression_method(*method)).unwrap();
            zip.write_all(content).unwrap();
        }
        fs::write(path, zip.finish().unwrap().into_inner()).unwrap();
    }

    #[test]
    fn files_stay_in_the_archive_until_they_are_wanted() {
        use CompressionMethod::{Deflated, Stored};
        let folder = tempfile::tempdir().unwrap();
        let (path, into) = (folder.path().join("a.zip"), folder.path().join("into"));
        let large = noise(3 << 20);
        let files: [(&str, _, &[u8]); 6] = [
            ("b/small", Deflated, b"12"),
            ("large", Deflated, &large),
            ("stored", Stored, &large),
            ("b/c/small", Stored, b"3"),
            ("b.csv", Stored, b"4"),
            ("bc/small", Stored, b"5"),
        ];
        archive(&path, &files);
        let unpacker = Unpacker::new(Limits::default(), NonZeroUsize::new(2).unwrap(), &Silent);
        let is_there = |name: &str| into.join(name).is_file();
        for all in [true, false] {
            let _ = fs::remove_dir_all(&into);
            let packed = unpacker.open(&path, &into, all).unwrap().unwrap();
            packed.unpack_ahead().unwrap();
            assert_eq!(packed.total(), (6 << 20) + 5);
            for (name, ..) in files {
                assert_eq!((is_there(name), packed.position(name).is_none()), (all || name == "large", is_there(name)));
            }
            assert_eq!(packed.position("b"), None);
            if all {
                assert_eq!(packed.names("").len(), 0);
                continue;
            }
            assert_eq!(packed.names("b"), ["c/small", "small"]);
            assert_eq!(packed.names("").len(), 5);
            assert_eq!(packed.bytes("b/small").unwrap().unwrap(), b"12");
            assert_eq!(packed.bytes("large").unwrap(), None);
            // Each copy of a region is read from its beginning.
            assert!(packed.region("b/small").unwrap().is_none());
            let region = packed.region("stored").unwrap().unwrap();
            for mut region in [region.clone(), region] {
                let mut read = Vec::new();
                region.read_to_end(&mut read).unwrap();
                assert_eq!(read, large);
            }
            let to = folder.path().join("to");
            for name in ["b/c/small", "stored", "b/small"] {
                let position = packed.position(name).unwrap();
                let written = packed.unpack(&[(position, to.clone())], &|_| {}).unwrap();
                let content = files.iter().find(|(other, ..)| *other == name).unwrap().2;
                let sha256 = Sha256::digest(content).into();
                assert_eq!(written, [Written { sha256, bytes: content.len() as u64 }]);
                assert_eq!(fs::read(&to).unwrap(), content);
            }
            packed.bring("b").unwrap();
            assert!(is_there("b/small") && is_there("b/c/small") && !is_there("b.csv") && !is_there("bc/small"));
            assert_eq!((packed.names("b").len(), packed.bytes("b/small").unwrap()), (0, None));
            packed.bring("").unwrap();
            assert!(files.iter().all(|(name, _, content)| fs::read(into.join(name)).unwrap() == *content));
            packed.check().unwrap();
        }
    }

    #[test]
    fn damage_is_found_whoever_reads_what_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let (path, into) = (folder.path().join("a.zip"), folder.path().join("into"));
        let large = noise(3 << 20);
        archive(&path, &[("small", CompressionMethod::Stored, b"12345"), ("large", CompressionMethod::Stored, &large)]);
        let whole = fs::read(&path).unwrap();
        let unpacker = Unpacker::new(Limits::default(), NonZeroUsize::new(2).unwrap(), &Silent);
        for (name, content) in [("small", b"12345".as_slice()), ("large", &large[..100])] {
            let at = whole.windows(content.len()).position(|bytes| bytes == content).unwrap();
            let mut damaged = whole.clone();
            damaged[at + 3] ^= 1;
            fs::write(&path, damaged).unwrap();
            let open = || unpacker.open(&path, &into, false).unwrap().unwrap();
            let words = format!("entry {name}: it is damaged");
            let told = |error: ArchiveError| assert!(error.to_string().contains(&words), "{error}");
            // Those that were read as a whole are not read again, but the damaged one is.
            let packed = open();
            packed.region(name).unwrap();
            told(packed.check().unwrap_err());
            told(packed.bytes(name).unwrap_err());
            let position = packed.position(name).unwrap();
            told(packed.unpack(&[(position, folder.path().join("to"))], &|_| {}).unwrap_err());
            told(packed.bring("").unwrap_err());
            told(packed.check().unwrap_err());
        }
    }
}
