//! A table written as pandas writes it.

use std::io::{self, Write};

use super::{Cell, Table};

/// Writes the header and the rows, quoting what has a separator, a quote or a line feed.
pub(crate) fn write(table: &Table, out: &mut impl Write, separator: u8) -> io::Result<()> {
    let mut line = Vec::new();
    let alone = table.columns.len() == 1;
    for row in std::iter::once(None).chain((0..table.rows).map(Some)) {
        line.clear();
        for (at, column) in table.columns.iter().enumerate() {
            if at > 0 {
                line.push(separator);
            }
            let cell = row.map_or(Cell::Text(&column.name), |row| column.cell(row));
            match cell {
                Cell::Missing | Cell::Text("") if alone => line.extend_from_slice(b"\"\""),
                Cell::Missing => {}
                Cell::Integer(value) => write!(line, "{value}")?,
                Cell::Unsigned(value) => write!(line, "{value}")?,
                Cell::Truth(value) => line.extend_from_slice(if value { b"True" } else { b"False" }),
                Cell::Real(value) => real(value, &mut line),
                Cell::Text(text) => quoted(text.as_bytes(), separator, &mut line),
            }
        }
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

/// The shortest digits that read back, as Python spells them.
fn real(value: f64, line: &mut Vec<u8>) {
    if value == 0.0 || (1e-4..1e16).contains(&value.abs()) {
        line.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        line.extend_from_slice(pytext::repr_float(value).as_bytes());
    }
}

fn quoted(text: &[u8], separator: u8, line: &mut Vec<u8>) {
    if memchr::memchr3(separator, b'"', b'\n', text).is_none() {
        line.extend_from_slice(text);
        return;
    }
    line.push(b'"');
    for byte in text {
        if *byte == b'"' {
            line.push(b'"');
        }
        line.push(*byte);
    }
    line.push(b'"');
}
