//! From a component to machine code, and from machine code to what the engine runs.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::blame::{host_fault, said};
use crate::engine;
use crate::error::LoadError;
use crate::fault::HostFault;
use crate::limits::Limits;
use crate::{footprint, nesting, outline};

/// Looks at a component before the compiler does: refuses what is no grader on its outside, what is nested too deep to be read, and what
/// would have more instances, memories or tables than there may be.
pub(crate) fn check(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    outline::check(component, limits)?;
    nesting::check(component)?;
    footprint::check(component, limits)
}

/// The machine code of a component.
pub(crate) fn compile(engine: &Engine, component: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
    let code = match threads() {
        Some(threads) => threads.install(|| engine.precompile_component(component)),
        // What one engine compiles, another with the same limits runs.
        None => engine::without_threads(limits)
            .map_err(|error| LoadError::Host(HostFault::Resources(error.to_string())))?
            .precompile_component(component),
    };
    code.map_err(|error| not_taken(&error, limits))
}

/// The threads that compile, which are started when they are first needed. None: the system gives none. The engine, left to itself, would
/// panic then.
fn threads() -> Option<Arc<ThreadPool>> {
    static THREADS: Mutex<Option<Arc<ThreadPool>>> = Mutex::new(None);
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    if threads.is_none() {
        let named = ThreadPoolBuilder::new().thread_name(|number| format!("assay-compile-{number}"));
        *threads = named.build().ok().map(Arc::new);
    }
    threads.clone()
}

/// What the engine runs, of machine code that this process compiled, or that runs in a worker process that has nothing to lose.
pub(crate) fn from_code(engine: &Engine, code: &[u8], limits: &Limits) -> Result<Component, LoadError> {
    // SAFETY: the bytes come from the compiler of this very program; those out of the cache are bound to the component that they are of, and
    // lie where only the owner of this process may write. Where the compiler was given what others made, this is a worker process, confined
    // and for this grader alone, so that code that breaks out of the sandbox is still held.
    #[expect(unsafe_code, reason = "loading native code that this program itself compiled")]
    let component = unsafe { Component::deserialize(engine, code) };
    component.map_err(|error| not_taken(&error, limits))
}

/// The same of a file of the cache that is whole. It is mapped, and read as far as it is used.
pub(crate) fn from_file(engine: &Engine, file: &Path, limits: &Limits) -> Result<Component, LoadError> {
    // SAFETY: the digest at the file's end says that it is what the compiler of this very program made; it lies where only the owner of this
    // process may write, and files there are replaced, never written to. This is a worker process, as above.
    #[expect(unsafe_code, reason = "loading native code that this program itself compiled")]
    let component = unsafe { Component::deserialize_file(engine, file) };
    component.map_err(|error| not_taken(&error, limits))
}

fn not_taken(error: &wasmtime::Error, limits: &Limits) -> LoadError {
    match host_fault(error) {
        Some(fault) => LoadError::Host(fault),
        None => LoadError::Component(said(error, limits)),
    }
}
