//! JSON lines read in pieces, on all threads that are idle, once.
//!
//! Each piece keeps its values in the types that it has seen. Once all are read, the types of the columns are known, and pieces are put
//! together in their order. Whatever is odd about that, or wrong with a line, is left to a reading with care.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::ArrayRef;

use super::part::{Again, Cells, Part};
use super::row::Row;
use super::values::Seen;
use super::{Read, objects, quick};
use crate::read::lines::Lines;
use crate::read::{Limits, ReadOptions};

/// What came of a piece.
struct Piece {
    header: Vec<String>,
    /// The columns that are kept, in the header's order.
    parts: Vec<Option<Part>>,
    lines: Lines,
    /// How many line feeds it has.
    feeds: u64,
}

/// Reads the pieces of a file, which end where lines do. None, where something is odd.
pub(super) fn read(bytes: &[u8], pieces: Vec<Range<usize>>, options: &ReadOptions<'_>) -> Option<Read> {
    let is_odd = AtomicBool::new(false);
    let pieces = options.threads.map(pieces, |range| {
        let odd = || is_odd.load(Ordering::Relaxed);
        let read = bytes.get(range).and_then(|bytes| piece(bytes, options, odd));
        is_odd.fetch_or(read.is_none(), Ordering::Relaxed);
        read
    });
    together(pieces.into_iter().collect::<Option<_>>()?, options)
}

fn piece(bytes: &[u8], options: &ReadOptions<'_>, odd: impl Fn() -> bool) -> Option<Piece> {
    let mut row = Row::new(options);
    let mut lines = Lines::default();
    let mut columns: Vec<Cells> = Vec::new();
    for object in objects(bytes) {
        let (line, text) = object.ok().filter(|_| !odd())?;
        if quick::read(&mut row, text, line).is_none() {
            row.read(text, line).ok()?;
        }
        columns.resize_with(row.cells.len(), Cells::default);
        let number = u32::try_from(lines.rows()).ok()?;
        columns.iter_mut().zip(&row.cells).for_each(|(column, cell)| column.push(number, cell));
        lines.push(line);
    }
    let parts = columns.into_iter().map(|column| Some(column.finish(lines.rows(), &row.text))).collect();
    let feeds = memchr::memchr_iter(b'\n', bytes).count() as u64;
    Some(Piece { header: row.header, parts, lines, feeds })
}

fn together(mut pieces: Vec<Piece>, options: &ReadOptions<'_>) -> Option<Read> {
    let &Limits { rows: max_rows, columns: max_columns, cells: max_cells, .. } = options.limits;
    let mut header: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept = 0;
    let (mut lines, mut ends) = (Lines::default(), 0);
    // Of each column that is kept, what all pieces have seen, and its part of each piece that has one.
    let mut seen: Vec<Seen> = Vec::new();
    let mut parts: Vec<Vec<Option<Part>>> = Vec::new();
    let counts: Vec<usize> = pieces.iter().map(|piece| piece.lines.rows()).collect();
    for (number, piece) in pieces.iter_mut().enumerate() {
        lines.append(&piece.lines, ends);
        ends += piece.feeds;
        let mut own = piece.parts.iter_mut();
        for name in &piece.header {
            if !places.contains_key(name) {
                places.insert(name.clone(), kept);
                header.push(name.clone());
                if options.keeps(name) {
                    kept += 1;
                    seen.push(Seen::default());
                    parts.push(Vec::new());
                }
            }
            if options.keeps(name) {
                let (place, part) = (*places.get(name)?, own.next()?.take()?);
                seen.get_mut(place)?.merge(&part.seen);
                let parts = parts.get_mut(place)?;
                parts.resize_with(number, || None);
                parts.push(Some(part));
            }
        }
    }
    let rows = lines.rows();
    if rows > max_rows || header.len() > max_columns || rows > max_cells / kept.max(1) {
        return None;
    }
    let finish = |(seen, mut parts): (Seen, Vec<Option<Part>>)| -> Result<ArrayRef, Again> {
        let mut values = seen.values(rows);
        parts.resize_with(counts.len(), || None);
        for (part, &count) in parts.into_iter().zip(&counts) {
            match part {
                Some(part) => part.add_to(&mut values, count)?,
                None => values.add_missing(count)?,
            }
        }
        Ok(values.finish())
    };
    let arrays = options.threads.map(seen.into_iter().zip(parts).collect(), finish);
    Some(Read { header, arrays: arrays.into_iter().collect::<Result<_, _>>().ok()?, lines })
}
