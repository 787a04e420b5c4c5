//! What is at hand by name: graders and competitions that the program carries, that a folder holds, or that a caller gave.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_tables::read::{self, Limits, ReadError};
use assay_types::excerpt::excerpt;
use thiserror::Error;

use crate::grader_folder::{FolderError, LOCK};
use crate::near::{did_you_mean, near};

/// Where the bytes of a grader or competition come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program carries it.
    BuiltIn(&'static [u8]),
    /// A file.
    File(PathBuf),
    /// A caller gave it.
    Given(Arc<[u8]>),
}

/// Why something is not at hand.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// There is nothing of that name.
    #[error("there is no {what} {}{}", excerpt(.name), did_you_mean(.near))]
    Unknown {
        /// What it would be: a grader or a competition.
        what: &'static str,
        /// The name.
        name: String,
        /// Names that look like it, the nearest first.
        near: Vec<String>,
    },
    /// No competition belongs to that split.
    #[error("no competition belongs to split {}{}", excerpt(.split), did_you_mean(.near))]
    Split {
        /// The split.
        split: String,
        /// Splits that look like it, the nearest first.
        near: Vec<String>,
    },
    /// A folder cannot be read.
    #[error("{}: {error}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// The lock beside a file pins another one. The message is for participants too.
    #[error("grader {}: its file is {found}, and {LOCK} beside it says {pinned}", excerpt(.name))]
    Pinned {
        /// The grader.
        name: Box<str>,
        /// The digest of its file.
        found: String,
        /// The digest in the lock.
        pinned: String,
    },
    /// The lock of a folder cannot be used.
    #[error(transparent)]
    Lock(Box<FolderError>),
    /// A file cannot be read. The message is for participants too, whom it does not tell where the operator has it.
    #[error("{what} {}: {error}", excerpt(.name))]
    File {
        /// What it is: a grader, a competition, or the source of one's grader.
        what: &'static str,
        /// The name.
        name: Box<str>,
        /// The file.
        path: Box<Path>,
        /// What went wrong.
        error: ReadError,
    },
}

/// Names and where what they name comes from.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    what: &'static str,
    /// The largest file that is read, in bytes.
    limit: u64,
    sources: BTreeMap<String, Source>,
}

impl Catalog {
    pub(crate) fn new(what: &'static str, limit: u64) -> Self {
        Catalog { what, limit, sources: BTreeMap::new() }
    }

    /// Adds something; what had its name before is replaced.
    pub(crate) fn add(&mut self, name: &str, source: Source) {
        self.sources.insert(name.to_owned(), source);
    }

    /// Adds the files that `file` finds for the entries of a folder, with their names.
    pub(crate) fn add_folder(
        &mut self,
        folder: &Path,
        file: impl Fn(PathBuf) -> Option<(String, PathBuf)>,
    ) -> Result<(), CatalogError> {
        let failed = |error| CatalogError::Folder { path: folder.to_owned(), error };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            if let Some((name, path)) = file(entry.map_err(failed)?.path()) {
                self.add(&name, Source::File(path));
            }
        }
        Ok(())
    }

    /// Names and sources, in the order of the names.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// The files that they are in, where they are in files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.values().filter_map(|source| match source {
            Source::File(path) => Some(path.as_path()),
            Source::BuiltIn(_) | Source::Given(_) => None,
        })
    }

    pub(crate) fn source(&self, name: &str) -> Result<&Source, CatalogError> {
        self.sources.get(name).ok_or_else(|| CatalogError::Unknown {
            what: self.what,
            name: name.to_owned(),
            near: near(name, self.sources.keys().map(String::as_str)),
        })
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Cow<'_, [u8]>, CatalogError> {
        match self.source(name)? {
            Source::BuiltIn(bytes) => Ok(Cow::Borrowed(bytes)),
            Source::Given(bytes) => Ok(Cow::Borrowed(bytes)),
            Source::File(path) => {
                bounded(path, self.limit).map(Cow::Owned).map_err(|error| self.unreadable(name, path, error))
            }
        }
    }

    pub(crate) fn unreadable(&self, name: &str, path: &Path, error: ReadError) -> CatalogError {
        CatalogError::File { what: self.what, name: name.into(), path: path.into(), error }
    }
}

/// The bytes of a file that has no more than `limit` of them.
pub(crate) fn bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read::load(path, &Limits { bytes: limit, ..Limits::default() })
}
