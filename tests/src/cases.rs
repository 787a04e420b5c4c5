//! The made-up submissions of `parity/cases.tar.xz`, with the reference's verdict on each.

use std::path::{Path, PathBuf};

use lzma_rust2::XzReader;
use serde::Deserialize;
use tempfile::TempDir;

use crate::{Failure, root};

/// A submission and what the reference says of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// The competition.
    pub competition_id: String,
    /// The file, relative to the folder.
    pub submission_path: String,
    /// What it is a case of.
    pub case: String,
    /// `scored` or `invalid`.
    pub outcome: String,
    /// A number, or `nan`, `inf`, `-inf`.
    pub score: serde_json::Value,
}

/// All cases, unpacked.
pub struct Cases {
    folder: TempDir,
    /// The cases, in the order of the list.
    pub list: Vec<Case>,
}

impl Cases {
    /// Unpacks them into a folder that is gone when this is dropped. Of the submissions it has those whose case passes.
    ///
    /// # Errors
    ///
    /// If they cannot be unpacked or read.
    pub fn unpack(wanted: impl Fn(&str) -> bool) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let packed = std::fs::File::open(root().join("tests/parity/cases.tar.xz"))?;
        for entry in tar::Archive::new(XzReader::new(std::io::BufReader::new(packed), false)).entries()? {
            let mut entry = entry?;
            let path = entry.path()?;
            let case = path.file_stem().filter(|_| path.starts_with("submissions")).and_then(|stem| stem.to_str());
            if entry.header().entry_type().is_dir() || case.is_none_or(&wanted) {
                entry.unpack_in(&folder)?;
            }
        }
        let lines = std::fs::read_to_string(folder.path().join("expected.jsonl"))?;
        let list = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Cases { folder, list })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All cases as a list of submissions.
    #[must_use]
    pub fn jsonl(&self) -> PathBuf {
        self.folder().join("expected.jsonl")
    }

    /// The answers, as a data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder().join("data")
    }
}
