//! Probabilistic F1.

use crate::{MetricError, arguments};

/// Probabilistic F1 (Yacouby and Axman 2020, as RSNA Screening Mammography Breast Cancer Detection computes it): F1 with
/// predicted probabilities in place of counts.
///
/// With predictions clipped to `[0, 1]`: precision `= sum of p over positives / sum of p`, recall `= sum of p over positives /
/// positives`, and the score is their harmonic mean; 0 if either is 0. The sums run in the order of the rows. Cost: O(n).
///
/// NaN in any prediction makes the score 0, as it does in the original.
///
/// # Errors
///
/// Different lengths, no rows, or undefined: no positive row, or all predictions below 0. (In the original the latter divides
/// whole numbers by 0, whereas one prediction of exactly 0 makes it a division of floating-point numbers and the score 0.)
pub fn probabilistic_f1(y_true: &[bool], y_prob: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_prob)?;
    if y_prob.iter().all(|&p| p < 0.0) {
        return Err(MetricError::Undefined("all predictions are below 0: probabilities are from 0 to 1"));
    }
    let (mut positives, mut true_positives, mut false_positives) = (0.0, 0.0, 0.0);
    for (&positive, &p) in y_true.iter().zip(y_prob) {
        let p = p.clamp(0.0, 1.0);
        if positive {
            positives += 1.0;
            true_positives += p;
        } else {
            false_positives += p;
        }
    }
    if positives == 0.0 {
        return Err(MetricError::Undefined("y_true has no positive row"));
    }
    let precision = true_positives / (true_positives + false_positives);
    let recall = true_positives / positives;
    Ok(if precision > 0.0 && recall > 0.0 { 2.0 * (precision * recall) / (precision + recall) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    fn sample() -> (Vec<bool>, Vec<f64>) {
        let mut sample = Sample(9);
        let y_true = sample.below(4, 500).into_iter().map(|label| label == 0).collect();
        (y_true, sample.uniform(500).iter().map(|p| p * 1.5 - 0.25).collect())
    }

    // Expected value: the formula in numpy.
    #[test]
    fn equals_the_formula() {
        let (y_true, y_prob) = sample();
        assert_close(probabilistic_f1(&y_true, &y_prob), 0.3333870408574571);
    }

    // Expected value: sklearn.metrics.f1_score.
    #[test]
    fn of_certain_predictions_is_f1() {
        let (y_true, y_prob) = sample();
        let certain: Vec<f64> = y_prob.iter().map(|&p| if p > 0.5 { f64::INFINITY } else { -1.0 }).collect();
        assert_close(probabilistic_f1(&y_true, &certain), 0.33689839572192515);
    }

    #[test]
    fn nan_and_nothing_predicted_score_0() {
        assert_eq!(probabilistic_f1(&[true, false], &[1.0, f64::NAN]), Ok(0.0));
        assert_eq!(probabilistic_f1(&[true, false], &[0.0, -0.0]), Ok(0.0));
        assert_eq!(probabilistic_f1(&[true, false], &[-1.0, 0.0]), Ok(0.0));
        assert_eq!(probabilistic_f1(&[true, false], &[0.0, 1.0]), Ok(0.0));
    }

    #[test]
    fn all_negative_is_undefined() {
        assert!(matches!(probabilistic_f1(&[true, false], &[-1.0, -0.5]), Err(MetricError::Undefined(_))));
        assert!(matches!(probabilistic_f1(&[false], &[0.5]), Err(MetricError::Undefined(_))));
    }
}
