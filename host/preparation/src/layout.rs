//! Where things are: the data directory as the reference lays it out, and beside it what a preparation needs until it is done.

use std::path::{Path, PathBuf};

use assay_types::Edition;

/// What is in the folder of published data beside `public` and `private`.
pub(crate) const MANIFEST: &str = "prepared.json";

/// The folder of one competition in a data directory.
#[derive(Clone, Debug)]
pub struct Layout {
    folder: PathBuf,
    id: String,
    edition: Edition,
}

impl Layout {
    /// The folder of a competition, whose id is a plain name.
    #[must_use]
    pub fn new(data_dir: &Path, id: &str, edition: Edition) -> Self {
        Layout { folder: data_dir.join(id), id: id.to_owned(), edition }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The download.
    #[must_use]
    pub fn archive(&self) -> PathBuf {
        self.folder.join(format!("{}.zip", self.id))
    }

    /// The download unpacked, where it is kept.
    #[must_use]
    pub fn raw(&self) -> PathBuf {
        self.folder.join("raw")
    }

    /// The prepared data.
    #[must_use]
    pub fn prepared(&self) -> PathBuf {
        self.folder.join(self.edition.folder())
    }

    /// The manifest of the prepared data.
    #[must_use]
    pub fn manifest(&self) -> PathBuf {
        self.prepared().join(MANIFEST)
    }

    /// A download that is not whole yet. Its name tells nobody that it is an archive.
    pub(crate) fn part(&self, file: &str) -> PathBuf {
        self.folder.join(format!(".{file}.part"))
    }

    /// What is being made.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.join(format!(".preparing-{}", self.edition.folder()))
    }

    /// What a process holds that prepares the competition.
    pub(crate) fn lock(&self) -> PathBuf {
        self.folder.join(".preparing.lock")
    }
}
