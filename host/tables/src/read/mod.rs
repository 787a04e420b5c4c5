//! Reading: the bytes of a file become columns, with the types that pandas infers. It knows nothing of competitions.
//!
//! CSV is read as `pandas.read_csv(path, float_precision="round_trip")` of pandas 2.3 reads it ([`read_csv`] lists the rules), JSON lines
//! by the nearest rules that fit ([`read_json_lines`]). Whatever is read may be hostile: nothing grows beyond what [`Limits`] allow, and
//! every refusal is a [`ReadError`] that names the line.

mod batch;
mod cell;
mod column;
mod csv;
mod encoding;
mod error;
mod file;
mod folders;
mod header;
mod json_lines;
mod lines;
mod meaning;
mod number;
mod packed;
mod pieces;
mod rows;
mod surplus;
mod written;

use arrow::array::{ArrayRef, RecordBatch};
use serde::Serialize;

pub use self::batch::{BatchError, batch_digest};
pub use self::csv::read_csv;
pub use self::error::{Place, ReadError};
pub use self::file::{FileId, OpenFile, load};
pub use self::folders::{Folders, Links};
pub use self::json_lines::read_json_lines;
pub use self::meaning::{Meaning, is_beyond_64_bits, number};
pub use self::surplus::{SEPARATORS, Surplus, surplus};
pub use self::written::{Cell, written};

use self::lines::Lines;
use crate::threads::Threads;

/// How large a file may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// The size of the file, in bytes. It is held in memory while it is read.
    pub bytes: u64,
    /// The rows, without the header.
    pub rows: usize,
    /// The cells of a row, or the different keys of JSON lines.
    pub columns: usize,
    /// The cells of the columns that are kept, all together. Each takes some 8 bytes of memory, and where rows are short, a small file
    /// has many.
    pub cells: usize,
    /// The length of a cell in a column that is kept, or of a column's name, in bytes.
    pub cell_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 1 << 30, rows: 50_000_000, columns: 8192, cells: 250_000_000, cell_bytes: 16 << 20 }
    }
}

/// How to read a file.
#[derive(Clone, Copy)]
pub struct ReadOptions<'a> {
    /// How large the file may be.
    pub limits: &'a Limits,
    /// The columns to keep, by name; none keeps all. Cells of the others decide how long a row is, and nothing else.
    pub columns: Option<&'a (dyn Fn(&str) -> bool + Sync)>,
    /// The threads to read on.
    pub threads: &'a Threads,
}

impl ReadOptions<'_> {
    fn keeps(&self, name: &str) -> bool {
        self.columns.is_none_or(|keep| keep(name))
    }
}

/// A file as columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The names of all columns, in the order of the file, kept or not. No two are equal.
    pub header: Vec<String>,
    /// The columns that were kept, of type `Boolean`, `Int64`, `UInt64`, `Float64` or `Utf8`. Missing values are null. Integers are
    /// never null: with a value missing, a column of integers is one of `Float64`. A `Float64` holds NaN where it is null, and only
    /// there.
    pub batch: RecordBatch,
    /// How many cells at the start of each row are row labels, dropped because the header has no name for them.
    pub labels: usize,
    lines: Lines,
}

impl Table {
    /// The column of that name, if it was kept.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.batch.column_by_name(name)
    }

    /// The line of the file, from 1, where a row starts.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.line(row)
    }
}
