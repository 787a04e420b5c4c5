//! F1, the harmonic mean of precision and recall.

use std::collections::BTreeSet;

use crate::classes::{ClassCount, class_counts};
use crate::{MetricError, accuracy_score, arguments, mean};

/// The unweighted mean of the F1 of each class (scikit-learn's `f1_score(average="macro")`).
///
/// `F1 = 2 TP / (true + predicted)`; the classes are all labels that occur on either side, so a label that is only predicted adds
/// a 0 to the mean. Summed in the order of the labels. Cost: O(n log classes).
///
/// # Errors
///
/// Different lengths, or no rows.
pub fn f1_score_macro<T: Ord + Copy>(y_true: &[T], y_pred: &[T]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    mean(&class_counts(y_true, y_pred).into_iter().map(|(_, count)| count.f1()).collect::<Vec<f64>>())
}

/// F1 of the pooled counts (scikit-learn's `f1_score(average="micro")`). With one label a row this is the accuracy. Cost: O(n).
///
/// # Errors
///
/// Different lengths, or no rows.
pub fn f1_score_micro<T: PartialEq>(y_true: &[T], y_pred: &[T]) -> Result<f64, MetricError> {
    // Each wrong row is one false positive and one false negative, so 2 TP / (2 TP + FP + FN) = TP / n.
    accuracy_score(y_true, y_pred)
}

/// F1 of the pooled counts over sets of labels: `2 TP / (2 TP + FP + FN)`, and 0 if there is no true positive (scikit-learn's
/// `f1_score(average="micro")` after a `MultiLabelBinarizer` with the classes of `y_true`).
///
/// The classes are those of `y_true`: a predicted label that occurs in no row of `y_true` is ignored and costs nothing.
/// Cost: O(labels * log classes).
///
/// # Errors
///
/// Different lengths, or no rows.
pub fn f1_score_micro_sets<T: Ord>(y_true: &[BTreeSet<T>], y_pred: &[BTreeSet<T>]) -> Result<f64, MetricError> {
    arguments::rows(y_true, y_pred)?;
    let classes: BTreeSet<&T> = y_true.iter().flatten().collect();
    let mut pooled = ClassCount::default();
    for (truth, predicted) in y_true.iter().zip(y_pred) {
        pooled.y_true += truth.len() as u64;
        pooled.y_pred += predicted.iter().filter(|label| classes.contains(label)).count() as u64;
        pooled.both += predicted.iter().filter(|label| truth.contains(label)).count() as u64;
    }
    Ok(pooled.f1())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, assert_close};

    // Expected values: sklearn.metrics.f1_score; for sets after MultiLabelBinarizer(classes=sorted labels of y_true).
    #[test]
    fn macro_average_equals_scikit_learn() {
        let (y_true, y_pred) = Sample(4).labels(1000);
        assert_close(f1_score_macro(&y_true, &y_pred), 0.3418292961298426);
        assert_close(f1_score_macro(&["a", "b", "b"], &["a", "c", "b"]), 0.5555555555555555);
    }

    #[test]
    fn micro_average_equals_scikit_learn() {
        let (y_true, y_pred) = Sample(4).labels(1000);
        assert_close(f1_score_micro(&y_true, &y_pred), 0.407);
    }

    #[test]
    fn micro_average_over_sets_equals_scikit_learn() {
        let mut sample = Sample(5);
        let mut sets = |classes| {
            let mut sets = vec![BTreeSet::new(); 200];
            for (row, label) in sample.below(200, 600).into_iter().zip(sample.below(classes, 600)) {
                sets[usize::try_from(row).unwrap()].insert(label);
            }
            sets
        };
        let (y_true, y_pred) = (sets(10), sets(12));
        assert_close(f1_score_micro_sets(&y_true, &y_pred), 0.22153209109730848);
    }

    #[test]
    fn labels_that_no_answer_has_are_ignored() {
        let y_true = [BTreeSet::from(["a", "b"]), BTreeSet::from(["c"]), BTreeSet::new()];
        let y_pred = [BTreeSet::from(["a", "z"]), BTreeSet::from(["b"]), BTreeSet::from(["z"])];
        assert_close(f1_score_micro_sets(&y_true, &y_pred), 0.4);
    }

    #[test]
    fn nothing_predicted_scores_0() {
        assert_eq!(f1_score_micro_sets(&[BTreeSet::from(["a"])], &[BTreeSet::new()]), Ok(0.0));
        assert_eq!(f1_score_micro_sets(&[BTreeSet::<i64>::new()], &[BTreeSet::new()]), Ok(0.0));
        assert_eq!(f1_score_macro::<i64>(&[], &[]), Err(MetricError::Empty));
    }
}
