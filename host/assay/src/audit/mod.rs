//! What is a grader, and what can it touch? Its component is taken apart, not run, but for `describe`, in the sandbox, once it is known to
//! be valid. One that others made is taken apart by a worker process, within [`Limits::compile_time`]; this process reads nothing of it but
//! its digest.
//!
//! Whatever the component or a competition says is shown short and harmless to a terminal, and what the component says of itself
//! ([`Claims`]) as what it is: claims.

mod contract;
mod path;
mod subject;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use thiserror::Error;

pub use self::path::Step;
pub use self::subject::{Kind, Subject, Unknown};
pub use assay_sandbox::anatomy::{
    Anatomy, Claims, DissectError, Export, Import, Instructions, Listing, Memory, Producer, Section, Table, Text,
    dissect, rustc, shown,
};

use crate::catalog::{CatalogError, Source};
use crate::competitions::{Competitions, CompetitionsError};
use crate::graders::{GraderError, Graders};
use assay_sandbox::{Grader, HostFault, Limits, LoadError, Trust};
use assay_tables::read::{self, ReadError};
use assay_types::competition::Setting;
use assay_types::excerpt::excerpt;
use assay_types::grader::Description;
use assay_types::receipt::Digests;
use assay_types::sha256;

/// How much of the reason for a refusal is kept, in characters: the names of some imports, and what to do.
const REASON: usize = 1000;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The grader.
    pub grader: GraderAudit,
    /// The competition, if the audit is of one.
    pub competition: Option<CompetitionAudit>,
}

/// What a grader is.
#[derive(Clone, Debug, Serialize)]
pub struct GraderAudit {
    /// Its name; of a file, its name without `.wasm`.
    pub name: String,
    /// Where it comes from: `built in`, or a file.
    pub source: String,
    /// SHA-256 of the component: the same as `receipt.component` in a report, if this grader computed the score.
    pub sha256: String,
    /// The size of the component.
    pub bytes: usize,
    /// Why it would be refused; none if it would run.
    pub refused: Option<String>,
    /// What it says of itself when it is asked; none if it is refused.
    pub description: Option<Description>,
    /// What it is made of; none if that cannot be read.
    pub anatomy: Option<Anatomy>,
    /// What it would run under.
    pub limits: Limits,
    /// Graders at hand with the same bytes.
    pub same_as: Listing<String>,
    /// The competitions at hand that use it, or one of the same bytes.
    pub used_by: Listing<Use>,
    /// What it is asked, and what it sees then.
    pub path: Vec<Step>,
    /// How to get the same bytes from its source.
    pub rebuild: Vec<String>,
}

/// A competition that uses a grader.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Use {
    /// The competition.
    pub competition_id: String,
    /// What it tells the grader.
    pub options: BTreeMap<String, Setting>,
}

/// How a competition comes to its scores.
#[derive(Clone, Debug, Serialize)]
pub struct CompetitionAudit {
    /// Its name.
    pub id: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of its file, as in a receipt.
    pub sha256: String,
    /// SHA-256 of its contract, as in a receipt.
    pub contract: String,
    /// SHA-256 of its options, as in a receipt.
    pub options: String,
    /// SHA-256 of its thresholds, as in a receipt.
    pub thresholds: String,
    /// The way from a submission to its score.
    pub path: Vec<Step>,
}

/// Why there is nothing to audit.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A competition cannot be read.
    #[error(transparent)]
    Competition(#[from] CompetitionsError),
    /// A grader cannot be used.
    #[error(transparent)]
    Grader(#[from] GraderError),
    /// A grader cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A file cannot be read.
    #[error("{file}: {error}")]
    File {
        /// The file.
        file: String,
        /// What went wrong.
        error: ReadError,
    },
    /// Others made the component, and there is no worker program to take it apart.
    #[error(
        "components that others made are taken apart by worker processes alone, and no worker program is set that could"
    )]
    NoWorker,
    /// The host failed: the component is not to blame, and another try may succeed.
    #[error(transparent)]
    Host(#[from] HostFault),
    /// What decides a score cannot be written as JSON.
    #[error("there is no digest of what decides a score of `{id}`: {error}; please report it")]
    Digest {
        /// The competition.
        id: String,
        /// What went wrong.
        error: serde_json::Error,
    },
}

impl AuditError {
    /// True if the host failed: neither the component nor the call is at fault.
    #[must_use]
    pub fn is_host_fault(&self) -> bool {
        match self {
            AuditError::Host(_) => true,
            AuditError::Grader(error) => error.is_host_fault(),
            _ => false,
        }
    }

    /// True if the component is at fault, and not the call.
    #[must_use]
    pub fn is_of_the_component(&self) -> bool {
        match self {
            AuditError::Grader(GraderError::Load { error, .. }) => !error.is_host_fault(),
            AuditError::Catalog(CatalogError::File { error, .. }) | AuditError::File { error, .. } => {
                matches!(error, ReadError::Bytes { .. })
            }
            _ => false,
        }
    }
}

/// Audits a grader, a file, or a competition with its grader.
///
/// # Errors
///
/// If it cannot be read. A component that is not valid, or no grader, is no error: the audit says so.
pub fn audit(subject: &Subject, graders: &Graders, competitions: &Competitions) -> Result<Audit, AuditError> {
    let (name, competition) = match subject {
        Subject::File(path) => return Ok(Audit { grader: file(path, graders, competitions)?, competition: None }),
        Subject::Grader(name) => (name.clone(), None),
        Subject::Competition(id) => {
            let competition = competitions.get(id)?;
            (competition.grader.component.clone(), Some(competition))
        }
    };
    let bytes = graders.catalog().component(&name)?;
    let source = graders.catalog().source(&name);
    let trust = if matches!(source, Some(Source::BuiltIn(_))) { Trust::Own } else { Trust::Others };
    let mut grader = component(&name, &bytes, trust, graders)?;
    grader.used_by = users(competitions, |user| user == name);
    grader.rebuild = rebuild(&name, matches!(source, Some(Source::BuiltIn(_))), grader.anatomy.as_ref());
    grader.source = match source {
        Some(Source::File(path)) => shown(&path.display().to_string()),
        _ => "built in".into(),
    };
    let competition = competition.map(|competition| -> Result<_, AuditError> {
        let digests = Digests::new(&competition, grader.sha256.clone(), String::new())
            .map_err(|error| AuditError::Digest { id: competition.id.clone(), error })?;
        Ok(CompetitionAudit {
            title: shown(&competition.title),
            sha256: competition.digest.clone(),
            contract: digests.contract,
            options: digests.options,
            thresholds: digests.thresholds,
            path: path::of_competition(&competition, grader.description.as_ref(), &grader.limits),
            id: competition.id.clone(),
        })
    });
    Ok(Audit { grader, competition: competition.transpose()? })
}

fn file(path: &Path, graders: &Graders, competitions: &Competitions) -> Result<GraderAudit, AuditError> {
    let file = path.display().to_string();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let limit = graders.limits().component_bytes;
    let limits = read::Limits { bytes: limit as u64, ..read::Limits::default() };
    let bytes = read::load(path, &limits).map_err(|error| AuditError::File { file: file.clone(), error })?;
    let mut grader = component(&stem, &bytes, Trust::Others, graders)?;
    grader.source = shown(&file);
    grader.same_as = graders
        .catalog()
        .sources()
        .filter(|(name, _)| graders.catalog().component(name).is_ok_and(|known| *known == bytes))
        .map(|(name, _)| name.to_owned())
        .collect();
    let same = grader.same_as.first.clone();
    grader.used_by = users(competitions, |user| same.iter().any(|name| name == user));
    let built_in = assay_builtin::graders().find(|(_, known)| *known == bytes);
    grader.rebuild = rebuild(built_in.map_or("", |(name, _)| name), built_in.is_some(), grader.anatomy.as_ref());
    Ok(grader)
}

/// What the bytes alone tell.
fn component(name: &str, bytes: &[u8], trust: Trust, graders: &Graders) -> Result<GraderAudit, AuditError> {
    let anatomy = graders.inspect(bytes, trust);
    // The engine is only given components that the parser found valid.
    let loaded = match &anatomy {
        Ok(_) => graders.load(bytes, trust),
        Err(error) => Err(error.clone()),
    };
    let (refused, description) = match loaded {
        Ok(grader) => (None, Some(Grader::description(&grader).clone())),
        Err(LoadError::Host(fault)) => return Err(fault.into()),
        Err(LoadError::Untrusted) => return Err(AuditError::NoWorker),
        Err(LoadError::Component(said)) if anatomy.is_err() => {
            (Some(format!("not a WebAssembly component that is valid: {said}")), None)
        }
        Err(error) => (Some(excerpt(&error.to_string()).unquoted(REASON).to_string()), None),
    };
    Ok(GraderAudit {
        name: shown(name),
        source: String::new(),
        sha256: sha256(bytes),
        bytes: bytes.len(),
        refused,
        description,
        anatomy: anatomy.ok(),
        limits: graders.limits().clone(),
        same_as: Listing::default(),
        used_by: Listing::default(),
        path: path::of_grader(graders.limits()),
        rebuild: Vec::new(),
    })
}

/// The competitions whose grader passes. One whose file is wrong uses none.
fn users(competitions: &Competitions, uses: impl Fn(&str) -> bool) -> Listing<Use> {
    competitions
        .ids()
        .filter_map(|id| competitions.get(id).ok())
        .filter(|competition| uses(&competition.grader.component))
        .map(|competition| Use { competition_id: competition.id.clone(), options: competition.grader.options.clone() })
        .collect()
}

fn rebuild(name: &str, built_in: bool, anatomy: Option<&Anatomy>) -> Vec<String> {
    if !built_in {
        return vec!["its source is not part of this program: ask its author, and compare the digest".into()];
    }
    let compiler = match anatomy.and_then(|anatomy| anatomy.claims.rustc()) {
        Some(version) => format!("with Rust {version}, which it says it was compiled with: another gives other bytes"),
        None => "with the compiler that it was built with, which it does not name: another gives other bytes".into(),
    };
    vec![
        format!("source: plugins/{name}, at the revision that this program was built from"),
        "cargo xtask graders".into(),
        format!("sha256sum target/graders/{name}.wasm"),
        compiler,
    ]
}
