//! Root mean squared error of one column.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct RootMeanSquaredError;

impl Grader for RootMeanSquaredError {
    fn describe() -> Description {
        Description::lower(
            "root-mean-squared-error",
            env!("CARGO_PKG_VERSION"),
            "The square root of the mean of (answer - prediction)^2 (scikit-learn's root_mean_squared_error).",
        )
        .required("target", Kind::Column, "the predicted column")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        Ok(metrics::root_mean_squared_error(&answers.numbers(target)?, &submission.numbers(target)?)?.into())
    }
}

assay_sdk::export!(RootMeanSquaredError);
