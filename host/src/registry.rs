//! The competitions at hand: those that the program carries, and those of a folder.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::competition::{Competition, CompetitionError};
use crate::excerpt::excerpt;
use crate::near::{did_you_mean, near};
use crate::read::{self, Limits, ReadError};

include!(concat!(env!("OUT_DIR"), "/embedded_competitions.rs"));

/// The largest `competition.toml` that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Competitions by id.
#[derive(Clone, Debug)]
pub struct Registry {
    sources: BTreeMap<String, Source>,
}

#[derive(Clone, Debug)]
enum Source {
    Embedded(&'static str),
    File(PathBuf),
}

/// Why there is no competition.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// There is none of that id.
    #[error("there is no competition {}{}", excerpt(.id), did_you_mean(.near))]
    Unknown {
        /// The id.
        id: String,
        /// Ids that look like it.
        near: Vec<String>,
    },
    /// None belongs to that split.
    #[error("no competition belongs to split {}{}", excerpt(.split), did_you_mean(.near))]
    Split {
        /// The split.
        split: String,
        /// Splits that look like it.
        near: Vec<String>,
    },
    /// A folder cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
    /// A file cannot be read.
    #[error("{}: {error}", .path.display())]
    File {
        /// The path.
        path: PathBuf,
        /// What went wrong.
        error: ReadError,
    },
    /// A file is too large to be a competition.
    #[error("{}: it has more than {MAX_BYTES} bytes, which is the limit", .path.display())]
    Size {
        /// The path.
        path: PathBuf,
    },
    /// It is not a competition.
    #[error(transparent)]
    Competition(#[from] CompetitionError),
}

impl Registry {
    /// The competitions that the program carries.
    #[must_use]
    pub fn embedded() -> Self {
        let sources = Self::built_in().map(|(id, text)| (id.to_owned(), Source::Embedded(text))).collect();
        Registry { sources }
    }

    /// The ids and files of the competitions that the program carries.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        EMBEDDED.iter().copied()
    }

    /// Adds every `ID/competition.toml` of a folder; one of a known id takes that one's place.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), RegistryError> {
        let io = |error| RegistryError::Io { path: folder.to_owned(), error };
        for entry in std::fs::read_dir(folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let path = entry.path().join("competition.toml");
            // What is there and no file is told to whoever asks for it.
            if let (true, Ok(id)) = (path.exists(), entry.file_name().into_string()) {
                self.sources.insert(id, Source::File(path));
            }
        }
        Ok(())
    }

    /// Their ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The competitions, in the order of their ids: all, or those of a split.
    ///
    /// # Errors
    ///
    /// If no competition belongs to that split, or a file is wrong.
    pub fn competitions(&self, split: Option<&str>) -> Result<Vec<Competition>, RegistryError> {
        let all = self.ids().map(|id| self.get(id)).collect::<Result<Vec<_>, _>>()?;
        let Some(split) = split else { return Ok(all) };
        let splits: BTreeSet<String> = all.iter().flat_map(|competition| competition.splits.clone()).collect();
        let of_split: Vec<Competition> =
            all.into_iter().filter(|competition| competition.splits.iter().any(|known| known == split)).collect();
        if of_split.is_empty() {
            let near = near(split, splits.iter().map(String::as_str));
            return Err(RegistryError::Split { split: split.to_owned(), near });
        }
        Ok(of_split)
    }

    /// The text of a competition's file.
    ///
    /// # Errors
    ///
    /// If there is no such competition, or its file cannot be read.
    pub fn text(&self, id: &str) -> Result<Cow<'static, str>, RegistryError> {
        match self.sources.get(id) {
            None => Err(RegistryError::Unknown { id: id.to_owned(), near: near(id, self.ids()) }),
            Some(Source::Embedded(text)) => Ok(Cow::Borrowed(text)),
            Some(Source::File(path)) => {
                let limits = Limits { bytes: MAX_BYTES, ..Limits::default() };
                let bytes = read::load(path, &limits).map_err(|error| match error {
                    ReadError::Bytes { .. } => RegistryError::Size { path: path.clone() },
                    error => RegistryError::File { path: path.clone(), error },
                })?;
                String::from_utf8(bytes).map(Cow::Owned).map_err(|error| {
                    let error = std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error());
                    RegistryError::File { path: path.clone(), error: error.into() }
                })
            }
        }
    }

    /// The competition of that id.
    ///
    /// # Errors
    ///
    /// If there is none, or its file is wrong.
    pub fn get(&self, id: &str) -> Result<Competition, RegistryError> {
        let text = self.text(id)?;
        let file = match self.sources.get(id) {
            Some(Source::File(path)) => path.display().to_string(),
            _ => format!("competitions/{id}/competition.toml"),
        };
        let competition = Competition::parse(&text, &file)?;
        if competition.id != id {
            let (id, folder) = (excerpt(&competition.id), excerpt(id));
            let message = format!("`id` is {id}, but the folder's name is {folder}: they must be equal");
            return Err(CompetitionError::Invalid { file, message }.into());
        }
        Ok(competition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(folder: &Path, make: impl FnOnce(&Path)) -> Registry {
        std::fs::create_dir(folder.join("a\u{202e}")).unwrap();
        make(&folder.join("a\u{202e}/competition.toml"));
        let mut registry = Registry { sources: BTreeMap::new() };
        registry.add_folder(folder).unwrap();
        registry
    }

    #[test]
    fn a_file_is_read_within_its_limit() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let large = registry(one.path(), |path| std::fs::write(path, "#".repeat(MAX_BYTES as usize + 1)).unwrap());
        assert!(matches!(large.get("a\u{202e}"), Err(RegistryError::Size { .. })));
        let folder = registry(other.path(), |path| std::fs::create_dir(path).unwrap());
        assert!(matches!(folder.get("a\u{202e}"), Err(RegistryError::File { error: ReadError::NotAFile, .. })));
    }

    #[test]
    fn an_unknown_id_is_shown_as_an_excerpt() {
        let error = Registry::embedded().get(&"\u{202e}x".repeat(100_000)).unwrap_err().to_string();
        assert!(error.starts_with(r"there is no competition `\u{202e}x") && error.len() < 300, "{error}");
    }
}
