//! Files by their digest: one that was handed in twice is kept once.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::StoreError;

/// The folder of the files.
pub(crate) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let files = Files { folder: folder.to_owned() };
        files.make(folder)?;
        Ok(files)
    }

    /// Where the file of that digest is.
    pub(super) fn path(&self, sha256: &str) -> PathBuf {
        let start = sha256.get(..2).unwrap_or_default();
        self.folder.join(start).join(format!("{sha256}.csv"))
    }

    /// Has the disk take a file that was received, which may take a while.
    pub(super) fn settle(received: &TempPath) -> Result<(), StoreError> {
        let failed = |error: io::Error| StoreError::Io { path: received.to_path_buf(), error };
        File::open(received).and_then(|file| file.sync_all()).map_err(failed)
    }

    /// Keeps a file that was received and settled. It survives a power cut from here on.
    pub(super) fn keep(&self, received: TempPath, sha256: &str) -> Result<(), StoreError> {
        let path = self.path(sha256);
        if path.is_file() {
            return Ok(());
        }
        let failed = |error: io::Error| StoreError::Io { path: path.clone(), error };
        let folder = path.parent().unwrap_or(&self.folder);
        self.make(folder)?;
        received.persist(&path).map_err(|error| failed(error.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// Removes a file. False: it is gone already.
    pub(super) fn remove(&self, sha256: &str) -> Result<bool, StoreError> {
        let path = self.path(sha256);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::Io { path, error }),
        }
    }

    fn make(&self, folder: &Path) -> Result<(), StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| StoreError::Io { path: folder.to_owned(), error })
    }
}
