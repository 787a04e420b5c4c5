//! Locks of what is at hand.

use std::collections::BTreeSet;

use assay_evidence::lock::{Lock, Pinned};
use thiserror::Error;

use crate::audit;
use crate::catalog::{CatalogError, Source};
use crate::check::{Case, CaseError};
use crate::competitions::Competitions;
use crate::graders::GraderCatalog;

/// The lock of what the program carries, to hold reports against: it says neither which compiler made the graders nor what their cases are.
#[must_use]
pub fn built_in() -> Lock {
    let graders = assay_builtin::graders().map(|(name, component)| (name, Pinned::of_carried(component)));
    let competitions = assay_builtin::competitions().map(|(id, text)| (id, Pinned::of_carried(text.as_bytes())));
    Lock::new(graders, competitions, None)
}

/// Why there is no lock of what is at hand.
#[derive(Debug, Error)]
pub enum AtHandError {
    /// A grader or competition cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A known-answer case cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
}

/// The lock of what is at hand, with the cases of graders, and the version of Rust that the graders say they were compiled with, if all say
/// the same.
///
/// # Errors
///
/// If a grader, competition or case cannot be read.
pub fn of(graders: &GraderCatalog, competitions: &Competitions) -> Result<Lock, AtHandError> {
    let components = graders
        .sources()
        .map(|(name, _)| Ok((name, graders.component(name)?)))
        .collect::<Result<Vec<_>, CatalogError>>()?;
    let texts =
        competitions.ids().map(|id| Ok((id, competitions.locked(id)?))).collect::<Result<Vec<_>, CatalogError>>()?;
    let mut compilers: BTreeSet<String> = components.iter().filter_map(|(_, bytes)| audit::rustc(bytes)).collect();
    let rustc = if compilers.len() == 1 { compilers.pop_first() } else { None };
    Ok(Lock::new(
        components.iter().map(|(name, bytes)| (*name, Pinned::of(bytes))),
        texts.iter().map(|(id, text)| (*id, Pinned::of(text))),
        rustc,
    )
    .with_cases(cases(graders)?))
}

/// The digests of the cases of graders, by the grader's name; none of a grader without cases.
fn cases(graders: &GraderCatalog) -> Result<Vec<(&str, Pinned)>, CaseError> {
    let mut all = Vec::new();
    for (name, source) in graders.sources() {
        let cases = match source {
            Source::BuiltIn(_) => Case::carried(name)?,
            Source::File(path) => Case::folder_of(path).map_or(Ok(Vec::new()), |folder| Case::read_folder(&folder))?,
            Source::Given(_) => Vec::new(),
        };
        if !cases.is_empty() {
            all.push((name, Pinned::of(&Case::digested(&cases))));
        }
    }
    Ok(all)
}
