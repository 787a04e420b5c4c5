//! Confinement: the process gives up what it does not need, before it reads what others wrote.
//!
//! A grader is held by the engine. Should the engine, the reader or the compiler have a hole, this is the wall behind it: on Linux,
//! Landlock leaves the process the files that it was started for and no TCP, and a seccomp filter takes away system calls that no
//! grading makes: sockets, tracing, mounting, loading kernel code, changing whose files are, other users' rights and processes, and starting
//! programs, where none has to be started. Root gives up what it may do beyond others, but for reading and writing others' files. None of
//! it can be undone, and children inherit it.
//!
//! A worker process, which runs what strangers wrote, keeps less: no file at all, no capability, and no system call but those that
//! computing takes.

#[cfg(target_os = "linux")]
mod capabilities;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod system_calls;

use std::ffi::OsString;
use std::path::PathBuf;

/// What a process keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Files that it may read, and folders below which it may read. What is not there is left out.
    pub read: Vec<PathBuf>,
    /// Files that it may write, and folders below which it may read, write, make and remove regular files.
    pub write: Vec<PathBuf>,
    /// Whether it may start itself again, as it does to run components that others made. It can start nothing else; without this, it can
    /// start threads, and no process.
    pub start_itself: bool,
}

/// How far a process is confined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// As far as this module goes.
    Full,
    /// In part, or not at all: why.
    Partial(String),
}

/// Confines the calling thread and all threads and processes that it starts from now on. What others still run keep their files, so this
/// comes before the first thread.
#[must_use]
pub fn confine(access: &Access) -> Confinement {
    #[cfg(target_os = "linux")]
    {
        lacking([
            capabilities::gain_nothing(),
            files::confine(access),
            capabilities::give_up(Some(capabilities::DAC_OVERRIDE)),
            system_calls::confine(access),
        ])
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = access;
        Confinement::Partial("only Linux has Landlock and seccomp".into())
    }
}

/// Confines a worker process, which was given all that it needs through its standard streams: it closes all other descriptors, and keeps no
/// file, no capability, and no system call but those that computing takes: memory, threads, clocks, and the streams.
#[must_use]
pub fn confine_worker() -> Confinement {
    #[cfg(target_os = "linux")]
    {
        lacking([
            descriptors::close_all_but_standard_streams().map_err(|error| format!("descriptors: {error}")),
            capabilities::gain_nothing(),
            files::confine(&Access::default()),
            capabilities::give_up(None),
            system_calls::confine_worker(),
        ])
    }
    #[cfg(not(target_os = "linux"))]
    Confinement::Partial("only Linux has Landlock and seccomp".into())
}

#[cfg(target_os = "linux")]
fn lacking(done: impl IntoIterator<Item = Result<(), String>>) -> Confinement {
    let lacking: Vec<String> = done.into_iter().filter_map(Result::err).collect();
    if lacking.is_empty() { Confinement::Full } else { Confinement::Partial(lacking.join("; ")) }
}

/// Closes what this process inherited from whoever started it, but its standard streams and what `arguments` name, as a shell does when a
/// command takes another one's output for a file (`/dev/fd/63`). What is named no program inherits that this one starts. It is for programs
/// that have opened nothing yet: files and the like that are open are closed beneath their owners.
pub fn close_inherited(arguments: impl IntoIterator<Item = OsString>) {
    #[cfg(target_os = "linux")]
    descriptors::close_inherited(arguments);
    #[cfg(not(target_os = "linux"))]
    drop(arguments);
}
