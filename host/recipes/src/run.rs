//! A recipe at work.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{About, Fault, RunError};
use crate::files::unshare;
use crate::place::{Place, Root};
use crate::region::Region;
use crate::table::Table;

/// The folders of a preparation.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The extracted download, which is only read.
    pub raw: &'a Path,
    /// What competitors see. It is there, and empty.
    pub public: &'a Path,
    /// What they do not see. It is there, and empty. A folder beside it holds what archives in the download extract to while a recipe
    /// runs.
    pub private: &'a Path,
    /// True if somebody wants the extracted download afterwards. Otherwise a copy of a file of it can be a second name of the same file.
    pub raw_stays: bool,
}

/// Who is told how far a preparation is.
pub trait Observer: Sync {
    /// The step of this index, from 0, begins. `words` say what it does.
    fn step(&self, index: usize, count: usize, words: &str);
    /// So many bytes were read and copied up to now.
    fn bytes(&self, done: u64);
    /// True if the preparation is to stop.
    fn cancelled(&self) -> bool;
}

/// What went wrong with an archive.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Who extracts archives. They come from strangers, so this is where they are checked.
///
/// Files of the download may still be in its archive, each until it is brought to its place in the folder. Their paths are below the
/// download's folder, with `/`. The path of a file on the disk is always written in the same way.
pub trait Extractor: Sync {
    /// Extracts an archive into a folder that is there.
    ///
    /// # Errors
    ///
    /// If it is no archive, or not one to be trusted.
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Failure>;

    /// Which file of the archive this one of the download is, counted in the order in which they stand there, if it is still in it.
    fn packed(&self, _path: &str) -> Option<usize> {
        None
    }

    /// The paths of all files below a folder of the download that are still in its archive, without the folder's own.
    fn packed_below(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }

    /// Brings a file, or all of a folder, to its place in the download's folder.
    ///
    /// # Errors
    ///
    /// If the archive is damaged, or it cannot be written.
    fn bring(&self, _path: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// The bytes of a file that is still in the archive, if it is.
    ///
    /// # Errors
    ///
    /// If the archive is damaged.
    fn bytes(&self, _path: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(None)
    }

    /// Where the bytes of a file stand in the archive as they are, if it is still in it and they do.
    ///
    /// # Errors
    ///
    /// If the archive is damaged.
    fn region(&self, _path: &str) -> Result<Option<Region>, Failure> {
        Ok(None)
    }

    /// Writes files that are still in the archive to other places, each of which is there once: those that [`Extractor::packed`] tells.
    /// `each` hears of the bytes of each of them.
    ///
    /// # Errors
    ///
    /// If one is not in the archive, the archive is damaged, or they cannot be written.
    fn unpack(&self, _files: Vec<(usize, PathBuf)>, _each: &(dyn Fn(u64) + Sync)) -> Result<(), Failure> {
        Err("the files are in no archive".into())
    }

    /// A file that a step makes is going to be written, or replaced.
    fn anew(&self, _path: &Path) {}
}

/// What steps work with: folders, and tables by name.
pub(crate) struct Work<'a> {
    folders: &'a Folders<'a>,
    scratch: PathBuf,
    pub extractor: &'a dyn Extractor,
    observer: &'a dyn Observer,
    pub threads: NonZeroUsize,
    tables: BTreeMap<String, Table>,
    bytes: AtomicU64,
}

impl<'a> Work<'a> {
    pub(crate) fn new(
        folders: &'a Folders<'a>,
        scratch: &Path,
        extractor: &'a dyn Extractor,
        observer: &'a dyn Observer,
        threads: NonZeroUsize,
    ) -> Self {
        Work {
            folders,
            scratch: scratch.to_owned(),
            extractor,
            observer,
            threads,
            tables: BTreeMap::new(),
            bytes: AtomicU64::new(0),
        }
    }

    /// A table that a step before made. Recipes are checked, so it is there.
    pub(crate) fn table(&self, name: &str) -> Result<&Table, RunError> {
        self.tables.get(name).ok_or_else(|| Fault::new(name, "there is no table of this name").into())
    }

    pub(crate) fn set(&mut self, name: &str, table: Table) {
        self.tables.insert(name.to_owned(), table);
    }

    /// Forgets a table, and frees what no other shares.
    pub(crate) fn forget(&mut self, name: &str) {
        self.tables.remove(name);
    }

    /// A folder that goes when the recipe is done.
    pub(crate) fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Where a place is on the disk, written in one way: of `a/b`, `a//b` and `a/./b` that is the first.
    pub(crate) fn path(&self, place: &Place) -> PathBuf {
        let root = match place.root {
            Root::Raw => self.folders.raw,
            Root::Work => &self.scratch,
            Root::Public => self.folders.public,
            Root::Private => self.folders.private,
        };
        if place.path.is_empty() {
            return root.to_owned();
        }
        let path = root.join(&place.path);
        let is_plain = place.path.split('/').all(|part| !part.is_empty() && part != ".");
        if is_plain { path } else { path.components().collect() }
    }

    /// Where a file or a folder is on the disk that is to be read. What of it is still in the download's archive is brought there.
    pub(crate) fn source(&self, place: &Place) -> Result<PathBuf, RunError> {
        let path = self.path(place);
        if place.root == Root::Raw {
            self.extractor.bring(&place.path).map_err(|source| RunError::Archive { path: path.clone(), source })?;
        }
        Ok(path)
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, place: &Place) -> Result<Vec<u8>, RunError> {
        let path = self.path(place);
        let packed = match place.root {
            Root::Raw => {
                self.extractor.bytes(&place.path).map_err(|source| RunError::Archive { path: path.clone(), source })?
            }
            Root::Work | Root::Public | Root::Private => None,
        };
        let bytes = match packed {
            Some(bytes) => bytes,
            None => fs::read(&path).about(&path)?,
        };
        self.advance(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// A file that is read from its beginning, or in parts.
    pub(crate) fn open(&self, place: &Place) -> Result<Region, RunError> {
        let path = self.path(place);
        if place.root == Root::Raw {
            let found = self.extractor.region(&place.path);
            if let Some(region) = found.map_err(|source| RunError::Archive { path, source })? {
                return Ok(region);
            }
        }
        let path = self.source(place)?;
        File::open(&path).and_then(Region::whole).about(&path)
    }

    /// Which file of the download's archive this is, if it is still in it.
    pub(crate) fn packed(&self, place: &Place) -> Option<usize> {
        if place.root == Root::Raw { self.extractor.packed(&place.path) } else { None }
    }

    /// The files below a folder that are still in the download's archive.
    pub(crate) fn packed_below(&self, place: &Place) -> Vec<String> {
        if place.root == Root::Raw { self.extractor.packed_below(&place.path) } else { Vec::new() }
    }

    /// Writes files that are still in the download's archive to their new places.
    pub(crate) fn unpack(&self, files: Vec<(usize, PathBuf)>) -> Result<(), RunError> {
        let failed = |source| RunError::Archive { path: self.folders.raw.to_owned(), source };
        // Whether it is to stop is asked once more below.
        let unpacked = self.extractor.unpack(files, &|bytes| drop(self.advance(bytes)));
        self.advance(0)?;
        unpacked.map_err(failed)
    }

    /// A file is going to be written, or replaced.
    pub(crate) fn anew(&self, path: &Path) {
        self.extractor.anew(path);
    }

    /// Where a place is on the disk that is to be written; the folders that it is in are made. The download is never written.
    pub(crate) fn target(&self, place: &Place) -> Result<PathBuf, RunError> {
        if place.root == Root::Raw {
            return Err(
                Fault::new(place.to_string(), "the download is only read; write to work, public or private").into()
            );
        }
        let path = self.path(place);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).about(folder)?;
        }
        unshare(&path).about(&path)?;
        self.anew(&path);
        Ok(path)
    }

    /// True if files of this folder may get a second name: those that go when the recipe is done.
    pub(crate) fn goes(&self, root: Root) -> bool {
        match root {
            Root::Raw => !self.folders.raw_stays,
            Root::Work => true,
            Root::Public | Root::Private => false,
        }
    }

    /// Tells the observer of bytes that were worked through.
    ///
    /// # Errors
    ///
    /// If the preparation is to stop.
    pub(crate) fn advance(&self, bytes: u64) -> Result<(), RunError> {
        let done = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if bytes > 0 {
            self.observer.bytes(done);
        }
        if self.observer.cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }
}
