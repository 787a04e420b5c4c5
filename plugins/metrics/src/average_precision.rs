//! Average precision.

use crate::thresholds::counts_at_thresholds;
use crate::{MetricError, arguments, sum};

/// Average precision: `sum over thresholds of (R_n - R_(n-1)) P_n`, with precision `P` and recall `R` at each distinct score
/// from the highest down (scikit-learn's `average_precision_score`).
///
/// A step sum without interpolation; rows of equal score enter together. 0 if there is no positive row, 1 if all are positive.
/// Cost: O(n log n).
///
/// # Errors
///
/// Different lengths, no rows, or a score that is NaN or infinite.
pub fn average_precision_score(y_true: &[bool], y_score: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_score)?;
    arguments::finite("y_score", y_score)?;
    let mut found = 0;
    let steps: Vec<f64> = counts_at_thresholds(y_true, y_score)
        .into_iter()
        .map(|counts| {
            let new = counts.true_positives - found;
            found = counts.true_positives;
            new as f64 * (found as f64 / (found + counts.false_positives) as f64)
        })
        .collect();
    Ok(if found == 0 { 0.0 } else { sum(&steps) / found as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.average_precision_score.
    #[test]
    fn equals_scikit_learn() {
        let mut sample = Sample(1);
        let y_true: Vec<bool> = sample.below(2, 1000).into_iter().map(|label| label == 1).collect();
        let y_score = sample.uniform(1000);
        assert_close(average_precision_score(&y_true, &y_score), 0.4891291196810255);
        let coarse: Vec<f64> = y_score.iter().map(|score| (score * 8.0).floor() / 8.0).collect();
        assert_close(average_precision_score(&y_true, &coarse), 0.48354009051424773);
        assert_close(average_precision_score(&[true, false, true, false], &[0.9, 0.9, 0.5, 0.1]), 0.5833333333333333);
        assert_close(average_precision_score(&[true, false], &[0.0, -0.0]), 0.5);
    }

    #[test]
    fn one_class_has_a_value() {
        assert_eq!(average_precision_score(&[false, false], &[0.1, 0.2]), Ok(0.0));
        assert_eq!(average_precision_score(&[true, true], &[0.1, 0.2]), Ok(1.0));
    }

    #[test]
    fn not_finite_is_an_error() {
        assert!(matches!(
            average_precision_score(&[true], &[f64::INFINITY]),
            Err(MetricError::NotFinite { row: 0, .. })
        ));
        assert_eq!(average_precision_score(&[], &[]), Err(MetricError::Empty));
    }
}
