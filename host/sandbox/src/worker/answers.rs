//! What workers answer, checked: a worker that was taken over answers what it likes.

use super::protocol::{Answer, Refusal};
use crate::error::LoadError;
use crate::fault::HostFault;
use crate::limits::Limits;
use crate::nesting::NestingError;
use crate::outcome::Outcome;
use crate::sanitize;

/// The most names of imports that are taken over: more than are ever told.
const IMPORTS: usize = 16;

/// What a worker, or its sandbox, says of a component that cannot be loaded.
pub(super) fn refusal(error: LoadError) -> Refusal {
    match error {
        LoadError::Component(said) => Refusal::Component(said),
        LoadError::Nesting(error) => Refusal::Nesting(error),
        LoadError::Module => Refusal::Module,
        LoadError::Imports { names, built_by } => Refusal::Imports(names, built_by),
        LoadError::Version { found } => Refusal::Version(found),
        LoadError::World(said) => Refusal::World(said),
        LoadError::Describe(said) => Refusal::Describe(said),
        LoadError::Exceeded(exceeded) => Refusal::Exceeded(exceeded),
        LoadError::Compiler(said) => Refusal::Compiler(said),
        LoadError::Host(HostFault::Resources(said)) => Refusal::Resources(said),
        error => Refusal::Other(error.to_string()),
    }
}

/// The error that a refusal stands for.
pub(super) fn refused(refusal: Refusal, limits: &Limits) -> LoadError {
    let text = |said: String| sanitize::text(&said, limits);
    match refusal {
        Refusal::NotStored => LoadError::Host(HostFault::Worker("its machine code is not where it was".into())),
        Refusal::Component(said) => LoadError::Component(text(said)),
        Refusal::Nesting(NestingError::Malformed(said)) => LoadError::Nesting(NestingError::Malformed(text(said))),
        Refusal::Nesting(NestingError::Thread(said)) => LoadError::Host(HostFault::Resources(text(said))),
        Refusal::Nesting(error) => LoadError::Nesting(error),
        Refusal::Module => LoadError::Module,
        Refusal::Imports(names, built_by) => {
            LoadError::Imports { names: names.into_iter().take(IMPORTS).map(text).collect(), built_by }
        }
        Refusal::Version(found) => LoadError::Version { found: text(found) },
        Refusal::World(said) => LoadError::World(text(said)),
        Refusal::Describe(said) => LoadError::Describe(text(said)),
        Refusal::Exceeded(exceeded) => LoadError::Exceeded(exceeded.of(limits, 0)),
        Refusal::Compiler(said) => LoadError::Compiler(text(said)),
        Refusal::Resources(said) => LoadError::Host(HostFault::Resources(text(said))),
        Refusal::Other(said) => LoadError::Host(HostFault::Worker(text(said))),
    }
}

/// What an answer means that is no result.
pub(super) fn not_that(answer: Answer, limits: &Limits) -> HostFault {
    match answer {
        Answer::Refused(refusal) => match refused(refusal, limits) {
            LoadError::Host(fault) => fault,
            error => HostFault::Worker(error.to_string()),
        },
        _ => another_answer(),
    }
}

/// The fuel that a worker says was used.
pub(super) fn possible(fuel: u64, budget: u64) -> Result<u64, HostFault> {
    if fuel > budget {
        return Err(HostFault::Worker(format!("it says that {fuel} units of fuel were used, of {budget}")));
    }
    Ok(fuel)
}

pub(super) fn checked(outcome: Outcome, limits: &Limits, fuel: u64) -> Result<Outcome, HostFault> {
    Ok(match outcome {
        Outcome::Scored(score) => sanitize::score(score, limits).map_or_else(Outcome::Fault, Outcome::Scored),
        Outcome::Invalid(problems) if problems.is_empty() => {
            return Err(HostFault::Worker("it refuses a submission without saying why".into()));
        }
        Outcome::Invalid(problems) => {
            sanitize::problems(problems, limits).map_or_else(Outcome::Fault, Outcome::Invalid)
        }
        Outcome::Refused(said) => Outcome::Refused(sanitize::text(&said, limits)),
        Outcome::Fault(fault) => Outcome::Fault(sanitize::fault(fault, limits, fuel)),
    })
}

pub(super) fn another_answer() -> HostFault {
    HostFault::Worker("it answers what it was not asked".into())
}
