//! Label ranking average precision.

use crate::order::{key, sort_by_key};
use crate::{MetricError, arguments, mean, sum};

/// Label ranking average precision: for each true label, the share of true labels among all that score at least as high, averaged
/// within and then over the samples (scikit-learn's `label_ranking_average_precision_score`).
///
/// One slice a class on both sides. Equal scores all have the worst rank of theirs. A sample whose labels are all true or all
/// false counts 1. `sample_weight` weighs the samples; `None` weighs them alike. Cost: O(samples * classes * log classes).
///
/// # Errors
///
/// Different numbers of classes or samples, none of them, a score or weight that is NaN or infinite, or undefined because the
/// weights sum to 0.
pub fn label_ranking_average_precision_score(
    y_true: &[&[bool]],
    y_score: &[&[f64]],
    sample_weight: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let samples = arguments::columns(y_true, y_score)?;
    for scores in y_score {
        arguments::finite("y_score", scores)?;
    }
    let equal_weights;
    let weights = match sample_weight {
        Some(weights) => weights,
        None => {
            equal_weights = vec![1.0; samples];
            &equal_weights
        }
    };
    arguments::rows(y_true.first().copied().unwrap_or_default(), weights)?;
    arguments::finite("sample_weight", weights)?;
    let total = sum(weights);
    if total == 0.0 {
        return Err(MetricError::Undefined("the weights of all samples sum to 0"));
    }
    let mut score = 0.0;
    for (sample, weight) in weights.iter().enumerate() {
        score += weight * precision_of_sample(&row(y_true, sample), &row(y_score, sample))?;
    }
    Ok(score / total)
}

/// Label-weighted label-ranking average precision, "lwlrap" (Freesound Audio Tagging 2019):
/// [`label_ranking_average_precision_score`] with the number of true labels as the weight of a sample, so that every true label
/// counts the same. Samples without a true label do not count.
///
/// # Errors
///
/// Those of [`label_ranking_average_precision_score`]; undefined if there is no true label at all.
pub fn label_weighted_label_ranking_average_precision(
    y_true: &[&[bool]],
    y_score: &[&[f64]],
) -> Result<f64, MetricError> {
    let samples = arguments::columns(y_true, y_score)?;
    let labels_of = |sample| row(y_true, sample).into_iter().filter(|&label| label).count() as f64;
    let weights: Vec<f64> = (0..samples).map(labels_of).collect();
    label_ranking_average_precision_score(y_true, y_score, Some(&weights))
}

fn row<T: Copy>(columns: &[&[T]], row: usize) -> Vec<T> {
    columns.iter().filter_map(|column| column.get(row).copied()).collect()
}

fn precision_of_sample(labels: &[bool], scores: &[f64]) -> Result<f64, MetricError> {
    let scores: Vec<u64> = scores.iter().map(|&score| key(score)).collect();
    let true_scores: Vec<u64> =
        labels.iter().zip(&scores).filter(|&(&label, _)| label).map(|(_, &score)| score).collect();
    if true_scores.is_empty() || true_scores.len() == scores.len() {
        return Ok(1.0);
    }
    let (all, of_true) = (ascending(&scores), ascending(&true_scores));
    let shares = true_scores.iter().map(|&score| rank(&of_true, score) / rank(&all, score));
    mean(&shares.collect::<Vec<f64>>())
}

fn ascending(scores: &[u64]) -> Vec<u64> {
    let mut scores = scores.to_vec();
    sort_by_key(&mut scores, |&score| score);
    scores
}

/// How many of the scores are at least `score`.
fn rank(ascending: &[u64], score: u64) -> f64 {
    (ascending.len() - ascending.partition_point(|&other| other < score)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    struct Case {
        y_true: Vec<Vec<bool>>,
        y_score: Vec<Vec<f64>>,
        coarse: Vec<Vec<f64>>,
        weights: Vec<f64>,
    }

    /// 200 samples of 6 classes: three without a true label, and one with all.
    fn case() -> Case {
        let mut sample = Sample(8);
        let mut column = || {
            let mut labels: Vec<bool> = sample.below(4, 200).into_iter().map(|label| label == 0).collect();
            labels[..4].copy_from_slice(&[false, false, false, true]);
            labels
        };
        let y_true = (0..6).map(|_| column()).collect();
        let y_score: Vec<Vec<f64>> = (0..6).map(|_| sample.uniform(200)).collect();
        let coarse = y_score.iter().map(|scores| scores.iter().map(|score| (score * 5.0).floor()).collect()).collect();
        Case { y_true, y_score, coarse, weights: sample.uniform(200) }
    }

    fn slices<T>(columns: &[Vec<T>]) -> Vec<&[T]> {
        columns.iter().map(Vec::as_slice).collect()
    }

    // Expected values: sklearn.metrics.label_ranking_average_precision_score.
    #[test]
    fn equals_scikit_learn() {
        let case = case();
        let score = |y_score: &[Vec<f64>], weights| {
            label_ranking_average_precision_score(&slices(&case.y_true), &slices(y_score), weights)
        };
        assert_close(score(&case.y_score, None), 0.5785208333333337);
        assert_close(score(&case.coarse, None), 0.5410486111111112);
        assert_close(score(&case.coarse, Some(&case.weights)), 0.5487164710186734);
    }

    // Expected values: the same on the samples with a label, weighted by the number of their labels.
    #[test]
    fn lwlrap_weighs_by_labels() {
        let case = case();
        let score = |y_score: &[Vec<f64>]| {
            label_weighted_label_ranking_average_precision(&slices(&case.y_true), &slices(y_score))
        };
        assert_close(score(&case.y_score), 0.5536277602523657);
        assert_close(score(&case.coarse), 0.514668769716088);
    }

    #[test]
    fn undefined_and_not_finite_are_errors() {
        let score =
            |label, score| label_weighted_label_ranking_average_precision(&[&[label], &[false]], &[&[score], &[0.0]]);
        assert_eq!(score(true, 0.0), Ok(0.5));
        assert!(matches!(score(false, 1.0), Err(MetricError::Undefined(_))));
        assert!(matches!(score(true, f64::NAN), Err(MetricError::NotFinite { row: 0, .. })));
    }
}
