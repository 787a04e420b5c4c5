//! Is a submission valid? It goes the way of a grading up to the grader's own look at it, and no further: there is never a score.
//!
//! Nothing here needs the values of the answers. Rows are held against what is [expected](Expected), which a
//! [key file](assay_tables::key_file) tells, and may be left out. So this may run where the answers are not.
//!
//! What it finds wrong, grading refuses as well, in the same words; without the expected rows, it may find less than grading does. A
//! submission that is valid here, with the expected rows at hand, has a score unless
//!
//! - the grader refuses it beside the answers, or its score is not finite;
//! - the contract takes `known` keys of which only some count (`answers.scored`), and keys stand in for others: then as many rows that
//!   count must be left as in the answers, and which rows count is not told ([`Validation::notes`] says so);
//! - the grader fails or runs into a limit, which says nothing of the submission.

use assay_sandbox::Fault;
use assay_tables::Threads;
use assay_tables::align::{self, Expected};
use assay_tables::read;
use assay_types::competition::{Contract, Rows};
use serde::Serialize;

use crate::context::Context;
use crate::ingest::{Against, IngestError, Ingested, Ingestion, Opened, ingest};
use crate::resolved::ResolvedCompetition;

/// What was found of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// The competition.
    pub competition_id: String,
    /// The path as it was given.
    pub submission_path: String,
    /// Whether it is valid.
    pub verdict: Verdict,
    /// Everything that is wrong with it.
    pub problems: Vec<String>,
    /// What was not looked at, and why.
    pub notes: Vec<String>,
}

/// Whether a submission is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing is wrong with it, as far as it was looked at.
    Valid,
    /// Grading refuses it.
    Invalid,
    /// The grader failed or ran into a limit, so nobody knows.
    Unknown,
}

/// Looks at a submission. Without the `expected` rows, its rows are not looked at.
pub(crate) fn validate(
    resolved: &ResolvedCompetition,
    expected: Option<&Expected>,
    submission: &Opened<'_>,
    (limits, threads): (&read::Limits, &Threads),
    name: String,
    context: &Context<'_>,
) -> Result<Validation, IngestError> {
    let contract = &resolved.competition.submission;
    let mut notes = Vec::new();
    if expected.is_none() && holds_rows(contract) {
        notes.push(
            "rows were not checked against the expected keys: neither a key file nor the answers are at hand".into(),
        );
    }
    let against = Against { expected, scored: None, answers_file: None };
    let Ingestion { submission, .. } = ingest(resolved, against, submission, limits, threads, &context.cancel)?;
    let findings = match submission {
        Ok(ingested) => {
            if let Some(expected) = expected.filter(|_| resolved.competition.answers.scored.is_some()) {
                notes.extend(stand_ins(contract, &ingested, expected));
            }
            ingested.validate(resolved, &context.cancel)?.map(|refusal| refusal.findings)
        }
        Err(refusal) => Ok(refusal.findings),
    };
    let (verdict, problems) = match findings {
        Ok(findings) if findings.is_empty() => (Verdict::Valid, Vec::new()),
        Ok(findings) => (Verdict::Invalid, findings.iter().map(ToString::to_string).collect()),
        Err(fault) => {
            notes.push(match fault {
                Fault::Exceeded(limit) => limit.to_string(),
                Fault::Grader(text) => format!("the grader failed: {text}"),
            });
            (Verdict::Unknown, Vec::new())
        }
    };
    let competition_id = resolved.competition.id.clone();
    Ok(Validation { competition_id, submission_path: name, verdict, problems, notes })
}

/// True if a contract says anything of rows.
fn holds_rows(contract: &Contract) -> bool {
    !contract.key.is_empty() || contract.rows.are_counted()
}

/// What is to be said of keys that stand in for others.
fn stand_ins(contract: &Contract, ingested: &Ingested, expected: &Expected) -> Option<String> {
    let strict = Contract { rows: Rows::Set, ..contract.clone() };
    let replaced =
        contract.rows == Rows::Known && align::align(&strict, &ingested.table, expected, None, Threads::one()).is_err();
    replaced.then(|| {
        "keys are repeated in place of others: grading takes that only if as many rows that count are left, and which rows count is \
         not told; give each row once"
            .into()
    })
}
