//! Who is to blame that a worker gives no answer.

use std::process::ExitStatus;

use super::parent::Lost;
use crate::blame::Stop;
use crate::fault::HostFault;
use crate::limits::{Exceeded, Limits};
use crate::outcome::Fault;

/// How a process came to its end.
pub(super) enum Death {
    /// It used up its processor time.
    OutOfTime,
    /// It used up its memory: Rust's allocator says so, and aborts.
    OutOfMemory,
    /// Somebody else killed it, most often the system, short of memory.
    Killed,
    /// A signal says that it went wrong.
    Crashed,
    /// A Rust program says that it went wrong.
    Panicked,
    /// It ended of its own will.
    Ended,
}

pub(super) fn death(status: ExitStatus, words: &str) -> Death {
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;
        match status.signal() {
            Some(signal) if signal == Signal::XCPU.as_raw() => return Death::OutOfTime,
            Some(signal) if signal == Signal::ABORT.as_raw() && words.contains("memory allocation") => {
                return Death::OutOfMemory;
            }
            Some(signal) if signal == Signal::KILL.as_raw() || signal == Signal::TERM.as_raw() => return Death::Killed,
            Some(_) => return Death::Crashed,
            None => {}
        }
    }
    let _ = words;
    if status.code() == Some(PANICKED) { Death::Panicked } else { Death::Ended }
}

/// The exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

pub(super) fn killed(status: ExitStatus) -> HostFault {
    HostFault::Resources(format!("a worker was killed, perhaps for want of memory ({status})"))
}

pub(super) fn ended(status: ExitStatus, words: &str) -> HostFault {
    HostFault::Worker(format!("it ended without an answer ({status}): {words}"))
}

/// Who is to blame that a grader's worker is lost.
pub(super) fn stop(lost: Lost, limits: &Limits) -> Stop {
    match lost {
        Lost::Cancelled => Stop::Host(HostFault::Cancelled),
        Lost::TimedOut { asked: false } => Stop::Host(HostFault::Worker("it does not read what it is sent".into())),
        Lost::TimedOut { asked: true } => Stop::Grader(Fault::Exceeded(Exceeded::WallClock(limits.wall_clock))),
        Lost::Broke(said) => Stop::Host(HostFault::Worker(said)),
        Lost::Died(status, words) => match death(status, &words) {
            Death::OutOfTime => Stop::Grader(Fault::Exceeded(Exceeded::WallClock(limits.wall_clock))),
            Death::OutOfMemory => Stop::Grader(Fault::Exceeded(Exceeded::Memory(limits.memory_bytes))),
            Death::Killed => Stop::Host(killed(status)),
            Death::Crashed => Stop::Grader(Fault::Grader(format!("the worker died: {status}"))),
            Death::Panicked | Death::Ended => Stop::Host(ended(status, &words)),
        },
    }
}
