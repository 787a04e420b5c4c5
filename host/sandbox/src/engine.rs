//! Engines: one serves all graders of a sandbox.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread;
use std::time::Duration;

use assay_engine::config;
use wasmtime::Engine;

use crate::error::SandboxError;
use crate::fault::HostFault;
use crate::limits::Limits;

/// How often the clock of running graders ticks.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// An engine with room for so many instances at once, whose clock ticks for as long as anybody uses it. What one engine compiles, another
/// with the same limits can run, however much room it has.
pub(crate) fn engine(limits: &Limits, concurrent: u32) -> Result<Engine, SandboxError> {
    let engine = without_clock(limits, concurrent)?;
    start_clock(&engine)?;
    Ok(engine)
}

/// The same before its clock is started, which is a thread.
pub(crate) fn without_clock(limits: &Limits, concurrent: u32) -> Result<Engine, SandboxError> {
    Engine::new(&config(&limits.room(), concurrent)).map_err(|error| SandboxError::Engine(format!("{error:#}")))
}

/// Starts the clock of an engine, without which no grader's time runs out.
pub(crate) fn start_clock(engine: &Engine) -> Result<(), SandboxError> {
    let weak = engine.weak();
    let clock = thread::Builder::new().name("assay-clock".into()).spawn(move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
    clock.map(drop).map_err(|error| SandboxError::Thread(error.to_string()))
}

/// An engine for one compilation, which needs no thread but the one that it is called on.
pub(crate) fn without_threads(limits: &Limits) -> Result<Engine, SandboxError> {
    Engine::new(config(&limits.room(), 1).parallel_compilation(false))
        .map_err(|error| SandboxError::Engine(format!("{error:#}")))
}

/// Tells engines apart whose machine code the other cannot run.
pub(crate) fn fingerprint(engine: &Engine) -> u64 {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// The fingerprint of engines of these limits, without setting one up that runs.
pub(crate) fn fingerprint_for(limits: &Limits) -> Result<u64, HostFault> {
    let engine = without_threads(limits).map_err(|error| HostFault::Resources(error.to_string()))?;
    Ok(fingerprint(&engine))
}

/// How many ticks a grading may last.
pub(crate) fn ticks(limits: &Limits) -> u64 {
    let ticks = limits.wall_clock.as_millis().div_ceil(TICK.as_millis());
    // The tick under way is over sooner than a whole one would be.
    u64::try_from(ticks).unwrap_or(u64::MAX - 1) + 1
}
