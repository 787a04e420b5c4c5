//! Digests of files, as agents may have written them down.

use std::io::{self, Read};
use std::path::Path;

use assay_tables::read::OpenFile;
use assay_types::{hexadecimal, sha256_of};
use md5::{Digest, Md5};

/// The largest file whose digests are taken, in bytes.
const LARGEST: u64 = 4 << 30;

/// A file's size, SHA-256 and MD5.
pub(super) fn digests(file: &Path) -> Option<(u64, String, String)> {
    struct Both<R>(R, Md5);
    impl<R: Read> Read for Both<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(buffer)?;
            self.1.update(&buffer[..read]);
            Ok(read)
        }
    }
    let opened = OpenFile::open(file).ok()?;
    let size = opened.file().metadata().ok()?.len();
    if size == 0 || size > LARGEST {
        return None;
    }
    let mut both = Both(opened.file().take(LARGEST), Md5::new());
    let sha256 = sha256_of(&mut both).ok()?;
    let md5 = hexadecimal(&both.1.finalize());
    Some((size, sha256, md5))
}
