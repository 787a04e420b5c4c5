//! What to do about an error: the library says what is wrong, and this says which argument or function helps.

use assay::{AnswersError, CatalogError, GraderError, PrepareError, ResolveError};

pub(crate) fn of_catalog(error: &CatalogError) -> String {
    match error {
        CatalogError::Unknown { what: "grader", .. } => "; `assay.graders()` lists those of the package".into(),
        CatalogError::Unknown { .. } | CatalogError::Split { .. } => {
            "; `assay.competitions()` lists those of the package, `competitions=` adds others".into()
        }
        CatalogError::File { path, .. } => format!("; its file is {}", path.display()),
        CatalogError::Pinned { .. } | CatalogError::Folder { .. } | CatalogError::Lock(_) => String::new(),
    }
}

pub(crate) fn of_prepare(error: &PrepareError) -> String {
    match error {
        PrepareError::Resolve(ResolveError::Grader(GraderError::Catalog(error))) => of_catalog(error),
        PrepareError::Resolve(ResolveError::Options { .. }) => {
            "; `assay.Grader(NAME).options` lists a grader's options".into()
        }
        PrepareError::Answers(error) => of_answers(error),
        PrepareError::Resolve(ResolveError::Grader(GraderError::Load { .. })) | PrepareError::Receipt { .. } => {
            String::new()
        }
    }
}

pub(crate) fn of_answers(error: &AnswersError) -> String {
    match error {
        AnswersError::Missing { .. } => {
            ", or name another folder by `data_dir=`, or give the answers by `answers=`".into()
        }
        AnswersError::Unusable { .. } => String::new(),
    }
}
