//! The values that one piece of a file has of one column.

use super::Cell;
use super::values::{Seen, TooMuchText, Values};

/// The values that are not missing.
pub(super) struct Part {
    pub(super) seen: Seen,
    /// The rows that have one, counted from the start of the piece. None: all.
    rows: Option<Vec<u32>>,
    values: Kept,
}

/// Values in the type that all of a piece have: a file can have no other that would show more of them, but for [`Kept::Mixed`].
enum Kept {
    Booleans(Vec<bool>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
    Floats(Vec<f64>),
    /// Doubles, some of which were whole numbers.
    Mixed(Vec<f64>),
    Texts {
        ends: Vec<usize>,
        text: String,
    },
}

/// A column of a piece that is being read.
#[derive(Default)]
pub(super) struct Cells {
    seen: Seen,
    cells: Vec<(u32, Cell)>,
}

/// Values cannot be put together without reading them again.
pub(super) struct Again;

impl From<TooMuchText> for Again {
    fn from(_: TooMuchText) -> Self {
        Again
    }
}

impl Cells {
    pub(super) fn push(&mut self, row: u32, cell: &Cell) {
        if !matches!(cell, Cell::Missing) {
            self.seen.add(cell);
            self.cells.push((row, cell.clone()));
        }
    }

    /// The values of a piece of so many rows, whose texts are in `text`.
    pub(super) fn finish(self, count: usize, text: &str) -> Part {
        let Cells { seen, cells } = self;
        let rows = (cells.len() < count).then(|| cells.iter().map(|&(row, _)| row).collect());
        let cells = || cells.iter().map(|(_, cell)| cell);
        let double = |cell: &Cell| match *cell {
            Cell::Signed(value) => value as f64,
            Cell::Unsigned(value) => value as f64,
            Cell::Float(value) => value,
            _ => f64::NAN,
        };
        let values = match seen.values(cells().count()) {
            Values::Booleans(_) => Kept::Booleans(cells().map(|cell| matches!(cell, Cell::Boolean(true))).collect()),
            Values::Signed(_) => {
                Kept::Signed(cells().map(|cell| if let Cell::Signed(value) = *cell { value } else { 0 }).collect())
            }
            Values::Unsigned(_) => Kept::Unsigned(
                cells()
                    .map(|cell| match *cell {
                        Cell::Signed(value) => value.cast_unsigned(),
                        Cell::Unsigned(value) => value,
                        _ => 0,
                    })
                    .collect(),
            ),
            Values::Floats(_) if seen.has_whole() => Kept::Mixed(cells().map(double).collect()),
            Values::Floats(_) => Kept::Floats(cells().map(double).collect()),
            Values::Texts(_) => {
                let (mut all, mut ends) = (String::new(), Vec::with_capacity(cells().count()));
                for cell in cells() {
                    all.push_str(&cell.spelled(text));
                    ends.push(all.len());
                }
                Kept::Texts { ends, text: all }
            }
        };
        Part { seen, rows, values }
    }
}

impl Part {
    /// Adds the values of a piece of so many rows to those of the pieces before.
    pub(super) fn add_to(&self, values: &mut Values, count: usize) -> Result<(), Again> {
        let mut next = 0;
        for row in 0..count as u32 {
            if self.rows.as_ref().is_some_and(|rows| rows.get(next) != Some(&row)) {
                values.push(&Cell::Missing, "")?;
                continue;
            }
            let (cell, text) = self.cell(next, values)?;
            values.push(&cell, text)?;
            next += 1;
        }
        Ok(())
    }

    fn cell(&self, place: usize, values: &Values) -> Result<(Cell, &str), Again> {
        fn at<T: Copy>(values: &[T], place: usize) -> Result<T, Again> {
            values.get(place).copied().ok_or(Again)
        }
        let cell = match &self.values {
            Kept::Booleans(values) => Cell::Boolean(at(values, place)?),
            Kept::Signed(values) => Cell::Signed(at(values, place)?),
            Kept::Unsigned(values) => match at(values, place)? {
                value if i64::try_from(value).is_ok() => Cell::Signed(value.cast_signed()),
                value => Cell::Unsigned(value),
            },
            // As text, a whole number has no point.
            Kept::Mixed(_) if matches!(values, Values::Texts(_)) => return Err(Again),
            Kept::Mixed(values) | Kept::Floats(values) => Cell::Float(at(values, place)?),
            Kept::Texts { ends, text } => {
                let start = place.checked_sub(1).map_or(Ok(0), |before| at(ends, before))?;
                return Ok((Cell::Text(start..at(ends, place)?), text));
            }
        };
        Ok((cell, ""))
    }
}
