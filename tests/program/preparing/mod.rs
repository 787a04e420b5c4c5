//! `assay prepare`: what it downloads, from whom, and what a user reads when it cannot.

mod faults;
mod recipes;
mod server;
mod world;
