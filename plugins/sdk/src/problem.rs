//! Building a [`Problem`] in one line.

use crate::{ColumnView, Problem};

/// How many cells of a column are named; the rest is counted.
const NAMED: usize = 5;

impl Problem {
    /// Of a column as a whole.
    #[must_use]
    pub fn of_column(column: &str, message: impl Into<String>) -> Self {
        Problem { message: message.into(), row: None, column: Some(column.to_owned()) }
    }

    /// Of one cell; rows are counted from 0.
    #[must_use]
    pub fn of_cell(column: &str, row: usize, message: impl Into<String>) -> Self {
        Problem { message: message.into(), row: u32::try_from(row).ok(), column: Some(column.to_owned()) }
    }

    /// The cells of a column that something is wrong with: the first few, and how many more there are. `wrong` says what it is, for
    /// a row.
    #[must_use]
    pub fn of_cells(column: &ColumnView<'_>, wrong: impl Fn(usize) -> Option<String>) -> Vec<Self> {
        let mut problems = Vec::new();
        let mut more = 0;
        for (row, message) in (0..column.len()).filter_map(|row| Some((row, wrong(row)?))) {
            if problems.len() < NAMED {
                problems.push(Problem::of_cell(column.name(), row, message));
            } else {
                more += 1;
            }
        }
        if more > 0 {
            problems.push(Problem::of_column(column.name(), format!("the same or the like in {more} more rows")));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Table, Values};

    #[test]
    fn the_first_few_cells_are_named_and_the_others_counted() {
        let column = Column { name: "x".into(), values: Values::Int64((0..9).collect()), validity: None };
        let table = Table { rows: 9, columns: vec![column] };
        let column = table.column("x").unwrap();
        let problems = Problem::of_cells(&column, |row| (row > 1).then(|| format!("row {row} is wrong")));
        assert_eq!(problems.len(), 6);
        assert_eq!((problems[0].row, problems[0].message.as_str()), (Some(2), "row 2 is wrong"));
        assert_eq!((problems[5].row, problems[5].message.as_str()), (None, "the same or the like in 2 more rows"));
        assert!(Problem::of_cells(&column, |_| None).is_empty());
    }
}
