//! Columns of text that a grader parses: masks, lists of boxes.

use std::fmt::Display;

use crate::{ColumnView, GradeError, Options, Problem, Table};

impl<'a> ColumnView<'a> {
    /// What `parse` makes of every row. It is handed the row's number and its text, which is empty where the row is missing.
    ///
    /// # Errors
    ///
    /// At the first row that `parse` does not take, or that is not of text. The message names column and row: say whose fault it
    /// is by `map_err(GradeError::InvalidSubmission)` or `map_err(GradeError::Failure)`.
    pub fn parse<T, E: Display>(&self, parse: impl Fn(usize, &'a str) -> Result<T, E>) -> Result<Vec<T>, String> {
        let rows = (0..self.len()).map(|row| {
            self.parse_row(row, |text| parse(row, text))
                .map_err(|why| format!("column `{}`, row {row} (from 0): {why}", self.name()))
        });
        rows.collect()
    }

    fn parse_row<T, E: Display>(&self, row: usize, parse: impl Fn(&'a str) -> Result<T, E>) -> Result<T, String> {
        match self.text(row) {
            Some(text) => parse(text).map_err(|error| error.to_string()),
            None if self.is_missing(row) => parse("").map_err(|error| error.to_string()),
            None => Err(format!("`{}` stands in a column without text", self.python_text(row))),
        }
    }
}

impl Problem {
    /// [`Grader::validate`](crate::Grader::validate) of a grader that parses the column which the option `option` names. Missing
    /// rows are the empty text.
    ///
    /// # Errors
    ///
    /// The cells that `parse` does not take.
    pub fn check_texts<'a, T, E: Display>(
        submission: &'a Table,
        options: &Options,
        option: &str,
        parse: impl Fn(&'a str) -> Result<T, E>,
    ) -> Result<(), Vec<Problem>> {
        // Whatever is wrong with the options is for `grade` to say.
        let Ok(column) = options.text(option).and_then(|name| submission.column(name)) else { return Ok(()) };
        let problems = Problem::of_cells(&column, |row| column.parse_row(row, &parse).err());
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl Table {
    /// A column of sizes, such as the heights of images.
    ///
    /// # Errors
    ///
    /// If there is no such column, or if a number is not whole, below 1, or beyond 32 bits. A size is the answers' to give, so it is
    /// a failure.
    pub fn sizes(&self, name: &str) -> Result<Vec<u32>, GradeError> {
        let column = self.column(name)?;
        let numbers = column.numbers().unwrap_or_default();
        let size = |row| {
            let number: f64 = numbers.get(row).copied().unwrap_or(f64::NAN);
            let size = number as u32;
            if f64::from(size) == number && size > 0 { Ok(size) } else { Err((row, column.python_text(row))) }
        };
        let sizes: Result<_, _> = (0..column.len()).map(size).collect();
        sizes.map_err(|(row, cell)| {
            GradeError::Failure(format!("column `{name}`, row {row} (from 0): {cell} is no size"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Setting, Utf8, Values};

    fn table(values: Values) -> Table {
        Table { rows: 3, columns: vec![Column { name: "x".into(), values, validity: Some(vec![0b011]) }] }
    }

    fn texts() -> Table {
        table(Values::Utf8(Utf8 { offsets: vec![0, 1, 3, 3], bytes: b"712".to_vec() }))
    }

    #[test]
    fn missing_rows_are_the_empty_text() {
        let texts = texts();
        let column = texts.column("x").unwrap();
        let parsed = column.parse(|row, text| Ok::<_, String>((row, text)));
        assert_eq!(parsed, Ok(vec![(0, "7"), (1, "12"), (2, "")]));
        assert_eq!(column.first(2).parse(|_, text| text.parse()), Ok(vec![7, 12]));
        let numbers = column.first(4).parse(|_, text| text.parse::<u8>());
        assert_eq!(numbers, Err("column `x`, row 2 (from 0): cannot parse integer from empty string".into()));
        let missing = table(Values::Float64(vec![f64::NAN; 3]));
        let numbers = missing.column("x").unwrap().parse(|_, text| Ok::<_, String>(text));
        assert_eq!(numbers, Err("column `x`, row 0 (from 0): `nan` stands in a column without text".into()));
    }

    #[test]
    fn cells_that_cannot_be_parsed_are_problems() {
        let options = Options::new(vec![("target".into(), Setting::Text("x".into()))]);
        let check = |option| Problem::check_texts(&texts(), &options, option, str::parse::<u8>);
        let problems = check("target").unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].row, problems[0].column.as_deref()), (Some(2), Some("x")));
        assert!(check("other").is_ok());
        assert!(Problem::check_texts(&texts(), &options, "target", |text| Ok::<_, String>(text.len())).is_ok());
    }

    #[test]
    fn sizes_are_whole_numbers_from_1() {
        let all = |numbers: [f64; 3]| Table {
            rows: 3,
            columns: vec![Column { name: "x".into(), values: Values::Float64(numbers.to_vec()), validity: None }],
        };
        assert_eq!(all([1.0, 256.0, 4e9]).sizes("x").unwrap(), [1, 256, 4_000_000_000]);
        for wrong in [0.0, -1.0, 2.5, 5e9, f64::NAN, f64::INFINITY] {
            assert!(all([1.0, wrong, 1.0]).sizes("x").is_err(), "{wrong}");
        }
        assert!(texts().sizes("x").is_err());
    }
}
