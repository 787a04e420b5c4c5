//! A recipe at work.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{About, Fault, RunError};
use crate::files::unshare;
use crate::place::{Place, Root};
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

/// Who extracts archives. They come from strangers, so this is where they are checked.
pub trait Extractor: Sync {
    /// Extracts an archive into a folder that is there.
    ///
    /// # Errors
    ///
    /// If it is no archive, or not one to be trusted.
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
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

    /// Where a place is on the disk.
    pub(crate) fn path(&self, place: &Place) -> PathBuf {
        let root = match place.root {
            Root::Raw => self.folders.raw,
            Root::Work => &self.scratch,
            Root::Public => self.folders.public,
            Root::Private => self.folders.private,
        };
        if place.path.is_empty() { root.to_owned() } else { root.join(&place.path) }
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
