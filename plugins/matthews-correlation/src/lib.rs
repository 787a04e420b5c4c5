//! Matthews correlation coefficient.

use assay_sdk::{Description, GradeError, Grader, Kind, LabelRule, Labels, Options, Problem, Score, Table, metrics};

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
        Ok(match (LabelRule::Exact { missing: None }).both(answers, submission, target)? {
            (Labels::Integers(y_true), Labels::Integers(y_pred)) => metrics::matthews_corrcoef(&y_true, &y_pred),
            (Labels::Texts(y_true), Labels::Texts(y_pred)) => metrics::matthews_corrcoef(&y_true, &y_pred),
            _ => return Err(Labels::mixed(target)),
        }?
        .into())
    }
}

assay_sdk::export!(MatthewsCorrelation);
