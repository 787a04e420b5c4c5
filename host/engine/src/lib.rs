//! How the WebAssembly engine is set up, which decides what a component is compiled to.
//!
//! It is a crate of its own because two compile: the sandbox when it meets a component, and the build of the program, which compiles the
//! graders that the program carries, so that nobody waits for that later.

mod baseline;
mod carried;
mod machine_code;
mod setup;

pub use baseline::{Baseline, Unsupported};
pub use carried::{Carried, CarriedCode};
pub use machine_code::MachineCode;
pub use setup::{Room, VERSION, config};
