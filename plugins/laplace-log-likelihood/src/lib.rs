//! The modified Laplace log likelihood of the last measurements of each group.

use std::collections::{BTreeMap, BTreeSet};

use assay_sdk::{
    ColumnView, Description, Detail, GradeError, Grader, Kind, Options, Problem, Score, Table, Values, metrics,
};

struct LaplaceLogLikelihood;

impl Grader for LaplaceLogLikelihood {
    fn describe() -> Description {
        Description::higher(
            "laplace-log-likelihood",
            env!("CARGO_PKG_VERSION"),
            "The modified Laplace log likelihood of measurements and the confidence in them: the mean of -sqrt(2) d / s - ln(sqrt(2) s), with \
             d = min(|answer - prediction|, 1000) and s = max(confidence, 70), over the last measurements of each group. It is negative. \
             Detail: how many measurements that is.",
        )
        .required("target", Kind::Column, "the predicted column; answers without a value do not count")
        .required("confidence", Kind::Column, "the column of confidences; a missing one is 0")
        .required("key", Kind::Column, "the column that says which answer a row belongs to; the contract leaves pairing to the grader")
        .required("group", Kind::Column, "the column of the answers that names the group, such as a patient")
        .required("time", Kind::Column, "the column of the answers by which a group's measurements are ordered")
        .required("last", Kind::Integer, "how many of the last measurements of a group count")
    }

    /// Quirk: a column of truth values passes for numbers, 1 and 0, but not if one is missing. A corrected contract would refuse truth
    /// values.
    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let problems: Vec<Problem> = ["target", "confidence"]
            .into_iter()
            .filter_map(|option| submission.column(options.text(option).ok()?).ok())
            .filter(|column| matches!(column.values(), Values::Boolean(_)))
            .filter_map(|column| {
                let row = column.first_missing()?;
                Some(Problem::of_cell(column.name(), row, "truth values with a missing one among them: write numbers"))
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let (key, target) = (options.text("key")?, options.text("target")?);
        let y_true = answers.numbers(target)?;
        let (y_pred, confidence) = (submission.numbers(target)?, submission.numbers(options.text("confidence")?)?);
        let asked = last_measurements(answers, &y_true, options)?;
        let (keys_true, keys_pred) = (answers.column(key)?, submission.column(key)?);
        let (truth, predicted) = paired(asked, &keys_true, &keys_pred)?;
        let of = |values: &[f64], rows: &[usize]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let value = metrics::laplace_log_likelihood(
            &of(&y_true, &truth),
            &of(&y_pred, &predicted),
            &of(&confidence, &predicted),
        )?;
        Ok(Score { value, details: vec![Detail { name: "measurements".into(), value: truth.len() as f64 }] })
    }
}

/// The rows of the answers that count.
fn last_measurements(answers: &Table, y_true: &[f64], options: &Options) -> Result<Vec<usize>, GradeError> {
    let (group, time) = (answers.column(options.text("group")?)?, answers.numbers(options.text("time")?)?);
    let mut measured: Vec<usize> = (0..answers.len()).filter(|&row| !y_true[row].is_nan()).collect();
    measured.sort_by(|&a, &b| time[a].total_cmp(&time[b]));
    let mut by_group: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for row in measured {
        by_group.entry(group.python_text(row)).or_default().push(row);
    }
    let last = options.size("last")?;
    Ok(by_group.into_values().flat_map(|rows| rows[rows.len().saturating_sub(last)..].to_vec()).collect())
}

/// The rows of the answers and of the submission that are graded against each other.
///
/// Quirk: measurements that a submission leaves out are not missed; the score is the mean of those that it has. Both sides are
/// narrowed to the keys they share and paired in the order of these. So a repeated row is refused since the numbers of rows differ,
/// unless only one answer (or only one row) is left, which NumPy then pairs with every row of the other side. A corrected grader
/// would ask for each measurement once.
fn paired(
    mut asked: Vec<usize>,
    keys_true: &ColumnView<'_>,
    keys_pred: &ColumnView<'_>,
) -> Result<(Vec<usize>, Vec<usize>), GradeError> {
    let mut rows: Vec<usize> = (0..keys_pred.len()).collect();
    let wanted: BTreeSet<_> = asked.iter().map(|&row| keys_true.python_text(row)).collect();
    rows.retain(|&row| wanted.contains(&keys_pred.python_text(row)));
    let given: BTreeSet<_> = rows.iter().map(|&row| keys_pred.python_text(row)).collect();
    asked.retain(|&row| given.contains(&keys_true.python_text(row)));
    asked.sort_by_cached_key(|&row| keys_true.python_text(row));
    rows.sort_by_cached_key(|&row| keys_pred.python_text(row));
    match (asked.as_slice(), rows.as_slice()) {
        (&[only], many) => Ok((vec![only; many.len()], rows)),
        (many, &[only]) => {
            let only = vec![only; many.len()];
            Ok((asked, only))
        }
        (asked_rows, given_rows) if asked_rows.len() == given_rows.len() => Ok((asked, rows)),
        (asked_rows, given_rows) => Err(GradeError::InvalidSubmission(format!(
            "{} rows are graded against {} answers: give each row once",
            given_rows.len(),
            asked_rows.len()
        ))),
    }
}

assay_sdk::export!(LaplaceLogLikelihood);
