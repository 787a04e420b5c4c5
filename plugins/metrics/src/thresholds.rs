//! Counts of true and false positives at each threshold of the score.

use crate::roc_auc::scores_of;

/// How many rows score at least a threshold.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// Positive rows.
    pub(crate) true_positives: u64,
    /// Negative rows.
    pub(crate) false_positives: u64,
}

/// The counts at each distinct score, from the highest to the lowest; the last holds all rows. The scores are finite.
/// Cost: O(n log n).
pub(crate) fn counts_at_thresholds(y_true: &[bool], y_score: &[f64]) -> Vec<Counts> {
    let (positives, negatives) = (scores_of(true, y_true, y_score), scores_of(false, y_true, y_score));
    let (mut positives, mut negatives) = (positives.iter().rev().peekable(), negatives.iter().rev().peekable());
    let mut so_far = Counts { true_positives: 0, false_positives: 0 };
    let mut counts = Vec::with_capacity(y_true.len());
    while let Some(&threshold) = positives.peek().max(negatives.peek()) {
        while positives.next_if_eq(&threshold).is_some() {
            so_far.true_positives += 1;
        }
        while negatives.next_if_eq(&threshold).is_some() {
            so_far.false_positives += 1;
        }
        counts.push(so_far);
    }
    counts
}
