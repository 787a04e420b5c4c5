//! The sandbox: it runs graders, which are hostile until proven otherwise.
//!
//! A grader is a component that imports nothing. It gets the tables and the options, by value, in a fresh instance that is thrown
//! away afterwards; it runs under [`Limits`]; and what it returns is checked before anyone uses it. The sandbox knows the contract
//! with graders and Arrow's tables, and nothing of files, competitions or medals.
//!
//! [`Sandbox::load`] makes a [`Grader`] of a component. One that this program carries runs in this process; one that others made runs in
//! [worker processes](worker), unless whoever sets up the sandbox [decides](Execution) otherwise. Whatever goes wrong is somebody's fault:
//! the grader's or the submission's, which is an [`Outcome`]; or the host's, which is a [`HostFault`] and says nothing of either.

pub mod anatomy;
mod bindings;
mod blame;
mod cache;
mod compile;
mod describe;
mod engine;
mod error;
mod fault;
mod footprint;
mod in_process;
mod instance;
mod limiter;
mod limits;
mod nesting;
mod outcome;
mod outline;
mod sandbox;
mod sanitize;
mod slots;
mod table;
mod toolchain;
pub mod worker;

pub use assay_engine::Carried;
pub use assay_types::grader::{Description, OptionSpec, SettingKind};
pub use cache::{Cache, CacheBounds, CacheError, Warmed};
pub use error::{LoadError, SandboxError};
pub use fault::{Cancel, HostFault};
pub use limits::{Counted, Exceeded, Limits, Profile};
pub use nesting::NestingError;
pub use outcome::{Detail, Fault, Outcome, Problem, Run, Score, Task, Validated};
pub use sandbox::{Execution, Grader, Sandbox, SandboxOptions, Trust};
pub use table::Unsupported;
pub use toolchain::{Rebuilds, Toolchain};
pub use worker::{Ahead, WorkerProgram};
