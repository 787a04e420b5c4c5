//! The values of a column: what types they have, and the array of them.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Int64Array, StringBuilder, UInt64Array};

use super::Cell;
use crate::read::column::floats;

/// How many values a column has of each type. Those that are left are missing.
#[derive(Debug, Default)]
pub(super) struct Seen {
    booleans: usize,
    /// Of 64 signed bits.
    signed: usize,
    negative: usize,
    /// Beyond them.
    unsigned: usize,
    floats: usize,
    texts: usize,
    /// The bytes of the texts.
    bytes: usize,
}

/// More text than 32-bit offsets can reach.
#[derive(Debug)]
pub(super) struct TooMuchText;

/// The values, in the type that all have.
pub(super) enum Values {
    Booleans(BooleanBuilder),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    /// NaN where a value is missing.
    Floats(Vec<f64>),
    Texts(StringBuilder),
}

impl Seen {
    pub(super) fn add(&mut self, cell: &Cell) {
        match cell {
            Cell::Missing => {}
            Cell::Boolean(_) => self.booleans += 1,
            Cell::Signed(value) => {
                self.signed += 1;
                self.negative += usize::from(*value < 0);
            }
            Cell::Unsigned(_) => self.unsigned += 1,
            Cell::Float(_) => self.floats += 1,
            Cell::Text(text) => {
                self.texts += 1;
                self.bytes = self.bytes.saturating_add(text.len());
            }
        }
    }

    /// Adds what was seen elsewhere.
    pub(super) fn merge(&mut self, other: &Seen) {
        let Seen { booleans, signed, negative, unsigned, floats, texts, bytes } = *other;
        self.booleans += booleans;
        self.signed += signed;
        self.negative += negative;
        self.unsigned += unsigned;
        self.floats += floats;
        self.texts += texts;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// True if some were whole numbers.
    pub(super) fn has_whole(&self) -> bool {
        self.signed + self.unsigned > 0
    }

    /// No values yet, with room for those of so many rows.
    pub(super) fn values(&self, rows: usize) -> Values {
        let Seen { booleans, signed, negative, unsigned, floats, texts, bytes } = *self;
        let numbers = signed + unsigned + floats;
        if booleans > 0 && numbers + texts == 0 {
            Values::Booleans(BooleanBuilder::with_capacity(rows))
        } else if booleans + texts > 0 {
            let bytes = bytes.min(i32::MAX.cast_unsigned() as usize);
            Values::Texts(StringBuilder::with_capacity(rows, bytes))
        } else if signed == rows {
            Values::Signed(Vec::with_capacity(rows))
        } else if signed + unsigned == rows && negative == 0 {
            Values::Unsigned(Vec::with_capacity(rows))
        } else {
            Values::Floats(Vec::with_capacity(rows))
        }
    }
}

impl Values {
    /// Adds a cell of the file that was seen; `text` holds its text.
    pub(super) fn push(&mut self, cell: &Cell, text: &str) -> Result<(), TooMuchText> {
        match self {
            Values::Booleans(values) => {
                values.append_option(if let Cell::Boolean(value) = cell { Some(*value) } else { None })
            }
            Values::Signed(values) => values.push(if let Cell::Signed(value) = cell { *value } else { 0 }),
            Values::Unsigned(values) => values.push(match *cell {
                Cell::Signed(value) => value.cast_unsigned(),
                Cell::Unsigned(value) => value,
                _ => 0,
            }),
            Values::Floats(values) => values.push(match *cell {
                Cell::Signed(value) => value as f64,
                Cell::Unsigned(value) => value as f64,
                Cell::Float(value) => value,
                _ => f64::NAN,
            }),
            Values::Texts(values) => {
                let mut push = |text: &str| {
                    let bytes = values.values_slice().len().saturating_add(text.len());
                    i32::try_from(bytes).map_err(|_| TooMuchText)?;
                    values.append_value(text);
                    Ok(())
                };
                match cell {
                    Cell::Missing => values.append_null(),
                    cell => push(&cell.spelled(text))?,
                }
            }
        }
        Ok(())
    }

    /// Adds so many rows without a value.
    pub(super) fn add_missing(&mut self, rows: usize) -> Result<(), TooMuchText> {
        (0..rows).try_for_each(|_| self.push(&Cell::Missing, ""))
    }

    pub(super) fn finish(self) -> ArrayRef {
        match self {
            Values::Booleans(mut values) => Arc::new(values.finish()),
            Values::Signed(values) => Arc::new(Int64Array::from(values)),
            Values::Unsigned(values) => Arc::new(UInt64Array::from(values)),
            Values::Floats(values) => Arc::new(floats(values)),
            Values::Texts(mut values) => Arc::new(values.finish()),
        }
    }
}
