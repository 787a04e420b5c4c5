//! What is known of a competition's data set, as data: `dataset.toml` beside `competition.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

/// What the file is called.
pub const FILE: &str = "dataset.toml";

/// What is known of a competition's data set. Unknown keys are errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// The download from Kaggle.
    #[serde(default)]
    pub download: Download,
    /// Files that the recipe needs beside that.
    #[serde(default)]
    pub extra: Vec<Extra>,
    /// The MD5 of tables that are made of it, by their path below the folder of prepared data.
    #[serde(default)]
    pub prepared: BTreeMap<String, String>,
    /// What is known of files whose checksum may be another one, by their path; that of the download is `zip`.
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
    /// What is wrong with the reference's edition.
    #[serde(default)]
    pub defects: Vec<Defect>,
}

/// The download from Kaggle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// The competition's name at Kaggle, where it is another one than its id.
    pub name: Option<String>,
    /// The MD5 of the archive.
    pub md5: Option<String>,
}

/// A file that comes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// What it is called, in the download's place.
    pub file: String,
    /// Where it is.
    pub url: String,
    /// Its MD5, if it is known.
    pub md5: Option<String>,
}

/// Something that is wrong with the reference's edition.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What is wrong, in a sentence.
    pub what: String,
    /// Who says so.
    pub source: String,
    /// True if the corrected edition is without it.
    #[serde(default)]
    pub corrected: bool,
}

/// Why a `dataset.toml` cannot be used.
#[derive(Debug, Error)]
pub enum DatasetError {
    /// It is not TOML, or not of this form.
    #[error("{file}: {error}")]
    Syntax {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        error: Box<toml::de::Error>,
    },
    /// It contradicts itself.
    #[error("{file}: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// What is wrong, and the remedy.
        message: String,
    },
}

impl Dataset {
    /// Reads the text of a `dataset.toml`; `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(text: &str, file: &str) -> Result<Self, DatasetError> {
        let dataset: Dataset = toml::from_str(text)
            .map_err(|error| DatasetError::Syntax { file: file.to_owned(), error: Box::new(error) })?;
        match dataset.contradiction() {
            None => Ok(dataset),
            Some(message) => Err(DatasetError::Invalid { file: file.to_owned(), message }),
        }
    }

    fn contradiction(&self) -> Option<String> {
        let extra = self.extra.iter().filter_map(|extra| extra.md5.as_ref());
        let is_md5 = |text: &&String| text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if let Some(wrong) =
            self.download.md5.iter().chain(extra).chain(self.prepared.values()).find(|text| !is_md5(text))
        {
            return Some(format!("`{wrong}` is no MD5: 32 digits of 0-9 and a-f are expected"));
        }
        let plain = |name: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !name.is_empty() && !name.starts_with('.') && name.chars().all(allowed)
        };
        for Extra { file, url, .. } in &self.extra {
            if !plain(file) {
                return Some(format!("`extra.file`: `{file}` must be the name of a file, without folders"));
            }
            if !url.starts_with("https://") {
                return Some(format!("`extra.url`: `{url}` must begin with `https://`"));
            }
        }
        let name = self.download.name.as_ref().filter(|name| !plain(name));
        name.map(|name| format!("`download.name`: `{name}` must be the last part of the competition's address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_data_set_is_refused_with_its_place() {
        let wrong = [
            ("download.md5 = 'abc'", "is no MD5"),
            ("[prepared]\n'public/a.csv' = 'ABCDEF00000000000000000000000000'", "is no MD5"),
            ("[[extra]]\nfile = '../a'\nurl = 'https://example.org/a'", "must be the name of a file"),
            ("[[extra]]\nfile = 'a'\nurl = 'http://example.org/a'", "must begin with `https://`"),
            ("download.name = 'a/b'", "last part"),
            ("\nsha = 1", "line 2"),
        ];
        for (text, what) in wrong {
            let error = Dataset::parse(text, "dataset.toml").unwrap_err().to_string();
            assert!(error.starts_with("dataset.toml: ") && error.contains(what), "{text}: {error}");
        }
        assert_eq!(Dataset::parse("", "dataset.toml").unwrap(), Dataset::default());
    }
}
