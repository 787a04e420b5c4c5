//! What concerns whole processes: what they give up, and what is left when they are killed.

mod confinement;
mod crowd;
mod interrupted;
mod killed;
mod large_files;
mod memory_budget;
mod workers;
