//! Mean absolute error of one column.

use assay_sdk::{Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct MeanAbsoluteError;

impl Grader for MeanAbsoluteError {
    fn describe() -> Description {
        let summary = "The mean of |answer - prediction| (scikit-learn's mean_absolute_error).";
        Description::lower("{{name}}", env!("CARGO_PKG_VERSION"), summary)
            .required("target", Kind::Column, "the predicted column")
            .optional("tolerance", Kind::Number, "errors up to this size count as none (default: 0)")
    }

    // Sees the submission alone, so participants may read what it says.
    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let target = options.text("target").unwrap_or_default();
        let Ok(predictions) = submission.numbers(target) else {
            return Err(vec![Problem::of_column(target, "it is not of numbers")]);
        };
        let rows = predictions.iter().enumerate().filter(|(_, prediction)| !prediction.is_finite());
        let message = "the prediction is missing or not finite: a number is needed";
        let problems: Vec<Problem> = rows.map(|(row, _)| Problem::of_cell(target, row, message)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let tolerance = options.number_or_none("tolerance")?.unwrap_or(0.0);
        let (y_true, y_pred) = (answers.numbers(target)?, submission.numbers(target)?);
        // A row without an answer does not count.
        let scored = y_true.iter().zip(y_pred.iter()).filter(|(answer, _)| !answer.is_nan());
        let errors: Vec<f64> = scored
            .map(|(answer, prediction)| (answer - prediction).abs())
            .map(|error| if error <= tolerance { 0.0 } else { error })
            .collect();
        if errors.is_empty() {
            return Err(GradeError::Failure("no row has an answer".into()));
        }
        let largest = errors.iter().copied().fold(0.0, f64::max);
        let details = vec![Detail { name: "largest error".into(), value: largest }];
        Ok(Score { value: metrics::mean(&errors)?, details })
    }
}

assay_sdk::export!(MeanAbsoluteError);

#[cfg(test)]
mod tests {
    use assay_sdk::{Column, Setting, Values};

    use super::*;

    fn table(numbers: &[f64]) -> Table {
        let column = Column { name: "y".into(), values: Values::Float64(numbers.to_vec()), validity: None };
        Table { rows: numbers.len() as u32, columns: vec![column] }
    }

    fn options() -> Options {
        Options::new(vec![("target".into(), Setting::Text("y".into()))])
    }

    // By hand: (1 + 0 + 3) / 3; the last row has no answer.
    #[test]
    fn a_known_value() {
        let answers = table(&[1.0, 2.0, 3.0, f64::NAN]);
        let score = MeanAbsoluteError::grade(&table(&[2.0, 2.0, 0.0, 9.0]), &answers, &options()).unwrap();
        assert_eq!((score.value, score.details[0].value), (4.0 / 3.0, 3.0));
    }

    #[test]
    fn a_missing_prediction_is_refused() {
        let problems = MeanAbsoluteError::validate(&table(&[1.0, f64::NAN]), &options()).unwrap_err();
        assert_eq!((problems[0].row, problems[0].column.as_deref()), (Some(1), Some("y")));
    }
}
