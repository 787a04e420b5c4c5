//! The program's own components, compiled before the process that grades gives up the right to keep machine code that it runs itself.

use assay_engine::Carried;
use assay_types::sha256;

use super::grader::compile;
use super::pool::Workers;
use super::program::WorkerProgram;
use crate::cache::{Cache, Key, RunBy, Warmed};
use crate::engine;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::sandbox::Trust;

/// Fills a cache with the machine code of the program's own components, for sandboxes of the same limits. Workers compile it, so the calling
/// process starts no thread for good and may confine itself afterwards.
pub struct Ahead<'a> {
    cache: &'a Cache,
    carried: Carried,
    limits: Limits,
    workers: Workers,
}

impl<'a> Ahead<'a> {
    /// Fills this cache for sandboxes of these limits in a program that carries this machine code, which the cache need not have.
    #[must_use]
    pub fn new(cache: &'a Cache, carried: Carried, program: &WorkerProgram, limits: &Limits) -> Self {
        let workers = Workers::new(program.clone(), limits.clone());
        Ahead { cache, carried, limits: limits.clone(), workers }
    }

    /// Has a worker compile one of the program's own components, unless the cache has it.
    ///
    /// # Errors
    ///
    /// If the engine cannot be set up on this machine, a worker fails, or the cache does not keep the code. A sandbox then compiles it itself.
    pub fn compile(&self, component: &[u8]) -> Result<Warmed, LoadError> {
        let digest = sha256(component);
        if self.carried.of(&digest).is_some() {
            return Ok(Warmed::WasThere);
        }
        let engine = engine::fingerprint_for(&self.limits)?;
        let key = Key { digest: &digest, engine, of: Trust::Own, run_by: RunBy::ThisProcess };
        self.cache.warmed(&key, u64::MAX, || {
            self.cache.write(&key, &compile(&self.workers, component)?);
            Ok(())
        })
    }
}
