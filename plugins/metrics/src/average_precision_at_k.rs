//! Average precision of a ranked list, cut at k.

use std::collections::BTreeSet;

/// Average precision at `k` of one row; its mean over rows is MAP@k.
///
/// `sum over the hits of (hits up to this rank / rank) / min(different items in y_true, k)`, over the first `k` items of
/// `y_pred`. A hit is an item of `y_true` that was not predicted at an earlier rank; a repeated item is no hit but keeps its
/// rank. 0 for an empty `y_true`, or for `k = 0`. Cost: O(t log t + k log t) for `t` true items.
#[must_use]
pub fn average_precision_at_k<T: Ord>(y_true: &[T], y_pred: &[T], k: usize) -> f64 {
    if y_true.len() <= FEW {
        let mut missing: Vec<&T> = Vec::with_capacity(y_true.len());
        for item in y_true {
            if !missing.contains(&item) {
                missing.push(item);
            }
        }
        let remove = |missing: &mut Vec<&T>, item: &T| {
            let place = missing.iter().position(|other| *other == item);
            place.map(|place| missing.swap_remove(place)).is_some()
        };
        return average(missing.len(), k, y_pred, |item| remove(&mut missing, item));
    }
    let mut missing: BTreeSet<&T> = y_true.iter().collect();
    average(missing.len(), k, y_pred, |item| missing.remove(item))
}

/// Up to so many items, looking at each of them is faster than a search.
const FEW: usize = 24;

/// The average, with `different` items to find; `find` says whether an item is one that was not found before.
fn average<T>(different: usize, k: usize, y_pred: &[T], mut find: impl FnMut(&T) -> bool) -> f64 {
    let (mut hits, mut score) = (0.0, 0.0);
    for (rank, item) in (1_u32..).zip(y_pred.iter().take(k)) {
        if find(item) {
            hits += 1.0;
            score += hits / f64::from(rank);
        }
    }
    let best = different.min(k);
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
