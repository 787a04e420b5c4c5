//! The program's own components, compiled before the process that grades gives up the right to keep machine code that it runs itself.

use assay_types::sha256;

use super::grader::compile;
use super::pool::Workers;
use super::program::WorkerProgram;
use crate::cache::{Cache, Key, RunBy, Warmed};
use crate::engine;
use crate::error::LoadError;
use crate::fault::HostFault;
use crate::limits::Limits;
use crate::sandbox::Trust;

/// Fills a cache with the machine code of the program's own components, for sandboxes of the same limits. Workers compile it, so the calling
/// process starts no thread for good and may confine itself afterwards.
pub struct Ahead<'a> {
    cache: &'a Cache,
    engine: u64,
    workers: Workers,
}

impl<'a> Ahead<'a> {
    /// Fills this cache for sandboxes of these limits.
    ///
    /// # Errors
    ///
    /// If the engine cannot be set up on this machine.
    pub fn new(cache: &'a Cache, program: &WorkerProgram, limits: &Limits) -> Result<Self, HostFault> {
        let engine = engine::fingerprint_for(limits)?;
        Ok(Ahead { cache, engine, workers: Workers::new(program.clone(), limits.clone()) })
    }

    /// Has a worker compile one of the program's own components, unless the cache has it.
    ///
    /// # Errors
    ///
    /// If a worker fails, or the cache does not keep the code. A sandbox then compiles it itself.
    pub fn compile(&self, component: &[u8]) -> Result<Warmed, LoadError> {
        let digest = sha256(component);
        let key = Key { digest: &digest, engine: self.engine, of: Trust::Own, run_by: RunBy::ThisProcess };
        self.cache.warmed(&key, u64::MAX, || {
            self.cache.write(&key, &compile(&self.workers, component)?);
            Ok(())
        })
    }
}
