//! Class labels, which are either whole numbers or text.

use crate::column::{ColumnView, bit};
use crate::{GradeError, Problem, Values};

/// The labels of a column. Whole numbers are equal however they are written (`3`, `3.0`, and `True` is 1); a number never equals
/// a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Labels<'a> {
    /// Whole numbers.
    Integers(Vec<i128>),
    /// Text.
    Texts(Vec<&'a str>),
}

/// A label of a column that is not what the grader needs: the row, from 0, and why.
#[derive(Debug)]
pub struct BadLabel {
    row: usize,
    column: String,
    why: &'static str,
}

const MISSING: &str = "is missing: give every row a label";

impl<'a> Labels<'a> {
    /// The labels of a column by scikit-learn's rules: whole numbers, truth values or text. `missing` is the label of missing
    /// text, if it may be missing.
    ///
    /// # Errors
    ///
    /// At the first number that is not whole or beyond 64 bits, or the first missing cell.
    pub fn exact(column: &ColumnView<'a>, missing: Option<&'a str>) -> Result<Self, BadLabel> {
        if column.is_text() {
            let label = |row| column.text(row).or(missing).ok_or_else(|| bad(column, row, MISSING));
            return (0..column.len()).map(label).collect::<Result<_, _>>().map(Labels::Texts);
        }
        integers(column, |value| {
            let whole = value.fract() == 0.0 && value.abs() < TWO_POW_63;
            whole.then_some(value as i128).ok_or("is not a whole number of at most 64 bits: labels are whole numbers")
        })
    }

    /// The labels of a column as Python's `int()` makes them: fractions are cut off (`3.75` is 3), and text is read as a whole
    /// number (`1_0` is 10, `3.0` is an error).
    ///
    /// # Errors
    ///
    /// At the first cell that `int()` does not take, or that is beyond 64 bits.
    pub fn python_int(column: &ColumnView<'a>) -> Result<Self, BadLabel> {
        if column.is_text() {
            let label = |row| {
                let text = column.text(row).ok_or_else(|| bad(column, row, MISSING))?;
                pytext::parse_int(text).map(i128::from).map_err(|_| bad(column, row, "is not a whole number of at most 64 bits"))
            };
            return (0..column.len()).map(label).collect::<Result<_, _>>().map(Labels::Integers);
        }
        integers(column, |value| {
            let cut = value.trunc();
            (cut.abs() < TWO_POW_63).then_some(cut as i128).ok_or("is beyond 64 bits")
        })
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Labels::Integers(labels) => labels.len(),
            Labels::Texts(labels) => labels.len(),
        }
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

fn integers<'a>(
    column: &ColumnView<'a>,
    whole: impl Fn(f64) -> Result<i128, &'static str>,
) -> Result<Labels<'a>, BadLabel> {
    if let Some(row) = column.first_missing() {
        return Err(bad(column, row, MISSING));
    }
    let labels = match column.values() {
        Values::Int64(values) => values.iter().map(|&value| i128::from(value)).collect(),
        Values::Uint64(values) => values.iter().map(|&value| i128::from(value)).collect(),
        Values::Boolean(bits) => (0..column.len()).map(|row| i128::from(bit(bits, row))).collect(),
        Values::Float64(values) => values
            .iter()
            .enumerate()
            .map(|(row, &value)| whole(value).map_err(|why| bad(column, row, why)))
            .collect::<Result<_, _>>()?,
        Values::Utf8(_) => Vec::new(),
    };
    Ok(Labels::Integers(labels))
}

fn bad(column: &ColumnView<'_>, row: usize, why: &'static str) -> BadLabel {
    BadLabel { row, column: column.name().to_owned(), why }
}

impl From<BadLabel> for Problem {
    fn from(bad: BadLabel) -> Self {
        Problem { message: format!("a label {}", bad.why), row: u32::try_from(bad.row).ok(), column: Some(bad.column) }
    }
}

impl From<BadLabel> for GradeError {
    fn from(bad: BadLabel) -> Self {
        GradeError::InvalidSubmission(format!("column `{}`, row {}: a label {}", bad.column, bad.row, bad.why))
    }
}
