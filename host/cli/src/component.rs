//! `assay component`: from a core module, as most compilers make them, to a grader.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use assay_component::{ComponentError, System, component};
use assay_sandbox::{LoadError, Trust};
use assay_tables::read;
use clap::Args;

use super::global::GlobalArguments;
use super::output;
use super::{Ended, Failure};

/// Make a grader's component of a core module.
///
/// The module exports the functions of the contract (`assay wit` prints it). The component is loaded as it would be for a grading, and
/// written if it is a grader. The same module gives the same bytes.
#[derive(Args)]
pub(super) struct Arguments {
    /// The core module.
    module: PathBuf,
    /// The file to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// Give a module that was compiled for WASI preview 1 a system interface that has nothing behind it: no files and no environment, a
    /// clock that counts how often it was asked, random numbers that are always the same. What it prints is dropped.
    #[arg(long)]
    stub_wasi: bool,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    // It writes where it is told to, so it is not confined; the component is compiled and asked by a worker, which is.
    let file = arguments.module.display();
    let module = read::load(&arguments.module, &read::Limits::default());
    let module = module.with_context(|| file.to_string()).map_err(Failure::Call)?;
    let system = if arguments.stub_wasi { System::Stub } else { System::None };
    let built = match component(&module, system) {
        Ok(built) => built,
        Err(error) => {
            let advice = advice(&error);
            output::message(&format!("error: {file}: {error}{advice}"));
            return Ok(Ended::AtFault);
        }
    };
    let sandbox = global.sandbox(None)?;
    let description = match sandbox.load(&built, Trust::Others) {
        Ok(grader) => grader.description().clone(),
        Err(LoadError::Host(fault)) => return Err(Failure::program(fault)),
        Err(error) => {
            output::message(&format!("error: {file}: {error}"));
            return Ok(Ended::AtFault);
        }
    };
    let path = &arguments.output;
    std::fs::write(path, &built).map_err(|error| Failure::Call(anyhow!("--output {}: {error}", path.display())))?;
    output::message(&format!(
        "{}: {} {}, {} bytes, imports nothing",
        path.display(),
        description.name,
        description.version,
        built.len()
    ));
    Ok(Ended::Fine)
}

fn advice(error: &ComponentError) -> &'static str {
    match error {
        ComponentError::System(_) => "; `--stub-wasi` supplies that, with nothing behind it",
        ComponentError::Component => "; `assay audit FILE` shows what it is",
        ComponentError::Exports(_) => "; `assay new grader` writes bindings that do",
        _ => "",
    }
}
