//! One column: its type, found cell by cell, and its array.
//!
//! pandas tries one type after the other on the whole column: signed integers, doubles, truth values, text. Here a column is read
//! once, as the first type that all its cells so far have. Where a cell does not fit, the values so far are converted if nothing is
//! lost by that. Else the rest of the column only tells its type, and it has to be read [again](Finished::Again).

use std::mem::take;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, NullBufferBuilder, StringArray, UInt64Array};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::error::ArrowError;

use super::cell::{Integer, boolean, float, is_missing, signed, unsigned};

/// A type that takes a second reading to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unsigned,
    Float,
    Text,
    /// Text in which nothing counts as missing.
    RawText,
}

/// What a column is likely to be, by its first rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likely {
    Integers,
    Floats,
    Booleans,
    /// Text, and about how many of a thousand bytes of the file are of it.
    Texts {
        bytes: usize,
    },
    /// They are all missing.
    Missing,
    /// That depends on the order of its cells.
    Unknown,
}

impl Likely {
    /// True if a cell that is the first of its column makes text of it.
    pub(super) fn is_text(cell: &str) -> bool {
        let cell = cell.as_bytes();
        signed(cell) == Integer::No && float(cell).is_none() && boolean(cell).is_none()
    }
}

/// What came of a column.
pub(super) enum Finished {
    Array(ArrayRef),
    /// It has to be read from the start, as that type.
    Again(Kind),
}

/// More text than 32-bit offsets can reach.
#[derive(Debug)]
pub(super) struct TooMuchText;

/// A column that is being read.
pub(super) enum Column {
    Integers(Integers),
    Unsigned(Vec<u64>),
    /// NaN where a value is missing; nothing else reads as NaN.
    Floats(Vec<f64>),
    Booleans(Vec<Option<bool>>),
    Texts(Texts),
    /// It had an integer beyond 64 signed bits, and it takes all cells to know what that makes it.
    Wide(Wide),
    /// It is text, but its first cells were read as something else.
    Lost,
}

impl Column {
    pub(super) fn new() -> Self {
        Column::Integers(Integers::default())
    }

    /// A column of that type, with room for `rows` rows.
    pub(super) fn of(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Unsigned => Column::Unsigned(Vec::with_capacity(rows)),
            Kind::Float => Column::Floats(Vec::with_capacity(rows)),
            Kind::Text => Column::Texts(Texts::new(false, rows, 0)),
            Kind::RawText => Column::Texts(Texts::new(true, rows, 0)),
        }
    }

    /// What the rest is likely to be of a column whose first rows were read, from so many bytes.
    pub(super) fn likely(&self, read: usize) -> Likely {
        match self {
            Column::Integers(integers) if integers.missing == integers.values.len() => Likely::Missing,
            Column::Integers(_) => Likely::Integers,
            Column::Floats(_) => Likely::Floats,
            Column::Booleans(_) => Likely::Booleans,
            // Some more than expected, since room that is not used costs nothing.
            Column::Texts(texts) => Likely::Texts { bytes: (texts.bytes.len() * 1125 / read.max(1)).min(1000) },
            Column::Lost => Likely::Texts { bytes: 0 },
            Column::Unsigned(_) | Column::Wide(_) => Likely::Unknown,
        }
    }

    /// The column emptied, to be read from the start with what its first `read` rows have told of its type, and with room for `rows`
    /// rows like them.
    pub(super) fn restarted(self, read: usize, rows: usize) -> Self {
        match self {
            Column::Integers(_) | Column::Wide(_) | Column::Booleans(_) => {
                Column::Integers(Integers { values: Vec::with_capacity(rows), ..Integers::default() })
            }
            Column::Unsigned(_) => Column::Unsigned(Vec::with_capacity(rows)),
            Column::Floats(_) => Column::Floats(Vec::with_capacity(rows)),
            Column::Texts(texts) => {
                let bytes = texts.bytes.len().saturating_mul(rows) / read.max(1);
                Column::Texts(Texts::new(texts.raw, rows, bytes))
            }
            Column::Lost => Column::of(Kind::Text, rows),
        }
    }

    pub(super) fn push(&mut self, cell: &[u8]) -> Result<(), TooMuchText> {
        let change = match self {
            Column::Texts(texts) => return texts.push(cell),
            Column::Integers(integers) => integers.push(cell),
            Column::Floats(values) => match float(cell) {
                // It had a number before, so it would not help if this were a truth value.
                None if !is_missing(cell) => Some(Column::Lost),
                value => {
                    values.push(value.unwrap_or(f64::NAN));
                    None
                }
            },
            Column::Booleans(values) => match boolean(cell) {
                None if !is_missing(cell) => Some(Column::Lost),
                value => {
                    values.push(value);
                    None
                }
            },
            Column::Unsigned(values) => {
                // This type is only made where all cells have it.
                values.extend(if let Integer::Fits(value) = unsigned(cell) { Some(value) } else { None });
                None
            }
            Column::Wide(wide) => {
                wide.push(cell);
                None
            }
            Column::Lost => None,
        };
        if let Some(column) = change {
            *self = column;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Finished, ArrowError> {
        Ok(Finished::Array(match self {
            Column::Integers(integers) => integers.finish(),
            Column::Unsigned(values) => Arc::new(UInt64Array::from(values)),
            Column::Floats(values) => Arc::new(floats(values)),
            Column::Booleans(values) => Arc::new(BooleanArray::from(values)),
            Column::Texts(texts) => Arc::new(texts.finish()?),
            Column::Wide(wide) => return Ok(Finished::Again(wide.kind())),
            Column::Lost => return Ok(Finished::Again(Kind::Text)),
        }))
    }
}

/// Doubles, of which NaN stands for a missing one.
pub(super) fn floats(values: Vec<f64>) -> Float64Array {
    let missing = values.iter().any(|value| value.is_nan());
    let nulls = missing.then(|| NullBuffer::new(values.iter().map(|value| !value.is_nan()).collect::<BooleanBuffer>()));
    Float64Array::new(values.into(), nulls)
}

/// A column of signed integers, or of nothing yet.
#[derive(Default)]
pub(super) struct Integers {
    /// [`MISSING`] where a value is missing.
    values: Vec<i64>,
    missing: usize,
    /// What is another double than its integer says: `-0`, and a cell that spells [`MISSING`].
    odd: Vec<(usize, f64)>,
}

/// As in pandas, so that a cell that spells it goes missing in a column where others are missing.
const MISSING: i64 = i64::MIN;

impl Integers {
    /// Adds a cell; gives the column that it makes of this one, if it is no integer.
    fn push(&mut self, cell: &[u8]) -> Option<Column> {
        match signed(cell) {
            Integer::Fits(value) => {
                if value == MISSING {
                    self.odd.push((self.values.len(), value as f64));
                }
                self.values.push(value);
            }
            Integer::Minus => {
                self.odd.push((self.values.len(), -0.0));
                self.values.push(0);
            }
            Integer::No if is_missing(cell) => {
                self.missing += 1;
                self.values.push(MISSING);
            }
            Integer::No => return Some(self.give_way(cell)),
            Integer::TooLarge => {
                let mut wide = Wide {
                    minus: !self.odd.is_empty() || self.values.iter().any(|&value| value < 0 && value != MISSING),
                    missing: self.missing > 0,
                    beyond_signed: false,
                    unsigned: Integer::Fits(()),
                    floats: true,
                };
                wide.push(cell);
                return Some(Column::Wide(wide));
            }
        }
        None
    }

    /// The column that this one becomes by a cell that is no integer.
    fn give_way(&mut self, cell: &[u8]) -> Column {
        if let Some(number) = float(cell) {
            let mut values = take(self).into_floats();
            values.push(number);
            return Column::Floats(values);
        }
        if self.missing < self.values.len() {
            return Column::Lost;
        }
        if boolean(cell).is_some() {
            let mut values = vec![None; self.missing];
            values.push(boolean(cell));
            return Column::Booleans(values);
        }
        let mut texts = Texts::new(false, self.missing, 0);
        texts.offsets.resize(self.missing + 1, 0);
        texts.nulls.append_n_nulls(self.missing);
        // The second reading would meet a text that is too long again, and say so.
        if texts.push(cell).is_ok() { Column::Texts(texts) } else { Column::Lost }
    }

    fn into_floats(self) -> Vec<f64> {
        let double = |value| if value == MISSING { f64::NAN } else { value as f64 };
        let mut values: Vec<f64> = self.values.into_iter().map(double).collect();
        for (row, odd) in self.odd {
            if let Some(value) = values.get_mut(row) {
                *value = odd;
            }
        }
        values
    }

    fn finish(mut self) -> ArrayRef {
        if self.values.is_empty() {
            // Without rows, pandas has no type for it but the one of text.
            return Arc::new(StringArray::new_null(0));
        }
        if self.missing == 0 {
            return Arc::new(Int64Array::from(self.values));
        }
        // pandas converts what it has read as integers, so `-0` is 0 here.
        self.odd.clear();
        Arc::new(floats(self.into_floats()))
    }
}

/// What tells the type of a column with an integer beyond 64 signed bits. pandas then tries unsigned integers, up to the first cell
/// that fails: if that is too large itself, the column is text; if it is no integer, it may still be numbers.
pub(super) struct Wide {
    /// A cell starts with a minus, which does not fail at once.
    minus: bool,
    missing: bool,
    /// A cell is beyond the signed integers.
    beyond_signed: bool,
    /// The first failure.
    unsigned: Integer<()>,
    floats: bool,
}

impl Wide {
    fn push(&mut self, cell: &[u8]) {
        if is_missing(cell) {
            self.missing = true;
            return;
        }
        if let Integer::Fits(()) = self.unsigned {
            match unsigned(cell) {
                Integer::Fits(value) => self.beyond_signed |= i64::try_from(value).is_err(),
                Integer::Minus => self.minus = true,
                Integer::TooLarge => self.unsigned = Integer::TooLarge,
                Integer::No => self.unsigned = Integer::No,
            }
        }
        self.floats = self.floats && float(cell).is_some();
    }

    fn kind(&self) -> Kind {
        match self.unsigned {
            Integer::No if self.floats => Kind::Float,
            Integer::No | Integer::TooLarge => Kind::Text,
            // Here pandas makes text of the column before it looks for missing values, so that their words stay.
            _ if self.beyond_signed && (self.minus || self.missing) => Kind::RawText,
            _ if self.minus => Kind::Text,
            _ => Kind::Unsigned,
        }
    }
}

/// A column of text.
pub(super) struct Texts {
    bytes: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
    /// Nothing counts as missing.
    raw: bool,
}

impl Texts {
    fn new(raw: bool, rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Texts { bytes: Vec::with_capacity(bytes), offsets, nulls: NullBufferBuilder::new(rows), raw }
    }

    fn push(&mut self, cell: &[u8]) -> Result<(), TooMuchText> {
        if is_missing(cell) && !self.raw {
            self.nulls.append_null();
        } else {
            self.nulls.append_non_null();
            self.bytes.extend_from_slice(cell);
        }
        self.offsets.push(i32::try_from(self.bytes.len()).map_err(|_| TooMuchText)?);
        Ok(())
    }

    fn finish(mut self) -> Result<StringArray, ArrowError> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        StringArray::try_new(offsets, Buffer::from_vec(self.bytes), self.nulls.finish())
    }
}
