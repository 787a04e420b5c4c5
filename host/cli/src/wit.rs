//! `assay wit`: the contract with graders.

use std::path::PathBuf;

use anyhow::anyhow;
use assay_component::CONTRACT;
use assay_types::grader::WIT_VERSION;
use clap::Args;

use super::output;
use super::{Ended, Failure};

/// Print the contract with graders, in WIT.
#[derive(Args)]
pub(super) struct Arguments {
    /// Which version of it.
    #[arg(long, value_name = "VERSION", default_value = WIT_VERSION)]
    version: String,
    /// The file to write [default: stdout].
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    if arguments.version != WIT_VERSION {
        return Err(Failure::Call(anyhow!("--version {}: there is only {WIT_VERSION}", arguments.version)));
    }
    match &arguments.output {
        Some(path) => std::fs::write(path, CONTRACT)
            .map_err(|error| Failure::Call(anyhow!("--output {}: {error}", path.display())))?,
        None => output::data(CONTRACT.trim_end())?,
    }
    Ok(Ended::Fine)
}
