//! What to type next: the library's errors say what is wrong, and this says which command or option helps.

use std::error::Error;

use assay_host::audit::{AuditError, Unknown};
use assay_host::graders::GraderError;
use assay_host::lock::{AtHandError, LockError};
use assay_host::registry::RegistryError;
use assay_host::rules::RulesError;
use assay_host::setup::SetupError;

const COMPETITIONS: &str = "; `assay competitions` lists them";
const GRADERS: &str = "; `assay graders` lists them";

/// The advice that goes with an error, to be added to its message.
pub(super) fn advice(error: &anyhow::Error) -> Option<&'static str> {
    error.chain().find_map(of)
}

fn of(error: &(dyn Error + 'static)) -> Option<&'static str> {
    // An error that is `transparent` hides the one inside from the chain of causes, so these are opened here.
    if let Some(error) = error.downcast_ref::<RegistryError>() {
        return of_registry(error);
    }
    if let Some(error) = error.downcast_ref::<GraderError>() {
        return of_grader(error);
    }
    if let Some(error) = error.downcast_ref::<RulesError>() {
        return of_rules(error);
    }
    match error.downcast_ref::<SetupError>() {
        Some(SetupError::Missing { .. }) => return Some(", or name another folder by --data-dir"),
        Some(SetupError::Rules(error)) => return of_rules(error),
        Some(SetupError::Answers { .. }) => return Some("; `assay doctor` looks at all of a competition's data"),
        None => {}
    }
    match error.downcast_ref::<AuditError>() {
        Some(AuditError::Competition(error)) => return of_registry(error),
        Some(AuditError::Grader(error)) => return of_grader(error),
        Some(AuditError::File { .. }) | None => {}
    }
    match error.downcast_ref::<AtHandError>() {
        Some(AtHandError::Competition(error)) => return of_registry(error),
        Some(AtHandError::Grader(error)) => return of_grader(error),
        None => {}
    }
    if error.is::<Unknown>() {
        return Some("; `assay graders` and `assay competitions` list them");
    }
    error.is::<LockError>().then_some("; `assay lock` prints a lock")
}

fn of_registry(error: &RegistryError) -> Option<&'static str> {
    matches!(error, RegistryError::Unknown { .. }).then_some(COMPETITIONS)
}

fn of_grader(error: &GraderError) -> Option<&'static str> {
    matches!(error, GraderError::Unknown { .. }).then_some(GRADERS)
}

fn of_rules(error: &RulesError) -> Option<&'static str> {
    match error {
        RulesError::Grader(error) => of_grader(error),
        RulesError::Options { .. } => Some("; `assay graders show NAME` lists a grader's options"),
    }
}
