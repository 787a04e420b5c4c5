//! Locks of what is at hand.

use std::collections::BTreeSet;

use assay_evidence::lock::{Lock, Pinned};

use crate::audit;
use crate::catalog::CatalogError;
use crate::competitions::Competitions;
use crate::graders::GraderCatalog;

/// The lock of what the program carries. It does not say which compiler made the graders.
#[must_use]
pub fn built_in() -> Lock {
    let graders = assay_builtin::graders().map(|(name, component)| (name, Pinned::of_carried(component)));
    let competitions = assay_builtin::competitions().map(|(id, text)| (id, Pinned::of_carried(text.as_bytes())));
    Lock::new(graders, competitions, None)
}

/// The lock of what is at hand, with the version of Rust that the graders say they were compiled with, if all say the same.
///
/// # Errors
///
/// If a grader or competition cannot be read.
pub fn of(graders: &GraderCatalog, competitions: &Competitions) -> Result<Lock, CatalogError> {
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
    ))
}
