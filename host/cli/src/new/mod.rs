//! `assay new`: what a contributor starts from.

mod competition;
mod grader;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};

use super::{Ended, Failure};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Competition(competition::Arguments),
    Grader(grader::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Result<Ended, Failure> {
    match &arguments.command {
        Command::Competition(arguments) => competition::run(arguments),
        Command::Grader(arguments) => grader::run(arguments),
    }
}

/// Makes a folder that is not there yet.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    let place = || folder.display().to_string();
    match fs::create_dir(folder) {
        // Whatever there is may hold anything.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::Call(anyhow!(
            "{} is there already, and nothing is overwritten: choose another name or --dir",
            place()
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::Call(anyhow!(
            "{} cannot be made: there is no folder to make it in; `--dir` names one that is there",
            place()
        ))),
        made => made.with_context(place).map_err(Failure::Call),
    }
}

/// Writes a file, with the folders that it lies in.
fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let said = || path.display().to_string();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(said).map_err(Failure::Program)?;
    }
    fs::write(path, content).with_context(said).map_err(Failure::Program)
}
