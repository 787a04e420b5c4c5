//! CSV as pandas reads it.
//!
//! A file is read in pieces, [side by side](side_by_side), by a [quick] reader that knows how nearly all files are written. Where it meets
//! anything else, the whole file is read [with care](super::rows), one row after the other, which also tells what is wrong and where.

mod part;
mod quick;
mod side_by_side;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema};

use self::quick::Layout;
use super::column::{Column, Finished, Likely, TooMuchText};
use super::error::{Place, ReadError};
use super::lines::Lines;
use super::pieces::{PIECE, Surveyed};
use super::rows::{Row, Rows, beginning};
use super::{Limits, ReadOptions, Surplus, Table, encoding, header, packed};
use crate::threads::Threads;

/// In which steps a file is read. They change nothing but the time that it takes.
#[derive(Clone, Copy)]
struct Steps {
    /// The rows that are read first, to learn what types the columns begin with.
    sample: usize,
    /// How large pieces are, in bytes.
    piece: usize,
}

const STEPS: Steps = Steps { sample: 1000, piece: PIECE };

/// Reads a CSV file as `pandas.read_csv(path, float_precision="round_trip")` of pandas 2.3 reads it.
///
/// # Layout
///
/// - Commas separate cells. LF, CR LF and a bare CR each end a row. Lines that are empty, or only of spaces and tabs, are skipped. A byte
///   order mark is dropped.
/// - A quote counts at the start of a cell. Inside quotes, commas and line ends are text, and `""` is a quote. What follows a closing
///   quote is text, further quotes included.
/// - The first row is the header. An empty name becomes `Unnamed: 0` (by its position), a repeated one `x.1`, or the next number
///   that is free. A file without a row is a table without columns.
/// - A short row is filled up with missing values. A long one is an error. But if the first row after the header is longer than the
///   header, its first cells are row labels: they are dropped here and in every row, and names go with the cells behind them.
///
/// # Types
///
/// A column is of the first of these types that all its cells have; a cell in quotes is no different from any other.
///
/// - Missing: an empty cell and the words `#N/A`, `#N/A N/A`, `#NA`, `-1.#IND`, `-1.#QNAN`, `-NaN`, `-nan`, `1.#IND`, `1.#QNAN`,
///   `<NA>`, `N/A`, `NA`, `NULL`, `NaN`, `None`, `n/a`, `nan`, `null`, exactly so. They fit into any type. A column of nothing else is
///   `Float64`.
/// - `Int64`: digits, with a sign and leading zeros if one likes. White space may stand around any number. With a missing value, the
///   column is `Float64` instead.
/// - `UInt64`: the same up to 2^64 - 1, if nothing is negative or missing.
/// - `Float64`: decimal numbers, correctly rounded, and `inf` or `infinity` in any case and with a sign.
/// - `Boolean`: `true` and `false` in any case.
/// - `Utf8`: text. A column without rows is one too.
///
/// What pandas does by accident is done here too, since scores depend on it. An integer beyond 64 bits makes text, unless a cell before it
/// was a number with a point or exponent: then it is a number like others. Unsigned integers beside a minus or a missing value make
/// text too, in which nothing is missing. A number too large for a double makes text, but a negative one is minus infinity. In integers
/// with a missing value, -2^63 goes missing.
///
/// # Differences
///
/// - pandas finds the types of long files in pieces (of 262,144 rows, with two columns), so that a column may become part numbers, part
///   text. Here types are by whole column.
/// - pandas cuts a cell at a NUL character. Here it is an error, in the header and in columns that are kept.
/// - After a bare CR, pandas misreads a row that starts with a blank, and after a line that is empty but for a bare CR, one that starts
///   with a comma. Mostly it fails in the end. Here it is an error.
///
/// # Errors
///
/// If the file is not UTF-8, if its rows cannot be told apart, or if it is larger than allowed.
pub fn read_csv(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Table, ReadError> {
    packed::refuse(bytes)?;
    read(bytes, options, STEPS).map_err(|error| encoding::or_unmarked(bytes, error))
}

fn read(bytes: &[u8], options: &ReadOptions<'_>, steps: Steps) -> Result<Table, ReadError> {
    let surveyed = Surveyed::new(bytes, steps.piece, options.threads);
    let file = File::new(&surveyed, bytes, options)?;
    let mut columns: Vec<(usize, Column)> = file.kept.iter().map(|&(cell, _)| (cell, Column::new())).collect();
    let scanned = file.scan(&mut columns, steps.sample)?;
    let (arrays, lines) = if scanned.complete {
        (file.arrays(columns, scanned.lines.rows())?, scanned.lines)
    } else {
        match file.side_by_side(&surveyed, &columns, scanned.end, options.threads)? {
            Some(read) => read,
            None => file.with_care(columns, (steps.sample, scanned.end))?,
        }
    };
    let names = file.kept.iter().filter_map(|&(_, name)| file.header.get(name));
    let fields = names.zip(&arrays).map(|(name, (_, array))| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(lines.rows()));
    let arrays = arrays.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new_with_options(schema, arrays, &options)?;
    Ok(Table { header: file.header, batch, labels: file.labels, lines })
}

/// A file whose header has been read.
struct File<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    header: Vec<String>,
    /// The cells at the start of a row that are row labels.
    labels: usize,
    /// The columns to keep: the positions of their cells in a row, and of their names in the header.
    kept: Vec<(usize, usize)>,
    /// Where the header ends, and how many lines end before.
    body: (usize, u64),
    /// There is a NUL somewhere.
    has_nul: bool,
}

/// Columns, each with the position of its cells, and the lines of their rows.
type Arrays = (Vec<(usize, ArrayRef)>, Lines);

/// What a scan has seen beside the columns.
struct Scanned {
    lines: Lines,
    /// Where it stopped.
    end: usize,
    /// That is the end of the file.
    complete: bool,
}

impl<'a> File<'a> {
    fn new(surveyed: &Surveyed<'_>, bytes: &'a [u8], options: &ReadOptions<'a>) -> Result<Self, ReadError> {
        let (limits, has_nul) = (options.limits, surveyed.has_nul());
        let mut file = File { bytes, limits, header: Vec::new(), labels: 0, kept: Vec::new(), body: (0, 0), has_nul };
        let mut rows = Rows::new(bytes, options.limits.columns);
        if let Some(row) = rows.next()? {
            let names = (0..row.len()).map(|index| {
                let name = row.cell(index);
                file.check(&row, index, name)?;
                // Where it is not UTF-8, the file is refused below.
                Ok(String::from_utf8_lossy(name).into_owned())
            });
            file.header = header::names(names.collect::<Result<_, ReadError>>()?);
        }
        file.body = (rows.at(), rows.line_ends());
        if let Some(row) = rows.next().map_err(|error| file.named(error))? {
            file.labels = row.len().saturating_sub(file.header.len());
        }
        if !surveyed.is_utf8()
            && let Err(error) = str::from_utf8(bytes)
        {
            return Err(file.not_utf8(error.valid_up_to()));
        }
        let kept = file.header.iter().enumerate().filter(|(_, name)| options.keeps(name));
        file.kept = kept.map(|(index, _)| (file.labels + index, index)).collect();
        Ok(file)
    }

    /// Reads up to `max_rows` rows into columns, each given with the position of its cells.
    fn scan(&self, columns: &mut [(usize, Column)], max_rows: usize) -> Result<Scanned, ReadError> {
        let width = self.labels + self.header.len();
        let mut rows = Rows::new(self.bytes, self.limits.columns);
        let mut lines = Lines::default();
        let mut is_header = true;
        while lines.rows() < max_rows {
            let Some(row) = rows.next().map_err(|error| self.named(error))? else {
                return Ok(Scanned { lines, end: self.bytes.len(), complete: true });
            };
            if is_header {
                is_header = false;
                continue;
            }
            if row.len() > width {
                let surplus = Surplus::of(&row, width, &self.header);
                return Err(ReadError::LongRow { line: row.line, cells: row.len(), expected: width, surplus });
            }
            if lines.rows() == self.max_rows() {
                return Err(self.too_many_rows());
            }
            lines.push(row.line);
            for (index, column) in &mut *columns {
                let cell = row.cell(*index);
                self.check(&row, *index, cell)?;
                column
                    .push(cell)
                    .map_err(|TooMuchText| ReadError::Text { column: self.name(*index).unwrap_or_default() })?;
            }
        }
        Ok(Scanned { lines, end: rows.at(), complete: false })
    }

    /// Reads all rows in pieces; the columns have their first rows, which end at `sample`. None: something is odd, and there may be an error to
    /// tell.
    fn side_by_side(
        &self,
        surveyed: &Surveyed<'_>,
        columns: &[(usize, Column)],
        sample: usize,
        threads: &Threads,
    ) -> Result<Option<Arrays>, ReadError> {
        let (mut start, before) = self.body;
        if self.bytes.get(start.wrapping_sub(1)) == Some(&b'\r') {
            // The header may end in the middle of a line end. If that is not one of two bytes, it is odd.
            if self.bytes.get(start) != Some(&b'\n') {
                return Ok(None);
            }
            start += 1;
        }
        if self.has_nul {
            return Ok(None);
        }
        let pieces = surveyed.rows(start);
        let layout = Layout { width: self.labels + self.header.len(), cell_bytes: self.limits.cell_bytes };
        let likely = columns.iter().map(|(cell, column)| (*cell, column.likely(sample - self.body.0)));
        let (mut unknown, mut wanted): (Vec<_>, Vec<_>) = likely.partition(|(_, likely)| *likely == Likely::Unknown);
        let (mut arrays, mut lines) = (Vec::with_capacity(columns.len()), None);
        while lines.is_none() || !wanted.is_empty() {
            let Ok(read) =
                side_by_side::read(self.bytes, &pieces, (before, self.max_rows()), &layout, &wanted, threads)
            else {
                return Ok(None);
            };
            lines = Some(read.lines);
            let mut again = Vec::new();
            for ((cell, _), column) in wanted.into_iter().zip(read.columns) {
                match column {
                    side_by_side::Column::Array(array) => arrays.push((cell, array)),
                    side_by_side::Column::Again(Likely::Unknown) => unknown.push((cell, Likely::Unknown)),
                    side_by_side::Column::Again(likely) => again.push((cell, likely)),
                }
            }
            wanted = again;
        }
        let Some(lines) = lines else { return Ok(None) };
        if !unknown.is_empty() {
            unknown.sort_by_key(|&(cell, _)| cell);
            let mut columns: Vec<_> = unknown.into_iter().map(|(cell, _)| (cell, Column::new())).collect();
            self.scan(&mut columns, usize::MAX)?;
            arrays.extend(self.arrays(columns, lines.rows())?);
        }
        arrays.sort_by_key(|&(cell, _)| cell);
        Ok(Some((arrays, lines)))
    }

    /// Reads all rows one after the other; the columns have so many rows, which end there.
    fn with_care(&self, columns: Vec<(usize, Column)>, (read, end): (usize, usize)) -> Result<Arrays, ReadError> {
        let rows = self.bytes.len() / (end / read.max(1)).max(1);
        // Some more than expected, since room that is not used costs nothing.
        let room = (rows + rows / 8).min(self.max_rows());
        let mut columns: Vec<_> =
            columns.into_iter().map(|(cell, column)| (cell, column.restarted(read, room))).collect();
        let scanned = self.scan(&mut columns, usize::MAX)?;
        Ok((self.arrays(columns, scanned.lines.rows())?, scanned.lines))
    }

    /// The arrays of columns that have been read, each with the position of its cells. Where a column has to be read again, it is.
    fn arrays(&self, columns: Vec<(usize, Column)>, rows: usize) -> Result<Vec<(usize, ArrayRef)>, ReadError> {
        let mut arrays = Vec::with_capacity(columns.len());
        let mut again = Vec::new();
        for (cell, column) in columns {
            match column.finish()? {
                Finished::Array(array) => arrays.push((cell, array)),
                Finished::Again(kind) => again.push((cell, Column::of(kind, rows))),
            }
        }
        if !again.is_empty() {
            self.scan(&mut again, usize::MAX)?;
            arrays.extend(self.arrays(again, rows)?);
            arrays.sort_by_key(|&(cell, _)| cell);
        }
        Ok(arrays)
    }

    fn max_rows(&self) -> usize {
        self.limits.rows.min(self.limits.cells / self.kept.len().max(1))
    }

    fn too_many_rows(&self) -> ReadError {
        let &Limits { rows, cells, .. } = self.limits;
        if rows == self.max_rows() { ReadError::Rows { limit: rows } } else { ReadError::Cells { limit: cells } }
    }

    /// Refuses a cell that is too long, or has a NUL.
    fn check(&self, row: &Row<'_>, index: usize, cell: &[u8]) -> Result<(), ReadError> {
        if cell.len() > self.limits.cell_bytes {
            let place = row.place(self.bytes, index);
            return Err(self.named(ReadError::CellLength { place, limit: self.limits.cell_bytes }));
        }
        if self.has_nul && cell.contains(&0) {
            let place = row.place(self.bytes, index);
            return Err(self.named(ReadError::Nul { place, value: Some(beginning(cell)) }));
        }
        Ok(())
    }

    /// The error that says which cell the byte at `offset` is in.
    fn not_utf8(&self, offset: usize) -> ReadError {
        let mut rows = Rows::new(self.bytes, self.limits.columns);
        loop {
            match rows.next() {
                Ok(Some(row)) if offset < row.end => {
                    let place = row.place(self.bytes, row.index_at(self.bytes, offset));
                    return self.named(ReadError::NotUtf8 { place });
                }
                Ok(Some(_)) => {}
                // What makes no row does not matter, unless it hides the byte.
                Ok(None) => return ReadError::NotUtf8 { place: Place { line: 1, cell: 1, column: None } },
                Err(error) => return self.named(error),
            }
        }
    }

    fn named(&self, error: ReadError) -> ReadError {
        error.named(|cell| self.name(cell))
    }

    /// The name of the column that a cell is in.
    fn name(&self, cell: usize) -> Option<String> {
        self.header.get(cell.checked_sub(self.labels)?).cloned()
    }
}

#[cfg(test)]
mod equality;
#[cfg(test)]
mod tests;
