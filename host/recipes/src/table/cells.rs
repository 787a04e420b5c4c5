//! A file's text cut into cells, as pandas' C parser cuts it.

use super::{Series, Table, types};
use crate::error::Fault;

/// Reads a table. `name` is what its file is called in messages.
pub(crate) fn read(text: &str, name: &str, separator: u8) -> Result<Table, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Rows { rest: text.as_bytes(), line: 1, separator, name };
    let mut cells = Vec::new();
    if !rows.next(&mut cells)? {
        return Ok(Table::default());
    }
    let names = unique(cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
    let mut columns: Vec<Vec<Vec<u8>>> = names.iter().map(|_| Vec::new()).collect();
    let mut surplus = None;
    let mut count = 0;
    loop {
        let line = rows.line;
        if !rows.next(&mut cells)? {
            break;
        }
        // The cells that the first row has more than the header are an index, which comes first and is not read.
        let skipped = *surplus.get_or_insert(cells.len().saturating_sub(names.len()));
        if cells.len() > names.len() + skipped {
            let message = format!("{} cells, but {} are expected", cells.len(), names.len() + skipped);
            return Err(Fault::new(name, message).line(line));
        }
        let mut of_row = cells.drain(..).skip(skipped);
        for column in &mut columns {
            column.push(of_row.next().unwrap_or_default());
        }
        count += 1;
    }
    // What was cut at ASCII characters of valid text is valid text.
    let typed = |(name, cells): (String, Vec<Vec<u8>>)| Series::new(name, types::typed(&cells));
    Ok(Table { columns: names.into_iter().zip(columns).map(typed).collect(), rows: count })
}

/// A blank name as `Unnamed: K`, a repeated one as `NAME.1`.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let name = if name.is_empty() { format!("Unnamed: {at}") } else { name };
        let mut other = name.clone();
        let mut number = 0;
        while taken.contains(&other) {
            number += 1;
            other = format!("{name}.{number}");
        }
        taken.push(other);
    }
    taken
}

struct Rows<'t> {
    rest: &'t [u8],
    line: u64,
    separator: u8,
    name: &'t str,
}

impl Rows<'_> {
    /// Reads the next row that is not blank; false at the end.
    fn next(&mut self, cells: &mut Vec<Vec<u8>>) -> Result<bool, Fault> {
        cells.clear();
        self.skip_blank_lines();
        if self.rest.is_empty() {
            return Ok(false);
        }
        loop {
            let mut cell = Vec::new();
            if let Some(quoted) = self.rest.strip_prefix(b"\"") {
                self.rest = quoted;
                self.quoted(&mut cell)?;
            }
            let ends = |byte: &u8| *byte == self.separator || matches!(byte, b'\n' | b'\r');
            let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
            cell.extend_from_slice(&self.rest[..end]);
            self.rest = &self.rest[end..];
            cells.push(cell);
            match self.rest {
                [b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..] => {
                    self.rest = rest;
                    self.line += 1;
                    return Ok(true);
                }
                [_, rest @ ..] => self.rest = rest,
                [] => return Ok(true),
            }
        }
    }

    /// The inside of quotes, up to the closing one.
    fn quoted(&mut self, cell: &mut Vec<u8>) -> Result<(), Fault> {
        let opened = self.line;
        loop {
            let Some(end) = memchr::memchr(b'"', self.rest) else {
                return Err(Fault::new(self.name, "a quote opens here and never closes").line(opened));
            };
            cell.extend_from_slice(&self.rest[..end]);
            self.line += memchr::memchr_iter(b'\n', &self.rest[..end]).count() as u64;
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix(b"\"") {
                Some(rest) => {
                    cell.push(b'"');
                    self.rest = rest;
                }
                None => return Ok(()),
            }
        }
    }

    fn skip_blank_lines(&mut self) {
        loop {
            let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t') && **byte != self.separator;
            let blanks = self.rest.iter().take_while(is_blank).count();
            self.rest = match &self.rest[blanks..] {
                [b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..] => rest,
                [] => &[],
                _ => return,
            };
            if self.rest.is_empty() {
                return;
            }
            self.line += 1;
        }
    }
}
