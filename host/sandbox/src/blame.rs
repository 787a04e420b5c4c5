//! Whose fault an error of the engine is: the grader's, or the host's.

use wasmtime::{OutOfMemory, PoolConcurrencyLimitError, Trap};

use crate::fault::HostFault;
use crate::limits::{Counted, Exceeded, Limits};
use crate::outcome::Fault;
use crate::sanitize;

/// Why a grader's run ended without a result.
#[derive(Debug)]
pub(crate) enum Stop {
    Grader(Fault),
    Host(HostFault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Stop::Grader(fault)
    }
}

impl From<HostFault> for Stop {
    fn from(fault: HostFault) -> Self {
        Stop::Host(fault)
    }
}

/// Why a run with so much fuel ended in an error.
pub(crate) fn stop(error: &wasmtime::Error, limits: &Limits, fuel: u64) -> Stop {
    if let Some(fault) = host_fault(error) {
        return Stop::Host(fault);
    }
    if let Some(exceeded) = error.downcast_ref::<Exceeded>() {
        return Stop::Grader(Fault::Exceeded(*exceeded));
    }
    Stop::Grader(match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Fault::Exceeded(Exceeded::Fuel(fuel)),
        Some(Trap::StackOverflow) => Fault::Exceeded(Exceeded::Stack(limits.stack_bytes)),
        Some(trap) => Fault::Grader(format!("it trapped: {trap}")),
        None if returned_too_much(error) => Fault::Exceeded(Exceeded::returned(Counted::Bytes, limits)),
        None => Fault::Grader(said(error, limits)),
    })
}

/// What the host is to blame for: what this crate says so of, and where the engine's pool or the system had no room.
pub(crate) fn host_fault(error: &wasmtime::Error) -> Option<HostFault> {
    if let Some(fault) = error.downcast_ref::<HostFault>() {
        return Some(fault.clone());
    }
    let of_the_system = error.is::<PoolConcurrencyLimitError>()
        || error.is::<OutOfMemory>()
        || error.chain().any(|cause| cause.is::<std::io::Error>());
    of_the_system.then(|| HostFault::Resources(format!("{error:#}")))
}

/// What the engine says, for people.
pub(crate) fn said(error: &wasmtime::Error, limits: &Limits) -> String {
    sanitize::text(&format!("{error:#}"), limits)
}

/// True if a guest returned more than the store's fuel for host calls allows. The engine has a type for this error, but keeps it to
/// itself. `attacks::refusal_of_5_mib` and `attacks::list_of_4_gib` fail when the engine's words change.
fn returned_too_much(error: &wasmtime::Error) -> bool {
    error.root_cause().to_string().ends_with("fuel allocated for hostcalls has been exhausted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(error: impl Into<wasmtime::Error>) -> Stop {
        stop(&error.into(), &Limits::default(), 7)
    }

    #[test]
    fn the_host_is_never_taken_for_the_grader() {
        let no_memory = || std::io::Error::from(std::io::ErrorKind::OutOfMemory);
        assert!(matches!(stopped(no_memory()), Stop::Host(HostFault::Resources(_))));
        let below = wasmtime::Error::from(no_memory()).context("failed to map memory");
        assert!(matches!(stopped(below), Stop::Host(HostFault::Resources(_))));
        assert!(matches!(stopped(OutOfMemory::new(1 << 30)), Stop::Host(HostFault::Resources(_))));
        assert!(matches!(stopped(HostFault::Cancelled), Stop::Host(HostFault::Cancelled)));
    }

    #[test]
    fn the_grader_is_blamed_for_what_it_does() {
        assert!(matches!(stopped(Trap::OutOfFuel), Stop::Grader(Fault::Exceeded(Exceeded::Fuel(7)))));
        assert!(matches!(stopped(Trap::UnreachableCodeReached), Stop::Grader(Fault::Grader(_))));
        assert!(matches!(stopped(wasmtime::Error::msg("?")), Stop::Grader(Fault::Grader(_))));
        let exceeded = Exceeded::Table(3);
        assert!(matches!(stopped(exceeded), Stop::Grader(Fault::Exceeded(found)) if found == exceeded));
    }
}
