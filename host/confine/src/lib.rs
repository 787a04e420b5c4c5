//! Confinement: the process gives up what it does not need, before it reads what others wrote.
//!
//! A grader is held by the engine. Should the engine, the reader or the compiler have a hole, this is the wall behind it: on Linux,
//! Landlock leaves the process the files that it was started for and no TCP, and a seccomp filter takes away system calls that no
//! grading makes: sockets, tracing, mounting, loading kernel code, other users' rights, and starting programs, where none has to be
//! started. Neither can be undone, and children inherit both.

#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod system_calls;

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
        let lacking = [files::confine(access), system_calls::confine(access)];
        let lacking: Vec<String> = lacking.into_iter().filter_map(Result::err).collect();
        if lacking.is_empty() { Confinement::Full } else { Confinement::Partial(lacking.join("; ")) }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = access;
        Confinement::Partial("only Linux has Landlock and seccomp".into())
    }
}

/// Closes all that this process inherited but its standard streams, so that it holds nothing that whoever started it forgot to keep to
/// itself. It is for programs that have opened nothing yet: files and the like that are open are closed beneath their owners.
#[must_use]
pub fn close_all_but_standard_streams() -> Confinement {
    #[cfg(target_os = "linux")]
    {
        match descriptors::close_all_but_standard_streams() {
            Ok(()) => Confinement::Full,
            Err(error) => Confinement::Partial(format!("descriptors are not closed: {error}")),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        Confinement::Partial("only Linux closes all descriptors at once".into())
    }
}
