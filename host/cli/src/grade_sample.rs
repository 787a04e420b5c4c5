//! `assay grade-sample`: one submission.

use std::path::PathBuf;

use anyhow::anyhow;
use assay::{Context, Detail, Submission};
use assay_confine::Access;
use assay_types::Direction;
use assay_types::report::{Anchor, Outcome, Report};
use clap::Args;
use serde::Serialize;

use super::global::{DataArguments, GlobalArguments, Needs, graders_of};
use super::links::LinkArguments;
use super::lock::Against;
use super::output::{self, Format};
use super::{Ended, Failure};

/// Grade one submission and print its report.
///
/// The exit code is 0 if the submission has a score, and 1 if it has none.
#[derive(Args)]
pub(super) struct Arguments {
    /// The submission: a CSV file.
    submission: PathBuf,
    /// The competition, as `assay competitions` lists it.
    competition_id: String,
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    links: LinkArguments,
    #[command(flatten)]
    lock: Against,
    /// The form of the report [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
    /// Print what the grader said beside the answers: its reasons, and figures beside the score. They may tell of the answers, so they
    /// are not for participants' eyes.
    #[arg(long)]
    operator: bool,
    /// End with exit code 0 whatever the report says, as the reference's `mlebench grade-sample` does.
    #[arg(long)]
    exit_zero: bool,
}

/// A report with the state of the log that its use is in, as the report on a batch has it.
#[derive(Serialize)]
struct Anchored<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    use_log: Option<Anchor>,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let competitions = global.competitions()?;
    let competition = competitions.get(&arguments.competition_id).map_err(Failure::call)?;
    let data = arguments.data.open()?;
    let folders = arguments.links.folders(None)?;
    let lock = arguments.lock.lock()?;
    let read = vec![arguments.submission.clone(), data.answers_file(&competition)];
    global.compile_ahead(graders_of(&competitions, [arguments.competition_id.as_str()]))?;
    let needs = Needs { competitions, access: Access { read, ..Access::default() }, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data).folders(folders).lock(lock))?;
    let submission = Submission::Path(&arguments.submission);
    let graded = assay.grade(&arguments.competition_id, submission, &Context::default()).map_err(Failure::call)?;
    if let Some(lost) = graded.recorded().lost() {
        return Err(Failure::Program(anyhow!("{lost}")));
    }
    let use_log = assay.sync().map_err(Failure::program)?;
    let (report, operator) = (graded.report(), graded.operator());
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&Anchored { report, use_log })?,
        Format::Table => output::table(&[], rows(report))?,
    }
    if arguments.operator {
        if let Some(note) = &operator.note {
            output::message(&format!("the grader: {note}"));
        }
        for Detail { name, value } in &operator.details {
            output::message(&format!("{name}: {value}"));
        }
    }
    Ok(if arguments.exit_zero || report.outcome == Outcome::Scored { Ended::Fine } else { Ended::AtFault })
}

fn rows(report: &Report) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    row("competition", report.competition_id.clone().unwrap_or_default());
    row("submission", report.submission_path.clone());
    row("outcome", report.outcome.to_string());
    if let Some(reason) = &report.reason {
        row("reason", reason.clone());
    }
    if let (Some(score), Some(exact)) = (report.score, report.score_exact) {
        let better = Direction::of(report.is_lower_better == Some(true));
        row("score", format!("{score} ({exact}; {better} is better)"));
        row("medal", report.medals.to_string());
        row("above median", if report.medals.above_median { "yes" } else { "no" }.into());
    }
    let thresholds = &report.thresholds;
    for (name, threshold) in [
        ("gold from", thresholds.gold_threshold),
        ("silver from", thresholds.silver_threshold),
        ("bronze from", thresholds.bronze_threshold),
        ("median", thresholds.median_threshold),
    ] {
        row(name, threshold.map(|threshold| threshold.to_string()).unwrap_or_default());
    }
    if let Some(receipt) = &report.receipt {
        row("grader", format!("{} {}", receipt.grader.name, receipt.grader.version));
        row("component", format!("sha256:{}", receipt.digests.component));
        row("fuel", receipt.fuel.map(|fuel| fuel.to_string()).unwrap_or_default());
    }
    for text in &report.outside_lock {
        row("not in the lock", text.clone());
    }
    rows
}
