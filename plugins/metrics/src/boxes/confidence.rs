//! The order in which predictions are matched.

use std::cmp::Ordering;

/// Larger confidences first, NaN last; zeros of either sign are equal. Sorts must be stable: of equal confidences the one
/// that comes first in the text goes first.
pub(super) fn descending(a: f64, b: f64) -> Ordering {
    b.partial_cmp(&a).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.argsort(-scores, kind="stable")`.
    #[test]
    fn ties_keep_their_order_and_nan_is_last() {
        let scores = [0.0, f64::NAN, 1.0, -0.0, f64::INFINITY, 1.0];
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|&a, &b| descending(scores[a], scores[b]));
        assert_eq!(order, [4, 2, 5, 0, 3, 1]);
    }
}
