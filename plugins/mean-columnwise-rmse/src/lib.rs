//! The mean of the root mean squared errors of several columns.

use assay_sdk::{ColumnView, Description, GradeError, Grader, Kind, Options, Score, Table, excerpt, metrics, pytext};

struct MeanColumnwiseRmse;

impl Grader for MeanColumnwiseRmse {
    fn describe() -> Description {
        Description::lower(
            "mean-columnwise-rmse",
            env!("CARGO_PKG_VERSION"),
            "The mean over columns of the root mean squared error (scikit-learn's root_mean_squared_error). Details: that of each column.",
        )
        .optional("targets", Kind::Columns, "the predicted columns (default: all columns of the contract)")
        .optional(
            "kept",
            Kind::Column,
            "a column of the answers that says which of their rows count; it needs `key`, and a contract that leaves pairing to the \
             grader (default: all rows count)",
        )
        .optional("key", Kind::Column, "with `kept`: the column that tells rows apart")
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let targets = options.columns("targets", answers)?;
        let rows = match options.text_or_none("kept")? {
            None => Rows { y_true: (0..answers.len()).collect(), y_pred: (0..submission.len()).collect() },
            Some(kept) => kept_rows(submission, answers, kept, options.text("key")?)?,
        };
        Score::mean_over(&targets, |name| {
            let y_true = answers.numbers(name)?;
            let y_true: Vec<f64> = rows.y_true.iter().map(|&row| y_true[row]).collect();
            let y_pred = numbers(&submission.column(name)?, &rows.y_pred)?;
            Ok(metrics::root_mean_squared_error(&y_true, &y_pred)?)
        })
    }
}

/// The rows that count, in the order in which they are graded against each other.
struct Rows {
    y_true: Vec<usize>,
    y_pred: Vec<usize>,
}

/// Quirk `row-number-mask`: which rows of the submission count is looked up by their number in the file, not by their key, in the
/// column of the answers. Then what is left of both sides is paired in the order of keys. In a submission that keeps the answers'
/// order it is the same; in any other, rows are graded against answers of other keys, silently. A corrected grader would look
/// rows up by their keys.
fn kept_rows(submission: &Table, answers: &Table, kept: &str, key: &str) -> Result<Rows, GradeError> {
    let kept = answers.numbers(kept)?;
    let of = |table: &Table| -> Result<Vec<usize>, GradeError> {
        let keys = table.column(key)?;
        let mut rows: Vec<usize> = (0..table.len()).filter(|&row| kept.get(row) == Some(&1.0)).collect();
        rows.sort_by_cached_key(|&row| keys.python_text(row));
        Ok(rows)
    };
    Ok(Rows { y_true: of(answers)?, y_pred: of(submission)? })
}

/// The numbers in some rows. What stands in the others does not matter, even if it makes the column text: then Python's `float()`
/// reads the cells.
fn numbers(column: &ColumnView<'_>, rows: &[usize]) -> Result<Vec<f64>, GradeError> {
    if let Some(numbers) = column.numbers() {
        return Ok(rows.iter().map(|&row| numbers[row]).collect());
    }
    let number = |&row: &usize| match column.text(row) {
        None => Ok(f64::NAN),
        Some(text) => pytext::parse_float(text).ok_or_else(|| {
            let place = format!("column `{}`, row {row}", column.name());
            GradeError::InvalidSubmission(format!("{place}: {} is not a number", excerpt(text)))
        }),
    };
    rows.iter().map(number).collect()
}

assay_sdk::export!(MeanColumnwiseRmse);
