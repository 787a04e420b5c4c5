//! Tar archives. Their extensions are read here, since the longest name that is taken bounds them.

use std::io::Read;
use std::path::Path;

use tar::{Archive, EntryType, PaxExtensions};

use super::Unpacked;
use super::fault::{ArchiveError, Fault};
use super::names::Names;
use super::sink::Sink;

/// The largest extension of a header, in bytes: a long name, and what else is said of a file.
const EXTENSION: u64 = 64 << 10;

/// What extensions say of the entry behind them.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

pub(super) fn unpack(
    archive: &Path,
    content: impl Read,
    sink: &Sink<'_>,
    limit: u64,
) -> Result<Unpacked, ArchiveError> {
    let whole = |fault: Fault| fault.of(archive, None);
    let mut tar = Archive::new(content);
    let mut names = Names::default();
    let mut unpacked = Unpacked::default();
    let mut extended = Extended::default();
    let mut buffer = Vec::new();
    let mut found = 0;
    for entry in tar.entries().map_err(|error| whole(Fault::decoding(error)))?.raw(true) {
        let mut entry = entry.map_err(|error| whole(Fault::decoding(error)))?;
        found += 1;
        if found > limit {
            return Err(whole(Fault::Entries { found, limit }));
        }
        let kind = entry.header().entry_type();
        let short = entry.path_bytes().into_owned();
        let name = extended.name.clone().unwrap_or(short);
        let of = |fault: Fault| fault.of(archive, Some(&String::from_utf8_lossy(&name)));
        match kind {
            EntryType::XHeader | EntryType::GNULongName => {
                if entry.size() > EXTENSION {
                    return Err(of(Fault::Name("has an extension of more than 64 KiB")));
                }
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).map_err(|error| of(Fault::decoding(error)))?;
                extended.add(kind, bytes).map_err(of)?;
                continue;
            }
            // What is said of all entries, such as a comment.
            EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous => {
                if extended.size.is_some_and(|size| size != entry.size()) {
                    return Err(of(Fault::Unsupported("its size is in an extension of its header".into())));
                }
                let path = names.add(&name, true).map_err(of)?;
                sink.declared(entry.size()).map_err(of)?;
                sink.folder(path.parent().unwrap_or(Path::new(""))).map_err(of)?;
                let written = sink.file(&path, &mut entry, &mut buffer).map_err(of)?;
                if written != entry.size() {
                    return Err(of(Fault::Damaged("it ends too early".into())));
                }
                unpacked.files += 1;
                unpacked.bytes += written;
            }
            EntryType::Directory => {
                let path = names.add(&name, false).map_err(of)?;
                sink.folder(&path).map_err(of)?;
            }
            EntryType::Link | EntryType::Symlink | EntryType::GNULongLink => return Err(of(Fault::Kind("a link"))),
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                return Err(of(Fault::Kind("a device or a pipe")));
            }
            EntryType::GNUSparse => return Err(of(Fault::Kind("a file with holes"))),
            _ => return Err(of(Fault::Kind("of no kind that is known"))),
        }
        extended = Extended::default();
    }
    Ok(unpacked)
}

impl Extended {
    fn add(&mut self, kind: EntryType, mut bytes: Vec<u8>) -> Result<(), Fault> {
        if kind == EntryType::GNULongName {
            while bytes.last() == Some(&0) {
                bytes.pop();
            }
            self.name = Some(bytes);
            return Ok(());
        }
        for extension in PaxExtensions::new(&bytes) {
            let extension = extension.map_err(Fault::decoding)?;
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => {
                    let size = extension.value().ok().and_then(|value| value.parse().ok());
                    self.size = Some(size.ok_or_else(|| Fault::Damaged("its size is no number".into()))?);
                }
                b"linkpath" => return Err(Fault::Kind("a link")),
                key if key.starts_with(b"GNU.sparse") => return Err(Fault::Kind("a file with holes")),
                _ => {}
            }
        }
        Ok(())
    }
}
