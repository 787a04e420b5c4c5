//! `assay graders add`: puts a grader that others made into a folder of graders, and pins it.

use std::path::PathBuf;

use anyhow::anyhow;
use assay::{Added, FolderError, GraderFolder};
use assay_types::{counted, sha256};
use clap::Args;
use serde::Serialize;

use super::origin::{RegistryArguments, found};
use super::signature::Signature;
use super::{Stop, checked};
use crate::Failure;
use crate::global::GlobalArguments;
use crate::output::{self, Format};

/// Add a grader that others made to the folder of graders (--graders), and pin its digest in the folder's lock, `assay.lock`.
///
/// It has to be a grader under the limits of the profile. Its known-answer cases come along where it has some. The exit code is 1 if the
/// component is refused, or a registry sends another one than the digest names.
#[derive(Args)]
pub(super) struct Arguments {
    /// A component's file (.wasm), a folder with one, or an artifact of a registry: oci://REGISTRY/REPOSITORY:TAG@sha256:DIGEST. The
    /// credentials for it are docker's, or ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD.
    #[arg(value_name = "FILE|FOLDER|oci://…")]
    from: String,
    /// What competitions call it [default: the name of the file or repository].
    #[arg(long)]
    name: Option<String>,
    /// Replace a grader of the same name and another digest.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    registry: RegistryArguments,
    #[command(flatten)]
    signature: Signature,
    /// The form [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
}

/// What was added.
#[derive(Serialize)]
struct Told {
    grader: String,
    outcome: Added,
    version: String,
    summary: String,
    sha256: String,
    file: PathBuf,
    cases: usize,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<(), Stop> {
    let folder = global.graders_folder().ok_or_else(|| {
        Failure::Call(anyhow!("name the folder that it is added to by --graders DIR, or set ASSAY_GRADERS"))
    })?;
    // It fetches from registries and writes a folder, so it is not confined; the component is compiled and asked by a worker, which is.
    let bounds = arguments.registry.bounds(global.limits().component_bytes);
    let found = found(&arguments.from, &arguments.signature, &bounds)?;
    let name = arguments.name.clone().unwrap_or(found.name);
    let sandbox = global.sandbox(global.cache())?;
    let description = checked(&sandbox, &name, &found.component)?;
    let mut folder = GraderFolder::open(folder).map_err(Failure::call)?;
    let outcome =
        folder.add(&name, &found.component, &found.cases, arguments.replace).map_err(|error| match error {
            error @ FolderError::Other { .. } => {
                Failure::Call(anyhow!("{error}: `--replace` has it do so, and `--name` gives it another name"))
            }
            error => Failure::call(error),
        })?;
    let told = Told {
        file: folder.file(&name),
        grader: name,
        outcome,
        version: description.version,
        summary: description.summary,
        sha256: sha256(&found.component),
        cases: found.cases.len(),
    };
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&told)?,
        Format::Table => output::table(&[], rows(&told))?,
    }
    Ok(())
}

fn rows(told: &Told) -> Vec<Vec<String>> {
    let outcome = match told.outcome {
        Added::WasThere => "was there",
        Added::New => "added",
        Added::Replaced => "added in the place of another",
    };
    let pair = |name: &str, value: String| vec![name.to_owned(), value];
    vec![
        pair("grader", format!("{} {}", told.grader, told.version)),
        pair("computes", told.summary.clone()),
        pair("outcome", outcome.to_owned()),
        pair("sha256", told.sha256.clone()),
        pair("file", told.file.display().to_string()),
        pair("cases", counted(told.cases, "known-answer case", "known-answer cases")),
    ]
}
