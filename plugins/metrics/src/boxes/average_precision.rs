//! Area under the precision-recall curve, from hits in order of confidence.

use crate::MetricError;

/// The average precision of each class, and their mean.
#[derive(Clone, Debug, PartialEq)]
pub struct AveragePrecisions<Class> {
    /// Each class with its average precision, in the order of classes.
    pub classes: Vec<(Class, f64)>,
    /// The mean over classes.
    pub mean: f64,
}

impl<Class> AveragePrecisions<Class> {
    pub(super) fn new(classes: Vec<(Class, f64)>) -> Result<Self, MetricError> {
        let values: Vec<f64> = classes.iter().map(|(_, value)| *value).collect();
        Ok(AveragePrecisions { mean: crate::mean(&values)?, classes })
    }
}

/// Recall and precision after each prediction. `positives` is how many true boxes there are.
fn curve(hits: &[bool], positives: usize, precision: fn(f64, f64) -> f64) -> Vec<(f64, f64)> {
    let mut counts = (0.0, 0.0);
    let mut points: Vec<(f64, f64)> = hits
        .iter()
        .map(|&hit| {
            if hit {
                counts.0 += 1.0
            } else {
                counts.1 += 1.0
            }
            (counts.0 / positives as f64, precision(counts.0, counts.1))
        })
        .collect();
    // The envelope: the best precision at this recall or a larger one.
    let mut best = 0.0_f64;
    for (_, precision) in points.iter_mut().rev() {
        best = best.max(*precision);
        *precision = best;
    }
    points
}

/// The area under the envelope of the precision-recall curve, as PASCAL VOC has it from 2010 on: the sum of the steps in recall
/// times the best precision from there on. `hits` says of each prediction, best confidence first, whether it is a true positive.
pub(super) fn area_under_envelope(hits: &[bool], positives: usize) -> f64 {
    let mut area = 0.0;
    let mut last = 0.0;
    for (recall, precision) in curve(hits, positives, |tp, fp| tp / (tp + fp)) {
        if recall != last {
            area += (recall - last) * precision;
            last = recall;
        }
    }
    area
}

/// The mean of the envelope's precision at the recalls 0, 0.01 … 1, as pycocotools computes it: `numpy.linspace` gives the recalls,
/// 2^-52 is added to the denominator of each precision, and a recall that is never reached counts 0.
pub(super) fn mean_at_101_recalls(hits: &[bool], positives: usize) -> f64 {
    const POINTS: u32 = 101;
    let points = curve(hits, positives, |tp, fp| tp / (fp + tp + f64::EPSILON));
    let precision_at = |index: u32| {
        let recall = f64::from(index) * 0.01;
        points.get(points.partition_point(|&(reached, _)| reached < recall)).map_or(0.0, |&(_, precision)| precision)
    };
    (0..POINTS).map(precision_at).sum::<f64>() / f64::from(POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HITS: [bool; 8] = [true, false, true, true, false, false, true, false];

    #[test]
    fn area_under_the_envelope() {
        // Recall 1/5 at precision 1, 2/5 and 3/5 at 3/4, 4/5 at 4/7, by hand: (1 + 3/4 + 3/4 + 4/7) / 5.
        let expected = (1.0 + 0.75 + 0.75 + 4.0 / 7.0) / 5.0;
        assert!((area_under_envelope(&HITS, 5) - expected).abs() < 1e-15);
        assert_eq!(area_under_envelope(&[], 5), 0.0);
        assert_eq!(area_under_envelope(&[false], 5), 0.0);
    }

    #[test]
    fn mean_at_recalls() {
        // 21 recalls up to 0.2 at precision 1, 40 up to 0.6 at 3/4, 20 up to 0.8 at 4/7, by hand.
        let expected = (21.0 + 40.0 * 0.75 + 20.0 * 4.0 / 7.0) / 101.0;
        assert!((mean_at_101_recalls(&HITS, 5) - expected).abs() < 1e-15);
        assert_eq!(mean_at_101_recalls(&[], 5), 0.0);
        // pycocotools 2.0.11 for one box that is found.
        assert_eq!(mean_at_101_recalls(&[true], 1), 0.999_999_999_999_999_9);
    }
}
