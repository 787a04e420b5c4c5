//! Building a [`Problem`] in one line.

use crate::Problem;

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
}
