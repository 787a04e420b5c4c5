//! Figures of single classes, as details of a score.

use std::fmt::Display;

use crate::metrics::ClassCount;
use crate::metrics::boxes::AveragePrecisions;
use crate::{Detail, Score};

/// How many details a host takes, and how many bytes of a name.
pub(crate) const DETAILS: usize = 1024;
const NAME_BYTES: usize = 256;

/// A figure of each class of the answers, in the order that the counts come in.
///
/// There are no details where the classes are too many (over 1,024) or their names too long for a host: they are more than anyone
/// would read. A class that only the submission has is none, so that a submission cannot make up details.
pub fn class_details<Class: Display>(
    counts: impl IntoIterator<Item = (Class, ClassCount)>,
    figure: impl Fn(ClassCount) -> f64,
) -> Vec<Detail> {
    let of_answers = counts.into_iter().filter(|(_, count)| count.y_true > 0);
    let classes: Vec<_> = of_answers.take(DETAILS + 1).collect();
    let few = classes.len() <= DETAILS;
    if few { named(classes.into_iter().map(|(class, count)| (class, figure(count)))) } else { Vec::new() }
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
    use super::*;
    use crate::metrics::class_counts;

    fn figures(details: Vec<Detail>) -> Vec<(String, f64)> {
        details.into_iter().map(|detail| (detail.name, detail.value)).collect()
    }

    #[test]
    fn every_class_of_the_answers_has_a_figure() {
        let counts = class_counts(&["b", "a", "b", "b"], &["b", "b", "c", "b"]);
        let recall = figures(class_details(counts, ClassCount::recall));
        assert_eq!(recall, [("a".into(), 0.0), ("b".into(), 2.0 / 3.0)]);
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
        let of = |y_true: &[String]| {
            let y_true: Vec<&str> = y_true.iter().map(String::as_str).collect();
            class_details(class_counts(&y_true, &y_true), ClassCount::f1)
        };
        let numbered = |count: usize| (0..count).map(|class| class.to_string()).collect::<Vec<_>>();
        assert_eq!(of(&numbered(1024)).len(), 1024);
        assert!(of(&numbered(1025)).is_empty());
        assert!(of(&["x".repeat(257)]).is_empty());
        assert!(of(&[String::new()]).is_empty());
        assert_eq!(of(&["a\nb\u{202e}".into()])[0].name, r"a\nb\u{202e}");
    }
}
