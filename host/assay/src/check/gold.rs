//! Scores against the best: nothing beats the answers themselves, and what is worse scores worse.

use arrow::array::{Array, ArrayRef};
use assay_types::Direction;

use super::catalogue::{CLIPPED, CONSTANT, DIRECTION, GOLD_BEST, SAMPLE_VALID};
use super::ledger::Ledger;
use super::tables::{decimals, mapped, numbers, perturbed};
use super::trial::{Dataset, Stop, Trial};

/// By how much a score has to be better, relative to it, to count as better: sums of another order differ in their last bits.
const BETTER: f64 = 1e-9;

pub(super) fn gold(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    let Some(gold) = &data.gold else {
        ledger.skip(GOLD_BEST, format!("{}: the answers are no submission", data.name));
        return Ok(());
    };
    let seen = trial.grade(gold, &data.options)?;
    let Some(best) = seen.score() else {
        let told = format!("{}: the answers as submission have no score: it {}", data.name, seen.told());
        if data.known.gold.is_some() {
            ledger.skip(GOLD_BEST, told)
        } else {
            ledger.warn(GOLD_BEST, told)
        }
        return Ok(());
    };
    let direction = data.description.direction;
    let (mut better, mut worse) = (Vec::new(), 0);
    let others =
        perturbed(&gold.submission).into_iter().chain([("as it was given".to_owned(), data.given.submission.clone())]);
    for (what, submission) in others {
        // What was given may be paired with answers in another order.
        let base = if what == "as it was given" { &data.given } else { gold };
        let Some(submission) = data.handed_over(&submission) else { continue };
        let pair = base.with(submission);
        let Some(score) = trial.score(&pair, &data.options)? else { continue };
        if (score - best).abs() <= BETTER * best.abs().max(1e-300) {
            continue;
        }
        if direction.is_better(score, best) {
            better.push(format!("{}: the answers score {best}, and {what} {score}, which is better", data.name));
        } else {
            worse += 1;
        }
    }
    if let Some(why) = &data.known.gold {
        ledger.skip(GOLD_BEST, format!("{}: {why}", data.name));
    } else if better.is_empty() {
        ledger.pass(GOLD_BEST, format!("{}: the answers score {best}, and {worse} others less", data.name));
        if worse > 0 {
            ledger.pass(DIRECTION, format!("{}: {worse} worse submissions score worse", data.name));
        }
    } else if worse == 0 {
        let count = better.len();
        ledger.fail(
            DIRECTION,
            format!("{}: {direction} is declared as better, and all {count} worse submissions score better", data.name),
        );
    } else {
        for told in better {
            ledger.fail(GOLD_BEST, told);
        }
    }
    Ok(())
}

/// The sample submission has a score, and submissions tell apart.
pub(super) fn spread(trial: &Trial<'_>, data: &Dataset, is_sample: bool, ledger: &mut Ledger) -> Result<(), Stop> {
    if is_sample {
        let seen = trial.grade(&data.given, &data.options)?;
        match (seen.refusal(), &data.known.sample) {
            (None, _) => ledger.pass(SAMPLE_VALID, format!("{}: it {}", data.name, seen.told())),
            (Some(_), Some(why)) => ledger.skip(SAMPLE_VALID, format!("{}: {}", data.name, why.trim())),
            (Some(_), None) => ledger.warn(SAMPLE_VALID, format!("{}: it {}", data.name, seen.told())),
        }
    }
    let mut scores = Vec::new();
    for base in data.bases() {
        scores.extend(trial.score(base, &data.options)?);
        for (_, submission) in perturbed(&base.submission) {
            scores.extend(trial.score(&base.with(submission), &data.options)?);
        }
    }
    let first = scores.first().copied().unwrap_or_default().to_bits();
    if scores.iter().any(|score| score.to_bits() != first) {
        ledger.pass(CONSTANT, format!("{}: {} submissions, not all of one score", data.name, scores.len()));
    } else if data.gold.is_none() {
        // What is wrong in every row stays so, however it is changed.
        ledger.skip(
            CONSTANT,
            format!("{}: the answers are no submission, and without one all others may be wrong", data.name),
        );
    } else if scores.len() >= 4 && data.given.answers.num_rows() > 1 {
        ledger.warn(
            CONSTANT,
            format!("{}: {} different submissions all score {}", data.name, scores.len(), f64::from_bits(first)),
        );
    }
    clipped(trial, data, ledger)
}

/// Small errors have different scores, so large ones should have too. This is asked of errors alone, where lower is better: how many
/// answers are right does not depend on how wrong the others are.
fn clipped(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    let Some(gold) = data.gold.as_ref().filter(|_| data.description.direction == Direction::Lower) else {
        return Ok(());
    };
    let mut scores = Vec::new();
    for size in [0.01, 0.02, 1e2, 1e4, 1e6] {
        let off = |column: &ArrayRef| {
            let numbers = numbers(column).filter(|_| column.null_count() == 0)?;
            Some(decimals(numbers.into_iter().map(|number| number + size)))
        };
        let Some(submission) = mapped(&gold.submission, off) else { return Ok(()) };
        let Some(submission) = data.handed_over(&submission) else { return Ok(()) };
        scores.push(trial.score(&gold.with(submission), &data.options)?);
    }
    match scores.as_slice() {
        [Some(a), Some(b), Some(c), Some(d), Some(e)] if a != b && c == d && d == e => {
            ledger.warn(
                CLIPPED,
                format!(
                    "{}: all predictions off by 0.01 score {a}, by 0.02 {b}, and by 100, 10,000 or 1,000,000 {c}",
                    data.name
                ),
            );
        }
        _ => ledger.pass(CLIPPED, format!("{}: larger errors have other scores", data.name)),
    }
    Ok(())
}
