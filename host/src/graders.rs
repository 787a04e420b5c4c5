//! The graders at hand: those that the program carries, and those of a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::excerpt::excerpt;
use crate::near::{did_you_mean, near};
use crate::read::{self, ReadError};
use crate::sandbox::{Grader, Limits, LoadError, Sandbox};

include!(concat!(env!("OUT_DIR"), "/embedded_graders.rs"));

/// Graders by name, loaded when they are first asked for.
pub struct Graders {
    sandbox: Sandbox,
    sources: BTreeMap<String, Source>,
    loaded: Mutex<BTreeMap<String, Arc<Grader>>>,
}

/// Where a grader comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program carries it.
    Embedded(&'static [u8]),
    /// A file.
    File(PathBuf),
}

/// Why a grader cannot be used.
#[derive(Debug, Error)]
pub enum GraderError {
    /// There is none of that name.
    #[error("there is no grader {}{}", excerpt(.name), did_you_mean(.near))]
    Unknown {
        /// The name.
        name: String,
        /// Names that look like it.
        near: Vec<String>,
    },
    /// The folder cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
    /// A file in it cannot be read.
    #[error("{}: {error}", .path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What went wrong.
        error: ReadError,
    },
    /// It is no grader.
    #[error("grader {}: {error}", excerpt(.name))]
    Load {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: LoadError,
    },
}

impl Graders {
    /// The graders that the program carries.
    #[must_use]
    pub fn embedded(sandbox: Sandbox) -> Self {
        let sources = Self::built_in().map(|(name, bytes)| (name.to_owned(), Source::Embedded(bytes))).collect();
        Graders { sandbox, sources, loaded: Mutex::default() }
    }

    /// Adds every `NAME.wasm` of a folder; one of a known name takes that one's place.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), GraderError> {
        let io = |error| GraderError::Io { path: folder.to_owned(), error };
        for entry in std::fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "wasm")
                && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
            {
                self.sources.insert(name.to_owned(), Source::File(path.clone()));
            }
        }
        Ok(())
    }

    /// The names and bytes of the graders that the program carries.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static [u8])> {
        EMBEDDED.iter().copied()
    }

    /// Loads a component that is none of them.
    ///
    /// # Errors
    ///
    /// If it is no grader.
    pub fn load(&self, component: &[u8]) -> Result<Grader, LoadError> {
        self.sandbox.load(component)
    }

    /// The limits that they run under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.sandbox.limits()
    }

    /// Their names and where they come from, in the order of the names.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source))
    }

    /// The bytes of a grader's component.
    ///
    /// # Errors
    ///
    /// If there is no such grader, or its file cannot be read.
    pub fn component(&self, name: &str) -> Result<Cow<'static, [u8]>, GraderError> {
        match self.sources.get(name) {
            None => {
                let known = self.sources.keys().map(String::as_str);
                Err(GraderError::Unknown { name: name.to_owned(), near: near(name, known) })
            }
            Some(Source::Embedded(bytes)) => Ok(Cow::Borrowed(bytes)),
            Some(Source::File(path)) => {
                let limit = self.sandbox.limits().component_bytes;
                let limits = read::Limits { bytes: limit as u64, ..read::Limits::default() };
                let bytes = read::load(path, &limits).map_err(|error| match error {
                    ReadError::Bytes { .. } => {
                        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
                        let size = usize::try_from(size).unwrap_or(usize::MAX).max(limit + 1);
                        GraderError::Load { name: name.to_owned(), error: LoadError::Size { size, limit } }
                    }
                    error => GraderError::File { path: path.clone(), error },
                })?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// The grader of that name.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not a grader.
    pub fn get(&self, name: &str) -> Result<Arc<Grader>, GraderError> {
        // Held while compiling, so that threads that want the same grader do not compile it twice.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(grader) = loaded.get(name) {
            return Ok(Arc::clone(grader));
        }
        let component = self.component(name)?;
        let grader = match component {
            Cow::Borrowed(own) => self.sandbox.load_own(own),
            Cow::Owned(others) => self.sandbox.load(&others),
        };
        let grader = grader.map_err(|error| GraderError::Load { name: name.to_owned(), error })?;
        let grader = Arc::new(grader);
        loaded.insert(name.to_owned(), Arc::clone(&grader));
        Ok(grader)
    }
}
