//! Neither the order of rows counts, nor that of columns, and not where predictions are equal either.

use arrow::array::Array;
use assay_sandbox::Outcome;

use super::catalogue::{COLUMN_ORDER, Check, ROW_ORDER, ROW_ORDER_BITS, TIES};
use super::ledger::Ledger;
use super::tables::{columns_reversed, mapped, orders, rows, taken};
use super::trial::{Dataset, Pair, Seen, Stop, Trial};

/// How far scores of other orders of a sum may be apart, relative to them.
const LAST_BITS: f64 = 1e-12;

pub(super) fn order(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    if let Some(why) = data.ordered {
        for check in [ROW_ORDER, ROW_ORDER_BITS, TIES] {
            ledger.skip(check, format!("{}: {why}", data.name));
        }
    } else {
        for base in data.bases() {
            reordered(trial, data, base, ROW_ORDER, ledger)?;
            let length = base.submission.num_rows() as u32;
            for classes in [1, 2, 3] {
                let few: Vec<u32> = (0..length).map(|row| row % classes).collect();
                let tied = mapped(&base.submission, |column| taken(column, &few).filter(|_| !column.is_empty()));
                if let Some(tied) = tied.filter(|_| length > 3) {
                    reordered(trial, data, &base.with(tied), TIES, ledger)?;
                }
            }
        }
    }
    columns(trial, data, ledger)
}

/// Grades both sides in other orders of rows.
fn reordered(trial: &Trial<'_>, data: &Dataset, pair: &Pair, check: &Check, ledger: &mut Ledger) -> Result<(), Stop> {
    let Some(score) = trial.score(pair, &data.options)? else { return Ok(()) };
    if pair.submission.num_rows() != pair.answers.num_rows() {
        return Ok(());
    }
    for order in orders(pair.submission.num_rows()) {
        let pair = Pair { submission: rows(&pair.submission, &order), answers: rows(&pair.answers, &order) };
        let seen = trial.grade(&pair, &data.options)?;
        let close = seen.score().is_some_and(|other| (other - score).abs() <= LAST_BITS * score.abs().max(1.0));
        if !close {
            ledger.fail(
                check,
                format!(
                    "{}: the score is {score}, and with the rows of both sides in another order it {}",
                    data.name,
                    seen.told()
                ),
            );
            ledger.warn(ROW_ORDER_BITS, format!("{}: more than the last bits of the score differ", data.name));
        } else {
            ledger.pass(check, format!("{}: the same in other orders", data.name));
            if seen.score().map(f64::to_bits) == Some(score.to_bits()) {
                ledger.pass(ROW_ORDER_BITS, format!("{}: the same bits in other orders", data.name));
            } else {
                ledger.warn(
                    ROW_ORDER_BITS,
                    format!("{}: the last bits of the score differ, as those of sums do", data.name),
                );
            }
        }
    }
    Ok(())
}

fn columns(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    for base in data.bases().filter(|base| base.submission.num_columns() > 1) {
        let first = trial.grade(base, &data.options)?;
        let Some(score) = first.score() else { continue };
        let submission = base.with(columns_reversed(&base.submission));
        let both = Pair { answers: columns_reversed(&base.answers), ..submission.clone() };
        let close = |seen: &Seen| match (&seen.outcome, seen.score()) {
            (Outcome::Scored(_), Some(other)) => (other - score).abs() <= LAST_BITS * score.abs().max(1.0),
            _ => false,
        };
        let (both, submission) = (trial.grade(&both, &data.options)?, trial.grade(&submission, &data.options)?);
        if !close(&both) {
            ledger.fail(
                COLUMN_ORDER,
                format!(
                    "{}: the score is {score}, and with the columns of both sides reversed it {}",
                    data.name,
                    both.told()
                ),
            );
        } else if !close(&submission) {
            ledger.warn(
                COLUMN_ORDER,
                format!(
                    "{}: the score is {score}, and with the submission's columns reversed it {}",
                    data.name,
                    submission.told()
                ),
            );
        } else {
            ledger.pass(COLUMN_ORDER, format!("{}: the same in reverse", data.name));
        }
    }
    Ok(())
}
