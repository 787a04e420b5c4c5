//! The engine's settings.

use wasmtime::{Config, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails};

/// The engine's name and version.
pub const VERSION: &str = "wasmtime 48.0.8";

/// The most linear memory that the engine can give one instance, whatever the limits say.
const MEMORY_CEILING: usize = 4 << 30;

/// What the instance of one component may take of an engine. None of it changes the machine code that components are compiled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its stack, in bytes.
    pub stack_bytes: usize,
    /// The linear memory of each of its memories, in bytes.
    pub memory_bytes: usize,
    /// Its core module instances.
    pub core_instances: usize,
    /// Its linear memories.
    pub memories: usize,
    /// Its tables.
    pub tables: usize,
    /// The elements of each of its tables.
    pub table_elements: usize,
}

/// The settings of an engine with room for so many components at once.
#[must_use]
pub fn config(room: &Room, concurrent: u32) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(room.stack_bytes)
        // Without it a NaN's bits, which a grader can look at, differ between processors.
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    let mut pool = PoolingAllocationConfig::new();
    let [instances, memories, tables] =
        [room.core_instances, room.memories, room.tables].map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    // Places cost address space alone until a grader takes them, so that a grader with one memory weighs no more where others may have four.
    pool.total_component_instances(concurrent)
        .total_core_instances(concurrent.saturating_mul(instances))
        .total_memories(concurrent.saturating_mul(memories))
        .total_tables(concurrent.saturating_mul(tables))
        .max_memory_size(room.memory_bytes.min(MEMORY_CEILING))
        .table_elements(room.table_elements)
        .max_core_instances_per_component(instances)
        .max_memories_per_component(memories)
        .max_memories_per_module(memories)
        .max_tables_per_module(tables)
        .max_tables_per_component(tables)
        // Pages that most gradings touch are zeroed rather than given back, which saves system calls that threads contend for.
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(64 << 10);
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
