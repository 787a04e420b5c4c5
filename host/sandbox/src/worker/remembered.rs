//! What was found to be no grader is remembered by its digest, so that nobody waits for a compiler again to be told the same.

use std::time::SystemTime;

use super::answers::{refusal, refused};
use super::pool::Workers;
use crate::cache::{Cache, Key};
use crate::error::LoadError;
use crate::limits::{Exceeded, Limits};

/// Why this component was refused when somebody tried to load it before, under the same limits and by the same program.
pub(super) fn read(cache: &Cache, key: &Key<'_>, workers: &Workers) -> Option<LoadError> {
    let known = cache.read_refusal(key, &under(workers)?)?;
    let known = serde_json::from_slice(&known).ok()?;
    Some(refused(known, &workers.limits)).filter(|error| lasts(error, &workers.limits))
}

/// Remembers why it is refused, if it always will be.
pub(super) fn write(cache: &Cache, key: &Key<'_>, workers: &Workers, error: &LoadError) {
    if !lasts(error, &workers.limits) {
        return;
    }
    if let (Some(under), Ok(refusal)) = (under(workers), serde_json::to_vec(&refusal(error.clone()))) {
        cache.write_refusal(key, &under, &refusal);
    }
}

/// What the answer depends on beside component and engine. Another build of the program has another size or time, and asks anew.
fn under(workers: &Workers) -> Option<Vec<u8>> {
    let program = std::fs::metadata(&workers.program.program).ok()?;
    let time = program.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    serde_json::to_vec(&(env!("CARGO_PKG_VERSION"), &workers.limits, program.len(), time.as_nanos().to_string())).ok()
}

/// False if another try may end otherwise: the host failed, or the machine was too busy to be done in time.
fn lasts(error: &LoadError, limits: &Limits) -> bool {
    match error {
        LoadError::Host(_) | LoadError::Untrusted | LoadError::Exceeded(Exceeded::CompileTime(_)) => false,
        LoadError::Describe(said) => *said != Exceeded::WallClock(limits.wall_clock).to_string(),
        _ => true,
    }
}
