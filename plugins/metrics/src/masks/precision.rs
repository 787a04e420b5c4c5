//! Precision over IoU thresholds, one object an image.

use super::counts::PixelCounts;
use super::run_lengths::RunLengths;

/// How many thresholds there are.
const THRESHOLDS: u32 = 10;

/// Threshold `index` of `np.arange(0.5, 1.0, 0.05)`, whose last bits decide where an IoU is a round number: 0.6000000000000001,
/// not 0.6. numpy takes the step from the first two values.
fn threshold(index: u32) -> f64 {
    const FIRST: f64 = 0.5;
    const STEP: f64 = (FIRST + 0.05) - FIRST;
    FIRST + f64::from(index) * STEP
}

/// The mean over the thresholds 0.5, 0.55 … 0.95 of the precision of one image, whose true pixels are one object and whose
/// predicted pixels are another: the share of thresholds that their intersection over union exceeds.
///
/// An image without true pixels scores 1 if no pixel is predicted, else 0.
///
/// *Empty counts as full*: on an image with true pixels, a prediction without any is taken as one that covers all `pixels`, for
/// the reference bins the mask with a histogram whose bins follow the values that occur. So it scores where the true mask covers
/// more than half of the image. A corrected grader gives 0.
#[must_use]
pub fn mean_precision_over_iou(y_true: &RunLengths, y_pred: &RunLengths, pixels: u64) -> f64 {
    let counts = PixelCounts::new(y_true, y_pred);
    let (intersection, union) = match (counts.y_true, counts.y_pred) {
        (0, 0) => return 1.0,
        (0, _) => return 0.0,
        (area, 0) => (area, pixels),
        (area, predicted) => (counts.both, area + predicted - counts.both),
    };
    let iou = intersection as f64 / union as f64;
    let exceeded = (0..THRESHOLDS).filter(|&index| iou > threshold(index)).count();
    exceeded as f64 / f64::from(THRESHOLDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(y_true: &str, y_pred: &str) -> f64 {
        let mask = |text| RunLengths::parse(text, 100).unwrap();
        mean_precision_over_iou(&mask(y_true), &mask(y_pred), 100)
    }

    /// `np.arange(0.5, 1.0, 0.05).tolist()`, numpy 2.4.6.
    #[test]
    fn thresholds_have_the_last_bits_of_numpy() {
        let expected = [
            0.5,
            0.55,
            0.600_000_000_000_000_1,
            0.650_000_000_000_000_1,
            0.700_000_000_000_000_2,
            0.750_000_000_000_000_2,
            0.800_000_000_000_000_3,
            0.850_000_000_000_000_3,
            0.900_000_000_000_000_4,
            0.950_000_000_000_000_4,
        ];
        assert_eq!((0..THRESHOLDS).map(threshold).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_share_of_thresholds_exceeded() {
        assert_eq!(score("1 20", "1 20"), 1.0);
        assert_eq!(score("1 20", "1 15"), 0.5); // IoU 0.75 exactly: 0.7500000000000002 is not exceeded
        assert_eq!(score("1 20", "1 11"), 0.1); // IoU 0.55 exactly: 0.55 is not exceeded
        assert_eq!(score("1 20", "1 10"), 0.0); // IoU 0.5 exactly
    }

    #[test]
    fn empty_masks() {
        assert_eq!(score("", ""), 1.0);
        assert_eq!(score("", "1 1"), 0.0);
        assert_eq!(score("1 50", ""), 0.0);
        assert_eq!(score("1 77", ""), 0.6);
        assert_eq!(score("1 77", "100 1"), 0.0);
    }
}
