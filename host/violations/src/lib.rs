//! Did agents keep to the rules? What they left, logs and code, is [gathered](gather), looked at by [checks] that need no model, and, in
//! [chunks], put before a language model with [questions].
//!
//! What agents wrote is hostile: it is read within bounds, without following links, cleared of [secrets], and put before the model as
//! data. What the model says is hostile too: it is bounded, has to be of the form that was asked for, and decides nothing but a cell.

pub mod answer;
pub mod asking;
pub mod checks;
pub mod chunks;
pub mod cost;
pub mod gather;
pub mod kept;
pub mod list;
mod model;
mod notebook;
pub mod plan;
pub mod prompt;
pub mod questions;
pub mod report;
pub mod secrets;
pub mod server;

pub use model::{Model, Patience};
