//! How far an instance may grow.

use wasmtime::ResourceLimiter;

use crate::fault::HostFault;
use crate::limits::{Exceeded, Limits};

/// The engine asks it before an instance grows. Growth beyond a limit is an error rather than a refused growth, since most guests
/// answer the latter with a bare trap that does not say why.
pub(crate) struct Limiter {
    memory_bytes: usize,
    table_elements: usize,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Limiter { memory_bytes: limits.memory_bytes, table_elements: limits.table_elements }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes {
            return Err(Exceeded::Memory(self.memory_bytes).into());
        }
        Ok(true)
    }

    /// A guest that grows past its own maximum is told so, as WebAssembly has it. That the system has no memory for it must not be told:
    /// the score would depend on the machine.
    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        match error.downcast_ref::<std::io::Error>() {
            Some(error) => Err(HostFault::Resources(format!("memory for a grader: {error}")).into()),
            None => Ok(()),
        }
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.table_elements {
            return Err(Exceeded::Table(self.table_elements).into());
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_guests_own_maximum_is_told_to_the_guest() {
        let mut limiter = Limiter::new(&Limits::default());
        assert!(limiter.memory_grow_failed(wasmtime::Error::msg("Memory maximum size exceeded")).is_ok());
        let no_memory = std::io::Error::from(std::io::ErrorKind::OutOfMemory);
        let error = limiter.memory_grow_failed(no_memory.into()).expect_err("it is the system's");
        assert!(matches!(error.downcast_ref(), Some(HostFault::Resources(_))), "{error:?}");
    }
}
