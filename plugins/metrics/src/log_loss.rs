//! Log loss, also called cross-entropy.

use crate::elementary::{self, Pair, ln, mean_of_rows};
use crate::{MetricError, arguments, mean};

/// The log loss of predicted probabilities of a positive (scikit-learn's `log_loss` with one column).
///
/// `-mean(y ln p + (1 - y) ln(1 - p))`, with both `p` and `1 - p` clipped to `[2^-52, 1 - 2^-52]`, each by itself. So a perfect
/// prediction scores 2.2e-16 and a certain, wrong one 36.04. Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, one class only, or a probability that is NaN or outside of `[0, 1]`.
pub fn log_loss(y_true: &[bool], y_prob: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_prob)?;
    arguments::probabilities("y_prob", y_prob)?;
    arguments::both_classes(y_true)?;
    let of_truth = |(&positive, &p): (&bool, &f64)| if positive { p } else { 1.0 - p };
    let of_truth: Vec<f64> = y_true.iter().zip(y_prob).map(of_truth).collect();
    mean_of_rows([&of_truth], |[p]| -clipped_ln(p))
}

/// The log loss of predicted probabilities of several classes (scikit-learn's `log_loss` with an indicator matrix as truth).
///
/// `-mean over rows of sum over classes of y ln p`, with `p` clipped to `[2^-52, 1 - 2^-52]`. One slice a class on both sides, in
/// the same order of classes; `y_true` is 1 for the class of a row and 0 elsewhere. The probabilities of a row are not made to
/// sum to 1, and their sum is not checked. Cost: O(rows * classes).
///
/// # Errors
///
/// Different numbers of classes or rows, none of them, a probability that is NaN or outside of `[0, 1]`, or a truth that is
/// not finite.
pub fn log_loss_multiclass(y_true: &[&[f64]], y_prob: &[&[f64]]) -> Result<f64, MetricError> {
    let rows = arguments::columns(y_true, y_prob)?;
    let mut losses = vec![0.0; rows];
    for (&truth, &probabilities) in y_true.iter().zip(y_prob) {
        arguments::finite("y_true", truth)?;
        arguments::probabilities("y_prob", probabilities)?;
        // In most rows the truth is another class, and then there is no logarithm to take.
        let of_class = truth.iter().zip(probabilities).enumerate().filter(|(_, (y, _))| **y != 0.0);
        let (mut rows, mut truth, mut probabilities) = (Vec::new(), Vec::new(), Vec::new());
        for (row, (&y, &p)) in of_class {
            rows.push(row);
            truth.push(y);
            probabilities.push(p);
        }
        let mut terms = vec![0.0; rows.len()];
        elementary::rows(0, [&truth, &probabilities], &mut terms, |[y, p]| y * clipped_ln(p));
        for (row, term) in rows.into_iter().zip(terms) {
            if let Some(loss) = losses.get_mut(row) {
                *loss -= term;
            }
        }
    }
    mean(&losses)
}

fn clipped_ln(p: Pair) -> Pair {
    ln(p.clamp(f64::EPSILON, 1.0 - f64::EPSILON))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.log_loss.
    #[test]
    fn of_two_classes_equals_scikit_learn() {
        let mut sample = Sample(1);
        let y_true: Vec<bool> = sample.below(2, 1000).into_iter().map(|label| label == 1).collect();
        let y_prob = sample.uniform(1000);
        assert_close(log_loss(&y_true, &y_prob), 1.0007638202651403);
        let coarse: Vec<f64> = y_prob.iter().map(|p| (p * 8.0).floor() / 8.0).collect();
        assert_close(log_loss(&y_true, &coarse), 2.8860443097503303);
    }

    #[test]
    fn of_two_classes_is_clipped_at_both_ends() {
        assert_close(log_loss(&[false, true], &[0.0, 1.0]), 2.2204460492503136e-16);
        assert_close(log_loss(&[false, true], &[1.0, 0.0]), 36.04365338911715);
        assert_close(log_loss(&[false, true, true], &[1e-17, 1e-17, 0.5]), 12.245600189892366);
    }

    fn multiclass() -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let mut sample = Sample(2);
        let classes = sample.below(4, 500);
        let one_hot = |class| classes.iter().map(|&of_row| f64::from(u8::from(of_row == class))).collect();
        ((0..4).map(one_hot).collect(), (0..4).map(|_| sample.uniform(500)).collect())
    }

    fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
        columns.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn of_several_classes_equals_scikit_learn() {
        let (y_true, mut y_prob) = multiclass();
        assert_close(log_loss_multiclass(&slices(&y_true), &slices(&y_prob)), 1.0210206476675248);
        for p in y_prob.iter_mut().flatten() {
            *p = if *p < 0.25 {
                0.0
            } else if *p > 0.75 {
                1.0
            } else {
                *p
            };
        }
        assert_close(log_loss_multiclass(&slices(&y_true), &slices(&y_prob)), 9.594432789303307);
        assert_close(log_loss_multiclass(&slices(&y_true), &slices(&y_true)), 2.2204460492503136e-16);
    }

    #[test]
    fn what_scikit_learn_refuses_is_an_error() {
        assert_eq!(log_loss(&[true], &[0.5]), Err(MetricError::OneClass));
        let error = |p| log_loss(&[true, false], &[0.5, p]).unwrap_err();
        assert!(matches!(error(f64::NAN), MetricError::NotFinite { row: 1, .. }));
        assert!(matches!(error(1.0 + f64::EPSILON), MetricError::OutOfRange { row: 1, .. }));
        assert!(matches!(error(-1e-300), MetricError::OutOfRange { row: 1, .. }));
        let multiclass = |y_prob: &[&[f64]]| log_loss_multiclass(&[&[1.0], &[0.0]], y_prob).unwrap_err();
        assert!(matches!(multiclass(&[&[0.5], &[1.5]]), MetricError::OutOfRange { row: 0, .. }));
        assert!(matches!(multiclass(&[&[0.5], &[f64::NAN]]), MetricError::NotFinite { row: 0, .. }));
        assert!(matches!(multiclass(&[&[0.5]]), MetricError::DifferentLengths { y_true: 2, y_pred: 1 }));
        assert!(matches!(multiclass(&[&[0.5], &[]]), MetricError::DifferentLengths { y_true: 1, y_pred: 0 }));
        assert_eq!(log_loss_multiclass(&[&[]], &[&[]]), Err(MetricError::Empty));
    }
}
