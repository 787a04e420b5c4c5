//! Log loss of one column of probabilities, weighted by the kind of row, averaged over groups.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Score, Table, metrics};

struct WeightedLogLoss;

impl Grader for WeightedLogLoss {
    fn describe() -> Description {
        Description::lower(
            "weighted-log-loss",
            env!("CARGO_PKG_VERSION"),
            "The mean over groups of rows of the weighted mean of the binary log loss within the group (natural logarithm, probabilities \
             clipped to [epsilon, 1 - epsilon]). The weight of a row goes by its kind and by whether it is positive.",
        )
        .required("target", Kind::Column, "the column of probabilities; the answers hold 1 for positive and 0 for negative")
        .required("group", Kind::Column, "the column of the answers that names the group")
        .required("kind", Kind::Column, "the column of the answers that names the kind of row")
        .required("kinds", Kind::Texts, "all kinds of rows")
        .required("positive_weights", Kind::Numbers, "the weight of a positive row, for each of `kinds`")
        .required("negative_weights", Kind::Numbers, "the weight of a negative row, for each of `kinds`")
        .required("epsilon", Kind::Number, "how close to 0 and 1 a probability comes")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let y_true: Vec<bool> = answers.numbers(target)?.iter().map(|&label| label > 0.5).collect();
        let group = answers.column(options.text("group")?)?;
        let groups: Vec<_> = (0..group.len()).map(|row| group.python_text(row)).collect();
        let value = metrics::weighted_log_loss(
            &y_true,
            &submission.numbers(target)?,
            &weights(answers, &y_true, options)?,
            &groups,
            options.number("epsilon")?,
        )?;
        Ok(value.into())
    }
}

/// The weight of each row.
fn weights(answers: &Table, y_true: &[bool], options: &Options) -> Result<Vec<f64>, GradeError> {
    let (kind, kinds) = (answers.column(options.text("kind")?)?, options.texts("kinds")?);
    let (positive, negative) = (options.numbers("positive_weights")?, options.numbers("negative_weights")?);
    let weight = |(row, &is_positive): (usize, &bool)| {
        let kind = kind.python_text(row);
        let weights = if is_positive { positive } else { negative };
        let weight = kinds.iter().position(|name| *name == kind).and_then(|index| weights.get(index));
        weight.copied().ok_or_else(|| GradeError::Failure(format!("the options give no weight for kind `{kind}`")))
    };
    y_true.iter().enumerate().map(weight).collect()
}

assay_sdk::export!(WeightedLogLoss);
