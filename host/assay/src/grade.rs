//! The way of one submission: read, check, align, sandbox, score, medal.

use std::time::{Duration, Instant};

use assay_sandbox::{self as sandbox, Detail, Exceeded, Fault, HostFault, Run, Task};
use assay_tables::{Finding, Threads};
use assay_tables::{align, read};
use assay_types::receipt::Receipt;
use assay_types::report::{Outcome, Report};

use crate::bootstrap::{BootstrapError, Paired, Resampled};
use crate::context::{Context, Step};
use crate::ingest::{Against, IngestError, Ingested, Ingestion, Opened, ingest};
use crate::part::{PairedRows, PartScore};
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
    /// Why there is no score: in the grader's words, or the figures of a limit that depends on the answers.
    pub note: Option<String>,
    /// The fuel that the grader used, the same for the same inputs on every machine; none if it did not run. It depends on the answers'
    /// values: of a comparison of texts, say, it tells how far they are equal.
    pub fuel: Option<u64>,
    /// Figures beside the score: of a class, a column, a threshold ...
    pub details: Vec<Detail>,
    /// The scores of resampled units, or why there are none; none if nobody asked, or there is no score.
    pub resampled: Option<Result<Resampled, BootstrapError>>,
    /// The score on a part of the rows, or why there is none; none if nobody asked, or there is no score.
    pub part: Option<Result<PartScore, BootstrapError>>,
}

/// Grades a submission; `report` is one without an outcome.
pub(crate) fn grade(
    prepared: &PreparedCompetition,
    submission: &Opened<'_>,
    limits: &read::Limits,
    threads: &Threads,
    report: Report,
    context: &Context<'_>,
) -> Unrecorded {
    let start = Instant::now();
    let report = report.of(prepared.competition());
    let (direction, edition) = (Some(prepared.resolved.description.direction), prepared.edition);
    let report = Report { direction, edition, ..report };
    let mut receipt = prepared.receipt.clone();
    let (report, operator) = match judge(prepared, submission, (limits, threads), report.clone(), &mut receipt, context)
    {
        Ok(judged) => judged,
        Err(error) => {
            let report = Report { submission_exists: receipt.submission.is_some(), ..report };
            let (reason, note) = failed(&error);
            (report.refused(Outcome::HostFault, reason), Operator { note, ..Operator::default() })
        }
    };
    Unrecorded { report: Report { receipt: Some(receipt), ..report }, operator, took: start.elapsed() }
}

/// What the host failed at, in words that a participant may read, and the rest for the operator: how much memory there was not, say, may
/// depend on the answers.
fn failed(error: &IngestError) -> (String, Option<String>) {
    let hidden = |what: &str| (format!("{what}; what it said is for the operator"), Some(error.to_string()));
    match error {
        IngestError::Host(HostFault::Resources(_)) => hidden("the system lacks what a grading needs"),
        IngestError::Host(HostFault::Worker(_)) => hidden("the worker process failed"),
        IngestError::Host(HostFault::Cancelled | HostFault::Unsupported(_)) => (error.to_string(), None),
        IngestError::Arrow(_) => hidden("internal error"),
    }
}

fn judge(
    prepared: &PreparedCompetition,
    submission: &Opened<'_>,
    (limits, threads): (&read::Limits, &Threads),
    report: Report,
    receipt: &mut Receipt,
    context: &Context<'_>,
) -> Result<(Report, Operator), IngestError> {
    let resolved = &prepared.resolved;
    let against =
        Against { expected: Some(&prepared.expected), scored: prepared.scored.as_deref(), answers_file: prepared.file };
    context.step(Step::Read);
    let Ingestion { digest, submission } = ingest(resolved, against, submission, limits, threads, &context.cancel)?;
    let are_answers = digest.as_ref() == Some(&prepared.receipt.digests.answers);
    let report = Report { submission_exists: digest.is_some(), submission_is_answers: are_answers, ..report };
    receipt.submission = digest;
    let ingested = match submission {
        Ok(ingested) => ingested,
        Err(refusal) => {
            let operator = Operator { fuel: refusal.fuel, ..Operator::default() };
            return Ok((invalid(report, &refusal.findings), operator));
        }
    };
    context.step(Step::Grade);
    let submission = &ingested.grader_columns;
    let aligned = &align::apply(submission, ingested.alignment.submission.as_ref(), threads)?;
    let answers = &align::apply(&prepared.grader_columns, ingested.alignment.answers.as_ref(), threads)?;
    let task = Task { submission, aligned, answers, options: &resolved.options };
    let Run { outcome, fuel } = resolved.grader.grade(&task, &context.cancel)?;
    let (report, operator) = concluded(report, outcome, prepared, &ingested);
    let paired = Paired { prepared, submission, aligned, answers };
    let asked = context.bootstrap.filter(|_| report.outcome == Outcome::Scored);
    let resampled = asked.map(|bootstrap| paired.resample(&bootstrap, &context.cancel));
    let leaderboard = prepared.competition().leaderboard.as_ref();
    let bootstrap = asked.zip(resampled.as_ref()).map(|(asked, resampled)| asked.reported(resampled, leaderboard));
    let places = ingested.alignment.answers.as_deref();
    let paired = PairedRows { prepared, submission, aligned, answers, places };
    let asked = context.part.as_ref().filter(|_| report.outcome == Outcome::Scored);
    let part = asked.map(|part| paired.score(part, &context.cancel));
    Ok((Report { bootstrap, ..report }, Operator { fuel: Some(fuel), resampled, part, ..operator }))
}

fn concluded(
    report: Report,
    outcome: sandbox::Outcome,
    prepared: &PreparedCompetition,
    ingested: &Ingested,
) -> (Report, Operator) {
    let silent = Operator::default();
    let telling = |note: String| Operator { note: Some(note), ..Operator::default() };
    match outcome {
        sandbox::Outcome::Scored(score) if score.value.is_finite() => (
            report.scored(score.value, prepared.competition().leaderboard.as_ref()),
            Operator { details: score.details, ..Operator::default() },
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
            let figures = match limit {
                Exceeded::Fuel(budget) => {
                    telling(format!("its fuel was {budget} units, by the size of submission and answers"))
                }
                // The others are the same for all.
                _ => silent,
            };
            (report.refused(Outcome::LimitExceeded, limit.to_string()), figures)
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
    (report, Operator { note, ..Operator::default() })
}

fn invalid(report: Report, findings: &[Finding]) -> Report {
    let sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    report.refused(Outcome::InvalidSubmission, sentences.join("\n"))
}
