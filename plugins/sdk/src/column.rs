//! Columns by name and type.

use std::borrow::Cow;

use crate::{Column, GradeError, Table, Values, excerpt};

impl Table {
    /// How many rows the table has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows as usize
    }

    /// True if the table has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The column of that name.
    ///
    /// # Errors
    ///
    /// If the table has none: the competition's contract should have seen to it.
    pub fn column(&self, name: &str) -> Result<ColumnView<'_>, GradeError> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .map(|column| ColumnView { column, rows: self.len() })
            .ok_or_else(|| GradeError::Failure(format!("column `{name}` was not handed over")))
    }

    /// The numbers of a column, missing ones as NaN, truth values as 1 and 0.
    ///
    /// # Errors
    ///
    /// If there is no such column, or it is of text.
    pub fn numbers(&self, name: &str) -> Result<Cow<'_, [f64]>, GradeError> {
        self.column(name)?
            .numbers()
            .ok_or_else(|| GradeError::InvalidSubmission(format!("column `{name}` is not of numbers")))
    }

    /// The numbers of a column as NumPy makes them of any column: those of [`Table::numbers`], and of a column of text what Python's
    /// `float()` makes of each cell (`1_0` is 10).
    ///
    /// # Errors
    ///
    /// If there is no such column, or `float()` does not take a cell.
    pub fn numbers_or_text(&self, name: &str) -> Result<Cow<'_, [f64]>, GradeError> {
        let column = self.column(name)?;
        let number = |row| match column.text(row) {
            None => Ok(f64::NAN),
            Some(text) => pytext::parse_float(text).ok_or_else(|| {
                GradeError::InvalidSubmission(format!("column `{name}`, row {row}: {} is not a number", excerpt(text)))
            }),
        };
        match column.numbers() {
            Some(numbers) => Ok(numbers),
            None => (0..column.len()).map(number).collect::<Result<_, _>>().map(Cow::Owned),
        }
    }
}

/// A column together with how many rows it has.
#[derive(Clone, Copy, Debug)]
pub struct ColumnView<'a> {
    column: &'a Column,
    rows: usize,
}

impl<'a> ColumnView<'a> {
    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.column.name
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True if it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Its first rows, so many or all there are.
    #[must_use]
    pub fn first(self, rows: usize) -> Self {
        ColumnView { rows: self.rows.min(rows), ..self }
    }

    /// Its cells as the contract hands them over.
    #[must_use]
    pub fn values(&self) -> &'a Values {
        &self.column.values
    }

    /// True if the column is of text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.column.values, Values::Utf8(_))
    }

    /// True if row `row` is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        self.column.validity.as_ref().is_some_and(|bits| !bit(bits, row))
    }

    /// The first missing row.
    #[must_use]
    pub fn first_missing(&self) -> Option<usize> {
        self.column.validity.as_ref()?;
        (0..self.rows).find(|&row| self.is_missing(row))
    }

    /// The text of a row of a text column; none where it is missing.
    #[must_use]
    pub fn text(&self, row: usize) -> Option<&'a str> {
        let Values::Utf8(text) = &self.column.values else { return None };
        if self.is_missing(row) {
            return None;
        }
        let start = usize::try_from(*text.offsets.get(row)?).ok()?;
        let end = usize::try_from(*text.offsets.get(row + 1)?).ok()?;
        std::str::from_utf8(text.bytes.get(start..end)?).ok()
    }

    /// The numbers of the column, missing ones as NaN, truth values as 1 and 0; none if it is of text.
    #[must_use]
    pub fn numbers(&self) -> Option<Cow<'a, [f64]>> {
        let mut numbers = match &self.column.values {
            Values::Float64(values) => return Some(Cow::Borrowed(values)),
            Values::Int64(values) => values.iter().map(|&value| value as f64).collect::<Vec<f64>>(),
            Values::Uint64(values) => values.iter().map(|&value| value as f64).collect(),
            Values::Boolean(bits) => (0..self.rows).map(|row| f64::from(u8::from(bit(bits, row)))).collect(),
            Values::Utf8(_) => return None,
        };
        if self.column.validity.is_some() {
            for (row, number) in numbers.iter_mut().enumerate() {
                if self.is_missing(row) {
                    *number = f64::NAN;
                }
            }
        }
        Some(Cow::Owned(numbers))
    }

    /// The cell as Python's `str()` spells it after pandas read it: `7`, `7.0`, `True`, the text itself, and `nan` where it is
    /// missing. Spellings that pandas reads as the same number are the same text.
    #[must_use]
    pub fn python_text(&self, row: usize) -> Cow<'a, str> {
        if self.is_missing(row) {
            return Cow::Borrowed("nan");
        }
        match &self.column.values {
            Values::Boolean(bits) => Cow::Borrowed(if bit(bits, row) { "True" } else { "False" }),
            Values::Int64(values) => spelled(values.get(row)),
            Values::Uint64(values) => spelled(values.get(row)),
            Values::Float64(values) => Cow::Owned(values.get(row).map(|&v| pytext::repr_float(v)).unwrap_or_default()),
            Values::Utf8(_) => Cow::Borrowed(self.text(row).unwrap_or_default()),
        }
    }
}

fn spelled<'a>(value: Option<&impl ToString>) -> Cow<'a, str> {
    Cow::Owned(value.map(ToString::to_string).unwrap_or_default())
}

pub(crate) fn bit(bits: &[u8], row: usize) -> bool {
    bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Score, Setting, Utf8};

    /// A column of text and one of truth values, both with a missing second row.
    fn table(cells: [&str; 2]) -> Table {
        let mut text = Utf8 { offsets: vec![0], bytes: Vec::new() };
        for cell in [cells[0], "", cells[1]] {
            text.bytes.extend(cell.bytes());
            text.offsets.push(i32::try_from(text.bytes.len()).unwrap());
        }
        let column = |name: &str, values| Column { name: name.into(), values, validity: Some(vec![0b101]) };
        Table {
            rows: 3,
            columns: vec![column("text", Values::Utf8(text)), column("truth", Values::Boolean(vec![0b001]))],
        }
    }

    // numpy.array(column, dtype=object).astype(float)
    #[test]
    fn text_is_read_as_python_reads_it_where_asked_for() {
        let table = table([" 1_0", "-inf"]);
        let numbers = table.numbers_or_text("text").unwrap();
        assert_eq!((numbers[0], numbers[1].is_nan(), numbers[2]), (10.0, true, f64::NEG_INFINITY));
        assert!(table.numbers("text").is_err());
        let truth = table.numbers_or_text("truth").unwrap();
        assert_eq!((truth[0], truth[1].is_nan(), truth[2]), (1.0, true, 0.0));
    }

    #[test]
    fn text_that_is_no_number_is_named() {
        let table = table(["1", "True"]);
        let Err(GradeError::InvalidSubmission(why)) = table.numbers_or_text("text") else { panic!("passed") };
        assert_eq!(why, "column `text`, row 2: `True` is not a number");
    }

    #[test]
    fn figures_are_of_the_named_columns_or_of_all() {
        let table = table(["1", "2"]);
        let none = Options::new(Vec::new());
        assert_eq!(none.columns("targets", &table).unwrap(), ["text", "truth"]);
        let named = Options::new(vec![("targets".into(), Setting::Texts(vec!["truth".into()]))]);
        assert_eq!(named.columns("targets", &table).unwrap(), ["truth"]);
        let score = Score::mean_over(&["text", "truth"], |name| Ok(name.len() as f64)).unwrap();
        assert_eq!(score.value, 4.5);
        assert_eq!(
            score.details.iter().map(|detail| (detail.name.as_str(), detail.value)).collect::<Vec<_>>(),
            [("text", 4.0), ("truth", 5.0)]
        );
        assert!(Score::mean_over(&[], |_| Ok(0.0)).is_err());
    }
}
