//! The share of rows with a wrong label.

use assay_sdk::metrics::{accuracy_score, class_counts};
use assay_sdk::{
    Description, GradeError, Grader, Kind, Label, LabelMetric, LabelRule, Options, Problem, Score, Table, class_details,
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
        LabelRule::of(options)?.grade::<Self>(answers, submission, target)
    }
}

impl LabelMetric for ClassificationError {
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
        let details = class_details(class_counts(y_true, y_pred), |class| 1.0 - class.recall());
        Ok(Score { value: 1.0 - accuracy_score(y_true, y_pred)?, details })
    }
}

assay_sdk::export!(ClassificationError);
