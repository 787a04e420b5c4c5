//! Root mean squared logarithmic error of one column, or the mean over several.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct RootMeanSquaredLogError;

impl Grader for RootMeanSquaredLogError {
    fn describe() -> Description {
        Description::lower(
            "root-mean-squared-log-error",
            env!("CARGO_PKG_VERSION"),
            "The square root of the mean of (ln(1 + answer) - ln(1 + prediction))^2 (scikit-learn's \
             root_mean_squared_log_error), averaged over the columns.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the predicted columns, of values above -1 (default: all columns of the contract)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        Score::mean_over(&options.columns("targets", answers)?, |name| {
            Ok(metrics::root_mean_squared_log_error(&answers.numbers(name)?, &submission.numbers(name)?)?)
        })
    }
}

assay_sdk::export!(RootMeanSquaredLogError);
