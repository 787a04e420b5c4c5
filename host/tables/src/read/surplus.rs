//! Why a row may have more cells than the header has names.

use super::cell::float;
use super::rows::{Row, Rows};
use super::{Limits, Table};

/// Why a row may have more cells than the header has names, as far as the row itself shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    /// Its last cells are empty: it ends in a comma.
    TrailingCommas,
    /// Cells of nothing but digits stand side by side, and no cell has a decimal point.
    DecimalCommas,
    /// It is one of a file whose cells are separated by something else than commas.
    Separator(&'static str),
    /// It may be anything.
    Unknown,
}

impl Surplus {
    /// What a row of more cells than `expected` looks like, below that header.
    pub(super) fn of(row: &Row<'_>, expected: usize, header: &[String]) -> Self {
        if let [name] = header
            && let Some(separator) = separator(name)
        {
            return Surplus::Separator(separator);
        }
        let cells = || (0..row.len()).map(|index| row.cell(index).trim_ascii());
        if cells().skip(expected).all(<[u8]>::is_empty) {
            return Surplus::TrailingCommas;
        }
        let has_point = cells().any(|cell| cell.contains(&b'.') && float(cell).is_some());
        if !has_point && split_decimals(cells()) >= row.len().saturating_sub(expected) {
            return Surplus::DecimalCommas;
        }
        Surplus::Unknown
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> String {
        match self {
            Surplus::TrailingCommas => "remove the comma at the end of the line".to_owned(),
            Surplus::DecimalCommas => {
                "put cells that hold commas in quotes, and write decimals with a point (`0.5`, not `0,5`)".to_owned()
            }
            Surplus::Separator(separator) => {
                format!(
                    "cells seem to be separated by {separator}: save the file with commas between cells, and a point in decimals"
                )
            }
            Surplus::Unknown => "put cells that hold commas in quotes".to_owned(),
        }
    }
}

/// The first row of a table whose rows have more cells than its header has names: how many it has, and why that may be.
#[must_use]
pub fn surplus(bytes: &[u8], table: &Table, limits: &Limits) -> Option<(usize, Surplus)> {
    if table.labels == 0 {
        return None;
    }
    let mut rows = Rows::new(bytes, limits.columns);
    rows.next().ok()??;
    let first = rows.next().ok()??;
    Some((first.len(), Surplus::of(&first, table.header.len(), &table.header)))
}

/// What messages call the characters that people separate cells by, if one of them is there.
fn separator(text: &str) -> Option<&'static str> {
    SEPARATORS.iter().find(|(character, _)| text.contains(*character)).map(|&(_, name)| name)
}

/// Characters that people separate cells by, other than commas, and what messages call them.
pub const SEPARATORS: [(char, &str); 3] = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars (`|`)")];

/// How many numbers a comma may have split in two: digits with or without a sign, and digits.
fn split_decimals<'r>(cells: impl Iterator<Item = &'r [u8]>) -> usize {
    let mut split = 0;
    let mut before = false;
    for cell in cells {
        let digits = cell.strip_prefix(b"-").or(cell.strip_prefix(b"+")).unwrap_or(cell);
        let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if before && number && digits.len() == cell.len() {
            split += 1;
            before = false;
        } else {
            before = number;
        }
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{ReadOptions, read_csv};

    #[test]
    fn the_first_row_shows_why_it_is_long() {
        let limits = Limits::default();
        for (csv, expected) in [
            ("id,y\n1,0.9,\n2,0.2\n", Some((3, Surplus::TrailingCommas))),
            ("id,y\nx,7,,\n", Some((4, Surplus::TrailingCommas))),
            ("id,y\n1,0,9\n", Some((3, Surplus::DecimalCommas))),
            ("id,x,y\n1,0,9,-0,1\n", Some((5, Surplus::DecimalCommas))),
            ("id,y\na,1,2\n", Some((3, Surplus::DecimalCommas))),
            ("id,y\n0,1,0.9\n", Some((3, Surplus::Unknown))),
            ("id,y\na,b,c\n", Some((3, Surplus::Unknown))),
            ("id,y\n1,,0.9\n", Some((3, Surplus::Unknown))),
            ("id;y\n1;0,9\n", Some((2, Surplus::Separator("semicolons")))),
            ("id,y\n1,0.9\n", None),
            ("id,y\n", None),
        ] {
            let table = read_csv(
                csv.as_bytes(),
                &ReadOptions { limits: &limits, columns: None, threads: crate::Threads::one() },
            )
            .unwrap();
            assert_eq!(surplus(csv.as_bytes(), &table, &limits), expected, "{csv:?}");
        }
    }

    #[test]
    fn a_later_row_shows_why_it_is_long() {
        for (csv, expected) in [
            ("id,y\n1,0.9\n2,0.2,\n", "line 3: 3 cells, but 2 are expected; remove the comma at the end of the line"),
            (
                "id,y\n1,1\n2,0,2\n",
                "line 3: 3 cells, but 2 are expected; put cells that hold commas in quotes, and write",
            ),
            ("id,y\n1,x\n2,x,y\n", "line 3: 3 cells, but 2 are expected; put cells that hold commas in quotes"),
            ("id\ty\n1\t1\n2\t0,2\n", "line 3: 2 cells, but 1 are expected; cells seem to be separated by tabs"),
        ] {
            let refusal = read_csv(
                csv.as_bytes(),
                &ReadOptions { limits: &Limits::default(), columns: None, threads: crate::Threads::one() },
            );
            let refusal = refusal.unwrap_err().to_string();
            assert!(refusal.starts_with(expected), "{refusal}");
        }
    }
}
