//! Figures of single classes, as details of a score.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::metrics::boxes::AveragePrecisions;
use crate::{Detail, Score};

/// How many details a host takes, and how many bytes of a name.
pub(crate) const DETAILS: usize = 1024;
const NAME_BYTES: usize = 256;

/// How many rows have a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassRows {
    /// In the answers.
    pub y_true: u64,
    /// In the submission.
    pub y_pred: u64,
    /// In both, on the same row.
    pub both: u64,
}

impl ClassRows {
    /// The share of the class' rows that are right.
    #[must_use]
    pub fn recall(self) -> f64 {
        self.both as f64 / self.y_true as f64
    }

    /// `2 both / (y_true + y_pred)`.
    #[must_use]
    pub fn f1(self) -> f64 {
        (2 * self.both) as f64 / (self.y_true + self.y_pred) as f64
    }
}

/// A figure of each class of the answers, in the order of the classes. `rows` are the classes of each row in the answers and in
/// the submission, none of them twice.
///
/// There are no details where the classes are too many (over 1,024) or their names too long for a host: they are more than anyone
/// would read. A class that only the submission has is none, so that a submission cannot make up details.
pub fn class_details<'a, T, Row>(
    rows: impl Iterator<Item = (Row, Row)> + Clone,
    figure: impl Fn(ClassRows) -> f64,
) -> Vec<Detail>
where
    T: Ord + Display + 'a,
    Row: IntoIterator<Item = &'a T> + Clone,
{
    let mut classes: BTreeMap<&T, ClassRows> = BTreeMap::new();
    for class in rows.clone().flat_map(|(y_true, _)| y_true) {
        classes.entry(class).or_default();
        if classes.len() > DETAILS {
            return Vec::new();
        }
    }
    for (y_true, y_pred) in rows {
        for class in y_true {
            let right = y_pred.clone().into_iter().any(|predicted| predicted == class);
            if let Some(rows) = classes.get_mut(class) {
                rows.y_true += 1;
                rows.both += u64::from(right);
            }
        }
        for class in y_pred {
            if let Some(rows) = classes.get_mut(class) {
                rows.y_pred += 1;
            }
        }
    }
    named(classes.into_iter().map(|(class, rows)| (class, figure(rows))))
}

/// The mean over classes, with the average precision of each as details.
impl<Class: Display> From<AveragePrecisions<Class>> for Score {
    fn from(precisions: AveragePrecisions<Class>) -> Self {
        let few = precisions.classes.len() <= DETAILS;
        Score { value: precisions.mean, details: if few { named(precisions.classes.into_iter()) } else { Vec::new() } }
    }
}

/// Details, or none if a name is too long.
fn named(figures: impl Iterator<Item = (impl Display, f64)>) -> Vec<Detail> {
    let details = figures.map(|(class, value)| {
        let name = class.to_string().escape_debug().to_string();
        (1..=NAME_BYTES).contains(&name.len()).then_some(Detail { name, value })
    });
    details.collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn figures(details: Vec<Detail>) -> Vec<(String, f64)> {
        details.into_iter().map(|detail| (detail.name, detail.value)).collect()
    }

    // recall_score and f1_score with average=None and labels=["a", "b"].
    #[test]
    fn every_class_of_the_answers_has_a_figure() {
        let (y_true, y_pred) = (["b", "a", "b", "b"], ["b", "b", "c", "b"]);
        let rows = y_true.iter().zip(&y_pred).map(|(t, p)| ([t], [p]));
        let recall = figures(class_details(rows.clone(), ClassRows::recall));
        assert_eq!(recall, [("a".into(), 0.0), ("b".into(), 2.0 / 3.0)]);
        assert_eq!(figures(class_details(rows, ClassRows::f1)), [("a".into(), 0.0), ("b".into(), 2.0 / 3.0)]);
    }

    // f1_score(average=None) after MultiLabelBinarizer.
    #[test]
    fn rows_may_have_sets_of_classes() {
        let y_true = [BTreeSet::from([1, 2]), BTreeSet::from([2])];
        let y_pred = [BTreeSet::from([1, 3]), BTreeSet::from([1, 2])];
        let f1 = figures(class_details(y_true.iter().zip(&y_pred), ClassRows::f1));
        assert_eq!(f1, [("1".into(), 2.0 / 3.0), ("2".into(), 2.0 / 3.0)]);
    }

    #[test]
    fn average_precisions_are_details() {
        let of = |classes: Vec<(String, f64)>| Score::from(AveragePrecisions { classes, mean: 0.5 });
        let score = of(vec![("a".into(), 0.25), ("b".into(), 0.75)]);
        assert_eq!(score.value, 0.5);
        assert_eq!(figures(score.details), [("a".into(), 0.25), ("b".into(), 0.75)]);
        assert_eq!(of((0..1024).map(|class| (class.to_string(), 0.5)).collect()).details.len(), 1024);
        assert!(of((0..1025).map(|class| (class.to_string(), 0.5)).collect()).details.is_empty());
    }

    #[test]
    fn details_stay_within_what_a_host_takes() {
        let of = |y_true: &[String]| class_details(y_true.iter().map(|t| ([t], [t])), ClassRows::f1);
        let numbered = |count: usize| (0..count).map(|class| class.to_string()).collect::<Vec<_>>();
        assert_eq!(of(&numbered(1024)).len(), 1024);
        assert!(of(&numbered(1025)).is_empty());
        assert!(of(&["x".repeat(257)]).is_empty());
        assert!(of(&[String::new()]).is_empty());
        assert_eq!(of(&["a\nb\u{202e}".into()])[0].name, r"a\nb\u{202e}");
    }
}
