//! Kendall's tau of orders, pooled over rows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use assay_sdk::{Description, GradeError, Grader, Kind, Options, Problem, Score, Table, excerpt, metrics, pytext};

struct KendallTau;

impl Grader for KendallTau {
    fn describe() -> Description {
        Description::higher(
            "kendall-tau",
            env!("CARGO_PKG_VERSION"),
            "Kendall's tau of orders, pooled over rows: 1 - 4 * inversions / sum of n (n - 1), where n is the number of items of a row \
             and an inversion is two items that the two orders have the other way round. A row of one item adds nothing.",
        )
        .required("target", Kind::Column, "the column of orders: items between white space, those of the answer, each once")
    }

    fn validate(submission: &Table, options: &Options) -> Result<(), Vec<Problem>> {
        let Ok(column) = options.text("target").and_then(|target| submission.column(target)) else { return Ok(()) };
        let problems = Problem::of_cells(&column, |row| {
            let order = column.python_text(row);
            let mut seen = BTreeSet::new();
            let twice = pytext::split(&order).find(|item| !seen.insert(*item))?;
            Some(format!("item {} stands twice in its order: give each item once", excerpt(twice)))
        });
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn grade(submission: &Table, answers: &Table, options: &Options) -> Result<Score, GradeError> {
        let target = options.text("target")?;
        let (y_true, y_pred) = (cells(answers, target)?, cells(submission, target)?);
        Ok(metrics::kendall_tau_pooled(&orders(&y_true), &orders(&y_pred))?.into())
    }
}

/// Quirk: cells are spelled as Python spells them after pandas gave the column a type: a missing order is the item `nan`. It matters
/// only where a row has a single item. A corrected grader would refuse missing orders.
fn cells<'a>(table: &'a Table, target: &str) -> Result<Vec<Cow<'a, str>>, GradeError> {
    let column = table.column(target)?;
    Ok((0..column.len()).map(|row| column.python_text(row)).collect())
}

fn orders<'a>(cells: &'a [Cow<'_, str>]) -> Vec<Vec<&'a str>> {
    cells.iter().map(|cell| pytext::split(cell).collect()).collect()
}

assay_sdk::export!(KendallTau);
