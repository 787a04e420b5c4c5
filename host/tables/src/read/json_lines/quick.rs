//! Lines that are read at once, as nearly all are: an object whose names have no escapes and are there once, and values as plain as can be.

use std::borrow::Cow;

use super::Cell;
use super::row::Row;
use super::scanner::{Scanner, Text};
use crate::python_json;

/// Reads a line into a row. None, where something is odd; then the row is as if nothing had been read.
pub(super) fn read(row: &mut Row<'_>, text: &str, line: u64) -> Option<()> {
    let known = row.start(line);
    let read = object(row, text);
    if read.is_none() {
        row.forget(known);
    }
    read
}

fn object(row: &mut Row<'_>, text: &str) -> Option<()> {
    let mut scanner = Scanner::new(text)?;
    if !scanner.passes(b'{') {
        return None;
    }
    if !scanner.passes(b'}') {
        loop {
            let name = scanner.name().filter(|name| !name.escapes)?;
            match row.once(name.text)? {
                None => drop(scanner.value()?),
                Some((index, cell)) => {
                    let value = value(row, &mut scanner, index)?;
                    *row.cells.get_mut(cell)? = value;
                }
            }
            if !scanner.passes(b',') {
                break;
            }
        }
        if !scanner.passes(b'}') {
            return None;
        }
    }
    scanner.is_at_end().then_some(())
}

/// Reads a value of the column at that place of the header.
fn value(row: &mut Row<'_>, scanner: &mut Scanner<'_>, index: usize) -> Option<Cell> {
    Some(match scanner.peek()? {
        b'N' => scanner.word("NaN").map(|()| Cell::Missing)?,
        b'n' => scanner.word("null").map(|()| Cell::Missing)?,
        b't' => scanner.word("true").map(|()| Cell::Boolean(true))?,
        b'f' => scanner.word("false").map(|()| Cell::Boolean(false))?,
        b'[' | b'{' => row.nested(scanner.value()?, index)?,
        b'"' => {
            let Text { text, escapes } = scanner.string()?;
            if escapes { row.text(&unescaped(text)?)? } else { row.text(text)? }
        }
        _ => {
            let number = scanner.number()?;
            if let Ok(value) = number.parse() {
                Cell::Signed(value)
            } else if let Ok(value) = number.parse() {
                Cell::Unsigned(value)
            } else {
                Cell::Float(number.parse().ok()?)
            }
        }
    })
}

fn unescaped(text: &str) -> Option<String> {
    let quoted = format!("\"{text}\"");
    let whole: Cow<'_, str> = python_json::whole_characters(&quoted);
    serde_json::from_str(&whole).ok()
}
