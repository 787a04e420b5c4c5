//! How the engine is set up: one engine serves all graders of a sandbox, and all that is compiled for it depends on what is set here.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails};

use crate::error::SandboxError;
use crate::fault::HostFault;
use crate::limits::Limits;

/// The engine's name and version.
pub(crate) const VERSION: &str = "wasmtime 48.0.8";

/// How often the clock of running graders ticks.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// The most linear memory that the engine can give one instance, whatever the limits say.
const MEMORY_CEILING: usize = 4 << 30;

/// An engine with room for so many instances at once, whose clock ticks for as long as anybody uses it. What one engine compiles, another
/// with the same limits can run, however much room it has.
pub(crate) fn engine(limits: &Limits, concurrent: u32) -> Result<Engine, SandboxError> {
    let engine = without_clock(limits, concurrent)?;
    start_clock(&engine)?;
    Ok(engine)
}

/// The same before its clock is started, which is a thread.
pub(crate) fn without_clock(limits: &Limits, concurrent: u32) -> Result<Engine, SandboxError> {
    Engine::new(&config(limits, concurrent)).map_err(|error| SandboxError::Engine(format!("{error:#}")))
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
    Engine::new(config(limits, 1).parallel_compilation(false))
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

fn config(limits: &Limits, concurrent: u32) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        // Without it a NaN's bits, which a grader can look at, differ between processors.
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    let mut pool = PoolingAllocationConfig::new();
    let [instances, memories, tables] =
        [limits.core_instances, limits.memories, limits.tables].map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    // Places cost address space alone until a grader takes them, so that a grader with one memory weighs no more where others may have four.
    pool.total_component_instances(concurrent)
        .total_core_instances(concurrent.saturating_mul(instances))
        .total_memories(concurrent.saturating_mul(memories))
        .total_tables(concurrent.saturating_mul(tables))
        .max_memory_size(limits.memory_bytes.min(MEMORY_CEILING))
        .table_elements(limits.table_elements)
        .max_core_instances_per_component(instances)
        .max_memories_per_component(memories)
        .max_memories_per_module(memories)
        .max_tables_per_module(tables)
        .max_tables_per_component(tables)
        // Pages that most gradings touch are zeroed rather than given back, which saves system calls that threads contend for.
        .linear_memory_keep_resident(2 << 20);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_the_one_that_is_built_in() {
        let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).expect("the lock");
        let (name, version) = super::VERSION.split_once(' ').expect("a name and a version");
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")), "{}", super::VERSION);
    }
}
