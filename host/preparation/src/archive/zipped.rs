//! Zip archives: the list of entries is checked as a whole before the first is written; then all threads write.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::Unpacked;
use super::fault::{ArchiveError, Fault, short};
use super::names::Names;
use super::sink::Sink;

/// The end of a zip archive, with the longest comment, and what leads to the larger form of it.
const END: u64 = 22 + (64 << 10) + 20;

/// A type of file, of POSIX's modes.
const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// A file that each thread reads at a place of its own.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) file: Arc<File>,
    pub(super) length: u64,
    place: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.place)?;
        self.place += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.place.checked_add_signed(offset),
        };
        self.place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.place)
    }
}

/// An entry that is to be written.
pub(super) struct Entry {
    pub(super) index: usize,
    pub(super) path: PathBuf,
    pub(super) size: u64,
    /// Its bytes stand in the archive as they are.
    pub(super) stored: bool,
}

pub(super) fn unpack(
    archive: &Path,
    file: File,
    sink: &Sink<'_>,
    limit: u64,
    threads: NonZeroUsize,
) -> Result<Unpacked, ArchiveError> {
    let (zip, _, entries) = open(archive, file, sink, limit)?;
    write(archive, &zip, &entries.iter().collect::<Vec<_>>(), sink, threads)?;
    Ok(Unpacked { files: entries.len() as u64, bytes: entries.iter().map(|entry| entry.size).sum() })
}

/// An archive and its files, if all entries may be written. Their folders are made.
pub(super) fn open(
    archive: &Path,
    file: File,
    sink: &Sink<'_>,
    limit: u64,
) -> Result<(ZipArchive<Shared>, Shared, Vec<Entry>), ArchiveError> {
    let whole = |fault: Fault| fault.of(archive, None);
    let length = file.metadata().map_err(|error| whole(error.into()))?.len();
    let shared = Shared { file: Arc::new(file), length, place: 0 };
    // Before a list of so many is made.
    if let Some(found) = entries(&shared).filter(|&found| found > limit) {
        return Err(whole(Fault::Entries { found, limit }));
    }
    let zip = ZipArchive::new(shared.clone()).map_err(|error| whole(fault(error)))?;
    let entries = checked(archive, &zip, shared.clone(), sink)?;
    Ok((zip, shared, entries))
}

/// The files of the archive, if all entries may be written. Their folders are made.
fn checked(
    archive: &Path,
    zip: &ZipArchive<Shared>,
    file: Shared,
    sink: &Sink<'_>,
) -> Result<Vec<Entry>, ArchiveError> {
    let whole = |fault: Fault| fault.of(archive, None);
    let mut names = Names::default();
    let mut entries = Vec::new();
    let mut total = 0_u64;
    let mut folder = PathBuf::new();
    for index in 0..zip.len() {
        let data = zip.by_index_data(index).map_err(|error| whole(fault(error)))?;
        let name = data.name().map_err(|error| whole(fault(error)))?;
        let of = |fault: Fault| fault.of(archive, Some(&name));
        if data.encrypted() {
            return Err(of(Fault::Encrypted));
        }
        let kind = data.unix_mode().map_or(0, |mode| mode & TYPE);
        let is_folder = data.is_dir();
        match kind {
            0 | REGULAR | FOLDER => {}
            LINK => return Err(of(Fault::Kind("a link"))),
            _ => return Err(of(Fault::Kind("a device or a pipe"))),
        }
        let path = names.add(name.as_bytes(), !is_folder).map_err(of)?;
        let parent = if is_folder { path.as_path() } else { path.parent().unwrap_or(Path::new("")) };
        // Entries of one folder mostly follow one another.
        if parent != folder {
            sink.folder(parent).map_err(of)?;
            folder = parent.to_owned();
        }
        if is_folder {
            continue;
        }
        total = total.saturating_add(data.size());
        sink.declared(total).map_err(of)?;
        let stored = data.compression() == CompressionMethod::Stored && data.compressed_size() == data.size();
        entries.push(Entry { index, path, size: data.size(), stored });
    }
    // Of two entries of one name, the list has but the last.
    if zip.has_duplicate_names() {
        let name = repeated(Shared { place: zip.central_directory_start(), ..file })
            .map(|name| String::from_utf8_lossy(&name).into_owned());
        return Err(Fault::Twice.of(archive, name.as_deref()));
    }
    Ok(entries)
}

/// The first name that the list of entries, which begins here, has twice.
fn repeated(list: Shared) -> Option<Vec<u8>> {
    let mut list = BufReader::new(list);
    let mut known = HashSet::new();
    loop {
        let mut head = [0; 46];
        list.read_exact(&mut head).ok()?;
        if !head.starts_with(b"PK\x01\x02") {
            return None;
        }
        let length = |place: usize| u64::from(u16::from_le_bytes([head[place], head[place + 1]]));
        let mut name = vec![0; usize::try_from(length(28)).ok()?];
        list.read_exact(&mut name).ok()?;
        if known.contains(&name) {
            return Some(name);
        }
        known.insert(name);
        io::copy(&mut list.by_ref().take(length(30) + length(32)), &mut io::sink()).ok()?;
    }
}

/// Writes these entries. Of those at fault the first is told, whichever thread came upon it.
pub(super) fn write(
    archive: &Path,
    zip: &ZipArchive<Shared>,
    entries: &[&Entry],
    sink: &Sink<'_>,
    threads: NonZeroUsize,
) -> Result<(), ArchiveError> {
    on_all_threads(entries, threads, || {
        let (mut zip, mut buffer) = (zip.clone(), Vec::new());
        move |entry: &&Entry| {
            one(&mut zip, entry, sink, &mut buffer)
                .map_err(|fault| fault.of(archive, Some(&entry.path.to_string_lossy())))
        }
    })
}

/// Does the same for each entry, on all threads. Each of them makes what does it. Of errors that of the first entry is told.
pub(super) fn on_all_threads<T: Sync, W: FnMut(&T) -> Result<(), ArchiveError>>(
    entries: &[T],
    threads: NonZeroUsize,
    worker: impl Fn() -> W + Sync,
) -> Result<(), ArchiveError> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let first: Mutex<Option<(usize, ArchiveError)>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads.get().min(entries.len()) {
            scope.spawn(|| {
                let mut work = worker();
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(number) else { break };
                    if let Err(error) = work(entry) {
                        stop.store(true, Ordering::Relaxed);
                        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
                        if first.as_ref().is_none_or(|(known, _)| number < *known) {
                            *first = Some((number, error));
                        }
                    }
                }
            });
        }
    });
    match first.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, error)) => Err(error),
        None => Ok(()),
    }
}

fn one(zip: &mut ZipArchive<Shared>, entry: &Entry, sink: &Sink<'_>, buffer: &mut Vec<u8>) -> Result<(), Fault> {
    let mut content = zip.by_index(entry.index).map_err(fault)?;
    // What is longer than it says is not read to its end.
    let written = sink.file(&entry.path, &mut (&mut content).take(entry.size.saturating_add(1)), buffer)?;
    if written == entry.size {
        return Ok(());
    }
    Err(other_size(entry))
}

pub(super) fn other_size(entry: &Entry) -> Fault {
    Fault::Damaged(format!("it has other than the {} bytes that the list of entries says", entry.size))
}

pub(super) fn fault(error: ZipError) -> Fault {
    match error {
        ZipError::Io(error) => Fault::decoding(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => Fault::Encrypted,
        ZipError::UnsupportedArchive(what) => Fault::Unsupported(short(what)),
        ZipError::CompressionMethodNotSupported(method) => {
            Fault::Unsupported(format!("the method of compression {method} is not known"))
        }
        other => Fault::Damaged(short(&other.to_string())),
    }
}

/// How many entries the end of an archive says that it has.
fn entries(shared: &Shared) -> Option<u64> {
    let start = shared.length.saturating_sub(END);
    let mut end = vec![0; usize::try_from(shared.length - start).ok()?];
    shared.file.read_exact_at(&mut end, start).ok()?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let record = end.windows(4).rposition(|bytes| bytes == b"PK\x05\x06")?;
    let count = number(end.get(record + 10..record + 12)?);
    if count < 0xffff {
        return Some(count);
    }
    // The larger form stands elsewhere, which is said right before.
    let locator = end.get(record.checked_sub(20)?..record)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Some(count);
    }
    let mut larger = [0; 40];
    shared.file.read_exact_at(&mut larger, number(locator.get(8..16)?)).ok()?;
    larger.starts_with(b"PK\x06\x06").then(|| number(&larger[32..40]))
}
