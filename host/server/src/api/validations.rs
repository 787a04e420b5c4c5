//! Validations.

use std::sync::Arc;

use assay::Verdict as Found;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::{InPath, text};
use crate::handing_in::{self, Form};
use crate::identity::Caller;
use crate::problem::Problem;
use crate::site::Site;

/// What was found of a file.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Validation {
    /// The competition.
    competition: String,
    /// What the file is called.
    name: String,
    /// SHA-256 of the file.
    sha256: String,
    /// The size of the file.
    bytes: u64,
    /// Whether it is valid.
    verdict: Verdict,
    /// Everything that is wrong with it, with lines, columns and values.
    problems: Vec<String>,
    /// What was not looked at, and why.
    notes: Vec<String>,
}

/// Whether a file is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FileVerdict")]
pub(crate) enum Verdict {
    /// Nothing is wrong with it.
    Valid,
    /// Grading refuses it.
    Invalid,
    /// The grader failed or ran into a limit, so nobody knows.
    Unknown,
}

pub(super) async fn validate(
    State(site): State<Arc<Site>>,
    caller: Caller,
    id: InPath,
    form: Form,
) -> Result<Json<Validation>, Problem> {
    let found = handing_in::validate(&site, &caller, &text(id)?, form).await?;
    let validation = found.validation;
    Ok(Json(Validation {
        competition: validation.competition_id,
        name: found.name,
        sha256: found.sha256,
        bytes: found.bytes,
        verdict: match validation.verdict {
            Found::Valid => Verdict::Valid,
            Found::Invalid => Verdict::Invalid,
            Found::Unknown => Verdict::Unknown,
        },
        problems: validation.problems,
        notes: validation.notes,
    }))
}
