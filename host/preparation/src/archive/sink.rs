//! Where entries are written, and how much of them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Limits;
use super::fault::Fault;
use crate::progress::Progress;

/// How much is read at once.
const CHUNK: usize = 128 << 10;

/// What one archive may become, over all threads.
pub(crate) struct Sink<'a> {
    into: &'a Path,
    packed: u64,
    /// By the ratio.
    allowed: u64,
    written: AtomicU64,
    /// What is left for all archives of a preparation.
    left: &'a AtomicU64,
    limits: &'a Limits,
    progress: &'a dyn Progress,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(
        into: &'a Path,
        packed: u64,
        left: &'a AtomicU64,
        limits: &'a Limits,
        progress: &'a dyn Progress,
    ) -> Self {
        let allowed = limits.small.saturating_add(packed.saturating_mul(limits.ratio));
        Sink { into, packed, allowed, written: AtomicU64::new(0), left, limits, progress }
    }

    /// An error if so many bytes cannot be meant.
    pub(crate) fn declared(&self, bytes: u64) -> Result<(), Fault> {
        if bytes > self.allowed {
            Err(self.ratio())
        } else if bytes > self.left.load(Ordering::Relaxed) {
            Err(Fault::Bytes { limit: self.limits.bytes })
        } else {
            Ok(())
        }
    }

    /// Makes a folder.
    pub(crate) fn folder(&self, path: &Path) -> Result<(), Fault> {
        Ok(fs::create_dir_all(self.into.join(path))?)
    }

    /// Writes a file, whose folder is there, of what comes out of a decoder; returns how many bytes it has.
    pub(crate) fn file(&self, path: &Path, content: &mut dyn Read, buffer: &mut Vec<u8>) -> Result<u64, Fault> {
        let mut file = create(&self.into.join(path))?;
        buffer.resize(CHUNK, 0);
        let mut length = 0;
        loop {
            if self.progress.cancelled() {
                return Err(Fault::Cancelled);
            }
            let read = match content.read(buffer) {
                Ok(0) => return Ok(length),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Fault::decoding(error)),
            };
            self.take(read as u64)?;
            file.write_all(buffer.get(..read).unwrap_or_default())?;
            length += read as u64;
        }
    }

    fn take(&self, bytes: u64) -> Result<(), Fault> {
        if self.written.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > self.allowed {
            return Err(self.ratio());
        }
        self.count(bytes)?;
        self.progress.bytes(bytes);
        Ok(())
    }

    /// Takes as many bytes of what is left for all archives.
    pub(crate) fn count(&self, bytes: u64) -> Result<(), Fault> {
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.map(drop).map_err(|_| Fault::Bytes { limit: self.limits.bytes })
    }

    /// The size of the archive.
    pub(crate) fn packed(&self) -> u64 {
        self.packed
    }

    /// True if it is to stop.
    pub(crate) fn cancelled(&self) -> bool {
        self.progress.cancelled()
    }

    fn ratio(&self) -> Fault {
        Fault::Ratio { packed: self.packed, limit: self.allowed, ratio: self.limits.ratio }
    }
}

/// A new file to write, in the place of one that is there: another name of that one, or what it leads to, stays as it is.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            File::create_new(path)
        }
        file => file,
    }
}
