//! How far an instance may grow.

use wasmtime::ResourceLimiter;

use crate::fault::HostFault;
use crate::limits::{Exceeded, Limits};

/// The engine asks it before an instance grows, memories and tables that it starts with included. Growth beyond a limit is an error rather
/// than a refused growth, since most guests answer the latter with a bare trap that does not say why.
///
/// What counts is all that the core instances of a component have together: a component may have several, each with its own.
pub(crate) struct Limiter {
    memory: Total,
    tables: Total,
}

/// How much there is of something, and may be.
struct Total {
    limit: usize,
    used: usize,
}

impl Total {
    fn new(limit: usize) -> Self {
        Total { limit, used: 0 }
    }

    /// False if growth from `current` to `desired` takes too much. What the engine itself refuses, since it is beyond the `maximum` of its
    /// own that this memory or table has, takes nothing.
    fn grows(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> bool {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        let fits = used <= self.limit;
        if fits && maximum.is_none_or(|maximum| desired <= maximum) {
            self.used = used;
        }
        fits
    }
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Limiter { memory: Total::new(limits.memory_bytes), tables: Total::new(limits.table_elements) }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if !self.memory.grows(current, desired, maximum) {
            return Err(Exceeded::Memory(self.memory.limit).into());
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

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if !self.tables.grows(current, desired, maximum) {
            return Err(Exceeded::Table(self.tables.limit).into());
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

    #[test]
    fn all_memories_and_tables_count_together() {
        let limits = Limits { memory_bytes: 100, table_elements: 10, ..Limits::default() };
        let exceeded = |grown: wasmtime::Result<bool>| {
            grown.map_err(|error| error.downcast_ref::<Exceeded>().copied().expect("it is a limit"))
        };
        let mut limiter = Limiter::new(&limits);
        // One memory starts with 40 and another with 50; the first grows by what is left, the second by a byte too much.
        assert_eq!(exceeded(limiter.memory_growing(0, 40, None)), Ok(true));
        assert_eq!(exceeded(limiter.memory_growing(0, 50, Some(55))), Ok(true));
        // The engine refuses this one, as often as the guest likes.
        for _ in 0..9 {
            assert_eq!(exceeded(limiter.memory_growing(50, 56, Some(55))), Ok(true));
        }
        assert_eq!(exceeded(limiter.memory_growing(40, 50, None)), Ok(true));
        assert_eq!(exceeded(limiter.memory_growing(50, 51, Some(55))), Err(Exceeded::Memory(100)));
        assert_eq!(exceeded(limiter.table_growing(0, 6, None)), Ok(true));
        assert_eq!(exceeded(limiter.table_growing(0, 5, None)), Err(Exceeded::Table(10)));
        assert_eq!(exceeded(limiter.table_growing(0, 4, None)), Ok(true));
        assert_eq!(exceeded(limiter.table_growing(usize::MAX - 1, usize::MAX, None)), Err(Exceeded::Table(10)));
    }
}
