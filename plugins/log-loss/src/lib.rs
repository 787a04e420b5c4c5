//! Log loss of one column of probabilities, or of one column a class.

use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct LogLoss;

impl Grader for LogLoss {
    fn describe() -> Description {
        Description::lower(
            "log-loss",
            env!("CARGO_PKG_VERSION"),
            "Log loss, also called cross-entropy (scikit-learn's log_loss: natural logarithm, probabilities clipped to \
             [2^-52, 1 - 2^-52], rows not made to sum to 1).",
        )
        .optional(
            "targets",
            Kind::Columns,
            "one column: the probability of a positive, for answers of 1 and 0; several: the probability of each class, for \
             answers that hold 1 in the column of the row's class and 0 in the others (default: all columns of the contract)",
        )
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let targets = options.columns("targets", answers)?;
        let y_true = targets.iter().map(|name| answers.numbers(name)).collect::<Result<Vec<_>, _>>()?;
        let y_prob = targets.iter().map(|name| submission.numbers(name)).collect::<Result<Vec<_>, _>>()?;
        if let ([y_true], [y_prob]) = (y_true.as_slice(), y_prob.as_slice()) {
            let y_true: Vec<bool> = y_true.iter().map(|&label| label > 0.5).collect();
            return Ok(metrics::log_loss(&y_true, y_prob)?.into());
        }
        let y_true: Vec<&[f64]> = y_true.iter().map(AsRef::as_ref).collect();
        let y_prob: Vec<&[f64]> = y_prob.iter().map(AsRef::as_ref).collect();
        let value = metrics::log_loss_multiclass(&y_true, &y_prob)?;
        Ok(Score { value, details: loss_by_class(&targets, &y_true, &y_prob)? })
    }
}

/// The log loss over the rows of each class that the answers have.
fn loss_by_class(targets: &[&str], y_true: &[&[f64]], y_prob: &[&[f64]]) -> Result<Vec<Detail>, GradeError> {
    let mut details = Vec::new();
    for (name, (y_true, y_prob)) in targets.iter().zip(y_true.iter().zip(y_prob)) {
        let (y_true, y_prob): (Vec<f64>, Vec<f64>) =
            y_true.iter().zip(*y_prob).filter(|&(&label, _)| label > 0.5).unzip();
        if !y_true.is_empty() {
            let value = metrics::log_loss_multiclass(&[&y_true], &[&y_prob])?;
            details.push(Detail { name: (*name).to_owned(), value });
        }
    }
    Ok(details)
}

assay_sdk::export!(LogLoss);
