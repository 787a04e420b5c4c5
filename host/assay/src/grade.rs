//! The way of one submission: read, check, align, sandbox, score, medal.

use std::time::{Duration, Instant};

use assay_sandbox::{self as sandbox, Detail, Fault, Run, Task};
use assay_tables::Finding;
use assay_tables::{align, read};
use assay_types::receipt::Receipt;
use assay_types::report::{Outcome, Report};

use crate::context::{Context, Step};
use crate::ingest::{Against, IngestError, Ingested, Ingestion, Opened, ingest};
use crate::prepared::PreparedCompetition;
use crate::unusable;

/// What a grading came to, before its use of answers is on record: it is told to nobody yet.
pub(crate) struct Unrecorded {
    pub(crate) report: Report,
    pub(crate) operator: Operator,
    pub(crate) took: Duration,
}

/// What a grader says once it has seen the answers, but for the score: anything in it may tell of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operator {
    /// Why there is no score, in the grader's words.
    pub note: Option<String>,
    /// Figures beside the score: of a class, a column, a threshold ...
    pub details: Vec<Detail>,
}

/// Grades a submission; `report` is one without an outcome.
pub(crate) fn grade(
    prepared: &PreparedCompetition,
    submission: &Opened<'_>,
    limits: &read::Limits,
    report: Report,
    context: &Context<'_>,
) -> Unrecorded {
    let start = Instant::now();
    let report = report.against(&prepared.competition().leaderboard);
    let mut receipt = prepared.receipt.clone();
    let (report, operator) = match judge(prepared, submission, limits, report.clone(), &mut receipt, context) {
        Ok(judged) => judged,
        Err(error) => {
            let report = Report { submission_exists: receipt.submission.is_some(), ..report };
            (report.refused(Outcome::HostFault, error.to_string()), Operator::default())
        }
    };
    Unrecorded { report: Report { receipt: Some(receipt), ..report }, operator, took: start.elapsed() }
}

fn judge(
    prepared: &PreparedCompetition,
    submission: &Opened<'_>,
    limits: &read::Limits,
    report: Report,
    receipt: &mut Receipt,
    context: &Context<'_>,
) -> Result<(Report, Operator), IngestError> {
    let resolved = &prepared.resolved;
    let against =
        Against { expected: Some(&prepared.expected), scored: prepared.scored.as_deref(), answers_file: prepared.file };
    context.step(Step::Read);
    let Ingestion { digest, submission } = ingest(resolved, against, submission, limits, &context.cancel)?;
    let are_answers = digest.as_ref() == Some(&prepared.receipt.digests.answers);
    let report = Report { submission_exists: digest.is_some(), submission_is_answers: are_answers, ..report };
    receipt.submission = digest;
    let ingested = match submission {
        Ok(ingested) => ingested,
        Err(refusal) => {
            receipt.fuel = refusal.fuel;
            return Ok((invalid(report, &refusal.findings), Operator::default()));
        }
    };
    context.step(Step::Grade);
    let Run { outcome, fuel } = resolved.grader.grade(
        &Task {
            submission: &ingested.grader_columns,
            aligned: &align::apply(&ingested.grader_columns, ingested.alignment.submission.as_ref())?,
            answers: &align::apply(&prepared.grader_columns, ingested.alignment.answers.as_ref())?,
            options: &resolved.options,
        },
        &context.cancel,
    )?;
    receipt.fuel = Some(fuel);
    Ok(concluded(report, outcome, prepared, &ingested))
}

fn concluded(
    report: Report,
    outcome: sandbox::Outcome,
    prepared: &PreparedCompetition,
    ingested: &Ingested,
) -> (Report, Operator) {
    let silent = Operator::default();
    let telling = |note: String| Operator { note: Some(note), details: Vec::new() };
    match outcome {
        sandbox::Outcome::Scored(score) if score.value.is_finite() => (
            report.scored(score.value, &prepared.competition().leaderboard),
            Operator { note: None, details: score.details },
        ),
        sandbox::Outcome::Scored(score) => {
            let reason = format!("its score is {}: the metric is not defined for these values", score.value);
            without_score(report, prepared, reason, None)
        }
        sandbox::Outcome::Invalid(problems) => (invalid(report, &ingested.findings(problems)), silent),
        sandbox::Outcome::Refused(text) => {
            let reason = "the grader refused it beside the answers; its reason is for the operator";
            without_score(report, prepared, reason.into(), Some(text))
        }
        sandbox::Outcome::Fault(Fault::Exceeded(limit)) => {
            (report.refused(Outcome::LimitExceeded, limit.to_string()), silent)
        }
        sandbox::Outcome::Fault(Fault::Grader(text)) => {
            let reason = "the grader failed; its reason is for the operator";
            (report.refused(Outcome::GraderFault, reason), telling(text))
        }
    }
}

/// The report on a submission that has no score beside the answers; `note` is the grader's reason. Unless the answers are at fault, the
/// submission is.
fn without_score(
    report: Report,
    prepared: &PreparedCompetition,
    reason: String,
    note: Option<String>,
) -> (Report, Operator) {
    let (report, note) = match unusable::why(prepared) {
        None => (report.refused(Outcome::InvalidSubmission, reason), note),
        Some(why) => {
            let note = note.filter(|note| note != why).map(|note| format!("{note}; of the answers: {why}"));
            (report.refused(Outcome::GraderFault, unusable::REASON), note.or_else(|| Some(why.to_owned())))
        }
    };
    (report, Operator { note, details: Vec::new() })
}

fn invalid(report: Report, findings: &[Finding]) -> Report {
    let sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    report.refused(Outcome::InvalidSubmission, sentences.join("\n"))
}
