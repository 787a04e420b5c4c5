//! Why a file cannot be read.

use std::fmt;

use arrow::error::ArrowError;
use thiserror::Error;

use super::Surplus;
use crate::excerpt::excerpt;

/// Why a file cannot be read. A message shows no more of a cell than an excerpt, and [`ReadError::withheld`] not even that.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum ReadError {
    /// The operating system says no.
    #[error("the file cannot be read: {0}")]
    Io(std::io::Error),
    /// A folder, a device, a pipe.
    #[error("this is not a regular file; name a file")]
    NotAFile,
    /// A link, or a file whose path leads through one.
    #[error("its path leads through a link, and links are not followed; name the file itself, or have links followed")]
    Link,
    /// A file of another format, mostly a compressed one.
    #[error("this is {format}, not a text file; unpack it, or write it as plain text")]
    Packed { format: &'static str },
    /// Text in another encoding than UTF-8.
    #[error("the file is text in {encoding}, not in UTF-8; save it as CSV in UTF-8, with commas between cells")]
    Encoding { encoding: &'static str },
    /// [`Limits::bytes`](super::Limits::bytes).
    #[error("the file has more than {limit} bytes, which is the limit")]
    Bytes { limit: u64 },
    /// A large file that is not on the disk in whole.
    #[error("the file has a hole at byte {at} of {size}, which reads as NUL characters; write it anew")]
    Hole { at: u64, size: u64 },
    /// [`Limits::rows`](super::Limits::rows).
    #[error("the file has more than {limit} rows, which is the limit; leave out rows that are not asked for")]
    Rows { limit: usize },
    /// [`Limits::columns`](super::Limits::columns).
    #[error("line {line}: more than {limit} columns, which is the limit; leave out columns that are not asked for")]
    Columns { line: u64, limit: usize },
    /// [`Limits::cells`](super::Limits::cells).
    #[error(
        "the file has more than {limit} cells, which is the limit; leave out rows and columns that are not asked for"
    )]
    Cells { limit: usize },
    /// [`Limits::cell_bytes`](super::Limits::cell_bytes).
    #[error(
        "{place}: a cell of more than {limit} bytes, which is the limit; shorten it, or close a quote that is open"
    )]
    CellLength { place: Place, limit: usize },
    /// More text than Arrow's 32-bit offsets can reach.
    #[error("column {} has more than 2 GiB of text, which is the limit; shorten its cells", excerpt(.column))]
    Text { column: String },
    /// Bytes that are not UTF-8.
    #[error("{place}: bytes that are not UTF-8; save the file in UTF-8")]
    NotUtf8 { place: Place },
    /// A NUL character.
    #[error("{place}: a NUL character{}; remove it, or save the file in UTF-8", shown(.value))]
    Nul { place: Place, value: Option<String> },
    /// A quote that nothing closes.
    #[error("{place}: a quote opens here{} and never closes; close it, and write a quote inside quotes twice", shown(.value))]
    OpenQuote { place: Place, value: Option<String> },
    /// A row of too many cells.
    #[error("line {line}: {cells} cells, but {expected} are expected; {}", .surplus.remedy())]
    LongRow { line: u64, cells: usize, expected: usize, surplus: Surplus },
    /// A line end that pandas does not read as it stands.
    #[error(
        "line {line}: after a line that ends in a bare carriage return, pandas misreads a row that starts with a blank, or with a comma \
             if that line is empty; end lines with a line feed"
    )]
    BareCarriageReturn { line: u64 },
    /// A line that is no JSON object.
    #[error("line {line}: {message}; every line must be one JSON object")]
    Json { line: u64, message: String },
    /// The columns cannot be made into a table.
    #[error("the table cannot be built: {0}")]
    Arrow(#[from] ArrowError),
}

/// Not as its source, which would be told twice.
impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        ReadError::Io(error)
    }
}

fn shown(value: &Option<String>) -> String {
    value.as_ref().map(|value| format!(" in {}", excerpt(value))).unwrap_or_default()
}

/// A cell of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The position in its row, from 1.
    pub cell: usize,
    /// The name of its column, where it has one.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(name) => write!(f, "line {}, column {}", self.line, excerpt(name)),
            None => write!(f, "line {}, cell {}", self.line, self.cell),
        }
    }
}

impl ReadError {
    /// The same without the value of any cell, for files whose values must not be seen. Without a header, values stand in its place, so
    /// of columns only those are named whose names are `known` anyway.
    #[must_use]
    pub fn withheld(mut self, known: impl Fn(&str) -> bool) -> Self {
        if let ReadError::Nul { value, .. } | ReadError::OpenQuote { value, .. } = &mut self {
            *value = None;
        }
        if let Some(place) = self.place() {
            place.column.take_if(|name| !known(name));
        }
        self
    }

    /// The same with the name of the column, if `name` has one for the cell at that position (from 0).
    pub(super) fn named(mut self, name: impl Fn(usize) -> Option<String>) -> Self {
        if let Some(place) = self.place() {
            place.column = name(place.cell - 1);
        }
        self
    }

    fn place(&mut self) -> Option<&mut Place> {
        match self {
            ReadError::CellLength { place, .. }
            | ReadError::NotUtf8 { place }
            | ReadError::Nul { place, .. }
            | ReadError::OpenQuote { place, .. } => Some(place),
            _ => None,
        }
    }
}
