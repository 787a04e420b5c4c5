//! Why a recipe is none, and why a preparation does not come to its end.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a text is no recipe.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{name}{}: {message}{}", at(.line), hinted(.hint))]
pub struct RecipeError {
    /// What the recipe's file is called.
    pub name: String,
    /// The line that is at fault, where one is.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

fn at(line: &Option<usize>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

fn hinted(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default()
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
    Archive { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
}

/// Where in the download is what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The file, as the recipe calls it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The row of the table, from 1, without the header.
    pub row: Option<u64>,
    /// The column.
    pub column: Option<Box<str>>,
    /// What stands there, cut short.
    pub value: Option<Box<str>>,
    /// What is wrong with it.
    pub message: String,
}

/// The most characters of a value that a message shows.
const SHOWN: usize = 60;

impl Fault {
    /// What is wrong with a file.
    pub(crate) fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Fault { file: file.into(), message: message.into(), ..Fault::default() }
    }

    pub(crate) fn line(self, line: u64) -> Self {
        Fault { line: Some(line), ..self }
    }

    /// The row at this position.
    pub(crate) fn at(self, position: usize) -> Self {
        Fault { row: Some(position as u64 + 1), ..self }
    }

    pub(crate) fn column(self, column: impl Into<String>) -> Self {
        Fault { column: Some(column.into().into_boxed_str()), ..self }
    }

    pub(crate) fn value(self, value: &str) -> Self {
        let mut shown: String = value.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        if value.chars().nth(SHOWN).is_some() {
            shown.push('…');
        }
        Fault { value: Some(shown.into_boxed_str()), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(out, ", line {line}")?;
        }
        if let Some(row) = self.row {
            write!(out, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(out, ", column {}", column.escape_debug())?;
        }
        if let Some(value) = &self.value {
            write!(out, ", value \"{value}\"")?;
        }
        write!(out, ": {}", self.message)
    }
}

impl From<Fault> for RunError {
    fn from(fault: Fault) -> Self {
        RunError::Data(Box::new(fault))
    }
}

/// Says of an operating system's refusal which file it was about.
pub(crate) trait About<T> {
    fn about(self, path: &Path) -> Result<T, RunError>;
}

impl<T> About<T> for io::Result<T> {
    fn about(self, path: &Path) -> Result<T, RunError> {
        self.map_err(|source| RunError::Io { path: path.to_owned(), source })
    }
}
