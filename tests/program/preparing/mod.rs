//! `assay prepare`: what it downloads, from whom, and what a user reads when it cannot.

mod corrected;
mod faults;
mod low;
mod recipes;
mod server;
mod verified;
mod world;
