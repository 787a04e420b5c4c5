//! A CSV file read in pieces, on all threads that are idle.
//!
//! The types of columns are known from the first rows, mostly, and the most rows that a piece may have from its line feeds. So arrays are made
//! before anything is read, and each piece puts its cells where they stay. A column that turns out to be of another type is read again.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{ArrayRef, BooleanArray, BooleanBufferBuilder, Float64Array, Int64Array, StringArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use super::super::column::{Likely, floats};
use super::super::lines::Lines;
use super::super::pieces::Piece;
use super::part::{Misfit, NO_BOOLEAN, Part, Told};
use super::quick::{self, Layout, Odd, Rows};
use crate::threads::Threads;

/// What came of the pieces.
pub(super) struct Read {
    pub(super) lines: Lines,
    /// The columns, in the order in which they were asked for.
    pub(super) columns: Vec<Column>,
}

/// What came of a column.
pub(super) enum Column {
    Array(ArrayRef),
    /// It has to be read again, as that.
    Again(Likely),
}

/// What the parts of a column have told so far.
#[derive(Default)]
struct Gathered {
    missing: usize,
    misfit: Option<Misfit>,
    /// The bytes of all texts, and where those of each part start.
    bytes: Vec<u8>,
    starts: Vec<i32>,
    /// The rows without a text.
    without: Vec<usize>,
}

/// How many pieces a thread reads before texts are put together.
const AT_ONCE: usize = 8;

/// Where the rows of each piece are in an array that has room for the most that there may be, and how many there are.
struct Places {
    pieces: Vec<(Range<usize>, usize)>,
    rows: usize,
}

/// The values of a column, with room for the most rows that there may be.
enum Storage {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Booleans(Vec<u8>),
    /// Where each text ends in its part's bytes, behind where the first one starts.
    Texts {
        offsets: Vec<i32>,
        bytes: usize,
        unsure: bool,
    },
}

/// Reads pieces into columns, each given with the position of its cells and what it is likely to be, in their order. The first piece starts
/// behind so many lines; there may be so many rows.
pub(super) fn read(
    bytes: &[u8],
    pieces: &[Piece],
    (before, max_rows): (u64, usize),
    layout: &Layout,
    columns: &[(usize, Likely)],
    threads: &Threads,
) -> Result<Read, Odd> {
    // The last row may end without a line feed.
    let mut room: Vec<usize> = pieces.iter().map(|piece| piece.feeds).collect();
    if let Some(last) = room.last_mut() {
        *last += 1;
    }
    let all: usize = room.iter().sum();
    if all > max_rows.saturating_add(1) {
        return Err(Odd);
    }
    let mut storages: Vec<Storage> = columns.iter().map(|(_, likely)| Storage::new(*likely, all)).collect();
    let mut parts: Vec<Vec<(usize, Part<'_>)>> = pieces.iter().map(|_| Vec::with_capacity(columns.len())).collect();
    for (storage, (cell, _)) in storages.iter_mut().zip(columns) {
        for (parts, part) in parts.iter_mut().zip(storage.parts(&room, pieces)) {
            parts.push((*cell, part));
        }
    }
    let is_odd = AtomicBool::new(false);
    let read = |(piece, mut parts): (&Piece, Vec<(usize, Part<'_>)>)| {
        if is_odd.load(Ordering::Relaxed) {
            return Err(Odd);
        }
        let text = bytes.get(piece.range.clone()).unwrap_or_default();
        let rows = quick::read(text, piece.range.end == bytes.len(), layout, &mut parts);
        is_odd.fetch_or(rows.is_err(), Ordering::Relaxed);
        Ok((rows?, parts.into_iter().map(|(_, part)| part.told()).collect()))
    };
    let (mut lines, mut ends) = (Lines::default(), before);
    let mut places = Places { pieces: Vec::with_capacity(pieces.len()), rows: 0 };
    let mut gathered: Vec<Gathered> = columns.iter().map(|(_, likely)| Gathered::new(*likely, bytes.len())).collect();
    let (mut start, mut room) = (0, room.into_iter());
    let mut waiting = pieces.iter().zip(parts);
    loop {
        // Texts are put together now and then, so that there are never twice as many in memory.
        let some: Vec<_> = waiting.by_ref().take(AT_ONCE * threads.count().get()).collect();
        if some.is_empty() {
            break;
        }
        let read: Vec<Result<(Rows, Vec<Told>), Odd>> = threads.map(some, read);
        for (read, room) in read.into_iter().zip(&mut room) {
            let (rows, parts) = read?;
            let count = rows.lines.rows();
            lines.append(&rows.lines, ends);
            ends += rows.ends;
            places.pieces.push((start..start + count, places.rows));
            gathered.iter_mut().zip(parts).try_for_each(|(gathered, part)| gathered.add(part, places.rows))?;
            places.rows += count;
            start += room;
        }
    }
    if places.rows > max_rows {
        return Err(Odd);
    }
    let finish = |(storage, gathered): (Storage, Gathered)| storage.finish(gathered, &places);
    let columns = threads.map(storages.into_iter().zip(gathered).collect(), finish);
    Ok(Read { lines, columns: columns.into_iter().collect::<Result<_, _>>()? })
}

impl Places {
    /// Moves the values of all pieces together.
    fn gathered<T: Copy>(&self, mut values: Vec<T>) -> Vec<T> {
        for (range, place) in &self.pieces {
            if range.start != *place {
                values.copy_within(range.clone(), *place);
            }
        }
        values.truncate(self.rows);
        values
    }
}

impl Storage {
    fn new(likely: Likely, rows: usize) -> Self {
        match likely {
            Likely::Integers => Storage::Integers(vec![0; rows]),
            Likely::Floats => Storage::Floats(vec![0.0; rows]),
            Likely::Booleans => Storage::Booleans(vec![0; rows]),
            Likely::Texts { bytes } => Storage::Texts { offsets: vec![0; rows + 1], bytes, unsure: false },
            Likely::Missing | Likely::Unknown => Storage::Texts { offsets: vec![0; rows + 1], bytes: 0, unsure: true },
        }
    }

    /// The parts of the pieces, which have so much room.
    fn parts<'s>(&'s mut self, room: &[usize], pieces: &[Piece]) -> Vec<Part<'s>> {
        match self {
            Storage::Integers(values) => split(values, room).map(Part::integers).collect(),
            Storage::Floats(values) => split(values, room).map(Part::floats).collect(),
            Storage::Booleans(values) => split(values, room).map(Part::booleans).collect(),
            Storage::Texts { offsets, bytes, .. } => {
                let ends = offsets.get_mut(1..).unwrap_or_default();
                // Of a thousand bytes of the file, so many are its texts.
                let size = |piece: &Piece| piece.range.len() / 1000 * *bytes;
                split(ends, room).zip(pieces).map(|(ends, piece)| Part::texts(ends, size(piece))).collect()
            }
        }
    }

    fn finish(self, gathered: Gathered, places: &Places) -> Result<Column, Odd> {
        let missing = gathered.missing;
        match gathered.misfit {
            None => {}
            Some(Misfit::Float) => return Ok(Column::Again(Likely::Floats)),
            Some(Misfit::Text) => return Ok(Column::Again(Likely::Texts { bytes: 0 })),
            Some(Misfit::Order) => return Ok(Column::Again(Likely::Unknown)),
        }
        Ok(Column::Array(match self {
            Storage::Integers(values) => {
                let values = places.gathered(values);
                if missing == 0 {
                    Arc::new(Int64Array::from(values))
                } else {
                    let double = |value| if value == i64::MIN { f64::NAN } else { value as f64 };
                    Arc::new(floats(values.into_iter().map(double).collect()))
                }
            }
            Storage::Floats(values) => {
                let values = places.gathered(values);
                Arc::new(if missing == 0 { Float64Array::from(values) } else { floats(values) })
            }
            Storage::Booleans(values) => {
                let truth = |value: u8| (value != NO_BOOLEAN).then_some(value == 1);
                Arc::new(places.gathered(values).into_iter().map(truth).collect::<BooleanArray>())
            }
            Storage::Texts { offsets, unsure, .. } => {
                let texts = gathered.texts(offsets, places)?;
                let first = texts.iter().flatten().next();
                match first {
                    None if unsure && missing == places.rows => Arc::new(floats(vec![f64::NAN; missing])),
                    Some(first) if unsure && !Likely::is_text(first) => return Ok(Column::Again(Likely::Unknown)),
                    _ => Arc::new(texts),
                }
            }
        }))
    }
}

impl Gathered {
    /// Nothing yet, with room for what a file of so many bytes is likely to have.
    fn new(likely: Likely, file: usize) -> Self {
        let bytes = if let Likely::Texts { bytes } = likely { file / 1000 * bytes } else { 0 };
        Gathered { bytes: Vec::with_capacity(bytes), ..Gathered::default() }
    }

    /// Adds the next part, whose first row is that one.
    fn add(&mut self, part: Told, first: usize) -> Result<(), Odd> {
        self.missing += part.missing;
        self.misfit = self.misfit.max(part.misfit);
        self.starts.push(i32::try_from(self.bytes.len()).map_err(|_| Odd)?);
        self.bytes.extend_from_slice(&part.bytes);
        self.without.extend(part.without.iter().map(|&row| first + row as usize));
        Ok(())
    }

    fn texts(self, mut offsets: Vec<i32>, places: &Places) -> Result<StringArray, Odd> {
        i32::try_from(self.bytes.len()).map_err(|_| Odd)?;
        for (before, (range, place)) in self.starts.into_iter().zip(&places.pieces) {
            // The first offset is no end of a text.
            let ends = range.start + 1..range.end + 1;
            offsets.get_mut(ends.clone()).unwrap_or_default().iter_mut().for_each(|end| *end += before);
            if range.start != *place {
                offsets.copy_within(ends, place + 1);
            }
        }
        offsets.truncate(places.rows + 1);
        let nulls = (!self.without.is_empty()).then(|| {
            let mut present = BooleanBufferBuilder::new(places.rows);
            present.append_n(places.rows, true);
            self.without.iter().for_each(|&row| present.set_bit(row, false));
            NullBuffer::new(present.finish())
        });
        // The reader has made sure that all of it is UTF-8, and that offsets grow.
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::try_new(offsets, Buffer::from_vec(self.bytes), nulls).map_err(|_| Odd)
    }
}

/// Splits values into parts of those sizes.
fn split<'s, T>(values: &'s mut [T], sizes: &[usize]) -> impl Iterator<Item = &'s mut [T]> {
    let mut rest = values;
    sizes.iter().map(move |&size| {
        let (part, others) = std::mem::take(&mut rest).split_at_mut(size);
        rest = others;
        part
    })
}
