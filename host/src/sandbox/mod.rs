//! The sandbox: it runs graders, which are hostile until proven otherwise.
//!
//! A grader is a component that imports nothing. It gets the tables and the options, by value, in a fresh instance that is thrown
//! away afterwards; it runs under [`Limits`]; and what it returns is checked before anyone uses it. The sandbox knows the contract
//! with graders and Arrow's tables, and nothing of files, competitions or medals.

mod bindings;
mod cache;
mod cage;
mod checked;
mod describe;
mod engine;
mod limits;
pub(crate) mod nesting;
mod outline;
mod run;
mod table;

/// The contract with graders that this program keeps.
pub const WIT: &str = "assay:grader@0.1.0";

pub use crate::digest::sha256;
pub use cache::Cache;
pub use cage::{COMPILE, compile};
pub use describe::{Description, OptionSpec, SettingKind};
pub use engine::{Grader, LoadError, Sandbox};
pub use limits::{Exceeded, Limits};
pub use run::{Detail, Fault, Outcome, Problem, Run, Score, Task, Validated};
pub use table::Unsupported;
