//! The engine: one a process, set up once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use thiserror::Error;
use wasmtime::component::Linker;
use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails};

use super::cache::Cache;
use super::describe::Description;
use super::limits::{Exceeded, Limits};
use super::run::State;
use super::{bindings, cache, cage, checked, describe, nesting, outline};
use crate::digest::sha256;

/// How often the clock of running graders ticks.
const TICK: Duration = Duration::from_millis(20);

/// How many graders may run at once in a process.
const CONCURRENT: u32 = 64;

/// The most linear memory that the engine can give one instance, whatever the limits say.
const MEMORY_CEILING: usize = 4 << 30;

/// Runs graders, each instance with nothing but its own memory.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    linker: Arc<Linker<State>>,
    limits: Limits,
    cache: Option<Cache>,
    compiler: Option<PathBuf>,
}

/// Why a component is no grader.
#[derive(Debug, Error)]
pub enum LoadError {
    /// It is larger than [`Limits::component_bytes`].
    #[error("the component has {size} bytes, more than the limit of {limit}")]
    Size {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// It is no component, or not a valid one.
    #[error("not a WebAssembly component that this engine takes: {0}")]
    Component(String),
    /// It is a core module.
    #[error("it is a core module, not a component: `wasm-tools component new` makes one of it")]
    Module,
    /// It imports something.
    #[error("the component imports {}: a grader imports nothing", .0.join(", "))]
    Imports(Vec<String>),
    /// It was made for another version of the contract.
    #[error("the component keeps assay:grader/grading@{found}; this program keeps {kept}")]
    Version {
        /// The version it keeps.
        found: String,
        /// The version that this program keeps.
        kept: &'static str,
    },
    /// It does not export what a grader exports.
    #[error("the component does not export `assay:grader/grading@0.1.0` as a grader does: {0}")]
    World(String),
    /// It does not say what it is.
    #[error("`describe` failed: {0}")]
    Describe(String),
    /// It ran into a limit when it was compiled, or asked what it is.
    #[error("{0}")]
    Exceeded(#[from] Exceeded),
    /// The process that should have compiled it failed.
    #[error("the compiler failed: {0}")]
    Compiler(String),
}

/// A grader that is ready to run, any number of times and on any number of threads.
#[derive(Clone)]
pub struct Grader {
    pub(super) sandbox: Sandbox,
    pub(super) instance: bindings::GraderPre<State>,
    description: Arc<Description>,
    digest: Arc<str>,
}

impl Sandbox {
    /// A sandbox with these limits, which keeps compiled components in `cache`, if given.
    ///
    /// # Errors
    ///
    /// If the engine cannot be set up on this machine.
    pub fn new(limits: Limits, cache: Option<Cache>) -> wasmtime::Result<Self> {
        let engine = engine(&limits, CONCURRENT)?;
        let linker = Arc::new(Linker::new(&engine));
        let weak = engine.weak();
        thread::Builder::new().name("assay-clock".into()).spawn(move || {
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })?;
        Ok(Sandbox { engine, linker, limits, cache, compiler: None })
    }

    /// The same sandbox, which has `program` [compile](super::compile) the components that others made, in a process of its own and
    /// within [`Limits::compile_time`] and [`Limits::compile_memory_bytes`]. Without it those two limits do not hold.
    #[must_use]
    pub fn compiling_by(self, program: PathBuf) -> Self {
        Sandbox { compiler: Some(program), ..self }
    }

    /// The limits that graders run under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The name and version of the engine.
    #[must_use]
    pub fn engine_version() -> &'static str {
        concat!("wasmtime ", env!("WASMTIME_VERSION"))
    }

    /// Compiles a component that anybody may have made, or takes it from the cache, and asks it what it is.
    ///
    /// # Errors
    ///
    /// If the component is no grader.
    pub fn load(&self, component: &[u8]) -> Result<Grader, LoadError> {
        self.load_with(component, self.compiler.as_deref())
    }

    /// The same for a component that is as trusted as this program: it is compiled in this process.
    ///
    /// # Errors
    ///
    /// If the component is no grader.
    pub fn load_own(&self, component: &[u8]) -> Result<Grader, LoadError> {
        self.load_with(component, None)
    }

    fn load_with(&self, component: &[u8], compiler: Option<&Path>) -> Result<Grader, LoadError> {
        if component.len() > self.limits.component_bytes {
            return Err(LoadError::Size { size: component.len(), limit: self.limits.component_bytes });
        }
        outline::check(component, &self.limits)?;
        nesting::check(component).map_err(LoadError::Component)?;
        let digest: Arc<str> = sha256(component).into();
        let compile = || match compiler {
            Some(program) => cage::compile_in_child(program, component, &self.limits),
            None => self.engine.precompile_component(component).map_err(|error| self.not_taken(&error)),
        };
        let compiled = match &self.cache {
            Some(cache) => cache.get_or_compile(&self.engine, &digest, compile)?,
            None => compile().and_then(|compiled| cache::load(&self.engine, &compiled))?,
        };
        let instance = self
            .linker
            .instantiate_pre(&compiled)
            .and_then(bindings::GraderPre::new)
            .map_err(|error| LoadError::World(checked::text(&format!("{error:#}"), &self.limits)))?;
        let description = Arc::new(describe::describe(self, &instance)?);
        Ok(Grader { sandbox: self.clone(), instance, description, digest })
    }

    fn not_taken(&self, error: &wasmtime::Error) -> LoadError {
        LoadError::Component(checked::text(&format!("{error:#}"), &self.limits))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many ticks a grading may last.
    pub(super) fn ticks(&self) -> u64 {
        let ticks = self.limits.wall_clock.as_millis().div_ceil(TICK.as_millis());
        // The tick under way is over sooner than a whole one would be.
        u64::try_from(ticks).unwrap_or(u64::MAX - 1) + 1
    }
}

impl Grader {
    /// What the grader says of itself.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The limits that it runs under.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.sandbox.limits()
    }

    /// SHA-256 of the component, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// An engine with room for so many graders at once. What one engine compiles, another with the same limits can run.
pub(super) fn engine(limits: &Limits, concurrent: u32) -> wasmtime::Result<Engine> {
    Engine::new(&config(limits, concurrent))
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
    pool.total_component_instances(concurrent)
        .total_core_instances(concurrent * 4)
        .total_memories(concurrent)
        .total_tables(concurrent * 4)
        .max_memory_size(limits.memory_bytes.min(MEMORY_CEILING))
        .table_elements(limits.table_elements)
        .max_core_instances_per_component(4)
        .max_memories_per_component(1)
        .max_tables_per_component(4)
        // Pages that most gradings touch are zeroed rather than given back, which saves system calls that threads contend for.
        .linear_memory_keep_resident(2 << 20);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
