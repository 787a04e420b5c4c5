//! Area under the ROC curve.

use crate::order::{key, sort_by_key};
use crate::{MetricError, arguments};

/// Area under the receiver operating characteristic curve: the probability that a positive row scores higher than a negative
/// one, where equal scores count half (scikit-learn's `roc_auc_score`).
///
/// `AUC = (#(s+ > s-) + #(s+ = s-)/2) / (P * N)` over all pairs of a positive and a negative row.
///
/// The pairs are counted as integers, so the result is exact but for the division; the trapezoid sum of scikit-learn differs
/// from it in the last bits. Scores may be any finite numbers; 0.0 and -0.0 are equal. Cost: O(n log n), one copy of the scores.
///
/// # Errors
///
/// Different lengths, no rows, one class only, or a score that is NaN or infinite.
pub fn roc_auc_score(y_true: &[bool], y_score: &[f64]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_score)?;
    arguments::finite("y_score", y_score)?;
    let positives = scores_of(true, y_true, y_score);
    let negatives = scores_of(false, y_true, y_score);
    if positives.is_empty() || negatives.is_empty() {
        return Err(MetricError::OneClass);
    }
    let pairs = 2 * positives.len() as u128 * negatives.len() as u128;
    Ok(twice_pairs_won(&positives, &negatives) as f64 / pairs as f64)
}

/// The [`key`]s of the scores of one class, ascending. The scores are finite.
pub(crate) fn scores_of(class: bool, y_true: &[bool], y_score: &[f64]) -> Vec<u64> {
    let of_class = y_true.iter().zip(y_score).filter(|&(&label, _)| label == class);
    let mut scores = Vec::with_capacity(y_true.len());
    scores.extend(of_class.map(|(_, &score)| key(score)));
    sort_by_key(&mut scores, |&key| key);
    scores
}

/// Over all pairs, 2 where the positive has the higher score and 1 where the scores are equal. Both sides ascend.
fn twice_pairs_won(positives: &[u64], negatives: &[u64]) -> u128 {
    let (mut below, mut not_above) = (0, 0);
    let mut twice = 0;
    for &score in positives {
        while negatives.get(below).is_some_and(|&negative| negative < score) {
            below += 1;
        }
        not_above = not_above.max(below);
        while negatives.get(not_above).is_some_and(|&negative| negative == score) {
            not_above += 1;
        }
        twice += (below as u64 + not_above as u64) as u128;
    }
    twice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    fn sample() -> (Vec<bool>, Vec<f64>) {
        let mut sample = Sample(1);
        let y_true = sample.below(2, 1000).into_iter().map(|label| label == 1).collect();
        (y_true, sample.uniform(1000))
    }

    // Expected values: sklearn.metrics.roc_auc_score.
    #[test]
    fn equals_scikit_learn() {
        let (y_true, y_score) = sample();
        assert_close(roc_auc_score(&y_true, &y_score), 0.500276159067623);
        let coarse: Vec<f64> = y_score.iter().map(|score| (score * 8.0).floor() / 8.0).collect();
        assert_close(roc_auc_score(&y_true, &coarse), 0.5003942270747951);
        let huge: Vec<f64> = y_score.iter().map(|score| -1e300 * score).collect();
        assert_close(roc_auc_score(&y_true, &huge), 0.49972384093237704);
    }

    #[test]
    fn ties_count_half_and_the_zeros_are_equal() {
        assert_eq!(roc_auc_score(&[true, false, false], &[0.0, -0.0, 1.0]), Ok(0.25));
        assert_eq!(roc_auc_score(&[false, true], &[1.0, 1.0 + f64::EPSILON]), Ok(1.0));
    }

    #[test]
    fn undefined_and_not_finite_are_errors() {
        assert_eq!(roc_auc_score(&[true, true], &[0.0, 1.0]), Err(MetricError::OneClass));
        assert_eq!(roc_auc_score(&[], &[]), Err(MetricError::Empty));
        assert_eq!(roc_auc_score(&[true], &[]), Err(MetricError::DifferentLengths { y_true: 1, y_pred: 0 }));
        for score in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = roc_auc_score(&[true, false], &[0.0, score]).unwrap_err();
            assert!(matches!(error, MetricError::NotFinite { row: 1, .. }), "{error:?}");
        }
    }
}
