//! Why there is no score, in a form that `?` makes from metrics' errors.

use assay_metrics::MetricError;

use crate::bindings::exports::assay::grader::grading::GradeError as Contract;

/// Why there is no score. The texts are for the operator: participants never see them.
#[derive(Debug)]
pub enum GradeError {
    /// The submission is at fault, in a way that only shows beside the answers.
    InvalidSubmission(String),
    /// The answers, the options or the grader are at fault.
    Failure(String),
}

impl From<GradeError> for Contract {
    fn from(error: GradeError) -> Self {
        match error {
            GradeError::InvalidSubmission(text) => Contract::InvalidSubmission(text),
            GradeError::Failure(text) => Contract::Failure(text),
        }
    }
}

/// A metric that is undefined for these values makes the submission invalid. That no other submission has a score either is for the
/// host to find out, which grades the answers against themselves then.
impl From<MetricError> for GradeError {
    fn from(error: MetricError) -> Self {
        GradeError::InvalidSubmission(error.to_string())
    }
}
