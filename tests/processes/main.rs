//! What concerns whole processes: what they give up, and what is left when they are killed.

mod confinement;
mod interrupted;
mod killed;
mod large_files;
mod workers;
