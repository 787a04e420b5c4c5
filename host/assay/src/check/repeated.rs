//! The same bits, every time and everywhere.

use assay_sandbox::Grader;

use super::catalogue::{HIDDEN_STATE, SAME_BITS, SAME_BITS_ELSEWHERE};
use super::ledger::Ledger;
use super::tables::perturbed;
use super::trial::{Dataset, Stop, Trial};

/// Grades twice, on `elsewhere` (the component loaded anew), and again after other gradings.
pub(super) fn repeated(trial: &Trial<'_>, elsewhere: &Grader, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    let elsewhere = Trial { grader: elsewhere, ..*trial };
    for base in data.bases() {
        let first = trial.grade(base, &data.options)?;
        let mut again = |check, other: &super::trial::Seen, when: &str| {
            if first.same(other) && first.fuel == other.fuel {
                ledger.pass(check, format!("{}: the same {when}", data.name));
            } else {
                let (one, two) = (first.told(), other.told());
                ledger.fail(
                    check,
                    format!("{}: it {one}, and {when} it {two} (fuel {} and {})", data.name, first.fuel, other.fuel),
                );
            }
        };
        again(SAME_BITS, &trial.grade(base, &data.options)?, "the second time");
        again(SAME_BITS_ELSEWHERE, &elsewhere.grade(base, &data.options)?, "loaded anew");
        for (_, submission) in perturbed(&base.submission).into_iter().take(4) {
            trial.grade(&base.with(submission), &data.options)?;
        }
        again(HIDDEN_STATE, &trial.grade(base, &data.options)?, "after other gradings");
    }
    Ok(())
}
