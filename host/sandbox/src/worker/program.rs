//! Which program is a worker.

use std::ffi::OsString;
use std::path::PathBuf;

/// The argument that tells a program to be a worker: it calls [`serve`](super::serve) with its standard input and output, and nothing else.
pub const COMMAND: &str = "worker";

/// A program that can be a worker. It is started as `program arguments... worker`, without environment variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerProgram {
    /// The program.
    pub program: PathBuf,
    /// What it is told before [`COMMAND`].
    pub arguments: Vec<OsString>,
    /// Whether a worker that the system does not confine in full runs nothing.
    pub confined: bool,
}

impl From<PathBuf> for WorkerProgram {
    /// A program that is told nothing else, and is confined as far as the system can do it.
    fn from(program: PathBuf) -> Self {
        WorkerProgram { program, arguments: Vec::new(), confined: false }
    }
}
