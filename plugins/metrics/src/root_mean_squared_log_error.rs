//! Root mean squared logarithmic error.

use crate::{MetricError, arguments, root_mean_squared_error};

/// `sqrt(mean((ln(1 + y_true) - ln(1 + y_pred))^2))` (scikit-learn's `root_mean_squared_log_error`). Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or a value that is NaN, infinite, or -1 or less.
pub fn root_mean_squared_log_error(y_true: &[f64], y_pred: &[f64]) -> Result<f64, MetricError> {
    arguments::finite_pair(y_true, y_pred)?;
    root_mean_squared_error(&log1p("y_true", y_true)?, &log1p("y_pred", y_pred)?)
}

fn log1p(argument: &'static str, values: &[f64]) -> Result<Vec<f64>, MetricError> {
    let log1p = |(row, &value): (usize, &f64)| {
        if value > -1.0 {
            Ok(value.ln_1p())
        } else {
            Err(MetricError::OutOfRange { argument, row, value, range: "greater than -1" })
        }
    };
    values.iter().enumerate().map(log1p).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.root_mean_squared_log_error, which refuses -1 and less.
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_pred) = Sample(3).pair(1000);
        assert_close(root_mean_squared_log_error(&y_true, &y_pred), 1.0168436552340303);
    }

    #[test]
    fn values_without_a_logarithm_are_errors() {
        let error = |value| root_mean_squared_log_error(&[0.0, 0.0], &[0.0, value]).unwrap_err();
        assert!(matches!(error(-1.0), MetricError::OutOfRange { row: 1, .. }));
        assert!(matches!(error(f64::NAN), MetricError::NotFinite { row: 1, .. }));
        assert!(matches!(error(f64::INFINITY), MetricError::NotFinite { row: 1, .. }));
        assert!(root_mean_squared_log_error(&[0.0], &[-0.999]).is_ok());
    }
}
