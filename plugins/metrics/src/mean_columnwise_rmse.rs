//! Mean columnwise root mean squared error.

use crate::{MetricError, arguments, mean, root_mean_squared_error};

/// The mean over columns of their [`root_mean_squared_error`] ("MCRMSE"). One slice a column. Cost: O(rows * columns).
///
/// # Errors
///
/// Different numbers of columns or rows, none of them, or a value that is NaN or infinite.
pub fn mean_columnwise_rmse(y_true: &[&[f64]], y_pred: &[&[f64]]) -> Result<f64, MetricError> {
    arguments::columns(y_true, y_pred)?;
    let errors: Result<Vec<f64>, _> = y_true.iter().zip(y_pred).map(|(t, p)| root_mean_squared_error(t, p)).collect();
    mean(&errors?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected value: sklearn.metrics.root_mean_squared_error of two matrices.
    #[test]
    fn equals_scikit_learn() {
        let mut sample = Sample(14);
        let (y_true, y_pred) = (sample.uniform(300), sample.uniform(300));
        let columns = |values| <[f64]>::chunks(values, 100).collect::<Vec<_>>();
        assert_close(mean_columnwise_rmse(&columns(&y_true), &columns(&y_pred)), 0.3976771423543157);
    }

    #[test]
    fn columns_must_match() {
        let lengths = MetricError::DifferentLengths { y_true: 1, y_pred: 2 };
        assert_eq!(mean_columnwise_rmse(&[&[1.0]], &[&[1.0], &[2.0]]), Err(lengths));
        assert_eq!(mean_columnwise_rmse(&[&[1.0]], &[&[1.0, 2.0]]), Err(lengths));
        assert_eq!(mean_columnwise_rmse(&[], &[]), Err(MetricError::Empty));
    }
}
