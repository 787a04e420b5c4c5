//! A folder of graders that others made, and what of it is pinned: `NAME.wasm`, the known-answer cases of each in `NAME/cases/`, and the
//! lock `assay.lock` with the digests of what was added.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use assay_evidence::lock::{Lock, LockError, MAX_BYTES, Pinned};
use assay_tables::read::ReadError;
use assay_types::excerpt::excerpt;
use serde::Serialize;
use tempfile::NamedTempFile;
use thiserror::Error;

use crate::catalog::bounded;
use crate::check::{Case, CaseError};

/// The name of the lock in the folder.
pub(crate) const LOCK: &str = "assay.lock";

/// A folder that graders are added to. Nobody else adds to it meanwhile.
#[derive(Debug)]
pub struct GraderFolder {
    folder: PathBuf,
    lock: Lock,
    _held: File,
}

/// How a grader came to be in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Added {
    /// The same was there.
    WasThere,
    /// There was none of its name.
    New,
    /// It took the place of another one, or its cases that of other cases.
    Replaced,
}

/// Why a grader is not added.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The folder, or something in it, cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// A file of the folder cannot be read.
    #[error("{}: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: ReadError,
    },
    /// Its lock is none.
    #[error("{}: {error}", .path.display())]
    Lock {
        /// The lock.
        path: PathBuf,
        /// What is wrong with it.
        error: LockError,
    },
    /// Cases that are there cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The name is none.
    #[error("{} is no name of a grader: it must be of letters, digits, `-`, `_` and `.`, and not start with `.`", excerpt(.0))]
    Name(String),
    /// Something else has its name.
    #[error("{what} {} is {found} {place}, and {given} would take its place", excerpt(.name))]
    Other {
        /// What it is: a grader, or its cases.
        what: &'static str,
        /// The name.
        name: String,
        /// Where the other one is.
        place: &'static str,
        /// The digest of what is there.
        found: String,
        /// The digest of what was to be added.
        given: String,
    },
}

/// What the lock of a folder pins; none if it has no lock.
///
/// # Errors
///
/// If the lock cannot be read, or is none.
pub(crate) fn pinned(folder: &Path) -> Result<Option<Lock>, FolderError> {
    let path = folder.join(LOCK);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    let bytes = bounded(&path, MAX_BYTES).map_err(|error| FolderError::Read { path: path.clone(), error })?;
    Lock::parse(&bytes).map(Some).map_err(|error| FolderError::Lock { path, error })
}

impl GraderFolder {
    /// Opens a folder to add graders to; it is made if need be.
    ///
    /// # Errors
    ///
    /// If it cannot be made, its lock is none, or another program is adding to it.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let failed = |error| FolderError::Io { path: folder.to_owned(), error };
        fs::create_dir_all(folder).map_err(failed)?;
        let held = File::open(folder).map_err(failed)?;
        held.try_lock().map_err(|_| failed(io::Error::other("another program is adding to this folder: try again")))?;
        let lock = pinned(folder)?.unwrap_or_else(|| Lock::new([], [], None));
        Ok(GraderFolder { folder: folder.to_owned(), lock, _held: held })
    }

    /// The file of a grader of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.wasm"))
    }

    /// Adds a grader and the cases that come with it, if any, and pins both. What has its name and another digest is replaced only if
    /// `replace` says so, be it in the folder or one that the program carries. Cases that are there stay where none come with the grader.
    ///
    /// # Errors
    ///
    /// If something else has its name, or the folder cannot be written.
    pub fn add(&mut self, name: &str, component: &[u8], cases: &[Case], replace: bool) -> Result<Added, FolderError> {
        if !is_plain(name) {
            return Err(FolderError::Name(name.to_owned()));
        }
        let file = self.file(name);
        let known = self.known(name, &file)?;
        let pin = Pinned::of(component);
        let other = known.iter().find(|(found, _)| *found != pin);
        let folder_of_cases = self.folder.join(name).join("cases");
        let known_cases = if folder_of_cases.is_dir() { Case::read_folder(&folder_of_cases)? } else { Vec::new() };
        let of_cases = |cases: &[Case]| (!cases.is_empty()).then(|| Pinned::of(&Case::digested(cases)));
        let (cases_pin, known_cases) = (of_cases(cases), of_cases(&known_cases));
        let other_cases = known_cases.as_ref().filter(|known| cases_pin.as_ref().is_some_and(|pin| pin != *known));
        if !replace {
            let refused = |what, found: &Pinned, place, given: &Pinned| FolderError::Other {
                what,
                name: name.to_owned(),
                place,
                found: String::from(found.clone()),
                given: String::from(given.clone()),
            };
            if let Some((found, place)) = other {
                return Err(refused("grader", found, place, &pin));
            }
            if let (Some(found), Some(given)) = (other_cases, &cases_pin) {
                return Err(refused("cases of grader", found, IN_FOLDER, given));
            }
        }
        let is_there = known.iter().any(|(found, place)| *place == IN_FOLDER && *found == pin);
        let has_cases = cases_pin.is_none() || cases_pin == known_cases;
        let added = match (other.is_some() || other_cases.is_some(), is_there && has_cases) {
            (true, _) => Added::Replaced,
            (false, true) => Added::WasThere,
            (false, false) => Added::New,
        };
        if !has_cases {
            write_cases(&folder_of_cases, cases)?;
        }
        if !is_there {
            write(&file, component)?;
        }
        self.lock.graders.insert(name.to_owned(), pin);
        if let Some(pin) = cases_pin.or(known_cases) {
            self.lock.cases.insert(name.to_owned(), pin);
        }
        let text = self
            .lock
            .text_of_folder()
            .map_err(|error| FolderError::Io { path: self.folder.join(LOCK), error: io::Error::other(error) })?;
        write(&self.folder.join(LOCK), text.as_bytes())?;
        Ok(added)
    }

    /// The digests of what has this name, and where it is.
    fn known(&self, name: &str, file: &Path) -> Result<Vec<(Pinned, &'static str)>, FolderError> {
        let mut known = Vec::new();
        if let Some((_, component)) = assay_builtin::graders().find(|(known, _)| *known == name) {
            known.push((Pinned::of(component), "among those that the program carries"));
        }
        if file.symlink_metadata().is_ok() {
            let limit = assay_sandbox::Limits::default().component_bytes as u64;
            let bytes = bounded(file, limit).map_err(|error| FolderError::Read { path: file.to_owned(), error })?;
            known.push((Pinned::of(&bytes), IN_FOLDER));
        } else if let Some(pin) = self.lock.graders.get(name) {
            known.push((pin.clone(), "in the folder's lock"));
        }
        Ok(known)
    }
}

const IN_FOLDER: &str = "in the folder";

/// Names are of files, and stand in competitions.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 128 && name.chars().all(plain) && !name.starts_with('.')
}

/// Writes a file in whole, or not at all.
fn write(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io { path: path.to_owned(), error };
    let mut file = NamedTempFile::with_prefix_in(".new-", path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    readable(file.as_file()).map_err(failed)?;
    file.as_file().sync_data().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Temporary files are made for their owner alone. What is shared is for all to read.
fn readable(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Has a folder hold these cases and no others.
fn write_cases(folder: &Path, cases: &[Case]) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io { path: folder.to_owned(), error };
    let above = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(failed)?;
    let made = tempfile::Builder::new().prefix(".new-").tempdir_in(above).map_err(failed)?;
    let whole = made.path().join("cases");
    for case in cases {
        let below = whole.join(&case.name);
        fs::create_dir_all(&below).map_err(failed)?;
        for (name, content) in case.files() {
            fs::write(below.join(name), content).map_err(failed)?;
        }
    }
    if folder.symlink_metadata().is_ok() {
        fs::rename(folder, made.path().join("former")).map_err(failed)?;
    }
    fs::rename(&whole, folder).map_err(failed)
}
