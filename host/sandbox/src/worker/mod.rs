//! Worker processes: where components that others made are compiled and run.
//!
//! The engine promises much of what it runs, but nothing of how long and in how much memory it compiles; and should it have a hole, what
//! escapes from it finds itself in a process that has no files and no network, may start nothing, and knows one grader and what that is
//! graded on. A worker is for one grader. One kill calls it off, one crash costs one grading.
//!
//! `child` is the worker's side, and the front end's hidden command calls it; `process`, `parent`, `pool`, `grader`, `answers`, `lost`
//! and `remembered` are the sandbox's side, `inspect` another thing that it asks; `protocol` and `tables` are what they say to each other. The sandbox takes a worker for hostile: it reads no
//! more than it must, waits no longer than it must, checks what it reads, and never runs machine code that comes from one.

mod ahead;
mod answers;
mod child;
mod grader;
mod inspect;
mod lost;
mod parent;
mod pool;
mod process;
mod program;
mod protocol;
mod remembered;
mod tables;

pub use ahead::Ahead;
pub use child::{WorkerError, serve};
pub(crate) use grader::ByWorkers;
pub(crate) use inspect::inspect;
pub(crate) use pool::Workers;
pub use program::{COMMAND, WorkerProgram};
pub use protocol::ProtocolError;
pub(crate) use protocol::code_bytes;
