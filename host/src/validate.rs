//! Validating: is a submission what the competition asks for? It goes the way of a grading as far as that goes without the answers'
//! values, so whoever submits can do it, with a [key file](crate::key_file) in place of the answers.
//!
//! What is refused here is refused by a grading too. What passes can still be refused by a grading, for reasons that lie in the answers:
//! the grader does not accept the submission beside them (an area under the curve of a single class, say), the score is not finite, or
//! a repeated key stands in place of one that counts.

use std::path::Path;

use arrow::error::ArrowError;
use serde::Serialize;
use thiserror::Error;

use crate::admit::{self, Admitted, Keys, admit};
use crate::read::{self, Table};
use crate::rules::Rules;
use crate::sandbox::{Fault, Unsupported};

/// What validating found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// The competition.
    pub competition_id: String,
    /// The path as it was given.
    pub submission_path: String,
    /// True if there are no problems.
    pub valid: bool,
    /// Everything that is wrong.
    pub problems: Vec<String>,
    /// True if the rows were held against the keys that the competition expects.
    pub keys_checked: bool,
}

/// Why a submission could not be validated. It says nothing of the submission.
#[derive(Debug, Error)]
pub enum ValidateError {
    /// The grader failed.
    #[error("the grader failed: {0}")]
    Grader(Fault),
    /// A table is not of the contract's types.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The program failed.
    #[error("internal error: {0}")]
    Arrow(#[from] ArrowError),
}

/// Validates the submission at `path`, which `given` names; its rows are held against `keys`, if there are any.
///
/// # Errors
///
/// If the grader fails.
pub fn validate(
    rules: &Rules,
    keys: Option<&Table>,
    path: &Path,
    given: &str,
    limits: &read::Limits,
) -> Result<Validation, ValidateError> {
    let problems = problems(rules, keys, path, limits)?;
    Ok(Validation {
        competition_id: rules.competition.id.clone(),
        submission_path: given.to_owned(),
        valid: problems.is_empty(),
        problems,
        keys_checked: keys.is_some(),
    })
}

fn problems(
    rules: &Rules,
    keys: Option<&Table>,
    path: &Path,
    limits: &read::Limits,
) -> Result<Vec<String>, ValidateError> {
    let bytes = match admit::load(path, limits) {
        Ok(bytes) => bytes,
        Err(problem) => return Ok(vec![problem]),
    };
    let keys = keys.map(|table| Keys { table, scored: None });
    match admit(rules, bytes, keys, limits)? {
        Err(problems) => Ok(problems),
        Ok(Admitted { table, submission, .. }) => {
            let found = rules.grader.validate(&submission, &rules.options)?;
            Ok(admit::told(found.map_err(ValidateError::Grader)?, &table))
        }
    }
}
