//! Pixel counts, and the scores that need no more.

use std::iter::Sum;
use std::ops::AddAssign;

use super::run_lengths::RunLengths;

/// How many pixels are true, predicted, and both. Counts of several images may be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PixelCounts {
    /// True pixels.
    pub y_true: u64,
    /// Predicted pixels.
    pub y_pred: u64,
    /// Pixels that are both.
    pub both: u64,
}

impl PixelCounts {
    /// The counts of one image. Linear in the number of runs.
    #[must_use]
    pub fn new(y_true: &RunLengths, y_pred: &RunLengths) -> Self {
        PixelCounts { y_true: y_true.area(), y_pred: y_pred.area(), both: y_true.intersection_area(y_pred) }
    }
}

impl AddAssign for PixelCounts {
    fn add_assign(&mut self, other: Self) {
        self.y_true += other.y_true;
        self.y_pred += other.y_pred;
        self.both += other.both;
    }
}

impl Sum for PixelCounts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(PixelCounts::default(), |mut total, more| {
            total += more;
            total
        })
    }
}

/// The Dice coefficient, `2 |X ∩ Y| / (|X| + |Y|)`; none if nothing is true and nothing predicted.
#[must_use]
pub fn dice(counts: &PixelCounts) -> Option<f64> {
    let total = counts.y_true + counts.y_pred;
    (total > 0).then(|| (2 * counts.both) as f64 / total as f64)
}

/// The F-beta score of pixels, `(1 + β²) |X ∩ Y| / (β² |truth| + |prediction|)`, as scikit-learn's `fbeta_score` with its default
/// `zero_division`: 0 if nothing is true and nothing predicted.
#[must_use]
pub fn fbeta_score(counts: &PixelCounts, beta: f64) -> f64 {
    let beta2 = beta * beta;
    let denominator = beta2 * counts.y_true as f64 + counts.y_pred as f64;
    if denominator == 0.0 { 0.0 } else { (1.0 + beta2) * counts.both as f64 / denominator }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4 true pixels, 5 predicted, 2 both.
    fn counts() -> PixelCounts {
        let mask = |text| RunLengths::parse(text, 20).unwrap();
        PixelCounts::new(&mask("1 2 11 2"), &mask("2 1 4 3 12 1"))
    }

    #[test]
    fn one_image() {
        assert_eq!(counts(), PixelCounts { y_true: 4, y_pred: 5, both: 2 });
        // 2 * (x & y).sum() / (x.sum() + y.sum()), numpy.
        assert_eq!(dice(&counts()), Some(0.444_444_444_444_444_4));
        // fbeta_score(y_true, y_pred, beta=0.5) and beta=2, scikit-learn 1.9.1.
        assert_eq!(fbeta_score(&counts(), 0.5), 0.416_666_666_666_666_7);
        assert_eq!(fbeta_score(&counts(), 2.0), 0.476_190_476_190_476_16);
    }

    #[test]
    fn several_images_are_added() {
        let total: PixelCounts = [counts(), PixelCounts { y_true: 3, y_pred: 0, both: 0 }].into_iter().sum();
        assert_eq!(dice(&total), Some(1.0 / 3.0));
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(dice(&PixelCounts::default()), None);
        assert_eq!(fbeta_score(&PixelCounts::default(), 0.5), 0.0);
    }
}
