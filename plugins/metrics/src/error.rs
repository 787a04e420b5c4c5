//! Why a metric has no value.

use std::fmt;

/// Why a metric has no value for these arguments. Rows are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricError {
    /// The two sides have different numbers of rows, classes or items.
    DifferentLengths {
        /// How many `y_true` has.
        y_true: usize,
        /// How many `y_pred` has.
        y_pred: usize,
    },
    /// There are no rows.
    Empty,
    /// A value is NaN or infinite where the metric takes finite numbers only.
    NotFinite {
        /// Which argument.
        argument: &'static str,
        /// Which row.
        row: usize,
        /// The value there.
        value: f64,
    },
    /// A value is outside of the metric's range.
    OutOfRange {
        /// Which argument.
        argument: &'static str,
        /// Which row.
        row: usize,
        /// The value there.
        value: f64,
        /// The range it must be in, in words.
        range: &'static str,
    },
    /// `y_true` holds one class only, and the metric compares two.
    OneClass,
    /// The metric is 0/0 or the like. The text says where.
    Undefined(&'static str),
}

impl fmt::Display for MetricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetricError::DifferentLengths { y_true, y_pred } => {
                write!(f, "y_true has length {y_true} and y_pred length {y_pred}: they must be equal")
            }
            MetricError::Empty => f.write_str("there are no rows: the metric needs at least one"),
            MetricError::NotFinite { argument, row, value } => {
                write!(f, "{argument} is {value} at row {row} (from 0): the metric takes finite numbers only")
            }
            MetricError::OutOfRange { argument, row, value, range } => {
                write!(f, "{argument} is {value} at row {row} (from 0): it must be {range}")
            }
            MetricError::OneClass => f.write_str("y_true holds one class only: the metric needs both"),
            MetricError::Undefined(what) => write!(f, "the metric is undefined: {what}"),
        }
    }
}

impl std::error::Error for MetricError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_place_and_value() {
        let error = MetricError::NotFinite { argument: "y_pred", row: 3, value: f64::NAN };
        assert_eq!(error.to_string(), "y_pred is NaN at row 3 (from 0): the metric takes finite numbers only");
        let error = MetricError::OutOfRange { argument: "y_prob", row: 0, value: 1.5, range: "from 0 to 1" };
        assert_eq!(error.to_string(), "y_prob is 1.5 at row 0 (from 0): it must be from 0 to 1");
    }
}
