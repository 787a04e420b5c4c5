//! From a component to machine code, and from machine code to what the engine runs.

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::blame::{host_fault, said};
use crate::error::LoadError;
use crate::limits::Limits;

/// The machine code of a component.
pub(crate) fn compile(engine: &Engine, component: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
    engine.precompile_component(component).map_err(|error| not_taken(&error, limits))
}

/// What the engine runs, of machine code that this process compiled, or that runs in a worker process that has nothing to lose.
pub(crate) fn from_code(engine: &Engine, code: &[u8], limits: &Limits) -> Result<Component, LoadError> {
    // SAFETY: the bytes come from the compiler of this very program. Where that compiled what others made, this is a worker process,
    // confined and for this grader alone, so that code that breaks out of the sandbox is still held.
    #[expect(unsafe_code, reason = "loading native code that this program itself compiled")]
    let component = unsafe { Component::deserialize(engine, code) };
    component.map_err(|error| not_taken(&error, limits))
}

/// The same of a file of the cache, which is mapped rather than read. None: it is not there, or not of this engine.
pub(crate) fn from_file(engine: &Engine, path: &Path) -> Option<Component> {
    // SAFETY: only this program writes such files, in a folder that only the owner of this process may write to, and files of this name
    // hold what was compiled in its own process.
    #[expect(unsafe_code, reason = "loading native code that this program itself compiled and wrote")]
    let component = unsafe { Component::deserialize_file(engine, path) };
    component.ok()
}

fn not_taken(error: &wasmtime::Error, limits: &Limits) -> LoadError {
    match host_fault(error) {
        Some(fault) => LoadError::Host(fault),
        None => LoadError::Component(said(error, limits)),
    }
}
