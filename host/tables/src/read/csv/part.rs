//! The cells that one piece of a file has of one column. The column's array is there before, and each piece has its own part of it.

use super::super::cell::{Integer, boolean, float, is_missing, signed};
use super::super::number;
use super::quick::Odd;

/// Why a column is of another type than was expected of it. Where pieces differ, the greatest holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Misfit {
    Float,
    Text,
    /// It depends on the order of its cells, and has to be read with care.
    Order,
}

/// A part of a column, of the type that is expected of it.
pub(super) struct Part<'s> {
    values: Values<'s>,
    /// How many cells are missing.
    missing: usize,
    misfit: Option<Misfit>,
}

enum Values<'s> {
    /// [`i64::MIN`] where a value is missing, as in [`super::super::column`].
    Integers(&'s mut [i64]),
    /// NaN where a value is missing.
    Floats(&'s mut [f64]),
    /// 2 where a value is missing.
    Booleans(&'s mut [u8]),
    Texts(Texts<'s>),
}

/// A part of a column of text.
struct Texts<'s> {
    /// Where each text ends in the bytes of this part.
    ends: &'s mut [i32],
    bytes: Vec<u8>,
    /// About how many bytes there will be.
    expected: usize,
    /// The rows without one.
    missing: Vec<u32>,
}

/// What is known of a part once its piece is read.
pub(super) struct Told {
    pub(super) missing: usize,
    pub(super) misfit: Option<Misfit>,
    /// The bytes of its texts.
    pub(super) bytes: Vec<u8>,
    /// The rows without a text.
    pub(super) without: Vec<u32>,
}

/// The value that stands for a missing truth value.
pub(super) const NO_BOOLEAN: u8 = 2;

/// The longest word that stands for a missing value.
const MISSING_BYTES: usize = 8;

impl<'s> Part<'s> {
    pub(super) fn integers(values: &'s mut [i64]) -> Self {
        Part { values: Values::Integers(values), missing: 0, misfit: None }
    }

    pub(super) fn floats(values: &'s mut [f64]) -> Self {
        Part { values: Values::Floats(values), missing: 0, misfit: None }
    }

    pub(super) fn booleans(values: &'s mut [u8]) -> Self {
        Part { values: Values::Booleans(values), missing: 0, misfit: None }
    }

    /// Texts, of about so many bytes.
    pub(super) fn texts(ends: &'s mut [i32], bytes: usize) -> Self {
        let texts = Texts { ends, bytes: Vec::new(), expected: bytes, missing: Vec::new() };
        Part { values: Values::Texts(texts), missing: 0, misfit: None }
    }

    pub(super) fn told(self) -> Told {
        let (bytes, without) = match self.values {
            Values::Texts(texts) => (texts.bytes, texts.missing),
            _ => Default::default(),
        };
        Told { missing: self.missing, misfit: self.misfit, bytes, without }
    }

    /// Adds the cell at the start of a text, if that can be read at once, and gives its length; `ends` says whether it may have that.
    #[inline]
    pub(super) fn push_start(
        &mut self,
        row: usize,
        text: &[u8],
        ends: impl Fn(usize) -> bool,
    ) -> Result<Option<usize>, Odd> {
        match &mut self.values {
            Values::Integers(values) => {
                let Some((value, length)) = number::integer(text).filter(|&(_, length)| ends(length)) else {
                    return Ok(None);
                };
                *values.get_mut(row).ok_or(Odd)? = value;
                Ok(Some(length))
            }
            Values::Floats(values) => {
                let Some((value, length)) = number::decimal(text).filter(|&(_, length)| ends(length)) else {
                    return Ok(None);
                };
                *values.get_mut(row).ok_or(Odd)? = value;
                Ok(Some(length))
            }
            Values::Booleans(_) | Values::Texts(_) => Ok(None),
        }
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, row: usize, cell: &[u8]) -> Result<(), Odd> {
        let is_missing = cell.len() <= MISSING_BYTES && is_missing(cell);
        self.missing += usize::from(is_missing);
        let misfit = match &mut self.values {
            Values::Integers(values) => {
                let place = values.get_mut(row).ok_or(Odd)?;
                let read = if is_missing { Integer::Fits(i64::MIN) } else { signed(cell) };
                match read {
                    Integer::Fits(value) => *place = value,
                    Integer::Minus => *place = 0,
                    Integer::TooLarge => return self.misfits(Misfit::Order),
                    Integer::No if float(cell).is_some() => return self.misfits(Misfit::Float),
                    Integer::No => return self.misfits(Misfit::Text),
                }
                None
            }
            Values::Floats(values) => {
                let place = values.get_mut(row).ok_or(Odd)?;
                let value = if is_missing { Some(f64::NAN) } else { float(cell) };
                *place = value.unwrap_or(f64::NAN);
                value.is_none().then_some(Misfit::Text)
            }
            Values::Booleans(values) => {
                let place = values.get_mut(row).ok_or(Odd)?;
                let value = if is_missing { Some(NO_BOOLEAN) } else { boolean(cell).map(u8::from) };
                *place = value.unwrap_or(NO_BOOLEAN);
                value.is_none().then_some(Misfit::Text)
            }
            Values::Texts(texts) => {
                if is_missing {
                    texts.missing.push(u32::try_from(row).map_err(|_| Odd)?);
                } else {
                    if texts.bytes.capacity() == 0 {
                        texts.bytes.reserve(texts.expected);
                    }
                    texts.bytes.extend_from_slice(cell);
                }
                *texts.ends.get_mut(row).ok_or(Odd)? = i32::try_from(texts.bytes.len()).map_err(|_| Odd)?;
                None
            }
        };
        match misfit {
            Some(misfit) => self.misfits(misfit),
            None => Ok(()),
        }
    }

    fn misfits(&mut self, misfit: Misfit) -> Result<(), Odd> {
        self.misfit = self.misfit.max(Some(misfit));
        Ok(())
    }
}
