//! `assay keys`: the keys that a competition expects.

use std::path::PathBuf;

use anyhow::Context;
use assay_host::{key_file, read, setup};
use clap::Args;

use super::output;
use super::surroundings::{DataDir, Surroundings};
use super::{Ended, Failure};

/// Derive a key file from a competition's answers: all that `assay validate` needs of them, and nothing that tells them.
#[derive(Args)]
pub(super) struct Arguments {
    /// The competition.
    competition_id: String,
    #[command(flatten)]
    data_dir: DataDir,
    /// Where it is written [default: printed].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, surroundings: &Surroundings) -> Result<Ended, Failure> {
    let competition = surroundings.registry()?.get(&arguments.competition_id).map_err(Failure::call)?;
    let keys =
        setup::keys(&competition, &arguments.data_dir.path()?, &read::Limits::default()).map_err(Failure::call)?;
    let text = key_file::derive(&competition, &keys).map_err(Failure::program)?;
    match &arguments.output {
        Some(path) => {
            std::fs::write(path, text).with_context(|| format!("--output {}", path.display())).map_err(Failure::Call)?
        }
        None => output::data(text.trim_end_matches('\n'))?,
    }
    Ok(Ended::Fine)
}
