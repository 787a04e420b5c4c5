//! Runs agents in containers: conditions stated, answers out of reach, nothing lost.
//!
//! A [run group](group) is a folder, and each of its runs a folder in it, as the reference lays them out; its [metadata](metadata) are written
//! at each change of a run's state, so that a group that was stopped at any moment is taken up again. An [agent] is an entry of a
//! `config.yaml` beside the files that its [image](image) is built of. A [run](life) is one container: the competition's public files are
//! mounted into it, its [checker](checker) is outside, and what it leaves is [taken in](intake) as what it is, the word of a stranger.
//!
//! [`engine`] alone knows the container engine's interface.

pub mod agent;
mod changes;
pub mod checker;
mod collecting;
pub mod config;
pub mod engine;
mod error;
pub mod forwarder;
pub mod group;
pub mod image;
mod incoming;
pub mod intake;
pub mod leftovers;
pub mod life;
pub mod metadata;
pub mod output;
pub mod proxy;
mod relay;
mod request;
pub mod schedule;
pub mod timestamp;
mod watching;
mod yaml;

use std::io;

pub use error::AgentsError;
pub use tokio::runtime::Runtime;

/// What carries out whatever waits here, on one thread: the work is the engine's.
///
/// # Errors
///
/// If the system lacks what it needs.
pub fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
