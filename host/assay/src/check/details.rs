//! The figures beside a score.

use assay_sandbox::Outcome;

use super::catalogue::{DETAILS_FINITE, DETAILS_LIE};
use super::ledger::Ledger;
use super::tables::perturbed;
use super::trial::{Dataset, Stop, Trial};

pub(super) fn details(trial: &Trial<'_>, data: &Dataset, ledger: &mut Ledger) -> Result<(), Stop> {
    let grader = &data.description.name;
    for base in data.bases() {
        let others = perturbed(&base.submission).into_iter().map(|(_, submission)| submission);
        for submission in others.chain([base.submission.clone()]) {
            let Outcome::Scored(score) = trial.grade(&base.with(submission), &data.options)?.outcome else { continue };
            for detail in &score.details {
                if !detail.value.is_finite() {
                    ledger.warn(DETAILS_FINITE, format!("{}: detail `{}` is {}", data.name, detail.name, detail.value));
                }
                let of_the_score = detail.name == "score" || detail.name == *grader;
                if of_the_score && detail.value.to_bits() != score.value.to_bits() {
                    ledger.fail(
                        DETAILS_LIE,
                        format!(
                            "{}: detail `{}` is {}, and the score {}",
                            data.name, detail.name, detail.value, score.value
                        ),
                    );
                }
            }
            ledger.pass(DETAILS_FINITE, format!("{}: all are finite", data.name));
            ledger.pass(DETAILS_LIE, format!("{}: none is called as the score and is another", data.name));
        }
    }
    Ok(())
}
