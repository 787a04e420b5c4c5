//! Known-answer cases: each comes to what it states.

use std::cell::Cell;

use assay_sandbox::anatomy::shown;
use assay_sandbox::{Cancel, Grader, HostFault};
use assay_types::competition::Competition;
use serde::Serialize;

use super::Checking;
use super::case::{Case, Expected};
use super::catalogue::{HAS_CASES, KNOWN_ANSWERS};
use super::ledger::Ledger;
use super::trial::{Pair, Seen, Stop, Trial, Untried, pair, prepare};
use crate::answers::Answers;
use crate::graders::Graders;
use crate::prepared::PreparedCompetition;

/// What a case came to, and whether that is what it states.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    /// The case.
    pub name: String,
    /// SHA-256 of its files and its name.
    pub sha256: String,
    /// True if it came to what it states.
    pub holds: bool,
    /// Its score; none if there is none.
    pub score: Option<f64>,
    /// Why it has none. It may hold what the grader said of the case's answers.
    pub refusal: Option<String>,
    /// All that in a sentence.
    pub said: String,
}

/// What a case comes to: what the grader made of its tables, or why it did not see them.
pub(super) struct Came {
    pub(super) seen: Seen,
    pub(super) prepared: PreparedCompetition,
    pub(super) given: Pair,
}

/// Goes the way of every submission with a case, one of `own` where the grader is that competition's source. A refusal may come before the
/// grader sees anything.
pub(super) fn come_to(
    case: &Case,
    checking: &Checking,
    own: Option<&Competition>,
    graders: &Graders,
    trial: &Trial<'_>,
) -> Result<Result<Came, String>, Stop> {
    let answers = Answers::Bytes(case.answers.as_slice().into());
    let competition = case.competition(checking, own, trial.grader.description());
    let prepared = match competition.and_then(|competition| prepare(competition, graders, answers)) {
        Ok(prepared) => prepared,
        Err(error) => return Ok(Err(error)),
    };
    let given = match pair(&prepared, &case.submission) {
        Ok(given) => given,
        Err(Untried::Host(fault)) => return Err(fault.into()),
        Err(Untried::Refused(text)) => return Ok(Err(text)),
    };
    let seen = trial.grade(&given, &prepared.resolved.options)?;
    Ok(Ok(Came { seen, prepared, given }))
}

/// What a grader, which these graders hold by the name that is checked, comes to on cases.
///
/// # Errors
///
/// If the host fails.
pub(crate) fn answers(
    graders: &Graders,
    grader: &Grader,
    checking: &Checking,
    own: Option<&Competition>,
    cases: &[Case],
) -> Result<Vec<Answered>, HostFault> {
    let (cancel, exceeded) = (Cancel::new(), Cell::new(0));
    let trial = Trial { grader, cancel: &cancel, exceeded: &exceeded };
    let mut answered = Vec::new();
    let mut stopped = None;
    for case in cases {
        let came_to = match &stopped {
            Some(why) => Err(format!("it was not tried, since gradings before it ran into a limit: {why}")),
            None => match come_to(case, checking, own, graders, &trial) {
                Ok(came_to) => came_to.map(|came| came.seen),
                Err(Stop::Host(fault)) => return Err(fault),
                Err(Stop::Limits(why)) => Err(stopped.insert(why).clone()),
            },
        };
        answered.push(held(case, &came_to));
    }
    Ok(answered)
}

/// Holds what a case came to against what it states.
pub(super) fn known(case: &Case, came_to: &Result<Seen, String>, ledger: &mut Ledger) {
    let Answered { holds, said, .. } = held(case, came_to);
    if holds { ledger.pass(KNOWN_ANSWERS, said) } else { ledger.fail(KNOWN_ANSWERS, said) }
}

fn held(case: &Case, came_to: &Result<Seen, String>) -> Answered {
    let name = &case.name;
    let (score, refusal) = match came_to {
        Ok(seen) => (seen.score(), seen.refusal()),
        Err(refusal) => (None, Some(refusal.clone())),
    };
    let (holds, said) = match (case.expected(), &refusal) {
        (Expected::Score { value, tolerance }, None) => {
            let score = score.unwrap_or(f64::NAN);
            if (score - value).abs() <= tolerance {
                (true, format!("{name}: {score}, as it states"))
            } else {
                (false, format!("{name}: the score is {score}, and the case states {value}"))
            }
        }
        (Expected::Score { value, .. }, Some(text)) => {
            (false, format!("{name}: the case states {value}, and it is refused: {text}"))
        }
        (Expected::Refusal(text), Some(refusal)) if refusal.contains(text) => {
            (true, format!("{name}: refused, as it states"))
        }
        (Expected::Refusal(text), Some(refusal)) => {
            (false, format!("{name}: it is refused, but not with `{text}`: {refusal}"))
        }
        (Expected::Refusal(_), None) => {
            let score = score.unwrap_or(f64::NAN);
            (false, format!("{name}: the case states a refusal, and it scores {score}"))
        }
    };
    Answered { name: shown(name), sha256: case.digest(), holds, score, refusal, said }
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
