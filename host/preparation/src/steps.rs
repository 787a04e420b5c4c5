//! What a recipe's steps ask for while they work: who is told of them, and what of the download is still in its archive.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use assay_recipes::{Extractor, Failure, Observer, Region};

use crate::archive::{Packed, Unpacker, Written};
use crate::progress::{Progress, Stage};
use crate::to_disk::Growing;

/// How a recipe's steps are told, and its archives unpacked.
pub(crate) struct Steps<'a> {
    progress: &'a dyn Progress,
    unpacker: &'a Unpacker<'a>,
    /// What of the download is still in its archive.
    packed: Option<&'a Packed<'a>>,
    /// How many bytes were told of.
    told: AtomicU64,
    /// What was written from the archive, and nobody wrote since, by its path.
    written: Mutex<HashMap<OsString, Written>>,
    growing: &'a Growing,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(
        progress: &'a dyn Progress,
        unpacker: &'a Unpacker<'a>,
        packed: Option<&'a Packed<'a>>,
        growing: &'a Growing,
    ) -> Self {
        Steps { progress, unpacker, packed, told: AtomicU64::new(0), written: Mutex::default(), growing }
    }

    /// Takes what is known of files since they were written from the archive.
    pub(crate) fn written(self) -> HashMap<OsString, Written> {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<OsString, Written>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Steps<'_> {
    fn step(&self, index: usize, count: usize, words: &str) {
        self.progress.stage(Stage::Step { index, count, words });
    }

    fn bytes(&self, done: u64) {
        let before = self.told.fetch_max(done, Ordering::Relaxed);
        self.progress.bytes(done.saturating_sub(before));
    }

    fn cancelled(&self) -> bool {
        self.progress.cancelled()
    }
}

impl Extractor for Steps<'_> {
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Failure> {
        Ok(self.unpacker.unpack(archive, into).map(|_| ())?)
    }

    fn packed(&self, path: &str) -> Option<usize> {
        self.packed?.position(path)
    }

    fn packed_below(&self, folder: &str) -> Vec<String> {
        self.packed.map(|packed| packed.names(folder)).unwrap_or_default()
    }

    fn bring(&self, path: &str) -> Result<(), Failure> {
        Ok(self.packed.map_or(Ok(()), |packed| packed.bring(path))?)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.packed.map_or(Ok(None), |packed| packed.bytes(path))?)
    }

    fn region(&self, path: &str) -> Result<Option<Region>, Failure> {
        Ok(self.packed.map_or(Ok(None), |packed| packed.region(path))?)
    }

    fn unpack(&self, files: Vec<(usize, PathBuf)>, each: &(dyn Fn(u64) + Sync)) -> Result<(), Failure> {
        let packed = self.packed.ok_or("the files are in no archive")?;
        let written = packed.unpack(&files, each)?;
        self.known().extend(files.into_iter().map(|(_, to)| to.into()).zip(written));
        Ok(())
    }

    fn anew(&self, path: &Path) {
        self.known().remove(path.as_os_str());
        self.growing.begin(path);
    }
}
