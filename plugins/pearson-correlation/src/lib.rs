//! Pearson's correlation coefficient of one column, or the mean over several.

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

const CONSTANT: &str = "all values are equal: a correlation needs values that differ";

struct PearsonCorrelation;

impl Grader for PearsonCorrelation {
    fn describe() -> Description {
        Description::higher(
            "pearson-correlation",
            env!("CARGO_PKG_VERSION"),
            "Pearson's correlation coefficient (scipy.stats.pearsonr), averaged over the columns.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the predicted columns, of finite numbers (default: all columns of the contract)",
        )
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let targets = options.columns("targets", submission).unwrap_or_default();
        let constant = |name: &&str| {
            submission.numbers(name).is_ok_and(|numbers| numbers.windows(2).all(|pair| pair[0] == pair[1]))
        };
        let problems: Vec<Problem> =
            targets.into_iter().filter(constant).map(|name| Problem::of_column(name, CONSTANT)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        Score::mean_over(&options.columns("targets", answers)?, |name| {
            Ok(metrics::pearson_correlation(&answers.numbers(name)?, &submission.numbers(name)?)?)
        })
    }
}

assay_sdk::export!(PearsonCorrelation);
