//! Known-answer cases: each comes to what it states.

use super::case::{Case, Expected};
use super::catalogue::{HAS_CASES, KNOWN_ANSWERS};
use super::ledger::Ledger;
use super::trial::Seen;

/// Holds what a case came to against what it states. A refusal may come before the grader sees anything.
pub(super) fn known(case: &Case, came_to: &Result<Seen, String>, ledger: &mut Ledger) {
    let name = &case.name;
    let refusal = match came_to {
        Ok(seen) => seen.refusal(),
        Err(refusal) => Some(refusal.clone()),
    };
    match (case.expected(), refusal, came_to) {
        (Expected::Score { value, tolerance }, None, Ok(seen)) => {
            let score = seen.score().unwrap_or(f64::NAN);
            if (score - value).abs() <= tolerance {
                ledger.pass(KNOWN_ANSWERS, format!("{name}: {score}, as it states"));
            } else {
                ledger.fail(KNOWN_ANSWERS, format!("{name}: the score is {score}, and the case states {value}"));
            }
        }
        (Expected::Score { value, .. }, refusal, _) => {
            let text = refusal.unwrap_or_default();
            ledger.fail(KNOWN_ANSWERS, format!("{name}: the case states {value}, and it is refused: {text}"));
        }
        (Expected::Refusal(text), Some(refusal), _) if refusal.contains(text) => {
            ledger.pass(KNOWN_ANSWERS, format!("{name}: refused, as it states"));
        }
        (Expected::Refusal(text), Some(refusal), _) => {
            ledger.fail(KNOWN_ANSWERS, format!("{name}: it is refused, but not with `{text}`: {refusal}"));
        }
        (Expected::Refusal(_), None, seen) => {
            let score = seen.as_ref().ok().and_then(Seen::score).unwrap_or(f64::NAN);
            ledger.fail(KNOWN_ANSWERS, format!("{name}: the case states a refusal, and it scores {score}"));
        }
    }
}

/// Says which kind of case there is none of.
pub(super) fn kinds(cases: &[Case], ledger: &mut Ledger) {
    let scored = cases.iter().filter(|case| matches!(case.expected(), Expected::Score { .. })).count();
    let lacking = match (scored, cases.len() - scored) {
        (0, 0) => "there is no case",
        (0, _) => "there is no case with a score",
        (_, 0) => "there is no case with a refusal",
        (scored, refused) => {
            return ledger.pass(HAS_CASES, format!("{scored} with a score, {refused} with a refusal"));
        }
    };
    ledger.warn(HAS_CASES, lacking);
}
