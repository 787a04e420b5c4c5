//! What is a grader, and what can it touch? Its component is taken apart, not run, but for `describe` and on known-answer cases, in the
//! sandbox, once it is known to be valid. One that others made is taken apart by a worker process, within [`Limits::compile_time`]; this process reads nothing of it but
//! its digest.
//!
//! Whatever the component or a competition says is shown short and harmless to a terminal, and what the component says of itself
//! ([`Claims`]) as what it is: claims.

mod contract;
mod diff;
mod examine;
mod path;
mod rebuild;
mod remedy;
mod subject;

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

pub use self::diff::{Change, Difference, OfCase, diff};

pub use self::path::Step;
pub use self::subject::{Kind, Subject, Unknown};
pub use assay_sandbox::anatomy::{
    Anatomy, Claims, DissectError, Export, Hazards, Import, Instructions, Listing, Memory, Producer, Runtime, Section,
    Table, Text, dissect, rustc, shown,
};

use self::examine::{Examined, examine};
use crate::catalog::CatalogError;
use crate::check::{Answered, Case};
use crate::competitions::CompetitionsError;
use crate::graders::GraderError;
use crate::service::Assay;
use assay_evidence::lock::{Lock, Locked};
use assay_sandbox::{HostFault, Limits, Rebuilds};
use assay_tables::read::ReadError;
use assay_types::Direction;
use assay_types::competition::Setting;
use assay_types::grader::Description;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The grader; of a source, its interpreter, and none if that is not at hand.
    pub grader: Option<GraderAudit>,
    /// The competition, if the audit is of one.
    pub competition: Option<CompetitionAudit>,
    /// The grader's source, if that is the grader.
    pub source: Option<SourceAudit>,
    /// What came of known-answer cases.
    pub cases: Vec<Answered>,
}

/// A grader that is source text.
#[derive(Clone, Debug, Serialize)]
pub struct SourceAudit {
    /// Its file's name.
    pub file: String,
    /// SHA-256 of the text: `receipt.source` in a report, if it computed the score.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// How many lines.
    pub lines: usize,
    /// The version that it declares.
    pub version: Option<String>,
    /// Which score is the better one, as it or its competition declares.
    #[serde(rename = "lower_is_better")]
    pub direction: Option<Direction>,
    /// What the competition tells it.
    pub options: BTreeMap<String, Setting>,
    /// The grader that interprets it.
    pub interpreter: String,
    /// Why it would not run; none if it would.
    pub refused: Option<String>,
    /// The text, in full.
    pub text: String,
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
    /// Whether the lock has that digest.
    pub locked: Locked,
    /// The size of the component.
    pub bytes: usize,
    /// Why it would be refused; none if it would run.
    pub refused: Option<String>,
    /// What to do about that, where it is known.
    pub remedy: Option<String>,
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
    /// Whether the toolchain that it names gives the same bytes when the same source is built again.
    pub rebuilds: Rebuilds,
    /// How to get the same bytes from its source, or what to do where that cannot be.
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
    /// Whether the lock has it.
    pub locked: Locked,
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

impl Audit {
    /// True if what was audited would run as a grader.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.grader.as_ref().is_some_and(|grader| grader.refused.is_none())
            && self.source.as_ref().is_none_or(|source| source.refused.is_none())
    }
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
                matches!(error, ReadError::Bytes { .. } | ReadError::Hole { .. })
            }
            _ => false,
        }
    }
}

/// Audits a grader, a file, a competition with its grader, or a source, and tries it on known-answer cases.
///
/// # Errors
///
/// If it cannot be read. A component that is not valid, or no grader, is no error: the audit says so.
pub fn audit(assay: &Assay, subject: &Subject, cases: &[Case], lock: &Lock) -> Result<Audit, AuditError> {
    let Examined { mut audit, tried } = examine(assay, subject, lock)?;
    if let Some(tried) = &tried {
        audit.cases = tried.answers(cases)?;
    }
    Ok(audit)
}
