//! The manifest of prepared data, `prepared.json`: what they were made of, and what every file is. The same download gives the same manifest.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use assay_types::Edition;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::digest::Digests;
use crate::layout::MANIFEST;

/// The version of the manifest's form.
pub const SCHEMA: u32 = 1;

/// The largest manifest that is read, in bytes: that of some three million files.
const MAX_BYTES: u64 = 512 << 20;

/// How much of it is written at once.
const WRITTEN: usize = 256 << 10;

/// What prepared data are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form: 1.
    pub schema: u32,
    /// The competition.
    pub competition_id: String,
    /// Which edition of its data.
    pub edition: Edition,
    /// The version of the program.
    pub assay: String,
    /// SHA-256 of the recipe's text.
    pub recipe: String,
    /// The download that they were made of.
    pub download: Digests,
    /// Other files that they were made of, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Digests>,
    /// Whether the reference's checksums were compared.
    pub verification: Verification,
    /// Whose words `public/description.md` is.
    pub description: Description,
    /// Every file, by its path below the folder of the manifest.
    pub files: BTreeMap<String, Digests>,
}

/// Whether the reference's checksums were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// All that are known are the same.
    Same,
    /// None are known of the download.
    Unknown,
    /// They were not to be compared.
    Skipped,
}

/// Whose words a description is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Description {
    /// A copy that the user gave.
    Given,
    /// Written from the competition's data by this program.
    Written,
}

/// Why a manifest cannot be used.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// There is none: the data were prepared by another program, or not at all.
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
    /// It cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// It is none.
    #[error("{}: {what}: prepare the data again by `assay prepare --again`", .path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl Manifest {
    /// The manifest in a folder of prepared data.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be used.
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let path = folder.join(MANIFEST);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ManifestError::Missing(path.clone()),
            _ => ManifestError::Io { path: path.clone(), error },
        };
        let form = |what: String| ManifestError::Form { path: path.clone(), what };
        let file = File::open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() || metadata.len() > MAX_BYTES {
            return Err(form(format!("a file of at most {MAX_BYTES} bytes is expected")));
        }
        let manifest: Manifest =
            serde_json::from_reader(BufReader::new(file.take(MAX_BYTES))).map_err(|error| form(error.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(form(format!("it is of version {}, and {SCHEMA} is known", manifest.schema)));
        }
        Ok(manifest)
    }

    /// Writes the manifest into a folder.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(WRITTEN, File::create(folder.join(MANIFEST))?);
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// SHA-256 of the manifest in a folder, which stands for all of the data.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn digest(folder: &Path) -> io::Result<String> {
        let mut bytes = Vec::new();
        File::open(folder.join(MANIFEST))?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(assay_types::sha256(&bytes))
    }

    /// How many bytes all files have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.values().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }
}

/// The files below a folder but its manifest, by their path from it, with their sizes. Links and the like are none, and an error.
///
/// # Errors
///
/// If a folder cannot be read, or there is something in it that is neither file nor folder.
pub fn listed(folder: &Path) -> io::Result<BTreeMap<String, u64>> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = if below.is_empty() { name.into_owned() } else { format!("{below}/{name}") };
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                if path != MANIFEST {
                    files.push((path, entry.metadata()?.len()));
                }
            } else {
                let what = format!("{} is neither a file nor a folder", entry.path().display());
                return Err(io::Error::other(what));
            }
        }
    }
    // All at once, which is faster than one by one.
    Ok(files.into_iter().collect())
}
