//! Gzip: a tar archive in it, or one file.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::fault::{ArchiveError, Fault};
use super::names::Names;
use super::sink::Sink;
use super::{Unpacked, is_tar, tarball};

pub(super) fn unpack(archive: &Path, file: File, sink: &Sink<'_>, limit: u64) -> Result<Unpacked, ArchiveError> {
    let of = |fault: Fault| fault.of(archive, None);
    let mut content = MultiGzDecoder::new(BufReader::with_capacity(128 << 10, file));
    let mut start = Vec::with_capacity(512);
    content.by_ref().take(512).read_to_end(&mut start).map_err(|error| of(Fault::decoding(error)))?;
    let is_tar = is_tar(&start);
    let mut content = Cursor::new(start).chain(content);
    if is_tar {
        let unpacked = tarball::unpack(archive, &mut content, sink, limit)?;
        // What is behind the last entry tells by its checksum whether all of it came.
        let rest = std::io::copy(&mut content.take(1 << 20), &mut std::io::sink());
        return rest.map(|_| unpacked).map_err(|error| of(Fault::decoding(error)));
    }
    let name = archive.file_stem().unwrap_or_default().as_encoded_bytes();
    let path = Names::default().add(name, true).map_err(of)?;
    let bytes = sink.file(&path, &mut content, &mut Vec::new()).map_err(of)?;
    Ok(Unpacked { files: 1, bytes })
}
