//! Matthews correlation coefficient.

use assay_sdk::metrics::matthews_corrcoef;
use assay_sdk::{Description, GradeError, Grader, Kind, Label, LabelMetric, LabelRule, Options, Problem, Score, Table};

struct MatthewsCorrelation;

impl Grader for MatthewsCorrelation {
    fn describe() -> Description {
        Description::higher(
            "matthews-correlation",
            env!("CARGO_PKG_VERSION"),
            "Matthews correlation coefficient of two or more classes (scikit-learn's matthews_corrcoef; Gorodkin 2004). A \
             side that holds a single class scores 0.",
        )
        .required("target", Kind::Column, "the column of labels")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        LabelRule::validate(submission, options)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        LabelRule::Exact { missing: None }.grade::<Self>(answers, submission, target)
    }
}

impl LabelMetric for MatthewsCorrelation {
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
        Ok(matthews_corrcoef(y_true, y_pred)?.into())
    }
}

assay_sdk::export!(MatthewsCorrelation);
