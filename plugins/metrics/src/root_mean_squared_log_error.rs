//! Root mean squared logarithmic error.

use crate::elementary::{ln_1p, mean_of_rows};
use crate::{MetricError, arguments};

/// `sqrt(mean((ln(1 + y_true) - ln(1 + y_pred))^2))` (scikit-learn's `root_mean_squared_log_error`). Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or a value that is NaN, infinite, or -1 or less.
pub fn root_mean_squared_log_error(y_true: &[f64], y_pred: &[f64]) -> Result<f64, MetricError> {
    arguments::finite_pair(y_true, y_pred)?;
    above_minus_1("y_true", y_true)?;
    above_minus_1("y_pred", y_pred)?;
    let squared = mean_of_rows([y_true, y_pred], |[t, p]| {
        let difference = ln_1p(t) - ln_1p(p);
        difference * difference
    });
    Ok(squared?.sqrt())
}

fn above_minus_1(argument: &'static str, values: &[f64]) -> Result<(), MetricError> {
    match values.iter().enumerate().find(|(_, value)| **value <= -1.0) {
        Some((row, &value)) => Err(MetricError::OutOfRange { argument, row, value, range: "greater than -1" }),
        None => Ok(()),
    }
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
