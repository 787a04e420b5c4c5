//! Average precision of a ranked list, cut at k.

use std::collections::BTreeSet;

/// Average precision at `k` of one row; its mean over rows is MAP@k.
///
/// `sum over the hits of (hits up to this rank / rank) / min(different items in y_true, k)`, over the first `k` items of
/// `y_pred`. A hit is an item of `y_true` that was not predicted at an earlier rank; a repeated item is no hit but keeps its
/// rank. 0 for an empty `y_true`, or for `k = 0`. Cost: O(t log t + k log t) for `t` true items.
#[must_use]
pub fn average_precision_at_k<T: Ord>(y_true: &[T], y_pred: &[T], k: usize) -> f64 {
    let mut missing: BTreeSet<&T> = y_true.iter().collect();
    let best = missing.len().min(k);
    let (mut hits, mut score) = (0.0, 0.0);
    for (rank, item) in (1_u32..).zip(y_pred.iter().take(k)) {
        if missing.remove(item) {
            hits += 1.0;
            score += hits / f64::from(rank);
        }
    }
    if best == 0 { 0.0 } else { score / best as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked by hand from the formula.
    #[test]
    fn precision_at_each_hit_is_averaged() {
        assert_eq!(average_precision_at_k(&["a"], &["x", "a", "y"], 5), 0.5);
        assert_eq!(average_precision_at_k(&["a", "b", "c"], &["a", "x", "c"], 12), (1.0 + 2.0 / 3.0) / 3.0);
        assert_eq!(average_precision_at_k(&["a"], &[], 5), 0.0);
        assert_eq!(average_precision_at_k::<&str>(&[], &["a"], 5), 0.0);
    }

    #[test]
    fn the_list_is_cut_at_k_and_so_is_the_divisor() {
        assert_eq!(average_precision_at_k(&["a"], &["x", "y", "a"], 2), 0.0);
        assert_eq!(average_precision_at_k(&["a", "b", "c"], &["a", "b", "x"], 2), 1.0);
    }

    #[test]
    fn repeats_are_no_hits_but_keep_their_ranks() {
        assert_eq!(average_precision_at_k(&["a", "b"], &["a", "a", "b"], 5), (1.0 + 2.0 / 3.0) / 2.0);
        assert_eq!(average_precision_at_k(&["a", "a"], &["a"], 5), 1.0);
    }
}
