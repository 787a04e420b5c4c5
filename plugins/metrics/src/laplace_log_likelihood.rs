//! Modified Laplace log likelihood.

use crate::elementary::{Pair, ln, mean_of_rows};
use crate::{MetricError, arguments};

/// The modified Laplace log likelihood of lung volumes and the confidence in them, in ml (OSIC Pulmonary Fibrosis Progression).
/// Higher is better; it is negative.
///
/// `mean(-sqrt(2) d / s - ln(sqrt(2) s))` with `d = min(|y_true - y_pred|, 1000)` and `s = max(confidence, 70)`. A confidence
/// that is NaN counts as below 70. An infinite one makes the score minus infinity. Cost: O(n).
///
/// # Errors
///
/// Different lengths, no rows, or a `y_true` or `y_pred` that is NaN.
pub fn laplace_log_likelihood(y_true: &[f64], y_pred: &[f64], confidence: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    arguments::rows(y_true, confidence)?;
    arguments::not_nan("y_true", y_true)?;
    arguments::not_nan("y_pred", y_pred)?;
    let sqrt_2 = 2.0_f64.sqrt();
    // The difference of two infinities is NaN, which is no less than the greatest error.
    let confidence: Vec<f64> = confidence.iter().map(|confidence| confidence.max(70.0)).collect();
    let errors: Vec<f64> = y_true.iter().zip(y_pred).map(|(t, p)| (t - p).abs().min(1000.0)).collect();
    mean_of_rows([&errors, &confidence], |[error, confidence]| {
        Pair::splat(-sqrt_2) * error / confidence - ln(Pair::splat(sqrt_2) * confidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected value: the mean of scipy.stats.laplace.logpdf(min(error, 1000), scale=max(confidence, 70) / sqrt(2)).
    #[test]
    fn equals_scipys_density() {
        let mut sample = Sample(13);
        let y_true: Vec<f64> = sample.uniform(300).iter().map(|value| value * 5000.0).collect();
        let y_pred: Vec<f64> = y_true.iter().zip(sample.uniform(300)).map(|(t, u)| t + u * 4000.0 - 2000.0).collect();
        let confidence: Vec<f64> = sample.uniform(300).iter().map(|value| value * 400.0 - 50.0).collect();
        assert_close(laplace_log_likelihood(&y_true, &y_pred, &confidence), -13.90476194122138);
    }

    #[test]
    fn confidence_and_error_are_bounded() {
        let score = |y_pred, confidence| laplace_log_likelihood(&[0.0], &[y_pred], &[confidence]).unwrap();
        assert_eq!(score(5.0, f64::NAN), score(5.0, 70.0));
        assert_eq!(score(5.0, -1.0), score(5.0, 70.0));
        assert_ne!(score(5.0, 71.0), score(5.0, 70.0));
        assert_eq!(score(f64::INFINITY, 100.0), score(-1000.0, 100.0));
        assert_eq!(score(5.0, f64::INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn nan_volume_is_an_error() {
        let error = laplace_log_likelihood(&[0.0, 0.0], &[0.0, f64::NAN], &[70.0, 70.0]).unwrap_err();
        assert!(matches!(error, MetricError::NotFinite { row: 1, .. }));
    }
}
