//! What is graded, and what comes of it.

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use assay_types::competition::Setting;

use crate::limits::Exceeded;

/// What is graded.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The submission, rows in the file's order, for `validate`.
    pub submission: &'a RecordBatch,
    /// The submission, rows in the answers' order, for `grade`.
    pub aligned: &'a RecordBatch,
    /// The answers.
    pub answers: &'a RecordBatch,
    /// The options of the competition.
    pub options: &'a [(String, Setting)],
}

/// A score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Its value, perhaps not finite.
    #[serde(with = "bits")]
    pub value: f64,
    /// Figures beside it.
    pub details: Vec<Detail>,
}

/// A figure beside a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub name: String,
    /// The figure.
    #[serde(with = "bits")]
    pub value: f64,
}

/// Numbers as their bits: JSON has neither infinities nor a NaN.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(number.to_bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// One thing that is wrong with a submission, in the words of a grader that never saw the answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// The row of the submission's file, from 0.
    pub row: Option<usize>,
    /// The column.
    pub column: Option<String>,
}

/// What came of a grading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// There is a score.
    Scored(Score),
    /// `validate` refused the submission.
    Invalid(Vec<Problem>),
    /// `grade` refused the submission. The text is for the operator alone: it may hold anything that the answers hold.
    Refused(String),
    /// The grader, the answers or the options are at fault. The text is for the operator alone.
    Fault(Fault),
}

/// A grader's fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It ran into a limit.
    Exceeded(Exceeded),
    /// It trapped, gave up, or returned what no grader may return.
    Grader(String),
}

/// What came of a grading, and what it used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What came of it.
    pub outcome: Outcome,
    /// Fuel used, the same for the same inputs on every machine. 0 if a worker died or was killed.
    pub fuel: u64,
}

/// What came of looking at a submission without the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validated {
    /// What is wrong with it, or with the grader.
    pub problems: Result<Vec<Problem>, Fault>,
    /// Fuel used, the same for the same inputs on every machine. 0 if a worker died or was killed.
    pub fuel: u64,
}
