//! Reading: the bytes of a file become columns, with the types that pandas infers. It knows nothing of competitions.
//!
//! CSV is read as `pandas.read_csv(path, float_precision="round_trip")` of pandas 2.3 reads it ([`read_csv`] lists the rules), JSON lines
//! by the nearest rules that fit ([`read_json_lines`]). Whatever is read may be hostile: nothing grows beyond what [`Limits`] allow, and
//! every refusal is a [`ReadError`] that names the line.

mod cell;
mod column;
mod csv;
mod error;
mod header;
mod json_lines;
mod lines;
mod rows;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch};
use serde::Serialize;

pub use self::csv::read_csv;
pub use self::error::{Place, ReadError};
pub use self::json_lines::read_json_lines;

use self::lines::Lines;

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
    pub columns: Option<&'a dyn Fn(&str) -> bool>,
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

/// Reads a whole file into memory.
///
/// # Errors
///
/// If it is no regular file (a link to one will do), cannot be read, or has more bytes than allowed.
pub fn load(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadError> {
    // Opening a pipe would wait for its other end, so the path is looked at first, and what was opened again.
    if !fs::metadata(path)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    let too_large = ReadError::Bytes { limit: limits.bytes };
    if metadata.len() > limits.bytes {
        return Err(too_large);
    }
    let mut bytes = Vec::new();
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(expected.saturating_add(64)).map_err(|error| ReadError::Io(error.into()))?;
    // The file may grow in the meantime.
    file.take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.bytes {
        return Err(too_large);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_file_is_loaded_up_to_the_limit() {
        let file = file(b"12345");
        let limits = |bytes| Limits { bytes, ..Limits::default() };
        assert_eq!(load(file.path(), &limits(5)).unwrap(), b"12345");
        assert!(matches!(load(file.path(), &limits(4)), Err(ReadError::Bytes { limit: 4 })));
    }

    #[test]
    fn a_file_that_is_not_there_is_told_from_others() {
        let error = load(Path::new("no/such/file.csv"), &Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound));
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_and_links_to_them_are_loaded() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| matches!(load(path, &Limits::default()), Err(ReadError::NotAFile));
        assert!(refused(folder.path()));
        assert!(refused(Path::new("/dev/zero")));
        let file = file(b"a");
        let link = folder.path().join("link.csv");
        symlink(file.path(), &link).unwrap();
        assert_eq!(load(&link, &Limits::default()).unwrap(), b"a");
        let to_device = folder.path().join("device.csv");
        symlink("/dev/zero", &to_device).unwrap();
        assert!(refused(&to_device));
    }
}
