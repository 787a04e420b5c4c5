//! One piece of a CSV file, read quickly: rows as nearly all programs write them.
//!
//! Whatever is otherwise ends it, and the whole file is read with care, by [`super::super::rows`]: a bare carriage return, text behind a closing
//! quote, a row that is too long. So does a piece that does not end where a row does, which makes sure that each begins where one begins.

use std::borrow::Cow;

use memchr::{memchr, memchr3};

use super::super::cell::is_blank;
use super::super::lines::Lines;
use super::super::rows::line_ends;
use super::part::Part;

/// What each row should be.
pub(super) struct Layout {
    /// The most cells that a row may have.
    pub(super) width: usize,
    /// The longest cell of those that are kept, in bytes.
    pub(super) cell_bytes: usize,
}

/// What a piece has beside its columns.
#[derive(Debug)]
pub(super) struct Rows {
    /// The lines of its rows, of which the piece's first is line 1.
    pub(super) lines: Lines,
    /// How many lines it has.
    pub(super) ends: u64,
}

/// Something that has to be read with care.
#[derive(Debug)]
pub(super) struct Odd;

/// What follows a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Cell,
    Row,
}

/// A piece that is being read.
struct Quick<'a> {
    /// Up to the piece's end.
    bytes: &'a [u8],
    at: usize,
    /// The file ends here too, so that the last row need not end in a line end.
    is_last: bool,
    /// The line ends so far.
    ends: u64,
    /// A cell without its quotes, if quotes are inside.
    unquoted: Vec<u8>,
}

/// Reads a piece into the columns, each given with the position of its cells, in their order.
pub(super) fn read(
    piece: &[u8],
    is_last: bool,
    layout: &Layout,
    columns: &mut [(usize, Part<'_>)],
) -> Result<Rows, Odd> {
    let mut quick = Quick { bytes: piece, at: 0, is_last, ends: 0, unquoted: Vec::new() };
    let mut lines = Lines::default();
    while quick.next_row()? {
        let row = lines.rows();
        lines.push(quick.ends + 1);
        let (mut cell, mut then) = (0, Then::Cell);
        for (position, part) in &mut *columns {
            while cell < *position && then == Then::Cell {
                then = quick.pass()?;
                cell += 1;
            }
            if then == Then::Row {
                part.push(row, b"")?;
                continue;
            }
            then = quick.read(row, part, layout)?;
            cell += 1;
        }
        while then == Then::Cell {
            then = quick.pass()?;
            cell += 1;
        }
        if cell > layout.width {
            return Err(Odd);
        }
    }
    Ok(Rows { lines, ends: quick.ends })
}

impl Quick<'_> {
    /// Passes lines that are empty or blank; false at the end.
    fn next_row(&mut self) -> Result<bool, Odd> {
        loop {
            let Some(&first) = self.bytes.get(self.at) else { return Ok(false) };
            if first > b' ' {
                return Ok(true);
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
            let end = self.at + blanks;
            if end == self.bytes.len() {
                return if self.is_last { Ok(false) } else { Err(Odd) };
            }
            match self.end(end) {
                Some((Then::Row, next)) => {
                    self.ends += 1;
                    self.at = next;
                }
                _ => return Ok(true),
            }
        }
    }

    /// What is there, if a cell may end there, and where what follows starts.
    fn end(&self, at: usize) -> Option<(Then, usize)> {
        match self.bytes.get(at) {
            Some(b',') => Some((Then::Cell, at + 1)),
            Some(b'\n') => Some((Then::Row, at + 1)),
            Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => Some((Then::Row, at + 2)),
            None if self.is_last => Some((Then::Row, at)),
            _ => None,
        }
    }

    /// Goes on behind a cell that ends there.
    fn go_on(&mut self, end: usize) -> Result<Then, Odd> {
        let (then, next) = self.end(end).ok_or(Odd)?;
        self.ends += u64::from(then == Then::Row && next > end);
        self.at = next;
        Ok(then)
    }

    /// Passes a cell.
    fn pass(&mut self) -> Result<Then, Odd> {
        let end = if self.bytes.get(self.at) == Some(&b'"') { self.quoted()?.1 } else { self.unquoted() };
        self.go_on(end)
    }

    /// Reads a cell into its column.
    fn read(&mut self, row: usize, part: &mut Part<'_>, layout: &Layout) -> Result<Then, Odd> {
        let bytes = self.bytes;
        let rest = bytes.get(self.at..).unwrap_or_default();
        if let Some(length) = part.push_start(row, rest, |length| self.end(self.at + length).is_some())?
            && length <= layout.cell_bytes
        {
            return self.go_on(self.at + length);
        }
        if rest.first() == Some(&b'"') {
            let (has_quotes, end) = self.quoted()?;
            let text = bytes.get(self.at + 1..end - 1).unwrap_or_default();
            let text = if has_quotes { Cow::Owned(self.without_quotes(text)) } else { Cow::Borrowed(text) };
            if text.len() > layout.cell_bytes {
                return Err(Odd);
            }
            part.push(row, &text)?;
            if let Cow::Owned(text) = text {
                self.unquoted = text;
            }
            return self.go_on(end);
        }
        let end = self.unquoted();
        let text = bytes.get(self.at..end).unwrap_or_default();
        if text.len() > layout.cell_bytes {
            return Err(Odd);
        }
        part.push(row, text)?;
        self.go_on(end)
    }

    /// Where the cell ends that starts here, without quotes.
    fn unquoted(&self) -> usize {
        const ONES: u64 = 0x0101_0101_0101_0101;
        // The lowest byte found is one, whatever is found above it.
        let has = |word: u64, byte: u8| {
            let rest = word ^ (ONES * u64::from(byte));
            rest.wrapping_sub(ONES) & !rest & (ONES << 7)
        };
        let mut at = self.at;
        for _ in 0..4 {
            let Some(word) =
                self.bytes.get(at..at + 8).and_then(|word| Some(u64::from_le_bytes(word.try_into().ok()?)))
            else {
                break;
            };
            let found = has(word, b',') | has(word, b'\n') | has(word, b'\r');
            if found != 0 {
                return at + found.trailing_zeros() as usize / 8;
            }
            at += 8;
        }
        let rest = self.bytes.get(at..).unwrap_or_default();
        memchr3(b',', b'\n', b'\r', rest).map_or(self.bytes.len(), |found| at + found)
    }

    /// Whether the cell that starts here with a quote has others inside, and where it ends, behind the closing one. Line ends inside are counted.
    fn quoted(&mut self) -> Result<(bool, usize), Odd> {
        let (mut at, mut has_quotes) = (self.at + 1, false);
        let end = loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let quote = at + memchr(b'"', rest).ok_or(Odd)?;
            if self.bytes.get(quote + 1) != Some(&b'"') {
                break quote + 1;
            }
            has_quotes = true;
            at = quote + 2;
        };
        let text = self.bytes.get(self.at..end).unwrap_or_default();
        if text.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            self.ends += line_ends(text);
        }
        Ok((has_quotes, end))
    }

    /// A text with each two quotes as one, in the buffer.
    fn without_quotes(&mut self, mut text: &[u8]) -> Vec<u8> {
        let mut unquoted = std::mem::take(&mut self.unquoted);
        unquoted.clear();
        while let Some(quote) = memchr(b'"', text) {
            let (before, after) = text.split_at(quote + 1);
            unquoted.extend_from_slice(before);
            text = after.get(1..).unwrap_or_default();
        }
        unquoted.extend_from_slice(text);
        unquoted
    }
}
