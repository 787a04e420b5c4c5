//! What to type next: the library's errors say what is wrong, and this says which command or option helps.

use std::borrow::Cow;
use std::error::Error;

use assay::audit::{AuditError, Unknown};
use assay::{
    AnswersError, CatalogError, CompetitionsError, GradeError, GraderError, PrepareError, ResolveError, ValidateError,
};
use assay_evidence::lock::LockError;
use assay_sandbox::LoadError;

/// The advice that goes with an error, to be added to its message.
pub(super) fn advice(error: &anyhow::Error) -> Option<Cow<'static, str>> {
    error.chain().find_map(of)
}

fn of(error: &(dyn Error + 'static)) -> Option<Cow<'static, str>> {
    // An error that is `transparent` hides the one inside from the chain of causes, so these are opened here.
    match error.downcast_ref() {
        Some(GradeError::Competition(error)) => return of_competitions(error),
        Some(GradeError::Prepare(error)) => return of_prepare(error),
        None => {}
    }
    match error.downcast_ref() {
        Some(ValidateError::Competition(error)) => return of_competitions(error),
        Some(ValidateError::Prepare(error)) => return of_prepare(error),
        Some(ValidateError::Host(_)) | None => {}
    }
    match error.downcast_ref() {
        Some(AuditError::Competition(error)) => return of_competitions(error),
        Some(AuditError::Grader(error)) => return of_grader(error),
        Some(AuditError::Catalog(error)) => return of_catalog(error),
        Some(AuditError::File { .. } | AuditError::NoWorker | AuditError::Host(_) | AuditError::Digest { .. })
        | None => {}
    }
    if let Some(error) = error.downcast_ref() {
        return of_competitions(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_catalog(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_grader(error);
    }
    if let Some(error) = error.downcast_ref() {
        return of_answers(error);
    }
    if error.is::<Unknown>() {
        return Some("; `assay graders` and `assay competitions` list them".into());
    }
    error.is::<LockError>().then_some("; `assay lock` prints a lock".into())
}

fn of_catalog(error: &CatalogError) -> Option<Cow<'static, str>> {
    match error {
        CatalogError::Unknown { what: "grader", .. } => Some("; `assay graders` lists them".into()),
        CatalogError::Unknown { .. } | CatalogError::Split { .. } => Some("; `assay competitions` lists them".into()),
        CatalogError::File { path, .. } => Some(format!("; its file is {}", path.display()).into()),
        CatalogError::Pinned { .. } => {
            Some("; `assay graders add FILE --graders FOLDER --replace` pins it anew, if it is meant".into())
        }
        CatalogError::Folder { .. } | CatalogError::Lock(_) => None,
    }
}

fn of_competitions(error: &CompetitionsError) -> Option<Cow<'static, str>> {
    match error {
        CompetitionsError::Catalog(error) => of_catalog(error),
        CompetitionsError::Competition(_) => None,
    }
}

fn of_grader(error: &GraderError) -> Option<Cow<'static, str>> {
    match error {
        GraderError::Catalog(error) => of_catalog(error),
        GraderError::Load { error, .. } => matches!(**error, LoadError::Module)
            .then_some("; `assay component MODULE.wasm -o NAME.wasm` does that".into()),
    }
}

fn of_prepare(error: &PrepareError) -> Option<Cow<'static, str>> {
    match error {
        PrepareError::Resolve(ResolveError::Grader(error)) => of_grader(error),
        PrepareError::Resolve(ResolveError::Options { .. }) => {
            Some("; `assay graders show NAME` lists a grader's options".into())
        }
        PrepareError::Answers(error) => of_answers(error),
        PrepareError::Receipt { .. } => None,
    }
}

fn of_answers(error: &AnswersError) -> Option<Cow<'static, str>> {
    Some(match error {
        AnswersError::Missing { .. } => ", or name another folder by --data-dir".into(),
        AnswersError::Unusable { .. } => "; `assay doctor` looks at all of a competition's data".into(),
    })
}
