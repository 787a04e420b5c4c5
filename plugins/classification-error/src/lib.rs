//! The share of rows with a wrong label.

use std::fmt::Display;

use assay_sdk::{
    Description, GradeError, Grader, Kind, LabelRule, Labels, Options, Problem, Score, Table, class_details, metrics,
};

struct ClassificationError;

impl Grader for ClassificationError {
    fn describe() -> Description {
        Description::lower(
            "classification-error",
            env!("CARGO_PKG_VERSION"),
            "The share of rows whose label is wrong: 1 - scikit-learn's accuracy_score. Details: the same for the rows of each class.",
        )
        .required("target", Kind::Column, "the column of labels")
        .label_options()
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        LabelRule::validate(submission, options)
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        match LabelRule::of(options)?.both(answers, submission, target)? {
            (Labels::Integers(y_true), Labels::Integers(y_pred)) => score(&y_true, &y_pred),
            (Labels::Texts(y_true), Labels::Texts(y_pred)) => score(&y_true, &y_pred),
            _ => Err(Labels::mixed(target)),
        }
    }
}

fn score<T: Ord + Display>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
    let rows = y_true.iter().zip(y_pred).map(|(t, p)| ([t], [p]));
    Ok(Score {
        value: 1.0 - metrics::accuracy_score(y_true, y_pred)?,
        details: class_details(rows, |rows| 1.0 - rows.recall()),
    })
}

assay_sdk::export!(ClassificationError);
