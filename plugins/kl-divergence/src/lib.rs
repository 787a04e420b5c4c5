//! Kullback-Leibler divergence of predicted from true distributions.

use std::borrow::Cow;

use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Score, Table, Values, metrics};

struct KlDivergence;

impl Grader for KlDivergence {
    fn describe() -> Description {
        Description::lower(
            "kl-divergence",
            env!("CARGO_PKG_VERSION"),
            "The mean over rows of the Kullback-Leibler divergence: the sum over classes of t ln(t / p), in nats, with t the answer's share \
             of its row and p the prediction. Details: the part of each class.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the columns of probabilities, one a class; the answers hold counts or shares (default: all columns of the contract)",
        )
        .required("epsilon", Kind::Number, "predictions are clipped to [epsilon, 1 - epsilon]")
    }

    /// Quirk: a missing prediction counts 0, which improves the score. A corrected grader would refuse the submission.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let targets = options.columns("targets", answers)?;
        let epsilon = options.number("epsilon")?;
        if !(0.0..=0.5).contains(&epsilon) {
            return Err(GradeError::Failure("option `epsilon` must be from 0 to 0.5".into()));
        }
        let y_true = shares(answers, &targets)?;
        let y_pred = targets.iter().map(|name| clipped(submission, name, epsilon)).collect::<Result<Vec<_>, _>>()?;
        let y_true: Vec<&[f64]> = y_true.iter().map(Vec::as_slice).collect();
        let y_pred: Vec<&[f64]> = y_pred.iter().map(AsRef::as_ref).collect();
        let mut details = Vec::with_capacity(targets.len());
        for (name, (y_true, y_pred)) in targets.iter().zip(y_true.iter().zip(&y_pred)) {
            details.push(Detail { name: (*name).to_owned(), value: metrics::kl_divergence(&[y_true], &[y_pred])? });
        }
        Ok(Score { value: metrics::kl_divergence(&y_true, &y_pred)?, details })
    }
}

/// The answers' columns, divided by their sum in each row.
fn shares(answers: &Table, targets: &[&str]) -> Result<Vec<Vec<f64>>, GradeError> {
    let columns = targets.iter().map(|name| answers.numbers(name)).collect::<Result<Vec<_>, _>>()?;
    let sums: Vec<f64> = (0..answers.len()).map(|row| columns.iter().map(|column| column[row]).sum()).collect();
    Ok(columns.iter().map(|column| column.iter().zip(&sums).map(|(count, sum)| count / sum).collect()).collect())
}

/// The predictions of a class, clipped.
///
/// Quirk `whole-numbers-are-not-clipped`: pandas turns what clipping makes of a column of whole numbers (`0` and `1`) back to whole
/// numbers, so that a certain and wrong prediction scores infinity, which a host refuses, whereas `0.0` in its place scores about 15.
/// A corrected grader would clip every column.
fn clipped<'a>(submission: &'a Table, name: &str, epsilon: f64) -> Result<Cow<'a, [f64]>, GradeError> {
    let column = submission.numbers(name)?;
    Ok(match submission.column(name)?.values() {
        Values::Float64(_) => column.iter().map(|p| p.clamp(epsilon, 1.0 - epsilon)).collect(),
        _ => column,
    })
}

assay_sdk::export!(KlDivergence);
