//! Spearman's rank correlation coefficient of one column, or the mean over several.

use assay_sdk::{ColumnView, Description, GradeError, Grader, Kind, Options, Problem, Score, Table, metrics};

struct SpearmanCorrelation;

impl Grader for SpearmanCorrelation {
    fn describe() -> Description {
        Description::higher(
            "spearman-correlation",
            env!("CARGO_PKG_VERSION"),
            "Spearman's rank correlation coefficient (scipy.stats.spearmanr: ties share their average rank), averaged over the \
             columns.",
        )
        .optional(
            "targets",
            Kind::Columns,
            "the predicted columns (default: all columns of the contract); one of text, if the contract lets it pass, is ranked as \
             text",
        )
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let targets = options.columns("targets", submission).unwrap_or_default();
        let problems: Vec<Problem> =
            targets.iter().filter_map(|name| problem(&submission.column(name).ok()?)).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        Score::mean_over(&options.columns("targets", answers)?, |name| {
            Ok(metrics::rank_correlation(&ranks(&answers.column(name)?), &ranks(&submission.column(name)?))?)
        })
    }
}

/// What makes the correlation of a column undefined, whatever the answers are.
fn problem(column: &ColumnView<'_>) -> Option<Problem> {
    if let Some(row) = column.first_missing() {
        return Some(Problem::of_cell(column.name(), row, "a value is missing: give every row one"));
    }
    let constant = ranks(column).windows(2).all(|pair| pair[0] == pair[1]);
    constant.then(|| Problem::of_column(column.name(), "all values are equal: a correlation needs values that differ"))
}

/// The ranks of a column without missing cells.
///
/// The quirk `text-is-ranked`: a single cell that is no number (`50%`, or `1e400`, which is too large) makes a column text, and
/// its cells are then ranked in the order of their characters, so that `10` comes before `9`. A corrected grader would refuse
/// text, as a contract with `type = "number"` does.
fn ranks(column: &ColumnView<'_>) -> Vec<f64> {
    match column.numbers() {
        Some(numbers) => metrics::rank_average_numbers(&numbers),
        None => {
            let texts: Vec<&str> = (0..column.len()).map(|row| column.text(row).unwrap_or_default()).collect();
            metrics::rank_average(&texts, Ord::cmp)
        }
    }
}

assay_sdk::export!(SpearmanCorrelation);
