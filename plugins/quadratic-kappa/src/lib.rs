//! Cohen's kappa with quadratic weights.

use assay_sdk::metrics::cohen_kappa_score_quadratic;
use assay_sdk::{Description, GradeError, Grader, Kind, Label, LabelMetric, LabelRule, Options, Problem, Score, Table};

struct QuadraticKappa;

impl Grader for QuadraticKappa {
    fn describe() -> Description {
        Description::higher(
            "quadratic-kappa",
            env!("CARGO_PKG_VERSION"),
            "Quadratic weighted kappa (scikit-learn's cohen_kappa_score with quadratic weights: distances are between the \
             positions of labels among all labels of both sides, not between the labels).",
        )
        .required("target", Kind::Column, "the column of labels")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        LabelRule::validate(submission, options)
    }

    // The quirk `positions-not-labels` of scikit-learn's function: a label that neither side uses closes the gap, so that with grades
    // 0, 1 and 4 alone an error from 1 to 4 weighs as much as one from 0 to 1. A corrected grader would be told the labels and count
    // those that nobody uses.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        LabelRule::Exact { missing: None }.grade::<Self>(answers, submission, target)
    }
}

impl LabelMetric for QuadraticKappa {
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
        Ok(cohen_kappa_score_quadratic(y_true, y_pred)?.into())
    }
}

assay_sdk::export!(QuadraticKappa);
