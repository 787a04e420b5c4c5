//! The rows of a CSV file.
//!
//! `csv-core` splits rows into cells; what quotes, commas and line ends mean is the same there as in pandas. This module adds what its
//! dialect cannot say: lines of nothing but blanks are skipped, a quote that never closes is an error, and so is a row that starts
//! where pandas loses its way. It also counts lines as editors do, so that a bare carriage return ends one. `csv-core` rather than
//! `csv`, since there the caller gives the buffers, and a line of a hundred million commas meets a limit.

mod splitter;

use csv_core::{ReadFieldResult, ReadRecordResult};

use self::splitter::Splitter;
use super::cell::is_blank;
use super::error::{Place, ReadError};

/// The rows of a file, one at a time.
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    splitter: Splitter,
    max_cells: usize,
    /// Where the next row is looked for.
    at: usize,
    /// The line ends before that.
    lines: u64,
    /// The cells of the current row, one after the other, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// One row.
pub(super) struct Row<'r> {
    /// Its line in the file, from 1.
    pub(super) line: u64,
    /// Where in the file it starts, and where it ends.
    start: usize,
    pub(super) end: usize,
    text: &'r [u8],
    ends: &'r [usize],
}

impl<'a> Rows<'a> {
    pub(super) fn new(bytes: &'a [u8], max_cells: usize) -> Self {
        let at = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Rows {
            bytes,
            splitter: Splitter::new(),
            max_cells,
            at,
            lines: 0,
            text: vec![0; 1 << 12],
            ends: vec![0; 1 << 6],
        }
    }

    /// The place after the last row.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The line ends before that place.
    pub(super) fn line_ends(&self) -> u64 {
        self.lines
    }

    /// The next row that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        let mut after_empty_line = false;
        let (line, start, text, cells) = loop {
            after_empty_line |= self.skip_empty_lines();
            let (line, start) = (self.lines + 1, self.at);
            let Some(&first) = self.bytes.get(start) else { return Ok(None) };
            let (text, cells) = self.read(line, start)?;
            let blank = cells == 1 && is_blank(first) && self.text[..text].iter().all(|&byte| is_blank(byte));
            if !blank {
                let bare = start.checked_sub(1).and_then(|last| self.bytes.get(last)) == Some(&b'\r');
                if bare && (is_blank(first) || (first == b',' && after_empty_line)) {
                    return Err(ReadError::BareCarriageReturn { line });
                }
                break (line, start, text, cells);
            }
            after_empty_line = true;
        };
        Ok(Some(Row { line, start, end: self.at, text: &self.text[..text], ends: &self.ends[..cells] }))
    }

    /// Skips line ends, of which the first may be the second half of one; true if there was an empty line.
    fn skip_empty_lines(&mut self) -> bool {
        let last = self.at.checked_sub(1).and_then(|last| self.bytes.get(last));
        if last == Some(&b'\r') && self.bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let empty = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        self.lines += line_ends(&rest[..empty]);
        self.at += empty;
        empty > 0
    }

    /// Reads one row into the buffers; gives the length of its text and its number of cells.
    fn read(&mut self, line: u64, start: usize) -> Result<(usize, usize), ReadError> {
        let (mut text, mut cells) = (0, 0);
        loop {
            // A line end after the last byte ends any row but one with an open quote.
            let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty());
            let (result, read, written, ended) = self.splitter.reader().read_record(
                rest.unwrap_or(b"\n"),
                &mut self.text[text..],
                &mut self.ends[cells..],
            );
            (text, cells) = (text + written, cells + ended);
            if rest.is_some() {
                self.at += read;
            }
            if cells > self.max_cells {
                return Err(ReadError::Columns { line, limit: self.max_cells });
            }
            match result {
                ReadRecordResult::Record => break,
                // No row has more text than the file, but for the line end added here.
                ReadRecordResult::OutputFull => {
                    self.text.resize((2 * self.text.len()).min(self.bytes.len() + 1), 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::InputEmpty | ReadRecordResult::End if rest.is_some() => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {
                    return Err(self.open_quote(line, start, text, cells));
                }
            }
        }
        // Only quotes are read and not written, and only inside them a row has more than one line end.
        let read = self.at - start;
        self.lines += if read == text + cells { 1 } else { line_ends(&self.bytes[start..self.at]) };
        Ok((text, cells))
    }

    fn open_quote(&self, line: u64, start: usize, text: usize, cells: usize) -> ReadError {
        let before = cells.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        // The last byte is the line end that was put there.
        let value = self.text.get(before..text.saturating_sub(1)).map(beginning);
        ReadError::OpenQuote { place: place(self.bytes, (line, start), cells), value }
    }
}

impl Row<'_> {
    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell; one beyond the end is empty, as pandas fills up short rows.
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let Some(&end) = self.ends.get(index) else { return b"" };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where a cell of it is in the file.
    pub(super) fn place(&self, bytes: &[u8], index: usize) -> Place {
        place(bytes, (self.line, self.start), index)
    }

    /// Which cell a byte of the file is in.
    pub(super) fn index_at(&self, bytes: &[u8], offset: usize) -> usize {
        cell_starts(bytes, self.start).skip(1).take_while(|&start| start <= offset).count()
    }
}

/// As much of a cell as an excerpt may show.
pub(super) fn beginning(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell.get(..400).unwrap_or(cell)).into_owned()
}

/// Where a cell is in the file, given the line where its row starts and where that is.
fn place(bytes: &[u8], (line, row): (u64, usize), index: usize) -> Place {
    let start = cell_starts(bytes, row).nth(index).unwrap_or(row);
    Place { line: line + line_ends(&bytes[row..start]), cell: index + 1, column: None }
}

/// Where the cells of a row start in the file, given where the row does.
fn cell_starts(bytes: &[u8], row: usize) -> impl Iterator<Item = usize> {
    let mut splitter = Splitter::new();
    let mut next = Some(row);
    std::iter::from_fn(move || {
        let start = next?;
        let mut at = start;
        next = loop {
            let (result, read, _) = splitter.reader().read_field(bytes.get(at..)?, &mut [0; 256]);
            at += read;
            match result {
                ReadFieldResult::Field { record_end: false } => break Some(at),
                ReadFieldResult::OutputFull => {}
                _ => break None,
            }
        };
        Some(start)
    })
}

/// The line ends in a text: LF, CR LF, or CR.
pub(super) fn line_ends(text: &[u8]) -> u64 {
    let bare = |&(index, &byte): &(usize, &u8)| byte == b'\r' && text.get(index + 1) != Some(&b'\n');
    (text.iter().filter(|&&byte| byte == b'\n').count() + text.iter().enumerate().filter(bare).count()) as u64
}
