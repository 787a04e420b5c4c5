//! Weighted log loss, by group.

use crate::elementary::{self, ln};
use crate::groups::{at, rows_by_group};
use crate::{MetricError, arguments, mean, sum};

/// The mean over groups of the weighted log loss within the group (RSNA 2022 Cervical Spine Fracture Detection, where a group is
/// a study).
///
/// Per group `sum(w * l) / sum(w)`, with `l = -ln p` for positive and `-ln(1 - p)` for negative rows, and `p` clipped to
/// `[epsilon, 1 - epsilon]` before `1 - p` is taken. Cost: O(n log groups).
///
/// # Errors
///
/// Different lengths, no rows, a probability that is NaN or outside of `[0, 1]`, a weight that is NaN or infinite, an `epsilon`
/// outside of `[0, 0.5]`, or undefined because the weights of a group sum to 0.
pub fn weighted_log_loss<G: Ord>(
    y_true: &[bool],
    y_prob: &[f64],
    sample_weight: &[f64],
    groups: &[G],
    epsilon: f64,
) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_prob)?;
    arguments::rows(y_true, sample_weight)?;
    arguments::rows(y_true, groups)?;
    arguments::probabilities("y_prob", y_prob)?;
    arguments::finite("sample_weight", sample_weight)?;
    if !(0.0..=0.5).contains(&epsilon) {
        return Err(MetricError::OutOfRange { argument: "epsilon", row: 0, value: epsilon, range: "from 0 to 0.5" });
    }
    let of_truth = |(&positive, &p): (&bool, &f64)| {
        let p = p.clamp(epsilon, 1.0 - epsilon);
        if positive { p } else { 1.0 - p }
    };
    let of_truth: Vec<f64> = y_true.iter().zip(y_prob).map(of_truth).collect();
    let mut losses = vec![0.0; of_truth.len()];
    elementary::rows(0, [&of_truth, sample_weight], &mut losses, |[p, weight]| -weight * ln(p));
    let of_group = |(_, rows): (_, Vec<usize>)| {
        let weight = sum(&at(&rows, sample_weight));
        if weight == 0.0 {
            return Err(MetricError::Undefined("the weights of a group sum to 0"));
        }
        Ok(sum(&at(&rows, &losses)) / weight)
    };
    mean(&rows_by_group(groups).into_iter().map(of_group).collect::<Result<Vec<f64>, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: np.average(losses, weights=...) of each group, then np.mean.
    #[test]
    fn equals_numpy() {
        let mut sample = Sample(17);
        let y_true: Vec<bool> = sample.below(2, 500).into_iter().map(|label| label == 1).collect();
        let clip = |p: f64| {
            if p < 0.1 {
                0.0
            } else if p > 0.9 {
                1.0
            } else {
                p
            }
        };
        let y_prob: Vec<f64> = sample.uniform(500).into_iter().map(clip).collect();
        let weights: Vec<f64> = sample.below(14, 500).into_iter().map(|weight| 1.0 + weight as f64).collect();
        let groups = sample.below(40, 500);
        assert_close(weighted_log_loss(&y_true, &y_prob, &weights, &groups, 1e-15), 4.228557749232617);
    }

    #[test]
    fn clipping_comes_before_the_complement() {
        let score = |positive, p| weighted_log_loss(&[positive], &[p], &[7.0], &["study"], 1e-15);
        assert_close(score(true, 1.0), 9.992007221626415e-16);
        assert_close(score(true, 0.0), 34.538776394910684);
        assert_close(score(false, 1.0), 34.53957599234088);
    }

    #[test]
    fn what_has_no_loss_is_an_error() {
        let score = |p, weight| weighted_log_loss(&[true], &[p], &[weight], &[0], 1e-15).unwrap_err();
        assert!(matches!(score(f64::NAN, 1.0), MetricError::NotFinite { .. }));
        assert!(matches!(score(1.1, 1.0), MetricError::OutOfRange { .. }));
        assert!(matches!(score(0.5, 0.0), MetricError::Undefined(_)));
        assert!(matches!(score(0.5, f64::NAN), MetricError::NotFinite { .. }));
    }
}
