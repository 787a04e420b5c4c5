//! The program's own components, compiled before the process that grades gives up the right to keep machine code that it runs itself.

use assay_types::sha256;

use super::grader::compile;
use super::pool::Workers;
use super::program::WorkerProgram;
use crate::cache::{Cache, Key, RunBy};
use crate::engine;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::sandbox::Trust;

/// Has workers compile those components of the program's own that the cache lacks, and keeps their code for sandboxes of these limits. The
/// calling process starts no thread for good, so it may confine itself afterwards.
///
/// # Errors
///
/// If a worker fails. A sandbox then compiles what is lacking itself.
pub fn compile_ahead<'a>(
    cache: &Cache,
    program: &WorkerProgram,
    limits: &Limits,
    components: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), LoadError> {
    let engine = engine::fingerprint_for(limits)?;
    let workers = Workers::new(program.clone(), limits.clone());
    for component in components {
        let digest = sha256(component);
        let key = Key { digest: &digest, engine, of: Trust::Own, run_by: RunBy::ThisProcess };
        if cache.read(&key, u64::MAX).is_none() {
            cache.write(&key, &compile(&workers, component)?);
        }
    }
    Ok(())
}
