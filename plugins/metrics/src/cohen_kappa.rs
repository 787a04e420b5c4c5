//! Cohen's kappa with quadratic weights.

use crate::classes::classes;
use crate::{MetricError, arguments};

/// Quadratic weighted kappa: the agreement of two raters beyond chance, where a disagreement counts by the square of its width
/// (scikit-learn's `cohen_kappa_score(weights="quadratic")`).
///
/// `1 - sum(w * observed) / sum(w * expected)` with `w = (i - j)^2` and `expected = row sum * column sum / n`. `i` and `j` are
/// *positions* among the sorted labels of both sides, not the labels: a label that nobody uses closes the gap, so 10, 20, 30
/// are as far apart as 1, 2, 3. From 1 (all equal) down to below 0. Both sums are exact integers, computed without the matrix.
/// Cost: O(n log classes).
///
/// # Errors
///
/// Different lengths, no rows, or undefined because both sides hold the same single label.
pub fn cohen_kappa_score_quadratic<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    let classes = classes(y_true.iter().chain(y_pred).copied());
    let position = |label: &T| classes.partition_point(|class| class < label) as i128;
    let mut observed = 0;
    let (mut sum_true, mut sum_pred, mut sum_squares) = (0, 0, 0);
    for (t, p) in y_true.iter().zip(y_pred) {
        let (t, p) = (position(t), position(p));
        observed += (t - p) * (t - p);
        sum_true += t;
        sum_pred += p;
        sum_squares += t * t + p * p;
    }
    // The sum of (i - j)^2 over all pairs of a row on this side and a row on that, multiplied out.
    let rows = y_true.len() as i128;
    let expected = rows * sum_squares - 2 * sum_true * sum_pred;
    if expected == 0 {
        return Err(MetricError::Undefined(
            "both sides hold the same single label, so that chance alone explains them",
        ));
    }
    Ok(1.0 - (rows * observed) as f64 / expected as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.cohen_kappa_score(weights="quadratic").
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_pred) = Sample(4).labels(1000);
        assert_close(cohen_kappa_score_quadratic(&y_true, &y_pred), 0.2097720310797696);
        assert_close(cohen_kappa_score_quadratic(&[0, 1, 0, 1], &[1, 0, 1, 0]), -1.0);
        assert_close(cohen_kappa_score_quadratic(&[1, 1, 1], &[1, 2, 1]), 0.0);
    }

    #[test]
    fn distances_are_between_positions_not_labels() {
        assert_close(cohen_kappa_score_quadratic(&[1, 2, 3, 3], &[1, 3, 3, 2]), 0.6363636363636364);
        assert_close(cohen_kappa_score_quadratic(&[10, 20, 90, 90], &[10, 90, 90, 20]), 0.6363636363636364);
    }

    #[test]
    fn a_single_label_is_undefined() {
        assert!(matches!(cohen_kappa_score_quadratic(&[1, 1], &[1, 1]), Err(MetricError::Undefined(_))));
    }
}
