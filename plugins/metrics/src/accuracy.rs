//! Accuracy.

use crate::{MetricError, arguments};

/// The share of rows with `y_pred = y_true` (scikit-learn's `accuracy_score`). Labels may be of any kind; labels that occur on
/// one side only are simply wrong. Cost: O(n).
///
/// # Errors
///
/// Different lengths, or no rows.
pub fn accuracy_score<T: PartialEq>(y_true: &[T], y_pred: &[T]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    let right = y_true.iter().zip(y_pred).filter(|(t, p)| t == p).count();
    Ok(right as f64 / y_true.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_share_of_equal_labels() {
        assert_eq!(accuracy_score(&["a", "b", "b"], &["a", "B", "b"]), Ok(2.0 / 3.0));
        assert_eq!(accuracy_score(&[1, 2], &[3, 4]), Ok(0.0));
        assert_eq!(accuracy_score::<i64>(&[], &[]), Err(MetricError::Empty));
        assert_eq!(accuracy_score(&[1], &[1, 2]), Err(MetricError::DifferentLengths { y_true: 1, y_pred: 2 }));
    }
}
