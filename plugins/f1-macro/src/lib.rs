//! F1, averaged over the classes.

use std::fmt::Display;

use assay_sdk::{
    ClassRows, Description, GradeError, Grader, Kind, LabelRule, Labels, Options, Problem, Score, Table, class_details,
    metrics,
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
        match LabelRule::of(options)?.both(answers, submission, target)? {
            (Labels::Integers(y_true), Labels::Integers(y_pred)) => score(&y_true, &y_pred),
            (Labels::Texts(y_true), Labels::Texts(y_pred)) => score(&y_true, &y_pred),
            _ => Err(Labels::mixed(target)),
        }
    }
}

fn score<T: Ord + Copy + Display>(y_true: &[T], y_pred: &[T]) -> Result<Score, GradeError> {
    let rows = y_true.iter().zip(y_pred).map(|(t, p)| ([t], [p]));
    Ok(Score { value: metrics::f1_score_macro(y_true, y_pred)?, details: class_details(rows, ClassRows::f1) })
}

assay_sdk::export!(F1Macro);
