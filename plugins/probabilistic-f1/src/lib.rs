//! Probabilistic F1 of one column.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct ProbabilisticF1;

impl Grader for ProbabilisticF1 {
    fn describe() -> Description {
        Description::higher(
            "probabilistic-f1",
            env!("CARGO_PKG_VERSION"),
            "F1 with predicted probabilities in place of counts (Yacouby and Axman 2020). Predictions are clipped to [0, 1].",
        )
        .required("target", Kind::Column, "the column of probabilities; the answers hold 1 for positive and 0 for negative")
    }

    /// Quirk: where every prediction is below 0 the original divides whole numbers by 0, which is an error; one prediction of 0 among
    /// them makes it a score of 0. A corrected grader would score 0 in either case, or refuse whatever is not from 0 to 1.
    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let Ok(target) = options.text("target") else { return Ok(()) };
        let below_0 = submission.numbers(target).is_ok_and(|y_prob| y_prob.iter().all(|&p| p < 0.0));
        if below_0 {
            return Err(vec![Problem::of_column(target, "all values are below 0: probabilities are from 0 to 1")]);
        }
        Ok(())
    }

    /// Quirk: if a single prediction is missing, the score is 0. A corrected grader would refuse the submission.
    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let y_true: Vec<bool> = answers.numbers(target)?.iter().map(|&label| label > 0.5).collect();
        Ok(metrics::probabilistic_f1(&y_true, &submission.numbers(target)?)?.into())
    }
}

assay_sdk::export!(ProbabilisticF1);
