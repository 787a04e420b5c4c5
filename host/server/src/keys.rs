//! Key files: the rows that submissions must have, for those who must not open the answers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_tables::align::Expected;
use assay_tables::key_file::{self, KeyFileError};
use assay_tables::read::{self, Limits, ReadError};
use assay_types::competition::{Competition, Contract};
use thiserror::Error;

/// The expected rows by competition.
#[derive(Default)]
pub struct Keys {
    expected: HashMap<String, Arc<Expected>>,
}

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The file cannot be read.
    #[error("{}: {error}; `assay keys {id} --output FILE` makes one", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The competition.
        id: String,
        /// What is wrong.
        error: ReadError,
    },
    /// It is no key file of that competition.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: KeyFileError,
    },
}

impl Keys {
    /// Reads the keys of a competition, unless no key is compared there. `place` is a key file, or a folder in which it is called
    /// `ID.keys.jsonl`.
    ///
    /// # Errors
    ///
    /// If there is none, or it is another competition's.
    pub fn add(&mut self, place: &Path, competition: &Competition) -> Result<(), KeysError> {
        if !are_compared(&competition.submission) {
            return Ok(());
        }
        let id = competition.id.clone();
        let path = if place.is_dir() { place.join(format!("{id}.keys.jsonl")) } else { place.to_owned() };
        let limits = Limits::default();
        let bytes = read::load(&path, &limits).map_err(|error| KeysError::Read {
            path: path.clone(),
            id: id.clone(),
            error,
        })?;
        let expected = key_file::read(&bytes, competition, &limits).map_err(|error| KeysError::File { path, error })?;
        self.insert(id, expected);
        Ok(())
    }

    /// Adds the expected rows of a competition.
    pub fn insert(&mut self, id: String, expected: Expected) {
        self.expected.insert(id, Arc::new(expected));
    }

    /// The expected rows of a competition; none if it compares none, or nobody gave them.
    pub(crate) fn of(&self, id: &str) -> Option<Arc<Expected>> {
        self.expected.get(id).cloned()
    }
}

/// True if a contract says anything of rows, so that keys have to be known.
fn are_compared(contract: &Contract) -> bool {
    !contract.key.is_empty() || contract.rows.are_counted()
}
