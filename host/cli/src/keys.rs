//! `assay keys`: which rows must a submission have?

use std::path::PathBuf;

use anyhow::Context;
use assay_tables::{key_file, read};
use clap::Args;

use super::global::{DataArguments, GlobalArguments};
use super::output;
use super::{Ended, Failure};

/// Make a key file of a competition's answers, for `assay validate` where the answers are not.
///
/// It holds the keys that submissions must have, and nothing else of the answers.
#[derive(Args)]
pub(super) struct Arguments {
    /// The competition, as `assay competitions` lists it.
    competition_id: String,
    #[command(flatten)]
    data: DataArguments,
    /// The file to write [default: stdout].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    let competition = competitions.get(&arguments.competition_id).map_err(Failure::call)?;
    let data = arguments.data.open()?;
    // It writes where it is told to, so it is not confined; no grader runs.
    let expected = data.expected(&competition, &read::Limits::default()).map_err(Failure::call)?;
    let text = key_file::write(&competition, &expected).map_err(Failure::call)?;
    match &arguments.output {
        Some(path) => {
            std::fs::write(path, text).with_context(|| format!("--output {}", path.display())).map_err(Failure::Call)?
        }
        None => output::data(text.trim_end())?,
    }
    Ok(Ended::Fine)
}
