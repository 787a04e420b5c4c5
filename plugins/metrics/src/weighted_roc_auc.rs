//! Area under the ROC curve, with weights for bands of the true positive rate.

use crate::thresholds::counts_at_thresholds;
use crate::{MetricError, arguments};

/// A band of true positive rates and what its area counts. It reaches from the upper end of the band before (the first from 0).
#[derive(Clone, Copy, Debug)]
pub struct TprBand {
    /// The upper end.
    pub up_to: f64,
    /// The weight of the area within.
    pub weight: f64,
}

/// The area under the ROC curve, cut into bands of the true positive rate that have different weights (ALASKA2's weighted AUC).
///
/// `sum over bands of weight * A / sum over bands of weight * height`, where `A` is the part of the area under the curve that
/// lies within the band, down to its lower and across to a false positive rate of 1. The curve is linear between thresholds,
/// and rows of equal score enter together. 1 for a perfect ranking; with one band up to 1 it is
/// [`roc_auc_score`](crate::roc_auc_score). With weight 2 up to 0.4 and 1 from there a constant score gives 0.82/1.4. Cost: O(n
/// log n + n * bands).
///
/// # Errors
///
/// Different lengths, no rows, one class only, a score that is NaN or infinite, or undefined because the bands do not ascend
/// from 0 to at most 1 or have no weight.
pub fn weighted_roc_auc(y_true: &[bool], y_score: &[f64], bands: &[TprBand]) -> Result<f64, MetricError> {
    let ends: Vec<f64> = bands.iter().map(|band| band.up_to).collect();
    let areas = roc_auc_by_band(y_true, y_score, &ends)?;
    let (mut area, mut total) = (0.0, 0.0);
    for (band, TprBand { weight, .. }) in areas.iter().zip(bands) {
        area += weight * band.area;
        total += weight * band.height;
    }
    if total > 0.0 { Ok(area / total) } else { Err(MetricError::Undefined("the bands have no weight")) }
}

/// The part of the area under the ROC curve that lies within a band of the true positive rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandArea {
    /// The area.
    pub area: f64,
    /// How many rates the band holds: the largest area that it can have.
    pub height: f64,
}

/// The area under the ROC curve within each band of the true positive rate, as [`weighted_roc_auc`] weighs them. The bands are given by
/// their upper ends; the first starts at 0. Cost: O(n log n + n * bands).
///
/// # Errors
///
/// Those of [`weighted_roc_auc`], but for the weights.
pub fn roc_auc_by_band(y_true: &[bool], y_score: &[f64], ends: &[f64]) -> Result<Vec<BandArea>, MetricError> {
    arguments::rows(y_true, y_score)?;
    arguments::finite("y_score", y_score)?;
    arguments::both_classes(y_true)?;
    let curve = roc_curve(y_true, y_score);
    let (mut areas, mut lower) = (Vec::with_capacity(ends.len()), 0.0);
    for &up_to in ends {
        if !(lower < up_to && up_to <= 1.0) {
            return Err(MetricError::Undefined("bands of true positive rates ascend from 0 to at most 1"));
        }
        let edges = curve.iter().zip(curve.iter().skip(1));
        let area = edges.map(|(from, to)| area_within(lower, up_to, *from, *to)).sum::<f64>();
        areas.push(BandArea { area, height: up_to - lower });
        lower = up_to;
    }
    Ok(areas)
}

#[derive(Clone, Copy)]
struct Point {
    fpr: f64,
    tpr: f64,
}

fn roc_curve(y_true: &[bool], y_score: &[f64]) -> Vec<Point> {
    let counts = counts_at_thresholds(y_true, y_score);
    let (positives, negatives) =
        counts.last().map_or((0.0, 0.0), |all| (all.true_positives as f64, all.false_positives as f64));
    let points = counts
        .iter()
        .map(|at| Point { fpr: at.false_positives as f64 / negatives, tpr: at.true_positives as f64 / positives });
    std::iter::once(Point { fpr: 0.0, tpr: 0.0 }).chain(points).collect()
}

/// The area under one edge of the curve that lies between two rates.
fn area_within(lower: f64, upper: f64, from: Point, to: Point) -> f64 {
    let height = |tpr: f64| tpr.clamp(lower, upper) - lower;
    let (rise, run) = (to.tpr - from.tpr, to.fpr - from.fpr);
    if rise <= 0.0 {
        return run * height(from.tpr);
    }
    let sloped = height(to.tpr) - height(from.tpr);
    let above = (to.tpr - from.tpr.max(upper)).max(0.0);
    run / rise * (sloped * (height(from.tpr) + height(to.tpr)) / 2.0 + above * (upper - lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roc_auc_score;
    use crate::sample::{Sample, assert_close};

    const ALASKA2: [TprBand; 2] = [TprBand { up_to: 0.4, weight: 2.0 }, TprBand { up_to: 1.0, weight: 1.0 }];

    fn sample() -> (Vec<bool>, Vec<f64>) {
        let mut sample = Sample(1);
        let y_true = sample.below(2, 1000).into_iter().map(|label| label == 1).collect();
        (y_true, sample.uniform(1000))
    }

    // Expected values: sklearn.metrics.auc of sklearn.metrics.roc_curve, cut at the bands by interpolation.
    #[test]
    fn equals_the_area_of_scikit_learns_curve() {
        let (y_true, y_score) = sample();
        assert_close(weighted_roc_auc(&y_true, &y_score, &ALASKA2), 0.5817625237851288);
        let coarse: Vec<f64> = y_score.iter().map(|score| (score * 8.0).floor() / 8.0).collect();
        assert_close(weighted_roc_auc(&y_true, &coarse, &ALASKA2), 0.5811955686475411);
        let negated: Vec<f64> = y_score.iter().map(|score| -score).collect();
        assert_close(weighted_roc_auc(&y_true, &negated, &ALASKA2), 0.5812702402298009);
        let bands = [(0.1, 3.0), (0.35, 0.0), (0.9, 1.0)].map(|(up_to, weight)| TprBand { up_to, weight });
        assert_close(weighted_roc_auc(&y_true, &y_score, &bands), 0.5828100515308582);
    }

    #[test]
    fn a_constant_crosses_the_bands_on_the_diagonal() {
        assert_close(weighted_roc_auc(&[true, false, true], &[0.5; 3], &ALASKA2), 0.82 / 1.4);
        assert_close(weighted_roc_auc(&[true, false], &[1.0, 0.0], &ALASKA2), 1.0);
        assert_close(weighted_roc_auc(&[true, false], &[0.0, 1.0], &ALASKA2), 0.0);
    }

    #[test]
    fn one_band_is_the_plain_area() {
        let (y_true, y_score) = sample();
        let plain = roc_auc_score(&y_true, &y_score).unwrap();
        assert_close(weighted_roc_auc(&y_true, &y_score, &[TprBand { up_to: 1.0, weight: 3.0 }]), plain);
    }

    #[test]
    fn undefined_and_not_finite_are_errors() {
        assert_eq!(weighted_roc_auc(&[true], &[0.0], &ALASKA2).unwrap_err(), MetricError::OneClass);
        let bands = |bands: &[TprBand]| weighted_roc_auc(&[true, false], &[0.0, 1.0], bands);
        assert!(matches!(bands(&[]), Err(MetricError::Undefined(_))));
        assert!(matches!(bands(&[ALASKA2[1], ALASKA2[0]]), Err(MetricError::Undefined(_))));
        let error = weighted_roc_auc(&[true, false], &[f64::NAN, 0.0], &ALASKA2).unwrap_err();
        assert!(matches!(error, MetricError::NotFinite { row: 0, .. }));
    }
}
