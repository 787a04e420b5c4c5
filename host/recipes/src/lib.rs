//! Recipes: how a competition's public and private files are made of its download. So far, files are copied and archives extracted.

use std::error::Error as StdError;
use std::fmt;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

/// Why a text is no recipe.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{name}: {message}")]
pub struct RecipeError {
    /// What the recipe's file is called.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

/// Why a preparation does not come to its end.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum RunError {
    /// The observer asked for it.
    #[error("the preparation was cancelled")]
    Cancelled,
    /// The download is not what the recipe is for.
    #[error("{0}")]
    Data(Box<Fault>),
    /// The operating system says no.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// An archive inside the download cannot be extracted.
    #[error("{}: {source}", path.display())]
    Archive { path: PathBuf, source: Box<dyn StdError + Send + Sync> },
}

/// Where in the download is what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The file, as the recipe calls it.
    pub file: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.file, self.message)
    }
}

/// The folders of a preparation.
#[derive(Clone, Copy, Debug)]
pub struct Folders<'a> {
    /// The extracted download, which is only read.
    pub raw: &'a Path,
    /// What competitors see. It is there, and empty.
    pub public: &'a Path,
    /// What they do not see. It is there, and empty.
    pub private: &'a Path,
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
    fn extract(&self, archive: &Path, into: &Path) -> Result<(), Box<dyn StdError + Send + Sync>>;
}

/// How the files of a competition are made of its download.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Step {
    /// A file, from `raw/…` to `public/…` or `private/…`.
    Copy { from: String, to: String },
    /// An archive, from `raw/…` into a folder below `public/…` or `private/…`.
    Extract { archive: String, into: String },
}

impl Recipe {
    /// Reads a recipe. `name` is what its file is called in messages.
    ///
    /// # Errors
    ///
    /// If it is no TOML, or has steps that are not known.
    pub fn parse(text: &str, name: &str) -> Result<Recipe, RecipeError> {
        toml::from_str(text).map_err(|error| RecipeError { name: name.to_owned(), message: error.to_string() })
    }

    /// The JSON schema of recipes.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        serde_json::Value::Bool(true)
    }

    /// Makes the public and private files of a download.
    ///
    /// # Errors
    ///
    /// If the download is not what the recipe is for, or files cannot be read or written.
    pub fn run(
        &self,
        folders: &Folders<'_>,
        extractor: &dyn Extractor,
        observer: &dyn Observer,
        _threads: NonZeroUsize,
    ) -> Result<(), RunError> {
        let count = self.steps.len();
        for (index, step) in self.steps.iter().enumerate() {
            if observer.cancelled() {
                return Err(RunError::Cancelled);
            }
            match step {
                Step::Copy { from, to } => {
                    observer.step(index, count, &format!("copy {from}"));
                    let (from, to) = (place(folders, from)?, place(folders, to)?);
                    let failed = |source| RunError::Io { path: to.clone(), source };
                    fs::create_dir_all(to.parent().unwrap_or(Path::new(""))).map_err(failed)?;
                    let bytes = fs::copy(&from, &to).map_err(|source| RunError::Io { path: from, source })?;
                    observer.bytes(bytes);
                }
                Step::Extract { archive, into } => {
                    observer.step(index, count, &format!("extract {archive}"));
                    let (archive, into) = (place(folders, archive)?, place(folders, into)?);
                    fs::create_dir_all(&into).map_err(|source| RunError::Io { path: into.clone(), source })?;
                    let extracted = extractor.extract(&archive, &into);
                    extracted.map_err(|source| RunError::Archive { path: archive, source })?;
                }
            }
        }
        Ok(())
    }
}

fn place(folders: &Folders<'_>, path: &str) -> Result<PathBuf, RunError> {
    let wrong = |message: &str| Fault { file: path.to_owned(), message: message.to_owned() };
    let (root, below) = path.split_once('/').unwrap_or((path, ""));
    if below.split('/').any(|part| part == "..") {
        return Err(RunError::Data(Box::new(wrong("it leads out of its folder"))));
    }
    match root {
        "raw" => Ok(folders.raw.join(below)),
        "public" => Ok(folders.public.join(below)),
        "private" => Ok(folders.private.join(below)),
        _ => Err(RunError::Data(Box::new(wrong("a path begins with raw, public or private")))),
    }
}
