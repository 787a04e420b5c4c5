//! Matthews correlation coefficient.

use crate::classes::class_counts;
use crate::{MetricError, arguments};

/// Matthews correlation coefficient for two or more classes (scikit-learn's `matthews_corrcoef`; Gorodkin 2004).
///
/// `(c n - sum t_k p_k) / sqrt((n^2 - sum p_k^2) (n^2 - sum t_k^2))`, with `c` the rows that are right, `n` all rows, and
/// `t_k`, `p_k` how often class `k` is true and predicted. 0 if one side holds a single class. Cost: O(n log classes).
///
/// # Errors
///
/// Different lengths, or no rows.
pub fn matthews_corrcoef<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    let rows = y_true.len() as i128;
    let (mut right, mut products, mut squares_true, mut squares_pred) = (0, 0, 0, 0);
    for (_, class) in class_counts(y_true, y_pred) {
        let (t, p) = (i128::from(class.y_true), i128::from(class.y_pred));
        right += i128::from(class.both);
        products += t * p;
        squares_true += t * t;
        squares_pred += p * p;
    }
    let spread = (rows * rows - squares_pred) as f64 * (rows * rows - squares_true) as f64;
    Ok(if spread == 0.0 { 0.0 } else { (right * rows - products) as f64 / spread.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.matthews_corrcoef.
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_pred) = Sample(4).labels(1000);
        assert_close(matthews_corrcoef(&y_true, &y_pred), 0.3282608452927987);
        assert_close(matthews_corrcoef(&[1, 1, 0, 0, 1], &[1, 0, 0, 0, 1]), 0.6666666666666666);
        assert_close(matthews_corrcoef(&[1, 0, 1], &[0, 1, 0]), -1.0);
    }

    #[test]
    fn a_constant_side_scores_0() {
        assert_eq!(matthews_corrcoef(&[1, 0, 1], &[1, 1, 1]), Ok(0.0));
        assert_eq!(matthews_corrcoef(&[1, 1], &[1, 0]), Ok(0.0));
        assert_eq!(matthews_corrcoef::<i64>(&[], &[]), Err(MetricError::Empty));
    }
}
