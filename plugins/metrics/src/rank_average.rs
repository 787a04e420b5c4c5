//! Ranks, with ties sharing their average.

use std::cmp::Ordering;

use crate::order::{key, sort_by_key};

/// The rank of each value from 1, in the order of `cmp`; equal values share the average of their ranks (`scipy.stats.rankdata`).
/// For numbers without NaN, `cmp` is `|a, b| a.partial_cmp(b).unwrap_or(Equal)`. Cost: O(n log n).
#[must_use]
pub fn rank_average<T>(values: &[T], mut cmp: impl FnMut(&T, &T) -> Ordering) -> Vec<f64> {
    let mut sorted: Vec<(usize, &T)> = values.iter().enumerate().collect();
    sorted.sort_unstable_by(|(_, a), (_, b)| cmp(a, b));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for ties in sorted.chunk_by(|(_, a), (_, b)| cmp(a, b) == Ordering::Equal) {
        let rank = before as f64 + (ties.len() + 1) as f64 / 2.0;
        for &(row, _) in ties {
            if let Some(place) = ranks.get_mut(row) {
                *place = rank;
            }
        }
        before += ties.len();
    }
    ranks
}

/// [`rank_average`] of finite or infinite numbers, which are sorted by their bits. NaN have ranks too, of no meaning.
#[must_use]
pub fn rank_average_numbers(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<(u64, usize)> = values.iter().enumerate().map(|(row, &value)| (key(value), row)).collect();
    sort_by_key(&mut sorted, |&(key, _)| key);
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for ties in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let rank = before as f64 + (ties.len() + 1) as f64 / 2.0;
        for &(_, row) in ties {
            if let Some(place) = ranks.get_mut(row) {
                *place = rank;
            }
        }
        before += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_average_rank() {
        // scipy.stats.rankdata([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])
        let expected = [4.5, 1.5, 6.0, 1.5, 8.0, 11.0, 3.0, 10.0, 8.0, 4.5, 8.0];
        assert_eq!(rank_average(&[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], Ord::cmp), expected);
        assert_eq!(rank_average(&["b", "ab", "b", "B"], Ord::cmp), [3.5, 2.0, 3.5, 1.0]);
        assert!(rank_average::<i64>(&[], Ord::cmp).is_empty());
    }
}
