//! The competitions at hand: those that the program carries, and those of a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::competition::{Competition, CompetitionError};

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
    #[error("there is no competition `{id}`{}; `assay competitions` lists them", .near.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    Unknown {
        /// The id.
        id: String,
        /// An id that looks like it.
        near: Option<String>,
    },
    /// A folder or file cannot be read.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What went wrong.
        error: std::io::Error,
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
            if let (true, Ok(id)) = (path.is_file(), entry.file_name().into_string()) {
                self.sources.insert(id, Source::File(path));
            }
        }
        Ok(())
    }

    /// Their ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The text of a competition's file.
    ///
    /// # Errors
    ///
    /// If there is no such competition, or its file cannot be read.
    pub fn text(&self, id: &str) -> Result<Cow<'static, str>, RegistryError> {
        match self.sources.get(id) {
            None => {
                let near = self.sources.keys().find(|known| known.eq_ignore_ascii_case(id) || known.starts_with(id));
                Err(RegistryError::Unknown { id: id.to_owned(), near: near.filter(|_| !id.is_empty()).cloned() })
            }
            Some(Source::Embedded(text)) => Ok(Cow::Borrowed(text)),
            Some(Source::File(path)) => {
                let io = |error| RegistryError::Io { path: path.clone(), error };
                if std::fs::metadata(path).map_err(io)?.len() > MAX_BYTES {
                    return Err(io(std::io::Error::other(format!("it has more than {MAX_BYTES} bytes"))));
                }
                std::fs::read_to_string(path).map(Cow::Owned).map_err(io)
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
            let message = format!("`id` is `{}`, but the folder's name is `{id}`: they must be equal", competition.id);
            return Err(CompetitionError::Invalid { file, message }.into());
        }
        Ok(competition)
    }
}
