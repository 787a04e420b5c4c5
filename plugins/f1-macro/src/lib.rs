//! F1, averaged over the classes.

use assay_sdk::metrics::{ClassCount, class_counts, f1_score_macro};
use assay_sdk::{
    Description, GradeError, Grader, Kind, Label, LabelMetric, LabelRule, Options, Problem, Score, Table, class_details,
};

struct F1Macro;

impl Grader for F1Macro {
    fn describe() -> Description {
        Description::higher(
            "f1-macro",
            env!("CARGO_PKG_VERSION"),
            "The unweighted mean of the F1 of each class (scikit-learn's f1_score(average=\"macro\")). The classes are the labels of \
             either side: one that is only predicted adds a 0 to the mean. Details: the F1 of each class of the answers.",
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

impl LabelMetric for F1Macro {
    fn score<T: Label>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
        let details = class_details(class_counts(y_true, y_pred), ClassCount::f1);
        Ok(Score { value: f1_score_macro(y_true, y_pred)?, details })
    }
}

assay_sdk::export!(F1Macro);
