//! 7z archives.

use std::fs::File;
use std::path::{Path, PathBuf};

use sevenz_rust2::{ArchiveEntry, ArchiveReader, Error, Password};

use super::fault::{ArchiveError, Fault, short};
use super::names::Names;
use super::sink::Sink;
use super::{Limits, Unpacked};

/// That the upper half of an entry's attributes is a POSIX mode.
const HAS_MODE: u32 = 0x8000;

/// Windows's mark of links and the like.
const REPARSE_POINT: u32 = 0x400;

pub(super) fn unpack(archive: &Path, file: File, sink: &Sink<'_>, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    let whole = |fault: Fault| fault.of(archive, None);
    let memory = usize::try_from(limits.memory >> 10).unwrap_or(usize::MAX);
    let mut reader =
        ArchiveReader::new_with_memory_limit(file, Password::empty(), memory).map_err(|error| whole(fault(error)))?;
    let entries = &reader.archive().files;
    if entries.len() as u64 > limits.entries {
        return Err(whole(Fault::Entries { found: entries.len() as u64, limit: limits.entries }));
    }
    // All are looked at before the first is written.
    let mut names = Names::default();
    let mut total = 0_u64;
    let mut paths = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let of = |fault: Fault| fault.of(archive, Some(entry.name()));
        if reader.archive().is_file_encrypted(index) {
            return Err(of(Fault::Encrypted));
        }
        paths.push(checked(entry, &mut names).map_err(of)?);
        total = total.saturating_add(entry.size());
        sink.declared(total).map_err(of)?;
    }
    let mut paths: std::collections::HashMap<String, PathBuf> =
        entries.iter().map(|entry| entry.name().to_owned()).zip(paths).collect();
    let mut unpacked = Unpacked::default();
    let mut buffer = Vec::new();
    let mut failed = None;
    let read = reader.for_each_entries(|entry, content| {
        // The order is that of the packed data.
        let Some(path) = paths.remove(entry.name()) else { return Ok(true) };
        let written = if entry.is_directory() {
            sink.folder(&path).map(|()| None)
        } else {
            let parent = sink.folder(path.parent().unwrap_or(Path::new("")));
            parent.and_then(|()| sink.file(&path, content, &mut buffer)).map(Some)
        };
        match written {
            Ok(None) => {}
            Ok(Some(bytes)) => {
                unpacked.files += 1;
                unpacked.bytes += bytes;
            }
            Err(fault) => {
                failed = Some(fault.of(archive, Some(entry.name())));
                return Err(Error::Other("stopped".into()));
            }
        }
        Ok(true)
    });
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(whole(fault(error))),
        (None, Ok(())) => Ok(unpacked),
    }
}

/// Where an entry goes, if it may be written.
fn checked(entry: &ArchiveEntry, names: &mut Names) -> Result<PathBuf, Fault> {
    let attributes = entry.windows_attributes();
    let mode = if attributes & HAS_MODE != 0 { attributes >> 16 & 0o170_000 } else { 0 };
    match mode {
        0 | 0o100_000 | 0o040_000 if attributes & REPARSE_POINT == 0 => {}
        0 | 0o120_000 | 0o100_000 | 0o040_000 => return Err(Fault::Kind("a link")),
        _ => return Err(Fault::Kind("a device or a pipe")),
    }
    if entry.is_anti_item() {
        return Err(Fault::Kind("what removes a file"));
    }
    names.add(entry.name().as_bytes(), !entry.is_directory())
}

fn fault(error: Error) -> Fault {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Fault::Encrypted,
        Error::Io(error, _) | Error::FileOpen(error, _) => Fault::decoding(error),
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => Fault::Encrypted,
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) | Error::ExternalUnsupported => {
            Fault::Unsupported(short(&error.to_string()))
        }
        Error::MaxMemLimited { max_kb, .. } => {
            Fault::Unsupported(format!("it takes more than {} MiB of memory to unpack", max_kb >> 10))
        }
        error => Fault::Damaged(short(&error.to_string())),
    }
}
