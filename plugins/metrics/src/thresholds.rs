//! Counts of true and false positives at each threshold of the score.

/// How many rows score at least a threshold.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    /// Positive rows.
    pub(crate) true_positives: u64,
    /// Negative rows.
    pub(crate) false_positives: u64,
}

/// The counts at each distinct score, from the highest to the lowest; the last holds all rows. The scores are not NaN.
/// Cost: O(n log n).
pub(crate) fn counts_at_thresholds(y_true: &[bool], y_score: &[f64]) -> Vec<Counts> {
    let mut rows: Vec<(f64, bool)> = y_score.iter().copied().zip(y_true.iter().copied()).collect();
    rows.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut so_far = Counts { true_positives: 0, false_positives: 0 };
    let equal_scores = rows.chunk_by(|(a, _), (b, _)| a == b);
    equal_scores
        .map(|rows| {
            let positives = rows.iter().filter(|(_, positive)| *positive).count() as u64;
            so_far.true_positives += positives;
            so_far.false_positives += rows.len() as u64 - positives;
            so_far
        })
        .collect()
}
