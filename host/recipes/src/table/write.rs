//! Writes a table as pandas' `to_csv` does under Python 3.11.

use std::io::{self, Write};

use super::{Cell, Data, Table};

/// What is put in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Cells that hold the separator, a quote or a line feed. A carriage return alone does not count.
    #[default]
    Minimal,
    /// All that is no number, missing cells too.
    Texts,
}

/// Writes the header and the rows. `digits` writes reals with so many significant digits, as C's `%g`.
pub(crate) fn write(
    table: &Table,
    separator: u8,
    quoting: Quoting,
    digits: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lone = table.columns.len() == 1;
    let mut line = Vec::new();
    let text = |line: &mut Vec<u8>, text: &str| {
        let special = |byte: u8| byte == separator || byte == b'"' || byte == b'\n';
        if quoting == Quoting::Texts || text.bytes().any(special) || (lone && text.is_empty()) {
            line.push(b'"');
            line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            line.push(b'"');
        } else {
            line.extend_from_slice(text.as_bytes());
        }
    };
    for (index, column) in table.columns.iter().enumerate() {
        if index > 0 {
            line.push(separator);
        }
        text(&mut line, &column.name);
    }
    line.push(b'\n');
    for row in 0..table.rows {
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                line.push(separator);
            }
            match (&*column.data, column.data.cell(row)) {
                (Data::Text(_), Cell::Text(cell)) => text(&mut line, cell),
                (_, Cell::Missing) => text(&mut line, ""),
                (_, Cell::Real(value)) if digits.is_some() => {
                    line.extend_from_slice(significant(value, digits.unwrap_or_default()).as_bytes());
                }
                (_, cell) => line.extend_from_slice(written_cell(cell).as_bytes()),
            }
        }
        line.push(b'\n');
        if line.len() > 1 << 16 {
            out.write_all(&line)?;
            line.clear();
        }
    }
    out.write_all(&line)
}

/// A cell as Python writes it; a missing one is empty.
pub(crate) fn written_cell(cell: Cell) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Int(value) => value.to_string(),
        Cell::Unsigned(value) => value.to_string(),
        Cell::Real(value) => pytext::repr_float(value),
        Cell::Bool(true) => "True".to_owned(),
        Cell::Bool(false) => "False".to_owned(),
        Cell::Text(text) => text.to_owned(),
    }
}

/// C's `%.{digits}g`.
fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return pytext::repr_float(value);
    }
    let spelled = format!("{value:.*e}", digits.saturating_sub(1));
    let (number, exponent) = spelled.split_once('e').unwrap_or((&spelled, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let cut = |number: &str| match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => number.to_owned(),
    };
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", cut(number), exponent.abs())
    } else {
        cut(&format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize))
    }
}
