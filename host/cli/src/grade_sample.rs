//! `assay grade-sample`: one submission.

use std::path::PathBuf;

use anyhow::anyhow;
use assay::{Context, Detail, Submission};
use assay_confine::Access;
use assay_tables::read::OpenFile;
use assay_types::Direction;
use assay_types::report::{Outcome, Report, SCHEMA, SampleReport};
use clap::Args;

use super::bootstrap::{BootstrapArguments, said};
use super::global::{Compiled, GlobalArguments, Needs, graders_of, may_read};
use super::inputs::{InputArguments, Inputs};
use super::operator_log::OperatorLogArguments;
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
    inputs: InputArguments,
    /// The form of the report [default: a table on a terminal, JSON elsewhere].
    #[arg(long)]
    format: Option<Format>,
    /// Print what only the operator may know: the fuel that the grader used, and what it said beside the answers, reasons and figures
    /// beside the score. It may tell of the answers, so it is not for participants' eyes.
    #[arg(long)]
    operator: bool,
    #[command(flatten)]
    bootstrap: BootstrapArguments,
    #[command(flatten)]
    operator_log: OperatorLogArguments,
    /// End with exit code 0 whatever the report says, as the reference's `mlebench grade-sample` does.
    #[arg(long)]
    exit_zero: bool,
}

pub(super) fn run(arguments: &Arguments, global: &GlobalArguments) -> Result<Ended, Failure> {
    let mut competitions = global.competitions()?;
    let competition = competitions.get(&arguments.competition_id).map_err(Failure::call)?;
    let log = arguments.operator_log.open()?;
    let Inputs { data, folders, lock } = arguments.inputs.open(None)?;
    let id = arguments.competition_id.as_str();
    arguments.inputs.leaderboards.used_by(&mut competitions, [id], &data)?;
    let mut access = Access::none();
    may_read(&mut access, folders.open(&arguments.submission));
    may_read(&mut access, OpenFile::open(&data.answers_file(&competition)));
    may_read(&mut access, OpenFile::open(&data.manifest_file(&competition)));
    let graders = graders_of(&competitions, [arguments.competition_id.as_str()]);
    let needs = Needs { competitions, graders: Compiled::Ahead(graders), access, uses_answers: true };
    let assay = global.service(needs, |builder| builder.answers(data).folders(folders).lock(lock))?;
    let submission = Submission::Path(&arguments.submission);
    let context = Context { bootstrap: arguments.bootstrap.asked(None), ..Context::default() };
    let graded = assay.grade(&arguments.competition_id, submission, &context).map_err(Failure::call)?;
    if let Some(lost) = graded.recorded().lost() {
        return Err(Failure::Program(anyhow!("{lost}")));
    }
    let use_log = assay.sync().map_err(Failure::program)?;
    if let Some(mut log) = log {
        log.add(None, &graded);
    }
    let (report, operator) = (graded.report(), graded.operator());
    match Format::or_by_terminal(arguments.format) {
        Format::Json => output::json(&SampleReport { report: report.clone(), schema: SCHEMA, use_log })?,
        Format::Table => output::table(&[], rows(report))?,
    }
    if let Some(bootstrap) = &report.bootstrap {
        output::message(&said(bootstrap));
    }
    if arguments.operator {
        if let Some(note) = &operator.note {
            output::message(&format!("the grader: {note}"));
        }
        if let Some(fuel) = operator.fuel {
            output::message(&format!("fuel: {fuel}"));
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
        let better = report.direction.unwrap_or(Direction::Higher);
        row("score", format!("{score} ({exact}; {better} is better)"));
        if report.thresholds.gold_threshold.is_none() {
            row("medal", "none: the competition has no leaderboard".into());
        } else {
            row("medal", report.medals.to_string());
            row("above median", if report.medals.above_median { "yes" } else { "no" }.into());
        }
    }
    let thresholds = &report.thresholds;
    for (name, threshold) in [
        ("gold from", thresholds.gold_threshold),
        ("silver from", thresholds.silver_threshold),
        ("bronze from", thresholds.bronze_threshold),
        ("median", thresholds.median_threshold),
    ] {
        if let Some(threshold) = threshold {
            row(name, threshold.to_string());
        }
    }
    if let Some(receipt) = &report.receipt {
        row("grader", format!("{} {}", receipt.grader.name, receipt.grader.version));
        if let Some(source) = &receipt.digests.source {
            row("source", format!("sha256:{source}"));
        }
        row("component", format!("sha256:{}", receipt.digests.component));
    }
    for text in &report.outside_lock {
        row("not in the lock", text.clone());
    }
    rows
}
