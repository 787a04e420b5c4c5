//! x
pub mod competition;
pub mod sandbox;
