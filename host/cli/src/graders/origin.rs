//! Where a grader comes from that is added to a folder: a file, a folder, or an artifact of a registry.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use assay::check::Case;
use assay_registry::{Bounds, Fault, Reference, RegistryError, digest_of_tag, pull};
use assay_tables::read;
use assay_types::competition::source::Language;
use clap::Args;

use super::signature::Signature;
use super::{Stop, stem};
use crate::Failure;

/// The time for each request to a registry, with its answer.
const REQUEST: Duration = Duration::from_secs(300);

#[derive(Args)]
pub(super) struct RegistryArguments {
    /// Use a registry that is not this machine without TLS.
    #[arg(long)]
    plain_http: bool,
}

impl RegistryArguments {
    pub(super) fn bounds(&self, component_bytes: usize) -> Bounds {
        Bounds { component_bytes: component_bytes as u64, time: REQUEST, plain_http: self.plain_http }
    }
}

/// A grader with the known-answer cases that come with it.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) component: Vec<u8>,
    pub(super) cases: Vec<Case>,
}

/// What a text leads to. An artifact of a registry brings no cases.
pub(super) fn found(from: &str, signature: &Signature, bounds: &Bounds) -> Result<Found, Stop> {
    if Reference::is_meant(from) {
        let reference: Reference = from.parse().map_err(Failure::call)?;
        let component = fetched(&reference, signature, bounds)?;
        return Ok(Found { name: reference.name().to_owned(), component, cases: Vec::new() });
    }
    if signature.is_wanted() {
        return Err(call(from, "signatures are of artifacts in registries, `oci://…`").into());
    }
    let path = Path::new(from);
    let (file, cases) = if path.is_dir() {
        (component_of(path)?, Some(path.join("cases")).filter(|cases| cases.is_dir()))
    } else if is_wasm(path) {
        (path.to_owned(), Case::folder_of(path))
    } else if path.exists() {
        return Err(call(from, "this is neither a folder nor a component's file, whose name ends in `.wasm`").into());
    } else {
        return Err(call(from, "there is no such file or folder; artifacts of registries begin with `oci://`").into());
    };
    let cases = cases.map_or(Ok(Vec::new()), |folder| Case::read_folder(&folder)).map_err(Failure::call)?;
    Ok(Found { name: stem(&file), component: loaded(&file, bounds.component_bytes)?, cases })
}

/// The bytes of a component's file.
pub(super) fn loaded(file: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let bytes = read::load(file, &read::Limits { bytes: limit, ..read::Limits::default() });
    bytes.with_context(|| file.display().to_string()).map_err(Failure::Call)
}

/// The one component of a folder.
fn component_of(folder: &Path) -> Result<PathBuf, Failure> {
    let shown = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|error| call(&shown, &error.to_string()))?;
    let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let mut components: Vec<&PathBuf> = paths.iter().filter(|path| is_wasm(path)).collect();
    match (components.pop(), components.is_empty()) {
        (Some(component), true) => Ok(component.clone()),
        (Some(_), false) => Err(call(&shown, "there are several components in it: name the file of one")),
        (None, _) => {
            let is_source = |path: &PathBuf| path.file_name().and_then(|name| Language::of(name.to_str()?)).is_some();
            let of_competition = paths.iter().any(|path| path.ends_with("competition.toml"));
            Err(call(
                &shown,
                if of_competition && paths.iter().any(is_source) {
                    "a grader that is source text belongs to its competition: name the folder above both by `--competitions`"
                } else {
                    "there is no component (NAME.wasm) in it: build the grader first"
                },
            ))
        }
    }
}

fn is_wasm(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"))
}

/// An artifact by its digest, once its signature is verified if that is wanted.
fn fetched(reference: &Reference, signature: &Signature, bounds: &Bounds) -> Result<Vec<u8>, Stop> {
    if reference.digest().is_none() {
        let now = reference.with_digest(&digest_of_tag(reference, bounds).map_err(stop)?);
        let why = "a tag can be moved to another grader, so a digest has to be named";
        return Err(call(&reference.to_string(), &format!("{why}: it is `{now}` now")).into());
    }
    signature.verify(reference, bounds)?;
    pull(reference, bounds).map_err(stop)
}

/// Who is at fault that a registry gave or took nothing.
pub(super) fn stop(error: RegistryError) -> Stop {
    match error.fault() {
        Fault::Call => Failure::Call(error.into()).into(),
        Fault::Network => Failure::program(error).into(),
        Fault::Sent => Stop::Refused(error.to_string()),
    }
}

fn call(what: &str, why: &str) -> Failure {
    Failure::Call(anyhow!("{what}: {why}"))
}
