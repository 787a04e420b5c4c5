//! The classes of two columns of labels, and how often each occurs.

/// The labels of both sides, ascending, each once. Cost: O(n log n), less where classes are few; memory for the classes alone.
pub(crate) fn classes<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Vec<T> {
    const CHUNK: usize = 1 << 16;
    let mut classes = Vec::new();
    for mut labels in [y_true, y_pred] {
        while !labels.is_empty() {
            // Chunks grow with the classes, so that few classes are sorted anew for each label.
            let (chunk, later) = labels.split_at(labels.len().min(classes.len().max(CHUNK)));
            classes.extend_from_slice(chunk);
            classes.sort_unstable();
            classes.dedup();
            labels = later;
        }
    }
    classes
}

/// How many rows have a class.
#[derive(Clone, Copy, Default)]
pub(crate) struct ClassCount {
    /// In `y_true`.
    pub(crate) y_true: u64,
    /// In `y_pred`.
    pub(crate) y_pred: u64,
    /// In both, on the same row.
    pub(crate) both: u64,
}

/// The counts of each class, in the order of the labels: the sums and the diagonal of the confusion matrix, without the matrix.
pub(crate) fn class_counts<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Vec<ClassCount> {
    let classes = classes(y_true, y_pred);
    let mut counts = vec![ClassCount::default(); classes.len()];
    let class_of = |label: &T| classes.partition_point(|class| class < label);
    for (t, p) in y_true.iter().zip(y_pred) {
        let class = class_of(t);
        if let Some(count) = counts.get_mut(class) {
            count.y_true += 1;
            count.both += u64::from(t == p);
        }
        let class = if t == p { class } else { class_of(p) };
        if let Some(count) = counts.get_mut(class) {
            count.y_pred += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_many_chunks_are_sorted_and_distinct() {
        let y_true: Vec<u32> = (0..200_000).rev().collect();
        let expected: Vec<u32> = (0..200_000).chain([200_001]).collect();
        assert_eq!(classes(&y_true, &[5, 200_001, 5]), expected);
    }

    #[test]
    fn counts_are_the_margins_and_the_diagonal() {
        let counts = class_counts(&[3, 1, 1], &[3, 1, 2]);
        let counts: Vec<_> = counts.iter().map(|count| (count.y_true, count.y_pred, count.both)).collect();
        assert_eq!(counts, [(2, 1, 1), (0, 1, 0), (1, 1, 1)]);
    }
}
