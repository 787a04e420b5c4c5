//! The steps that recipes are made of.

mod copy;
mod extract;
mod read;
mod split;
mod write;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::RunError;
use crate::run::Work;

/// What a step does.
pub(crate) trait Action {
    /// The tables that it uses.
    fn uses(&self) -> Vec<&str> {
        Vec::new()
    }
    /// The tables that it makes.
    fn makes(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Is what the recipe says of it possible?
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
    /// What it does, for a progress line.
    fn words(&self) -> String;
    fn run(&self, work: &mut Work) -> Result<(), RunError>;
}

/// One step of a recipe.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Reads a table, as pandas does.
    Read(read::Read),
    /// Splits a table into a train and a test part, as scikit-learn does.
    Split(split::Split),
    /// Writes a table, as pandas does.
    Write(write::Write),
    /// Copies a file, or a file of each row.
    Copy(copy::Copy),
    /// Extracts an archive of the download.
    Extract(extract::Extract),
}

impl Step {
    pub(crate) fn action(&self) -> &dyn Action {
        match self {
            Step::Read(step) => step,
            Step::Split(step) => step,
            Step::Write(step) => step,
            Step::Copy(step) => step,
            Step::Extract(step) => step,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Step::Read(_) => "read",
            Step::Split(_) => "split",
            Step::Write(_) => "write",
            Step::Copy(_) => "copy",
            Step::Extract(_) => "extract",
        }
    }
}

/// Commas, where a recipe names no separator.
fn comma() -> char {
    ','
}
