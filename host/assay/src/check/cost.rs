//! What a grading costs against the number of rows, in fuel, which is the same on every machine.

use serde::Serialize;

use super::catalogue::GROWS;
use super::ledger::Ledger;
use super::tables::rows;
use super::trial::{Dataset, Pair, Stop, Trial};

/// How many rows are tried.
const ROWS: [u32; 4] = [100, 1_000, 10_000, 100_000];

/// The most fuel that another step is expected to take.
const FUEL: f64 = 3e10;

/// Work that grows with a higher power of the rows than this is worth a look, or a fault. `n log n` has 1.1 where it is measured.
const WORTH_A_LOOK: f64 = 1.25;
const A_FAULT: f64 = 1.7;

/// What a grading of so many rows cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The rows of either side.
    pub rows: u32,
    /// Fuel, about one unit an instruction.
    pub fuel: u64,
}

pub(super) fn cost(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<Vec<Cost>, Stop> {
    let base = &data.given;
    let length = base.submission.num_rows() as u32;
    if length == 0 || base.submission.num_rows() != base.answers.num_rows() {
        ledger.skip(GROWS, format!("{}: there are no rows to repeat in pairs", data.name));
        return Ok(Vec::new());
    }
    let mut costs: Vec<Cost> = Vec::new();
    for count in ROWS {
        if let [.., one, two] = costs.as_slice()
            && two.fuel as f64 * (two.fuel as f64 / one.fuel.max(1) as f64) > FUEL
        {
            break;
        }
        let order: Vec<u32> = (0..count).map(|row| row % length).collect();
        let pair = Pair { submission: rows(&base.submission, &order), answers: rows(&base.answers, &order) };
        let seen = trial.grade(&pair, &data.options)?;
        if let Some(crash) = seen.crash() {
            ledger.fail(GROWS, format!("{}: at {count} rows: {crash}", data.name));
            return Ok(costs);
        }
        costs.push(Cost { rows: count, fuel: seen.fuel });
    }
    let exponent = exponent(&costs);
    let told = format!("{}: fuel grows with the rows to the power of {exponent:.2}", data.name);
    if exponent > A_FAULT {
        ledger.fail(GROWS, told);
    } else if exponent > WORTH_A_LOOK {
        ledger.warn(GROWS, told);
    } else {
        ledger.pass(GROWS, told);
    }
    Ok(costs)
}

/// The power of the rows with which fuel grows, between the largest two that were tried.
fn exponent(costs: &[Cost]) -> f64 {
    match costs {
        [.., one, two] => {
            (two.fuel.max(1) as f64 / one.fuel.max(1) as f64).ln() / (f64::from(two.rows) / f64::from(one.rows)).ln()
        }
        _ => 0.0,
    }
}
