//! Root mean squared error.

use crate::summation::mean_of_pairs;
use crate::{MetricError, arguments};

/// `sqrt(mean((y_true - y_pred)^2))` (scikit-learn's `root_mean_squared_error`). Squares that overflow make it infinite.
/// Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or a value that is NaN or infinite.
pub fn root_mean_squared_error(y_true: &[f64], y_pred: &[f64]) -> Result<f64, MetricError> {
    arguments::finite_pair(y_true, y_pred)?;
    Ok(mean_of_pairs(y_true, y_pred, |t, p| (t - p) * (t - p))?.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.root_mean_squared_error.
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_pred) = Sample(3).pair(1000);
        assert_close(root_mean_squared_error(&y_true, &y_pred), 4.083448178519831);
        assert_eq!(root_mean_squared_error(&[0.0], &[1e200]), Ok(f64::INFINITY));
    }

    #[test]
    fn not_finite_is_an_error() {
        for value in [f64::NAN, f64::INFINITY] {
            assert!(matches!(root_mean_squared_error(&[0.0], &[value]), Err(MetricError::NotFinite { row: 0, .. })));
        }
        assert_eq!(root_mean_squared_error(&[], &[]), Err(MetricError::Empty));
    }
}
