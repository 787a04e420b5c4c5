//! Kendall's tau of orders, by counting inversions.

use crate::{MetricError, arguments};

/// Kendall's tau, pooled over pairs of orders of the same items: `1 - 4 * inversions / sum of n (n - 1)` (AI4Code), where `n`
/// is the number of items of a pair and an inversion is two items that the two orders have the other way round.
///
/// 1 if all orders are equal, -1 if all are reversed. It is symmetric. An order of one item adds nothing. Cost: O(items * log
/// items).
///
/// # Errors
///
/// Different lengths of the two sides or of one pair, no rows, or undefined: the two orders of a pair do not hold the same items,
/// each once, or no order has two items.
pub fn kendall_tau_pooled<T: Ord>(y_true: &[Vec<T>], y_pred: &[Vec<T>]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    let (mut inversions, mut pairs) = (0_u128, 0_u128);
    for (truth, predicted) in y_true.iter().zip(y_pred) {
        inversions += u128::from(kendall_tau_inversions(truth, predicted)?);
        pairs += truth.len() as u128 * truth.len().saturating_sub(1) as u128;
    }
    if pairs == 0 {
        return Err(MetricError::Undefined("no order has two items"));
    }
    Ok(1.0 - (4 * inversions) as f64 / pairs as f64)
}

/// How many pairs of items two orders of the same items have the other way round. Cost: O(n log n).
///
/// # Errors
///
/// Different lengths, or undefined because the orders do not hold the same items, each once.
pub fn kendall_tau_inversions<T: Ord>(y_true: &[T], y_pred: &[T]) -> Result<u64, MetricError> {
    const NOT_AN_ORDER: MetricError = MetricError::Undefined("the two orders do not hold the same items, each once");
    if y_true.len() != y_pred.len() {
        return Err(MetricError::DifferentLengths { y_true: y_true.len(), y_pred: y_pred.len() });
    }
    let (by_true, by_pred) = (positions(y_true), positions(y_pred));
    let same = by_true.iter().zip(&by_pred).all(|((a, _), (b, _))| a == b);
    if !same || by_true.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return Err(NOT_AN_ORDER);
    }
    let mut ranks = vec![0; y_true.len()];
    for (&(_, place), &(_, rank)) in by_true.iter().zip(&by_pred) {
        *ranks.get_mut(place).ok_or(NOT_AN_ORDER)? = rank;
    }
    let mut buffer = ranks.clone();
    Ok(sort_and_count(&mut ranks, &mut buffer))
}

/// The items with their positions, sorted by item.
fn positions<T: Ord>(order: &[T]) -> Vec<(&T, usize)> {
    let mut items: Vec<(&T, usize)> = order.iter().enumerate().map(|(place, item)| (item, place)).collect();
    items.sort_unstable();
    items
}

/// Sorts by merging, and counts how many pairs stood in descending order.
fn sort_and_count(values: &mut [usize], buffer: &mut [usize]) -> u64 {
    let half = values.len() / 2;
    if half == 0 {
        return 0;
    }
    let (left, right) = values.split_at_mut(half);
    let (left_buffer, right_buffer) = buffer.split_at_mut(half);
    let mut inversions = sort_and_count(left, left_buffer) + sort_and_count(right, right_buffer);
    let (mut lefts, mut rights) = (left.iter().peekable(), right.iter().peekable());
    for place in buffer.iter_mut() {
        let next = match (lefts.peek(), rights.peek()) {
            (Some(left), Some(right)) if left > right => {
                inversions += lefts.len() as u64;
                rights.next()
            }
            (Some(_), _) => lefts.next(),
            (None, _) => rights.next(),
        };
        *place = next.copied().unwrap_or_default();
    }
    values.copy_from_slice(buffer);
    inversions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    /// Orders of 1, 2, 5, 40 and 300 items, and the same items by made-up keys.
    fn orders() -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let mut sample = Sample(10);
        let mut shuffled = |n| {
            let keys = sample.uniform(n);
            let mut items: Vec<usize> = (0..n).collect();
            items.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
            ((0..n).collect(), items)
        };
        [1, 2, 5, 40, 300].into_iter().map(&mut shuffled).unzip()
    }

    // Expected values: from scipy.stats.kendalltau, tau = 1 - 4 inversions / (n (n - 1)).
    #[test]
    fn equals_scipy() {
        let (y_true, y_pred) = orders();
        assert_eq!(kendall_tau_inversions(&y_true[3], &y_pred[3]), Ok(400));
        assert_eq!(kendall_tau_inversions(&y_true[4], &y_pred[4]), Ok(22456));
        assert_close(kendall_tau_pooled(&y_true, &y_pred), -0.0015556188514713742);
        assert_eq!(kendall_tau_pooled(&y_pred, &y_true), kendall_tau_pooled(&y_true, &y_pred));
    }

    #[test]
    fn items_may_be_of_any_kind() {
        assert_eq!(kendall_tau_inversions(&["x", "y", "z"], &["z", "y", "x"]), Ok(3));
        assert_eq!(kendall_tau_inversions(&["x", "y", "z"], &["y", "x", "z"]), Ok(1));
        assert_eq!(kendall_tau_pooled(&[vec!["a", "b", "c"]], &[vec!["c", "b", "a"]]), Ok(-1.0));
    }

    #[test]
    fn orders_of_other_items_are_errors() {
        let undefined = |a: &[i32], b: &[i32]| matches!(kendall_tau_inversions(a, b), Err(MetricError::Undefined(_)));
        assert!(undefined(&[1, 2], &[1, 3]));
        assert!(undefined(&[1, 2], &[1, 1]));
        assert!(undefined(&[1, 1], &[1, 1]));
        let lengths = MetricError::DifferentLengths { y_true: 2, y_pred: 1 };
        assert_eq!(kendall_tau_inversions(&[1, 2], &[1]), Err(lengths));
        assert!(matches!(kendall_tau_pooled(&[vec![1]], &[vec![1]]), Err(MetricError::Undefined(_))));
    }
}
