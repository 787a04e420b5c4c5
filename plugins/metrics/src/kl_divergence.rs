//! Kullback-Leibler divergence.

use crate::elementary::{self, ln};
use crate::{MetricError, arguments, mean};

/// The mean over rows of the Kullback-Leibler divergence of predicted from true distributions:
/// `sum over classes of y_true ln(y_true / y_pred)`, in nats.
///
/// One slice a class on both sides. A term with `y_true = 0` is 0. **A term that is NaN counts 0 too**, as it does in the
/// grader of HMS Harmful Brain Activity Classification, where a missing prediction improves the score. Nothing is clipped or
/// normalised: a `y_pred` of 0 where `y_true` is not makes the result infinite. Cost: O(rows * classes).
///
/// # Errors
///
/// Different numbers of classes or rows, none of them, or a `y_true` that is NaN or infinite.
pub fn kl_divergence(y_true: &[&[f64]], y_pred: &[&[f64]]) -> Result<f64, MetricError> {
    let rows = arguments::columns(y_true, y_pred)?;
    let mut divergences = vec![0.0; rows];
    let mut terms = vec![0.0; rows];
    for (truth, predicted) in y_true.iter().zip(y_pred) {
        arguments::finite("y_true", truth)?;
        // Neither a term that is 0 nor one that is NaN changes a sum.
        elementary::rows(0, [truth, predicted], &mut terms, |[t, p]| t.zero_or((t * ln(t / p)).or_zero()));
        for (divergence, term) in divergences.iter_mut().zip(&terms) {
            *divergence += term;
        }
    }
    mean(&divergences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected value: scipy.special.xlogy(t, t / p), summed over classes, averaged over rows.
    #[test]
    fn equals_scipy() {
        let mut sample = Sample(16);
        let y_true: Vec<f64> = sample.uniform(600).iter().map(|&t| if t < 0.3 { 0.0 } else { t }).collect();
        let y_pred: Vec<f64> = sample.uniform(600).iter().map(|p| p + 0.01).collect();
        let columns = |values| <[f64]>::chunks(values, 150).collect::<Vec<_>>();
        assert_close(kl_divergence(&columns(&y_true), &columns(&y_pred)), 0.9082000802488498);
    }

    #[test]
    fn nan_terms_count_0_and_zeros_may_be_infinite() {
        let score = |p: f64| kl_divergence(&[&[0.5], &[0.5], &[0.0]], &[&[0.5], &[p], &[0.0]]);
        assert_eq!(score(0.5), Ok(0.0));
        assert_eq!(score(f64::NAN), Ok(0.0));
        assert_eq!(score(0.0), Ok(f64::INFINITY));
    }
}
