//! `assay graders push`: puts a grader into a registry.

use std::path::PathBuf;

use anyhow::anyhow;
use assay_registry::{Artifact, Reference, push};
use assay_sandbox::Trust;
use assay_types::sha256;
use clap::Args;
use serde::Serialize;

use super::origin::{RegistryArguments, loaded, stop};
use super::{Stop, checked, stem};
use crate::Failure;
use crate::global::GlobalArguments;
use crate::output::{self, Format};

/// Put a grader into an OCI registry, as a WebAssembly component in the form that other tools take too, such as wkg.
///
/// It has to be a grader. What is printed is how others add it, with its digest, which is the same for the same component.
#[derive(Args)]
pub(super) struct Arguments {
    /// The component's file.
    file: PathBuf,
    /// Where to: oci://REGISTRY/REPOSITORY:TAG. The credentials for it are docker's, or ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD.
    to: Reference,
    #[command(flatten)]
    registry: RegistryArguments,
    /// The form [default: the reference on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What was put there.
#[derive(Serialize)]
struct Told {
    reference: String,
    sha256: String,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<(), Stop> {
    if arguments.to.digest().is_some() {
        return Err(
            Failure::Call(anyhow!("{}: leave out the digest, which the component decides", arguments.to)).into()
        );
    }
    let bounds = arguments.registry.bounds(global.limits().component_bytes);
    let component = loaded(&arguments.file, bounds.component_bytes)?;
    // It needs the network, so it is not confined; the component is compiled, asked and taken apart by workers, which are.
    let sandbox = global.sandbox(global.cache())?;
    let name = stem(&arguments.file);
    let description = checked(&sandbox, &name, &component)?;
    let anatomy = sandbox.inspect(&component, Trust::Others).map_err(Failure::program)?;
    let exports: Vec<String> = anatomy.exports.first.iter().map(|export| export.name.clone()).collect();
    let artifact = Artifact {
        component: &component,
        name: &description.name,
        version: &description.version,
        summary: &description.summary,
        exports: &exports,
    };
    let digest = push(&arguments.to, &artifact, &bounds).map_err(stop)?;
    let told = Told { reference: arguments.to.with_digest(&digest).to_string(), sha256: sha256(&component) };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&told)?,
        Format::Table => output::text(&told.reference)?,
    }
    Ok(())
}
