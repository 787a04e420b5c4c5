//! A second look at a file whose table is known: what single cells look like as they are written.
//!
//! A table holds numbers, of which `1.00E+09` and `1000000000` are the same. Only messages need to tell them apart, so only they pay for
//! it: nothing is kept while a file is read, and the file is read again when there is something to show.

use std::collections::BTreeMap;

use super::rows::{Rows, beginning};
use super::{Limits, Table};

/// A cell of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The row, from 0, without the header.
    row: usize,
    /// The position in its row, from 0, row labels included.
    position: usize,
}

impl Table {
    /// Where the cell of a column is in the file, if the file has that column.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> Option<Cell> {
        let position = self.header.iter().position(|name| name == column)?;
        Some(Cell { row, position: self.labels + position })
    }
}

/// The texts of some cells of a CSV file that could be read, without enclosing quotes, and each cut to what a message may show of it.
#[must_use]
pub fn written(bytes: &[u8], cells: impl Iterator<Item = Cell>, limits: &Limits) -> BTreeMap<Cell, String> {
    let mut texts: BTreeMap<Cell, String> = cells.map(|cell| (cell, String::new())).collect();
    let Some(last) = texts.keys().next_back().map(|cell| cell.row) else { return texts };
    let mut rows = Rows::new(bytes, limits.columns);
    // The header is the first of the rows here.
    if !matches!(rows.next(), Ok(Some(_))) {
        return BTreeMap::new();
    }
    for row in 0..=last {
        let Ok(Some(cells)) = rows.next() else { return BTreeMap::new() };
        let first = Cell { row, position: 0 };
        for (cell, text) in texts.range_mut(first..Cell { row: row + 1, position: 0 }) {
            *text = beginning(cells.cell(cell.position));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::{ReadOptions, read_csv};
    use super::*;

    fn shown(csv: &str, cells: &[(usize, &str)]) -> Vec<String> {
        let limits = Limits::default();
        let table =
            read_csv(csv.as_bytes(), &ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() })
                .unwrap();
        let cells: Vec<Cell> = cells.iter().map(|&(row, column)| table.cell(row, column).unwrap()).collect();
        let texts = written(csv.as_bytes(), cells.iter().copied(), &limits);
        cells.iter().map(|cell| texts[cell].clone()).collect()
    }

    #[test]
    fn cells_are_shown_as_they_are_written() {
        let csv = "\u{feff}a,b\r\n1.00E+09, +7\r\n\r\n\"x,\"\"y\"\"\n\",-0.50\r\n3\r\n";
        let cells = [(1, "b"), (0, "a"), (0, "b"), (1, "a"), (2, "b")];
        assert_eq!(shown(csv, &cells), ["-0.50", "1.00E+09", " +7", "x,\"y\"\n", ""]);
        assert!(shown(csv, &[]).is_empty());
    }

    #[test]
    fn row_labels_are_no_column() {
        assert_eq!(shown("a,b\n1,2,03\n4,5,06\n", &[(1, "b"), (0, "a")]), ["06", "2"]);
    }

    #[test]
    fn another_file_tells_nothing() {
        let limits = Limits::default();
        let options = ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() };
        let table = read_csv(b"a\n1\n2\n", &options).unwrap();
        assert!(written(b"a\n1\n", table.cell(1, "a").into_iter(), &limits).is_empty());
        assert!(written(b"", table.cell(1, "a").into_iter(), &limits).is_empty());
        assert_eq!(table.cell(0, "b"), None);
    }
}
