//! The logarithm of the mean absolute error, averaged over groups.

use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct LogMaeByGroup;

impl Grader for LogMaeByGroup {
    fn describe() -> Description {
        Description::lower(
            "log-mae-by-group",
            env!("CARGO_PKG_VERSION"),
            "The mean over groups of the natural logarithm of the mean absolute error (scikit-learn's mean_absolute_error) within the group. \
             Details: the logarithm of each group.",
        )
        .required("target", Kind::Column, "the predicted column")
        .required("group", Kind::Column, "the column of the answers that names the group")
    }

    /// Quirk: there is no floor under the error, so a group without any makes the score minus infinity, which a host refuses. A
    /// corrected grader would take the logarithm of at least 1e-9.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let group = answers.column(options.text("group")?)?;
        let groups: Vec<_> = (0..group.len()).map(|row| group.python_text(row)).collect();
        let logarithms = metrics::log_mae_by_group(&answers.numbers(target)?, &submission.numbers(target)?, &groups)?;
        let details = logarithms.into_iter().map(|(group, value)| Detail { name: group.to_string(), value });
        Score::mean_of(details.collect())
    }
}

assay_sdk::export!(LogMaeByGroup);
