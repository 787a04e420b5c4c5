//! The way of one submission: read, check, align, sandbox, score, medal, report.

use std::path::Path;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::align;
use crate::check;
use crate::finding::Finding;
use crate::read::{self, ReadError, ReadOptions};
use crate::report::{Outcome, Receipt, Report};
use crate::sandbox::{self, Detail, Fault, Run, Task, sha256};
use crate::setup::{Setup, project};

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
    let competition = &setup.competition;
    let report = Report::new(Some(&competition.id), given).against(&competition.leaderboard);
    let mut receipt = Receipt::new(&setup.grader, &setup.digests);
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
    let invalid =
        |report: Report, reason: String| (report.refused(Outcome::InvalidSubmission, reason), Operator::default());
    if !is_csv(path) {
        return Ok(invalid(report, "the submission's name does not end in `.csv`".into()));
    }
    let bytes = match read::load(path, limits) {
        Ok(bytes) => bytes,
        Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(invalid(report, "there is no such file".into()));
        }
        Err(error) => return Ok(invalid(report, error.to_string())),
    };
    let report = Report { submission_exists: true, ..report };
    receipt.submission = Some(sha256(&bytes));

    let contract = &setup.competition.submission;
    let wanted = |name: &str| setup.named.contains(name) || contract.column_names().any(|column| column == name);
    let keep = |name: &str| wanted(name) || contract.key.iter().any(|key| key == name);
    let table = match read::read_csv(&bytes, &ReadOptions { limits, columns: Some(&keep) }) {
        Ok(table) => table,
        Err(error) => return Ok(invalid(report, error.to_string())),
    };
    drop(bytes);

    let checked = check::check(contract, &table);
    let aligned = align::align(contract, &table, &setup.answers, setup.scored.as_deref());
    let (checked, alignment) = match (checked, aligned) {
        (Ok(checked), Ok(alignment)) => (checked, alignment),
        (checked, aligned) => {
            let findings = [checked.err(), aligned.err()].into_iter().flatten().flatten();
            return Ok(invalid(report, sentences(findings)));
        }
    };
    let submission = project(&checked, wanted)?;
    let run = setup.grader.grade(&Task {
        submission: &submission,
        aligned: &align::apply(&submission, alignment.submission.as_ref())?,
        answers: &align::apply(&setup.handed, alignment.answers.as_ref())?,
        options: &setup.options,
    });
    match run {
        Ok(Run { outcome, fuel }) => {
            receipt.fuel = Some(fuel);
            Ok(concluded(report, outcome, setup, &table, &submission))
        }
        Err(error) => Ok(invalid(report, error.to_string())),
    }
}

fn concluded(
    report: Report,
    outcome: sandbox::Outcome,
    setup: &Setup,
    table: &read::Table,
    submission: &RecordBatch,
) -> (Report, Operator) {
    let silent = Operator::default();
    let telling = |note: String| Operator { note: Some(note), details: Vec::new() };
    match outcome {
        sandbox::Outcome::Scored(score) if score.value.is_finite() => (
            report.scored(score.value, &setup.competition.leaderboard),
            Operator { note: None, details: score.details },
        ),
        sandbox::Outcome::Scored(score) => {
            let reason = format!("its score is {}: the metric is not defined for these values", score.value);
            (report.refused(Outcome::InvalidSubmission, reason), silent)
        }
        sandbox::Outcome::Invalid(problems) => {
            let findings = problems.into_iter().map(|problem| {
                let column = problem.column.map(|column| format!("column `{column}`: ")).unwrap_or_default();
                let mut finding = Finding::new(format!("{column}{}", problem.message));
                if let Some(row) = problem.row.filter(|&row| row < submission.num_rows()) {
                    finding.add(|| (Some(table.line(row)), String::new()));
                }
                finding
            });
            (report.refused(Outcome::InvalidSubmission, sentences(findings)), silent)
        }
        sandbox::Outcome::Refused(text) => {
            let reason = "the grader refused it beside the answers; its reason is for the operator";
            (report.refused(Outcome::InvalidSubmission, reason), telling(text))
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

fn sentences(findings: impl Iterator<Item = Finding>) -> String {
    findings.map(|finding| finding.to_string()).collect::<Vec<_>>().join("\n")
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}
