//! The way of one submission: read, check, align, sandbox, score, medal, report.

use std::path::Path;
use std::time::{Duration, Instant};

use arrow::error::ArrowError;

use crate::admit::{Admission, Admitted, Against, admit};
use crate::align;
use crate::finding::Finding;
use crate::read;
use crate::report::{Outcome, Receipt, Report};
use crate::sandbox::{self, Detail, Fault, Run, Task};
use crate::setup::Setup;
use crate::unusable;

/// What a grading leaves: a report for everyone, and what is for the operator alone.
#[derive(Clone, Debug)]
pub struct Graded {
    /// The report.
    pub report: Report,
    /// What is for the operator alone.
    pub operator: Operator,
    /// How long it took. It is not in the report, which says what is the same every time.
    pub took: Duration,
}

/// What a grader says once it has seen the answers, but for the score: anything in it may tell of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operator {
    /// Why there is no score, in the grader's words.
    pub note: Option<String>,
    /// Figures beside the score: of a class, a column, a threshold ...
    pub details: Vec<Detail>,
}

/// Grades the submission at `path`; `given` is the path as reports name it.
#[must_use]
pub fn grade(setup: &Setup, path: &Path, given: &str, limits: &read::Limits) -> Graded {
    let start = Instant::now();
    let competition = setup.competition();
    let report = Report::new(Some(&competition.id), given).against(&competition.leaderboard);
    let mut receipt = Receipt::new(&setup.rules.grader, &competition.grader.component, &setup.digests);
    let (report, operator) = match judge(setup, path, limits, report.clone(), &mut receipt) {
        Ok(judged) => judged,
        Err(error) => (
            Report { submission_exists: true, ..report }
                .refused(Outcome::NotGraded, format!("internal error: {error}")),
            Operator::default(),
        ),
    };
    Graded { report: Report { receipt: Some(receipt), ..report }, operator, took: start.elapsed() }
}

fn judge(
    setup: &Setup,
    path: &Path,
    limits: &read::Limits,
    report: Report,
    receipt: &mut Receipt,
) -> Result<(Report, Operator), ArrowError> {
    let rules = &setup.rules;
    let against = Against { expected: Some(&setup.expected), scored: setup.scored.as_deref() };
    let Admission { digest, submission } = admit(rules, against, path, limits)?;
    let report = Report { submission_exists: digest.is_some(), ..report };
    receipt.submission = digest;
    let admitted = match submission {
        Ok(admitted) => admitted,
        Err(refusal) => {
            receipt.fuel = refusal.fuel;
            return Ok((invalid(report, &refusal.findings), Operator::default()));
        }
    };
    let run = rules.grader.grade(&Task {
        submission: &admitted.handed,
        aligned: &align::apply(&admitted.handed, admitted.alignment.submission.as_ref())?,
        answers: &align::apply(&setup.handed, admitted.alignment.answers.as_ref())?,
        options: &rules.options,
    });
    match run {
        Ok(Run { outcome, fuel }) => {
            receipt.fuel = Some(fuel);
            Ok(concluded(report, outcome, setup, &admitted))
        }
        Err(error) => Ok((report.refused(Outcome::InvalidSubmission, error.to_string()), Operator::default())),
    }
}

fn concluded(report: Report, outcome: sandbox::Outcome, setup: &Setup, admitted: &Admitted) -> (Report, Operator) {
    let silent = Operator::default();
    let telling = |note: String| Operator { note: Some(note), details: Vec::new() };
    match outcome {
        sandbox::Outcome::Scored(score) if score.value.is_finite() => (
            report.scored(score.value, &setup.competition().leaderboard),
            Operator { note: None, details: score.details },
        ),
        sandbox::Outcome::Scored(score) => {
            let reason = format!("its score is {}: the metric is not defined for these values", score.value);
            without_score(report, setup, reason, None)
        }
        sandbox::Outcome::Invalid(problems) => (invalid(report, &admitted.findings(problems)), silent),
        sandbox::Outcome::Refused(text) => {
            let reason = "the grader refused it beside the answers; its reason is for the operator";
            without_score(report, setup, reason.into(), Some(text))
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
fn without_score(report: Report, setup: &Setup, reason: String, note: Option<String>) -> (Report, Operator) {
    let (report, note) = match unusable::why(setup) {
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
