//! Text with the cells of a row in it.

use crate::error::Fault;
use crate::table::{Cell, Table};

/// A text in which `{COLUMN}` is what the row has in that column.
pub(crate) fn filled(text: &str, table: &Table, row: usize, name: &str) -> Result<String, Fault> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (column, after) =
            after.split_once('}').ok_or_else(|| Fault::new(name, format!("{text}: a {{ has no }}")))?;
        let series = table.column(column).ok_or_else(|| Fault::new(name, "there is no such column").column(column))?;
        filled += before;
        match series.cell(row) {
            Cell::Missing => {
                return Err(Fault::new(name, "a cell is missing that names a file").at(row).column(column));
            }
            Cell::Integer(value) => filled += &value.to_string(),
            Cell::Unsigned(value) => filled += &value.to_string(),
            Cell::Real(value) => filled += &pytext::repr_float(value),
            Cell::Truth(value) => filled += if value { "True" } else { "False" },
            Cell::Text(value) => filled += value,
        }
        rest = after;
    }
    Ok(filled + rest)
}
