//! Mean absolute error of one column.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct MeanAbsoluteError;

impl Grader for MeanAbsoluteError {
    fn describe() -> Description {
        Description::lower(
            "mean-absolute-error",
            env!("CARGO_PKG_VERSION"),
            "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).",
        )
        .required("target", Kind::Column, "the predicted column")
        .optional(
            "whole",
            Kind::Boolean,
            "whether the score is rounded to a whole number, halves to even (default: false)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let value = metrics::mean_absolute_error(&answers.numbers(target)?, &submission.numbers_or_text(target)?)?;
        Ok(if options.boolean_or("whole", false)? { value.round_ties_even() } else { value }.into())
    }
}

assay_sdk::export!(MeanAbsoluteError);
