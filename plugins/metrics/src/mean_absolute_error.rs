//! Mean absolute error.

use crate::summation::mean_of_pairs;
use crate::{MetricError, arguments};

/// `mean(|y_true - y_pred|)` (scikit-learn's `mean_absolute_error`). A sum that overflows makes it infinite. Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or a value that is NaN or infinite.
pub fn mean_absolute_error(y_true: &[f64], y_pred: &[f64]) -> Result<f64, MetricError> {
    arguments::finite_pair(y_true, y_pred)?;
    mean_of_pairs(y_true, y_pred, |t, p| (t - p).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.mean_absolute_error.
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_pred) = Sample(3).pair(1000);
        assert_close(mean_absolute_error(&y_true, &y_pred), 3.336733458004892);
        assert_eq!(mean_absolute_error(&[1e308, 0.0], &[-1e308, 0.0]), Ok(f64::INFINITY));
    }

    #[test]
    fn not_finite_is_an_error() {
        for value in [f64::NAN, f64::NEG_INFINITY] {
            assert!(matches!(mean_absolute_error(&[0.0], &[value]), Err(MetricError::NotFinite { row: 0, .. })));
        }
        assert_eq!(mean_absolute_error(&[0.0], &[]), Err(MetricError::DifferentLengths { y_true: 1, y_pred: 0 }));
    }
}
