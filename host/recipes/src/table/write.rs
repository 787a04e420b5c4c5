//! Writes a table as pandas' `to_csv` does under Python 3.11.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;

use super::{Cell, Table};

/// What is put in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Cells that hold the separator, a quote or a line feed. A carriage return alone does not count.
    #[default]
    Minimal,
    /// All that is no number, missing cells too.
    Texts,
}

/// How reals are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// With as many digits as it takes to read them back.
    #[default]
    Shortest,
    /// With so many significant digits, as C's `%g`.
    Significant(usize),
    /// With so many digits after the point, as C's `%f`.
    Decimals(usize),
}

/// How a table is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    pub separator: u8,
    pub quoting: Quoting,
    pub reals: Spelling,
}

impl Default for Writing {
    fn default() -> Self {
        Writing { separator: b',', quoting: Quoting::Minimal, reals: Spelling::Shortest }
    }
}

impl Writing {
    /// A text, in quotes if it needs them. `lone` says that it is the only cell of its row.
    fn text(&self, text: &str, lone: bool, line: &mut Vec<u8>) {
        let special = || memchr::memchr3(self.separator, b'"', b'\n', text.as_bytes()).is_some();
        if self.quoting == Quoting::Texts || special() || (lone && text.is_empty()) {
            line.push(b'"');
            line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            line.push(b'"');
        } else {
            line.extend_from_slice(text.as_bytes());
        }
    }
}

/// Writes the header and the rows.
pub(crate) fn write(table: &Table, writing: &Writing, out: &mut dyn Write) -> io::Result<()> {
    let mut line = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if index > 0 {
            line.push(writing.separator);
        }
        writing.text(&column.name, table.columns.len() == 1, &mut line);
    }
    line.push(b'\n');
    out.write_all(&line)?;
    write_rows(table, writing, out)
}

/// The rows that one thread spells at a time, and how many such pieces there are before they are written.
const PIECE: usize = 1 << 13;
const PIECES: usize = 16;

/// Writes the rows without the header. They are spelled by all threads, and written in order.
pub(crate) fn write_rows(table: &Table, writing: &Writing, out: &mut dyn Write) -> io::Result<()> {
    for start in (0..table.rows).step_by(PIECE * PIECES) {
        let end = table.rows.min(start + PIECE * PIECES);
        let starts: Vec<usize> = (start..end).step_by(PIECE).collect();
        let pieces: Vec<Vec<u8>> =
            starts.into_par_iter().map(|start| spelled(table, writing, start..end.min(start + PIECE))).collect();
        pieces.iter().try_for_each(|piece| out.write_all(piece))?;
    }
    Ok(())
}

fn spelled(table: &Table, writing: &Writing, rows: Range<usize>) -> Vec<u8> {
    let lone = table.columns.len() == 1;
    let (mut lines, mut whole) = (Vec::new(), itoa::Buffer::new());
    for row in rows {
        for (index, column) in table.columns.iter().enumerate() {
            if index > 0 {
                lines.push(writing.separator);
            }
            match column.data.cell(row) {
                Cell::Missing => writing.text("", lone, &mut lines),
                Cell::Text(cell) => writing.text(cell, lone, &mut lines),
                Cell::Real(value) => put_real(value, writing.reals, &mut lines),
                Cell::Int(value) => lines.extend_from_slice(whole.format(value).as_bytes()),
                Cell::Unsigned(value) => lines.extend_from_slice(whole.format(value).as_bytes()),
                cell @ Cell::Bool(_) => lines.extend_from_slice(written_cell(cell).as_bytes()),
            }
        }
        lines.push(b'\n');
    }
    lines
}

fn put_real(value: f64, spelling: Spelling, line: &mut Vec<u8>) {
    let spelled = match spelling {
        Spelling::Shortest => return put_shortest(value, line),
        Spelling::Significant(digits) => significant(value, digits),
        Spelling::Decimals(digits) if value.is_finite() => format!("{value:.digits$}"),
        Spelling::Decimals(_) => pytext::repr_float(value),
    };
    line.extend_from_slice(spelled.as_bytes());
}

/// The shortest digits that are read back as the value, as Python spells them.
fn put_shortest(value: f64, line: &mut Vec<u8>) {
    // Without an exponent.
    if (1e-4..1e16).contains(&value.abs()) {
        let mut buffer = ryu::Buffer::new();
        let spelled = buffer.format_finite(value);
        let decimals = spelled.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        // Only a value with one digit more lies between two spellings that are equally near; of these Python has a choice of its own.
        if decimals_of_value(value) != decimals + 1 {
            return line.extend_from_slice(spelled.as_bytes());
        }
    }
    line.extend_from_slice(pytext::repr_float(value).as_bytes());
}

/// How many digits a value has after the point, if all are written: as many as bits, since each bit is a half of the one before.
fn decimals_of_value(value: f64) -> usize {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1075;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    usize::try_from(-(exponent + i64::from(mantissa.trailing_zeros()))).unwrap_or(0)
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
pub(crate) fn significant(value: f64, digits: usize) -> String {
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
