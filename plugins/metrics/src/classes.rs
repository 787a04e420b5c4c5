//! The classes of two columns of labels, and how often each occurs.

/// How many rows have a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCount {
    /// In `y_true`.
    pub y_true: u64,
    /// In `y_pred`.
    pub y_pred: u64,
    /// In both, on the same row.
    pub both: u64,
}

impl ClassCount {
    /// The share of the class' rows that are right: `both / y_true`. NaN for a class that is only predicted.
    #[must_use]
    pub fn recall(self) -> f64 {
        self.both as f64 / self.y_true as f64
    }

    /// `2 both / (y_true + y_pred)`, and 0 if no row is right.
    #[must_use]
    pub fn f1(self) -> f64 {
        if self.both == 0 { 0.0 } else { (2 * self.both) as f64 / (self.y_true + self.y_pred) as f64 }
    }
}

/// The counts of each class of two columns of labels, one a row, in the order of the labels: the sums and the diagonal of the confusion
/// matrix, without the matrix. Cost: O(n log classes).
pub fn class_counts<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Vec<(T, ClassCount)> {
    class_counts_of_sets(y_true.iter().zip(y_pred).map(|(&t, &p)| ([t], [p])))
}

/// The same of rows with any number of labels, none of them twice. Cost: O(labels log classes), and in each row O(true * predicted).
pub fn class_counts_of_sets<T: Ord + Copy, Row: IntoIterator<Item = T> + Clone>(
    rows: impl Iterator<Item = (Row, Row)> + Clone,
) -> Vec<(T, ClassCount)> {
    let classes = classes(rows.clone().flat_map(|(y_true, y_pred)| y_true.into_iter().chain(y_pred)));
    let mut counts: Vec<(T, ClassCount)> = classes.into_iter().map(|class| (class, ClassCount::default())).collect();
    let place = |counts: &[(T, ClassCount)], label: T| counts.partition_point(|(class, _)| *class < label);
    for (y_true, y_pred) in rows {
        for label in y_true {
            let right = y_pred.clone().into_iter().any(|predicted| predicted == label);
            let place = place(&counts, label);
            if let Some((_, count)) = counts.get_mut(place) {
                count.y_true += 1;
                count.both += u64::from(right);
            }
        }
        for label in y_pred {
            let place = place(&counts, label);
            if let Some((_, count)) = counts.get_mut(place) {
                count.y_pred += 1;
            }
        }
    }
    counts
}

/// Labels, ascending, each once. Cost: O(n log n), less where classes are few; memory for the classes alone.
pub(crate) fn classes<T: Ord + Copy>(labels: impl Iterator<Item = T>) -> Vec<T> {
    const CHUNK: usize = 1 << 16;
    const FEW: usize = 64;
    let (mut classes, mut full) = (Vec::new(), CHUNK);
    let mut few = true;
    for label in labels {
        if few {
            if let Err(place) = classes.binary_search(&label) {
                classes.insert(place, label);
                few = classes.len() < FEW;
            }
            continue;
        }
        classes.push(label);
        if classes.len() == full {
            classes.sort_unstable();
            classes.dedup();
            // Chunks grow with the classes, so that few classes are sorted anew for each label.
            full = classes.len() + classes.len().max(CHUNK);
        }
    }
    classes.sort_unstable();
    classes.dedup();
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_many_chunks_are_sorted_and_distinct() {
        let labels = (0..200_000).rev().chain([5, 200_001, 5]);
        let expected: Vec<u32> = (0..200_000).chain([200_001]).collect();
        assert_eq!(classes(labels), expected);
    }

    #[test]
    fn counts_are_the_margins_and_the_diagonal() {
        let counts = class_counts(&[3, 1, 1], &[3, 1, 2]);
        let counts: Vec<_> = counts.iter().map(|(class, of)| (*class, of.y_true, of.y_pred, of.both)).collect();
        assert_eq!(counts, [(1, 2, 1, 1), (2, 0, 1, 0), (3, 1, 1, 1)]);
    }

    // sklearn.metrics.recall_score and f1_score with average=None and labels=["a", "b", "c"].
    #[test]
    fn figures_equal_scikit_learn() {
        let counts = class_counts(&["b", "a", "b", "b"], &["b", "b", "c", "b"]);
        let recall: Vec<f64> = counts.iter().map(|(_, count)| count.recall()).collect();
        assert_eq!(recall[..2], [0.0, 2.0 / 3.0]);
        assert!(recall[2].is_nan(), "a class that is only predicted");
        let f1: Vec<f64> = counts.iter().map(|(_, count)| count.f1()).collect();
        assert_eq!(f1, [0.0, 2.0 / 3.0, 0.0]);
    }

    // f1_score(average=None) after MultiLabelBinarizer.
    #[test]
    fn rows_may_have_sets_of_classes() {
        let rows = [(vec![1, 2], vec![1, 3]), (vec![2], vec![1, 2])];
        let f1: Vec<(i32, f64)> =
            class_counts_of_sets(rows.into_iter()).into_iter().map(|(class, count)| (class, count.f1())).collect();
        assert_eq!(f1, [(1, 2.0 / 3.0), (2, 2.0 / 3.0), (3, 0.0)]);
    }
}
