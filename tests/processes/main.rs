//! What concerns whole processes: what they give up, and what is left when they are killed.

#[cfg(target_os = "linux")]
mod agents;
mod cache;
mod confinement;
mod crowd;
mod interrupted;
#[cfg(target_os = "linux")]
mod kept;
mod killed;
mod large_files;
mod memory_budget;
mod panics;
mod preparing;
#[cfg(target_os = "linux")]
mod shortage;
mod workers;
