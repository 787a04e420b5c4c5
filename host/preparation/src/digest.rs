//! Digests of files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;

use assay_types::hexadecimal;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::archive::Written;
use crate::progress::Progress;

/// How much is read at once.
const CHUNK: usize = 256 << 10;
/// From which size on two threads take a digest each: starting one has to pay.
const LARGE: u64 = 8 << 20;
/// How many chunks the faster of them may be ahead.
const AHEAD: usize = 16;

/// A file's size and digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
    /// MD5, which the reference's checksums are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
}

impl Digests {
    /// Those of a file that is known since it was written.
    pub(crate) fn of(written: &Written) -> Self {
        Digests { bytes: written.bytes, sha256: hexadecimal(&written.sha256), md5: None }
    }
}

/// The digests of a file, with MD5 if that is wanted. None: it is to stop.
pub(crate) fn digests(path: &Path, md5: bool, progress: &dyn Progress) -> io::Result<Option<Digests>> {
    let mut file = File::open(path)?;
    if md5 && file.metadata()?.len() > LARGE {
        return on_two_threads(&mut file, progress);
    }
    let (mut sha, mut old) = (Sha256::new(), md5.then(Md5::new));
    let mut buffer = Vec::with_capacity(CHUNK);
    let mut bytes = 0;
    while chunk(&mut file, &mut buffer)? {
        if progress.cancelled() {
            return Ok(None);
        }
        sha.update(&buffer);
        if let Some(old) = &mut old {
            old.update(&buffer);
        }
        bytes += buffer.len() as u64;
        progress.bytes(buffer.len() as u64);
    }
    let md5 = old.map(|old| hexadecimal(&old.finalize()));
    Ok(Some(Digests { bytes, sha256: hexadecimal(&sha.finalize()), md5 }))
}

/// Reads the next chunk; false at the end.
fn chunk(file: &mut File, buffer: &mut Vec<u8>) -> io::Result<bool> {
    buffer.clear();
    Ok(file.take(CHUNK as u64).read_to_end(buffer)? > 0)
}

/// Both digests, MD5 on a thread of its own, which is the slower one: what is read for one is handed on to the other.
fn on_two_threads(file: &mut File, progress: &dyn Progress) -> io::Result<Option<Digests>> {
    let (filled, to_take) = mpsc::channel::<Vec<u8>>();
    let (taken, to_fill) = mpsc::channel();
    std::thread::scope(|scope| {
        let old = scope.spawn(move || {
            let mut old = Md5::new();
            for buffer in to_take {
                old.update(&buffer);
                progress.bytes(buffer.len() as u64);
                // Nobody takes it once all is read.
                let _ = taken.send(buffer);
            }
            old.finalize()
        });
        let (mut sha, mut bytes, mut made) = (Sha256::new(), 0, 0);
        loop {
            if progress.cancelled() {
                return Ok(None);
            }
            let fresh = || Vec::with_capacity(CHUNK);
            made += 1;
            let mut buffer = if made > AHEAD { to_fill.recv().unwrap_or_else(|_| fresh()) } else { fresh() };
            if !chunk(file, &mut buffer)? {
                break;
            }
            sha.update(&buffer);
            bytes += buffer.len() as u64;
            if filled.send(buffer).is_err() {
                break;
            }
        }
        drop(filled);
        let old = old.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok(Some(Digests { bytes, sha256: hexadecimal(&sha.finalize()), md5: Some(hexadecimal(&old)) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn digests_are_those_of_the_standards() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, b"abc").unwrap();
        let found = digests(file.path(), true, &Silent).unwrap().unwrap();
        // FIPS 180-4's and RFC 1321's own examples.
        assert_eq!(found.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(found.md5.as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(found.bytes, 3);
        assert_eq!(digests(file.path(), false, &Silent).unwrap().unwrap().md5, None);
    }

    #[test]
    fn large_files_have_the_digests_of_the_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, vec![b'a'; 20 << 20]).unwrap();
        let found = digests(file.path(), true, &Silent).unwrap().unwrap();
        // By sha256sum and md5sum.
        assert_eq!(found.sha256, "48b6fb8f1c2fec38d030604889d674722c4af237733c913b698400b59c9294b4");
        assert_eq!(found.md5.as_deref(), Some("536cb0e6626114783f53870132bac5cb"));
    }
}
