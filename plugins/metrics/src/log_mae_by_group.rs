//! The logarithm of the mean absolute error, by group.

use crate::groups::{at, rows_by_group};
use crate::{MetricError, arguments, mean_absolute_error};

/// `ln(mean(|y_true - y_pred|))` of each group, ascending by group; the score is their mean (CHAMPS Scalar Coupling).
///
/// There is no floor: a group without any error gives minus infinity. Cost: O(n log groups).
///
/// # Errors
///
/// Different lengths, no rows, or a value that is NaN or infinite.
pub fn log_mae_by_group<'a, G: Ord>(
    y_true: &[f64],
    y_pred: &[f64],
    groups: &'a [G],
) -> Result<Vec<(&'a G, f64)>, MetricError> {
    arguments::finite_pair(y_true, y_pred)?;
    arguments::rows(y_true, groups)?;
    let log_mae = |(group, rows): (&'a G, Vec<usize>)| {
        let error = mean_absolute_error(&at(&rows, y_true), &at(&rows, y_pred))?;
        Ok((group, error.ln()))
    };
    rows_by_group(groups).into_iter().map(log_mae).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mean;
    use crate::sample::{Sample, assert_close};

    // Expected values: np.log(sklearn.metrics.mean_absolute_error) of each group.
    #[test]
    fn equals_scikit_learn() {
        let mut sample = Sample(15);
        let (y_true, y_pred) = (sample.uniform(400), sample.uniform(400));
        let groups = sample.below(5, 400);
        let by_group = log_mae_by_group(&y_true, &y_pred, &groups).unwrap();
        assert_eq!(by_group.iter().map(|&(&group, _)| group).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_close(Ok::<_, MetricError>(by_group[1].1), -1.0687708894594987);
        let values: Vec<f64> = by_group.iter().map(|&(_, value)| value).collect();
        assert_close(mean(&values), -1.1282489883465614);
    }

    #[test]
    fn a_group_without_error_is_minus_infinity() {
        let by_group = log_mae_by_group(&[1.0, 2.0], &[2.0, 2.0], &["a", "b"]);
        assert_eq!(by_group, Ok(vec![(&"a", 0.0), (&"b", f64::NEG_INFINITY)]));
    }
}
