//! Reads a table of separated values into cells, as pandas' C reader does.

use rayon::prelude::*;

use super::infer::{infer, with_missing};
use super::{Column, Data, Table, Texts};
use crate::error::{Fault, RunError};
use std::sync::Arc;

/// How a table is read.
#[derive(Clone, Debug)]
pub(crate) struct Reading<'r> {
    pub separator: u8,
    /// Columns that are text, whatever they look like.
    pub text: &'r [String],
    /// Reals by pandas' fast converter.
    pub fast: bool,
}

/// The cells of one row at a time.
struct Rows<'t> {
    rest: &'t str,
    line: u64,
    separator: u8,
}

impl Rows<'_> {
    /// Reads the next row that is not blank into `cells`: all cells in one buffer, and where they end.
    fn next(&mut self, buffer: &mut String, ends: &mut Vec<usize>) -> Result<bool, &'static str> {
        loop {
            buffer.clear();
            ends.clear();
            if self.rest.is_empty() {
                return Ok(false);
            }
            if !self.row(buffer, ends)? {
                continue;
            }
            return Ok(true);
        }
    }

    /// Appends the cells of all rows to their columns, and passes over so many before the first. An error has its line and what is wrong.
    fn cells(&mut self, columns: &mut [Texts], skipped: usize) -> Result<(), (u64, String)> {
        let (mut buffer, mut ends) = (String::new(), Vec::new());
        loop {
            let line = self.line;
            if !self.next(&mut buffer, &mut ends).map_err(|problem| (line, problem.to_owned()))? {
                return Ok(());
            }
            if ends.len() > columns.len() + skipped {
                return Err((line, format!("the row has {} cells, the header {}", ends.len(), columns.len())));
            }
            for (index, column) in columns.iter_mut().enumerate() {
                let at = index + skipped;
                let start = at.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| *end);
                column.push(Some(ends.get(at).map_or("", |end| &buffer[start..*end])));
            }
        }
    }

    /// False if the line was blank.
    fn row(&mut self, buffer: &mut String, ends: &mut Vec<usize>) -> Result<bool, &'static str> {
        let bytes = self.rest.as_bytes();
        let (mut at, mut quoted) = (0, false);
        let mut end = loop {
            if bytes.get(at) == Some(&b'"') {
                quoted = true;
                at += 1;
                loop {
                    let quote = memchr::memchr(b'"', &bytes[at..]).ok_or("a quote is not closed")? + at;
                    buffer.push_str(&self.rest[at..quote]);
                    at = quote + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    buffer.push('"');
                    at += 1;
                }
            }
            let stop = memchr::memchr3(self.separator, b'\n', b'\r', &bytes[at..]);
            let length = stop.unwrap_or(bytes.len() - at);
            buffer.push_str(&self.rest[at..at + length]);
            at += length;
            ends.push(buffer.len());
            match bytes.get(at) {
                Some(byte) if *byte == self.separator => at += 1,
                _ => break at,
            }
        };
        let blank =
            !quoted && self.rest[..end].bytes().all(|byte| byte == b' ' || (byte == b'\t' && self.separator != b'\t'));
        if bytes.get(end) == Some(&b'\r') {
            end += 1;
            if bytes.get(end) == Some(&b'\n') {
                end += 1;
            }
        } else if end < bytes.len() {
            end += 1;
        }
        // Without quotes there is no more than the one at the end.
        self.line += if quoted {
            memchr::memchr_iter(b'\n', &bytes[..end]).count() as u64
        } else {
            u64::from(end.checked_sub(1).and_then(|last| bytes.get(last)) == Some(&b'\n'))
        };
        self.rest = &self.rest[end..];
        Ok(!blank)
    }
}

/// Reads a table of a file's bytes.
pub(crate) fn read(file: &str, bytes: Vec<u8>, reading: &Reading) -> Result<Table, RunError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', valid).count() as u64 + 1;
        Fault::new(file, "the bytes are no UTF-8").line(line)
    })?;
    let columns = cells(file, &text, reading)?;
    // Its cells are in the columns.
    drop(text);
    let rows = columns.first().map_or(0, |(_, texts)| texts.len());
    let columns = columns.into_par_iter().map(|(name, texts)| {
        let data =
            if reading.text.contains(&name) { Data::Text(with_missing(texts)) } else { infer(texts, reading.fast) };
        Column { name, data: Arc::new(data) }
    });
    Ok(Table { file: file.to_owned(), columns: columns.collect(), rows })
}

/// The headings of a table, and the cells below each as they are spelled.
fn cells(file: &str, text: &str, reading: &Reading) -> Result<Vec<(String, Texts)>, RunError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Rows { rest: text, line: 1, separator: reading.separator };
    let (mut buffer, mut ends) = (String::new(), Vec::new());
    let fault = |line: u64, problem: &str| Fault::new(file, problem).line(line);
    if !rows.next(&mut buffer, &mut ends).map_err(|problem| fault(1, problem))? {
        return Ok(Vec::new());
    }
    let names = names(&buffer, &ends);
    let mut columns: Vec<Texts> = vec![Texts::default(); names.len()];
    // Columns without a heading, if the first row has more cells than the header: pandas' index, which is never written.
    let mut first = Rows { rest: rows.rest, ..rows };
    first.next(&mut buffer, &mut ends).map_err(|problem| fault(rows.line, problem))?;
    let skipped = ends.len().saturating_sub(names.len());
    let mut line = rows.line;
    // Some pieces at a time, so that few cells are in memory twice.
    for pieces in pieces(rows.rest).chunks(PIECES) {
        let read = pieces.par_iter().map(|rest| {
            let mut rows = Rows { rest, line: 0, separator: reading.separator };
            let mut columns = vec![Texts::default(); names.len()];
            let problem = rows.cells(&mut columns, skipped).err();
            (columns, rows.line, problem)
        });
        for (cells, lines, problem) in read.collect::<Vec<_>>() {
            if let Some((below, problem)) = problem {
                return Err(fault(line + below, &problem).into());
            }
            line += lines;
            columns.par_iter_mut().zip(cells).for_each(|(column, cells)| column.append(&cells));
        }
    }
    Ok(names.into_iter().zip(columns).collect())
}

/// How many bytes one thread reads at a time, and how many such pieces there are before their cells are put together.
const PIECE: usize = 1 << 20;
const PIECES: usize = 16;

/// The rows in pieces of whole ones, as far as that can be told: a line feed in quotes is no end.
fn pieces(text: &str) -> Vec<&str> {
    let quoted = memchr::memchr(b'"', text.as_bytes()).is_some();
    let mut pieces = Vec::new();
    let mut rest = text;
    while !quoted && rest.len() > PIECE {
        let Some(end) = memchr::memchr(b'\n', &rest.as_bytes()[PIECE..]) else { break };
        let (piece, after) = rest.split_at(PIECE + end + 1);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// The headings: a blank one is called by its position, a second one of a name gets a number.
fn names(buffer: &str, ends: &[usize]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(ends.len());
    let mut start = 0;
    for (index, end) in ends.iter().enumerate() {
        let heading = &buffer[start..*end];
        let heading = if heading.is_empty() { format!("Unnamed: {index}") } else { heading.to_owned() };
        let mut name = heading.clone();
        let mut count = 0;
        while names.contains(&name) {
            count += 1;
            name = format!("{heading}.{count}");
        }
        names.push(name);
        start = *end;
    }
    names
}
